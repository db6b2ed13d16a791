"""What others' screens show of promises: cards, queues, Home, the digest, exports; and how well they are kept."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.checkins.queries import PEOPLE, local_date
from bot.commitments import queries as commitments
from bot.commitments.queries import NOBODY
from bot.commitments.rules import BRIEF_LINES, HOME_LINES, one_line
from bot.core.briefs import Brief, first_few, telling_first_few
from bot.core.database import workspace_of
from bot.core.schemas import Count, Line, OfferButton, Overdue, OwedLine
from bot.customers.queries import list_by_ids
from bot.customers.queries.due import CUSTOMERS
from bot.customers.tables import Customer
from bot.people.queries import get_today, list_names
from bot.people.rules import person_key
from bot.people.usecases import require_here
from bot.promises.queries import PROMISES
from bot.promises.rules import LARGE_FROM, MIDDLE_FROM, RATE_PERIOD, Band, PromiseState, is_silent
from bot.promises.schemas import KeptRates, PromiseSchema, Tally
from bot.promises.tables import Promise

TABLE = cast("sa.Table", Promise.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
SHOWN = ("customer_id", "what", "promised_on", "due_on", "state")
TOLD = ("id", "workspace_id", "assignee_id", *SHOWN)


def _first_owed(customers: Any) -> sa.Select[Any]:
    """Select the first few of each customer's owed promises, with its last contact and the assignee's zone."""
    order = (TABLE.c.due_on, TABLE.c.id)
    few = first_few(TABLE, customers, TOLD, TABLE.c.is_owed == sa.true(), order=order, shown=BRIEF_LINES)
    assignee = sa.and_(PEOPLE.c.workspace_id == few.c.workspace_id, PEOPLE.c.id == few.c.assignee_id)
    customer = sa.and_(CUSTOMERS.c.workspace_id == few.c.workspace_id, CUSTOMERS.c.id == few.c.customer_id)
    return (
        sa.select(*few.c[(*SHOWN, "place", "total")], PEOPLE.c.zone, CUSTOMERS.c.last_contact_on)
        .join(PEOPLE, assignee)
        .join(CUSTOMERS, customer)
    )


brief = Brief(
    _first_owed,
    telling_first_few(
        lambda row, now: _brief_line(row, local_date(row.zone, now)),
        shown=BRIEF_LINES,
        more=lambda count: f"{count:,} more promise{'' if count == 1 else 's'}",
    ),
)
"""What is owed to each customer, the earliest first, and how much more."""


def home_section(session: Session, person_id: str, now: datetime) -> Sequence[OwedLine]:
    """Return what a person is to keep, by date; where the customer has heard nothing for too long, it says so."""
    today = get_today(session, person_id=person_id, now=now)
    theirs = col(Promise.assignee_id) == person_id
    rows = commitments.list_commitments(session, PROMISES, theirs, limit=HOME_LINES)
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    return [_home_line(row, customers[row.customer_id], today) for row in rows]


def list_overdue(session: Session, now: datetime) -> Mapping[str, Overdue]:  # noqa: ARG001 - every contribution takes the time
    """Return whose promises are broken and not made good."""
    late, words = col(Promise.state) == PromiseState.BROKEN, ("promise broken", "promises broken")
    return commitments.list_overdue_by_person(session, kind=PROMISES, day="due_on", late=late, words=words)


def due_counts(session: Session, now: datetime, person_id: str | None = None) -> Sequence[Count]:
    """Return how many promises are due today, and how many are broken and not made good; nothing when none is."""
    today = get_today(session, person_id=person_id, now=now)
    due = sa.and_(col(Promise.state) == PromiseState.OPEN, col(Promise.due_on) == today)
    query = sa.select(
        *(sa.func.coalesce(sa.func.sum(sa.case((which, 1), else_=0)), 0) for which in (due, sa.not_(due)))
    ).where(
        col(Promise.workspace_id) == workspace_of(session), PROMISES.is_open, col(Promise.due_on) <= today
    )  # fmt: skip
    if person_id is not None:
        query = query.where(col(Promise.assignee_id) == person_id)
    due_today, broken = session.execute(query).one()
    counts = []
    if due_today:
        counts.append(Count(text=f"{_promises(due_today)} due today"))
    if broken:
        counts.append(Count(text=f"{_promises(broken)} broken", urgent=True))
    return counts


def _brief_line(row: Any, today: date) -> Line:
    what, day = f"“{one_line(row.what)}”", _day(row.due_on, today)
    if row.state == PromiseState.BROKEN or row.due_on < today:
        return Line(text=f"promise broken: {what}, due {day}", urgent=True)
    due = "due today" if row.due_on == today else f"by {day}"
    if _is_silent(row, row.last_contact_on, today):
        silent = f"they have heard nothing since {_date(row.promised_on, today)}"
        return Line(text=f"promised: {what}, {due}; {silent}", urgent=True)
    return Line(text=f"promised: {what}, {due}")


def _home_line(row: Promise, customer: Customer, today: date) -> OwedLine:
    broken = row.state is PromiseState.BROKEN or row.due_on < today
    silent = not broken and _is_silent(row, customer.last_contact_on, today)
    note = f"; they have heard nothing since {_date(row.promised_on, today)}" if silent else ""
    text = f"{one_line(customer.name)}: “{one_line(row.what)}” ({'broken' if broken else 'promised'}){note}"
    kept = OfferButton(label="Kept late" if broken else "Kept", action_id="promises.kept", value=str(row.id))
    return OwedLine(text=text, urgent=broken, on=row.due_on, buttons=(kept, commitments.card_button(customer.id)))


def _is_silent(row: Any, last_contact_on: date | None, today: date) -> bool:
    return is_silent(
        promised_on=row.promised_on, due_on=row.due_on, last_contact_on=last_contact_on, today=today
    )  # fmt: skip


def _history(row: Promise, schema: PromiseSchema) -> list[Line]:
    again = " anew" if row.follows_id else ""
    what, due = f"“{one_line(row.what)}”", _date(row.due_on, row.promised_on)
    lines = [Line(text=f"{schema.promised_by_name} promised{again}: {what}, by {due}", on=row.promised_on)]
    if row.broken_at is not None:
        lines.append(Line(text=f"Not kept by {due}: {what}", on=row.broken_at.date()))
    if row.ended_at is not None:
        how = "no longer owed" if row.state is PromiseState.BROKEN else row.state.words
        how += f", now by {_date(row.moved_to, row.promised_on)}" if row.moved_to else ""
        who = f" ({schema.ended_by_name})" if schema.ended_by_name else ""
        said = f': "{one_line(row.note)}"' if row.note else ""
        lines.append(Line(text=f"{what}: {how}{who}{said}", on=row.ended_at.date()))
    return lines


def _not_kept(row: Promise, _schema: PromiseSchema) -> list[Line]:
    text = f"promise not kept: “{one_line(row.what)}”"
    return [Line(text=text, on=row.broken_at.date())] if row.broken_at is not None else []


def _day(day: date, today: date) -> str:
    return f"{day:%a} {_date(day, today)}"


def _date(day: date, today: date) -> str:
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b} {day.year}"


def _promises(count: int) -> str:
    return f"{count:,} promise{'' if count == 1 else 's'}"


commitments_section = partial(commitments.list_due_lines, kind=PROMISES, text="{customer}: “{what}” (promised)")
"""Promises that are broken and not made good, or due today."""

timeline = partial(commitments.list_history, kind=PROMISES, tell=_history)
"""What was promised to a customer and what came of it."""

setbacks = partial(commitments.list_history, kind=PROMISES, tell=_not_kept)
"""The promises to a customer that weren't kept in time."""

export = partial(commitments.export_rows, kind=PROMISES)
"""All promises to a customer, or that a person made, kept, wrote down or ended."""


# --- how well promises are kept ----------------------------------------------------------------------------------

Counts = Counter[PromiseState]


def get_rates(session: Session, *, viewer: str, now: datetime) -> KeptRates:
    """
    Return what became of the promises that were due in the last year or are still to come.

    Each counts for who gave their word, also when somebody else had to keep it. A renegotiated one and the one that
    took its place are two.
    """
    require_here(session, by=viewer)
    since = get_today(session, person_id=viewer, now=now) - RATE_PERIOD
    query = (
        sa.select(col(Promise.promised_by), _band().label("band"), col(Promise.state), sa.func.count())
        .join(Customer, commitments.matches(PROMISES, Customer, "customer_id"))
        .where(
            col(Promise.workspace_id) == workspace_of(session),
            col(Promise.is_owed).in_((True, False)),  # either: named, so that the index that begins with it is of use
            col(Promise.due_on) >= since,
        )
        .group_by(col(Promise.promised_by), sa.literal_column("band"), col(Promise.state))
    )
    people: dict[str, Counts] = {}
    bands: dict[str, Counts] = {}
    for person, size, state, total in session.execute(query):
        people.setdefault(person, Counter())[state] += total
        bands.setdefault(size, Counter())[state] += total
    names = list_names(session, people)
    return KeptRates(
        since=since,
        team=Tally(name="The team", counts=_summed(people.values())),
        people=tuple(
            Tally(name=names.get(person, NOBODY), counts=dict(people[person]))
            for person in sorted(people, key=lambda one: (person_key(names.get(one, NOBODY)), one))
        ),
        bands=tuple(Tally(name=one.value, counts=dict(bands[one])) for one in Band if one in bands),
    )


def _band() -> sa.Case[str]:
    people = col(Customer.headcount)
    return sa.case(
        (people.is_(None), Band.UNKNOWN.value),
        (people < MIDDLE_FROM, Band.SMALL.value),
        (people < LARGE_FROM, Band.MIDDLE.value),
        else_=Band.LARGE.value,
    )


def _summed(counts: Iterable[Counts]) -> dict[PromiseState, int]:
    return dict(sum(counts, Counter()))

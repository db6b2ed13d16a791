"""What other features' screens show of promises: cards, queues, reminders, Home, the digest, exports."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries import PEOPLE, local_date
from bot.core.briefs import Brief, first_few, telling_first_few
from bot.core.database import workspace_of
from bot.core.feature import COMMITMENT_LINES
from bot.core.schemas import Count, Line
from bot.customers.queries import list_by_ids
from bot.customers.queries.due import CUSTOMERS
from bot.customers.tables import Customer
from bot.people.queries import get_today
from bot.people.tables import Person
from bot.promises.queries import list_schemas, owed_where
from bot.promises.rules import BRIEF_LINES, HOME_LINES, WEEK, State, is_silent
from bot.promises.schemas import PromiseSchema
from bot.promises.tables import Promise

PROMISES = cast("sa.Table", Promise.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
WORDS = 120
TIMELINE_ROWS = 20
SHOWN = ("customer_id", "what", "promised_on", "due_on", "state")
TOLD = ("id", "workspace_id", "assignee_id", *SHOWN)


def _first_owed(customers: Any) -> sa.Select[Any]:
    """The first few of each customer's owed promises, with its last contact and the assignee's zone."""
    order = (PROMISES.c.due_on, PROMISES.c.id)
    few = first_few(PROMISES, customers, TOLD, PROMISES.c.is_owed == sa.true(), order=order, shown=BRIEF_LINES)
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


def home_section(session: Session, person_id: str, now: datetime) -> Sequence[Line]:
    """What a person is to keep, by date; where the customer has heard nothing for too long, it says so."""
    today = get_today(session, person_id=person_id, now=now)
    ours = col(Promise.workspace_id) == workspace_of(session)
    rows = session.exec(owed_where(ours, col(Promise.assignee_id) == person_id).limit(HOME_LINES)).all()
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    return [_home_line(row, customers[row.customer_id], today) for row in rows]


def digest_section(session: Session, now: datetime) -> Sequence[Count]:
    """How many promises are due today, and how many are broken and not made good; nothing when none is."""
    today = get_today(session, person_id=None, now=now)
    due = sa.and_(col(Promise.state) == State.OPEN, col(Promise.due_on) == today)
    query = sa.select(
        *(sa.func.coalesce(sa.func.sum(sa.case((which, 1), else_=0)), 0)
          for which in (due, col(Promise.state) == State.BROKEN))
    ).where(
        col(Promise.workspace_id) == workspace_of(session),
        col(Promise.is_owed) == sa.true(),
        col(Promise.due_on) <= today,
    )  # fmt: skip
    due_today, broken = session.execute(query).one()
    counts = []
    if due_today:
        counts.append(Count(text=f"{_promises(due_today)} due today"))
    if broken:
        counts.append(Count(text=f"{_promises(broken)} broken", urgent=True))
    return counts


def commitments_section(session: Session, now: datetime) -> Sequence[Line]:
    """Promises that are broken and not made good, or due today, the most late first; one statement."""
    today = get_today(session, person_id=None, now=now)
    query: Any = (
        sa.select(col(Promise.what), col(Promise.due_on), col(Customer.name), col(Person.name).label("who"))
        .join(Customer, _same(Customer, col(Promise.customer_id)))
        .join(Person, _same(Person, col(Promise.assignee_id)))
        .where(
            col(Promise.workspace_id) == workspace_of(session),
            col(Promise.is_owed) == sa.true(),
            col(Promise.due_on) <= today,
        )
        .order_by(col(Promise.due_on), col(Promise.id))
        .limit(COMMITMENT_LINES)
    )
    return [
        Line(text=f"{_cut(row.name)}: promised {_cut(row.what)} ({row.who})", urgent=row.due_on < today, on=row.due_on)
        for row in session.execute(query)
    ]


def timeline(session: Session, customer_id: UUID, now: datetime) -> Sequence[Line]:
    """What was promised to a customer and what became of it, the latest first."""
    query = (
        select(Promise)
        .where(Promise.workspace_id == workspace_of(session), Promise.customer_id == customer_id)
        .order_by(col(Promise.id).desc())
        .limit(TIMELINE_ROWS)
    )
    rows = session.exec(query).all()
    schemas = list_schemas(session, rows, today=get_today(session, person_id=None, now=now))
    lines = [line for row, schema in zip(rows, schemas, strict=True) for line in _history(row, schema)]
    return sorted(lines, key=lambda line: line.on or date.min, reverse=True)[:TIMELINE_ROWS]


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """All promises to a customer, or made, kept or written down by a person, as JSON values."""
    if kind == "customer":
        which = col(Promise.customer_id) == UUID(subject_id)
    elif kind == "person":
        roles = (Promise.promised_by, Promise.assignee_id, Promise.recorded_by)
        which = sa.or_(*(col(role) == subject_id for role in roles))
    else:
        return {}
    query = select(Promise).where(Promise.workspace_id == workspace_of(session), which).order_by(col(Promise.id))
    rows = [row.model_dump(mode="json", exclude={"workspace_id"}) for row in session.exec(query).all()]
    return {"promises": rows} if rows else {}


def _same(table: Any, key: Any) -> Any:
    return sa.and_(col(table.workspace_id) == col(Promise.workspace_id), col(table.id) == key)


def _brief_line(row: Any, today: date) -> Line:
    what = _cut(row.what)
    if row.state == State.BROKEN or row.due_on < today:
        return Line(text=f"promise broken: {what}, due {_day(row.due_on, today)}", urgent=True)
    if _is_silent(row, row.last_contact_on, today):
        silent = f"they have heard nothing since {_date(row.promised_on, today)}"
        return Line(text=f"promised: {what} by {_day(row.due_on, today)}; {silent}", urgent=True)
    return Line(text=f"promised: {what}, {_soon(row.due_on, today)}")


def _home_line(row: Promise, customer: Customer, today: date) -> Line:
    broken = row.state is State.BROKEN or row.due_on < today
    silent = not broken and _is_silent(row, customer.last_contact_on, today)
    told = f"; they have heard nothing since {_date(row.promised_on, today)}" if silent else ""
    text = f"{_cut(customer.name)}: {_cut(row.what)} ({'broken' if broken else 'promised'}){told}"
    return Line(text=text, urgent=broken, on=row.due_on)


def _is_silent(row: Any, last_contact_on: date | None, today: date) -> bool:
    return is_silent(
        promised_on=row.promised_on, due_on=row.due_on, last_contact_on=last_contact_on, today=today
    )  # fmt: skip


def _history(row: Promise, schema: PromiseSchema) -> list[Line]:
    again = " anew" if row.follows_id else ""
    due = _date(row.due_on, row.promised_on)
    lines = [Line(text=f"{schema.promised_by_name} promised{again}: {_cut(row.what)}, by {due}", on=row.promised_on)]
    if row.broken_at is not None:
        lines.append(Line(text=f"Not kept by {due}: {_cut(row.what)}", on=row.broken_at.date()))
    if row.ended_at is not None:
        how = "not owed any more" if row.state is State.BROKEN else row.state.words
        how += f", now by {_date(row.moved_to, row.promised_on)}" if row.moved_to else ""
        who = f" ({schema.ended_by_name})" if schema.ended_by_name else ""
        said = f': "{_cut(row.note)}"' if row.note else ""
        lines.append(Line(text=f"{_cut(row.what)}: {how}{who}{said}", on=row.ended_at.date()))
    return lines


def _soon(day: date, today: date) -> str:
    """`today`, `Fri` within a week, else `Fri 4 Dec`."""
    if day == today:
        return "today"
    return f"{day:%a}" if day - today <= WEEK else _day(day, today)


def _day(day: date, today: date) -> str:
    return f"{day:%a} {_date(day, today)}"


def _date(day: date, today: date) -> str:
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b} {day.year}"


def _promises(count: int) -> str:
    return f"{count:,} promise{'' if count == 1 else 's'}"


def _cut(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= WORDS else one_line[: WORDS - 1].rstrip() + "…"

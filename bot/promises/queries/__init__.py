"""Reads about promises: one, lists, what a command asks for, and what the clock has to say."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.commitments import queries as commitments
from bot.commitments.queries import CommitmentKind
from bot.commitments.queries.commands import command_about, parse_command
from bot.commitments.schemas import ParsedCommand, PressedCommitment
from bot.core.database import workspaces_with
from bot.core.schemas import Subject
from bot.customers.queries import list_contacts
from bot.customers.tables import Customer
from bot.people.queries import Home, get_today, list_calendars
from bot.people.rules import Calendar, known_zone
from bot.people.tables import Person
from bot.promises.rules import WHAT, PromiseState, is_near, is_over
from bot.promises.schemas import ContactOption, ParsedPromise, PromiseList, PromiseNoted, PromiseSchema, Told
from bot.promises.tables import Promise
from bot.workspaces.tables import Workspace

MOST_CONTACTS = 100
HORIZON = timedelta(days=22)
"""How far ahead somebody may not work: what is due within their holiday is spoken of before it."""
DAY = timedelta(days=1)


def audit_state(row: Promise) -> dict[str, str | bool]:
    """Return what can change about a promise, as JSON values."""
    return {"state": row.state.value, "owed": row.is_owed, "keeper": row.assignee_id, "due_on": row.due_on.isoformat()}


PROMISES = CommitmentKind(
    table=Promise,
    schema=PromiseSchema,
    listed=PromiseList,
    subject="promise",
    plural="promises",
    preposition="to",
    command="/promise",
    missing="That promise isn't here any more; /promise list shows what is owed.",
    assignee="assignee_id",
    people=("assignee_id", "promised_by", "recorded_by", "ended_by"),
    is_open=col(Promise.is_owed) == sa.true(),
    order=(col(Promise.due_on), col(Promise.id)),
    audited=audit_state,
    viewed=commitments.view_on_day,
    late=lambda _: col(Promise.state) == PromiseState.BROKEN,
)


find_list_key = partial(commitments.find_list_key, kind=PROMISES)
get_list = partial(commitments.get_list, kind=PROMISES)
get_notified = partial(commitments.get_notified, kind=PROMISES)


def get_pressed(
    session: Session, *, promise_id: UUID, action: str, viewer: str, now: datetime  # noqa: ARG001 - every kind's takes the action
) -> PressedCommitment[PromiseSchema]:  # fmt: skip
    """Return the promise that a button is about; nothing can be done about one that isn't owed any more."""
    one = commitments.get_one(session, kind=PROMISES, commitment_id=promise_id, viewer=viewer, now=now)
    return PressedCommitment(commitment=one, refused="" if one.is_owed else describe_ending(one))


def refresh_notified(session: Session, notification: Told, to: str, now: datetime) -> Any:
    """Return a message of promises with those that are still owed, as they stand now; None when none is."""
    ids = [one.id for one in notification.rows]
    told: Told = get_notified(session, schema=Told, ids=ids, person_id=to, now=now)
    owed = tuple(one for one in told.rows if one.is_owed)
    total = notification.total - len(notification.rows) + len(owed)
    return notification.model_copy(update={"rows": owed, "total": total}) if owed else None


def refresh_noted(session: Session, notification: PromiseNoted, to: str, now: datetime) -> PromiseNoted | None:
    """Return the news of a promise as it stands now; None when it isn't owed any more."""
    one = commitments.find_open(session, PROMISES, notification.promise.id, viewer=to, now=now)
    return notification.model_copy(update={"promise": one}) if one else None


def describe_ending(one: PromiseSchema) -> str:
    """Return how a promise ended, for who comes too late to end it."""
    how = "not owed any more" if one.state is PromiseState.BROKEN else one.state.words
    who = f" (by {one.ended_by_name})" if one.ended_by_name else ""
    return f"That is {how} already{who}; nothing was changed."


def list_made_in(session: Session, *, customer_id: UUID, checkin_id: UUID) -> Sequence[Promise]:
    """Return what was promised to a customer in that check-in."""
    query = select(Promise).where(Promise.customer_id == customer_id, Promise.made_in == checkin_id)
    return session.exec(query.order_by(col(Promise.id))).all()


def parse_promise(session: Session, *, words: str, viewer: str, now: datetime) -> ParsedPromise:
    """Read `Acme friday send the new price list`; `@ana` before it: what Ana promised."""
    ask_what = "Say in a few words what you promised."
    parsed = parse_command(session, words=words, viewer=viewer, now=now, what_length=WHAT, ask_what=ask_what)
    return _with_contacts(session, parsed)


def get_form(session: Session, *, subject: Subject | None, viewer: str, now: datetime) -> ParsedPromise:
    """Return what a button or a message asks for, or an empty form."""
    parsed = command_about(session, subject=subject, viewer=viewer, now=now, what_length=WHAT)
    return _with_contacts(session, parsed)


def _with_contacts(session: Session, parsed: ParsedCommand) -> ParsedPromise:
    found = list_contacts(session, parsed.customer_id) if parsed.customer_id else ()
    contacts = [ContactOption(id=one.id, name=one.name) for one in found if not one.do_not_contact]
    return ParsedPromise(**dict(parsed), contacts=tuple(contacts[:MOST_CONTACTS]))


def list_due(session: Session, told: Mapping[str, str], now: datetime) -> dict[str, list[UUID]]:
    """
    Return what the people in *told* are to keep today or on the next working day, and what is broken, by who is told.

    Promises of somebody who is away are told to the cover. A broken one is told to the customer's owner, too.
    """
    rows = [row for row in session.execute(_soon(now)) if {row.assignee_id, row.owner_id} & told.keys()]
    readers = {told[person] for row in rows for person in (row.assignee_id, row.owner_id) if person in told}
    calendars = list_calendars(session, readers)
    found: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        concerned = (row.assignee_id, row.owner_id) if row.state is PromiseState.BROKEN else (row.assignee_id,)
        for reader in dict.fromkeys(told[person] for person in concerned if person in told):
            calendar = calendars[reader]
            if is_near(row.due_on, today=calendar.today(now), calendar=calendar):
                found[reader].append(row.id)
    return found


list_rows = partial(commitments.list_by_person, kind=PROMISES)
"""Promises as each person sees them."""


def list_overdue(session: Session, *, now: datetime, limit: int) -> Sequence[Promise]:
    """Return open promises whose day is over where their assignee is, the earliest first."""
    query = sa.select(col(Promise.id), col(Promise.assignee_id), col(Promise.due_on)).where(
        PROMISES.is_open, col(Promise.state) == PromiseState.OPEN, col(Promise.due_on) <= now.date()
    )
    rows = session.execute(query.order_by(*PROMISES.order)).all()
    calendars = list_calendars(session, {row.assignee_id for row in rows})
    over = [row.id for row in rows if is_over(row.due_on, today=calendars[row.assignee_id].today(now))]
    return commitments.list_commitments(session, PROMISES, col(Promise.id).in_(over[:limit])) if over else []


def has_overdue(homes: Collection[Home], *, now: datetime) -> Any:
    """Return the SQL of whether `list_overdue` finds something in a `Workspace`; *homes* are those of everybody."""
    days = defaultdict[date, list[str]](list)
    for zone in {home.zone for home in homes}:
        days[Calendar(zone=known_zone(zone, "UTC")).today(now)].append(zone)
    over = [sa.and_(col(Person.zone).in_(zones), col(Promise.due_on) < day) for day, zones in days.items()]
    own = (col(Promise.workspace_id) == col(Workspace.id), PROMISES.is_open, col(Promise.state) == PromiseState.OPEN)
    of_theirs = sa.select(col(Promise.id)).join(Person, commitments.matches(PROMISES, Person, "assignee_id"))
    return of_theirs.where(*own, sa.or_(sa.false(), *over)).exists()


def check(session: Session, now: datetime) -> Sequence[str]:
    """Return a sentence when promises have nobody to keep them, no customer, or a day that nobody noticed was over."""
    stuck = "Promises with no assignee who is here, or no active customer: {}; name a manager, or restart the bot."
    sentences = commitments.check_stuck(session, now, kind=PROMISES, sentence=stuck)
    long_over = get_today(session, person_id=None, now=now) - 2 * DAY
    if unnoticed := len([row for row in list_overdue(session, now=now, limit=500) if row.due_on < long_over]):
        sentences.append(f"Promises past their day that nobody was told of: {unnoticed}; restart the bot.")
    return sentences


def list_suspects(session: Session, workspaces: Collection[str], now: datetime) -> Collection[str]:
    """Return those of *workspaces* where promises are stuck, or one has been over everywhere for a day."""
    over = (PROMISES.is_open, col(Promise.state) == PromiseState.OPEN, col(Promise.due_on) < now.date() - DAY)
    stuck = commitments.list_stuck_workspaces(session, workspaces, now, kind=PROMISES)
    return {*stuck, *workspaces_with(session, Promise, workspaces, *over)}


def _soon(now: datetime) -> Any:
    """Select what is owed and may be near, by the dates alone, with the customer's owner; the earliest day first."""
    names = ("id", "assignee_id", "due_on", "state")
    return (
        sa.select(*(PROMISES.column(name) for name in names), col(Customer.owner_id))
        .join(Customer, commitments.matches(PROMISES, Customer, "customer_id"))
        .where(PROMISES.is_open, col(Promise.due_on) <= now.date() + HORIZON)
        .order_by(*PROMISES.order)
    )

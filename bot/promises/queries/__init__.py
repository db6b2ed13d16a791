"""Reads about promises: one, lists, what a command asks for, and what the clock has to say."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries import covers_of
from bot.commitments import queries as commitments
from bot.commitments.queries import CommitmentKind, list_silent, list_working
from bot.commitments.queries.commands import command_about, parse_command
from bot.commitments.schemas import ParsedCommand, PressedCommitment
from bot.core.schemas import Subject
from bot.customers.queries import list_contacts
from bot.people.queries import get_today, list_away, list_calendars
from bot.people.rules import Calendar
from bot.promises.rules import WHAT, PromiseState, Stage, is_over, stage, wants_reminder
from bot.promises.schemas import (
    ContactOption,
    DueReminder,
    DueRow,
    ParsedPromise,
    PromiseList,
    PromiseNoted,
    PromiseSchema,
    Told,
)
from bot.promises.tables import Promise

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


def list_due_reminders(session: Session, *, now: datetime, only: Sequence[str] | None = None) -> list[DueReminder]:
    """
    Return the people to remind now: their hour has come on a working day of theirs, and a promise comes due.

    Promises of somebody who is away are the cover's to be reminded of. *only*: look at these people alone.
    """
    rows = session.execute(_soon(session, now, only)).all()
    calendars = list_calendars(session, {row.assignee_id for row in rows})
    covers = _covers(session, calendars, now)
    by_person = defaultdict(list)
    for row in rows:
        by_person[covers.get(row.assignee_id, row.assignee_id)].append(row)
    calendars |= list_calendars(session, set(covers.values()))
    ready = dict(list_working({one: calendars[one] for one in by_person if only is None or one in only}, now))
    for person in list_silent(session, ready):
        del ready[person]
    reminders = (_reminder(person, by_person[person], calendars[person], day) for person, day in sorted(ready.items()))
    return [one for one in reminders if one is not None]


def list_overdue(session: Session, *, now: datetime, limit: int) -> Sequence[Promise]:
    """Return open promises whose day is over where their assignee is, the earliest first."""
    query = sa.select(col(Promise.id), col(Promise.assignee_id), col(Promise.due_on)).where(
        PROMISES.is_open, col(Promise.state) == PromiseState.OPEN, col(Promise.due_on) <= now.date()
    )
    rows = session.execute(query.order_by(*PROMISES.order)).all()
    calendars = list_calendars(session, {row.assignee_id for row in rows})
    over = [row.id for row in rows if is_over(row.due_on, today=calendars[row.assignee_id].today(now))]
    return commitments.list_commitments(session, PROMISES, col(Promise.id).in_(over[:limit])) if over else []


def check(session: Session, now: datetime) -> Sequence[str]:
    """Return a sentence when promises have nobody to keep them, no customer, or a day that nobody noticed was over."""
    stuck = "Promises with no assignee who is here, or no active customer: {}; name a manager, or restart the bot."
    sentences = commitments.check_stuck(session, now, kind=PROMISES, sentence=stuck)
    long_over = get_today(session, person_id=None, now=now) - 2 * DAY
    if unnoticed := len([row for row in list_overdue(session, now=now, limit=500) if row.due_on < long_over]):
        sentences.append(f"Promises past their day that nobody was told of: {unnoticed}; restart the bot.")
    return sentences


def _soon(session: Session, now: datetime, only: Sequence[str] | None) -> Any:
    """Select what may ask for a reminder, by the dates alone, the earliest day first."""
    names = ("id", "assignee_id", "promised_on", "due_on", "reminded", "reminded_id")
    query = sa.select(*(PROMISES.column(name) for name in names)).where(
        PROMISES.is_open, col(Promise.state) == PromiseState.OPEN, col(Promise.due_on) <= now.date() + HORIZON
    )
    if only is not None:
        away = {absence.person_id for absence in list_away(session, around=now.date())}
        query = query.where(col(Promise.assignee_id).in_({*only, *away}))
    return query.order_by(*PROMISES.order)


def _covers(session: Session, calendars: Mapping[str | None, Calendar], now: datetime) -> dict[str, str]:
    """Return who stands in for whom today, for those of these people who are away."""
    days = {person: calendar.today(now) for person, calendar in calendars.items() if person}
    return covers_of(list_away(session, around=now.date()), days)


def _reminder(person: str, rows: Sequence[Any], calendar: Calendar, today: date) -> DueReminder | None:
    """Return all that this person is to keep soon; None while nothing of it calls for a word."""
    staged = [(row, stage(row.due_on, today=today, calendar=calendar)) for row in rows]
    near = [(row, at) for row, at in staged if at > Stage.FAR]
    calls = any(
        wants_reminder(
            at, row.reminded if row.reminded_id == person else Stage.FAR, promised_on=row.promised_on, today=today
        )
        for row, at in near
    )
    due = tuple(DueRow(id=row.id, stage=at) for row, at in near)
    return DueReminder(person_id=person, local_day=today, rows=due) if calls else None

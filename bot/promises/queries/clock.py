"""What the clock has to do about promises now: reminders, days that are over, promises without assignee or customer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries import covers_of
from bot.core.database import workspace_of
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.people.queries import get_today, list_away, list_calendars
from bot.people.rules import Calendar, Mute
from bot.people.tables import Person
from bot.promises.queries import owed_where
from bot.promises.rules import Stage, State, is_over, stage, wants_reminder
from bot.promises.schemas import DueReminder, DueRow
from bot.promises.tables import Promise

HORIZON = timedelta(days=22)
"""How far ahead somebody may not work: what is due within their holiday is spoken of before it."""
DAY = timedelta(days=1)
INACTIVE_STATUSES = (Status.LOST, Status.EXCLUDED)


def list_due_reminders(session: Session, *, now: datetime, only: Sequence[str] | None = None) -> list[DueReminder]:
    """
    The people to remind now: their hour has come on a working day of theirs, and a promise comes due.

    Promises of somebody who is away are the cover's to be reminded of. *only*: look at these people alone.
    """
    rows = session.execute(_soon(session, now, only)).all()
    calendars = list_calendars(session, {row.assignee_id for row in rows})
    covers = _covers(session, calendars, now)
    told = defaultdict(list)
    for row in rows:
        told[covers.get(row.assignee_id, row.assignee_id)].append(row)
    calendars |= list_calendars(session, set(covers.values()))
    ready = dict(_working_now({one: calendars[one] for one in told if only is None or one in only}, now))
    for person in _silent(session, ready):
        del ready[person]
    owed = (_reminder(person, told[person], calendars[person], day) for person, day in sorted(ready.items()))
    return [one for one in owed if one is not None]


def list_overdue(session: Session, *, now: datetime, limit: int) -> Sequence[Promise]:
    """Open promises whose day is over where their assignee is, the earliest first."""
    open_now = (col(Promise.workspace_id) == workspace_of(session), col(Promise.state) == State.OPEN)
    which = (col(Promise.is_owed) == sa.true(), *open_now, col(Promise.due_on) <= now.date())
    query = sa.select(col(Promise.id), col(Promise.assignee_id), col(Promise.due_on)).where(*which)
    rows = session.execute(query.order_by(col(Promise.due_on), col(Promise.id))).all()
    calendars = list_calendars(session, {row.assignee_id for row in rows})
    over = [row.id for row in rows if is_over(row.due_on, today=calendars[row.assignee_id].today(now))]
    if not over:
        return []
    found: Sequence[Promise] = session.exec(
        owed_where(col(Promise.workspace_id) == workspace_of(session), col(Promise.id).in_(over[:limit]))
    ).all()
    return found


def list_shut(session: Session) -> Sequence[Promise]:
    """What is owed to customers that are lost or excluded."""
    same = sa.and_(
        col(Customer.workspace_id) == col(Promise.workspace_id), col(Customer.id) == col(Promise.customer_id)
    )
    return _owed(session, same, Customer, col(Customer.status).in_(INACTIVE_STATUSES))


def list_orphaned(session: Session) -> Sequence[Promise]:
    """What is owed by people who left or became guests."""
    same = sa.and_(col(Person.workspace_id) == col(Promise.workspace_id), col(Person.id) == col(Promise.assignee_id))
    return _owed(session, same, Person, sa.or_(col(Person.is_deactivated), col(Person.is_guest)))


def check(session: Session, now: datetime) -> Sequence[str]:
    """A sentence when promises have nobody to keep them, no customer, or a day that nobody noticed was over."""
    sentences = []
    if stuck := len(list_orphaned(session)) + len(list_shut(session)):
        sentences.append(f"{stuck} promises have nobody, or no customer any more; name a manager, or restart the bot.")
    long_over = get_today(session, person_id=None, now=now) - 2 * DAY
    if unnoticed := len([row for row in list_overdue(session, now=now, limit=500) if row.due_on < long_over]):
        sentences.append(f"{unnoticed} promises are past their day and nobody was told; restart the bot.")
    return sentences


def _owed(session: Session, joined: Any, table: Any, which: Any) -> Sequence[Promise]:
    query = owed_where(col(Promise.workspace_id) == workspace_of(session), which).join(table, joined)
    found: Sequence[Promise] = session.exec(query).all()
    return found


def _soon(session: Session, now: datetime, only: Sequence[str] | None) -> Any:
    """What may ask for a reminder, by the dates alone, the earliest day first."""
    names = ("id", "assignee_id", "promised_on", "due_on", "reminded", "reminded_id")
    query = sa.select(*(col(getattr(Promise, name)) for name in names)).where(
        col(Promise.workspace_id) == workspace_of(session),
        col(Promise.is_owed) == sa.true(),
        col(Promise.state) == State.OPEN,
        col(Promise.due_on) <= now.date() + HORIZON,
    )
    if only is not None:
        away = {absence.person_id for absence in list_away(session, around=now.date())}
        query = query.where(col(Promise.assignee_id).in_({*only, *away}))
    return query.order_by(col(Promise.due_on), col(Promise.id))


def _covers(session: Session, calendars: Mapping[str | None, Calendar], now: datetime) -> dict[str, str]:
    """Who stands in for whom today, for those of these people who are away."""
    days = {person: calendar.today(now) for person, calendar in calendars.items() if person}
    return covers_of(list_away(session, around=now.date()), days)


def _reminder(person: str, rows: Sequence[Any], calendar: Calendar, today: date) -> DueReminder | None:
    """All that this person is to keep soon; None while nothing of it calls for a word."""
    staged = [(row, stage(row.due_on, today=today, calendar=calendar)) for row in rows]
    near = [(row, at) for row, at in staged if at > Stage.FAR]
    calls = [
        at
        for row, at in near
        if wants_reminder(
            at, row.reminded if row.reminded_id == person else Stage.FAR, promised_on=row.promised_on, today=today
        )
    ]
    due = tuple(DueRow(id=row.id, stage=at) for row, at in near)
    return DueReminder(person_id=person, local_day=today, rows=due) if calls else None


def _working_now(calendars: Mapping[Any, Calendar], now: datetime) -> Iterable[tuple[str, date]]:
    """The people on whose working day the hour has come, each with that day."""
    for person, calendar in calendars.items():
        today = calendar.today(now)
        if person and calendar.is_working_day(today) and calendar.hour_has_come(now):
            yield person, today


def _silent(session: Session, people: Iterable[str]) -> set[str]:
    """Those who want no reminders, or can't be reminded any more."""
    rows = session.exec(select(Person).where(Person.workspace_id == workspace_of(session), col(Person.id).in_(people)))
    return {row.id for row in rows if row.is_deactivated or row.is_guest or Mute.REMINDERS in row.mutes}

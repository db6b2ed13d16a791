"""What has to be said about follow-ups now: reminders, lateness, work without anybody to do it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.followups.queries import open_where
from bot.followups.rules import AGAIN_AFTER, State, is_long_late, wants_reminder
from bot.followups.schemas import DueReminder
from bot.followups.tables import Followup
from bot.people.queries import list_calendars
from bot.people.rules import Calendar, Mute
from bot.people.tables import Person

HORIZON = timedelta(days=15)
"""How far ahead somebody may not work: what is due within their holiday is spoken of before it."""
DAY = timedelta(days=1)
INACTIVE_STATUSES = (Status.LOST, Status.EXCLUDED)


def list_due_reminders(session: Session, *, now: datetime, only: Sequence[str] | None = None) -> list[DueReminder]:
    """The people to remind now: their hour has come on a working day of theirs, and something asks for it."""
    query = _soon(now).where(col(Followup.workspace_id) == workspace_of(session))
    if only is not None:
        query = query.where(col(Followup.assignee_id).in_(only))
    rows = session.execute(query).all()
    calendars = list_calendars(session, {row.assignee_id for row in rows})
    ready = dict(_working_now(calendars, now))
    wanted = {
        row.assignee_id
        for row in rows
        if (today := ready.get(row.assignee_id)) is not None
        and row.reminded_on != today
        and wants_reminder(row.due_on, row.reminded_on, today=today, calendar=calendars[row.assignee_id])
    }
    wanted -= _muted(session, wanted)
    return [DueReminder(person_id=person, local_day=ready[person]) for person in sorted(wanted)]


def list_due_rows(session: Session, *, owed: DueReminder, calendar: Calendar) -> Sequence[Followup]:
    """All that this person is to do before they work again, the latest first."""
    before = calendar.next_working_day(owed.local_day, or_same=False)
    return _rows(
        session, col(Followup.assignee_id) == owed.person_id, col(Followup.due_on) < max(before, owed.local_day + DAY)
    )


def list_long_late(session: Session, *, now: datetime, limit: int) -> list[Followup]:
    """Open follow-ups that are two working days late, by the days and the hour of who gave them, and nobody said so."""
    rows = _rows(
        session,
        col(Followup.told_manager_at).is_(None),
        col(Followup.given_by) != col(Followup.assignee_id),
        col(Followup.due_on) < now.date(),
    )
    calendars = list_calendars(session, {row.given_by for row in rows})
    ready = dict(_working_now(calendars, now))
    found = (
        row
        for row in rows
        if row.given_by in ready
        and is_long_late(row.due_on, today=ready[row.given_by], calendar=calendars[row.given_by])
    )
    return list(found)[:limit]


def list_shut(session: Session) -> Sequence[Followup]:
    """Open follow-ups with customers that are lost or excluded."""
    query = _with_customer().where(col(Customer.status).in_(INACTIVE_STATUSES))
    found: Sequence[Followup] = session.exec(_ours(session, query)).all()
    return found


def list_orphaned(session: Session) -> Sequence[Followup]:
    """Open follow-ups of people who left or became guests."""
    same = sa.and_(col(Person.workspace_id) == col(Followup.workspace_id), col(Person.id) == col(Followup.assignee_id))
    gone = sa.or_(col(Person.is_deactivated), col(Person.is_guest))
    query = select(Followup).join(Person, same).where(gone)
    found: Sequence[Followup] = session.exec(_ours(session, query)).all()
    return found


def check(session: Session, now: datetime) -> Sequence[str]:  # noqa: ARG001 - every check takes the time
    """A sentence when open follow-ups have nobody to do them, or no customer to do them for."""
    stuck = len(list_orphaned(session)) + len(list_shut(session))
    if not stuck:
        return []
    return [f"{stuck} open follow-ups have nobody, or no customer any more; name a manager, or restart the bot."]


def _working_now(calendars: dict[str | None, Calendar], now: datetime) -> Iterable[tuple[str, Any]]:
    """The people on whose working day the hour has come, each with that day."""
    for person, calendar in calendars.items():
        today = calendar.today(now)
        if person and calendar.is_working_day(today) and calendar.hour_has_come(now):
            yield person, today


def _soon(now: datetime) -> Any:
    """What may ask for a reminder, by the dates alone."""
    near = now.date() + HORIZON
    again = sa.or_(
        col(Followup.reminded_on).is_(None),
        col(Followup.reminded_on) <= col(Followup.due_on),
        col(Followup.reminded_on) <= now.date() - AGAIN_AFTER + DAY,
    )
    return sa.select(col(Followup.assignee_id), col(Followup.due_on), col(Followup.reminded_on)).where(
        col(Followup.state) == State.OPEN, col(Followup.due_on) <= near, again
    )


def _muted(session: Session, people: Iterable[str]) -> set[str]:
    """Those who want no reminders, or can't be reminded any more."""
    rows = session.exec(select(Person).where(Person.workspace_id == workspace_of(session), col(Person.id).in_(people)))
    return {row.id for row in rows if row.is_deactivated or row.is_guest or Mute.REMINDERS in row.mutes}


def _rows(session: Session, *which: Any) -> Sequence[Followup]:
    ours = Followup.workspace_id == workspace_of(session)
    found: Sequence[Followup] = session.exec(open_where(ours, *which)).all()
    return found


def _with_customer() -> Any:
    same = sa.and_(
        col(Customer.workspace_id) == col(Followup.workspace_id), col(Customer.id) == col(Followup.customer_id)
    )
    return select(Followup).join(Customer, same)


def _ours(session: Session, query: Any) -> Any:
    return query.where(col(Followup.workspace_id) == workspace_of(session), col(Followup.state) == State.OPEN).order_by(
        col(Followup.due_on), col(Followup.id)
    )

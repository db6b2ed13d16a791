"""Which owners have days that hold too many due customers, and whose due dates would move to even that out."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core.database import workspace_of
from bot.customers.queries.checking import is_rescheduling
from bot.customers.queries.due import CUSTOMERS, MOVING_NAMES, ScheduleBatch, is_active
from bot.customers.rules.due import Schedule, wanted_on
from bot.customers.rules.levelling import Place, level, place
from bot.customers.tables import TALLY
from bot.people.queries import list_workspaces_by_day
from bot.people.rules import DAY, Calendar
from bot.workspaces.queries import get_workspace
from bot.workspaces.tables import Workspace


class Levelled(NamedTuple):
    """The new due date of a customer, which holds while it waits since a day and would be due on another."""

    id: UUID
    levelled_on: date
    levelled_from: date
    levelled_since: date


def list_unlevelled(session: Session, *, now: datetime) -> list[str]:
    """List the workspaces whose days weren't levelled since their midnight, or since it was asked for."""
    levels, last = col(Workspace.levels_load), col(Workspace.load_levelled_on)
    return list_workspaces_by_day(session, lambda day: sa.and_(levels, last.is_distinct_from(day)), now=now)


def list_crowded_owners(session: Session, *, now: datetime) -> list[str] | None:
    """
    List the owners who have a day, from yesterday on, with more due customers than the workspace's calls a day.

    Yesterday may be today elsewhere. None while due dates are still being computed again: it has to wait.
    """
    if is_rescheduling(session, now=now):
        return None
    workspace, due = get_workspace(session), _asked_on(TALLY)
    query = (
        sa.select(TALLY.c.owner_id)
        .where(TALLY.c.workspace_id == workspace.id, is_active(TALLY), TALLY.c.owner_id.is_not(None))
        .where(due >= now.date() - DAY)
        .group_by(TALLY.c.owner_id, due)
        .having(sa.func.sum(TALLY.c.number) > workspace.first_calls_a_day)
    )
    return sorted(set(session.execute(query).scalars()))


def plan_levelling(session: Session, *, owner_id: str, now: datetime) -> list[Levelled]:
    """Return the customers of an owner whose due dates move so that no day holds too many, with their new ones."""
    schedules = ScheduleBatch(session, [owner_id])
    calendar = schedules.calendar(owner_id)
    today = calendar.today(now)
    rows, fixed = {}, Counter[date]()
    places: list[Place] = []
    for row in _read(session, owner_id, today):
        found = None if row.snoozed_until is not None else _place(row, schedules, calendar, today)
        if found is None:
            fixed[max(row.due_on, row.snoozed_until or row.due_on)] += 1
        else:
            rows[found.id] = row
            places.append(found)
    days = calendar.working_days_between(today, max((one.last for one in places), default=today))
    moves = level(places, days=days, fixed=fixed, cap=schedules.workspace.first_calls_a_day)
    return [_levelled(rows[key], schedules, on=on) for key, on in sorted(moves.items())]


def _asked_on(of: sa.Table) -> sa.ColumnElement[date]:
    """SQL: the day a customer comes up: its due date, or the end of a snooze that ends later."""
    return sa.case((of.c.snoozed_until > of.c.due_on, of.c.snoozed_until), else_=of.c.due_on)


def _read(session: Session, owner_id: str, today: date) -> Sequence[Any]:
    names = (*MOVING_NAMES, *Schedule._fields, "snoozed_until", "id")
    theirs = sa.and_(CUSTOMERS.c.workspace_id == workspace_of(session), CUSTOMERS.c.owner_id == owner_id)
    query = sa.select(*(CUSTOMERS.c[name] for name in names)).where(theirs, is_active(), _asked_on(CUSTOMERS) >= today)
    return session.execute(query).all()


def _place(row: Any, schedules: ScheduleBatch, calendar: Calendar, today: date) -> Place | None:
    """Return where a customer is and may be; None where it stays, as one that something has brought forward does."""
    plain = {"sooner_on": None}
    if row.due_on < today or schedules.schedule_of(row, **plain).due_on != row.due_on:
        return None
    return place(
        str(row.id), calendar, today=today, on=row.due_on,
        wanted=wanted_on(row.waiting_since, row.effective_cadence_days, row.last_contact_on, row.first_due_on),
        waiting_since=row.waiting_since, cadence_days=row.effective_cadence_days,
        neglected_after=row.neglected_after, ever_contacted=row.last_contact_on is not None,
    )  # fmt: skip


def _levelled(row: Any, schedules: ScheduleBatch, *, on: date) -> Levelled:
    due = schedules.schedule_of(row, sooner_on=None, levelled_on=None).due_on
    return Levelled(row.id, on, due, row.waiting_since)

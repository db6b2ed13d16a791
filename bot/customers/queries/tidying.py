"""In which workspaces housekeeping has something to do, of all workspaces in one statement."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.customers.rules.due import Status
from bot.customers.tables import TALLY, Customer, tally_key
from bot.people.rules import DAY
from bot.workspaces.tables import Workspace

LAST_MIDNIGHT_ON_EARTH = timedelta(hours=12)  # the zones furthest west are twelve hours behind UTC


def is_ended_snooze(now: datetime) -> Any:
    """Return the SQL of whether the day on which a `Customer` wakes has come in every time zone."""
    return col(Customer.snoozed_until) <= (now - LAST_MIDNIGHT_ON_EARTH).date()


def has_ended_snooze(now: datetime) -> Any:
    """Return the SQL of whether a snooze has ended in a `Workspace`."""
    return _has_customer(is_ended_snooze(now))


def has_woken(now: datetime) -> Any:
    """Return the SQL of whether the day until which a customer is paused may have come in a `Workspace`."""
    return _has_customer(col(Customer.status) == Status.PAUSED, col(Customer.status_until) <= now.date() + DAY)


def has_unfolded(session: Session) -> tuple[Any, ...]:
    """Return the SQL of whether a `Workspace` has rows of the tally with the same key; on SQLite none ever has."""
    if session.get_bind().dialect.name != "postgresql":
        return ()
    alike = sa.select(sa.literal(1)).where(TALLY.c.workspace_id == col(Workspace.id))
    return (alike.group_by(*(TALLY.c[name] for name in tally_key(""))).having(sa.func.count() > 1).exists(),)


def _has_customer(*which: Any) -> Any:
    own = col(Customer.workspace_id) == col(Workspace.id)
    return sa.select(col(Customer.id)).where(own, *which).exists()

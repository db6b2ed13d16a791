"""Reads the limits between sizes that a workspace has set."""

from datetime import date

from sqlmodel import Session, col, select

from bot.customers.rules.limits import Limits
from bot.people.queries import get_calendar
from bot.workspaces.tables import SizeLimits


def list_limits(session: Session) -> list[tuple[date, Limits | None]]:
    """Return the limits by the day in the workspace's zone from which they held; None where they were switched off."""
    calendar = get_calendar(session, None)
    rows = session.exec(select(SizeLimits).order_by(col(SizeLimits.set_at), col(SizeLimits.id))).all()
    return [
        (calendar.today(row.set_at), Limits(tuple(row.amounts), row.currency) if row.amounts else None) for row in rows
    ]


def get_limits(session: Session) -> Limits | None:
    """Return the limits that hold now; None where sizes are fifths."""
    return next((limits for _, limits in reversed(list_limits(session))), None)

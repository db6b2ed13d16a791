"""Puts away what is over."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.customers.tables import Customer, Upload

LAST_MIDNIGHT_ON_EARTH = timedelta(hours=12)  # the zones furthest west are twelve hours behind UTC


def end_snoozes(session: Session, *, now: datetime) -> int:
    """Clear snoozes whose day has come in every time zone, so that no screen speaks of them; how many."""
    everywhere = (now - LAST_MIDNIGHT_ON_EARTH).date()
    over = col(Customer.snoozed_until) <= everywhere
    cleared = {"snoozed_until": None, "snooze_reason": None, "snooze_note": None, "snoozed_by": None}
    return session.exec(sa.update(Customer).where(over).values(cleared)).rowcount


def forget_uploads(session: Session, *, before: datetime) -> int:
    """Drop lists that were sent before that instant and never confirmed; how many."""
    return session.exec(sa.delete(Upload).where(col(Upload.at) < before)).rowcount

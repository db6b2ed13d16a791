"""Forgets and hands out what is kept about a customer or a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from bot.checkins.queries.history import list_entries
from bot.checkins.tables import Checkin, CustomerAction, Reminder, ReminderItem

CUSTOMER, PERSON = "customer", "person"


def erase(session: Session, kind: str, subject_id: str, now: datetime) -> int:  # noqa: ARG001 - every erase takes the time
    """
    Forget a customer's check-ins, or a person's reminders; returns how many rows went.

    What a person recorded stays with the customer it is about: it is the customer's history, under their id.
    """
    if kind == CUSTOMER:
        customer_id = UUID(subject_id)
        kinds: tuple[Any, ...] = (CustomerAction, ReminderItem, Checkin)
        return sum(_drop(session, table, col(table.customer_id) == customer_id) for table in kinds)
    if kind == PERSON:
        theirs = select(Reminder.id).where(Reminder.person_id == subject_id)
        items = _drop(session, ReminderItem, col(ReminderItem.reminder_id).in_(theirs))
        return items + _drop(session, Reminder, col(Reminder.person_id) == subject_id)
    return 0


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """Everything kept here about a customer, or recorded by a person, as JSON values."""
    if kind == CUSTOMER:
        entries = list_entries(session, customer_id=UUID(subject_id))
    elif kind == PERSON:
        entries = list_entries(session, by=subject_id)
    else:
        return {}
    return {"checkins": [entry.model_dump(mode="json") for entry in entries]}


def _drop(session: Session, table: type[SQLModel], which: Any) -> int:
    return session.exec(sa.delete(table).where(which)).rowcount

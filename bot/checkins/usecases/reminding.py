"""Enqueues the one reminder of each owner's working day, for many people in few statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.checkins.queries import get_owner_scope
from bot.checkins.queries.queue import build_reminder, list_due_reminders, queue_row, read_page
from bot.checkins.rules import REMINDER_ROWS
from bot.checkins.schemas import DueReminder, QueueRow
from bot.checkins.tables import Reminder, ReminderItem
from bot.core import outbox
from bot.core.clock import new_id
from bot.core.database import workspace_of
from bot.core.feature import Feature, collect_briefs
from bot.core.schemas import Line
from bot.people.queries import list_names

Waiting = tuple[DueReminder, list[QueueRow], int]


def enqueue_reminders(
    session: Session, *, person_ids: Sequence[str], features: Sequence[Feature], now: datetime
) -> int:
    """Enqueue a reminder for each of these people for whom it is (still) due; return how many."""
    owed = list_due_reminders(session, now=now, only=person_ids)
    found = [_waiting_rows(session, reminder, now=now) for reminder in owed]
    waiting = [one for one in found if one[1]]
    ids = {row.customer.id for _, rows, _ in waiting for row in rows}
    lines = collect_briefs(features, session, sorted(ids), now)
    people = {owed.person_id for owed, _, _ in waiting}
    owners = {row.customer.owner_id for _, rows, _ in waiting for row in rows}
    names = list_names(session, people | owners)
    reminders = _store(session, waiting, now=now)
    notifications = [
        _new_notification(reminder, turn, rows, lines=lines, names=names)
        for reminder, (turn, rows, _) in zip(reminders, waiting, strict=True)
    ]
    outbox.enqueue_all(session, notifications, now=now)
    return len(reminders)


def _waiting_rows(session: Session, owed: DueReminder, *, now: datetime) -> Waiting:
    """Return the longest waiting customers of that person's queue, except snoozed ones, and how many wait in all."""
    scope = get_owner_scope(session, person_id=owed.person_id, now=now)
    page = read_page(session, scope, page=0, rows=REMINDER_ROWS)
    waits = int(page[0].waits) if page else 0
    return owed, [queue_row(row, (), scope) for row in page[:waits]], waits


def _store(session: Session, waiting: Sequence[Waiting], *, now: datetime) -> list[Reminder]:
    """Store the reminders with their items."""
    reminders = [
        Reminder(person_id=owed.person_id, local_day=owed.local_day, made_at=now, more=waits - len(rows))
        for owed, rows, waits in waiting
    ]
    session.add_all(reminders)
    session.flush()
    workspace = workspace_of(session)
    items = [
        {"id": new_id(), "workspace_id": workspace, "reminder_id": reminder.id, "customer_id": row.customer.id,
         "position": position, "on_behalf_of": _absent(row)}
        for reminder, (_, rows, _) in zip(reminders, waiting, strict=True)
        for position, row in enumerate(rows)
    ]  # fmt: skip
    if items:
        session.execute(sa.insert(ReminderItem), items)
    return reminders


def _new_notification(
    reminder: Reminder,
    owed: DueReminder,
    rows: Sequence[QueueRow],
    *,
    lines: Mapping[UUID, Sequence[Line]],
    names: Mapping[str, str],
) -> outbox.NewNotification:
    """Build the message; it expires at the person's midnight."""
    absent = {row.customer.id: _absent(row) for row in rows}
    schemas = [row.customer for row in rows]
    notification = build_reminder(reminder, schemas=schemas, lines=lines, actions={}, names=names, for_whom=absent)
    key = f"reminder:{reminder.person_id}:{reminder.local_day.isoformat()}"
    return outbox.NewNotification(notification, to=reminder.person_id, key=key, expires_at=owed.midnight)


def _absent(row: QueueRow) -> str | None:
    """Return the absent owner for whom a customer is looked after, or None."""
    return row.customer.owner_id if row.for_whom else None

"""Enqueues the one reminder of each working day of a person, for many people in few statements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.checkins.queries import get_owner_scope
from bot.checkins.queries.idle import list_named
from bot.checkins.queries.queue import queue_row, read_first
from bot.checkins.queries.reminders import Told, build_reminder, build_section, list_due_reminders, list_last_items
from bot.checkins.rules import CUSTOMERS, REMINDER_ROWS, SECTION_ROWS, days_in_a_row
from bot.checkins.schemas import DueReminder, IdlePerson, QueueRow
from bot.checkins.tables import Reminder, ReminderItem
from bot.core import outbox
from bot.core.clock import new_id
from bot.core.database import workspace_of
from bot.core.feature import Feature, Morning, collect_briefs, collect_mornings
from bot.core.schemas import MorningSection
from bot.people.queries import list_calendars, list_names


@dataclass(frozen=True)
class Waiting:
    """A due reminder: its first customers, how many wait in all, who is idle, and what stood in the last one."""

    owed: DueReminder
    rows: Sequence[QueueRow]
    total: int
    idle: tuple[IdlePerson, ...]
    last_day: date | None
    last_days: Mapping[UUID, int]
    follows: bool
    had_more: bool

    def days_of(self, subject_id: UUID) -> int:
        """Return on how many working days in a row something has stood in the person's reminders, with this one."""
        return days_in_a_row(self.last_days.get(subject_id, 0), follows=self.follows)

    def days_of_customer(self, row: QueueRow) -> int:
        """Return the same of a customer; one that had no room in the last reminder isn't new."""
        waited = self.had_more and self.last_day is not None and row.customer.due_on <= self.last_day
        return max(self.days_of(row.customer.id), 2 if waited and self.follows else 1)


def enqueue_reminders(
    session: Session, *, person_ids: Sequence[str], features: Sequence[Feature], now: datetime
) -> int:
    """
    Enqueue a reminder for each of these people for whom it is (still) due, and return how many.

    Managers read once a week who doesn't act. Who has nothing to be reminded of gets no message that day, whatever
    comes up after their hour.
    """
    due = list_due_reminders(session, features=features, now=now, only=person_ids)
    days = {one.person_id: one.local_day for one in due}
    idle = list_named(session, days, features=features, now=now) if days else {}
    quiet = [one for one in due if not one.waits and one.person_id not in idle]
    session.add_all([Reminder(person_id=one.person_id, local_day=one.local_day, made_at=now) for one in quiet])
    owed = [one for one in due if one.waits or one.person_id in idle]
    waiting = _list_waiting(session, owed, idle, now=now)
    sections = _list_sections(session, waiting, collect_mornings(features), now=now)
    ids = {row.customer.id for one in waiting for row in one.rows}
    lines = collect_briefs(features, session, sorted(ids), now)
    people = {one.owed.person_id for one in waiting}
    owners = {row.customer.owner_id for one in waiting for row in one.rows}
    names = list_names(session, people | owners)
    reminders = _store(session, waiting, sections, now=now)
    notifications = []
    for reminder, one in zip(reminders, waiting, strict=True):
        told = Told(
            lines=lines, names=names, days={row.customer.id: one.days_of_customer(row) for row in one.rows},
            for_whom={row.customer.id: _absent(row) for row in one.rows},
        )  # fmt: skip
        notifications.append(_new_notification(reminder, one, sections[one.owed.person_id], told))
    outbox.enqueue_all(session, notifications, now=now)
    return len(reminders)


def _list_waiting(
    session: Session, owed: Sequence[DueReminder], idle: Mapping[str, tuple[IdlePerson, ...]], *, now: datetime
) -> list[Waiting]:
    """Return the customers in each of these reminders, who is idle, and what stood in the last one."""
    people = [one.person_id for one in owed]
    last, calendars = list_last_items(session, people), list_calendars(session, people)
    waiting = []
    for one in owed:
        reminder, days = last.get(one.person_id, (None, {}))
        following = calendars[one.person_id].next_working_day(reminder.local_day, or_same=False) if reminder else None
        rows, total = _first_rows(session, one, now=now)
        waiting.append(
            Waiting(
                owed=one, rows=rows, total=total, idle=idle.get(one.person_id, ()),
                last_day=reminder.local_day if reminder else None, last_days=days, follows=following == one.local_day,
                had_more=bool(reminder and reminder.more),
            )
        )  # fmt: skip
    return waiting


def _first_rows(session: Session, owed: DueReminder, *, now: datetime) -> tuple[list[QueueRow], int]:
    """Return the first customers of that person's queue, except snoozed ones, and how many wait in all."""
    scope = get_owner_scope(session, person_id=owed.person_id, now=now)
    rows, waits = read_first(session, scope, rows=REMINDER_ROWS)
    return [queue_row(row, (), scope) for row in rows], waits


def _list_sections(
    session: Session, waiting: Sequence[Waiting], mornings: Sequence[Morning], *, now: datetime
) -> dict[str, list[MorningSection]]:
    """Return the sections of other features in each person's reminder, in their order."""
    sections: dict[str, list[MorningSection]] = {one.owed.person_id: [] for one in waiting}
    for morning in mornings:
        due = {one.owed.person_id: one.owed.sections.get(morning.key, ()) for one in waiting}
        shown = {person_id: ids[:SECTION_ROWS] for person_id, ids in due.items() if ids}
        schemas = morning.list_rows(session, shown, now) if shown else {}
        for one in waiting:
            if ids := shown.get(one.owed.person_id):
                days = {subject_id: one.days_of(subject_id) for subject_id in ids}
                more = len(due[one.owed.person_id]) - len(ids)
                rows = schemas.get(one.owed.person_id, ())
                section = build_section(morning, one.owed.person_id, rows, days, more=more)
                sections[one.owed.person_id].append(section)
    return sections


def _store(
    session: Session, waiting: Sequence[Waiting], sections: Mapping[str, Sequence[MorningSection]], *, now: datetime
) -> list[Reminder]:
    """Store the reminders with their items."""
    reminders = [
        Reminder(
            person_id=one.owed.person_id, local_day=one.owed.local_day, made_at=now, more=one.total - len(one.rows)
        )
        for one in waiting
    ]
    session.add_all(reminders)
    session.flush()
    workspace = workspace_of(session)
    items = [
        {"id": new_id(), "workspace_id": workspace, "reminder_id": reminder.id, "position": position, **item}
        for reminder, one in zip(reminders, waiting, strict=True)
        for position, item in enumerate(_items(one, sections[one.owed.person_id]))
    ]
    if items:
        session.execute(sa.insert(ReminderItem), items)
    return reminders


def _items(one: Waiting, sections: Sequence[MorningSection]) -> Iterator[dict[str, Any]]:
    """Yield what is stored of each thing in a reminder, in order."""
    for section in sections:
        for row in section.rows:
            about = {"subject_id": row.id, "customer_id": row.customer_id}
            yield {"section": section.key, **about, "days": row.days, "on_behalf_of": None}
    for customer in one.rows:
        about = {"subject_id": customer.customer.id, "customer_id": customer.customer.id}
        days = one.days_of_customer(customer)
        yield {"section": CUSTOMERS, **about, "days": days, "on_behalf_of": _absent(customer)}


def _new_notification(
    reminder: Reminder, one: Waiting, sections: Sequence[MorningSection], told: Told
) -> outbox.NewNotification:
    """Build the message; it expires at the person's midnight."""
    schemas = [row.customer for row in one.rows]
    notification = build_reminder(reminder, sections=sections, idle=one.idle, schemas=schemas, told=told)
    key = f"reminder:{reminder.person_id}:{reminder.local_day.isoformat()}"
    return outbox.NewNotification(notification, to=reminder.person_id, key=key, expires_at=one.owed.midnight)


def _absent(row: QueueRow) -> str | None:
    """Return the absent owner for whom a customer is looked after, or None."""
    return row.customer.owner_id if row.for_whom else None

"""Owes each owner the one reminder of their working day."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlmodel import Session

from bot.checkins.facts import OwedReminder, QueueRow
from bot.checkins.queries.desks import get_desk
from bot.checkins.queries.queue import queue_row, read_page, row_facts
from bot.checkins.queries.reminders import draw_up, list_owed_reminders
from bot.checkins.rules import REMINDER_ROWS
from bot.checkins.tables import Reminder, ReminderItem
from bot.core import outbox
from bot.core.room import Room, collect_briefs
from bot.people.queries import get_calendar, list_names


def owe_reminders(session: Session, *, person_ids: Sequence[str], rooms: Sequence[Room], now: datetime) -> int:
    """Owe a reminder to each of these people whose turn it (still) is; returns how many."""
    owed = list_owed_reminders(session, now=now, only=person_ids)
    return sum(_owe(session, reminder, rooms=rooms, now=now) for reminder in owed)


def owe_reminder(session: Session, *, person_id: str, rooms: Sequence[Room], now: datetime) -> bool:
    """Owe that person the reminder of their day; False when it isn't their turn, or nobody waits for them."""
    return owe_reminders(session, person_ids=[person_id], rooms=rooms, now=now) == 1


def _owe(session: Session, owed: OwedReminder, *, rooms: Sequence[Room], now: datetime) -> bool:
    rows, waits = _waiting_rows(session, owed, rooms=rooms, now=now)
    if not rows:
        return False
    reminder = Reminder(person_id=owed.person_id, local_day=owed.local_day, made_at=now, more=max(waits - len(rows), 0))
    session.add(reminder)
    session.flush()
    _keep_items(session, reminder, rows)
    notice = draw_up(
        reminder,
        facts=[row.customer for row in rows],
        lines={row.customer.id: row.customer.lines for row in rows},
        deeds={},
        names=list_names(session, [owed.person_id, *(row.customer.owner_id for row in rows)]),
        for_whom={row.customer.id: row.customer.owner_id if row.for_whom else None for row in rows},
    )
    calendar = get_calendar(session, owed.person_id)
    return outbox.owe(
        session,
        notice,
        to=owed.person_id,
        key=f"reminder:{owed.person_id}:{owed.local_day.isoformat()}",
        now=now,
        expires_at=calendar.at(owed.local_day + timedelta(days=1), time(0)),
    )


def _waiting_rows(
    session: Session, owed: OwedReminder, *, rooms: Sequence[Room], now: datetime
) -> tuple[list[QueueRow], int]:
    """The longest waiting of that person's queue, put-off ones left out, and how many wait in all."""
    desk = get_desk(session, person_id=owed.person_id, now=now)
    page = read_page(session, desk, page=0, rows=REMINDER_ROWS)
    waits = int(page[0].waits) if page else 0
    facts = row_facts(page[:waits], today=desk.today)
    lines = collect_briefs(rooms, session, [fact.id for fact in facts], now)
    return [queue_row(fact, lines, desk) for fact in facts], waits


def _keep_items(session: Session, reminder: Reminder, rows: Sequence[QueueRow]) -> None:
    for position, row in enumerate(rows):
        behalf = row.customer.owner_id if row.for_whom else None
        session.add(
            ReminderItem(reminder_id=reminder.id, customer_id=row.customer.id, position=position, on_behalf_of=behalf)
        )
    session.flush()

"""What the clock does about promises: reminders, days that are over, promises whose assignees or customers are gone."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.commitments.queries import list_of_inactive, list_orphaned
from bot.commitments.rules import AT_ONCE, REMINDER_ROWS
from bot.commitments.usecases import erase_customer, find_new_assignee, list_recipients, reason_of_inactive, recording
from bot.core import outbox
from bot.core.database import workspace_of
from bot.customers.queries import list_by_ids
from bot.people.queries import find_cover, find_person_row, get_calendar, get_today
from bot.people.rules import Calendar
from bot.promises.queries import PROMISES, get_notified, list_due_reminders, list_overdue
from bot.promises.rules import PromiseEvent, PromiseState
from bot.promises.schemas import DueReminder, PromisesBroken, PromisesDue, PromisesInherited, Told
from bot.promises.tables import Promise
from bot.promises.usecases import break_promise, end, notify
from bot.workspaces.usecases import BOT


def enqueue_reminders(session: Session, *, person_ids: Sequence[str], now: datetime) -> int:
    """Enqueue for each of these people, whose turn it (still) is, what they are to keep soon; returns how many."""
    return sum(_remind(session, one, now) for one in list_due_reminders(session, now=now, only=person_ids))


def break_overdue(session: Session, *, now: datetime) -> int:
    """
    Break every open promise whose day is over, and tell assignees and owners once; returns how many.

    It is one message each, in the morning of their next working day. Who is away and has a cover doesn't come back to
    old news: the cover gets it.
    """
    rows = list_overdue(session, now=now, limit=AT_ONCE)
    for row in rows:
        break_promise(session, row, now=now)
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    concern: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        people = (row.assignee_id, customers[row.customer_id].owner_id)
        for person_id in list_recipients(session, [_stand_in(session, one, now) for one in people if one]):
            concern[person_id].append(row.id)
    for person_id, theirs in concern.items():
        morning = _next_morning(get_calendar(session, person_id), now)
        _notify(session, PromisesBroken, theirs, to=person_id, not_before=morning, now=now)
    return len(rows)


def withdraw_inactive(session: Session, *, now: datetime) -> int:
    """Withdraw what is owed to customers that are lost or excluded, and say why; returns how many."""
    rows = list_of_inactive(session, PROMISES, limit=AT_ONCE)
    for row in rows:
        reason = reason_of_inactive(session, row)
        end(session, row, PromiseState.WITHDRAWN, by=BOT, words=reason, now=now)
        notify(session, row, PromiseEvent.WITHDRAWN, by=BOT, words=reason, now=now)
    return len(rows)


def inherit_orphaned(session: Session, *, now: datetime) -> int:
    """
    Give what people who left had promised to the customers' owners, else to a manager, and say so; returns how many.

    With nobody here it stays as it is. Each assignee gets one message for each person who left.
    """
    inherited: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for row in list_orphaned(session, PROMISES, limit=AT_ONCE):
        assignee, left = find_new_assignee(session, row), row.assignee_id
        if assignee is None:
            continue
        with recording(session, PROMISES, row, "inherited", by=BOT, now=now):
            row.assignee_id, row.reminded, row.reminded_id = assignee.id, 0, None
        inherited[left, assignee.id].append(row.id)
    for (left, assignee_id), ids in inherited.items():
        if person := find_person_row(session, left):
            _notify(session, PromisesInherited, ids, to=assignee_id, left=person.name, now=now)
    return sum(map(len, inherited.values()))


erase = partial(erase_customer, kind=PROMISES, notify=notify, forgotten=PromiseEvent.FORGOTTEN)
"""Deletes the promises to a customer."""


def _remind(session: Session, reminder: DueReminder, now: datetime) -> bool:
    ours = col(Promise.workspace_id) == workspace_of(session)
    for near in {row.stage for row in reminder.rows}:
        which = col(Promise.id).in_([row.id for row in reminder.rows if row.stage == near])
        session.exec(sa.update(Promise).where(ours, which).values(reminded=near, reminded_id=reminder.person_id))
    ids = [row.id for row in reminder.rows]
    key = f"promises:{reminder.person_id}:{reminder.local_day.isoformat()}"
    return _notify(session, PromisesDue, ids, to=reminder.person_id, key=key, now=now)


def _notify(
    session: Session, kind: type[Told], ids: Sequence[UUID], *, to: str, now: datetime, key: str = "",
    not_before: datetime | None = None, **more: Any,
) -> bool:  # fmt: skip
    shown = ids[:REMINDER_ROWS]
    notification: Any = get_notified(session, schema=kind, ids=shown, person_id=to, total=len(ids), now=now, **more)
    key = key or f"{notification.kind}:{to}:{ids[0]}"
    return outbox.enqueue(session, notification, to=to, key=key, now=now, not_before=not_before)


def _next_morning(calendar: Calendar, now: datetime) -> datetime:
    """Return the hour of somebody's messages, the next time that it comes on a working day."""
    today = calendar.today(now)
    has_come = calendar.at(today, calendar.hour) < now
    return calendar.at(calendar.next_working_day(today, or_same=not has_come), calendar.hour)


def _stand_in(session: Session, person_id: str, now: datetime) -> str:
    return find_cover(session, person_id, get_today(session, person_id=person_id, now=now)) or person_id

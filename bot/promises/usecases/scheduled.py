"""What the clock does about promises: days that are over, promises whose assignees or customers are gone."""

from collections import defaultdict
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import Session

from bot.commitments.queries import list_of_inactive, list_orphaned
from bot.commitments.rules import AT_ONCE, REMINDER_ROWS
from bot.commitments.usecases import erase_customer, find_new_assignee, reason_of_inactive, recording
from bot.core import outbox
from bot.people.queries import find_person_row
from bot.promises.queries import PROMISES, get_notified, list_overdue
from bot.promises.rules import PromiseEvent, PromiseState
from bot.promises.schemas import PromisesInherited
from bot.promises.usecases import break_promise, end, notify
from bot.workspaces.usecases import BOT


def break_overdue(session: Session, *, now: datetime) -> int:
    """
    Break every open promise whose day is over; return how many.

    The next reminders of those who were to keep them and of the customers' owners say so.
    """
    rows = list_overdue(session, now=now, limit=AT_ONCE)
    for row in rows:
        break_promise(session, row, now=now)
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
            row.assignee_id = assignee.id
        inherited[left, assignee.id].append(row.id)
    for (left, assignee_id), ids in inherited.items():
        if person := find_person_row(session, left):
            about: dict[str, Any] = {"person_id": assignee_id, "total": len(ids), "left": person.name, "now": now}
            notification = get_notified(session, schema=PromisesInherited, ids=ids[:REMINDER_ROWS], **about)
            key = f"{notification.kind}:{assignee_id}:{ids[0]}"
            outbox.enqueue(session, notification, to=assignee_id, key=key, now=now)
    return sum(map(len, inherited.values()))


erase = partial(erase_customer, kind=PROMISES, notify=notify, forgotten=PromiseEvent.FORGOTTEN)
"""Deletes the promises to a customer."""

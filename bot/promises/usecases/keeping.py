"""What the clock does: reminders, days that are over, promises whose assignees or customers are gone."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core import outbox
from bot.core.database import workspace_of
from bot.customers.queries import get_customer
from bot.people.queries import find_person_row, list_managers
from bot.people.tables import Person
from bot.promises.queries import get_told, owed_where
from bot.promises.queries.clock import list_due_reminders, list_orphaned, list_overdue, list_shut
from bot.promises.rules import NOTE, REMINDER_ROWS, Event, State
from bot.promises.schemas import DueReminder, PromisesDue
from bot.promises.tables import Promise
from bot.promises.usecases.closing import break_promise, end
from bot.promises.usecases.news import tell, tell_broken, tell_heirs
from bot.promises.usecases.recording import note, state_of
from bot.workspaces.usecases import BOT

AT_ONCE = 200  # promises in one transaction


def enqueue_reminders(session: Session, *, person_ids: Sequence[str], now: datetime) -> int:
    """Owe each of these people, whose turn it (still) is, what they are to keep soon; returns how many."""
    return sum(_remind(session, owed, now) for owed in list_due_reminders(session, now=now, only=person_ids))


def break_overdue(session: Session, *, now: datetime) -> int:
    """Have every open promise whose day is over be broken, and those whom it concerns told once; returns how many."""
    rows = list_overdue(session, now=now, limit=AT_ONCE)
    for row in rows:
        break_promise(session, row, now=now)
    tell_broken(session, rows, now=now)
    return len(rows)


def withdraw_shut(session: Session, *, now: datetime) -> int:
    """Withdraw what is owed to customers that are lost or excluded, for that reason, and say so; returns how many."""
    rows = list_shut(session)[:AT_ONCE]
    for row in rows:
        customer = get_customer(session, row.customer_id)
        why = f": {customer.status_reason}" if customer.status_reason else ""
        reason = f"the customer is {customer.status.value}{why}"[:NOTE]
        end(session, row, State.WITHDRAWN, by=BOT, words=reason, now=now)
        tell(session, row, Event.WITHDRAWN, by=BOT, words=reason, now=now)
    return len(rows)


def inherit_orphaned(session: Session, *, now: datetime) -> int:
    """
    Give what people who left had promised to the customers' owners, else to a manager, and say so; returns how many.

    With nobody here it stays as it is.
    """
    inherited: dict[str, list[Promise]] = defaultdict(list)
    for row in list_orphaned(session)[:AT_ONCE]:
        heir = _heir(session, row)
        if heir is None:
            continue
        before, left = state_of(row), row.assignee_id
        row.assignee_id, row.reminded, row.reminded_id = heir.id, 0, None
        session.flush()
        note(session, row, "inherited", by=BOT, before=before, now=now)
        inherited[left].append(row)
    for person_id, rows in inherited.items():
        if left_person := find_person_row(session, person_id):
            tell_heirs(session, rows, left=left_person, now=now)
    return sum(len(rows) for rows in inherited.values())


def erase(session: Session, kind: str, subject_id: str, now: datetime) -> int:
    """
    Forget the promises to a customer, telling those who owe them something; returns how many rows went.

    Those of a person stay with the customers they were made to; what is owed goes to somebody who is here.
    """
    if kind != "customer":
        return 0
    customer_id = UUID(subject_id)
    ours = Promise.workspace_id == workspace_of(session)
    for row in session.exec(owed_where(ours, Promise.customer_id == customer_id)).all():
        tell(session, row, Event.FORGOTTEN, by=BOT, now=now)
    gone = sa.delete(Promise).where(ours, col(Promise.customer_id) == customer_id)  # type: ignore[arg-type]  # a column
    return session.exec(gone).rowcount


def _remind(session: Session, owed: DueReminder, now: datetime) -> bool:
    for near in {row.stage for row in owed.rows}:
        ids = [row.id for row in owed.rows if row.stage == near]
        session.exec(
            sa.update(Promise)
            .where(col(Promise.workspace_id) == workspace_of(session), col(Promise.id).in_(ids))
            .values(reminded=near, reminded_id=owed.person_id)
        )
    notification = get_told(
        session,
        kind=PromisesDue,
        promise_ids=[row.id for row in owed.rows[:REMINDER_ROWS]],
        person_id=owed.person_id,
        total=len(owed.rows),
        now=now,
    )
    key = f"promises:{owed.person_id}:{owed.local_day.isoformat()}"
    return outbox.enqueue(session, notification, to=owed.person_id, key=key, now=now)


def _heir(session: Session, row: Promise) -> Person | None:
    """Who is to keep what somebody left behind."""
    owner = get_customer(session, row.customer_id).owner_id
    person = find_person_row(session, owner) if owner else None
    if person and not (person.is_deactivated or person.is_guest or person.is_bot):
        return person
    return next(iter(list_managers(session)), None)

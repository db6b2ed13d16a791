"""What the clock does: reminders, lateness, work whose people or customers are gone."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core import outbox
from bot.core.database import workspace_of
from bot.customers.queries import get_customer
from bot.followups.queries import get_due, open_where
from bot.followups.queries.owed import (
    list_due_reminders,
    list_due_rows,
    list_long_late,
    list_orphaned,
    list_shut,
)
from bot.followups.rules import REMINDER_ROWS, Event, State
from bot.followups.schemas import DueReminder, FollowupLate
from bot.followups.tables import Followup
from bot.followups.usecases.assigning import close, note, state_of
from bot.followups.usecases.news import schema_for, tell, tell_assignee
from bot.people.queries import find_person_row, get_calendar, list_managers
from bot.people.tables import Person
from bot.workspaces.usecases import BOT

AT_ONCE = 200  # follow-ups in one transaction


def enqueue_reminders(session: Session, *, person_ids: Sequence[str], now: datetime) -> int:
    """Owe each of these people, whose turn it (still) is, what they are to do; returns how many."""
    return sum(_remind(session, owed, now) for owed in list_due_reminders(session, now=now, only=person_ids))


def tell_givers(session: Session, *, now: datetime) -> int:
    """Owe those who asked for something that is two working days late the news, once; returns how many."""
    rows = list_long_late(session, now=now, limit=AT_ONCE)
    for row in rows:
        row.told_manager_at = now
        notification = FollowupLate(followup=schema_for(session, row, row.given_by, now))
        key = f"followup_late:{row.id}:{row.assignee_id}:{row.due_on}"
        outbox.enqueue(session, notification, to=row.given_by, key=key, now=now)
    return len(rows)


def close_shut(session: Session, *, now: datetime) -> int:
    """Close what is open with customers that are lost or excluded, for that reason, and say so; returns how many."""
    rows = list_shut(session)[:AT_ONCE]
    for row in rows:
        customer = get_customer(session, row.customer_id)
        why = f": {customer.status_reason}" if customer.status_reason else ""
        reason = f"the customer is {customer.status.value}{why}"[:300]
        close(session, row, State.CANCELLED, by=BOT, reason=reason, now=now)
        tell(session, row, Event.CANCELLED, by=BOT, words=reason, now=now)
    return len(rows)


def return_orphaned(session: Session, *, now: datetime) -> int:
    """
    Give open follow-ups of people who left back to who gave them, and say so; returns how many.

    Where that person is gone, too, it is the customer's owner, else a manager; with nobody here it stays as it is.
    """
    count = 0
    for row in list_orphaned(session)[:AT_ONCE]:
        heir = _heir(session, row)
        if heir is None:
            continue
        before = state_of(row)
        left = find_person_row(session, row.assignee_id)
        row.assignee_id, row.reminded_on, row.told_manager_at = heir.id, None, None
        session.flush()
        note(session, row, "returned", by=BOT, before=before, now=now)
        tell_assignee(session, row, now=now, returned_from=left.name if left else "Who had it")
        count += 1
    return count


def erase(session: Session, kind: str, subject_id: str, now: datetime) -> int:
    """
    Forget the follow-ups about a customer, telling whom the open ones concern; returns how many rows went.

    Those of a person stay with the customers they are about; open ones go back to who gave them.
    """
    if kind != "customer":
        return 0
    customer_id = UUID(subject_id)
    ours = Followup.workspace_id == workspace_of(session)
    for row in session.exec(open_where(ours, Followup.customer_id == customer_id)).all():
        tell(session, row, Event.FORGOTTEN, by=BOT, now=now)
    gone = sa.delete(Followup).where(ours, col(Followup.customer_id) == customer_id)  # type: ignore[arg-type]  # a column
    return session.exec(gone).rowcount


def _remind(session: Session, owed: DueReminder, now: datetime) -> bool:
    calendar = get_calendar(session, owed.person_id)
    rows = list_due_rows(session, owed=owed, calendar=calendar)
    ids = [row.id for row in rows[:REMINDER_ROWS]]
    mark = (
        sa.update(Followup)
        .where(col(Followup.workspace_id) == workspace_of(session), col(Followup.id).in_([row.id for row in rows]))
        .values(reminded_on=owed.local_day)
    )
    session.exec(mark)
    notification = get_due(session, followup_ids=ids, person_id=owed.person_id, total=len(rows), now=now)
    key = f"followups:{owed.person_id}:{owed.local_day.isoformat()}"
    return outbox.enqueue(session, notification, to=owed.person_id, key=key, now=now)


def _heir(session: Session, row: Followup) -> Person | None:
    """Who gets what somebody left undone."""
    owner = get_customer(session, row.customer_id).owner_id
    for person_id in (row.given_by, owner):
        person = find_person_row(session, person_id) if person_id else None
        if person and not (person.is_deactivated or person.is_guest or person.is_bot):
            return person
    return next(iter(list_managers(session)), None)

"""What the reviews store and tell of their own: the reconciliation of each day."""

from datetime import datetime

from sqlmodel import Session

from bot.core import outbox
from bot.people.queries import get_today, list_managers
from bot.reviews.queries.reconciliation import find_day, reconcile
from bot.reviews.schemas.reconciliation import NotAccountedFor
from bot.reviews.tables import DailyReconciliation


def reconcile_today(session: Session, *, now: datetime) -> bool:
    """
    Store today's reconciliation, and notify the managers when customers aren't accounted for.

    Returns whether it was made: once a day in the workspace's zone, and again as long as it finds something, so that
    what was mended is told no longer. The managers are notified once.
    """
    today = get_today(session, person_id=None, now=now)
    stored = find_day(session, today)
    if stored is not None and not stored.content["discrepancies"]:
        return False
    found = reconcile(session, today=today)
    content = found.model_dump(mode="json", exclude={"examples"})
    stored = stored or DailyReconciliation(on_day=today, at=now)
    stored.at, stored.content = now, content
    session.add(stored)
    for manager in list_managers(session) if found.discrepancies else ():
        notification = NotAccountedFor(reconciliation=found)
        outbox.enqueue(session, notification, to=manager.id, key=f"reconciliation:{today}:{manager.id}", now=now)
    return True

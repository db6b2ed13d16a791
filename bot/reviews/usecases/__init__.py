"""What the reviews store and tell of their own: the reconciliation of each day."""

from datetime import datetime

from sqlmodel import Session

from bot.core import outbox
from bot.core.database import workspace_of
from bot.core.errors import InvalidInput
from bot.customers.rules.limits import LimitsRefused, parse_limits
from bot.people.queries import get_today, list_managers
from bot.people.usecases import require_manager
from bot.reviews.queries.reconciliation import find_day, reconcile
from bot.reviews.schemas import SizesSet
from bot.reviews.schemas.reconciliation import NotAccountedFor
from bot.reviews.tables import DailyReconciliation
from bot.workspaces.tables import SizeLimits
from bot.workspaces.usecases import record


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
    managers, alarm = list_managers(session) if found.discrepancies else (), NotAccountedFor(reconciliation=found)
    new = [outbox.NewNotification(alarm, one.id, f"reconciliation:{today}:{one.id}") for one in managers]
    outbox.enqueue_all(session, new, now=now)
    return True


def set_size_limits(session: Session, *, words: str, by: str, now: datetime) -> SizesSet:
    """
    Set the limits between sizes to what *words* say, from today on; `off` goes back to fifths. Return them.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: the limits can't be read, or overlap.
    """
    require_manager(session, by=by, wish="say which sizes are compared")
    try:
        limits = None if words.strip() == "off" else parse_limits(words.split())
    except LimitsRefused as refused:
        raise InvalidInput(str(refused)) from refused
    amounts, currency = (list(limits.amounts), limits.currency) if limits else ([], "")
    session.add(SizeLimits(set_at=now, set_by=by, amounts=amounts, currency=currency))
    after = {"amounts": amounts, "currency": currency}
    record(session, "reviews.limits", by=by, kind="workspace", subject=workspace_of(session), after=after, now=now)
    session.flush()
    return SizesSet(amounts=tuple(amounts), currency=currency)

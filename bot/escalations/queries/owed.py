"""What has to be said about escalations now: warnings, lateness, the channel, problems without anybody on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.escalations.queries import find_settings, live
from bot.escalations.rules import State
from bot.escalations.tables import Escalation
from bot.people.tables import Person

INACTIVE_STATUSES = (Status.LOST, Status.EXCLUDED)


def list_to_warn(session: Session, *, now: datetime, limit: int) -> Sequence[Escalation]:
    """Unanswered ones most of whose time is over, though not all of it, and nobody said so."""
    return _running(
        session,
        col(Escalation.warned_at).is_(None),
        col(Escalation.warn_at) <= now,
        col(Escalation.answer_by) > now,
        limit=limit,
    )


def list_late(session: Session, *, now: datetime, limit: int) -> Sequence[Escalation]:
    """Unanswered ones whose time is over, and nobody said so."""
    return _running(session, col(Escalation.late_told_at).is_(None), col(Escalation.answer_by) <= now, limit=limit)


def list_for_channel(session: Session, *, limit: int) -> Sequence[Escalation]:
    """Those of which the channel hasn't heard yet how they stand, the oldest first."""
    query = select(Escalation).where(
        Escalation.workspace_id == workspace_of(session), col(Escalation.channel_due).is_(True)
    )
    return session.exec(query.order_by(col(Escalation.id)).limit(limit)).all()


def find_channel_to_tell(session: Session, *, now: datetime) -> str | None:  # noqa: ARG001 - every query takes the time
    """The escalation channel, when there is something to post to it."""
    settings = find_settings(session)
    if settings is None or settings.channel_id is None or not list_for_channel(session, limit=1):
        return None
    return settings.channel_id


def list_shut(session: Session, *, limit: int) -> Sequence[Escalation]:
    """What is open with customers that are lost or excluded."""
    same = sa.and_(
        col(Customer.workspace_id) == col(Escalation.workspace_id), col(Customer.id) == col(Escalation.customer_id)
    )
    query = select(Escalation).join(Customer, same).where(*live(session, col(Customer.status).in_(INACTIVE_STATUSES)))
    return session.exec(query.order_by(col(Escalation.id)).limit(limit)).all()


def list_orphaned(session: Session, *, limit: int) -> Sequence[Escalation]:
    """What is open with somebody on it who left or became a guest."""
    same = sa.and_(
        col(Person.workspace_id) == col(Escalation.workspace_id), col(Person.id) == col(Escalation.assignee_id)
    )
    gone = sa.or_(col(Person.is_deactivated), col(Person.is_guest))
    query = select(Escalation).join(Person, same).where(*live(session, gone))
    return session.exec(query.order_by(col(Escalation.id)).limit(limit)).all()


def check(session: Session, now: datetime) -> Sequence[str]:  # noqa: ARG001 - every check takes the time
    """A sentence when something open has nobody on it, or no customer any more."""
    stuck = len(list_orphaned(session, limit=1000)) + len(list_shut(session, limit=1000))
    if not stuck:
        return []
    return [f"{stuck} escalations have nobody on them, or no customer any more; name a manager, or restart the bot."]


def _running(session: Session, *which: Any, limit: int) -> Sequence[Escalation]:
    query = select(Escalation).where(
        Escalation.workspace_id == workspace_of(session), Escalation.state == State.OPEN, *which
    )
    found: Sequence[Escalation] = session.exec(query.order_by(col(Escalation.answer_by)).limit(limit)).all()
    return found

"""Reads when and why customers were lost, and what came before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core.feature import Feature, collect_setbacks
from bot.customers.queries import get_customer, list_schemas
from bot.customers.schemas.losses import LossForm, RelativeLost
from bot.customers.tables import Loss
from bot.people.queries import get_today
from bot.people.usecases import require_here

BEFORE = timedelta(days=365)
MOST_LINES = 10


def list_losses(session: Session, customer_id: UUID) -> Sequence[Loss]:
    """List the times in which a customer was lost, the latest first."""
    query = select(Loss).where(Loss.customer_id == customer_id)
    return session.exec(query.order_by(col(Loss.lost_on).desc(), col(Loss.id).desc())).all()


def find_open_loss(session: Session, customer_id: UUID) -> Loss | None:
    """Return the loss of a customer that nobody has ended, or None."""
    return next((loss for loss in list_losses(session, customer_id) if loss.ended_on is None), None)


def get_loss_form(
    session: Session, *, customer_id: UUID, viewer: str, features: Sequence[Feature], now: datetime
) -> LossForm:
    """Return what the form about a lost customer starts with."""
    require_here(session, by=viewer)
    customer, today = get_customer(session, customer_id), get_today(session, person_id=viewer, now=now)
    loss = find_open_loss(session, customer_id)
    lost_on = loss.lost_on if loss else today
    lines = collect_setbacks(features, session, customer_id, now, since=lost_on - BEFORE)
    before = [line for line in lines if line.on is not None and line.on <= lost_on]
    known = {"reason": loss.reason, "foreseen": loss.foreseen, "words": loss.words} if loss else {}
    return LossForm(
        customer=list_schemas(session, [customer], today=today)[0], lost_on=lost_on, before=tuple(before[:MOST_LINES]),
        **known,
    )  # fmt: skip


def refresh_relative_lost(session: Session, notification: RelativeLost, to: str, now: datetime) -> RelativeLost | None:  # noqa: ARG001 - the shape of every refresh
    """Return the news of a lost customer; None when it was won back meanwhile."""
    loss = session.exec(select(Loss).where(Loss.id == notification.loss_id)).first()
    return notification if loss is not None and loss.ended_on is None else None

"""Keeping when and why customers were lost, and telling those who look after others of the family."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import chunks
from bot.core.errors import InvalidInput
from bot.customers.queries.losses import list_losses
from bot.customers.rules.due import Status
from bot.customers.rules.losses import LossReason, loss_day_problem
from bot.customers.schemas.losses import LossDetails, RelativeLost
from bot.customers.tables import Customer, Loss
from bot.customers.usecases.families import NAMES_TOLD, tell_relatives


def describe_loss(reason: LossReason, words: str) -> str:
    """Return `price (they found it dearer)`."""
    return f"{reason.words} ({words})" if words else reason.words


def follow_status(
    session: Session,
    customer: Customer,
    details: LossDetails | None,
    *,
    words: str,
    by: str,
    today: date,
    now: datetime,
) -> dict[str, Any]:
    """
    Keep a loss of a customer whose new status is lost, or end it when it was won back.

    The owners of others of its family are told of a new one. Returns what changed of it, for the audit trail.

    Raises:
        InvalidInput: the day is still to come, or before it was won back last; field `lost_on`.
    """
    losses = list_losses(session, customer.id)
    loss = next((one for one in losses if one.ended_on is None), None)
    if customer.status in {Status.ACTIVE, Status.PAUSED} and loss is not None:
        loss.ended_on = max(today, loss.lost_on)
    if customer.status is not Status.LOST or (details is None and loss is not None):
        return {}
    details = details or LossDetails()
    lost_on = details.lost_on or (loss.lost_on if loss else today)
    won_back_on = max((one.ended_on for one in losses if one.ended_on), default=None)
    if problem := loss_day_problem(lost_on, today=today, won_back_on=won_back_on):
        raise InvalidInput(fields={"lost_on": problem})
    said: dict[str, Any] = {"lost_on": lost_on, "reason": details.reason, "foreseen": details.foreseen, "words": words}
    if loss is None:
        loss = Loss(customer_id=customer.id, by=by, **said)
        session.add(loss)
        session.flush()
        _tell_relatives_of_loss(session, customer, loss, by=by, now=now)
    elif all(getattr(loss, name) == value for name, value in said.items()):
        return {}
    for name, value in said.items():
        setattr(loss, name, value)
    return {"lost_on": lost_on.isoformat(), "lost_because": details.reason.value, "foreseen": details.foreseen}


def end_losses(session: Session, customer_ids: Sequence[UUID], *, on: date) -> None:
    """End the losses of customers that a list says are served again."""
    ended = sa.case((col(Loss.lost_on) > on, col(Loss.lost_on)), else_=on)
    for some in chunks(customer_ids):
        theirs = sa.update(Loss).where(col(Loss.customer_id).in_(some), col(Loss.ended_on).is_(None))
        session.exec(theirs.values(ended_on=ended))


def keep_listed_losses(session: Session, customer_ids: Sequence[UUID], *, on: date, by: str) -> None:
    """Keep a loss of each of these customers that a list says are lost; its reason isn't known."""
    for some in chunks(customer_ids):
        open_ones = select(Loss.customer_id).where(col(Loss.customer_id).in_(some), col(Loss.ended_on).is_(None))
        known = set(session.exec(open_ones).all())
        session.add_all(
            Loss(customer_id=key, lost_on=on, reason=LossReason.NOT_KNOWN, by=by) for key in some if key not in known
        )


def take_listed_losses_back(session: Session, restored: Mapping[UUID, Status], *, on: date, by: str) -> None:
    """
    Forget the losses that a list kept *on* a day, and reopen those that it ended: its undo *restored* these statuses.

    A loss of which somebody has said more since stays.
    """
    for some in chunks([key for key, status in restored.items() if status is Status.LOST]):
        ended = sa.update(Loss).where(col(Loss.customer_id).in_(some), col(Loss.ended_on) == on)
        session.exec(ended.values(ended_on=None))
    for some in chunks([key for key, status in restored.items() if status is not Status.LOST]):
        theirs = (col(Loss.customer_id).in_(some), col(Loss.lost_on) == on, col(Loss.by) == by)
        bare = (col(Loss.reason) == LossReason.NOT_KNOWN, col(Loss.words) == "", col(Loss.foreseen).is_(None))
        kept = sa.delete(Loss).where(*theirs, *bare)
        session.exec(kept)


def _tell_relatives_of_loss(session: Session, customer: Customer, loss: Loss, *, by: str, now: datetime) -> None:
    why = describe_loss(loss.reason, loss.words)

    def draw(root_name: str, names: Sequence[str]) -> RelativeLost:
        return RelativeLost(
            loss_id=loss.id, customer_id=customer.id, name=customer.name, why=why, by=by, root_name=root_name,
            names=tuple(names[:NAMES_TOLD]), total=len(names),
        )  # fmt: skip

    tell_relatives(session, customer, draw, key=f"relative_lost:{loss.id}", but=[by], now=now)

"""Reads drinks, and contributes them to the queue, cards and the digest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from bot.coffee.tables import Coffee
from bot.core.schemas import Count, Line


def find_coffee(session: Session, customer_id: UUID) -> Coffee | None:
    """Return a customer's drink, or None."""
    query = select(Coffee).where(Coffee.customer_id == customer_id)
    return session.exec(query).first()


def brief(session: Session, customer_ids: Sequence[UUID], now: datetime) -> Mapping[UUID, Sequence[Line]]:
    """Return a line with the drink of each of these customers."""
    query = select(Coffee).where(col(Coffee.customer_id).in_(customer_ids))
    return {row.customer_id: [Line(text=f"takes {row.drink}")] for row in session.exec(query)}


def digest_section(session: Session, now: datetime) -> Sequence[Count]:
    """Return the number of drinks that are known."""
    query = select(func.count()).select_from(Coffee)
    return [Count(text=f"coffees known: {session.exec(query).one():,}")]

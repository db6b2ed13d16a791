"""Reads what a review says of lost customers: how many, why, of which size, whether it was foreseen, who came back."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from bot.customers.rules.losses import LossReason
from bot.customers.tables import Customer, Loss
from bot.reviews.queries import Care
from bot.reviews.rules import Band, Size, divide_into_bands


def list_lost(session: Session, care: Care, *, since: date, until: date) -> list[str]:
    """Return lines on the customers that were lost after *since* up to *until*, and on those that were won back."""
    sizes = (Customer.id, Customer.annual_value, Customer.currency, Customer.headcount)
    query = select(Loss.reason, Loss.foreseen, *sizes).join(Customer, col(Customer.id) == col(Loss.customer_id))  # type: ignore[call-overload]  # six columns
    rows = session.exec(query.where(col(Loss.lost_on) > since, col(Loss.lost_on) <= until)).all()
    back = select(func.count()).select_from(Loss).where(col(Loss.ended_on) > since, col(Loss.ended_on) <= until)
    won_back = session.exec(back).one()
    lines = [_why(rows), _by_band(rows, care)] if rows else []
    were = "customer was" if won_back == 1 else "customers were"
    return [*lines, *([f"{won_back:,} {were} won back."] if won_back else [])]


def _why(rows: Sequence[Any]) -> str:
    """Return `3 customers were lost: price 2, they moved 1. 1 of 2 was seen coming.`"""
    reasons = Counter(LossReason(row.reason) for row in rows)
    told = ", ".join(f"{reason.words} {reasons[reason]:,}" for reason in LossReason if reasons[reason])
    lost = f"{len(rows):,} customer{' was' if len(rows) == 1 else 's were'} lost: {told}."
    asked = [row.foreseen for row in rows if row.foreseen is not None]
    return (
        f"{lost} {sum(asked):,} of {len(asked):,} {'was' if sum(asked) == 1 else 'were'} seen coming."
        if asked
        else lost
    )


def _by_band(rows: Sequence[Any], care: Care) -> str:
    """Return how many were lost of those of each size: the active ones and the lost ones together."""
    lost = {row.id: Size(row.annual_value, row.currency, row.headcount) for row in rows}
    bands = divide_into_bands({**care.sizes, **lost})
    of, gone = Counter(bands.values()), Counter(bands[row.id] for row in rows)
    return (
        f"By size: {', '.join(f'{band.words.lower()} {gone[band]:,} of {of[band]:,}' for band in Band if gone[band])}."
    )

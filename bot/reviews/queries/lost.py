"""Reads what a review says of lost customers: how many, why, of which size, whether it was foreseen, who came back."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from bot.customers.rules.limits import band_words
from bot.customers.rules.losses import LossReason
from bot.customers.tables import Loss
from bot.reviews.queries.care import CarePeriod
from bot.reviews.rules import Band


def list_lost(session: Session, period: CarePeriod) -> list[str]:
    """Return lines on the customers that were lost in *period*, and on those that were won back."""
    query = select(Loss.customer_id, Loss.reason, Loss.foreseen)
    rows = session.exec(query.where(col(Loss.lost_on) > period.since, col(Loss.lost_on) <= period.until)).all()
    ended = col(Loss.ended_on) > period.since, col(Loss.ended_on) <= period.until
    won_back = session.exec(select(func.count()).select_from(Loss).where(*ended)).one()
    lines = [_why(rows), *_by_band(rows, period)] if rows else []
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


def _by_band(rows: Sequence[Any], period: CarePeriod) -> list[str]:
    """Return how many were lost of those of each size."""
    of = Counter(period.bands.values())
    gone = Counter(period.bands[row.customer_id] for row in rows if row.customer_id in period.bands)
    words = {band: band_words(band, limited=period.limits is not None).lower() for band in Band}
    shares = [f"{words[band]} {gone[band]:,} of {of[band]:,}" for band in Band if gone[band]]
    return [f"By size: {', '.join(shares)}."] if shares else []

"""
The first customers of long lists, furthest past their cadence first.

Among customers of one owner and cadence, the order by days waited ÷ cadence is the order by `waiting_since`, so an
index has it. The first ones of a list are among the first ones of each owner and cadence, and the tally says how many
to look for.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.core.database import workspace_of
from bot.customers.queries.coverage import Counts, count_by_cadence, owned_by
from bot.customers.queries.due import CUSTOMERS, overdue_first
from bot.customers.tables import TALLY

MOST_PARTS = 60
"""A list of more owners and cadences is sorted as a whole."""

Which = Callable[[sa.Table], sa.ColumnElement[bool]]
"""`which(table)`: return the condition on `CUSTOMERS`, or on `TALLY`, that active customers of a list meet."""


def first_ids(
    session: Session,
    which: Which,
    *,
    today: date,
    limit: int,
    offset: int = 0,
    owner_ids: Sequence[str | None] | None = None,
    counts: Counts | None = None,
) -> list[UUID]:
    """
    Return the ids of *limit* customers after the first *offset* of a list, furthest past their cadence first.

    They are everybody's, or those of *owner_ids*; None among these is the pool. *counts* are what `count_by_cadence`
    says of them, where that is known.
    """
    if counts is None:
        counts = count_by_cadence(session, which(TALLY), owner_ids=owner_ids)
    if not counts:
        return []
    ours = sa.and_(CUSTOMERS.c.workspace_id == workspace_of(session), which(CUSTOMERS))
    listed: sa.FromClause = CUSTOMERS
    if len(counts) <= MOST_PARTS:
        parts = [
            _part(sa.and_(ours, *_theirs(owner_ids and [owner])), cadence, min(customers, offset + limit))
            for (owner, cadence), customers in counts.items()
        ]
        listed = sa.union_all(*parts).subquery()
        query = sa.select(listed.c.id)
    else:
        query = sa.select(listed.c.id).where(ours, *_theirs(owner_ids))
    return list(session.execute(query.order_by(*overdue_first(today, listed)).limit(limit).offset(offset)).scalars())


def _theirs(owner_ids: Sequence[str | None] | None) -> list[sa.ColumnElement[bool]]:
    """SQL: the customer belongs to one of these; nothing for everybody's."""
    return [] if owner_ids is None else [owned_by(CUSTOMERS, owner_ids)]


def _part(which: sa.ColumnElement[bool], cadence: int, limit: int) -> sa.Select[Any]:
    """Select the *limit* customers of that cadence that have waited longest."""
    first = (
        sa.select(CUSTOMERS.c.id, CUSTOMERS.c.waiting_since, CUSTOMERS.c.effective_cadence_days)
        .where(which, CUSTOMERS.c.effective_cadence_days == cadence)
        .order_by(CUSTOMERS.c.waiting_since, CUSTOMERS.c.id)
        .limit(limit)
    )
    return sa.select(first.subquery())

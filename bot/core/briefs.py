"""What features know about each customer of a list, asked of all features in one statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.core.database import workspace_of
from bot.core.prepared import Prepared, Together
from bot.core.schemas import Line

MANY = "customers"
"""The name of the list of ids in every brief's statement."""

Tell = Callable[[Sequence[Any], datetime], Mapping[UUID, Sequence[Line]]]
"""`tell(rows, now)`: lines about each customer, from the rows of a brief's statement."""

Knows = Callable[[Session, Sequence[UUID], datetime], Mapping[UUID, Sequence[Line]]]
"""`brief(session, customer_ids, now)`: lines about each customer, the most pressing first; a `Brief` is one."""


@dataclass(frozen=True)
class Brief:
    """
    A brief that is asked together with others: a statement with the values `workspace` and `customers`, and what
    *tell* `(rows, now)` makes of its rows.

    *values* `(now)` adds values of the feature's own; another feature's never have the same name.
    """

    statement: Prepared
    tell: Tell
    values: Callable[[datetime], Mapping[str, Any]] = lambda _now: {}

    def __call__(self, session: Session, customer_ids: Sequence[UUID], now: datetime) -> Mapping[UUID, Sequence[Line]]:
        """The lines of this feature alone."""
        return ask([self], session, customer_ids, now)[0]


def ask(
    briefs: Sequence[Knows], session: Session, customer_ids: Sequence[UUID], now: datetime
) -> list[Mapping[UUID, Sequence[Line]]]:
    """The lines of each brief by customer; one statement, however many of them are a `Brief`."""
    stated = _stated(briefs)
    rows: Sequence[Sequence[Any]] = ()
    if stated:
        values = {**_values(stated, session, now), MANY: customer_ids}
        rows = _together(_statements(stated)).rows(session, values)
    return _tell(briefs, rows, session, customer_ids, now)


def ask_with_rows(
    briefs: Sequence[Knows], session: Session, page: Prepared, values: Mapping[str, Any], now: datetime
) -> tuple[list[Any], list[Mapping[UUID, Sequence[Line]]]]:
    """The rows of *page* for *values*, and the lines of each brief about the customers that are their `id`; as one."""
    stated = _stated(briefs)
    asked = {**_values(stated, session, now), **values}
    rows, *told = _together((page, *_statements(stated)), source="id").rows(session, asked)
    return rows, _tell(briefs, told, session, [row.id for row in rows], now) if rows else []


def _stated(briefs: Sequence[Knows]) -> list[Brief]:
    return [brief for brief in briefs if isinstance(brief, Brief)]


def _statements(briefs: Sequence[Brief]) -> tuple[Prepared, ...]:
    return tuple(brief.statement for brief in briefs)


def _values(briefs: Sequence[Brief], session: Session, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"workspace": workspace_of(session)}
    for brief in briefs:
        values.update(brief.values(now))
    return values


def _tell(
    briefs: Sequence[Knows],
    rows: Sequence[Sequence[Any]],
    session: Session,
    customer_ids: Sequence[UUID],
    now: datetime,
) -> list[Mapping[UUID, Sequence[Line]]]:
    """What each says, from the *rows* of those that are asked together; the others ask by themselves."""
    of_stated = iter(rows)
    return [
        brief.tell(next(of_stated), now) if isinstance(brief, Brief) else brief(session, customer_ids, now)
        for brief in briefs
    ]


def first_few(table: sa.Table, names: Sequence[str], *conditions: Any, order: Sequence[Any], shown: int) -> sa.Subquery:
    """
    The columns *names* of each customer's first *shown* rows by *order*, with `place` (from 1) and `total` on each.

    *conditions* stand beside those on workspace and customers.
    """
    by_customer = table.c.customer_id
    ranked = (
        sa.select(
            *(table.c[name] for name in names),
            sa.func.row_number().over(partition_by=by_customer, order_by=order).label("place"),
            sa.func.count().over(partition_by=by_customer).label("total"),
        )
        .where(
            table.c.workspace_id == sa.bindparam("workspace"),
            by_customer.in_(sa.bindparam(MANY, expanding=True)),
            *conditions,
        )
        .subquery()
    )
    return sa.select(ranked).where(ranked.c.place <= shown).subquery()


def telling_first_few(tell: Callable[[Any, datetime], Line], *, shown: int, more: Callable[[int], str]) -> Tell:
    """A line, *tell* `(row, now)`, for each of the rows of `first_few`; below a customer's last, how many *more*."""

    def lines_of(rows: Sequence[Any], now: datetime) -> dict[UUID, list[Line]]:
        lines: dict[UUID, list[Line]] = {}
        for row in rows:
            told = lines.setdefault(row.customer_id, [])
            told.append(tell(row, now))
            if row.place == shown and row.total > shown:
                told.append(Line(text=more(row.total - shown)))
        return lines

    return lines_of


@cache
def _together(statements: tuple[Prepared, ...], *, source: str = "") -> Together:
    return Together(statements, many=MANY, source=source)

"""The queue, one statement for a page."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.checkins.queries import get_owner_scope
from bot.checkins.rules import QUEUE_ROWS, SECTION_ROWS
from bot.checkins.schemas import OwnerScope, Queue, QueueRow
from bot.core.briefs import in_workspace
from bot.core.database import workspace_of
from bot.core.feature import Feature, collect_mornings, collect_page
from bot.core.schemas import Line
from bot.customers.queries.due import (
    CUSTOMERS,
    FACT_NAMES,
    is_active,
    neglected,
    overdue_first,
    sleeping,
    standing_of,
    waiting,
)
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerSchema
from bot.customers.tables import TALLY, Customer

TODAY: sa.ColumnElement[date] = sa.bindparam("today", type_=sa.Date)


def get_queue(session: Session, *, viewer: str, features: Sequence[Feature], now: datetime, page: int = 0) -> Queue:
    """
    Return a page of what waits for *viewer*: neglected and due by overdue ratio, then snoozed by the day they wake.

    The customers of absent colleagues whom they cover today are among them.
    """
    scope = get_owner_scope(session, person_id=viewer, now=now)
    rows, lines = collect_page(features, session, _page(QUEUE_ROWS), _values(scope, page, QUEUE_ROWS), now)
    if not rows and page:
        return get_queue(session, viewer=viewer, features=features, now=now)
    if not rows:
        return _all_clear(session, scope, features, now)
    waits, late = rows[0].waits, rows[0].late
    return Queue(
        neglected=late,
        due=waits - late,
        snoozed=rows[0].everything - waits,
        rows=tuple(queue_row(row, lines.get(row.id, ()), scope) for row in rows),
        page=page,
        pages=-(-rows[0].everything // QUEUE_ROWS),
    )


def read_page(session: Session, scope: OwnerScope, *, page: int, rows: int = QUEUE_ROWS) -> Sequence[Any]:
    """Return the rows of one page with, on each, the counts `waits`, `late` and `everything` of the whole queue."""
    return session.execute(_page(rows), {"workspace": workspace_of(session), **_values(scope, page, rows)}).all()


def _values(scope: OwnerScope, page: int, rows: int) -> dict[str, Any]:
    """Return the values that the statement of a page needs besides the workspace."""
    return {"today": scope.today, "owners": list(scope.owner_ids), "skip": max(page, 0) * rows}


def queue_row(row: Any, lines: Sequence[Line], scope: OwnerScope) -> QueueRow:
    """
    Return a row of a page with what the features know about its customer, and for whom it is looked after.

    Its schema isn't validated, since the tables' types hold.
    """
    schema = CustomerSchema.model_construct(
        **{**dict(zip(FACT_NAMES, row, strict=False)), "preferences": tuple(row.preferences)},
        today=scope.today,
        lines=tuple(lines),
        standing=standing_of(row, scope.today),
    )
    return QueueRow(customer=schema, for_whom=scope.covered.get(row.owner_id or "") if scope.covered else None)


def _all_clear(session: Session, scope: OwnerScope, features: Sequence[Feature], now: datetime) -> Queue:
    """Return an empty queue that names the customer who is due next, and what else is due now."""
    query = (
        sa.select(col(Customer.name), col(Customer.due_on))
        .where(col(Customer.owner_id) == scope.person_id, col(Customer.status) == Status.ACTIVE)
        .order_by(col(Customer.due_on), col(Customer.id))
    )
    coming = session.execute(query.limit(1)).first()
    told = dict.fromkeys(scope.owner_ids, scope.person_id)
    others = []
    for one in collect_mornings(features):
        if ids := one.list_due(session, told, now).get(scope.person_id):
            waiting = one.list_rows(session, {scope.person_id: ids[:SECTION_ROWS]}, now)[scope.person_id]
            others.append(one.counted(waiting, len(ids)))
    known = {"next_name": coming.name, "next_due_on": coming.due_on} if coming else {}
    return Queue(**known, others=tuple(others))


@cache
def _page(rows: int) -> sa.Select[Any]:
    """
    Select a page of so many *rows*: who waits, then who is put off. It is made once, since it answers a command.

    Its values are `workspace`, `today`, `owners` and `skip`. The column `place` is the position on the page. The counts
    are the tally's, which also says how far to look in the index of due dates.
    """
    counts = _counts().cte("counts").prefix_with("MATERIALIZED")
    furthest = sa.select(counts.c.furthest).scalar_subquery()
    queue = sa.union_all(
        _theirs(0).where(waiting(TODAY), CUSTOMERS.c.due_on <= furthest), _theirs(1).where(is_active(), sleeping(TODAY))
    ).subquery()
    first = (
        sa.select(queue)
        .order_by(*_order(queue))
        .limit(sa.literal_column(str(rows)))  # SQLite plans anew at each execution where this is a parameter
        .offset(sa.bindparam("skip", type_=sa.Integer))
        .subquery()
    )
    place = sa.func.row_number().over(order_by=_order(first)).label("place")
    told = (counts.c.waits, counts.c.late, counts.c.everything)
    return sa.select(*(first.c[name] for name in FACT_NAMES), place, *told).select_from(first.join(counts, sa.true()))


def _theirs(asleep: int) -> sa.Select[Any]:
    """Select the customers of these owners, of whom all or none are *asleep*."""
    columns = (CUSTOMERS.c[name] for name in FACT_NAMES)
    return sa.select(*columns, sa.literal_column(str(asleep)).label("asleep")).where(*_owned(CUSTOMERS))


def _order(queue: sa.FromClause) -> tuple[Any, ...]:
    """The order of the queue: who waits by overdue ratio, then who is put off by the day they wake."""
    asleep = queue.c.asleep
    return asleep, sa.case((asleep == 1, queue.c.snoozed_until)), *overdue_first(TODAY, queue)


def _counts() -> sa.Select[Any]:
    """Count the whole queue by the tally: who waits, is neglected, and all; and the last due date of who waits."""
    waits, number = waiting(TODAY, TALLY), sa.func.sum(TALLY.c.number)
    late, asleep = neglected(TODAY, TALLY), sa.and_(is_active(TALLY), sleeping(TODAY, TALLY))

    def count(condition: Any) -> Any:
        return sa.func.coalesce(number.filter(condition), 0)

    return sa.select(
        count(waits).label("waits"), count(late).label("late"), count(sa.or_(waits, asleep)).label("everything"),
        sa.func.max(sa.case((waits, TALLY.c.due_on))).label("furthest"),
    ).where(*_owned(TALLY), is_active(TALLY))  # fmt: skip


def _owned(of: sa.Table) -> tuple[Any, ...]:
    return in_workspace(of), of.c.owner_id.in_(sa.bindparam("owners", expanding=True))

"""What waits for a person: one statement for a page and its counts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from bot.checkins.queries import get_owner_scope
from bot.checkins.rules import QUEUE_ROWS
from bot.checkins.schemas import OwnerScope, Queue, QueueRow
from bot.core.database import workspace_of
from bot.core.feature import Feature, collect_page
from bot.core.prepared import Prepared
from bot.core.schemas import Line
from bot.customers.queries.due import (
    CUSTOMERS,
    FACT_NAMES,
    is_active,
    neglected,
    overdue_first,
    reached,
    sleeping,
    standing_of,
)
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerSchema

TODAY: sa.ColumnElement[date] = sa.bindparam("today", type_=sa.Date)


def get_queue(session: Session, *, viewer: str, features: Sequence[Feature], now: datetime, page: int = 0) -> Queue:
    """
    A page of what waits for *viewer*: neglected and due by overdue ratio, then put-off ones by the day they wake.

    The customers of absent colleagues whom they cover today are among them.
    """
    scope = get_owner_scope(session, person_id=viewer, now=now)
    statement, values = _page_of(session, scope, page=page)
    rows, lines = collect_page(features, session, statement, values, now)
    if not rows and page:
        return get_queue(session, viewer=viewer, features=features, now=now)
    if not rows:
        return _all_clear(session, scope)
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
    """The rows of one page with, on each, the counts `waits`, `late` and `everything` of the whole queue."""
    statement, values = _page_of(session, scope, page=page, rows=rows)
    return statement.rows(session, values)


def _page_of(
    session: Session, scope: OwnerScope, *, page: int, rows: int = QUEUE_ROWS
) -> tuple[Prepared, Mapping[str, Any]]:
    several = bool(scope.covered)
    values = {
        "workspace": workspace_of(session),
        "today": scope.today,
        "owners": scope.owner_ids if several else scope.person_id,
        "skip": max(page, 0) * rows,
    }
    return _page(several=several, rows=rows), values


def queue_row(row: Any, lines: Sequence[Line], scope: OwnerScope) -> QueueRow:
    """
    A row of a page with what the features know about its customer, and for whom it is looked after.

    Its schema isn't validated anew, since the tables hold the row to its kinds.
    """
    schema = CustomerSchema.model_construct(
        **{**dict(zip(FACT_NAMES, row, strict=False)), "preferences": tuple(row.preferences)},
        today=scope.today,
        lines=tuple(lines),
        standing=standing_of(row, scope.today),
    )
    return QueueRow(customer=schema, for_whom=scope.covered.get(row.owner_id or "") if scope.covered else None)


def _all_clear(session: Session, scope: OwnerScope) -> Queue:
    """Nothing waits; who comes next, and when."""
    query = (
        sa.select(CUSTOMERS.c.name, CUSTOMERS.c.due_on)
        .where(
            CUSTOMERS.c.workspace_id == workspace_of(session),
            CUSTOMERS.c.owner_id == scope.person_id,
            CUSTOMERS.c.status == Status.ACTIVE,
        )
        .order_by(CUSTOMERS.c.due_on, CUSTOMERS.c.id)
        .limit(1)
    )
    coming = session.connection().execute(query).first()
    return Queue(next_name=coming.name, next_due_on=coming.due_on) if coming else Queue()


@cache
def _page(*, several: bool, rows: int) -> Prepared:
    """The statement for a page of so many *rows*, of one owner's customers or *several* owners'."""
    return Prepared(partial(_select_page, several=several, rows=rows), many="owners" if several else "")


def _select_page(*, several: bool, rows: int) -> sa.Select[Any]:
    """A page of one owner's or several owners' customers, each row with the counts of the whole queue."""
    asleep: Any = sleeping(TODAY)
    owners: Any = sa.bindparam("owners", expanding=True) if several else sa.bindparam("owners")
    theirs = sa.and_(
        CUSTOMERS.c.workspace_id == sa.bindparam("workspace"),
        CUSTOMERS.c.owner_id.in_(owners) if several else CUSTOMERS.c.owner_id == owners,
        is_active(),
        sa.or_(reached(TODAY), asleep),
    )
    awake = sa.not_(asleep)
    counts = (
        sa.select(
            sa.func.sum(_flag(awake)).label("waits"),
            sa.func.sum(_flag(neglected(TODAY))).label("late"),
            sa.func.count().label("everything"),
        )
        .where(theirs)
        .subquery("counts")
    )
    return (
        sa.select(*(CUSTOMERS.c[name] for name in FACT_NAMES), counts)
        .select_from(CUSTOMERS.join(counts, sa.true()))
        .where(theirs)
        .order_by(_flag(asleep), sa.case((asleep, CUSTOMERS.c.snoozed_until)), *overdue_first(TODAY))
        .limit(sa.literal_column(str(rows)))  # SQLite plans anew each time that a limit is a value
        .offset(sa.bindparam("skip", type_=sa.Integer))
    )


def _flag(condition: Any) -> Any:
    return sa.case((condition, sa.literal_column("1")), else_=sa.literal_column("0"))

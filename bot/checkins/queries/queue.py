"""The queue: counts from the tally, then the customers of one page, found by an index."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, partial
from typing import Any, NamedTuple
from uuid import UUID

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
from bot.customers.queries.overdue import first_ids
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerSchema
from bot.customers.tables import TALLY, Customer

TODAY: sa.ColumnElement[date] = sa.bindparam("today", type_=sa.Date)


class QueuePage(NamedTuple):
    """The customers on a page, and how many wait, are neglected, and wait or are put off in all."""

    ids: Sequence[UUID]
    waits: int
    late: int
    everything: int


def get_queue(session: Session, *, viewer: str, features: Sequence[Feature], now: datetime, page: int = 0) -> Queue:
    """
    Return a page of what waits for *viewer*: neglected and due by overdue ratio, then snoozed by the day they wake.

    The customers of absent colleagues whom they cover today are among them.
    """
    scope = get_owner_scope(session, person_id=viewer, now=now)
    found = _find_page(session, scope, page=page, rows=QUEUE_ROWS)
    if not found.ids and page:
        return get_queue(session, viewer=viewer, features=features, now=now)
    if not found.ids:
        return _all_clear(session, scope, features, now)
    rows, lines = collect_page(features, session, _rows(), {"page": found.ids}, now)
    return Queue(
        neglected=found.late,
        due=found.waits - found.late,
        snoozed=found.everything - found.waits,
        rows=tuple(queue_row(row, lines.get(row.id, ()), scope) for row in _in_order(rows, found.ids)),
        page=page,
        pages=-(-found.everything // QUEUE_ROWS),
    )


def read_first(session: Session, scope: OwnerScope, *, rows: int) -> tuple[Sequence[Any], int]:
    """Return the first *rows* customers that wait, without what features know of them, and how many wait in all."""
    found = _find_page(session, scope, page=0, rows=rows)
    ids = found.ids[: found.waits]
    read = session.execute(_rows(), {"workspace": workspace_of(session), "page": ids}).all() if ids else []
    return _in_order(read, ids), found.waits


def _find_page(session: Session, scope: OwnerScope, *, page: int, rows: int) -> QueuePage:
    """Find a page of so many *rows*: who waits by overdue ratio, then who is put off by the day they wake."""
    values = {"workspace": workspace_of(session), "today": scope.today, "owners": scope.owner_ids}
    counts = session.execute(_counts(), values).all()
    by_cadence = {(row.owner_id, row.effective_cadence_days): int(row.waits) for row in counts if row.waits}
    waits, late, everything = (sum(int(getattr(row, name)) for row in counts) for name in QueuePage._fields[1:])
    skip, ids = max(page, 0) * rows, list[UUID]()
    if skip < waits:
        ids += first_ids(
            session, partial(waiting, scope.today), today=scope.today, limit=rows, offset=skip,
            owner_ids=scope.owner_ids, counts=by_cadence,
        )  # fmt: skip
    if waits < min(skip + rows, everything):
        place = {"limit": rows - len(ids), "skip": max(skip - waits, 0)}
        ids += session.execute(_asleep(), values | place).scalars()
    return QueuePage(ids, waits, late, everything)


def _in_order(rows: Sequence[Any], ids: Sequence[UUID]) -> list[Any]:
    by_id = {row.id: row for row in rows}
    return [by_id[one] for one in ids]


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
def _rows() -> sa.Select[Any]:
    """Select the customers in `page`. The statements of a page are made once, since they answer a command."""
    page = sa.bindparam("page", type_=sa.Uuid(), expanding=True)
    columns = (CUSTOMERS.c[name] for name in FACT_NAMES)
    query = sa.select(*columns, sa.literal_column("0").label("place"))
    return query.where(in_workspace(CUSTOMERS), CUSTOMERS.c.id.in_(page))


@cache
def _asleep() -> sa.Select[Any]:
    """Select the ids of the customers of `owners` that are put off, by the day they wake: `limit` after `skip`."""
    query = sa.select(CUSTOMERS.c.id).where(*_owned(CUSTOMERS), is_active(), sleeping(TODAY))
    query = query.order_by(CUSTOMERS.c.snoozed_until, *overdue_first(TODAY))
    return query.limit(sa.bindparam("limit", type_=sa.Integer)).offset(sa.bindparam("skip", type_=sa.Integer))


@cache
def _counts() -> sa.Select[Any]:
    """Count the queue of `owners` by owner and cadence, by the tally: who waits, is neglected, or waits or sleeps."""
    waits, number = waiting(TODAY, TALLY), sa.func.sum(TALLY.c.number)
    late, asleep = neglected(TODAY, TALLY), sa.and_(is_active(TALLY), sleeping(TODAY, TALLY))

    def count(condition: Any) -> Any:
        return sa.func.coalesce(number.filter(condition), 0)

    by = (TALLY.c.owner_id, TALLY.c.effective_cadence_days)
    return (
        sa.select(
            *by,
            count(waits).label("waits"),
            count(late).label("late"),
            count(sa.or_(waits, asleep)).label("everything"),
        )
        .where(*_owned(TALLY), is_active(TALLY))
        .group_by(*by)
    )


def _owned(of: sa.Table) -> tuple[Any, ...]:
    return in_workspace(of), of.c.owner_id.in_(sa.bindparam("owners", expanding=True))

"""What waits for a person: one statement for a page and its counts."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.checkins.facts import Desk, Queue, QueueRow
from bot.checkins.queries.desks import get_desk
from bot.checkins.rules import QUEUE_ROWS
from bot.core.database import days_between, workspace_of
from bot.core.facts import Line
from bot.core.room import Room, collect_briefs
from bot.customers.facts import CustomerFact
from bot.customers.queries import neglected, sleeping, waiting
from bot.customers.rules.due import Status, standing
from bot.customers.tables import Customer

CUSTOMERS = cast("sa.Table", Customer.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
TODAY = sa.bindparam("today", type_=sa.Date)
SHOWN = (
    "id", "name", "owner_id", "status", "status_reason", "rhythm_days", "waiting_since", "last_contact_on", "due_on",
    "limit_on", "snoozed_until", "snooze_reason", "snooze_note", "preferences",
)  # fmt: skip


def get_queue(session: Session, *, viewer: str, rooms: Sequence[Room], now: datetime, page: int = 0) -> Queue:
    """
    A page of what waits for *viewer*: neglected and due by overdue ratio, then put-off ones by the day they wake.

    The customers of absent colleagues whom they cover today are among them.
    """
    desk = get_desk(session, person_id=viewer, now=now)
    rows = read_page(session, desk, page=page)
    if not rows and page:
        return get_queue(session, viewer=viewer, rooms=rooms, now=now)
    if not rows:
        return _all_clear(session, desk)
    facts = row_facts(rows, today=desk.today)
    lines = collect_briefs(rooms, session, [fact.id for fact in facts], now)
    waits, late = rows[0].waits, rows[0].late
    return Queue(
        neglected=late,
        due=waits - late,
        snoozed=rows[0].everything - waits,
        rows=tuple(queue_row(fact, lines, desk) for fact in facts),
        page=page,
        pages=-(-rows[0].everything // QUEUE_ROWS),
    )


def read_page(session: Session, desk: Desk, *, page: int, rows: int = QUEUE_ROWS) -> Sequence[Any]:
    """The rows of one page with, on each, the counts `waits`, `late` and `everything` of the whole queue."""
    values = {
        "workspace": workspace_of(session),
        "today": desk.today,
        "owners": desk.owner_ids,
        "rows": rows,
        "skip": max(page, 0) * rows,
    }
    return session.connection().execute(_page(), values).all()


def row_facts(rows: Sequence[Any], *, today: date) -> list[CustomerFact]:
    """Rows of a page as facts, without their lines."""
    return [
        CustomerFact(
            **{name: getattr(row, name) for name in SHOWN if name != "preferences"},
            preferences=tuple(row.preferences),
            today=today,
            standing=standing(
                today,
                due_on=row.due_on,
                limit_on=row.limit_on,
                snoozed_until=row.snoozed_until,
                snooze_reason=row.snooze_reason,
            ),
        )
        for row in rows
    ]


def queue_row(fact: CustomerFact, lines: dict[UUID, list[Line]], desk: Desk) -> QueueRow:
    """A customer with what the rooms know about it, and for whom it is looked after."""
    return QueueRow(
        customer=fact.model_copy(update={"lines": tuple(lines[fact.id])}),
        for_whom=desk.covered.get(fact.owner_id or ""),
    )


def _all_clear(session: Session, desk: Desk) -> Queue:
    """Nothing waits; who comes next, and when."""
    query = (
        sa.select(CUSTOMERS.c.name, CUSTOMERS.c.due_on)
        .where(
            CUSTOMERS.c.workspace_id == workspace_of(session),
            CUSTOMERS.c.owner_id == desk.person_id,
            CUSTOMERS.c.status == Status.ACTIVE,
        )
        .order_by(CUSTOMERS.c.due_on, CUSTOMERS.c.id)
        .limit(1)
    )
    coming = session.connection().execute(query).first()
    return Queue(next_name=coming.name, next_due_on=coming.due_on) if coming else Queue()


@lru_cache(maxsize=1)
def _page() -> sa.Select[Any]:
    today = cast("date", TODAY)
    asleep, waits, late = sleeping(today), waiting(today), neglected(today)
    ratio = sa.cast(days_between(TODAY, CUSTOMERS.c.waiting_since), sa.Float) / CUSTOMERS.c.rhythm_days
    counts = (
        sa.func.sum(sa.case((waits, 1), else_=0)).over().label("waits"),
        sa.func.sum(sa.case((late, 1), else_=0)).over().label("late"),
        sa.func.count().over().label("everything"),
    )
    return (
        sa.select(*(CUSTOMERS.c[name] for name in SHOWN), *counts)
        .where(
            CUSTOMERS.c.workspace_id == sa.bindparam("workspace"),
            CUSTOMERS.c.owner_id.in_(sa.bindparam("owners", expanding=True)),
            CUSTOMERS.c.status == Status.ACTIVE,
            sa.or_(waits, asleep),
        )
        .order_by(
            sa.case((asleep, 1), else_=0),
            sa.case((asleep, CUSTOMERS.c.snoozed_until)),
            ratio.desc(),
            CUSTOMERS.c.id,
        )
        .limit(sa.bindparam("rows", type_=sa.Integer))
        .offset(sa.bindparam("skip", type_=sa.Integer))
    )

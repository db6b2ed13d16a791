"""How many customers are served right the first time, and which causes come again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.customers.queries import list_by_ids
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.escalations.rules import RATE_ROWS, REPEAT_WINDOW, Failure, State, repeat_words
from bot.escalations.schemas import Rate, RateLine
from bot.escalations.tables import Escalation
from bot.people.queries import list_names
from bot.people.usecases import require_here

POOL = "Nobody's (the pool)"
CAUSES_SHOWN, CAUSES_LOOKED_AT = 5, 20
FAILURES = 200  # of one cause that are looked at


def get_rate(session: Session, *, days: int, viewer: str, now: datetime, person: str | None = None) -> Rate:
    """
    The share of active customers without an avoidable escalation in the last *days*: of all, and by owner; with
    *person*, of theirs alone.

    Raises:
        NotAllowed: the viewer is no full member.
    """
    require_here(session, by=viewer)
    since = now - timedelta(days=days)
    rows = session.execute(_by_owner(session, since, person)).all()
    names = list_names(session, [row.owner_id for row in rows])
    lines = sorted(
        (RateLine(name=names.get(row.owner_id, POOL), active=row.active, clean=row.clean) for row in rows),
        key=lambda line: (line.name == POOL, line.name.casefold()),
    )
    return Rate(
        days=days,
        active=sum(line.active for line in lines),
        clean=sum(line.clean for line in lines),
        unjudged=_unjudged(session, since),
        people=tuple(lines[:RATE_ROWS]),
        more=max(len(lines) - RATE_ROWS, 0),
        repeats=tuple(list_repeats(session, now=now)[:CAUSES_SHOWN]),
    )


def list_repeats(session: Session, *, now: datetime) -> list[str]:
    """A line for each cause that came again, of those that were recorded within 90 days; the most frequent first."""
    ours = col(Escalation.workspace_id) == workspace_of(session)
    recent = sa.select(col(Escalation.cause_key)).where(ours, col(Escalation.fixed_at) >= now - REPEAT_WINDOW)
    query = (
        sa.select(col(Escalation.cause_key))
        .where(ours, col(Escalation.cause_key).in_(recent))
        .group_by(col(Escalation.cause_key))
        .having(sa.func.count() > 1)
        .order_by(sa.func.count().desc(), col(Escalation.cause_key))
        .limit(CAUSES_LOOKED_AT)
    )
    found = [find_repeat(session, key, now=now) for key in session.execute(query).scalars().all()]
    return [line for line in found if line]


def find_repeat(session: Session, key: str | None, *, now: datetime, at: UUID | None = None) -> str:
    """Whether a cause comes again, in words; *at* is the customer for which it has just been recorded."""
    query = (
        select(Escalation)
        .where(
            Escalation.workspace_id == workspace_of(session),
            Escalation.cause_key == key,
            col(Escalation.fixed_at).is_not(None),
        )
        .order_by(col(Escalation.fixed_at).desc(), col(Escalation.id).desc())
        .limit(FAILURES)
    )
    rows = session.exec(query).all()
    if not rows or rows[0].cause is None:
        return ""
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    failures = [
        Failure(row.customer_id, customers[row.customer_id].name, row.fixed_at)
        for row in reversed(rows)
        if row.fixed_at
    ]
    return repeat_words(rows[0].cause, rows[0].cause_words, failures, now=now, at=at)


def _by_owner(session: Session, since: datetime, person: str | None) -> Any:
    """For each owner: active customers, and those without an avoidable escalation since then."""
    bad = (
        sa.select(col(Escalation.customer_id))
        .where(
            col(Escalation.workspace_id) == workspace_of(session),
            col(Escalation.avoidable).is_(True),
            col(Escalation.raised_at) >= since,
        )
        .distinct()
        .subquery()
    )
    query = (
        sa.select(
            col(Customer.owner_id),
            sa.func.count().label("active"),
            (sa.func.count() - sa.func.count(bad.c.customer_id)).label("clean"),
        )
        .outerjoin(bad, bad.c.customer_id == col(Customer.id))
        .where(col(Customer.workspace_id) == workspace_of(session), col(Customer.status) == Status.ACTIVE)
        .group_by(col(Customer.owner_id))
    )
    return query.where(col(Customer.owner_id) == person) if person else query


def _unjudged(session: Session, since: datetime) -> int:
    """How many escalations of that time nobody could judge yet, because they aren't fixed."""
    query = sa.select(sa.func.count()).where(
        col(Escalation.workspace_id) == workspace_of(session),
        col(Escalation.avoidable).is_(None),
        col(Escalation.raised_at) >= since,
        col(Escalation.state) != State.CLOSED,
    )
    return int(session.execute(query).scalar_one())

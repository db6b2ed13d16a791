"""Counts what became of promises, problems and mentions in a period, by customer."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core.database import workspace_of
from bot.escalations.rules import EscalationState
from bot.escalations.tables import Escalation
from bot.mentions.rules.mentions import MentionState
from bot.mentions.tables import Mention
from bot.people.queries import get_zone
from bot.promises.rules import PromiseState
from bot.promises.tables import Promise
from bot.reviews.rules import ONE_DAY
from bot.reviews.rules.groups import Counts

COME = (PromiseState.KEPT, PromiseState.KEPT_LATE, PromiseState.RENEGOTIATED, PromiseState.BROKEN)
"""Promises whose day has come; withdrawn ones don't count."""


def count_measures(session: Session, *, since: date, until: date) -> dict[UUID, Counts]:
    """Return what is counted of each customer on the days after *since* up to *until*, in the workspace's zone."""
    zone = ZoneInfo(get_zone(session, None))
    begin, end = (datetime.combine(day + ONE_DAY, time(), zone).astimezone(UTC) for day in (since, until))
    found: dict[UUID, Counts] = {}
    for query in (_promises(since, until), _answers(begin, end), _fixes(begin, end), _mentions(begin, end)):
        for row in session.execute(query.where(_ours(session, query))).mappings():
            numbers = {name: int(number) for name, number in row.items() if name != "customer_id"}
            found[row["customer_id"]] = found.get(row["customer_id"], Counts())._replace(**numbers)
    return found


def _promises(since: date, until: date) -> sa.Select[Any]:
    kept = col(Promise.state) == PromiseState.KEPT
    return _by_customer(
        Promise, ("promises", sa.true()), ("kept", kept),
        where=(col(Promise.state).in_(COME), col(Promise.due_on) > since, col(Promise.due_on) <= until),
    )  # fmt: skip


def _answers(begin: datetime, end: datetime) -> sa.Select[Any]:
    """Count the problems whose answer was due; one that was closed before anybody answered asks for none."""
    due, answered = col(Escalation.answer_by), col(Escalation.answered_at)
    asks = sa.or_(answered.is_not(None), col(Escalation.state) == EscalationState.OPEN)
    return _by_customer(
        Escalation, ("problems", sa.true()), ("answered", answered <= due),
        where=(asks, due >= begin, due < end),
    )  # fmt: skip


def _fixes(begin: datetime, end: datetime) -> sa.Select[Any]:
    fixed = col(Escalation.fixed_at)
    return _by_customer(
        Escalation, ("fixed", sa.true()), ("avoidable", col(Escalation.avoidable).is_(True)),
        more=(sa.func.coalesce(sa.func.sum(Escalation.asks), 0).label("asked"),), where=(fixed >= begin, fixed < end),
    )  # fmt: skip


def _mentions(begin: datetime, end: datetime) -> sa.Select[Any]:
    """Count the mentions of customers that somebody said they would answer by then."""
    due, state = col(Mention.answer_due_at), col(Mention.state)
    in_time = sa.and_(state == MentionState.ANSWERED, col(Mention.closed_at) <= due)
    asked = (state.in_((MentionState.OPEN, MentionState.ANSWERED)), col(Mention.customer_id).is_not(None))
    return _by_customer(
        Mention, ("mentions", sa.true()), ("told", in_time), where=(*asked, due >= begin, due < end)
    )  # fmt: skip


def _by_customer(
    table: Any, *counted: tuple[str, Any], where: Iterable[Any], more: Iterable[Any] = ()
) -> sa.Select[Any]:
    sums = [sa.func.sum(sa.case((which, 1), else_=0)).label(name) for name, which in counted]
    return sa.select(col(table.customer_id), *sums, *more).where(*where).group_by(col(table.customer_id))


def _ours(session: Session, query: sa.Select[Any]) -> sa.ColumnElement[bool]:
    [table] = query.get_final_froms()
    ours: sa.ColumnElement[bool] = table.c.workspace_id == workspace_of(session)
    return ours

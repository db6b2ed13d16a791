"""
Reads whether every customer is accounted for.

One statement counts the customers by conditions of its own: it shares nothing with the lists and the tally that it
checks.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.customers.queries.coverage import count_customers, get_coverage
from bot.customers.queries.families import list_circled
from bot.people.queries import get_today, list_workspaces_by_day
from bot.reviews.rules.reconciliation import COUNTED, list_discrepancies
from bot.reviews.schemas.reconciliation import Reconciliation
from bot.reviews.tables import DailyReconciliation
from bot.workspaces.tables import Workspace

MOST_EXAMPLES = 5

_PLACED = """
WITH dated AS (
    SELECT id, name, status, due_on, neglected_after,
        CASE WHEN snoozed_until > :today THEN snooze_reason ELSE 'awake' END AS rest,
        CASE WHEN TRIM(COALESCE(status_reason, '')) = '' OR TRIM(COALESCE(status_by, '')) = '' THEN 1 ELSE 0 END AS bare
    FROM customers WHERE workspace_id = :workspace
), placed AS (
    SELECT id, name,
        CASE WHEN status = 'active' AND rest = 'awake' AND due_on > :today AND neglected_after >= :today
            THEN 1 ELSE 0 END AS in_cadence,
        CASE WHEN status = 'active' AND rest = 'awake' AND due_on <= :today AND neglected_after >= :today
            THEN 1 ELSE 0 END AS due,
        CASE WHEN status = 'active' AND rest IN ('awake', 'deferred') AND neglected_after < :today
            THEN 1 ELSE 0 END AS neglected,
        CASE WHEN status = 'active' AND (rest = 'customer_asked' OR rest = 'deferred' AND neglected_after >= :today)
            THEN 1 ELSE 0 END AS snoozed,
        CASE WHEN status = 'paused' THEN 1 ELSE 0 END AS paused,
        CASE WHEN status = 'lost' THEN 1 ELSE 0 END AS lost,
        CASE WHEN status = 'excluded' THEN 1 ELSE 0 END AS excluded,
        CASE WHEN status <> 'active' AND bare = 1 THEN 1 ELSE 0 END AS unexplained
    FROM dated
), judged AS (
    SELECT placed.*, 1 AS customers,
        CASE WHEN in_cadence + due + neglected + snoozed + paused + lost + excluded = 1 THEN 0 ELSE 1 END AS misplaced
    FROM placed
)
"""
_COUNT = f"{_PLACED} SELECT {', '.join(f'COALESCE(SUM({name}), 0) AS {name}' for name in COUNTED)} FROM judged"  # noqa: S608 - our own names
_NAMES = f"{_PLACED} SELECT name FROM judged WHERE misplaced + unexplained > 0 ORDER BY name, id LIMIT :most"  # noqa: S608 - as above


def reconcile(session: Session, *, today: date) -> Reconciliation:
    """Return how many customers are what on *today*, with what doesn't add up."""
    values = {"workspace": workspace_of(session), "today": today}
    counts = {name: int(number) for name, number in _run(session, _COUNT, values).mappings().one().items()}
    circled = list_circled(session)
    counts["circled"] = len(circled)
    discrepancies = list_discrepancies(counts, _read_tally(session, today))
    is_off = counts["misplaced"] or counts["unexplained"]
    examples = _run(session, _NAMES, values | {"most": MOST_EXAMPLES}).scalars().all() if is_off else ()
    examples = tuple(dict.fromkeys([*examples, *circled]))[:MOST_EXAMPLES]
    return Reconciliation(on=today, **counts, discrepancies=tuple(discrepancies), examples=examples)


def list_problems(session: Session, now: datetime) -> list[str]:
    """Return a sentence for each way in which customers aren't accounted for now."""
    return list(reconcile(session, today=get_today(session, person_id=None, now=now)).discrepancies)


def find_day(session: Session, day: date) -> DailyReconciliation | None:
    """Return the reconciliation of *day*, if it was made."""
    return session.exec(select(DailyReconciliation).where(DailyReconciliation.on_day == day)).first()


def list_unreconciled(session: Session, *, now: datetime) -> list[str]:
    """Return the ids of the workspaces whose reconciliation of today isn't made, or found something."""
    own, content = col(DailyReconciliation.workspace_id) == col(Workspace.id), col(DailyReconciliation.content)
    is_clear = sa.cast(content, sa.String).contains('"discrepancies": []')
    clear = sa.select(col(DailyReconciliation.id)).where(own, is_clear)
    return list_workspaces_by_day(
        session, lambda day: ~clear.where(col(DailyReconciliation.on_day) == day).exists(), now=now
    )


def list_last_discrepancies(session: Session, now: datetime) -> list[str]:  # noqa: ARG001 - the shape of every check
    """Return the sentences of the last daily reconciliation."""
    last = session.exec(select(DailyReconciliation).order_by(col(DailyReconciliation.on_day).desc()).limit(1)).first()
    return list(last.content.get("discrepancies", ())) if last else []


def list_suspects(session: Session, workspaces: Collection[str], now: datetime) -> Collection[str]:  # noqa: ARG001 - as above
    """Return those of *workspaces* whose last daily reconciliation found something."""
    own, day = col(DailyReconciliation.workspace_id), col(DailyReconciliation.on_day)
    among = own.in_(workspaces)
    last = sa.select(own, sa.func.max(day)).where(among).group_by(own)
    query = sa.select(own, col(DailyReconciliation.content)).where(among, sa.tuple_(own, day).in_(last))
    return [workspace for workspace, content in session.execute(query) if content.get("discrepancies")]


def _run(session: Session, statement: str, values: dict[str, Any]) -> sa.Result[Any]:
    typed = sa.text(statement).bindparams(sa.bindparam("today", type_=sa.Date()), sa.bindparam("workspace"))
    return session.execute(typed, values)


def _read_tally(session: Session, today: date) -> dict[str, int]:
    tally = get_coverage(session, today=today)
    return {
        "customers": count_customers(session)[0],
        "in_cadence": tally.in_cadence + tally.never_contacted,
        "due": tally.due,
        "neglected": tally.neglected,
        "snoozed": tally.snoozed,
    }

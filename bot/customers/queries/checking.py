"""
Whether the stored schedules of customers follow from their facts.

Housekeeping checks a part each hour, so that each customer is checked once a day; `doctor` checks all.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.core.schemas import Schema
from bot.customers.queries.due import CUSTOMERS, MOVING_NAMES, ScheduleBatch
from bot.customers.rules.due import Schedule
from bot.customers.tables import Rescheduling
from bot.workspaces.queries import get_workspace, list_workspaces_where
from bot.workspaces.tables import Workspace

PARTS = 24
LEAST_PART = 100
"""Customers that housekeeping checks in one go at least."""
LEAST = 1000
"""Customers that are checked while a person waits."""
MOVING = len(MOVING_NAMES)
STORED = MOVING + len(Schedule._fields)
MOST_PROBLEMS, MOST_KEPT = 20, 200
MEND = "open /evenhand setup and save it, which computes every due date again."


class CheckedPart(Schema):
    """
    What a check found: how many customers it looked at, up to which id (None: the last), and the wrong ones.

    It *is_news* where that isn't stored yet.
    """

    checked: int
    up_to: UUID | None
    wrong: tuple[str, ...]
    is_news: bool


def list_problems(session: Session, now: datetime) -> list[str]:  # noqa: ARG001 - the shape of every check
    """Return a sentence for each wrong customer of a short list; of a long one, for each that housekeeping found."""
    rows = _read(session, most=LEAST + 1)
    if len(rows) > LEAST:
        rows = _read(session, CUSTOMERS.c.id.in_([UUID(one) for one in get_workspace(session).wrong_schedules]))
    return _sentences(_wrong(session, rows))


def list_all_problems(session: Session, now: datetime) -> list[str]:  # noqa: ARG001 - as above
    """Return a sentence for each customer whose stored schedule doesn't follow from its other columns."""
    rows = session.execute(_select(session).execution_options(yield_per=LEAST))
    return _sentences([row for part in rows.partitions() for row in _wrong(session, part)])


def is_rescheduling(session: Session, *, now: datetime) -> bool:  # noqa: ARG001 - as above
    """Return whether customers are left to be recomputed."""
    return session.exec(select(Rescheduling.id).limit(1)).first() is not None


def list_rescheduling(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - as above
    """Return the ids of the workspaces in which customers are left to be recomputed."""
    own = col(Rescheduling.workspace_id) == col(Workspace.id)
    return list_workspaces_where(session, sa.select(col(Rescheduling.id)).where(own).exists())


def check_part(session: Session, *, now: datetime) -> CheckedPart:  # noqa: ARG001 - as above
    """Check the next part of the customers, and once more those that were wrong."""
    workspace = get_workspace(session)
    count = sa.select(sa.func.count()).where(CUSTOMERS.c.workspace_id == workspace.id)
    most = max(LEAST_PART, -(-session.execute(count).scalar_one() // PARTS))
    after, known = workspace.schedules_checked_to, [UUID(one) for one in workspace.wrong_schedules]
    rows = _read(session, *([CUSTOMERS.c.id > after] if after else ()), most=most)
    again = _read(session, CUSTOMERS.c.id.in_(known)) if known else ()
    wrong = [*dict.fromkeys(str(row.id) for row in _wrong(session, [*again, *rows]))][:MOST_KEPT]
    up_to = rows[-1].id if len(rows) == most else None
    is_news = (up_to, wrong) != (after, workspace.wrong_schedules)
    return CheckedPart(checked=len(rows), up_to=up_to, wrong=tuple(wrong), is_news=is_news)


def _select(session: Session) -> sa.Select[Any]:
    names = (*MOVING_NAMES, *Schedule._fields, "id", "name")
    ours = CUSTOMERS.c.workspace_id == workspace_of(session)
    return sa.select(*(CUSTOMERS.c[name] for name in names)).where(ours).order_by(CUSTOMERS.c.id)


def _read(session: Session, *which: Any, most: int = MOST_KEPT) -> Sequence[Any]:
    return session.execute(_select(session).where(*which).limit(most)).all()


def _wrong(session: Session, rows: Sequence[Any]) -> list[Any]:
    """Return those of *rows* whose schedule is wrong, and isn't still to be computed again."""
    if not rows:
        return []
    schedules = ScheduleBatch(session, {row.owner_id for row in rows})
    wrong = [row for row in rows if schedules.compute(*row[:MOVING]) != row[MOVING:STORED]]
    left = session.exec(select(Rescheduling)).all() if wrong else ()
    return [row for row in wrong if not any(_is_left(one, row) for one in left)]


def _is_left(asked: Rescheduling, row: Any) -> bool:
    concerns = asked.everybody or asked.owner_id == row.owner_id
    return concerns and (asked.after is None or row.id > asked.after)


def _sentences(wrong: Sequence[Any]) -> list[str]:
    told = [f"{row.name} has dates that don't follow from its facts; {MEND}" for row in wrong[:MOST_PROBLEMS]]
    return told + ([f"{len(wrong) - MOST_PROBLEMS:,} more."] if len(wrong) > MOST_PROBLEMS else [])

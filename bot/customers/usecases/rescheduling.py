"""
Computing the schedules of many customers again: after another cadence, or other hours of their owner.

A few are done at once. More are left to a job, which does them in batches, so that nobody waits for the database; each
customer keeps the dates it had until its turn comes. What is left to do is stored; a batch and the id up to which it
went are one transaction, so a process that is killed loses nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import locks_rows, workspace_of
from bot.customers.queries.checking import CheckedPart
from bot.customers.queries.due import CUSTOMERS, MOVING_NAMES, ScheduleBatch
from bot.customers.rules.due import Schedule
from bot.customers.tables import Customer, Rescheduling
from bot.customers.usecases.levelling import ask_for_levelling
from bot.workspaces.tables import Workspace

AT_ONCE = 1000
"""Customers at most that are done in the transaction that asks for it: a tenth of a second."""
BATCH = 500


def reschedule_owner(session: Session, *, owner_id: str | None, now: datetime) -> int:
    """
    Recompute every customer of an owner (None: the pool) after their hours or days away changed.

    Returns how many were looked at; 0 when there are so many that a job does it.
    """
    return _reschedule_or_leave(session, Rescheduling(everybody=False, owner_id=owner_id), now=now)


def reschedule_workspace(session: Session, *, now: datetime) -> int:
    """Recompute every customer after the workspace's cadence changed; return as `reschedule_owner`."""
    return _reschedule_or_leave(session, Rescheduling(everybody=True), now=now)


def reschedule_batch(session: Session, *, now: datetime) -> int:
    """Recompute the next customers of what was left to do; return how many, at least 1 unless nothing is left."""
    left = session.exec(select(Rescheduling).order_by(col(Rescheduling.id)).with_for_update()).first()
    if left is None:
        return 0
    rows = _read(session, left, most=BATCH)
    _write(session, rows, now=now)
    if len(rows) < BATCH:
        session.delete(left)
    else:
        left.after = rows[-1].id
    return max(len(rows), 1)


@locks_rows
def keep_part(session: Session, *, part: CheckedPart, now: datetime) -> None:  # noqa: ARG001 - every use case takes the time
    """Store up to where schedules were checked, and which are wrong."""
    kept = {"schedules_checked_to": part.up_to, "wrong_schedules": list(part.wrong)}
    session.exec(sa.update(Workspace).where(col(Workspace.id) == workspace_of(session)).values(kept))


def _reschedule_or_leave(session: Session, asked: Rescheduling, *, now: datetime) -> int:
    ask_for_levelling(session)
    session.flush()
    rows = _read(session, asked, most=AT_ONCE + 1)
    if len(rows) <= AT_ONCE:
        _write(session, rows, now=now)
        return len(rows)
    same = sa.and_(col(Rescheduling.everybody) == asked.everybody, col(Rescheduling.owner_id) == asked.owner_id)
    session.exec(sa.delete(Rescheduling).where(same))
    session.add(asked)
    session.flush()
    return 0


def _read(session: Session, asked: Rescheduling, *, most: int) -> Sequence[Any]:
    """Read the next customers of *asked* by their ids, without making objects of them: their facts, schedules, ids."""
    which = [CUSTOMERS.c.workspace_id == workspace_of(session)]
    if not asked.everybody:
        which.append(CUSTOMERS.c.owner_id == asked.owner_id)
    if asked.after is not None:
        which.append(CUSTOMERS.c.id > asked.after)
    names = (*MOVING_NAMES, *Schedule._fields, "id")
    query = sa.select(*(CUSTOMERS.c[name] for name in names)).where(*which).order_by(CUSTOMERS.c.id).limit(most)
    return session.execute(query).all()


def _write(session: Session, rows: Sequence[Any], *, now: datetime) -> None:
    """Store the schedules of those of *rows* whose schedule moves."""
    schedules, moved = ScheduleBatch(session, {row.owner_id for row in rows}), []
    for row in rows:
        schedule = schedules.compute(*row[: len(MOVING_NAMES)])
        if schedule != tuple(row[len(MOVING_NAMES) : -1]):
            moved.append({"which": row.id, **schedule._asdict()})
    if not moved:
        return
    values: dict[str, Any] = {name: sa.bindparam(name) for name in Schedule._fields}
    ours = sa.and_(CUSTOMERS.c.workspace_id == workspace_of(session), CUSTOMERS.c.id == sa.bindparam("which"))
    session.connection().execute(CUSTOMERS.update().where(ours).values(changed_at=now, **values), moved)
    for loaded in session.identity_map.values():
        if isinstance(loaded, Customer):
            session.expire(loaded)

"""
Long work on customers in parts, such as a plan that moves thousands of them.

What is left to do is stored when the work begins. A part is done and forgotten in one transaction, so that others write
in between, and a process that is killed loses nothing and repeats nothing: a job goes on with what is left.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.batches import Batches, Stopping
from bot.core.errors import InvalidInput
from bot.customers.tables import WorkPart
from bot.workspaces.queries import list_workspaces_where
from bot.workspaces.tables import Workspace

PART = 150
"""Customers of a part: changing them takes some 50 ms, for which SQLite is locked."""

LAST = 1_000_000
"""The number of the last part, which has no content."""
QUIET = timedelta(minutes=1)
GOES_ON = "The bot is being restarted. What is left goes on by itself; you get a message when it is done."
DoPart = Callable[..., None]


def store_work(session: Session, kind: str, subject_id: UUID, changes: Sequence[Any], *, now: datetime) -> None:
    """Store *changes*, which are JSON, as parts of the work of that *kind* on a subject."""
    parts = dict(enumerate(list(changes[start : start + PART]) for start in range(0, len(changes), PART)))
    session.add_all(
        WorkPart(kind=kind, subject_id=subject_id, number=number, content=part, alive_at=now)
        for number, part in (parts | {LAST: []}).items()
    )
    session.flush()


def is_working(session: Session, subject_id: UUID) -> bool:
    """Return whether there is something left to do about a subject."""
    return session.exec(select(WorkPart.id).where(WorkPart.subject_id == subject_id).limit(1)).first() is not None


def list_interrupted(session: Session, *, now: datetime) -> list[tuple[str, UUID]]:
    """Return the kinds and subjects of the work that is left, and at which nobody was for some time."""
    query = select(WorkPart.kind, WorkPart.subject_id).where(*_is_interrupted(now))
    return list(session.exec(query.order_by(col(WorkPart.alive_at), col(WorkPart.subject_id))).all())


def list_workspaces_to_go_on(session: Session, *, now: datetime) -> list[str]:
    """Return the ids of the workspaces with work that is left, and at which nobody was for some time."""
    own = sa.and_(col(WorkPart.workspace_id) == col(Workspace.id), *_is_interrupted(now))
    return list_workspaces_where(session, sa.select(col(WorkPart.id)).where(own).exists())


def do_next_part(session: Session, *, subject_id: UUID, do: DoPart, now: datetime) -> bool:
    """Do the next part of the work on a subject with *do*; return whether there may be another one."""
    ours = col(WorkPart.subject_id) == subject_id
    query = select(WorkPart).where(ours, col(WorkPart.number) < LAST).order_by(col(WorkPart.number)).limit(1)
    part = session.exec(query.with_for_update()).first()
    if part is None:
        return False
    do(session, subject_id, part.content, now=now)
    session.delete(part)
    session.flush()
    session.exec(sa.update(WorkPart).where(ours, col(WorkPart.number) == LAST).values(alive_at=now))
    return True


def _is_interrupted(now: datetime) -> tuple[Any, Any]:
    return col(WorkPart.number) == LAST, col(WorkPart.alive_at) <= now - QUIET


def end_work(session: Session, subject_id: UUID) -> bool:
    """Forget the last part of the work on a subject; return whether it was there: if not, somebody else ended it."""
    query = select(WorkPart).where(WorkPart.subject_id == subject_id)
    parts = session.exec(query.with_for_update()).all()
    if len(parts) != 1 or parts[0].content:
        return False
    session.delete(parts[0])
    session.flush()
    return True


def do_parts(batches: Batches, *, subject_id: UUID, do: DoPart) -> None:
    """
    Do all parts that are left, each in a batch.

    Raises:
        InvalidInput: the process is asked to stop; the work goes on in the next one.
    """
    try:
        while batches.write(do_next_part, subject_id=subject_id, do=do):
            pass
    except Stopping as stopped:
        raise InvalidInput(GOES_ON) from stopped

"""Leases of work that one process at a time may do: how long one is held, and which workspaces a job is at."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col

from bot.core.database import INSERTS, WORKSPACE_ID_LENGTH, locks_rows
from bot.core.heartbeats import WAITED, JobRun

LATELY = timedelta(minutes=1)


class LeaseLost(Exception):
    """The lease has run out, and another process may be doing this work by now."""


@dataclass
class Lease:
    """A lease of that many *seconds*, counted from *since* on a clock that never runs backwards."""

    seconds: float
    stopwatch: Callable[[], float]
    since: float
    is_lost: bool = False

    def require(self) -> None:
        """Raise `LeaseLost` when it has run out, or another process has it."""
        if self.is_lost or self.stopwatch() - self.since >= self.seconds:
            raise LeaseLost("its lease ran out")


HELD: ContextVar[Lease | None] = ContextVar("HELD", default=None)
"""The lease under which the present task works. `Runtime` begins no transaction of it once the lease has run out."""


class JobTurn(SQLModel, table=True):
    """Which process does a job in a workspace, and when one did last. It belongs to the installation."""

    __tablename__ = "job_turns"

    job: str = Field(primary_key=True, max_length=40)
    workspace: str = Field(primary_key=True, max_length=WORKSPACE_ID_LENGTH)
    holder: UUID | None = None
    lease_until: datetime | None = None
    ended_at: datetime | None = None


@locks_rows
def take_turns(
    session: Session, *, job: str, workspaces: Sequence[str], holder: UUID, lease: timedelta, since: datetime,
    now: datetime,
) -> list[str]:  # fmt: skip
    """
    Take the turns of a job in *workspaces*, and return in which of them it is the *holder*'s turn.

    Left out are those in which another process does the job, or has done it after *since*, when this one looked what
    there is to do. A lease that ends much later than one of now would, or an end that lies later than now, was stored
    before the clock was put back, and doesn't count.
    """
    until = col(JobTurn.lease_until)
    free = sa.and_(
        col(JobTurn.job) == job,
        col(JobTurn.workspace).in_(workspaces),
        sa.or_(until.is_(None), until <= now, until > now + lease + WAITED),
        ~ended_between(since, now),
    )
    locked = sa.select(col(JobTurn.workspace)).where(free).with_for_update(skip_locked=True)
    mine = {"holder": holder, "lease_until": now + lease}
    taken = sa.update(JobTurn).where(col(JobTurn.job) == job, col(JobTurn.workspace).in_(locked)).values(mine)
    turns = set(
        session.scalars(taken.returning(col(JobTurn.workspace)), execution_options={"synchronize_session": False})
    )
    if len(turns) < len(workspaces):  # the job may never have been there
        insert = INSERTS[session.get_bind().dialect.name](JobTurn).on_conflict_do_nothing()
        rows = [{"job": job, "workspace": one, **mine} for one in workspaces if one not in turns]
        turns.update(session.scalars(insert.returning(col(JobTurn.workspace)), rows))
    return [one for one in workspaces if one in turns]


@locks_rows
def renew_turns(session: Session, *, job: str, holder: UUID, lease: timedelta, now: datetime) -> int:
    """Hold the turns of *holder* from now on; return how many they are, fewer once another process took one over."""
    return session.exec(_held(job, holder).values(lease_until=now + lease)).rowcount


@locks_rows
def end_turns(session: Session, *, job: str, holder: UUID, done: Sequence[str], now: datetime) -> None:
    """Give the turns of *holder* back; in the workspaces *done* the job has been done."""
    ended = sa.case((col(JobTurn.workspace).in_(done), now), else_=col(JobTurn.ended_at))
    session.exec(_held(job, holder).values(holder=None, lease_until=None, ended_at=ended))


def ended_between(since: datetime, now: datetime) -> Any:
    """Return the SQL of whether a `JobTurn` was ended after *since*; one later than *now* is of another clock."""
    ended = col(JobTurn.ended_at)
    return sa.and_(ended.is_not(None), ended > since, ended <= now)


def list_abandoned(session: Session, *, now: datetime) -> set[str]:
    """
    Return the names of the jobs of which a process let the lease run out lately, for all or for a workspace.

    What was left earlier has been looked at by now, or nobody was there; the next run of the job sees to it.
    """
    lately = now - LATELY
    alone = sa.select(col(JobRun.name)).where(col(JobRun.lease_until).between(lately, now))
    shared = sa.select(col(JobTurn.job)).where(col(JobTurn.lease_until).between(lately, now))
    return set(session.scalars(alone.union(shared)))


def _held(job: str, holder: UUID) -> sa.Update:
    return sa.update(JobTurn).where(col(JobTurn.job) == job, col(JobTurn.holder) == holder)

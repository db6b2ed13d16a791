"""How processes share the work of jobs: each job is done by one at a time, or in each workspace by one at a time."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from bot.core.clock import new_id
from bot.core.leases import HELD, JobTurn, Lease, LeaseLost, end_turns, ended_between, renew_turns, take_turns
from bot.core.runtime import Runtime
from bot.workspaces.queries import list_workspaces_where
from bot.workspaces.tables import Workspace

T = TypeVar("T")
Work = Callable[[str], Awaitable[int]]
"""`await work(workspace)`: do it there, and return the number of changes."""
Then = Callable[[Sequence[str]], Awaitable[object]]
"""`await then(workspaces)`: what is done for several workspaces at once."""

LEASE = timedelta(seconds=45)
AT_ONCE = 4  # workspaces that a process takes in one transaction; the others are free for other processes meanwhile
MANY_AT_ONCE = 50  # of work that is the same everywhere and takes milliseconds

log = structlog.get_logger(__name__)


async def share(runtime: Runtime, job: str, workspaces: Sequence[str], work: Work, *, lease: timedelta = LEASE) -> int:
    """
    Do *work* in each of *workspaces*, but not where another process does or has done it since; return the sum.

    An error in one workspace doesn't stop the others; the first is raised at the end.
    """
    sharing = _Sharing(runtime, job, work, since=runtime.clock.now(), lease=lease)
    return await sharing.do(workspaces, at_once=AT_ONCE)


async def share_rounds(
    runtime: Runtime, job: str, work: Work, *, every: timedelta, then: Then | None = None, at_once: int = MANY_AT_ONCE
) -> int:
    """
    Do *work* in each workspace where no process has done it for as long as *every*; return the sum.

    *then* is awaited with each batch of workspaces in which the work was done; they count as done after it. An error in
    one workspace doesn't stop the others; it is tried there again at the next run, and the first error is raised at
    the end.
    """
    since = runtime.clock.now() - every
    workspaces = await runtime.read(list_without_turn, workspace=None, job=job, since=since)
    return await _Sharing(runtime, job, work, since=since, then=then).do(workspaces, at_once=at_once)


def list_without_turn(session: Session, *, job: str, since: datetime, now: datetime) -> list[str]:
    """Return the ids of the workspaces in which the bot is installed and no process has done a job after *since*."""
    own = (col(JobTurn.job) == job, col(JobTurn.workspace) == col(Workspace.id))
    lately = sa.select(col(JobTurn.job)).where(*own, ended_between(since, now)).exists()
    return list_workspaces_where(session, ~lately)


@dataclass(frozen=True)
class _Sharing:
    """Work that processes share; what one of them has ended after *since* isn't done again."""

    runtime: Runtime
    job: str
    work: Work
    since: datetime
    lease: timedelta = LEASE
    then: Then | None = None

    async def do(self, workspaces: Sequence[str], *, at_once: int) -> int:
        """Go through *workspaces*, so many in one batch; return the sum."""
        changed, failures = 0, list[Exception]()
        shuffled = random.sample(workspaces, len(workspaces))  # so that two processes seldom want the same ones
        for start in range(0, len(shuffled), at_once):
            batch = _Batch(self)
            try:
                changed += await batch.do(shuffled[start : start + at_once])
            except LeaseLost:
                log.warning("job.lease_lost", job=self.job)
            failures += batch.failures
        if failures:
            raise failures[0]
        return changed


class _Batch:
    """A few workspaces that are taken together; *failures* are the errors of the work there."""

    def __init__(self, sharing: _Sharing) -> None:
        self._sharing, self._runtime, self._job, self._lease = sharing, sharing.runtime, sharing.job, sharing.lease
        self._holder = new_id()
        self._done: list[str] = []
        self.failures: list[Exception] = []

    async def do(self, workspaces: Sequence[str]) -> int:
        """Take the turns that are free, work there, and give them back; raises `LeaseLost`."""
        own: dict[str, Any] = {"workspace": None, "job": self._job, "holder": self._holder}
        began = self._runtime.clock.monotonic()
        wanted: dict[str, Any] = {"workspaces": workspaces, "lease": self._lease, "since": self._sharing.since}
        turns = await self._runtime.run(take_turns, **wanted, **own)
        if not turns:
            return 0

        async def renew() -> bool:
            return await self._runtime.foreground.run(renew_turns, lease=self._lease, **own) == len(turns)

        try:
            return await hold(
                self._go_through(turns), renew, lease=self._lease, began=began, runtime=self._runtime, job=self._job
            )
        finally:
            await self._runtime.run(end_turns, done=self._done, **own)

    async def _go_through(self, workspaces: Sequence[str]) -> int:
        """Work in each workspace, and then with all in which that went well; those are done."""
        changed, succeeded = 0, list[str]()
        for workspace in workspaces:
            with self._noting_errors(workspace):
                changed += await self._sharing.work(workspace)
                succeeded.append(workspace)
            if self._sharing.then is None:
                self._done = succeeded
        if self._sharing.then is not None and succeeded:
            with self._noting_errors(*succeeded):
                await self._sharing.then(succeeded)
                self._done = succeeded
        return changed

    @contextmanager
    def _noting_errors(self, *workspaces: str) -> Iterator[None]:
        try:
            yield
        except LeaseLost:
            raise
        except Exception as error:
            log.exception("job.workspace_failed", job=self._job, workspace=", ".join(workspaces))
            self.failures.append(error)


async def hold(
    work: Coroutine[Any, Any, T], renew: Callable[[], Awaitable[bool]], *, lease: timedelta, began: float,
    runtime: Runtime, job: str,
) -> T:  # fmt: skip
    """
    Do *work* while its lease, taken at *began* on the monotonic clock, is renewed every third of its time.

    *renew* returns whether it still holds. Where it doesn't, the work is cancelled; and once it has run out, because
    this process was stopped or the database is away, no transaction of the work begins any more.

    Raises:
        LeaseLost: the work was stopped.
    """
    held = Lease(lease.total_seconds(), runtime.clock.monotonic, began)
    before = HELD.set(held)
    task = asyncio.create_task(work)
    HELD.reset(before)
    renewing = asyncio.create_task(_renew(held, renew, task, job))
    try:
        return await task
    except asyncio.CancelledError:
        task.cancel()
        if held.is_lost:
            raise LeaseLost("another process took over") from None
        raise
    finally:
        renewing.cancel()


async def _renew(lease: Lease, renew: Callable[[], Awaitable[bool]], work: asyncio.Task[Any], job: str) -> None:
    while True:
        await asyncio.sleep(lease.seconds / 3)
        since = lease.stopwatch()
        try:
            lease.is_lost = not await renew()
        except Exception:
            log.exception("job.lease_not_renewed", job=job)  # the database is away; so is it for the work
            continue
        if lease.is_lost:
            work.cancel()
            return
        lease.since = since

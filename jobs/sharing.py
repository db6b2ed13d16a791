"""How processes share the work of jobs: each job is done by one at a time, or in each workspace by one at a time."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from bot.core.clock import new_id
from bot.core.leases import HELD, Lease, LeaseLost, end_turns, renew_turns, take_turns
from bot.core.runtime import Runtime

T = TypeVar("T")

LEASE = timedelta(seconds=45)
AT_ONCE = 4  # workspaces that a process takes in one transaction; the others are free for other processes meanwhile

log = structlog.get_logger(__name__)


async def share(
    runtime: Runtime, job: str, workspaces: Sequence[str], work: Callable[[str], Awaitable[int]],
    *, lease: timedelta = LEASE,
) -> int:  # fmt: skip
    """
    Do *work* in each of *workspaces*, but not where another process does or has done it since; return the sum.

    An error in one workspace doesn't stop the others; the first is raised at the end.
    """
    since, changed, failures = runtime.clock.now(), 0, list[Exception]()
    shuffled = random.sample(workspaces, len(workspaces))  # so that two processes seldom want the same ones
    for start in range(0, len(shuffled), AT_ONCE):
        batch = _Batch(runtime, job, work, lease)
        try:
            changed += await batch.do(shuffled[start : start + AT_ONCE], since=since)
        except LeaseLost:
            log.warning("job.lease_lost", job=job)
        failures += batch.failures
    if failures:
        raise failures[0]
    return changed


class _Batch:
    """A few workspaces that are taken together; *failures* are the errors of the work there."""

    def __init__(self, runtime: Runtime, job: str, work: Callable[[str], Awaitable[int]], lease: timedelta) -> None:
        self._runtime, self._job, self._work, self._lease = runtime, job, work, lease
        self._holder = new_id()
        self._done: list[str] = []
        self.failures: list[Exception] = []

    async def do(self, workspaces: Sequence[str], *, since: Any) -> int:
        """Take the turns that are free, work there, and give them back; raises `LeaseLost`."""
        own: dict[str, Any] = {"workspace": None, "job": self._job, "holder": self._holder}
        began = self._runtime.clock.monotonic()
        turns = await self._runtime.run(take_turns, workspaces=workspaces, lease=self._lease, since=since, **own)
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
        changed = 0
        for workspace in workspaces:
            try:
                changed += await self._work(workspace)
            except LeaseLost:
                raise
            except Exception as error:
                log.exception("job.workspace_failed", job=self._job, workspace=workspace)
                self.failures.append(error)
            self._done.append(workspace)
        return changed


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

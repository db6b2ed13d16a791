"""Runs one job: lease, heartbeat, log line and error handling."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session, select

from bot.core.database import locks_rows
from bot.core.heartbeats import JobRun, begin_run, end_run, release_run, renew_run
from bot.core.leases import LeaseLost, list_abandoned
from bot.core.runtime import Runtime
from bot.logs import mask_secrets
from jobs.clock_watch import ClockWatch
from jobs.sharing import LEASE, hold

TRACED = timedelta(minutes=1)
"""Jobs that run more often have no traces."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """
    A periodic job.

    *every* is the interval between attempts; *fresh_for* is how long a success counts, across restarts and replicas
    (zero: it runs at every tick). A job that is *alone* holds a lease, which is renewed while it runs, so that only one
    process runs it and the next one takes over soon after a process died. Processes share the work of the others: they
    take turns by workspace (`jobs.sharing`), or lock each row.
    """

    name: str
    work: Callable[[], Awaitable[int]]
    every: timedelta
    fresh_for: timedelta = timedelta(0)
    lease: timedelta = LEASE
    alone: bool = True


class Runner:
    """Runs jobs, each one at a time, and records their heartbeats."""

    def __init__(self, runtime: Runtime, heartbeat_interval: timedelta = timedelta(minutes=1)) -> None:
        self._runtime = runtime
        self._heartbeat_interval = heartbeat_interval
        self._clock_watch = ClockWatch(runtime)
        self._last_heartbeats: dict[str, tuple[datetime, bool]] = {}

    async def run(self, job: Job) -> int:
        """Run *job* if it is due; return the number of changes. An error is recorded and logged, never raised."""
        try:
            await self._clock_watch.look()
            return await self._run_when_due(job)
        except Exception:
            log.exception("job.not_noted", job=job.name)  # the database is away; the next tick tries again
            return 0

    async def take_over(self, jobs: Sequence[Job]) -> int:
        """Run those of *jobs* that a process which died has left; return the number of changes."""
        try:
            abandoned = await self._runtime.read(list_abandoned, workspace=None)
        except Exception:
            log.exception("job.not_noted", job="take_over")  # as above
            return 0
        return sum([await self.run(job) for job in jobs if job.name in abandoned])

    async def _run_when_due(self, job: Job) -> int:
        if job.fresh_for > timedelta(0) and await self._runtime.read(_is_fresh, workspace=None, job=job):
            return 0
        if not job.alone:
            return await self._run_without_lease(job)
        began = self._runtime.clock.monotonic()
        fence = await self._runtime.run(begin_run, workspace=None, name=job.name, lease=job.lease)
        return 0 if fence is None else await self._run_with_lease(job, fence, began)

    async def _run_with_lease(self, job: Job, fence: int, began: float) -> int:
        """Run a job while its lease is renewed; stop it where the lease is lost, and give the lease back at its end."""

        async def renew() -> bool:
            own: dict[str, Any] = {"name": job.name, "fence": fence, "lease": job.lease}
            return await self._runtime.foreground.run(renew_run, workspace=None, **own)

        about: dict[str, Any] = {"lease": job.lease, "began": began, "runtime": self._runtime, "job": job.name}
        try:
            changed, error = await hold(self._attempt(job), renew, **about)
        except (asyncio.CancelledError, LeaseLost) as stopped:
            await self._runtime.run(release_run, workspace=None, name=job.name, fence=fence)
            if isinstance(stopped, asyncio.CancelledError):
                raise
            log.warning("job.lease_lost", job=job.name)
            return 0
        await self._runtime.run(end_run, workspace=None, name=job.name, fence=fence, error=error)
        return changed

    async def _run_without_lease(self, job: Job) -> int:
        """Run a job that locks rows itself; record its heartbeat at intervals, or when its health changes."""
        changed, error = await self._attempt(job)
        now = self._runtime.clock.now()
        recorded_at, had_succeeded = self._last_heartbeats.get(job.name, (now, None))
        recently = timedelta(0) <= now - recorded_at < self._heartbeat_interval  # a clock may be put back
        if had_succeeded != (error is None) or not recently:
            self._last_heartbeats[job.name] = (now, error is None)
            await self._runtime.run(_record_heartbeat, workspace=None, job=job, error=error)
        return changed

    async def _attempt(self, job: Job) -> tuple[int, str | None]:
        """Do the work of a job; return the number of changes, and the error in words if it failed."""
        changed, error, started_at = 0, None, time.perf_counter()
        try:
            with self._span_of(job):
                changed = await job.work()
        except LeaseLost:
            raise
        except Exception as failure:
            log.exception("job.failed", job=job.name)
            error = str(mask_secrets(f"{type(failure).__name__}: {failure}")).replace("\0", "")
        self._runtime.measures.ran(job.name, time.perf_counter() - started_at, failed=error is not None)
        if changed:
            log.info("job.ran", job=job.name, changed=changed)
        return changed, error

    def _span_of(self, job: Job) -> AbstractContextManager[object]:
        """Return the span of a run; jobs that run every few seconds, mostly for nothing, have none."""
        return self._runtime.traces.span(f"job {job.name}") if job.every >= TRACED else nullcontext()


@locks_rows
def _record_heartbeat(session: Session, *, job: Job, error: str | None, now: datetime) -> None:
    fence = begin_run(session, name=job.name, lease=timedelta(0), now=now)
    if fence is not None:
        end_run(session, name=job.name, fence=fence, error=error, now=now)


def _is_fresh(session: Session, *, job: Job, now: datetime) -> bool:
    run = session.exec(select(JobRun).where(JobRun.name == job.name)).first()
    return run is not None and run.succeeded_at is not None and timedelta(0) <= now - run.succeeded_at < job.fresh_for

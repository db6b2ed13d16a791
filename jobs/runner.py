"""Runs one job: lease, heartbeat, log line and error handling."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session, select

from bot.core.heartbeats import JobRun, begin_run, end_run, release_run, renew_run
from bot.core.runtime import Runtime
from bot.logs import mask_secrets
from jobs.clock_watch import ClockWatch

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """
    A periodic job.

    *every* is the interval between attempts; *fresh_for* is how long a success counts, across restarts and replicas
    (zero: it runs at every tick). A job that is *alone* holds a lease, which is renewed while it runs, so that only one
    process runs it and the next one takes over soon after a process died; other jobs lock each row themselves.
    """

    name: str
    work: Callable[[], Awaitable[int]]
    every: timedelta
    fresh_for: timedelta = timedelta(0)
    lease: timedelta = timedelta(seconds=45)
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

    async def _run_when_due(self, job: Job) -> int:
        if job.fresh_for > timedelta(0) and await self._runtime.read(_is_fresh, workspace=None, job=job):
            return 0
        if not job.alone:
            return await self._run_without_lease(job)
        fence = await self._runtime.run(begin_run, workspace=None, name=job.name, lease=job.lease)
        return 0 if fence is None else await self._run_with_lease(job, fence)

    async def _run_with_lease(self, job: Job, fence: int) -> int:
        """Run a job while its lease is renewed; stop it where the lease is lost, and give the lease back at its end."""
        work = asyncio.create_task(self._attempt(job))
        renewing = asyncio.create_task(self._renew(job, fence, work))
        try:
            changed, error = await work
        except asyncio.CancelledError:
            work.cancel()
            await self._runtime.run(release_run, workspace=None, name=job.name, fence=fence)
            if not renewing.done():
                raise
            log.warning("job.lease_lost", job=job.name)
            return 0
        finally:
            renewing.cancel()
        await self._runtime.run(end_run, workspace=None, name=job.name, fence=fence, error=error)
        return changed

    async def _renew(self, job: Job, fence: int, work: asyncio.Task[Any]) -> None:
        """Renew the lease of a running job; cancel *work* when another process has it."""
        while True:
            await asyncio.sleep(job.lease.total_seconds() / 3)
            try:
                held = await self._runtime.run(renew_run, workspace=None, name=job.name, fence=fence, lease=job.lease)
            except Exception:
                log.exception("job.lease_not_renewed", job=job.name)  # the database is away; so is it for the work
                continue
            if not held:
                work.cancel()
                return

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
            changed = await job.work()
        except Exception as failure:
            log.exception("job.failed", job=job.name)
            error = str(mask_secrets(f"{type(failure).__name__}: {failure}")).replace("\0", "")
        self._runtime.measures.ran(job.name, time.perf_counter() - started_at, failed=error is not None)
        if changed:
            log.info("job.ran", job=job.name, changed=changed)
        return changed, error


def _record_heartbeat(session: Session, *, job: Job, error: str | None, now: datetime) -> None:
    fence = begin_run(session, name=job.name, lease=timedelta(0), now=now)
    if fence is not None:
        end_run(session, name=job.name, fence=fence, error=error, now=now)


def _is_fresh(session: Session, *, job: Job, now: datetime) -> bool:
    run = session.exec(select(JobRun).where(JobRun.name == job.name)).first()
    return run is not None and run.succeeded_at is not None and timedelta(0) <= now - run.succeeded_at < job.fresh_for

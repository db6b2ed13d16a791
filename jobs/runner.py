"""Runs one job: lease, heartbeat, log line and error handling."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, select

from bot.core.heartbeats import JobRun, begin_run, end_run
from bot.core.runtime import Runtime
from bot.logs import mask_secrets

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """
    A periodic job.

    *every* is the interval between attempts; *fresh_for* is how long a success counts, across restarts and replicas
    (zero: it runs at every tick). A job that is *alone* holds a lease, so that only one process runs it; other jobs
    lock each row themselves.
    """

    name: str
    work: Callable[[], Awaitable[int]]
    every: timedelta
    fresh_for: timedelta = timedelta(0)
    lease: timedelta = timedelta(minutes=10)
    alone: bool = True


class Runner:
    """Runs jobs, each one at a time, and records their heartbeats."""

    def __init__(self, runtime: Runtime, heartbeat_interval: timedelta = timedelta(minutes=1)) -> None:
        self._runtime = runtime
        self._heartbeat_interval = heartbeat_interval
        self._last_heartbeats: dict[str, tuple[datetime, bool]] = {}

    async def run(self, job: Job) -> int:
        """Run *job* if it is due; return the number of changes. An error is recorded and logged, never raised."""
        try:
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
        if fence is None:
            return 0
        changed, error = await _attempt(job)
        await self._runtime.run(end_run, workspace=None, name=job.name, fence=fence, error=error)
        return changed

    async def _run_without_lease(self, job: Job) -> int:
        """Run a job that locks rows itself; record its heartbeat at intervals, or when its health changes."""
        changed, error = await _attempt(job)
        now = self._runtime.clock.now()
        recorded_at, had_succeeded = self._last_heartbeats.get(job.name, (None, None))
        if recorded_at is None or had_succeeded != (error is None) or now - recorded_at >= self._heartbeat_interval:
            self._last_heartbeats[job.name] = (now, error is None)
            await self._runtime.run(_record_heartbeat, workspace=None, job=job, error=error)
        return changed


async def _attempt(job: Job) -> tuple[int, str | None]:
    try:
        changed = await job.work()
    except Exception as error:
        log.exception("job.failed", job=job.name)
        return 0, str(mask_secrets(f"{type(error).__name__}: {error}")).replace("\0", "")
    if changed:
        log.info("job.ran", job=job.name, changed=changed)
    return changed, None


def _record_heartbeat(session: Session, *, job: Job, error: str | None, now: datetime) -> None:
    fence = begin_run(session, name=job.name, lease=timedelta(0), now=now)
    if fence is not None:
        end_run(session, name=job.name, fence=fence, error=error, now=now)


def _is_fresh(session: Session, *, job: Job, now: datetime) -> bool:
    run = session.exec(select(JobRun).where(JobRun.name == job.name)).first()
    return run is not None and run.succeeded_at is not None and now - run.succeeded_at < job.fresh_for

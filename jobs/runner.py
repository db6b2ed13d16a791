"""Around one run of a job: the fence, the heartbeat, the log line."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, select

from bot.core.heartbeats import JobRun, begin_run, end_run
from bot.core.runtime import Runtime
from bot.logs import hidden

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """
    What runs when.

    *every* is how often it is tried; *fresh_for* how long a success counts, across restarts and replicas (zero: it
    is tried at every tick). *alone* jobs hold a lease, so that one process at a time runs them; others guard every
    row by themselves.
    """

    name: str
    work: Callable[[], Awaitable[int]]
    every: timedelta
    fresh_for: timedelta = timedelta(0)
    lease: timedelta = timedelta(minutes=10)
    alone: bool = True


class Runner:
    """Runs jobs, one at a time each, and remembers how they went."""

    def __init__(self, runtime: Runtime, note_every: timedelta = timedelta(minutes=1)) -> None:
        self._runtime = runtime
        self._note_every = note_every
        self._noted: dict[str, tuple[datetime, bool]] = {}

    async def run(self, job: Job) -> int:
        """Run *job* once if its time has come; returns how many things it moved. An error is noted, never raised."""
        try:
            return await self._run_when_due(job)
        except Exception:
            log.exception("job.not_noted", job=job.name)  # the database is away; the next tick tries again
            return 0

    async def _run_when_due(self, job: Job) -> int:
        if job.fresh_for > timedelta(0) and await self._runtime.read(_is_fresh, workspace=None, job=job):
            return 0
        if not job.alone:
            return await self._run_noting(job)
        fence = await self._runtime.run(begin_run, workspace=None, name=job.name, lease=job.lease)
        if fence is None:
            return 0
        moved, error = await _attempt(job)
        await self._runtime.run(end_run, workspace=None, name=job.name, fence=fence, error=error)
        return moved

    async def _run_noting(self, job: Job) -> int:
        """A job that guards itself and ticks every second: note how it is once a minute, or when that changes."""
        moved, error = await _attempt(job)
        now = self._runtime.clock.now()
        noted_at, was_well = self._noted.get(job.name, (None, None))
        if noted_at is None or was_well != (error is None) or now - noted_at >= self._note_every:
            self._noted[job.name] = (now, error is None)
            await self._runtime.run(_note, workspace=None, job=job, error=error)
        return moved


async def _attempt(job: Job) -> tuple[int, str | None]:
    try:
        moved = await job.work()
    except Exception as error:
        log.exception("job.failed", job=job.name)
        return 0, str(hidden(f"{type(error).__name__}: {error}")).replace("\0", "")
    if moved:
        log.info("job.ran", job=job.name, moved=moved)
    return moved, None


def _note(session: Session, *, job: Job, error: str | None, now: datetime) -> None:
    fence = begin_run(session, name=job.name, lease=timedelta(0), now=now)
    if fence is not None:
        end_run(session, name=job.name, fence=fence, error=error, now=now)


def _is_fresh(session: Session, *, job: Job, now: datetime) -> bool:
    run = session.exec(select(JobRun).where(JobRun.name == job.name)).first()
    return run is not None and run.succeeded_at is not None and now - run.succeeded_at < job.fresh_for

"""Notices that the clock was ahead and was put back, and lets what was put off by it wait no longer."""

from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from bot.core.heartbeats import JobRun
from bot.core.outbox import wait_by_present_time
from bot.core.runtime import Runtime

TOLERANCE = timedelta(seconds=10)  # smaller corrections put nothing off for long; clocks of replicas differ by less

log = structlog.get_logger(__name__)


class ClockWatch:
    """Compares the time with the latest that was seen before, by this process or in the database."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._latest: datetime | None = None

    async def look(self) -> None:
        """Where the clock was put back, change what waits for an instant of the time that it showed before."""
        now = self._runtime.clock.now()
        latest = self._latest or await self._runtime.read(_last_finished, workspace=None) or now
        if now < latest - TOLERANCE:
            changed = await self._runtime.run(wait_by_present_time, workspace=None)
            log.warning("clock.put_back", seconds=round((latest - now).total_seconds()), messages=changed)
        self._latest = now


def _last_finished(session: Session, *, now: datetime) -> datetime | None:  # noqa: ARG001 - every query takes the time
    """Return when a job last finished."""
    return session.scalar(sa.select(sa.func.max(col(JobRun.finished_at))))

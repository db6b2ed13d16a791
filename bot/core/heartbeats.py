"""When each job last ran and how it went. The runner of the jobs writes it; Home and `/readyz` read it."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from bot.core.database import locks_rows
from bot.core.schemas import Schema

JOB_WORDS = {
    "send_morning_messages": "sending the morning messages",
    "watch_escalations": "watching the clocks of problems",
    "watch_campaigns": "looking after campaigns",
    "watch_imports": "looking for imports that were interrupted",
    "continue_work": "going on with plans that were interrupted",
    "post_digests": "posting digests",
    "deliver_outbox": "delivering messages",
    "collect_mentions": "collecting mentions",
    "learn_feelings": "learning how mentions read",
    "check_installation": "looking whether the app is installed again",
    "sync_people": "reading people from Slack",
    "reschedule_customers": "computing due dates",
    "reconcile_customers": "accounting for every customer",
    "level_load": "evening out busy days",
    "keep_house": "tidying up",
    "report_problems": "looking for problems",
    "back_up": "backing up the database",
    "renew_token": "renewing Slack's token",
    "take_up_tokens": "taking up rotated tokens",
}
"""What each job does, as people read it on Home, in `/evenhand health` and in the doctor."""


def job_words(name: str) -> str:
    """Return what a job does, such as `collecting mentions`."""
    return JOB_WORDS.get(name) or name.replace("_", " ")


class JobRun(SQLModel, table=True):
    """The lease and the last run of a job. It belongs to the installation, not to a workspace."""

    __tablename__ = "job_runs"

    name: str = Field(primary_key=True, max_length=40)
    fence: int = 0
    lease_until: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    succeeded_at: datetime | None = None
    failures_in_a_row: int = 0
    error: str | None = Field(default=None, max_length=300)

    @property
    def running_since(self) -> datetime | None:
        """When the run began that hasn't ended yet; None if none is on."""
        is_over = self.finished_at is not None and self.started_at is not None and self.started_at <= self.finished_at
        return None if is_over else self.started_at


class Heartbeat(Schema):
    """The state of a job; *running_since* is when a run began that hasn't ended yet."""

    name: str
    succeeded_at: datetime | None
    failures_in_a_row: int
    error: str | None
    running_since: datetime | None = None


WAITED = timedelta(seconds=10)
"""
How much later than one of now a lease may end and still count: who took it may have looked at the clock after somebody
who still waits for the lock.
"""


@locks_rows
def begin_run(session: Session, *, name: str, lease: timedelta, now: datetime) -> int | None:
    """
    Take the lease of job *name*. Return its fencing number, or None while another process holds the lease or is about
    to take it or to give it back; nobody waits for that one, which may stand still.

    A lease that ends much later than one of now would was taken before the clock was put back, and doesn't count.
    """
    named = select(JobRun).where(JobRun.name == name)
    run = session.exec(named.with_for_update(skip_locked=True)).first()
    if run is None and session.exec(named).first() is not None:
        return None
    if run is None:
        run = JobRun(name=name)
        session.add(run)
    elif run.lease_until is not None and now < run.lease_until <= now + lease + WAITED:
        return None
    run.fence, run.lease_until, run.started_at = run.fence + 1, now + lease, now
    session.flush()
    return run.fence


@locks_rows
def end_run(session: Session, *, name: str, fence: int, error: str | None, now: datetime) -> bool:
    """Give the lease back and store how the run went. Return False when the lease was lost meanwhile."""
    run = session.exec(select(JobRun).where(JobRun.name == name, JobRun.fence == fence).with_for_update()).first()
    if run is None:
        return False
    run.lease_until, run.finished_at, run.error = None, now, (error or "")[:300] or None
    run.failures_in_a_row = run.failures_in_a_row + 1 if error else 0
    run.succeeded_at = run.succeeded_at if error else now
    return True


@locks_rows
def renew_run(session: Session, *, name: str, fence: int, lease: timedelta, now: datetime) -> bool:
    """Hold the lease of a job that is still running from now on. Return False when it was lost meanwhile."""
    held = sa.update(JobRun).where(col(JobRun.name) == name, col(JobRun.fence) == fence)
    return bool(session.exec(held.values(lease_until=now + lease)).rowcount)


@locks_rows
def release_run(session: Session, *, name: str, fence: int, now: datetime) -> None:  # noqa: ARG001 - every use case takes the time
    """Give back the lease of a job that was stopped before its end, so that the next process needn't wait for it."""
    session.exec(sa.update(JobRun).where(col(JobRun.name) == name, col(JobRun.fence) == fence).values(lease_until=None))


def list_heartbeats(session: Session, *, now: datetime) -> list[Heartbeat]:  # noqa: ARG001 - every query takes the time
    """Return the state of every job that ever ran, by name."""
    rows = session.exec(select(JobRun).order_by(col(JobRun.name))).all()
    return [Heartbeat.model_validate(row, from_attributes=True) for row in rows]

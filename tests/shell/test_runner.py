"""The job runner: one process at a time, failures recorded, and no repeated run while a success is fresh."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.heartbeats import Heartbeat, JobRun, begin_run, end_run, list_heartbeats
from bot.core.runtime import Runtime
from jobs.runner import Job, Runner
from tests.conftest import MONDAY

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)


def _beats(runtime: Runtime) -> dict[str, Heartbeat]:
    return {beat.name: beat for beat in runtime.read_now(list_heartbeats, workspace=None)}


def _job(work: Callable[[], Awaitable[int]], **more: object) -> Job:
    return Job(**{"name": "work", "work": work, "every": MINUTE, **more})  # type: ignore[arg-type]


class Work:
    """Work that counts its runs, and waits or fails as the test demands."""

    def __init__(self, *, moves: int = 1, error: Exception | None = None) -> None:
        self.runs, self.moves, self.error = 0, moves, error
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.may_end.set()

    async def __call__(self) -> int:
        """Run once."""
        self.runs += 1
        self.begun.set()
        await self.may_end.wait()
        if self.error:
            raise self.error
        return self.moves


async def test_two_processes_never_run_a_job_at_once(runtime: Runtime, database: Database, clock: MovableClock) -> None:
    """While one replica runs the job, another doesn't; afterwards it may."""
    other = Runtime(database, clock)
    work = Work(moves=3)
    work.may_end.clear()
    first = asyncio.create_task(Runner(runtime).run(_job(work)))
    await asyncio.wait_for(work.begun.wait(), 5)
    assert await Runner(other).run(_job(work)) == 0
    work.may_end.set()
    assert await first == 3
    assert await Runner(other).run(_job(work)) == 3
    assert work.runs == 2


async def test_replicas_that_start_together_agree_on_one(runtime: Runtime) -> None:
    """Of eight runners that start a new job at the same time, one runs it."""
    work = Work()
    work.may_end.clear()
    runners = [asyncio.create_task(Runner(runtime).run(_job(work))) for _ in range(8)]
    async with asyncio.timeout(10):
        while sum(task.done() for task in runners) < 7:
            await asyncio.wait(runners, return_when=asyncio.FIRST_COMPLETED, timeout=0.05)
    work.may_end.set()
    assert sum(await asyncio.gather(*runners)) == 1
    assert work.runs == 1


async def test_nobody_waits_for_a_process_that_stands_still(postgres_url: str, clock: MovableClock) -> None:
    """A process stands still in the transaction that takes the lease: others go without the job, and do not hang."""
    runtime, work = Runtime(Database(postgres_url), clock), Work()
    assert await Runner(runtime).run(_job(work)) == 1
    with runtime.database.transaction(None) as session:
        assert begin_run(session, name="work", lease=MINUTE, now=clock.now()) == 2
        assert await asyncio.wait_for(Runner(runtime).run(_job(work)), 30) == 0
    assert work.runs == 1
    runtime.close()


async def test_a_job_whose_process_died_runs_again_after_its_lease(runtime: Runtime, clock: MovableClock) -> None:
    """Within a minute another process takes over, and the dead process can't record its end."""
    fence = await runtime.run(begin_run, workspace=None, name="work", lease=timedelta(seconds=45))
    work = Work()
    clock.move(timedelta(seconds=44))
    assert await Runner(runtime).run(_job(work)) == 0
    clock.move(timedelta(seconds=1))
    assert await Runner(runtime).run(_job(work)) == 1
    assert not await runtime.run(end_run, workspace=None, name="work", fence=fence, error="too late")
    assert _beats(runtime)["work"].error is None


async def test_a_long_job_keeps_its_lease(runtime: Runtime, database: Database, clock: MovableClock) -> None:
    """The lease is renewed while the job runs, so that it never runs twice at once however long it takes."""
    work = Work()
    work.may_end.clear()
    job = _job(work, lease=timedelta(seconds=0.3))
    first = asyncio.create_task(Runner(runtime).run(job))
    await asyncio.wait_for(work.begun.wait(), 5)

    def lease_until() -> datetime:
        with database.reading(None) as session:
            until = session.exec(select(JobRun.lease_until)).one()
        assert until is not None
        return until

    until = lease_until()
    clock.move(timedelta(seconds=0.2))
    async with asyncio.timeout(10):
        while lease_until() == until:
            await asyncio.wait({first}, timeout=0.02)
    assert await Runner(Runtime(database, clock)).run(job) == 0
    work.may_end.set()
    assert await first == 1


async def test_a_job_that_lost_its_lease_is_stopped(runtime: Runtime, clock: MovableClock) -> None:
    """A process that was paused past its lease doesn't go on beside the one that took over."""
    work = Work()
    work.may_end.clear()
    job = _job(work, lease=timedelta(seconds=0.3))
    first = asyncio.create_task(Runner(runtime).run(job))
    await asyncio.wait_for(work.begun.wait(), 5)
    clock.move(MINUTE)
    fence = await runtime.run(begin_run, workspace=None, name="work", lease=timedelta(minutes=5))
    assert await asyncio.wait_for(first, 10) == 0
    assert await runtime.run(end_run, workspace=None, name="work", fence=fence, error=None)


async def test_a_job_that_is_stopped_gives_its_lease_back(runtime: Runtime) -> None:
    """After a restart in the middle of a job it runs at once."""
    work = Work()
    work.may_end.clear()
    first = asyncio.create_task(Runner(runtime).run(_job(work)))
    await asyncio.wait_for(work.begun.wait(), 5)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.may_end.set()
    assert await Runner(runtime).run(_job(work)) == 1


async def test_a_clock_that_is_put_back_stops_no_job(runtime: Runtime, database: Database) -> None:
    """Neither a lease nor a success of an hour from now counts."""
    work = Work()
    await runtime.run(begin_run, workspace=None, name="work", lease=timedelta(seconds=45))
    for hours in (1, 2):
        job = _job(work, fresh_for=timedelta(hours=6))
        assert await Runner(Runtime(database, MovableClock(MONDAY - timedelta(hours=hours)))).run(job) == 1


async def test_a_failing_job_is_noted_and_the_others_run(runtime: Runtime, clock: MovableClock) -> None:
    """The runner raises no error; it records message and number, and a success clears them."""
    bad, good = Work(error=ValueError("no such\0 thing xoxb-1-secret " + "x" * 500)), Work()
    runner = Runner(runtime)
    for _ in range(3):
        assert await runner.run(_job(bad, name="bad")) == 0
        assert await runner.run(_job(good, name="good")) == 1
    beat = _beats(runtime)["bad"]
    assert (beat.failures_in_a_row, beat.succeeded_at) == (3, None)
    assert beat.error is not None
    assert beat.error.startswith("ValueError: no such thing [hidden] xxx")
    assert len(beat.error) <= 300
    assert _beats(runtime)["good"].succeeded_at == clock.now()
    bad.error = None
    await runner.run(_job(bad, name="bad"))
    assert (_beats(runtime)["bad"].failures_in_a_row, _beats(runtime)["bad"].error) == (0, None)


async def test_a_success_counts_across_restarts_for_as_long_as_it_is_fresh(
    runtime: Runtime, clock: MovableClock
) -> None:
    """A success within six hours isn't repeated at a restart; a failure is retried at once."""
    work, six = Work(error=OSError("away")), timedelta(hours=6)
    await Runner(runtime).run(_job(work, fresh_for=six))
    work.error = None
    assert await Runner(runtime).run(_job(work, fresh_for=six)) == 1
    clock.move(timedelta(hours=5, minutes=59))
    assert await Runner(runtime).run(_job(work, fresh_for=six)) == 0
    clock.move(MINUTE)
    assert await Runner(runtime).run(_job(work, fresh_for=six)) == 1
    assert work.runs == 3


async def test_a_job_that_ticks_every_second_is_noted_once_a_minute(runtime: Runtime, clock: MovableClock) -> None:
    """Its heartbeat is written once a minute, and at once when its health changes."""
    work, runner = Work(), Runner(runtime)
    job = _job(work, alone=False)

    def fence() -> int:
        with runtime.database.reading(None) as session:
            return session.exec(select(JobRun).where(JobRun.name == "work")).one().fence

    for _ in range(60):
        await runner.run(job)
        clock.move(timedelta(seconds=1))
    assert fence() == 1
    await runner.run(job)
    assert fence() == 2
    work.error = OSError("away")
    await runner.run(job)
    assert (fence(), _beats(runtime)["work"].failures_in_a_row) == (3, 1)


async def test_while_the_database_is_away_nothing_is_raised(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that can't be recorded is left to the next tick."""
    work, runtime = Work(), Runtime(Database(sqlite_url), MovableClock(MONDAY))
    away = Database("postgresql+psycopg://evenhand@127.0.0.1:9/evenhand?connect_timeout=2")
    there = runtime.database
    monkeypatch.setattr(runtime, "database", away)
    assert await Runner(runtime).run(_job(work)) == 0
    assert work.runs == 0
    monkeypatch.setattr(runtime, "database", there)
    assert await Runner(runtime).run(_job(work)) == 1
    runtime.close()
    away.close()


async def test_who_waited_for_the_lock_takes_no_lease_that_is_newer_than_its_clock(runtime: Runtime) -> None:
    """Two runs look at the clock at nearly the same instant; the one that is stored first has the lease."""
    now, begun = runtime.clock.now(), {"workspace": None, "name": "work", "lease": timedelta(seconds=45)}
    assert await runtime.run(begin_run, now=now, **begun) == 1
    assert await runtime.run(begin_run, now=now - timedelta(milliseconds=5), **begun) is None
    assert await runtime.run(begin_run, now=now - timedelta(hours=1), **begun) == 2

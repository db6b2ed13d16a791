"""What a process leaves when it dies is taken up by another, and what one leaves when it is paused never runs twice."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.clock import WallClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.process import TAKE_OVER_SECONDS
from jobs.schedule import build_schedule
from jobs.sharing import LEASE
from tests.makers import ROOT

ENDLESS, STEPS = 100_000, 8
JOBS = ("alone", "shared")
PATIENCE_SECONDS = 120.0


class Worker:
    """A process that works, and what it noted."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, path: Path) -> None:
        self.name, self.process, self._path = name, process, path

    def steps(self, job: str) -> list[str]:
        """Return the lines of its steps of that job."""
        return [line for line in self._path.read_text().splitlines() if line.startswith(f"{self.name} {job} ")]

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)


@asynccontextmanager
async def working(url: str, path: Path, name: str, steps: int) -> AsyncIterator[Worker]:
    """Run a worker, whose work has so many steps, until the end of the block."""
    command = [sys.executable, "-m", "tests.faults.working", url, str(path), name, str(steps)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    try:
        worker = Worker(name, process, path)
        await until(lambda: worker.steps("ready"))
        yield worker
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(is_so: Callable[[], object]) -> None:
    """Wait until it is so; only the file tells."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110 - other processes tell nobody
            await asyncio.sleep(0.02)


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_another_process_goes_on(database_url: str, tmp_path: Path, number: signal.Signals) -> None:
    """
    A process dies, or is paused past its lease, in the middle of both kinds of work; another does each once.

    The paused one is woken up while the other works, and does no step more.
    """
    path = tmp_path / "steps.txt"
    path.touch()
    async with working(database_url, path, "first", ENDLESS) as first:
        await until(lambda: all(len(first.steps(job)) >= 2 for job in JOBS))
        async with working(database_url, path, "second", STEPS) as second:
            assert not any(second.steps(job) for job in JOBS)
            first.send(number)
            await until(lambda: all(second.steps(job) for job in JOBS))
            before = {job: len(first.steps(job)) for job in JOBS}
            if number is signal.SIGSTOP:
                first.send(signal.SIGCONT)
            await until(lambda: all(len(second.steps(job)) >= STEPS for job in JOBS))
            assert {job: len(first.steps(job)) for job in JOBS} == before
            assert len(second.steps("alone")) == STEPS


def test_what_a_dead_process_left_is_taken_up_within_a_minute(sqlite_url: str) -> None:
    """Whatever a job's interval is: its lease, and the time until the next look at what was left, are less."""
    runtime = Runtime(Database(sqlite_url), WallClock())
    leases = {job.lease for job in build_schedule(runtime, lambda _: pytest.fail("Nobody asks Slack."))} | {LEASE}
    assert max(leases).total_seconds() + TAKE_OVER_SECONDS <= 60
    runtime.close()

"""
A day of many workspaces on PostgreSQL, compressed: `python -m benchmarks.day` prints what each job takes.

The clock goes on by a minute at a time from a Monday, nine o'clock in Lisbon, and one process runs the jobs of that
minute, as its scheduler would: ticks, digests, reminders, housekeeping and delivery. Everybody lives in one of twelve
time zones. A stand-in takes the messages, so that neither Slack's network nor its limits are measured.
"""

import argparse
import asyncio
import contextlib
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import psutil
from sqlalchemy import event

from benchmarks.company import START
from benchmarks.size import fresh_databases
from benchmarks.workspaces import StandIn, build_workspaces
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.heartbeats import list_heartbeats
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.logs import configure_logging
from bot.settings import LogFormat
from bot.storage import migrate
from jobs.runner import Job, Runner
from jobs.schedule import SECOND, build_schedule

WORKSPACES, CUSTOMERS, MINUTES = 1_000, 1_000_000, 24 * 60
MINUTE = timedelta(minutes=1)
HOUR = 60  # minutes
WIDTH = 24


@dataclass
class Cost:
    """What a job took in all its runs: processor time of the process and of the database, real time, and statements."""

    runs: int = 0
    changed: int = 0
    statements: int = 0
    cpu: float = 0.0
    database_cpu: float = 0.0
    wall: float = 0.0
    longest: float = 0.0

    def line(self, name: str) -> str:
        """One line of the table."""
        cells = f"{self.runs:8,}{self.changed:12,}{self.statements:14,}"
        times = f"{self.cpu:12,.1f}{self.database_cpu:14,.1f}{self.wall:12,.1f}{self.longest:12,.2f}"
        return f"{name:{WIDTH}}{cells}{times}"


@dataclass
class Day:
    """What every job took, and how long the jobs of every minute took in each, one after another."""

    workspaces: int
    customers: int
    costs: dict[str, Cost] = field(default_factory=dict)
    minutes: list[float] = field(default_factory=list)
    messages: int = 0
    failed: tuple[str, ...] = ()
    megabytes: float = 0.0
    database_megabytes: float = 0.0

    def table(self) -> str:
        """Return the table, the most processor time first, and what follows from it."""
        head = "".join(
            f"{name:>{width}}"
            for name, width in (
                ("runs", 8), ("changed", 12), ("statements", 14), ("CPU s", 12), ("database s", 14), ("real s", 12),
                ("longest s", 12),
            )
        )  # fmt: skip
        by_cost = sorted(self.costs.items(), key=lambda item: -(item[1].cpu + item[1].database_cpu))
        return "\n".join([f"{'job':{WIDTH}}{head}", *(cost.line(name) for name, cost in by_cost), *self._in_words()])

    def _in_words(self) -> Iterator[str]:
        ours, theirs = (sum(getattr(cost, name) for cost in self.costs.values()) for name in ("cpu", "database_cpu"))
        share = 100 / (len(self.minutes) * MINUTE.total_seconds())
        yield (
            f"{self.workspaces:,} workspaces, {self.customers:,} customers, {len(self.minutes):,} minutes,"
            f" {self.messages:,} messages"
        )
        yield f"one core: the bot is busy for {ours * share:.1f} % of the time, PostgreSQL for {theirs * share:.1f} %"
        late = sum(minute > MINUTE.total_seconds() for minute in self.minutes)
        longest, usual = max(self.minutes), median(self.minutes)
        yield f"a minute's jobs took {usual:.2f} s by the median, {longest:.1f} s at most, {late} times over 60 s"
        yield f"memory of the bot at most {self.megabytes:,.0f} MB, the database {self.database_megabytes:,.0f} MB"
        yield f"jobs that failed: {', '.join(self.failed) or 'none'}"


async def live(runtime: Runtime, clock: MovableClock, day: Day, minutes: int) -> None:
    """Let so many minutes pass, and run the jobs of each; SIGINT and SIGTERM end it after the present one."""
    jobs = build_schedule(runtime.background, cache(StandIn))
    runner, posted, stopped = Runner(runtime.background), StandIn.posted, asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    with _watching(runtime) as meter:
        for minute in range(minutes):
            if stopped.is_set():
                break
            if minute % HOUR == 0:
                print(f"{minute // HOUR} hours have passed", file=sys.stderr, flush=True)
            took = 0.0
            for job in jobs:
                if minute * MINUTE % max(job.every, MINUTE) == timedelta(0):
                    wall = await _run(runner, job, day.costs.setdefault(job.name, Cost()), meter)
                    took += wall if job.every <= MINUTE else 0
            day.minutes.append(took)
            clock.move(MINUTE)
    day.messages = StandIn.posted - posted
    beats = runtime.read_now(list_heartbeats, workspace=None)
    day.failed = tuple(f"{beat.name} ({beat.error})" for beat in beats if beat.error)
    day.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _run(runner: Runner, job: Job, cost: Cost, meter: "_Meter") -> float:
    """Run a job once, one of every second until nothing moves; add up what it took, and return the seconds."""
    again, took = True, 0.0
    while again:
        before = meter.read()
        changed = await runner.run(job)
        statements, cpu, database_cpu, wall = (now - then for now, then in zip(meter.read(), before, strict=True))
        cost.runs, cost.changed, cost.statements = (
            cost.runs + 1,
            cost.changed + changed,
            cost.statements + int(statements),
        )
        cost.cpu, cost.database_cpu, cost.wall = cost.cpu + cpu, cost.database_cpu + database_cpu, cost.wall + wall
        cost.longest = max(cost.longest, wall)
        again, took = changed > 0 and job.every <= SECOND, took + wall
    return took


class _Meter:
    """Counts statements, and reads the processor time of this process and of PostgreSQL's."""

    def __init__(self, server: psutil.Process) -> None:
        self.statements = 0
        self._server = server

    def count(self, *_: Any) -> None:
        """Count a statement."""
        self.statements += 1

    def read(self) -> tuple[float, float, float, float]:
        """Return the statements so far, and the seconds of this process, of PostgreSQL, and of the clock."""
        return self.statements, process_time(), self._server_seconds(), perf_counter()

    def _server_seconds(self) -> float:
        gone = self._server.cpu_times()
        total = gone.user + gone.system + gone.children_user + gone.children_system
        for backend in self._server.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                times = backend.cpu_times()
                total += times.user + times.system
        return float(total)


@contextlib.contextmanager
def _watching(runtime: Runtime) -> Iterator[_Meter]:
    engine = runtime.database.engine
    with engine.connect() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    meter = _Meter(psutil.Process(psutil.Process(backend).ppid()))
    event.listen(engine, "before_cursor_execute", meter.count)
    yield meter
    event.remove(engine, "before_cursor_execute", meter.count)


def measure(database_url: str, *, workspaces: int, customers: int, minutes: int) -> Day:
    """Build the workspaces in an empty PostgreSQL database, and let the minutes pass."""
    clock, day = MovableClock(START), Day(workspaces, customers // workspaces * workspaces)
    with contextlib.closing(Runtime(Database(database_url), clock, FEATURES)) as runtime:
        migrate(runtime.database)
        began = perf_counter()
        build_workspaces(runtime, workspaces, customers // workspaces)
        print(f"built in {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        asyncio.run(live(runtime, clock, day, minutes))
        with runtime.database.engine.connect() as connection:
            size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
        day.database_megabytes = size / 1e6
    return day


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure as many workspaces, customers and minutes as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.day", description=__doc__)
    parser.add_argument("--workspaces", type=int, default=WORKSPACES)
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="in all workspaces together")
    parser.add_argument("--minutes", type=int, default=MINUTES)
    asked = parser.parse_args(arguments)
    configure_logging(style=LogFormat.HUMAN, level="error")
    about = {"workspaces": asked.workspaces, "customers": asked.customers, "minutes": asked.minutes}
    with (
        tempfile.TemporaryDirectory(prefix="evenhand-day-") as folder,
        fresh_databases("postgresql", Path(folder)) as make,
    ):
        print(measure(make("day"), **about).table(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

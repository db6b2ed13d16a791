"""
What a process of the bot does in a test with faults, and where a test can stop it: at each of its steps.

A step is the beginning or the commit of a transaction that writes, a call of Slack, or Slack's answer. SQLAlchemy and
slack-sdk say when one is reached, so that whatever a job does has its steps, also what is added to it later.
"""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from bot import cli
from bot.core import batches, database, outbox
from bot.core.database import READS_ONLY, Database
from bot.core.runtime import Runtime
from bot.customers.rules.batches import UNFINISHED
from bot.customers.tables import Import
from bot.features import FEATURES
from bot.slack.app import build_client
from jobs import deliver_outbox
from jobs.runner import Runner
from jobs.schedule import build_schedule
from tests.jobs.mail import MAIL
from tests.makers import START, WORKSPACE
from tests.shell.outside import clean_environment

BEGIN, COMMIT, CALL, ANSWER = "begin", "commit", "call", "answer"
MINUTE = timedelta(minutes=1)
ROUNDS = 12  # of a minute, within which everything is delivered
ROWS_PER_BATCH = 4
BUSY_TIMEOUT_MS = 300
IDLE_SECONDS = 2


class Step(NamedTuple):
    """A step that a process has reached: a `BEGIN` or `COMMIT` of a use case, a `CALL` or `ANSWER` of a method."""

    kind: str
    name: str


class SharedClock:
    """A clock that all processes share and only tests move; leases are measured by it, too."""

    def __init__(self, context: ForkServerContext) -> None:
        self._moved = context.RawValue("d", 0.0)  # without a lock, which a killed process would keep

    def now(self) -> datetime:
        """Return the present instant."""
        return START + timedelta(seconds=self._moved.value)

    def monotonic(self) -> float:
        """Return the seconds by which it was moved."""
        return float(self._moved.value)

    def wall(self) -> float:
        """Return real seconds since 1970, for the age of signatures."""
        return time.time()  # noqa: TID251 - as the bot's own clock does

    def move(self, by: timedelta) -> None:
        """Move forward, for all processes."""
        self._moved.value += by.total_seconds()


class Probe:
    """Says over *pipe* that the step number *stop_at* of these *kinds* is reached, and waits there to go on."""

    def __init__(self, pipe: Connection, kinds: Collection[str], stop_at: int) -> None:
        self._pipe, self._kinds, self._stop_at = pipe, kinds, stop_at
        self._count, self._lock = 0, threading.Lock()

    def install(self) -> None:
        """Watch all engines and all clients of this process."""
        event.listen(Engine, "begin", lambda connection: self._reach_sql(BEGIN, connection))
        event.listen(Engine, "commit", lambda connection: self._reach_sql(COMMIT, connection))
        call = AsyncWebClient.api_call

        async def watched(client: AsyncWebClient, api_method: str, **more: Any) -> Any:
            self._reach(CALL, api_method)
            answer = await call(client, api_method, **more)
            self._reach(ANSWER, api_method)
            return answer

        AsyncWebClient.api_call = watched  # type: ignore[method-assign]

    def _reach_sql(self, kind: str, connection: sa.Connection) -> None:
        if not connection.get_execution_options().get(READS_ONLY) and (name := _use_case()):
            self._reach(kind, name)

    def _reach(self, kind: str, name: str) -> None:
        with self._lock:
            if kind not in self._kinds:
                return
            self._count += 1
            if self._count == self._stop_at:
                self._pipe.send(Step(kind, name))
                self._pipe.recv()


def _use_case() -> str:
    """Return the name of the use case whose transaction this thread is in; nothing for one that only reads."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code is not Runtime._run.__code__:
        frame = frame.f_back  # type: ignore[assignment]  # None at the end
    return frame.f_locals["use_case"].__name__ if frame is not None else ""


class Errand(Protocol):
    """What a process does."""

    def prepare(self) -> None:
        """Change constants of the bot, in a process that is the errand's own."""
        ...

    def run(self) -> None:
        """Do it."""
        ...


@dataclass(frozen=True)
class RunJobs:
    """
    Runs *jobs* of the schedule by their names, each until it changes nothing.

    One message is on its way at a time, so that the steps come in the same order each time. With *finish* they run
    again every minute of the shared clock, until nothing is left to deliver.
    """

    jobs: Sequence[str]
    url: str
    api_url: str
    token: str
    clock: SharedClock
    finish: bool = False

    def prepare(self) -> None:
        """Let one message be on its way at a time."""
        _lose_patience()
        deliver_outbox.AT_ONCE = deliver_outbox.CLAIMED_AT_ONCE = 1

    def run(self) -> None:
        """Run them."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        runtime = Runtime(Database(self.url), self.clock, [*FEATURES, MAIL])
        client = build_client(token=self.token, api_url=self.api_url)
        client.keep_connections()
        runner, schedule = Runner(runtime.background), build_schedule(runtime.background, lambda _: client)
        by_name = {job.name: job for job in schedule}
        for _ in range(ROUNDS if self.finish else 1):
            for name in self.jobs:
                while await runner.run(by_name[name]) and not by_name[name].alone:
                    pass
            if self.finish:
                if not any(runtime.read_now(outbox.count_waiting, workspace=None).by_state.values()):
                    break
                self.clock.move(MINUTE)
        await client.close()
        runtime.close()


@dataclass(frozen=True)
class ImportList:
    """Runs `evenhand import` in small batches; to *finish*, it goes on with what was interrupted, as an admin would."""

    file: Path
    url: str
    clock: SharedClock
    finish: bool = False

    def prepare(self) -> None:
        """Use the shared clock and small batches."""
        _lose_patience()
        cli.WallClock = lambda: self.clock  # type: ignore[misc,assignment]
        batches.FIRST_BATCH = batches.SMALLEST_BATCH = batches.LARGEST_BATCH = ROWS_PER_BATCH
        batches.PAUSE_SECONDS = 0

    def run(self) -> None:
        """Import it."""
        interrupted = self._find_interrupted() if self.finish else []
        command = ["--resume", *interrupted] if interrupted else [str(self.file)]
        with clean_environment(self.file.parent, DATABASE_URL=self.url):
            cli.app(["import", *command], standalone_mode=False)

    def _find_interrupted(self) -> list[str]:
        opened = Database(self.url)
        with opened.reading(WORKSPACE) as session:
            found = session.exec(select(Import.id).where(col(Import.state).in_(UNFINISHED))).all()
        opened.close()
        return [str(one) for one in found]


def _lose_patience() -> None:
    """Shorten what SQLite and PostgreSQL wait for; a test has no minutes."""
    database.BUSY_TIMEOUT_MS, database.IDLE_SECONDS = BUSY_TIMEOUT_MS, IDLE_SECONDS


def work(pipe: Connection, errand: Errand, log: Path, kinds: Collection[str], stop_at: int) -> None:
    """Do an *errand* in this process, with a probe; what it prints is added to *log*."""
    with log.open("ab") as written:
        for number in (sys.stdout.fileno(), sys.stderr.fileno()):
            os.dup2(written.fileno(), number)
    threading.Thread(target=_end_with_the_test, daemon=True).start()
    Probe(pipe, kinds, stop_at).install()
    errand.prepare()
    errand.run()


def _end_with_the_test() -> None:
    """End this process when the test's is gone; nobody would kill it then."""
    test = parent_process()
    assert test is not None
    wait([test.sentinel])
    os._exit(1)

"""Starts processes of the bot on one database and one rehearsal, and stops them at a step."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.people.rules import Role
from bot.workspaces.usecases import install_workspace
from rehearsal.server import Rehearsal
from tests.faults.steps import Errand, SharedClock, Step, work
from tests.jobs.mail import MAIL
from tests.makers import ANA, LONG_AGO, MARA, WORKSPACE, Office, add_person
from tests.shell.outside import rehearsal

PATIENCE_SECONDS = 120.0
GONE = "U0GONE"
LONDON = "Europe/London"

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.warm"])  # a new process takes 30 ms then, not two seconds


class Worker:
    """A process at its errand."""

    def __init__(self, errand: Errand, log: Path, kinds: Collection[str] = (), stop_at: int = 0) -> None:
        self._pipe, theirs = CONTEXT.Pipe()
        self._log = log
        self.process: BaseProcess = CONTEXT.Process(
            target=work, args=(theirs, errand, log, kinds, stop_at), daemon=True
        )
        self.process.start()
        theirs.close()

    async def reached(self) -> Step | None:
        """Wait for the step at which it stops; return None when it has ended before."""
        ready = await asyncio.to_thread(wait, [self._pipe, self.process.sentinel], PATIENCE_SECONDS)
        assert ready, f"It hangs: {self.log()}"
        with suppress(EOFError, ConnectionError):
            return Step(*self._pipe.recv()) if self._pipe in ready else None
        await self.ended()
        return None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    async def kill(self) -> None:
        """Kill it with SIGKILL."""
        self.signal(signal.SIGKILL)
        await asyncio.to_thread(self.process.join, PATIENCE_SECONDS)
        assert self.process.exitcode == -signal.SIGKILL

    def go_on(self) -> None:
        """Let it go on from the step at which it stopped."""
        self._pipe.send("go on")

    async def ended(self) -> int:
        """Wait until it has ended, and return its exit code."""
        await asyncio.to_thread(self.process.join, PATIENCE_SECONDS)
        assert self.process.exitcode is not None, f"It hangs: {self.log()}"
        return self.process.exitcode

    def log(self) -> str:
        """Return the last of what all processes have printed."""
        return self._log.read_text(errors="replace")[-3000:]

    def close(self) -> None:
        """Kill it if it still runs."""
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self._pipe.close()


@dataclass
class Stage:
    """A rehearsal with #general, Mara, who manages, and Ana; a database of theirs; and a clock for all processes."""

    slack: Rehearsal
    url: str
    folder: Path
    clock: SharedClock
    office: Office

    @property
    def database(self) -> Database:
        """Return the test's own way to the database."""
        return self.office.runtime.database

    @property
    def general(self) -> str:
        """Return the id of #general."""
        return self.slack.workspace.channel("general").id

    @property
    def bot(self) -> dict[str, Any]:
        """Return what a job needs to reach the database and Slack."""
        return {"url": self.url, "api_url": self.slack.api_url, "token": self.slack.bot_token, "clock": self.clock}

    def start(self, errand: Errand, kinds: Collection[str] = (), stop_at: int = 0) -> Worker:
        """Start a process that stops at its step number *stop_at* of these *kinds*."""
        return Worker(errand, self.folder / "log.txt", kinds, stop_at)

    async def run(self, errand: Errand) -> int:
        """Run a process to its end, and return its exit code."""
        worker = self.start(errand)
        code = await worker.ended()
        worker.close()
        await self.follow()
        return code

    async def move(self, by: timedelta) -> None:
        """Move time, for the processes and for Slack."""
        self.clock.move(by)
        await self.follow()

    async def follow(self) -> None:
        """Move Slack's time to the processes'."""
        await self.slack.control.move_to(self.clock.now())


@asynccontextmanager
async def open_stage(url: str, folder: Path) -> AsyncIterator[Stage]:
    """Open a stage on an empty, migrated database."""
    async with rehearsal() as slack:
        slack.control.add_person("mara", id=MARA, real_name="Mara Okafor", tz=LONDON, email="mara@example.test")
        slack.control.add_person("ana", id=ANA, real_name="Ana Lima", tz=LONDON, email="ana@example.test")
        slack.control.add_person("gone", id=GONE, real_name="Gus Gone", tz=LONDON, deleted=True)
        slack.control.add_channel("general", members=[MARA, ANA])
        slack.control.limit_rates(on=False)
        clock = SharedClock(CONTEXT)
        office = Office(Runtime(Database(url), clock, [*FEATURES, MAIL]))
        with office.runtime.database.transaction(WORKSPACE) as session:
            install_workspace(
                session, name="Evenhand Tests", bot_user_id=slack.workspace.bot.id, zone=LONDON, now=LONG_AGO
            )
            add_person(session, MARA, "Mara Okafor", zone=LONDON, role=Role.MANAGER)
            add_person(session, ANA, "Ana Lima", zone=LONDON)
            add_person(session, GONE, "Gus Gone", zone=LONDON)
        try:
            yield Stage(slack, url, folder, clock, office)
        finally:
            office.runtime.close()

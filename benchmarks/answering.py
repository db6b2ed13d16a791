"""/checkin answered in the ack over signed HTTP, against bare Bolt; and memory, against the libraries alone."""

import asyncio
import hmac
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import aiohttp
import psutil
import sqlalchemy as sa
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.figure import Figure
from bot.core.clock import MovableClock, WallClock
from bot.core.database import Database
from bot.core.heartbeats import list_heartbeats
from bot.core.runtime import Runtime
from bot.customers.queries.due import CUSTOMERS
from bot.customers.rules.due import Status
from bot.manifest import MANIFEST
from bot.storage import migrate
from demo.company import load_company
from demo.people import ANA, TEAM, populate
from jobs.schedule import build_schedule
from rehearsal.server import Rehearsal
from rehearsal.strict.manifest import Manifest

SPEED_BUDGET, FULL_BUDGET = 0.6, 0.4
MEMORY_BUDGET = 1.25
MEMORY_ROUNDS = 3
REQUESTS, AT_ONCE, ROUNDS = 400, 8, 5
STARTED = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
PATIENCE_SECONDS = 180.0
NOON = 12
ROOT = Path(__file__).parent.parent


@dataclass
class Server:
    """A process that answers /checkin."""

    process: asyncio.subprocess.Process
    url: str

    @property
    def megabytes(self) -> float:
        """Resident memory."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6


def measure(folder: Path) -> list[Figure]:
    """Return two figures of speed and one of memory."""
    return asyncio.run(_measure(folder))


async def _measure(folder: Path) -> list[Figure]:
    manifest = Manifest.load(MANIFEST)
    async with Rehearsal(manifest=manifest, start=STARTED, frozen=False, team_id=TEAM) as rehearsal:
        populate(rehearsal)
        rehearsal.control.limit_rates(on=False)
        return [*await _speed(rehearsal, folder), *await _memory(rehearsal, folder)]


async def _speed(rehearsal: Rehearsal, folder: Path) -> list[Figure]:
    """The queue of an owner of the sample company, and one that fills the screen and goes on behind it."""
    sample, full = (running_bot(rehearsal, folder / f"{name}.db", http=True) for name in ("sample", "full"))
    async with sample as ours, full as busy, _bare(rehearsal) as bare:
        _fill(folder / "full.db")
        rounds = []
        for turn in range(ROUNDS + 1):
            rates = [await requests_a_second(rehearsal, server) for server in (ours, busy, bare)]
            rounds += [rates] if turn else []
    name = "/checkin (the queue, in the ack) over signed HTTP, of the requests that bare Bolt only acks"
    theirs = median(rates[2] for rates in rounds)
    return [
        Figure(
            label,
            median(rates[which] / rates[2] for rates in rounds),
            budget,
            median(rates[which] for rates in rounds),
            theirs,
            "requests/s",
            at_least=True,
        )
        for which, label, budget in ((0, name, SPEED_BUDGET), (1, f"a full screen: {name}", FULL_BUDGET))
    ]


async def _memory(rehearsal: Rehearsal, folder: Path) -> list[Figure]:
    """
    Measure the resident memory of the running bot against the libraries it imports with one table and one job.

    Both run in Socket Mode and have answered the same hundred commands; each of the bot's jobs has run. They are
    measured in turns, because the size of a process varies by a twentieth.
    """
    rounds = []
    for turn in range(MEMORY_ROUNDS):
        path = folder / f"socket{turn}.db"
        ours = await _megabytes(rehearsal, running_bot(rehearsal, path, http=False), then=_all_jobs_ran(path))
        rounds.append((ours, await _megabytes(rehearsal, _stack(rehearsal, folder / f"stack{turn}.db"))))
    ours, theirs = (median(sizes) for sizes in zip(*rounds, strict=True))
    ratio = median(mine / other for mine, other in rounds)
    name = "resident memory of the running bot, against its libraries with one table and one job"
    return [Figure(name, ratio, MEMORY_BUDGET, ours, theirs, "MB")]


async def _megabytes(
    rehearsal: Rehearsal, kind: AbstractAsyncContextManager[Server], *, then: Coroutine[Any, Any, None] | None = None
) -> float:
    async with kind as server:
        await rehearsal.wait_connected(timeout=PATIENCE_SECONDS)
        await _exercise(rehearsal)
        if then:
            await then
        size = server.megabytes
    await _nobody_connected(rehearsal)
    return size


async def _exercise(rehearsal: Rehearsal) -> None:
    actor = rehearsal.control.as_person(ANA)
    for _ in range(100):
        await actor.command("/checkin")


async def _all_jobs_ran(path: Path) -> None:
    """Wait until every job that runs each minute has run, those that are fresh from the start apart."""
    database = Database(f"sqlite:///{path}")
    with closing(database):
        wanted = {job.name for job in build_schedule(Runtime(database, WallClock()), _no_client) if not job.fresh_for}
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            while not wanted <= _jobs_that_ran(database):  # noqa: ASYNC110 - a database says nothing
                await asyncio.sleep(0.5)


def _jobs_that_ran(database: Database) -> set[str]:
    with database.reading(None) as session:
        return {beat.name for beat in list_heartbeats(session, now=WallClock().now()) if beat.succeeded_at}


def _no_client(_workspace: str) -> AsyncWebClient:
    raise RuntimeError("Only the names of the jobs are wanted here.")


async def _nobody_connected(rehearsal: Rehearsal) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while rehearsal.wire.sockets.connections:  # noqa: ASYNC110 - a dying process says nothing
            await asyncio.sleep(0.05)


@asynccontextmanager
async def running_bot(
    rehearsal: Rehearsal, path: Path, *, http: bool, command: Sequence[str] = ("bot", "run"), **pipes: Any
) -> AsyncIterator[Server]:
    """`evenhand run` with the sample company, or another module that does it."""
    port = _free_port()
    settings = {
        "DATABASE_URL": f"sqlite:///{path}",
        "SLACK_API_URL": rehearsal.api_url,
        "SLACK_BOT_TOKEN": rehearsal.bot_token,
        "SLACK_SIGNING_SECRET": rehearsal.signing_secret,
        "SLACK_APP_TOKEN": "" if http else rehearsal.app_token,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "LOG_LEVEL": "error",
    }
    _migrate(path)
    async with _process(["-m", *command], port, settings, **pipes) as server:
        await _answers(f"http://127.0.0.1:{port}/healthz")
        if not http:
            await rehearsal.wait_connected(timeout=PATIENCE_SECONDS)
        _load(path)
        yield server


@asynccontextmanager
async def _bare(rehearsal: Rehearsal) -> AsyncIterator[Server]:
    """Bolt alone, with a listener that only acks."""
    port = _free_port()
    told = [rehearsal.api_url, rehearsal.bot_token, rehearsal.signing_secret, str(port)]
    async with _process(["-m", "benchmarks.servers.bare_bolt", *told], port, {}) as server:
        await _answers(f"http://127.0.0.1:{port}/")
        yield server


@asynccontextmanager
async def _stack(rehearsal: Rehearsal, path: Path) -> AsyncIterator[Server]:
    """SQLModel, APScheduler, Bolt and the rest, which count commands in one table."""
    told = [rehearsal.api_url, rehearsal.bot_token, rehearsal.app_token, f"sqlite:///{path}"]
    async with _process(["-m", "benchmarks.servers.bare_stack", *told], 0, {}) as server:
        yield server


@asynccontextmanager
async def _process(
    arguments: Sequence[str], port: int, settings: dict[str, str], **pipes: Any
) -> AsyncIterator[Server]:
    inherited = {**os.environ, **settings}
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, env=inherited, **pipes)
    try:
        yield Server(process, f"http://127.0.0.1:{port}/slack/events")
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(url: str) -> None:
    """Wait until somebody answers there."""
    async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


async def requests_a_second(rehearsal: Rehearsal, server: Server, requests: int = REQUESTS) -> float:
    """So many commands, `AT_ONCE` at a time, over kept connections."""
    body, headers = _signed_command(rehearsal)
    todo = iter(range(requests))
    async with aiohttp.ClientSession() as session:

        async def one_after_another() -> None:
            for _ in todo:
                async with session.post(server.url, data=body, headers=headers) as answer:
                    await answer.read()
                    assert answer.status == 200, await answer.text()  # noqa: PLR2004 - HTTP

        begun = time.perf_counter()
        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
        return requests / (time.perf_counter() - begun)


def _signed_command(rehearsal: Rehearsal) -> tuple[bytes, dict[str, str]]:
    body = urlencode(
        {
            "token": "verification", "team_id": TEAM, "team_domain": "bench", "channel_id": "D00000001",
            "channel_name": "directmessage", "user_id": ANA, "user_name": "ana", "command": "/checkin", "text": "",
            "api_app_id": "A0BENCH", "is_enterprise_install": "false", "trigger_id": "1.2.3",
            "response_url": f"{rehearsal.url}/hooks/none",
        }
    ).encode()  # fmt: skip
    stamp = str(int(WallClock().wall()))
    signed = hmac.new(rehearsal.signing_secret.encode(), f"v0:{stamp}:".encode() + body, sha256).hexdigest()
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signed}",
    }


def _migrate(path: Path) -> None:
    """A bot that runs day after day finds its database current."""
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()


def _load(path: Path) -> None:
    """The sample company, its past moved to end at the last noon in UTC, when no owner is still on the day before."""
    now = WallClock().now()
    noon = now.replace(hour=NOON, minute=0, second=0, microsecond=0) - timedelta(days=now.hour < NOON)
    runtime = Runtime(Database(f"sqlite:///{path}"), MovableClock(noon))
    load_company(runtime, workspace=TEAM, digest_channel=("C00000002", "accounts"))
    runtime.close()


def _fill(path: Path) -> None:
    """All customers of the sample company wait for Ana."""
    with closing(Database(f"sqlite:///{path}")) as database, database.transaction(None) as session:
        session.connection().execute(
            sa.update(CUSTOMERS)
            .where(CUSTOMERS.c.status == Status.ACTIVE)
            .values(owner_id=ANA, due_on=CUSTOMERS.c.added_on, waiting_since=CUSTOMERS.c.added_on)
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

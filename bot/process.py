"""The running bot: it starts and stops the database, Slack, the jobs and the web pages together."""

import asyncio
import os
import signal
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import structlog
from aiohttp import web
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.clock import Clock, WallClock
from bot.core.database import Database
from bot.core.errors import SettingsError
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.logs import set_up_logs
from bot.mentions.gateways.fetching import NO_OVERRIDES, HostOverrides
from bot.settings import Settings, load_settings
from bot.slack.app import ask_for_socket, build_app, build_client, say_hello
from bot.storage import migrate
from bot.web import build_web
from bot.workspaces.usecases import install_workspace
from jobs.runner import Job, Runner
from jobs.schedule import build_schedule

PATIENCE_SECONDS = 120.0  # without a tick before the watchdog ends the process, so that its supervisor starts it anew
LAST_BREATH_SECONDS = 10.0  # for jobs that run when the bot is stopped
PASSES = 200

log = structlog.get_logger(__name__)


def run_until_stopped() -> None:
    """Run the bot with the settings from the environment or .env until SIGINT or SIGTERM."""
    settings = load_settings()
    set_up_logs(style=settings.log_format, level=settings.log_level)

    async def until_stopped() -> None:
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        async with Bot(settings):
            await stopped.wait()

    asyncio.run(until_stopped())


class Bot:
    """
    The bot as an async context manager.

    With *ticking* the jobs run by the clock of the machine; without, whoever moves the clock calls `run_jobs`. A *door*
    overrides how hosts are reached when mentions are fetched; only the demo and the tests pass one.

    Raises:
        SettingsError: Slack refuses a token, or the database or the port can't be opened.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        ticking: bool = True,
        door: HostOverrides = NO_OVERRIDES,
    ) -> None:
        self.settings = settings
        self.runtime = Runtime(Database(settings.database_url), clock or WallClock(), FEATURES, door=door)
        self.client = build_client(token=settings.slack_bot_token.get_secret_value(), api_url=settings.slack_api_url)
        self.app = build_app(client=self.client, runtime=self.runtime, features=FEATURES)
        self.jobs: Sequence[Job] = build_schedule(self.runtime.background, self.client_of, door)
        self.address = ""
        self._runner = Runner(self.runtime.background)
        self._ticking = ticking
        self._ticker: Ticker | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self._site: web.AppRunner | None = None

    def client_of(self, _workspace: str) -> AsyncWebClient:
        """Return the Slack client for a workspace; there is one bot token and one workspace."""
        return self.client

    async def __aenter__(self) -> Self:
        """Migrate the database, check the tokens with Slack, then listen."""
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        log.info("bot.ready", address=self.address, socket_mode=self._socket is not None)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stop listening, then let what runs finish."""
        await self._stop()

    async def run_job(self, name: str) -> int:
        """Run one job now, and return how many things it changed."""
        return await self._runner.run(next(job for job in self.jobs if job.name == name))

    async def run_jobs(self) -> int:
        """Run every job until none changes anything, and return how many things were changed."""
        total = 0
        for job in self.jobs:
            for _ in range(PASSES):
                moved = await self._runner.run(job)
                total += moved
                if not moved or job.alone:
                    break
        await self.runtime.drain()
        return total

    async def _start(self) -> None:
        migrate(self.runtime.database)
        await self._install()
        await self.run_job("sync_people")
        await self._listen()
        if self._ticking:
            self._ticker = Ticker(self._runner, self.jobs)
            self._ticker.start()

    async def _stop(self) -> None:
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call]
        if self._site:
            await self._site.cleanup()
        if self._ticker:
            await self._ticker.stop()
        await self.runtime.drain()
        self.runtime.close()

    async def _install(self) -> None:
        who = await say_hello(self.client)
        await self.runtime.run(
            install_workspace, workspace=who["team_id"], name=who["team"], bot_user_id=who["user_id"]
        )

    async def _listen(self) -> None:
        secret = self.settings.slack_signing_secret
        token = self.settings.slack_app_token
        takes_http = token is None and secret is not None
        site = build_web(
            self.app if takes_http else None, self.runtime, secret.get_secret_value() if takes_http and secret else None
        )
        self._site = web.AppRunner(site, access_log=None, shutdown_timeout=LAST_BREATH_SECONDS)
        await self._site.setup()
        listener = web.TCPSite(self._site, self.settings.host, self.settings.port)
        try:
            await listener.start()
        except OSError as error:
            place = f"{self.settings.host}:{self.settings.port}"
            raise SettingsError(f"Nothing can be served at {place}; set HOST and PORT to a free address.") from error
        self.address = f"http://127.0.0.1:{self._site.addresses[0][1]}"
        if token is not None:
            await self._open_socket(token.get_secret_value())

    async def _open_socket(self, app_token: str) -> None:
        """Ask for the first address here: Bolt would retry forever with a token that Slack refuses."""
        address = await ask_for_socket(self.client, app_token)
        self._socket = AsyncSocketModeHandler(self.app, app_token=app_token, web_client=self.client)
        self._socket.client.wss_uri = address
        await self._socket.connect_async()  # type: ignore[no-untyped-call]


class Ticker:
    """Runs jobs with APScheduler, and a watchdog that ends the process when the scheduler stops."""

    def __init__(self, runner: Runner, jobs: Sequence[Job]) -> None:
        self._runner = runner
        self._running: set[asyncio.Task[Any]] = set()
        self._scheduler = AsyncIOScheduler(jobstores={"default": MemoryJobStore()}, timezone="UTC")
        self._watchdog = Watchdog(PATIENCE_SECONDS)
        options: dict[str, Any] = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        for job in jobs:
            self._scheduler.add_job(
                self._run, "interval", seconds=job.every.total_seconds(), args=[job], id=job.name, **options
            )
        self._scheduler.add_job(self._watchdog.pat, "interval", seconds=1, id="watchdog", **options)

    def start(self) -> None:
        """Start running jobs."""
        self._scheduler.start()
        self._watchdog.start()

    async def stop(self) -> None:
        """Start no more jobs, and let those that run finish."""
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=LAST_BREATH_SECONDS)
        self._watchdog.stop()
        self._scheduler.shutdown(wait=False)

    async def _run(self, job: Job) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A job runs in a task of its own.")
        self._running.add(task)
        try:
            await self._runner.run(job)
        finally:
            self._running.discard(task)


class Watchdog:
    """Ends the process when `pat` wasn't called for *patience* seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._patted = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    async def pat(self) -> None:
        """Tell that the event loop is alive."""
        self._patted.set()

    def start(self) -> None:
        """Start watching."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self._patted.set()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            self._patted.clear()
            if not self._patted.wait(self._patience) and not self._stopped.is_set():
                said = threading.Thread(target=_say_that_it_bites, args=[self._patience], daemon=True)
                said.start()
                said.join(1)  # what holds the event loop up may hold the log up too
                os._exit(70)  # EX_SOFTWARE; whoever supervises the process starts it again


def _say_that_it_bites(patience: float) -> None:
    log.error("watchdog.bites", after_seconds=patience)

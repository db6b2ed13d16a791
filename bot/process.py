"""Starts and stops the bot: database, Slack connection, jobs and web server."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import structlog
from aiohttp import web
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.backups import BackupFolder
from bot.core.clock import Clock, WallClock
from bot.core.database import Database
from bot.core.errors import SettingsError
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.logs import configure_logging
from bot.manifest import list_commands
from bot.mentions.gateways.fetching import NO_OVERRIDES, HostOverrides
from bot.settings import CANT_TRACE, Settings, load_settings
from bot.slack.app import TooManyCalls, auth_test, build_app, open_connection
from bot.slack.clients import SlackClient, build_client
from bot.slack.commands import CommandNames
from bot.slack.socket import SlackSocket
from bot.storage import migrate
from bot.tokens import TokenKeeper
from bot.web import build_runner, build_web, close, listen
from bot.workspaces.queries import find_removal, list_workspaces
from bot.workspaces.usecases import install_workspace
from jobs.runner import Job, Runner
from jobs.schedule import build_schedule

if TYPE_CHECKING:
    from bot.metrics import Metrics
    from bot.traces import OpenTelemetry

WATCHDOG_SECONDS = 120.0  # without a tick before the watchdog ends the process; its supervisor restarts it
TAKE_OVER_SECONDS = 15.0  # with the lease of a job, at most a minute after its process died
BUSY, SOON = timedelta(seconds=1.2), timedelta(seconds=0.1)
"""
How long a job of every second runs again and again after it found something, and how soon: what waits for the second of
its recipient leaves when that is over.
"""
FOLLOW_SECONDS = 1.0  # between two looks at whether the clock was put back
SHUTDOWN_SECONDS = 10.0  # for running jobs to finish
MAX_PASSES = 200
AGAIN = timedelta(seconds=1)  # a job that runs so often is repeated in one pass, until nothing moves

log = structlog.get_logger(__name__)


def run_until_stopped() -> None:
    """Run the bot with the settings from the environment or .env until SIGINT or SIGTERM."""
    settings = load_settings()
    configure_logging(style=settings.log_format, level=settings.log_level)

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

    With *run_scheduler* the jobs run by the machine's clock; without it the caller runs them with `run_jobs`.
    *host_overrides* replace the addresses of hosts when mentions are fetched; only the demo and the tests pass them.

    Raises:
        SettingsError: Slack refuses a token, or the database or the port can't be opened.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        run_scheduler: bool = True,
        host_overrides: HostOverrides = NO_OVERRIDES,
    ) -> None:
        self.settings = settings
        self.runtime = Runtime(
            Database(settings.database_url), clock or WallClock(), FEATURES, host_overrides=host_overrides
        )
        self.client = build_client(
            token=settings.slack_bot_token.get_secret_value(), api_url=settings.slack_api_url,
            names=CommandNames(settings.command_prefix, list_commands() if settings.command_prefix else ()),
        )  # fmt: skip
        self._metrics = self._measure() if settings.metrics else None
        self._traces = self._trace(settings.otel_exporter_otlp_endpoint)
        self._tokens = TokenKeeper(self.runtime.background, settings, self.client, self._use_app_token)
        self.app = build_app(client=self.client, runtime=self.runtime, features=FEATURES)
        if self._metrics:
            self._metrics.watch_acks(self.app)
        if self._traces:
            self._traces.watch_requests(self.app)
        folder = settings.backup_folder
        backups = BackupFolder(folder, settings.backups_kept) if folder else None
        self.jobs: Sequence[Job] = build_schedule(
            self.runtime.background, self.client_of, host_overrides, backups, self._tokens
        )
        self.address = ""
        self._workspace = ""
        self._runner = Runner(self.runtime.background)
        self._run_scheduler = run_scheduler
        self._scheduler: JobScheduler | None = None
        self._socket: SlackSocket | None = None
        self._site: web.AppRunner | None = None
        self._server: asyncio.Server | None = None

    def client_of(self, _workspace: str) -> SlackClient:
        """Return the Slack client for a workspace; there is one bot token and one workspace."""
        return self.client

    async def __aenter__(self) -> Self:
        """Migrate the database, check the tokens with Slack, and start listening."""
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
        """Stop listening, and wait for running work to finish."""
        await self._stop()

    async def run_job(self, name: str) -> int:
        """Run one job now; return the number of changes."""
        return await self._runner.run(next(job for job in self.jobs if job.name == name))

    async def run_jobs(self) -> int:
        """Run every job until none of them changes anything; return the number of changes."""
        total = 0
        for job in self.jobs:
            for _ in range(MAX_PASSES):
                moved = await self._runner.run(job)
                total += moved
                if not moved or job.every > AGAIN:
                    break
        await self.runtime.drain()
        return total

    async def _start(self) -> None:
        self.client.keep_connections()
        migrate(self.runtime.database)
        await self._install()
        await self._renew_token()
        await self.run_job("sync_people")
        await self._listen()
        if self._run_scheduler:
            self._scheduler = JobScheduler(self._runner, self.jobs)
            self._scheduler.start()

    async def _stop(self) -> None:
        if self._socket:
            await self._socket.close()
        if self._site:
            await close(self._site, self._server)
        if self._scheduler:
            await self._scheduler.stop()
        await self.runtime.drain()
        await self.client.close()
        self.runtime.close()
        if self._traces:
            await asyncio.to_thread(self._traces.close)

    async def _renew_token(self) -> None:
        if self._tokens.renews:
            await self.run_job("renew_token")

    def _use_app_token(self, app_token: str) -> None:
        if self._socket:
            self._socket.use(app_token)

    async def _install(self) -> None:
        await self._tokens.take_up()
        await self._renew_token()  # it may have ended while no bot ran
        who = await auth_test(self.client)
        self._workspace = str(who["team_id"])
        others = [one for one in await self.runtime.read(list_workspaces, workspace=None) if one != self._workspace]
        if others:
            raise SettingsError(
                f"This database belongs to the workspace {others[0]}, and the token to {who['team']}: a bot serves one "
                "workspace; set DATABASE_URL to a database of its own."
            )
        await self.runtime.run(
            install_workspace, workspace=self._workspace, name=who["team"], bot_user_id=who["user_id"]
        )

    async def _find_problems(self) -> list[str]:
        """Return what keeps the bot from working with Slack, one sentence each."""
        socket = await self._socket.find_problem() if self._socket else None
        removal = await self.runtime.read(find_removal, workspace=self._workspace)
        return [sentence for sentence in (socket, removal) if sentence]

    def _measure(self) -> "Metrics":
        """Measure from now on, and return what is kept."""
        from bot.metrics import Metrics  # noqa: PLC0415 - its library takes memory that few need

        metrics = Metrics()
        self.runtime.measures = self.runtime.background.measures = metrics
        self.client.measures = metrics
        return metrics

    def _trace(self, endpoint: str | None) -> "OpenTelemetry | None":
        """Send traces from now on, and return what does so; None where they aren't asked for, or can't be sent."""
        if endpoint is None:
            return None
        try:
            from bot.traces import OpenTelemetry  # noqa: PLC0415 - its libraries take memory that few need
        except ImportError:
            log.warning("traces.not_installed", problem=CANT_TRACE)
            return None
        traces = OpenTelemetry(endpoint)
        traces.watch_statements(self.runtime.database.engine)
        self.runtime.traces = self.runtime.background.traces = self.client.traces = traces
        return traces

    async def _render(self, metrics: "Metrics") -> bytes:
        is_connected = self._socket is None or await self._socket.find_problem() is None
        return await metrics.render(self.runtime.background, is_connected=is_connected)

    async def _listen(self) -> None:
        secret = self.settings.slack_signing_secret
        token = self._tokens.app_token
        takes_http = token is None and secret is not None
        site = build_web(
            self.app if takes_http else None,
            self.runtime,
            secret.get_secret_value() if takes_http and secret else None,
            self._find_problems,
            partial(self._render, self._metrics) if self._metrics else None,
        )
        host, port = self.settings.bind_host, self.settings.port
        self._site = build_runner(site, shutdown_timeout=SHUTDOWN_SECONDS)
        try:
            self._server = await listen(self._site, host, port)
        except OSError as error:
            place = f"{host}:{port}"
            raise SettingsError(f"Nothing can be served at {place}; set HOST and PORT to a free address.") from error
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        if token is not None:
            await self._open_socket(token)

    async def _open_socket(self, app_token: str) -> None:
        """
        Connect by Socket Mode, with a first address requested here, since a refused token ends the start. Where too
        many processes start at once for Slack, the jobs begin, and the connection follows.
        """
        stopwatch = self.runtime.clock.monotonic
        self._socket = SlackSocket(self.app, client=self.client, app_token=app_token, stopwatch=stopwatch)
        try:
            address = await open_connection(self.client, app_token)
        except TooManyCalls as asked:
            log.warning("socket.asked_to_wait", retry_after=asked.seconds)
            self._socket.start_later(asked.seconds)
        else:
            await self._socket.start(address)


class JobScheduler:
    """
    Runs jobs with APScheduler, and ends the process with a `Watchdog` when the scheduler stops.

    APScheduler goes by the machine's clock: where that is put back, the next runs are moved with it.
    """

    def __init__(self, runner: Runner, jobs: Sequence[Job], *, take_over_seconds: float = TAKE_OVER_SECONDS) -> None:
        self._runner = runner
        self._running: set[asyncio.Task[Any]] = set()
        self._scheduler = AsyncIOScheduler(jobstores={"default": MemoryJobStore()}, timezone="UTC")
        self._watchdog = Watchdog(WATCHDOG_SECONDS)
        self._following: asyncio.Task[None] | None = None
        self._busy_until: dict[str, datetime] = {}
        options: dict[str, Any] = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        for job in jobs:
            self._scheduler.add_job(
                self._run, "interval", seconds=job.every.total_seconds(), args=[job], id=job.name, **options
            )
        self._scheduler.add_job(self._take_over, "interval", seconds=take_over_seconds, args=[jobs], **options)
        self._scheduler.add_job(self._watchdog.reset, "interval", seconds=1, id="watchdog", **options)

    def start(self) -> None:
        """Start running jobs."""
        self._scheduler.start()
        self._following = asyncio.get_running_loop().create_task(self._follow_clock())
        self._watchdog.start()

    async def stop(self) -> None:
        """Start no new jobs, wait for running ones to finish, and cancel those that take too long."""
        self._scheduler.pause()
        if self._following is not None:
            self._following.cancel()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=SHUTDOWN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._watchdog.stop()
        self._scheduler.shutdown(wait=False)

    async def _follow_clock(self) -> None:
        """Run every job at once after the clock was put back, which APScheduler would do once it has caught up."""
        clock, latest = WallClock(), WallClock().now()
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            now = clock.now()
            for job in self._scheduler.get_jobs() if now < latest else ():
                job.modify(next_run_time=now)
            latest = now

    async def _run(self, job: Job) -> None:
        """Run a job; one of every second runs again soon, until it has found nothing to do for a while."""
        with self._noted():
            changed = await self._runner.run(job)
        if job.every > AGAIN:
            return
        now = WallClock().now()
        if changed:
            self._busy_until[job.name] = now + BUSY
        if now < self._busy_until.get(job.name, now) <= now + BUSY:  # the clock may be put back
            self._scheduler.modify_job(job.name, next_run_time=now + SOON)

    async def _take_over(self, jobs: Sequence[Job]) -> None:
        """Run what another process left when it died, without waiting for the next turn of those jobs."""
        with self._noted():
            await self._runner.take_over(jobs)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Note that this task is running, so that `stop` waits for it."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A job must run in its own task.")
        self._running.add(task)
        try:
            yield
        finally:
            self._running.discard(task)


class Watchdog:
    """Ends the process when `reset` isn't called for *timeout* seconds."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._reset_since = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    async def reset(self) -> None:
        """Restart the timeout; the event loop calls this every second."""
        self._reset_since.set()

    def start(self) -> None:
        """Start watching."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self._reset_since.set()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            self._reset_since.clear()
            if not self._reset_since.wait(self._timeout) and not self._stopped.is_set():
                logger = threading.Thread(target=_log_expiry, args=[self._timeout], daemon=True)
                logger.start()
                logger.join(1)  # logging may be blocked, too
                os._exit(70)  # EX_SOFTWARE; the supervisor restarts the process


def _log_expiry(timeout: float) -> None:
    log.error("watchdog.expired", after_seconds=timeout)

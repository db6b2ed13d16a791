"""Runs a rehearsal with the bot, for the demo and the tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from bot.manifest import MANIFEST
from bot.mentions.gateways.fetching import NO_OVERRIDES, HostOverrides
from bot.process import Bot
from bot.settings import Settings
from demo.clock import RehearsalClock
from demo.stops import find_next_stop
from rehearsal.server import Rehearsal
from rehearsal.state.clock import NextStop
from rehearsal.strict.manifest import Manifest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Stage:
    """A rehearsal and the bot that is connected to it."""

    rehearsal: Rehearsal
    bot: Bot
    _running: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_busy(self) -> bool:
        """Return whether the jobs are running."""
        return self._running.locked()

    async def run_jobs(self) -> None:
        """Run every job until none changes anything; one pass at a time, whoever asks."""
        async with self._running:
            await self.bot.run_jobs()


@asynccontextmanager
async def open_stage(
    *,
    database_url: str,
    start: datetime,
    populate: Callable[[Rehearsal], None],
    http: bool = False,
    host_overrides: HostOverrides = NO_OVERRIDES,
    **options: Any,
) -> AsyncIterator[Stage]:
    """
    Start a rehearsal, let *furnish* add people and channels to it, and start the bot against it.

    The bot connects by Socket Mode or, with *http*, receives signed requests. Its jobs don't run by themselves: whoever
    moves the rehearsal's clock calls `stage.bot.run_jobs()`. *host_overrides* let the bot fetch from this machine under
    other names. *options* are passed to `Rehearsal`.
    """
    async with Rehearsal(manifest=_manifest(), start=start, **options) as rehearsal:
        populate(rehearsal)
        settings = Settings(
            _env_file=None,
            database_url=database_url,
            slack_bot_token=rehearsal.bot_token,
            slack_app_token=None if http else rehearsal.app_token,
            slack_signing_secret=rehearsal.signing_secret,
            slack_api_url=rehearsal.api_url,
            host="127.0.0.1",
            port=0,
        )
        clock = RehearsalClock(rehearsal.workspace.clock)
        async with Bot(settings, clock=clock, run_scheduler=False, host_overrides=host_overrides) as bot:
            if http:
                rehearsal.request_url = f"{bot.address}/slack/events"
            else:
                await rehearsal.wait_connected()
            yield Stage(rehearsal, bot)
            await bot.runtime.drain()
            await rehearsal.drain()


@cache
def _manifest() -> Manifest:
    """Load the manifest once, since tests open many stages."""
    return Manifest.load(MANIFEST)


def run_jobs_on_move(stage: Stage, next_stop: NextStop) -> None:
    """Run the bot's jobs whenever the rehearsal's time is moved: at each instant of *next_stop*, and at the end."""
    clock = stage.rehearsal.workspace.clock
    clock.next_stop = next_stop

    async def run_jobs(_now: datetime) -> None:
        await stage.run_jobs()

    clock.on_moved(run_jobs)


async def keep_running(stage: Stage, every: float) -> None:
    """Run the bot's jobs every *every* real seconds until the task is cancelled."""
    while True:
        await asyncio.sleep(every)
        if not stage.is_busy:
            await stage.run_jobs()


def next_hours(step: timedelta) -> NextStop:
    """Return what stops at each multiple of *step* since midnight UTC."""
    return lambda now: now + step - (now - EPOCH) % step


def next_events(stage: Stage, posts: Sequence[datetime] = ()) -> NextStop:
    """Return what stops whenever the bot has something to do, and at *posts*."""
    runtime, team = stage.bot.runtime, stage.rehearsal.workspace.team_id
    return lambda now: runtime.read_now(find_next_stop, workspace=team, posts=posts, now=now)

"""Runs a rehearsal with the bot, for the demo and the tests."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.mentions.gateways.fetching import NO_OVERRIDES, HostOverrides
from bot.process import Bot
from bot.settings import Settings
from demo.clock import RehearsalClock
from rehearsal.server import Rehearsal
from rehearsal.strict.manifest import Manifest

MANIFEST = Path(__file__).parent.parent / "manifest.yml"


@dataclass
class Stage:
    """A rehearsal and the bot that is connected to it."""

    rehearsal: Rehearsal
    bot: Bot


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


def run_jobs_on_move(stage: Stage, step: timedelta = timedelta(hours=1)) -> None:
    """Move the rehearsal's time in steps of *step* from now on, and run the bot's jobs after each."""
    clock = stage.rehearsal.workspace.clock
    clock.step = step

    async def run_jobs(_now: datetime) -> None:
        await stage.bot.run_jobs()

    clock.on_moved(run_jobs)

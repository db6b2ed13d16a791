"""The real bot against the rehearsal: people act, time moves, jobs run."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.core.runtime import Runtime
from bot.people.queries import find_person_row
from bot.people.rules import Role
from bot.process import Bot
from bot.settings import Settings
from rehearsal.actor import Actor
from rehearsal.server import Rehearsal
from rehearsal.strict.manifest import Manifest
from tests.makers import ANA, BOB, KIRI, MARA, ROOT, START, WORKSPACE, Office


class RehearsalClock:
    """The bot's clock, showing the rehearsal's time."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal

    def now(self) -> datetime:
        """What the rehearsal says."""
        return self._rehearsal.workspace.clock.now()

    def monotonic(self) -> float:
        """Real seconds."""
        return time.monotonic()

    def wall(self) -> float:
        """Real seconds since 1970."""
        return time.time()  # noqa: TID251 - signatures are judged by real time


@dataclass
class World:
    """A rehearsal workspace with the bot in it."""

    rehearsal: Rehearsal
    bot: Bot
    office: Office

    @property
    def runtime(self) -> Runtime:
        """The bot's way into use cases."""
        return self.bot.runtime

    @property
    def now(self) -> datetime:
        """What time it is."""
        return self.rehearsal.workspace.clock.now()

    def as_(self, person: str) -> Actor:
        """Somebody's hands and eyes."""
        return self.rehearsal.control.as_person(person)

    async def run_jobs(self) -> int:
        """Let every job run until nothing moves."""
        return await self.bot.run_jobs()

    async def move(self, **delta: float) -> None:
        """Move the time by `days=…`, `hours=…`, `minutes=…` and let the jobs run, hour by hour."""
        await self.move_to(self.now + timedelta(**delta))

    async def move_to(self, instant: datetime) -> None:
        """Move the time to *instant*, the jobs running at every full hour on the way."""
        while self.now < instant:
            next_hour = self.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            await self.rehearsal.control.move_to(min(next_hour, instant))
            await self.run_jobs()


@asynccontextmanager
async def open_world(
    database_url: str, *, http: bool = False, start: datetime = START, people: bool = True, **rehearsal_options: Any
) -> AsyncIterator[World]:
    """
    Start rehearsal and bot, in Socket Mode or called over signed HTTP.

    Mara (a manager) is in London, Ana in Lisbon, Bob in New York, Kiri in Auckland; #general and #accounts are there.
    At the end, anything that Slack would have objected to fails the test.
    """
    manifest = Manifest.load(ROOT / "manifest.yml")
    options = {"team_id": WORKSPACE, "name": "Evenhand Tests", **rehearsal_options}
    async with Rehearsal(manifest=manifest, start=start, **options) as rehearsal:
        if people:
            _furnish(rehearsal)
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
        async with Bot(settings, clock=RehearsalClock(rehearsal), ticking=False) as bot:
            if http:
                rehearsal.request_url = f"{bot.address}/slack/events"
            else:
                await rehearsal.connected()
            if people:
                bot.runtime.run_now(_name_manager, workspace=WORKSPACE)
            yield World(rehearsal, bot, Office(bot.runtime))
            await bot.runtime.settled()
    rehearsal.assert_clean()


def _furnish(rehearsal: Rehearsal) -> None:
    control = rehearsal.control
    control.add_person("mara", id=MARA, real_name="Mara Okafor", tz="Europe/London", email="mara@example.test")
    control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon", email="ana@example.test")
    control.add_person("bob", id=BOB, real_name="Bob Chen", tz="America/New_York", email="bob@example.test")
    control.add_person("kiri", id=KIRI, real_name="Kiri Walker", tz="Pacific/Auckland", email="kiri@example.test")
    everyone = [MARA, ANA, BOB, KIRI]
    control.add_channel("general", members=everyone)
    control.add_channel("accounts", members=everyone)


def _name_manager(session: Any, *, now: datetime) -> None:
    person = find_person_row(session, MARA)
    assert person is not None, f"Mara wasn't synced by {now}."
    person.role = Role.MANAGER

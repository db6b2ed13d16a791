"""Runs the real bot against the rehearsal: people act, time moves, jobs run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.core.runtime import Runtime
from bot.people.queries import find_person_row
from bot.people.rules import Role
from bot.process import Bot
from demo.stage import open_stage
from rehearsal.actor import Actor
from rehearsal.server import Rehearsal
from tests.makers import ANA, BOB, KIRI, MARA, START, WORKSPACE, Office

LATE_SECONDS = 5.0
STOPS = (9, 15, 21)  # hours of a day, UTC
LAST_HOURS = timedelta(hours=3)
ENOUGH_ACKS = 40  # of a story, for its slowest twentieth to mean something
SLOWEST_ACK_SECONDS = 1.0


@dataclass
class World:
    """A rehearsal workspace with the bot in it."""

    rehearsal: Rehearsal
    bot: Bot
    office: Office

    @property
    def runtime(self) -> Runtime:
        """Return the bot's runtime."""
        return self.bot.runtime

    @property
    def now(self) -> datetime:
        """Return the current instant."""
        return self.rehearsal.workspace.clock.now()

    def as_(self, person: str) -> Actor:
        """Return the actor of a person; it waits longer for replies, since the machine may be busy."""
        actor = self.rehearsal.control.as_person(person)
        actor.response_timeout = LATE_SECONDS
        return actor

    async def run_jobs(self) -> int:
        """Run every job until none changes anything."""
        return await self.bot.run_jobs()

    async def move(self, **delta: float) -> None:
        """Move time by `days=…`, `hours=…`, `minutes=…` and run the jobs every hour."""
        await self.move_to(self.now + timedelta(**delta))

    async def move_to(self, instant: datetime) -> None:
        """
        Move time to *instant* and run the jobs at nine, fifteen and twenty-one o'clock UTC, just after nine o'clock in
        each of the office's cities, and at each full hour of the last three.
        """
        while self.now < instant:
            hour = self.now.replace(minute=0, second=0, microsecond=0)
            is_far = instant - hour > LAST_HOURS
            step = timedelta(hours=1) if not is_far else _until_next_stop(hour)
            await self.rehearsal.control.move_to(min(hour + step, instant))
            await self.run_jobs()


def _until_next_stop(hour: datetime) -> timedelta:
    return next(timedelta(hours=ahead) for ahead in range(1, 25) if (hour.hour + ahead) % 24 in STOPS)


@asynccontextmanager
async def open_world(
    database_url: str, *, http: bool = False, start: datetime = START, people: bool = True, **rehearsal_options: Any
) -> AsyncIterator[World]:
    """
    Start rehearsal and bot, in Socket Mode or with signed HTTP.

    Mara (a manager) is in London, Ana in Lisbon, Bob in New York, Kiri in Auckland; the channels are #general and
    #accounts. At the end, the test fails if there were problems, or if the acknowledgements of a long story took too
    long.
    """
    options = {"team_id": WORKSPACE, "name": "Evenhand Tests", **rehearsal_options}
    populate = _furnish if people else _leave_empty
    async with open_stage(database_url=database_url, start=start, populate=populate, http=http, **options) as stage:
        if people:
            stage.bot.runtime.run_now(_name_manager, workspace=WORKSPACE)
        yield World(stage.rehearsal, stage.bot, Office(stage.bot.runtime))
    stage.rehearsal.assert_clean()
    if len(stage.rehearsal.wire.delivery.ack_times) >= ENOUGH_ACKS:
        assert stage.rehearsal.ack_time() < SLOWEST_ACK_SECONDS


def _leave_empty(_rehearsal: Rehearsal) -> None:
    """Add nothing; the test populates the workspace itself."""


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

"""Clocks that are wrong, change or stand still for days: nothing is lost, said twice, or said outside hours."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from bot.core import outbox
from bot.core.claiming import claim
from bot.core.heartbeats import list_heartbeats
from bot.core.outbox import UNDELIVERED, OutboxMessage
from bot.people.schemas import CoverAsked
from bot.people.tables import Person
from bot.workspaces.schemas import ChannelSchema
from jobs.reminding import send_morning_messages
from rehearsal.state.messages import Message
from tests.digests.digest_office import set_up
from tests.faults.ledger import read_ledger
from tests.faults.line import Line, WrongClock, open_line
from tests.makers import ANA, WORKSPACE, Office, add_person
from tests.world import World, open_world

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
POST = "chat.postMessage"
DAY, SOON = timedelta(days=1), timedelta(minutes=5)
EVENING = timedelta(days=1, hours=8)  # from noon to eight o'clock of the next day


# --- a clock that is wrong -------------------------------------------------------------------------------------------


async def claimed_and_left(line: Line) -> None:
    """Let a process die right after it claimed the message."""
    assert line.runtime.run_now(claim, workspace=None)


async def dropped(line: Line) -> None:
    """Let Slack accept the message and not answer."""
    line.faults.drop_after(POST)
    await line.deliver()


async def not_accepted(line: Line) -> None:
    """Let the connection break before Slack accepts the message."""
    line.faults.drop_before(POST)
    await line.deliver()


async def asked_to_wait(line: Line) -> None:
    """Let Slack ask for a pause."""
    line.faults.next(POST, status=429, retry_after=60)
    await line.deliver()


async def refused_for_now(line: Line) -> None:
    """Let Slack refuse the token."""
    line.faults.next(POST, error="invalid_auth")
    await line.deliver()


async def nothing_more(line: Line) -> None:
    """Deliver what is due."""
    await line.deliver()


@pytest.mark.parametrize(
    "before", [claimed_and_left, dropped, not_accepted, asked_to_wait, refused_for_now, nothing_more]
)
@pytest.mark.parametrize("ahead", [timedelta(hours=1), DAY, EVENING], ids=["an hour", "a day", "an evening"])
async def test_a_clock_that_was_ahead_and_is_put_back_holds_up_nothing(
    sqlite_url: str, before: Callable[[Line], Any], ahead: timedelta
) -> None:
    """What was stored, claimed, put off or posted by the wrong time is said minutes after it was put right, once."""
    async with open_line(sqlite_url, NOON) as line:
        line.clock.wrong = ahead
        line.owe("ana", ANA)
        await before(line)
        line.owe("general", line.general)
        await line.deliver()
        line.clock.wrong = timedelta()
        await line.run(SOON)
        assert line.states(UNDELIVERED) == {}
        line.ledger().assert_balanced()


def set_clock(world: World) -> WrongClock:
    """Give the bot a clock that can be wrong."""
    clock = WrongClock(world.rehearsal.workspace.clock)
    world.runtime.clock = world.runtime.background.clock = clock
    return clock


def owe_cover(world: World, key: str) -> None:
    """Owe Ana a message that she reads in her hours, whenever that is."""
    asked = CoverAsked(owner="Bob Stone", first_day=date(2026, 12, 14), last_day=date(2026, 12, 18))
    world.office.do(outbox.enqueue, notification=asked, to=ANA, key=key)


def undelivered(world: World) -> list[OutboxMessage]:
    """Return what isn't delivered."""
    query = select(OutboxMessage).where(col(OutboxMessage.state).in_(UNDELIVERED))
    rows: list[OutboxMessage] = world.office.look(lambda session: session.exec(query).all())
    return rows


async def test_a_bot_that_was_stopped_while_its_clock_was_put_back_goes_on(sqlite_url: str) -> None:
    """The database tells the new process that a job finished later than now."""
    async with open_world(sqlite_url, start=NOON) as world:
        set_clock(world).wrong = EVENING
        owe_cover(world, "cover")
        await world.run_jobs()
        [waiting] = undelivered(world)
        assert waiting.not_before == NOON.replace(day=26, hour=9)
    async with open_world(sqlite_url, start=NOON) as world:
        await world.run_jobs()
        assert undelivered(world) == []
        assert len(world.as_(ANA).dm()) == 1


def set_up_digest(world: World) -> None:
    """Let Mara set up a digest to #accounts, Mondays and Thursdays at nine in Lisbon."""
    channel = ChannelSchema(id=world.rehearsal.workspace.channel("accounts").id, name="accounts", is_member=True)
    set_up(world.office, channel=channel, channel_id=channel.id)


def digests(world: World) -> int:
    """Return how many digests are in #accounts."""
    return sum(not message.is_reply for message in world.as_(ANA).sees("accounts"))


def reminded(world: World) -> list[int]:
    """Return for which days of the month Ana was reminded, in the order in which she was."""
    keys = [str((message.metadata or {})["event_payload"]["key"]) for message in world.as_(ANA).dm()]
    return [date.fromisoformat(key.rpartition(":")[2]).day for key in keys if key.startswith("reminder:")]


@pytest.mark.slow
async def test_a_clock_that_is_put_back_an_hour_stops_no_job(world: World) -> None:
    """Every job runs at once, and nobody is reminded again."""
    clock = set_clock(world)
    world.office.customer("Acme", owner=ANA, waited=100)
    await world.move_to(NOON)
    clock.wrong = -timedelta(hours=1)
    owe_cover(world, "cover")
    await world.run_jobs()
    beats = {beat.name: beat for beat in world.runtime.read_now(list_heartbeats, workspace=None)}
    minutely = [job.name for job in world.bot.jobs if job.every <= timedelta(minutes=1)]
    assert {beats[name].succeeded_at for name in minutely} == {clock.now()}
    assert [beat.error for beat in beats.values() if beat.error] == []
    assert (reminded(world), len(world.as_(ANA).dm())) == ([23, 24], 3)
    await world.move(hours=2)
    assert len(world.as_(ANA).dm()) == 3
    read_ledger(world.rehearsal, world.runtime.database).assert_balanced()


@pytest.mark.slow
async def test_a_clock_that_was_a_day_ahead_says_each_days_message_once(world: World) -> None:
    """What the day ahead brings is said early and not again when it comes; the other days' messages come as ever."""
    clock = set_clock(world)
    set_up_digest(world)
    world.office.customer("Acme", owner=ANA, waited=100)
    await world.move_to(NOON)
    assert reminded(world) == [23, 24]
    clock.wrong = DAY
    await world.run_jobs()
    assert reminded(world) == [23, 24, 25]
    clock.wrong = timedelta()
    await world.move(days=3)
    assert reminded(world) == [23, 24, 25, 26, 27]
    assert digests(world) == 1
    assert undelivered(world) == []
    read_ledger(world.rehearsal, world.runtime.database).assert_balanced()


SCHEDULED = """
import asyncio, sys, time
from datetime import datetime, timedelta, timezone
import apscheduler.schedulers.base, bot.core.clock, bot.process
from jobs.runner import Job

class Shifted(datetime):
    by = timedelta()
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + cls.by

apscheduler.schedulers.base.datetime = bot.core.clock.datetime = Shifted
bot.process.WATCHDOG_SECONDS, bot.process.FOLLOW_SECONDS = 4.0, 0.1

class Runner:
    runs = 0
    async def run(self, job):
        self.runs += 1

async def until(runner, runs):
    while runner.runs < runs:
        await asyncio.sleep(0.05)

async def main():
    runner = Runner()
    scheduler = bot.process.JobScheduler(runner, [Job("work", None, every=timedelta(seconds=0.2))])
    scheduler.start()
    await until(runner, 2)
    for hours in map(float, sys.argv[1:]):
        Shifted.by += timedelta(hours=hours)
        await until(runner, runner.runs + 6)
    await asyncio.sleep(5)
    await scheduler.stop()
    print("over", flush=True)

asyncio.run(main())
"""


@pytest.mark.slow
def test_a_machines_clock_that_is_put_back_or_ahead_neither_stops_the_jobs_nor_ends_the_process() -> None:
    """An hour back, two ahead, two back: the scheduler's jobs go on, so that the watchdog stays quiet."""
    done = subprocess.run(
        [sys.executable, "-c", SCHEDULED, "-1", "2", "-2"], capture_output=True, text=True, timeout=80, check=False
    )
    assert (done.returncode, done.stdout) == (0, "over\n"), done.stderr


# --- zones that change their time -------------------------------------------------------------------------------------

CHANGES = {
    "Europe/Lisbon": (date(2026, 10, 25), date(2027, 3, 28)),
    "America/New_York": (date(2026, 11, 1), date(2027, 3, 14)),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2027, 4, 4)),
    "America/Santiago": (date(2026, 9, 6), date(2027, 4, 4)),
}
HOURS = {"nine": time(9), "night": time(2, 15), "midnight": time(0)}
"""When three people begin their day; the clocks change around the hours of two of them."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("zone", "sunday"), [(zone, sunday) for zone, sundays in CHANGES.items() for sunday in sundays]
)
async def test_each_reminder_comes_once_in_its_hour_when_the_clocks_change(
    sqlite_url: str, zone: str, sunday: date
) -> None:
    """People who work every day hear once on the day before, on the day and on the day after."""
    local = ZoneInfo(zone)
    start = datetime.combine(sunday - DAY, time(0), local).astimezone(UTC) - timedelta(hours=1)
    async with open_line(sqlite_url, start) as line:
        for name, hour in HOURS.items():
            line.control.add_person(name, id=f"U0{name.upper()}", tz=zone)
            with line.runtime.database.transaction(WORKSPACE) as session:
                add_person(session, f"U0{name.upper()}", name, zone=zone, hour=hour, working_days="0123456")
            Office(line.runtime).customer(f"Of {name}", owner=f"U0{name.upper()}", waited=100)
        for _ in range(70):
            await line.control.move(timedelta(hours=1))
            await remind_and_deliver(line)
        for name, hour in HOURS.items():
            said = [local_time(message, local) for message in line.control.as_person(name).dm()]
            assert [at.date() for at in said] == [sunday - DAY, sunday, sunday + DAY]
            assert all(0 <= minutes(at.time()) - minutes(hour) <= 90 for at in said), said
        line.ledger().assert_balanced()


async def remind_and_deliver(line: Line) -> None:
    """Do what two jobs do."""
    await send_morning_messages(line.runtime.background)
    await line.deliver()


def local_time(message: Message, zone: ZoneInfo) -> datetime:
    """Return when a message was posted."""
    return datetime.fromtimestamp(float(message.ts), zone)


def minutes(at: time) -> int:
    """Return the minutes since midnight."""
    return at.hour * 60 + at.minute


@pytest.mark.slow
async def test_an_owner_whose_zone_changes_hears_once_a_day_in_the_hours_there(sqlite_url: str) -> None:
    """Ana goes from Lisbon to New York, on to Auckland and back to Lisbon: one message for each date there."""
    travels = {20: "America/New_York", 48: "Pacific/Auckland", 64: "Europe/Lisbon"}  # after so many hours
    async with open_line(sqlite_url, NOON.replace(hour=0)) as line:
        Office(line.runtime).customer("Acme", owner=ANA, waited=100)
        heard: list[datetime] = []
        zone = "Europe/Lisbon"
        for hour in range(24 * 4):
            if hour in travels:
                zone = travels[hour]
                with line.runtime.database.transaction(WORKSPACE) as session:
                    session.exec(select(Person).where(Person.id == ANA)).one().zone = zone
            await remind_and_deliver(line)
            new = line.control.as_person(ANA).dm()[len(heard) :]
            heard += [local_time(message, ZoneInfo(zone)) for message in new]
            await line.control.move(timedelta(hours=1))
        assert [at.day for at in heard] == [24, 25, 26, 27]
        assert all(time(9) <= at.time() <= time(17) for at in heard)
        line.ledger().assert_balanced()


# --- a bot that is down -----------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_after_ten_days_down_everybody_hears_once_and_of_nothing_that_is_past(world: World) -> None:
    """Ana has one reminder, the channel has one digest, and what waited since before is said unless it is outdated."""
    set_up_digest(world)
    world.office.customer("Acme", owner=ANA, waited=100)
    world.rehearsal.control.faults.drop_before("conversations.open", times=9)
    await world.move_to(NOON)
    owe_cover(world, "cover")
    world.rehearsal.control.faults.clear()
    await world.rehearsal.control.move(10 * DAY)
    for _ in range(4):
        await world.run_jobs()
        await world.rehearsal.control.move(timedelta(minutes=1))
    assert reminded(world) == [4]
    assert len(world.as_(ANA).dm()) == 2
    assert digests(world) == 1
    assert undelivered(world) == []
    read_ledger(world.rehearsal, world.runtime.database).assert_balanced()

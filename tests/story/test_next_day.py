"""The demo's first minutes: no alarms about its own data, and a next day that comes quickly."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import structlog

from demo.company import load_company
from demo.feed import list_posts, load_feed, open_feed
from demo.people import ANA, BOB, COMPANY, IRIS, MARA, NINE, START, TEAM, populate
from demo.stage import Stage, keep_running, next_events, next_hours, open_stage, run_jobs_on_move

MOST_STOPS_A_DAY = 12


@asynccontextmanager
async def _open_demo(sqlite_url: str) -> AsyncIterator[Stage]:
    """Open what `python -m demo` opens, without the page."""
    async with open_feed() as feed:
        options = {"team_id": TEAM, "name": COMPANY, "host_overrides": feed.host_overrides}
        async with open_stage(database_url=sqlite_url, start=START, populate=populate, **options) as stage:
            accounts = stage.rehearsal.workspace.channel("accounts")
            feed.now = stage.rehearsal.workspace.clock.now
            load_company(stage.bot.runtime, workspace=TEAM, digest_channel=(accounts.id, accounts.name))
            load_feed(stage.bot.runtime, workspace=TEAM, channel=(accounts.id, accounts.name))
            run_jobs_on_move(stage, next_events(stage, list_posts()))
            yield stage
        stage.rehearsal.assert_clean()


async def test_the_next_day_takes_few_passes(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Time stops at nine o'clock in each zone and where something waits, not every hour; the test prints the time."""
    async with _open_demo(sqlite_url) as stage:
        clock, stops = stage.rehearsal.workspace.clock, list[str]()

        async def note(now: object) -> None:
            stops.append(f"{now:%H:%M}")

        clock.on_moved(note)
        await stage.rehearsal.control.move_to(NINE)
        assert stops == ["09:00"]
        stops.clear()
        began, worked = time.perf_counter(), time.process_time()
        await stage.rehearsal.control.move(timedelta(days=1))
        seconds, work = time.perf_counter() - began, time.process_time() - worked
        assert {"14:00", "20:00", "08:00", "09:00"} <= set(stops)  # nine in New York, Auckland, Stockholm and Lisbon
        assert len(stops) <= MOST_STOPS_A_DAY, stops
        assert any("customers wait" in message.text for message in stage.rehearsal.control.as_person(ANA).dm())
        with capsys.disabled():
            print(f"\nNext day: {seconds:.1f} s, {work:.1f} s of work, {len(stops)} passes at {', '.join(stops)}")  # noqa: T201


async def test_jobs_run_by_themselves(sqlite_url: str) -> None:
    """What somebody is asked reaches them within a moment, although nobody moves the clock."""
    async with _open_demo(sqlite_url) as stage:
        bob = stage.rehearsal.control.as_person(BOB)
        await stage.rehearsal.control.move_to(NINE.replace(hour=15))
        jobs = asyncio.create_task(keep_running(stage, every=0.05))
        await stage.rehearsal.control.as_person(MARA).command("/assign @bob Sunset Diner tomorrow call them back")
        asked = await bob.until(lambda me: [one for one in me.dm() if "call them back" in str(one.blocks)], timeout=20)
        assert len(asked) == 1
        jobs.cancel()


async def test_time_goes_on_where_nothing_happens(sqlite_url: str) -> None:
    """With fixed steps, time stops at each multiple and at the end."""
    async with _open_demo(sqlite_url) as stage:
        clock, stops = stage.rehearsal.workspace.clock, list[str]()
        clock.next_stop = next_hours(timedelta(hours=6))

        async def note(now: object) -> None:
            stops.append(f"{now:%H:%M}")

        clock.on_moved(note)
        await stage.rehearsal.control.move(timedelta(hours=10))
        assert stops == ["12:00", "18:00", "18:30"]


@pytest.mark.parametrize("stopped_for", [timedelta(), timedelta(hours=1), timedelta(days=4)])
async def test_nothing_is_wrong_after_the_first_pass(sqlite_url: str, stopped_for: timedelta) -> None:
    """Neither the sample company nor an hour or some days without the bot raise an alarm: the jobs catch up first."""
    async with _open_demo(sqlite_url) as stage:
        clock = stage.rehearsal.workspace.clock
        if stopped_for:
            await stage.run_jobs()
            stage.rehearsal.workspace.person(IRIS).deleted = True
        clock.next_stop = None
        with structlog.testing.capture_logs() as lines:
            await stage.rehearsal.control.move(stopped_for)
            await stage.run_jobs()
        assert [line for line in lines if line["event"] == "house.problem"] == []

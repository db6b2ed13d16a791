"""Open Homes are updated after changes, within Slack's rate limits."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session

from bot.core.clock import MovableClock
from bot.core.feature import Feature
from bot.core.runtime import Runtime
from bot.core.schemas import OwedLine
from bot.home.listeners.publisher import HomePublisher
from bot.home.rules import MAX_HOMES_PER_CHANGE
from bot.slack.clients import build_client
from rehearsal.server import Rehearsal
from rehearsal.strict.manifest import Manifest
from tests.makers import ANA, BOB, MARA, ROOT, START, WORKSPACE, Office


class Stage:
    """A publisher and a rehearsal; `news` is what a test feature contributes to every Home."""

    def __init__(self, office: Office, rehearsal: Rehearsal) -> None:
        self.office, self.rehearsal = office, rehearsal
        self.news = "one"
        self.publisher = HomePublisher(office.runtime, debounce=0.05)
        self.client: AsyncWebClient = build_client(token=rehearsal.bot_token, api_url=rehearsal.api_url)
        office.runtime.features = (Feature("tests", home_section=self._tell),)

    def _tell(self, *_: Any) -> Sequence[OwedLine]:
        return [OwedLine(text=f"news {self.news}")]

    async def open(self, *people: str) -> None:
        """Open the Homes of these people."""
        for person in people:
            await self.publisher.open(WORKSPACE, person, self.client)

    @property
    def published(self) -> list[str]:
        """Return the people for whom a Home was published so far, in order."""
        calls = [exchange.body for exchange in self.rehearsal.workspace.traffic if exchange.name == "views.publish"]
        return [str(body["asked"]["user_id"]) for body in calls]


@pytest.fixture
async def stage(office: Office) -> Any:
    """Return a publisher with an office and a rehearsal with the same people."""
    async with Rehearsal(manifest=Manifest.load(ROOT / "manifest.yml"), start=START, team_id=WORKSPACE) as rehearsal:
        for person in (MARA, ANA, BOB):
            rehearsal.control.add_person(person.lower(), id=person, real_name=person)
        yield Stage(office, rehearsal)
        rehearsal.assert_clean()


async def test_who_did_something_sees_it_first(stage: Stage) -> None:
    """The person who made the change comes first, then the others with an open Home."""
    await stage.open(ANA, BOB, MARA)
    stage.news = "two"
    await stage.publisher.changed(WORKSPACE, BOB)
    assert stage.published == [ANA, BOB, MARA, BOB, MARA, ANA]


@pytest.mark.both_databases
async def test_many_changes_at_once_are_one_publication(stage: Stage) -> None:
    """Twenty changes within a moment publish one Home once."""
    await stage.open(ANA)
    stage.news = "two"
    await asyncio.gather(*(stage.publisher.changed(WORKSPACE, ANA) for _ in range(20)))
    assert stage.published == [ANA, ANA]


async def test_a_home_that_shows_the_truth_is_left_alone(stage: Stage) -> None:
    """An unchanged Home isn't published again, except when it is opened."""
    await stage.open(ANA)
    await stage.publisher.changed(WORKSPACE, BOB)
    assert stage.published == [ANA]
    await stage.open(ANA)
    assert stage.published == [ANA, ANA]


async def test_nobody_who_didnt_open_home_gets_one(stage: Stage) -> None:
    """A change publishes no Home that isn't open, and none of another workspace."""
    await stage.open(ANA)
    stage.news = "two"
    await stage.publisher.changed("T0OTHER", BOB)
    assert stage.published == [ANA]


async def test_where_nobody_looks_nothing_is_waited_for(stage: Stage, clock: MovableClock) -> None:
    """Without open Homes, a change doesn't wait for the debounce interval."""
    stage.publisher = HomePublisher(stage.office.runtime, debounce=3600)
    await asyncio.wait_for(stage.publisher.changed(WORKSPACE, ANA), 10)
    await stage.open(ANA)
    await asyncio.wait_for(stage.publisher.changed("T0OTHER", ANA), 10)
    clock.move(timedelta(hours=4, minutes=1))
    await asyncio.wait_for(stage.publisher.changed(WORKSPACE, ANA), 10)
    assert stage.published == [ANA]


async def test_a_home_opened_long_ago_is_no_longer_followed(stage: Stage, clock: MovableClock) -> None:
    """After four hours a Home isn't updated until it is opened again."""
    await stage.open(ANA)
    clock.move(timedelta(hours=4, minutes=1))
    stage.news = "two"
    await stage.publisher.changed(WORKSPACE, ANA)
    assert stage.published == [ANA]


async def test_one_change_publishes_only_so_many_homes(stage: Stage) -> None:
    """The number of updates per change is limited; those opened last come first."""
    for number in range(MAX_HOMES_PER_CHANGE + 5):
        stage.office.person(f"U1{number:03}", f"Person {number}")
        stage.rehearsal.control.add_person(f"p{number}", id=f"U1{number:03}", real_name=f"Person {number}")
        await stage.open(f"U1{number:03}")
    stage.rehearsal.workspace.traffic.clear()
    stage.news = "two"
    await stage.publisher.changed(WORKSPACE, MARA)
    assert stage.published == [f"U1{number:03}" for number in reversed(range(5, MAX_HOMES_PER_CHANGE + 5))]


async def test_a_slack_that_fails_does_no_harm(stage: Stage) -> None:
    """After an error, the next change or opening publishes Home."""
    await stage.open(ANA)
    stage.rehearsal.control.faults.next("views.publish", status=500)
    stage.news = "two"
    await stage.publisher.changed(WORKSPACE, ANA)
    await stage.publisher.changed(WORKSPACE, ANA)
    home = stage.rehearsal.control.as_person(ANA).home()
    assert home is not None
    assert "news two" in str(home.blocks)


async def test_a_home_that_cant_be_drawn_says_so_with_a_reference(stage: Stage) -> None:
    """An error shows a sentence with a reference."""

    def broken(*_: Any) -> Sequence[OwedLine]:
        raise KeyError("x")

    stage.office.runtime.features = (Feature("tests", home_section=broken),)
    await stage.open(ANA)
    home = stage.rehearsal.control.as_person(ANA).home()
    assert home is not None
    assert "That didn't work, and nothing was changed. Reference" in str(home.blocks)


def wave(_session: Session, *, by: str, now: datetime) -> str:
    """Do nothing, as a minimal use case."""
    return f"{by} waved at {now}"


async def test_a_change_reaches_the_keeper_through_the_runtime(stage: Stage) -> None:
    """Every use case with an actor notifies the publisher."""
    runtime: Runtime = stage.office.runtime
    runtime.on_change(stage.publisher.changed)
    await stage.open(ANA)
    stage.news = "two"
    await runtime.run(wave, workspace=WORKSPACE, by=BOB)
    await runtime.drain()
    assert stage.published == [ANA, ANA]

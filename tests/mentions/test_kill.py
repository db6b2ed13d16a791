"""kill -9 while the same things come in from everywhere: each is one mention, posted once."""

import asyncio
import random
import sys

import pytest

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.mentions.rules.sources import SourceKind
from tests.makers import ANA, ROOT, START, open_office
from tests.mentions.helpers import owed, post, shown, source, stored

pytestmark = pytest.mark.slow


async def test_killed_in_between_nothing_is_kept_or_posted_twice(database_url: str) -> None:
    """Three feeds, a webhook and Bob bring three things; two processes at a time are killed at random moments."""
    runtime = Runtime(Database(database_url), MovableClock(START), FEATURES)
    office = open_office(runtime)
    office.customer("Golddex Widgets", owner=ANA, waited=3)
    for number in range(3):
        source(office, word=f"https://news.example/{number}")
    source(office, kind=SourceKind.WEBHOOK, word="")
    dice = random.Random(20261123)  # noqa: S311 - a seed makes a failure repeatable
    for _ in range(3):
        await _live_and_die(database_url, dice)
    post(office)
    assert sorted(row.external_id for row in stored(office)) == ["0", "1", "2"]
    cards = owed(office, "posted")
    assert len(cards) == len({card.body["mention"]["id"] for card in cards}) == 3
    assert len(owed(office, "complaint", to=ANA)) == 3
    assert owed(office, "listed") == []
    assert {shown(office, row.id).sightings for row in stored(office)} == {5}
    runtime.close()


async def _live_and_die(url: str, dice: random.Random) -> None:
    """Two of them, until the first has gone round four times and a little longer."""
    arguments = ("-m", "tests.mentions.collector", url)
    both = [
        await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    for _ in range(4):
        assert both[0].stdout is not None
        assert await both[0].stdout.readline() != b""
    await asyncio.sleep(dice.uniform(0, 0.2))
    for one in both:
        one.kill()
        await one.wait()

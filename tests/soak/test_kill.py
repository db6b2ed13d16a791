"""After repeated kill -9, no message is lost or posted twice."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Callable

import pytest

from bot.core.outbox import DeliveryState
from tests.jobs.mail import open_post_office
from tests.makers import ROOT
from tests.soak.courier import FastClock

pytestmark = pytest.mark.slow

LETTERS_PER_KILL = 10
LONGEST_LIFE_SECONDS = 0.5
BIRTH_SECONDS = 30.0
OPEN = (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNKNOWN)


async def test_killed_couriers_lose_nothing_and_say_nothing_twice(database_url: str, kills: int) -> None:
    """Two couriers at a time are killed at random moments; every letter is in the channel exactly once."""
    dice = random.Random(20261123)  # noqa: S311 - a seed makes a failure repeatable
    async with open_post_office(database_url) as post:
        epoch = FastClock(0).wall()
        arguments = [database_url, post.rehearsal.api_url, post.rehearsal.bot_token, str(epoch)]
        for life in range(kills):
            for number in range(life * LETTERS_PER_KILL, (life + 1) * LETTERS_PER_KILL):
                post.enqueue(f"letter/{number:04}", words=f"Letter {number}.")
            await _live_and_die(arguments, dice, lambda: len(post.messages()))
        last = await _start(arguments)
        try:
            async with asyncio.timeout(120):
                while post.states_in(*OPEN):  # noqa: ASYNC110 - it is another process that moves them
                    await asyncio.sleep(0.05)
        finally:
            last.kill()
            await last.wait()
        said = Counter(message.text for message in post.messages())
        assert said == {f"Letter {number}.": 1 for number in range(kills * LETTERS_PER_KILL)}
        assert set(post.states().values()) == {DeliveryState.SENT}


async def _live_and_die(arguments: list[str], dice: random.Random, said: Callable[[], int]) -> None:
    couriers = [await _start(arguments) for _ in range(2)]
    await _first_sign(said)
    await asyncio.sleep(dice.uniform(0, LONGEST_LIFE_SECONDS))
    for courier in couriers:
        courier.kill()
    for courier in couriers:
        await courier.wait()


async def _first_sign(said: Callable[[], int]) -> None:
    """Wait until a courier has delivered something or has run long enough."""
    before = said()
    for _ in range(int(BIRTH_SECONDS / 0.02)):
        if said() > before:
            return
        await asyncio.sleep(0.02)


async def _start(arguments: list[str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.soak.courier", *arguments, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
    )

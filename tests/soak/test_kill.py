"""After repeated kill -9, with a Slack that fails as well, no message is lost or posted twice."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.core import outbox
from bot.core.outbox import NewNotification
from rehearsal.wire.faults import Faults
from tests.faults.ledger import read_ledger
from tests.faults.stage import Worker
from tests.jobs.mail import PostOffice, Telegram, open_post_office
from tests.makers import ANA, WORKSPACE
from tests.soak.conftest import Soak
from tests.soak.courier import DeliverForEver, FastClock

pytestmark = pytest.mark.slow

CHANNELS = 9
FAULTS_PER_LIFE = 6
CALLS_PER_MESSAGE = 3  # at most, in one life
LONGEST_LIFE_SECONDS = 10.0
TICK_SECONDS = 0.01
STALLED_SECONDS = 120.0  # RETRY_PAUSES are 15 at most
POST = "chat.postMessage"
FAULTS: tuple[Callable[[Faults], None], ...] = (
    lambda faults: faults.drop_before(POST),
    lambda faults: faults.drop_after(POST),
    lambda faults: faults.next(POST, status=500),
    lambda faults: faults.next(POST, status=429, retry_after=1),
    lambda faults: faults.next("conversations.history", status=429, retry_after=1),
    lambda faults: faults.next("conversations.open", status=503),
)


async def test_killed_processes_lose_nothing_and_say_nothing_twice(
    database_url: str, tmp_path: Path, soak: Soak
) -> None:
    """Two processes at a time are killed at random moments; every message is in Slack exactly once."""
    dice = random.Random(20261123)  # noqa: S311 - a seed makes a failure repeatable
    async with open_post_office(database_url) as post:
        channels = [
            post.rehearsal.control.add_channel(f"team-{number}", members=[ANA]).id for number in range(CHANNELS)
        ]
        clock = FastClock(FastClock(0).wall())
        courier = DeliverForEver(database_url, post.rehearsal.api_url, post.rehearsal.bot_token, clock._epoch)
        harm = 0
        for life in range(soak.lives):
            harm += _harm(post.rehearsal.control.faults, dice)
            keys = [f"{life}/{number}" for number in range(soak.messages)]
            post.runtime.run_now(
                _enqueue, workspace=WORKSPACE, keys=keys, to=[*channels, post.general, ANA], now=clock.now()
            )
            await _live_and_die(post, courier, tmp_path, dice.randint(1, CALLS_PER_MESSAGE * soak.messages))
            await post.rehearsal.control.move_to(clock.now())
        post.rehearsal.control.faults.clear()
        last = Worker(courier, tmp_path / "log.txt")
        await _deliver_the_rest(post, clock)
        await last.kill()
        last.close()
        owed = {f"{life}/{number}" for life in range(soak.lives) for number in range(soak.messages)}
        ledger = read_ledger(post.rehearsal, post.runtime.database, owed=owed)
        soak.tell(f"{2 * soak.lives + 1} kills, {harm} faults of Slack: {ledger}")
        ledger.assert_balanced()


async def _deliver_the_rest(post: PostOffice, clock: FastClock) -> None:
    """Wait until nothing is left to deliver, or nothing was delivered for long."""
    stopwatch = post.rehearsal.workspace.clock.stopwatch
    left, since = -1, stopwatch()
    while left and stopwatch() - since < STALLED_SECONDS:
        await asyncio.sleep(0.2)
        waiting = _count_waiting(post)
        if waiting != left:
            await post.rehearsal.control.move_to(clock.now())
            left, since = waiting, stopwatch()


def _enqueue(session: Session, *, keys: list[str], to: list[str], now: object) -> None:
    new = [NewNotification(Telegram(words=key), to[number % len(to)], key) for number, key in enumerate(keys)]
    outbox.enqueue_all(session, new, now=now)


def _harm(faults: Faults, dice: random.Random) -> int:
    """Let some of the next calls fail; return how many."""
    for fail in dice.choices(FAULTS, k=FAULTS_PER_LIFE):
        fail(faults)
    return FAULTS_PER_LIFE


async def _live_and_die(post: PostOffice, courier: DeliverForEver, folder: Path, calls: int) -> None:
    """Let two processes deliver until they have called Slack so often, or nothing is left to do; then kill them."""
    traffic = post.rehearsal.workspace.traffic
    traffic.clear()
    both = [Worker(courier, folder / "log.txt") for _ in range(2)]
    end = post.rehearsal.workspace.clock.stopwatch() + LONGEST_LIFE_SECONDS
    while len(traffic) < calls and post.rehearsal.workspace.clock.stopwatch() < end:
        await asyncio.sleep(TICK_SECONDS)
        if len(traffic) >= calls // 2 and not _count_waiting(post):
            break
    for worker in both:
        await worker.kill()
        worker.close()


def _count_waiting(post: PostOffice) -> int:
    return sum(post.runtime.read_now(outbox.count_waiting, workspace=None).by_state.values())

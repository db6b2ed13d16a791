"""Sockets that die silently, addresses that expire, too many sockets: the bot comes back, and nothing counts twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.process import Bot
from rehearsal.server import Rehearsal
from tests.makers import ANA
from tests.shell.outside import rehearsal, settings

pytestmark = pytest.mark.slow

PATIENCE = 30.0
CONNECT = "apps.connections.open"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[Rehearsal, Bot]]:
    """Run a bot in Socket Mode, with Ana as its only user."""
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon")
        async with Bot(settings(slack, url), run_scheduler=False) as bot:
            await slack.wait_connected(timeout=PATIENCE)
            yield slack, bot


async def works(slack: Rehearsal) -> bool:
    """Return whether a command is answered."""
    return "I remind each owner" in (await slack.control.as_person(ANA).command("/evenhand help")).text


def answers(slack: Rehearsal) -> int:
    """Return how often the bot has answered Ana in a thread."""
    return sum(one.bot_id is not None and one.thread_ts is not None for one in slack.control.as_person(ANA).dm())


def addresses(slack: Rehearsal) -> int:
    """Return how many addresses the bot has asked for."""
    return sum(exchange.name == CONNECT for exchange in slack.workspace.traffic)


async def test_a_socket_that_dies_silently_is_replaced(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ping comes back: the bot opens another socket, and what Slack said into the dead one is answered once."""
    monkeypatch.setattr("bot.slack.socket.PING_SECONDS", 0.3)
    async with connected(sqlite_url) as (slack, _):
        slack.control.silence_sockets()
        [dead] = slack.wire.sockets.connections
        saying = asyncio.create_task(slack.control.as_person(ANA).say(None, "what is due"))
        await slack.workspace.until(lambda _: dead not in slack.wire.sockets.connections, timeout=PATIENCE)
        await slack.wait_connected(timeout=PATIENCE)
        await saying
        await slack.control.move(timedelta(minutes=10))  # in which Slack repeats what wasn't acknowledged
        await slack.workspace.until(lambda _: answers(slack), timeout=PATIENCE)
        await slack.drain()
        assert await works(slack)
        assert answers(slack) == 1


async def test_an_address_that_expired_is_replaced_by_a_new_one(sqlite_url: str) -> None:
    """Slack refuses the socket, and the bot asks for another address."""
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon")
        expired = {"ok": True, "url": f"{slack.url.replace('http', 'ws')}/link?ticket=expired"}
        slack.control.faults.next(CONNECT, content=json.dumps(expired))
        async with Bot(settings(slack, sqlite_url), run_scheduler=False):
            await slack.wait_connected(timeout=PATIENCE)
            assert slack.wire.sockets.refused == 1
            assert addresses(slack) == 2
            assert await works(slack)


async def test_while_an_app_has_too_many_sockets_the_bot_asks_seldom(sqlite_url: str) -> None:
    """Ten others are open: it tries again after 1, 2, 4 … seconds, says that it isn't connected, and comes back."""
    async with connected(sqlite_url) as (slack, bot):
        slack.control.occupy_sockets(10)
        await slack.control.cut_sockets()
        await slack.workspace.until(lambda _: slack.wire.sockets.refused >= 3, timeout=PATIENCE)
        assert addresses(slack) <= 6
        assert len(await bot._find_problems()) <= 1
        slack.control.occupy_sockets(0)
        await slack.wait_connected(timeout=PATIENCE)
        assert await works(slack)
        assert await bot._find_problems() == []

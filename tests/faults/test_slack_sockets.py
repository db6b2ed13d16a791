"""Sockets that die silently, addresses that expire, too many sockets: the bot comes back, and nothing counts twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.core.errors import SettingsError
from bot.process import Bot
from bot.slack.app import TooManyCalls, open_connection
from bot.slack.clients import build_client
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


async def test_a_bot_that_slack_asks_to_wait_begins_with_its_jobs(sqlite_url: str) -> None:
    """Too many processes start at once: this one starts, says that it isn't connected, and connects when it may."""
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon")
        slack.control.faults.next(CONNECT, status=429, retry_after=1)
        async with Bot(settings(slack, sqlite_url), run_scheduler=False) as bot:
            assert slack.wire.sockets.connections == []
            assert "The connection to Slack has been closed" in (await bot._find_problems())[0]
            await slack.wait_connected(timeout=PATIENCE)
            assert addresses(slack) == 2
            assert await works(slack)


@pytest.mark.parametrize("said", [3, None])
async def test_a_bot_asks_for_no_address_before_slack_allows_it(
    sqlite_url: str, said: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long that is: neither the SDK nor who replaces a stuck connection asks meanwhile."""
    monkeypatch.setattr("bot.slack.socket.STUCK_SECONDS", 2.0)
    monkeypatch.setattr("bot.slack.clients.PAUSE_SECONDS", 3.0)
    async with connected(sqlite_url) as (slack, bot):
        asked = addresses(slack)
        for _ in range(2):
            slack.control.faults.next(CONNECT, status=429, retry_after=said)
        since = slack.workspace.clock.stopwatch()
        await slack.control.cut_sockets()
        await slack.workspace.until(lambda _: addresses(slack) > asked, timeout=PATIENCE)
        await slack.wait_connected(timeout=PATIENCE)
        assert slack.workspace.clock.stopwatch() - since >= 2 * 3
        assert addresses(slack) - asked == 3
        assert await works(slack)
        assert await bot._find_problems() == []


async def test_too_many_calls_are_a_sentence_with_the_seconds_to_wait() -> None:
    """`evenhand doctor` and `evenhand rotate-token` say it; a refused token reads otherwise."""
    async with rehearsal() as slack:
        client = build_client(token=slack.bot_token, api_url=slack.api_url)
        slack.control.faults.next(CONNECT, status=429, retry_after=7)
        with pytest.raises(TooManyCalls, match=r"^Slack asks to wait for 7 s, .* try again then\.$"):
            await open_connection(client, slack.app_token)
        with pytest.raises(SettingsError, match="Slack refuses SLACK_APP_TOKEN"):
            await open_connection(client, "xapp-none")


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

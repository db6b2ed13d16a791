"""Connections to Slack are kept while the bot runs, so that each message doesn't open one of its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.process import Bot
from bot.slack.clients import SlackClient, build_client
from tests.shell.outside import rehearsal, settings

CALLS = 5


@dataclass
class Slack:
    """Answers every call, and notes from which port and with which cookies it came."""

    ports: list[int] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    closes: bool = False
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Say yes; where it *closes*, close the connection after that."""
        assert request.transport
        self.ports.append(request.transport.get_extra_info("peername")[1])
        self.cookies.append(request.headers.get("Cookie", ""))
        response = web.json_response({"ok": True, "ts": "1.5"})
        response.set_cookie("d", "somebody's")
        if self.closes:
            response.force_close()
        return response


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """Serve a Slack."""
    one = Slack()
    site = web.Application()
    site.router.add_post("/api/{method}", one.answer)
    async with TestServer(site) as server:
        one.url = str(server.make_url("/api/"))
        yield one


@pytest.fixture
async def client(slack: Slack) -> AsyncIterator[SlackClient]:
    """Return the bot's client of that Slack; its connections are closed at the end."""
    one = build_client(token="xoxb-1", api_url=slack.url)
    yield one
    await one.close()


async def post(client: SlackClient) -> None:
    """Post some messages, one after the other."""
    for _ in range(CALLS):
        await client.api_call("chat.postMessage", json={"channel": "C1", "text": "Good morning."})


async def test_messages_share_a_connection(slack: Slack, client: SlackClient) -> None:
    """The second one needs no new connection; before, and once they are closed, each call opens its own."""
    await post(client)
    client.keep_connections()
    await post(client)
    await client.close()
    await post(client)
    before, kept, after = (slack.ports[start : start + CALLS] for start in range(0, 3 * CALLS, CALLS))
    assert (len(set(before)), len(set(kept)), len(set(after))) == (CALLS, 1, CALLS)


async def test_a_connection_that_slack_closes_isnt_used_again(slack: Slack, client: SlackClient) -> None:
    """The next message goes over a new one, without an error."""
    client.keep_connections()
    slack.closes = True
    await post(client)
    assert len(set(slack.ports)) == CALLS


async def test_no_cookie_is_sent_back(slack: Slack, client: SlackClient) -> None:
    """What Slack's servers set isn't kept with the connections."""
    client.keep_connections()
    await post(client)
    assert set(slack.cookies) == {""}


async def test_the_bot_keeps_them_while_it_runs(sqlite_url: str) -> None:
    """Its calls share connections, which are closed when it stops."""
    async with rehearsal() as slack:
        async with Bot(settings(slack, sqlite_url), run_scheduler=False) as bot:
            session = bot.client.session
            assert isinstance(session, aiohttp.ClientSession)
            assert not session.closed
        assert session.closed

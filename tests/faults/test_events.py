"""What an event does is stored before it is acknowledged: after kill -9 Slack sends it again, and it counts once."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from bot.conversations.tables import Proposal
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.slack.app import build_app
from bot.slack.callers import PATIENCE_SECONDS, Caller
from bot.slack.clients import build_client
from bot.slack.listeners import Listeners
from bot.slack.socket import SlackSocket
from rehearsal.server import Rehearsal
from tests.faults.processes import running
from tests.makers import ANA, START, Office
from tests.shell.outside import rehearsal

SAID = 6


@pytest.mark.slow
@pytest.mark.parametrize("acknowledged", [1, SAID // 2])
async def test_what_was_said_is_there_after_kill_9(database_url: str, tmp_path: Path, acknowledged: int) -> None:
    """The bot is killed as the first, or the third, of six messages is acknowledged: each becomes one proposal."""
    office = Office(Runtime(Database(database_url), MovableClock(START)))
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon", email="ana@example.test")
        async with running(slack, database_url, tmp_path) as process:
            office.customer("Acme", owner=ANA)
            ana = slack.control.as_person(ANA)
            await ana.say(None, "talked to Acme, warm up")
            saying = [asyncio.create_task(ana.say(None, f"talked to Acme, number {one}")) for one in range(SAID)]
            waiting = set(saying)
            while SAID - len(waiting) < acknowledged:
                _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            process.kill()
            await process.wait()
            await asyncio.gather(*saying)
        late = _acknowledged(slack, slower_than=PATIENCE_SECONDS)  # on a busy machine
        arrived = _acknowledged(slack) - late
        stored = office.look(_words)
        assert {word: stored[word] for word in arrived} == dict.fromkeys(arrived, 1)
        async with running(slack, database_url, tmp_path):
            for minutes in (1, 5):
                await slack.control.move(timedelta(minutes=minutes))
            wanted = {"warm up", *(f"number {one}" for one in range(SAID))} - late
            await slack.workspace.until(lambda _: wanted <= office.look(_words).keys(), timeout=60)
        assert set(office.look(_words).values()) == {1}
    office.runtime.close()


def _acknowledged(slack: Rehearsal, slower_than: float = 0) -> set[str]:
    """Return what was said in the messages whose event was acknowledged, after so many seconds."""
    events = [exchange for exchange in slack.workspace.traffic if exchange.name == "event message"]
    is_late = {id(one): float(one.summary.partition(" ms")[0]) >= slower_than * 1000 for one in events}
    said = [exchange.body["event"] for exchange in events if not exchange.problem and is_late[id(exchange)]]
    return {str(event["text"]).partition(", ")[2] for event in said if event["user"] == ANA}


def _words(session: Session) -> Counter[str]:
    return Counter(session.exec(select(Proposal.words)).all())


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 3])
async def test_an_event_comes_again_while_the_database_is_away(sqlite_url: str, times: int) -> None:
    """It isn't acknowledged, so Slack repeats it at once, after one minute and after five; then it is, once."""
    heard: list[str] = []

    async def hear(caller: Caller) -> None:
        heard.append(str(caller.body["event"]["text"]))
        if len(heard) <= times:
            raise OperationalError("SELECT 1", {}, Exception("the database is away"))

    async with rehearsal() as slack, _listening(slack, sqlite_url, hear):
        await slack.control.as_person(ANA).say(None, "hello")
        for minutes in (1, 5):
            await slack.control.move(timedelta(minutes=minutes))
    assert heard == ["hello"] * (times + 1)


async def test_an_error_of_the_bot_itself_isnt_repeated(sqlite_url: str) -> None:
    """Slack's repeating wouldn't mend it."""
    heard: list[str] = []

    async def hear(caller: Caller) -> None:
        heard.append("")
        raise ValueError(caller.person)

    async with rehearsal() as slack, _listening(slack, sqlite_url, hear):
        await slack.control.as_person(ANA).say(None, "hello")
        await slack.control.move(timedelta(minutes=10))
    assert heard == [""]


async def test_an_event_that_takes_long_is_acknowledged_in_time(sqlite_url: str) -> None:
    """After its patience it is acknowledged all the same, goes on, and doesn't come again."""
    heard: list[str] = []
    going = asyncio.Event()

    async def hear(_caller: Caller) -> None:
        await going.wait()
        heard.append("done")

    async with rehearsal() as slack, _listening(slack, sqlite_url, hear, patience=0.05):
        await slack.control.as_person(ANA).say(None, "hello")
        assert heard == []
        going.set()
        await slack.control.move(timedelta(minutes=10))
    assert heard == ["done"]
    assert _acknowledged(slack) == {""}


class _listening:  # noqa: N801 - reads as the context manager that it is
    """A small app with one listener of messages, connected to *slack* by Socket Mode."""

    def __init__(self, slack: Rehearsal, url: str, hear: Any, **patience: float) -> None:
        slack.control.add_person("ana", id=ANA, tz="Europe/Lisbon", email="ana@example.test")
        self._slack, self._runtime = slack, Runtime(Database(url), MovableClock(START))
        self._client = build_client(token=slack.bot_token, api_url=slack.api_url)
        app: AsyncApp = build_app(client=self._client, runtime=self._runtime, features=())
        app._async_listeners.clear()
        Listeners(app, self._runtime, **patience).event("message", hear)
        self._socket = SlackSocket(
            app, client=self._client, app_token=slack.app_token, stopwatch=self._runtime.clock.monotonic
        )

    async def __aenter__(self) -> None:
        address = (await self._client.apps_connections_open(app_token=self._slack.app_token))["url"]
        await self._socket.start(address)
        await self._slack.wait_connected()

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()
        self._runtime.close()

"""Whatever comes in at a door is answered: no server error, no uncaught exception, nothing half stored."""

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp import web
from hypothesis import strategies as st
from sqlmodel import SQLModel
from typer.testing import CliRunner

from bot import cli
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.errors import BotError
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.mentions.rules.sources import SourceKind
from bot.slack.app import build_app
from bot.slack.clients import build_client
from bot.slack.socket import SlackSocket
from bot.web import build_runner, build_web, close, listen
from tests.conftest import MONDAY
from tests.doors.conftest import Inputs
from tests.doors.strange import BODIES, TEXTS, VALUES, as_request, names, payloads
from tests.makers import ANA, Office, open_office
from tests.mentions.helpers import source
from tests.shell.outside import APP_TOKEN, BOT_TOKEN, clean_environment
from tests.shell.test_web import SECRET, sign

pytestmark = pytest.mark.slow

HOST = "127.0.0.1"


@dataclass
class Doors:
    """The bot with HTTP and a socket, and a Slack that says yes to everything."""

    loop: asyncio.Runner
    office: Office
    address: str
    url: str
    session: aiohttp.ClientSession
    socket: SlackSocket
    listened_to: dict[str, list[str]]

    def post(self, path: str, body: bytes, **headers: str) -> int:
        """Return the status of the answer to *body*."""
        return self.loop.run(self._post(path, body, headers))

    async def _post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        async with self.session.post(self.address + path, data=body, headers=headers) as response:
            await response.read()
            return response.status

    def receive(self, envelope: Any) -> None:
        """Let something come in by Socket Mode."""
        self.loop.run(self._receive(envelope))

    async def _receive(self, envelope: Any) -> None:
        client = self.socket._new_client()
        client.send_message = _say_nothing  # type: ignore[method-assign]  # there is no connection
        await client.message_queue.put(envelope)
        await client.process_message()
        await asyncio.gather(*client._handling)
        await client.close()  # type: ignore[no-untyped-call]
        await self.office.runtime.drain()


async def _say_nothing(_message: str) -> None:
    return None


async def _yes(_request: web.Request) -> web.Response:
    said = {"ok": True, "view": {"id": "V1"}, "channel": {"id": "D1"}, "ts": "1.1", "bot_id": "B1", "user_id": "U0BOT"}
    return web.json_response({**said, "team_id": "T0EVENHAND", "messages": [], "user": {"id": ANA}})


@pytest.fixture
def doors(database_url: str) -> Iterator[Doors]:
    """Open the doors."""
    with asyncio.Runner() as loop:
        yield from _open(loop, database_url)


def _open(loop: asyncio.Runner, url: str) -> Iterator[Doors]:
    runtime = Runtime(Database(url), MovableClock(MONDAY), FEATURES)
    office = open_office(runtime)
    office.customer("Acme", owner=ANA, waited=40)

    async def start() -> tuple[Doors, list[web.AppRunner], list[asyncio.Server]]:
        yes = web.Application()
        yes.router.add_route("*", "/{tail:.*}", _yes)
        slack, servers = build_runner(yes, shutdown_timeout=1), []
        servers.append(await listen(slack, HOST, 0))
        there = f"http://{HOST}:{servers[0].sockets[0].getsockname()[1]}/"
        client = build_client(token=BOT_TOKEN, api_url=there)
        app = build_app(client=client, runtime=runtime, features=FEATURES)
        site = build_runner(build_web(app, runtime, SECRET), shutdown_timeout=1)
        servers.append(await listen(site, HOST, 0))
        here = f"http://{HOST}:{servers[1].sockets[0].getsockname()[1]}"
        socket = SlackSocket(app, client=client, app_token=APP_TOKEN, stopwatch=time.monotonic)
        session = aiohttp.ClientSession()
        return Doors(loop, office, here, there, session, socket, dict(names(runtime))), [slack, site], servers

    made, runners, servers = loop.run(start())
    yield made
    loop.run(made.session.close())
    for runner, server in zip(runners, servers, strict=True):
        loop.run(close(runner, server))
    loop.run(runtime.drain())
    runtime.close()


@pytest.fixture(autouse=True)
def nothing_escapes(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail the test when a library logged an exception that nobody caught."""
    yield
    escaped = [record for record in caplog.records if record.levelno >= logging.ERROR and record.name != "root"]
    assert [record.getMessage()[:300] for record in escaped if record.name.startswith(("asyncio", "aiohttp"))] == []


def test_slack_over_http(doors: Doors, inputs: Inputs) -> None:
    """Nearly right payloads, and bodies that aren't Slack's; without a signature nothing is stored."""
    before = _count_rows(doors.office)

    @inputs.each(100, payloads(doors.listened_to, doors.url))
    def unsigned(payload: dict[str, Any]) -> None:
        assert _send(doors, *as_request(payload), signed=False) == 401

    assert _count_rows(doors.office) == before

    @inputs.each(200, payloads(doors.listened_to, doors.url))
    def signed(payload: dict[str, Any]) -> None:
        assert _send(doors, *as_request(payload), signed=True) in {200, 400, 404}

    @inputs.each(
        100, BODIES, st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/plain", "x"])
    )
    def of_others(body: bytes, kind: str) -> None:
        assert _send(doors, body, kind, signed=True) in {200, 400, 404}

    assert _send(doors, *as_request(HELP), signed=True) == 200
    _assert_whole(doors.office)


HELP = {"command": "/evenhand", "text": "help", "user_id": ANA, "team_id": "T0EVENHAND", "channel_id": "C1"}


def _send(doors: Doors, body: bytes, kind: str, *, signed: bool) -> int:
    stamp = str(int(time.time()))  # noqa: TID251 - what Slack does
    signature = sign(body, stamp) if signed else "v0=" + "0" * 64
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": kind}
    return doors.post("/slack/events", body, **headers)


def _count_rows(office: Office) -> dict[str, int]:
    """Return the number of rows of each table."""
    with office.runtime.database.engine.connect() as connection:
        tables = SQLModel.metadata.tables.items()
        return {name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for name, table in tables}


def _assert_whole(office: Office) -> None:
    """Require that the features' own checks, and the database's, find nothing wrong."""
    now = office.runtime.clock.now()
    for feature in FEATURES:
        if feature.check:
            check = feature.check
            wrong = office.look(lambda session, check=check: check(session, now))
            assert list(wrong) == []
    if office.runtime.database.dialect == "sqlite":
        with office.runtime.database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_envelopes_of_socket_mode(doors: Doors, inputs: Inputs) -> None:
    """Each message of the socket is handled, whatever it is."""
    kinds = st.sampled_from(["events_api", "interactive", "slash_commands", "hello", "nonsense"])

    @inputs.each(200, payloads(doors.listened_to, doors.url), kinds, st.one_of(TEXTS, st.integers()))
    def nearly_right(payload: dict[str, Any], kind: str, envelope_id: Any) -> None:
        doors.receive(json.dumps({"type": kind, "envelope_id": envelope_id, "payload": payload}))

    @inputs.each(100, st.one_of(st.text(), VALUES.map(json.dumps), st.just('{"payload": ['), st.just("[" * 100_000)))
    def of_others(message: str) -> None:
        if '"disconnect"' not in message:
            doors.receive(message)

    _assert_whole(doors.office)


def test_webhooks(doors: Doors, inputs: Inputs, monkeypatch: pytest.MonkeyPatch) -> None:
    """What services send, nearly: kept or refused with a sentence."""
    monkeypatch.setattr("bot.mentions.listeners.adding.RateLimit.seconds_to_wait", lambda _self, _source: 0)
    tokens = {kind: _token(doors.office, kind) for kind in (SourceKind.WEBHOOK, SourceKind.OCTOLENS, SourceKind.SYFTEN)}
    items = st.fixed_dictionaries(
        {}, optional={"url": TEXTS, "words": TEXTS, "author": VALUES, "id": VALUES, "date": VALUES}
    )
    wrapped = st.sampled_from(["items", "data", "results"])

    @inputs.each(
        200,
        st.sampled_from(sorted(tokens.values())),
        st.one_of(BODIES, st.builds(lambda key, one: json.dumps({key: [one]}).encode(), wrapped, items)),
    )
    def sent(token: str, body: bytes) -> None:
        assert doors.post(f"/hooks/{token}", body) in {200, 400, 401}

    _assert_whole(doors.office)


def _token(office: Office, kind: SourceKind) -> str:
    source(office, kind=kind, word="")
    query = sa.text("SELECT token FROM mention_sources WHERE token IS NOT NULL ORDER BY added_at DESC, id DESC LIMIT 1")
    with office.runtime.database.engine.connect() as connection:
        return str(connection.scalar(query))


CELLS = st.one_of(
    TEXTS, st.sampled_from(["Acme", "Company", "Name", "2026-11-23", "31/12/2025", "1,000", "ana@x.example"])
)


@st.composite
def lists(draw: st.DrawFn) -> bytes:
    """Return a list of customers with strange cells, or bytes that are none."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=300))
    rows = draw(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=6))
    heading = draw(st.sampled_from(["Company,Owner,Last contact,Revenue,Tags", "Firma;Telefon", "Name\tStatus", ""]))
    separator = draw(st.sampled_from(list(",;\t|")))
    text = "\n".join([heading, *(separator.join(row) for row in rows)])
    return text.encode(draw(st.sampled_from(["utf-8", "utf-16", "cp1252"])), errors="replace")


def test_lists_and_the_command_line(tmp_path: Path, database_url: str, inputs: Inputs) -> None:
    """`evenhand import` and the other commands end with 0, or with 1 or 2, a sentence and nothing changed."""
    with closing(Runtime(Database(database_url), MovableClock(MONDAY), FEATURES)) as runtime:
        _type_commands(open_office(runtime), tmp_path, database_url, inputs)


def _can_be_typed(word: str) -> bool:
    """Return whether a shell can hand over *word*, and it leads to no file outside the folder."""
    try:
        return not {"\0", "/"} & set(word) and word.encode(errors="surrogateescape") is not None
    except UnicodeEncodeError:
        return False


def _type_commands(office: Office, tmp_path: Path, url: str, inputs: Inputs) -> None:
    path = tmp_path / "list.csv"

    def run(*words: str) -> None:
        before = _count_rows(office)
        with clean_environment(tmp_path, DATABASE_URL=url, LOG_LEVEL="error"):
            result = CliRunner().invoke(cli.app, list(words), input="")
        assert result.exception is None or isinstance(result.exception, (BotError, SystemExit)), words
        if result.exit_code:
            assert result.stderr.strip() or str(result.exception), words
            assert _count_rows(office) == before, words

    @inputs.each(70, lists(), st.sampled_from(["import", "mentions"]), st.booleans())
    def files(content: bytes, command: str, dry: bool) -> None:
        path.write_bytes(content)
        run(command, str(path), *(["--dry-run"] if dry else []))

    safe = st.sampled_from(["import", "mentions", "export", "erase", "doctor", "backup", "restore", "migrate"])
    options = st.one_of(
        TEXTS, st.sampled_from(["--undo", "--resume", "--map", "--customer", "--person", "--yes", "--json"])
    )

    @inputs.each(30, safe, st.lists(options.filter(_can_be_typed), max_size=4))
    def words(command: str, more: list[str]) -> None:
        run(command, *more)

    _assert_whole(office)

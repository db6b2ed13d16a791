"""HTTP: only signed requests are accepted, malformed ones don't break the bot, and its health can be checked."""

import asyncio
import gc
import gzip
import hmac
import io
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import structlog
from aiohttp.test_utils import TestServer
from sqlmodel import Session

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.heartbeats import begin_run, end_run
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.slack.app import OUTDATED, build_app
from bot.slack.clients import build_client
from bot.web import MAX_BODY_BYTES, SLACK_PATH, build_web, is_signed
from jobs.runner import Job
from tests.conftest import MONDAY
from tests.makers import ANA, WORKSPACE, open_office
from tests.shell.outside import BOT_TOKEN

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = "application/x-www-form-urlencoded"


class Site:
    """The bot's web server on a real port, and signed requests to it."""

    def __init__(self, server: TestServer, session: aiohttp.ClientSession, runtime: Runtime) -> None:
        self.server, self.session, self.runtime = server, session, runtime

    async def get(self, path: str) -> tuple[int, Any]:
        """Return status and JSON of a page."""
        async with self.session.get(self.server.make_url(path)) as response:
            return response.status, await response.json()

    async def post(self, body: bytes, *, kind: str = FORM, **headers: str) -> tuple[int, str]:
        """Return status and text of the response to *body*, signed with the current time unless *headers* are given."""
        stamp = str(int(time.time()))  # noqa: TID251 - what Slack does
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(body, stamp), "Content-Type": kind}
        url = self.server.make_url(SLACK_PATH)
        async with self.session.post(url, data=io.BytesIO(body), headers={**signed, **headers}) as response:
            return response.status, await response.text()


def sign(body: bytes, stamp: str, secret: str = SECRET) -> str:
    """Return Slack's signature of a request."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, sha256).hexdigest()


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    """Run the bot with HTTP, with the office in its database and without Slack."""
    runtime = Runtime(Database(sqlite_url), MovableClock(MONDAY), FEATURES)
    open_office(runtime)
    app = build_app(client=_client(), runtime=runtime, features=FEATURES)
    app._async_middleware_list = [
        middleware for middleware in app._async_middleware_list if "Authorization" not in type(middleware).__name__
    ]
    async with (
        TestServer(build_web(app, runtime, SECRET)) as server,
        aiohttp.ClientSession(auto_decompress=False) as session,
    ):
        yield Site(server, session, runtime)
    await runtime.drain()
    runtime.close()


def _client() -> Any:
    return build_client(token=BOT_TOKEN, api_url="http://127.0.0.1:9/api/")


def _help() -> bytes:
    words = {"command": "/evenhand", "text": "help", "user_id": ANA, "team_id": WORKSPACE, "channel_id": "C1"}
    return urlencode({**words, "response_url": "http://127.0.0.1:9/", "trigger_id": "1.2.3"}).encode()


async def test_a_signed_command_is_answered(site: Site) -> None:
    """A signed request gets the bot's answer in the response."""
    status, text = await site.post(_help())
    assert status == 200
    assert json.loads(text)["response_type"] == "ephemeral"


def _stamp(seconds: int) -> str:
    return str(int(time.time()) + seconds)  # noqa: TID251 - what Slack does


@pytest.mark.parametrize("seconds", [-301, 301, -10_000_000])
async def test_what_is_too_old_or_from_the_future_is_turned_away(site: Site, seconds: int) -> None:
    """A recorded request can't be replayed, although its signature is valid."""
    stamp = _stamp(seconds)
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(_help(), stamp)}
    assert (await site.post(_help(), **headers))[0] == 401


@pytest.mark.parametrize("seconds", [-290, 290])
async def test_clocks_may_differ_a_little(site: Site, seconds: int) -> None:
    """A signature is valid within five minutes."""
    stamp = _stamp(seconds)
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(_help(), stamp)}
    assert (await site.post(_help(), **headers))[0] == 200


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "1e9", "0x10", "²", "١٢٣", "9" * 400, "1.5", " 1"])
async def test_a_timestamp_that_is_none_is_turned_away(site: Site, stamp: str) -> None:
    """An invalid timestamp gets a sentence, not a server error."""
    quoted = stamp.encode("utf-8").decode("latin-1")
    status, text = await site.post(_help(), **{"X-Slack-Request-Timestamp": quoted})
    assert (status, json.loads(text)["error"].endswith(".")) == (401, True)


@pytest.mark.parametrize("signature", ["", "v0=", "v0=ünlock", "v0=" + "0" * 64, "\xff", "v1=" + "a" * 64])
async def test_a_wrong_signature_is_turned_away(site: Site, signature: str) -> None:
    """Only Slack's secret is accepted."""
    assert (await site.post(_help(), **{"X-Slack-Signature": signature}))[0] == 401


async def test_another_secret_or_another_body_is_turned_away(site: Site) -> None:
    """A signature is valid for one secret and one exact body."""
    stamp = _stamp(0)
    for signature in (sign(_help(), stamp, "another"), sign(_help() + b"&text=x", stamp), sign(_help(), "1")):
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        assert (await site.post(_help(), **headers))[0] == 401


def test_the_guard_looks_at_raw_bytes() -> None:
    """The signature is checked over raw bytes, even if they aren't text."""
    body = b"\xff\xfe\x00"
    assert is_signed(secret=SECRET, timestamp="100", signature=sign(body, "100"), body=body, now=100.0)
    assert not is_signed(secret=SECRET, timestamp="100", signature=sign(body, "100"), body=body + b"\0", now=100.0)


STRANGE = [
    (b"\xff\xfe\x00", FORM),
    (b"payload=x", FORM),
    (b"payload=%7B", FORM),
    (b"payload=", FORM),
    (b"payload=3", FORM),
    (b"payload=null", FORM),
    (b"payload=%5B%5D", FORM),
    (b"payload=%FF", FORM),
    (b"%", FORM),
    (b"", FORM),
    (b"", "application/json"),
    (b"x", "application/json"),
    (b"[]", "application/json"),
    (b"null", "application/json"),
    (b'"x"', "application/json"),
    (b"[" * 20_000, "application/json"),
    (b'{"type": 3, "event": 4}', "application/json"),
    (b'{"type": "event_callback"}', "application/json"),
    (b'{"type": "event_callback", "event": []}', "application/json"),
    (b"command=3", FORM),
    (b"command=/evenhand", FORM),
    (b'payload={"type": "block_actions"}', FORM),
    (b'payload={"type": "block_actions", "actions": 3}', FORM),
    (b'payload={"type": "view_submission", "view": "x"}', FORM),
    (b"{}", "text/plain"),
    (b"{}", "application/json; charset=nonsense"),
]


@pytest.mark.parametrize(("body", "kind"), STRANGE)
async def test_a_strange_body_is_answered_without_a_crash(site: Site, body: bytes, kind: str) -> None:
    """A signed but malformed body gets a client error, and the bot goes on."""
    status, _ = await site.post(body, kind=kind)
    assert status in {200, 400, 404}
    assert (await site.post(_help()))[0] == 200


async def test_a_huge_body_is_refused(site: Site) -> None:
    """More than a megabyte gets 413, even if they are compressed."""
    assert (await site.post(b"x" * (MAX_BODY_BYTES + 1)))[0] == 413
    packed = gzip.compress(b"x" * (MAX_BODY_BYTES + 1))
    assert (await site.post(packed, **{"Content-Encoding": "gzip"}))[0] in {400, 413}


async def test_slack_can_verify_the_address(site: Site) -> None:
    """The challenge for a new request URL is returned."""
    body = json.dumps({"type": "url_verification", "challenge": "here-we-are"}).encode()
    status, text = await site.post(body, kind="application/json")
    assert status == 200
    assert "here-we-are" in text


UNHEARD = [
    {"type": "block_actions", "actions": [{"action_id": "of.old", "block_id": "b", "type": "button"}]},
    {"type": "view_submission", "view": {"callback_id": "of.old", "type": "modal", "state": {"values": {}}}},
    {"type": "view_closed", "view": {"callback_id": "of.old", "type": "modal"}},
    {"type": "block_suggestion", "action_id": "of.old", "block_id": "b", "value": "x"},
    {"type": "shortcut", "callback_id": "of.old"},
    {"type": "message_action", "callback_id": "of.old", "message": {}},
]


@pytest.mark.parametrize("payload", UNHEARD, ids=lambda payload: payload["type"])
async def test_what_an_older_version_drew_is_still_answered(site: Site, payload: dict[str, Any]) -> None:
    """A button of an older version gets an answer."""
    who = {"user": {"id": ANA, "team_id": WORKSPACE}, "team": {"id": WORKSPACE}}
    body = urlencode({"payload": json.dumps({**payload, **who})}).encode()
    status, text = await site.post(body)
    assert status == 200
    assert (json.loads(text) if text else {}) == ({"options": []} if payload["type"] == "block_suggestion" else {})
    assert OUTDATED.endswith(".")


@pytest.mark.slow
async def test_an_error_after_an_acknowledgement_leaves_nothing_behind(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """The address for answers can't be reached: that is logged, and no task is left with an error nobody saw."""
    who = {"user": {"id": ANA, "team_id": WORKSPACE}, "team": {"id": WORKSPACE}, "response_url": "http://127.0.0.1:9/"}
    body = urlencode({"payload": json.dumps({**UNHEARD[0], **who})}).encode()
    with structlog.testing.capture_logs() as lines:
        assert (await site.post(body))[0] == 200
        for _ in range(200):
            if lines:
                break
            await asyncio.sleep(0.02)
    assert [line["event"] for line in lines] == ["listener.failed"]
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


async def test_an_event_that_nobody_listens_to_is_acknowledged(site: Site) -> None:
    """Slack would otherwise retry it and then disable events."""
    event = {"type": "event_callback", "team_id": WORKSPACE, "event": {"type": "reaction_added", "user": ANA}}
    assert (await site.post(json.dumps(event).encode(), kind="application/json"))[0] == 200


async def test_alive_and_ready(site: Site) -> None:
    """The health checks report that the bot is alive and ready."""
    assert await site.get("/healthz") == (200, {"alive": True})
    assert await site.get("/readyz") == (200, {"ready": True, "problems": [], "warnings": []})


async def test_a_job_that_keeps_failing_is_named(site: Site) -> None:
    """One failure is no problem; five in a row are reported with the job's name."""

    def fail(session: Session, *, now: Any) -> None:
        fence = begin_run(session, name="post_digests", lease=Job.lease, now=now)
        assert fence is not None
        end_run(session, name="post_digests", fence=fence, error="Slack is away", now=now)

    for _ in range(4):
        await site.runtime.run(fail, workspace=None)
    assert (await site.get("/readyz"))[0] == 200
    await site.runtime.run(fail, workspace=None)
    status, body = await site.get("/readyz")
    assert status == 503
    assert body["ready"] is False
    assert body["problems"] == ["The job post_digests keeps failing; the log says why (job.failed)."]


async def test_a_job_that_hangs_is_named(site: Site) -> None:
    """One that runs for a quarter of an hour is reported until it has ended."""
    begun: dict[str, Any] = {"name": "collect_mentions", "lease": Job.lease}
    fence = await site.runtime.run(begin_run, workspace=None, **begun)
    assert (await site.get("/readyz"))[0] == 200
    site.runtime.clock.move(timedelta(minutes=15))  # type: ignore[attr-defined]
    status, body = await site.get("/readyz")
    assert status == 503
    assert body["problems"] == ["The job collect_mentions has run since 23 Nov 09:00 UTC; restart the bot if it hangs."]
    await site.runtime.run(end_run, workspace=None, name="collect_mentions", fence=fence, error=None)
    assert (await site.get("/readyz"))[0] == 200


async def test_a_database_that_is_behind_is_named(site: Site) -> None:
    """An old database is reported differently from an unreachable one."""
    with site.runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
        connection.exec_driver_sql("DROP TABLE job_runs")
    status, body = await site.get("/readyz")
    assert (status, body["problems"]) == (503, ["The database isn't at the newest version; run `evenhand migrate`."])


async def test_a_database_that_is_away_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the database doesn't answer, the health check still does."""
    away = Database("postgresql+psycopg://evenhand:hushhush@127.0.0.1:9/evenhand?connect_timeout=2")
    monkeypatch.setattr(site.runtime, "database", away)
    async with asyncio.timeout(20):
        status, body = await site.get("/readyz")
    assert status == 503
    assert body["problems"] == ["The database doesn't answer (OperationalError); check that it is running."]
    assert await site.get("/healthz") == (200, {"alive": True})


async def test_in_socket_mode_nobody_can_call_in(sqlite_url: str) -> None:
    """With Socket Mode there is no route for Slack's requests."""
    runtime = Runtime(Database(sqlite_url), MovableClock(MONDAY), FEATURES)
    async with TestServer(build_web(None, runtime, None)) as server, aiohttp.ClientSession() as session:
        async with session.post(server.make_url(SLACK_PATH), data=_help()) as response:
            assert response.status == 404
        async with session.get(server.make_url("/readyz")) as response:
            assert response.status == 200
    runtime.close()

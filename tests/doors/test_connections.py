"""Slow senders and too many connections don't stop the bot; what isn't HTTP gets a 400 and no stack trace."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import aiohttp
import pytest
from aiohttp import web

from bot.connections import LimitedConnections
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.web import build_runner, build_web, listen
from tests.conftest import MONDAY

HALF_OPEN = 1100
HOST = "127.0.0.1"


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process have three thousand open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 3000)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
async def runner(sqlite_url: str) -> AsyncIterator[web.AppRunner]:
    """Return the runner of the bot's web application, which isn't started."""
    runtime = Runtime(Database(sqlite_url), MovableClock(MONDAY), FEATURES)
    runner = build_runner(build_web(None, runtime, None), shutdown_timeout=1)
    yield runner
    await runner.cleanup()
    runtime.close()


async def alive(port: int) -> int:
    """Return the status of a health check over a new connection."""
    timeout = aiohttp.ClientTimeout(total=10)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(f"http://{HOST}:{port}/healthz") as answer,
    ):
        return answer.status


async def answer_to(port: int, sent: bytes) -> bytes:
    """Send bytes, and return what comes back until the connection is closed."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(sent)
    try:
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def port_of(server: asyncio.Server) -> int:
    """Return the port that a server listens at."""
    port: int = server.sockets[0].getsockname()[1]
    return port


@pytest.mark.usefixtures("many_files")
async def test_half_open_connections_dont_stop_the_bot(runner: web.AppRunner) -> None:
    """Eleven hundred that never finish their headers: others are answered, and few of them stay."""
    server = await listen(runner, HOST, 0)
    port = port_of(server)
    opened = []
    for _ in range(HALF_OPEN):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\n")
        opened.append((reader, writer))
    assert await alive(port) == 200
    cut = [reader for reader, _ in opened[:-256] if await _is_cut(reader)]
    assert len(cut) == HALF_OPEN - 256
    for _, writer in opened:
        writer.close()
    server.close()


async def _is_cut(reader: asyncio.StreamReader) -> bool:
    with suppress(ConnectionError):
        return await asyncio.wait_for(reader.read(1), 10) == b""
    return True


async def test_who_sends_headers_too_slowly_is_cut(runner: web.AppRunner) -> None:
    """However often a byte comes; a connection that was used before may wait for longer."""
    await runner.setup()
    assert runner.server
    limited = LimitedConnections(runner.server, head_seconds=0.3)
    server = await asyncio.get_running_loop().create_server(limited, HOST, 0)
    port = port_of(server)
    used, user = await asyncio.open_connection(HOST, port)
    user.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await used.readline()).startswith(b"HTTP/1.1 200")
    reader, writer = await asyncio.open_connection(HOST, port)
    dripping = asyncio.create_task(_drip(writer))
    assert await _is_cut(reader)
    dripping.cancel()
    user.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await used.readuntil(b"HTTP/1.1 200")
    assert len(limited) == 1
    for one in (writer, user):
        one.close()
    server.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET / HTTP/1.1\r\nX: ")
    while True:
        writer.write(b"a")
        await asyncio.sleep(0.02)


async def test_who_sends_a_body_too_slowly_gets_408(runner: web.AppRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is closed with it."""
    monkeypatch.setattr("bot.web.BODY_SECONDS", 0.1)
    server = await listen(runner, HOST, 0)
    said = await answer_to(port_of(server), b"POST /hooks/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
    assert said.startswith(b"HTTP/1.1 408")
    assert b"The body took too long to arrive." in said
    server.close()


GARBAGE = (
    b"\x00\xff\x00\r\n\r\n",
    b"GET\r\n\r\n",
    b"POST /slack/events HTTP/9.9\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
    b"POST /hooks/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /hooks/x HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
)


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_what_isnt_http_gets_a_400(
    runner: web.AppRunner, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """No stack trace goes out or into the log, and the next request is answered."""
    server = await listen(runner, HOST, 0)
    said = await answer_to(port_of(server), garbage)
    assert said[:12] in {b"HTTP/1.0 400", b"HTTP/1.1 400", b""}
    assert b"Traceback" not in said
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    assert await alive(port_of(server)) == 200
    server.close()

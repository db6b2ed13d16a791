"""A server that stops leaves no connection open, not even one that arrived a moment ago."""

import asyncio
import socket

import pytest
from aiohttp import web

from demo.sites import HOST, open_site
from rehearsal import server
from rehearsal.server import Rehearsal
from tests.makers import START
from tests.rehearsal.bolt_bot import MANIFEST

TURNS = range(5)  # of asyncio's loop between a connection and the stop; its protocol knows of it after three


async def _connect(address: tuple[str, int], turns: int) -> socket.socket:
    made = socket.create_connection(address)
    made.setblocking(False)
    for _ in range(turns):
        await asyncio.sleep(0)
    return made


async def _is_let_go(connection: socket.socket) -> bool:
    """Return whether the other side closes a connection at once."""
    with connection:
        try:
            async with asyncio.timeout(1):
                return await asyncio.get_running_loop().sock_recv(connection, 1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


@pytest.mark.parametrize("turns", TURNS)
async def test_who_connects_while_the_bots_server_stops_is_let_go(turns: int) -> None:
    """Every site of the demo and of tests is served and closed like it."""
    async with open_site(web.Application()) as url:
        late = await _connect((HOST, int(url.rpartition(":")[2])), turns)
    assert await _is_let_go(late)


@pytest.mark.parametrize("turns", TURNS)
async def test_who_connects_while_the_rehearsal_stops_is_let_go(turns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot may connect again at that very moment."""
    connected = []
    stop = server._Server.shutdown

    async def connect_and_stop(self: server._Server, sockets: list[socket.socket] | None = None) -> None:
        assert sockets
        connected.append(await _connect(sockets[0].getsockname(), turns))
        await stop(self, sockets)

    monkeypatch.setattr(server._Server, "shutdown", connect_and_stop)
    async with Rehearsal(manifest=MANIFEST, start=START):
        pass
    assert await _is_let_go(connected[0])

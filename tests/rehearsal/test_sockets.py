"""Socket Mode: several connections, disconnects, tickets."""

import json
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from rehearsal.server import Rehearsal
from tests.rehearsal.bolt_bot import Tiny, by_socket


async def test_each_payload_goes_to_one_of_several_sockets(rehearsal: Rehearsal) -> None:
    """Three sockets share nine commands evenly, and each arrives once."""
    async with by_socket(rehearsal, sockets=3) as bot:
        for number in range(9):
            assert (await rehearsal.control.as_person("ana").command(f"/echo {number}")).acked
        assert sorted(body["text"] for body in bot.of("/echo")) == [str(number) for number in range(9)]
        assert [connection.sent for connection in rehearsal.wire.sockets.connections] == [3, 3, 3]


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_a_bot_that_is_told_to_go_comes_back(rehearsal: Rehearsal, bot: Tiny, reason: str) -> None:
    """After a disconnect the SDK opens a new socket, and commands work again."""
    [old] = rehearsal.wire.sockets.connections
    await rehearsal.control.disconnect(reason)
    await rehearsal.workspace.until(lambda _: old not in rehearsal.wire.sockets.connections)
    await rehearsal.wait_connected()
    assert (await rehearsal.control.as_person("ana").command("/echo back")).text == "you said back"
    rehearsal.assert_clean()


async def test_a_cut_socket_is_replaced(rehearsal: Rehearsal, bot: Tiny) -> None:
    """The SDK reconnects after a broken connection."""
    await rehearsal.control.cut_sockets()
    await rehearsal.wait_connected(timeout=15)
    assert (await rehearsal.control.as_person("ana").command("/echo back")).acked


async def test_with_socket_mode_off_no_socket_opens(rehearsal: Rehearsal) -> None:
    """After link_disabled, apps.connections.open is refused."""
    client = AsyncWebClient(base_url=rehearsal.api_url)
    await rehearsal.control.disconnect("link_disabled")
    with pytest.raises(SlackApiError, match="forbidden_team"):
        await client.apps_connections_open(app_token=rehearsal.app_token)


async def test_an_eleventh_socket_is_sent_away(rehearsal: Rehearsal) -> None:
    """The eleventh gets too_many_websockets, after waiting for its address; a ticket is valid once."""
    client = AsyncWebClient(base_url=rehearsal.api_url)
    async with aiohttp.ClientSession() as session:
        opened = []
        for _ in range(10):
            address = (await client.apps_connections_open(app_token=rehearsal.app_token))["url"]
            socket = await session.ws_connect(address)
            assert json.loads((await socket.receive()).data)["type"] == "hello"
            opened.append(socket)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address)
        with pytest.raises(SlackApiError, match="ratelimited") as told:
            await client.apps_connections_open(app_token=rehearsal.app_token)
        assert told.value.response.headers["Retry-After"] == "60"
        await rehearsal.control.move(timedelta(minutes=1))
        address = (await client.apps_connections_open(app_token=rehearsal.app_token))["url"]
        eleventh = await session.ws_connect(address)
        farewell = json.loads((await eleventh.receive()).data)
        assert (farewell["type"], farewell["reason"]) == ("disconnect", "too_many_websockets")
        for socket in opened:
            await socket.close()
        await eleventh.close()


async def test_sockets_may_be_taken_by_others(rehearsal: Rehearsal) -> None:
    """The first of the bot is sent away while ten others are open."""
    client = AsyncWebClient(base_url=rehearsal.api_url)
    async with aiohttp.ClientSession() as session:
        for occupied, kind in ((10, "disconnect"), (9, "hello")):
            rehearsal.control.occupy_sockets(occupied)
            address = (await client.apps_connections_open(app_token=rehearsal.app_token))["url"]
            socket = await session.ws_connect(address)
            assert json.loads((await socket.receive()).data)["type"] == kind
            await socket.close()
    assert rehearsal.wire.sockets.refused == 1


@pytest.mark.slow
async def test_a_silent_socket_answers_no_ping_and_loses_what_is_sent(rehearsal: Rehearsal) -> None:
    """It counts as open until another one is opened."""
    client = AsyncWebClient(base_url=rehearsal.api_url)
    async with aiohttp.ClientSession() as session:
        address = (await client.apps_connections_open(app_token=rehearsal.app_token))["url"]
        socket = await session.ws_connect(address, autoping=False)
        await socket.receive()
        await socket.ping(b"before")
        assert (await socket.receive()).data == b"before"
        rehearsal.control.silence_sockets()
        await socket.ping(b"after")
        outcome = await rehearsal.control.as_person("ana").command("/echo hi")
        assert not outcome.acked
        assert len(rehearsal.wire.sockets.connections) == 1
        address = (await client.apps_connections_open(app_token=rehearsal.app_token))["url"]
        other = await session.ws_connect(address)
        assert json.loads((await other.receive()).data)["type"] == "hello"
        assert (await socket.receive()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
        await rehearsal.workspace.until(lambda _: len(rehearsal.wire.sockets.connections) == 1)
        await other.close()


async def test_a_socket_that_dies_with_a_payload_counts_as_no_answer(rehearsal: Rehearsal) -> None:
    """The person gets an error; invalid messages from the bot are ignored."""
    client = AsyncWebClient(base_url=rehearsal.api_url)
    async with aiohttp.ClientSession() as session:
        address = (await client.apps_connections_open(app_token=rehearsal.app_token))["url"]
        socket = await session.ws_connect(address)
        await socket.receive()
        await socket.send_str("no json")
        ana = rehearsal.control.as_person("ana")
        rehearsal.wire.spawn(ana.command("/echo hi"))
        envelope = json.loads((await socket.receive()).data)
        assert envelope["type"] == "slash_commands"
        assert envelope["accepts_response_payload"]
        await socket.close()
        await rehearsal.drain()
    assert "did not respond" in ana.dm()[-1].text
    assert [problem.code for problem in rehearsal.problems] == ["no_ack"]

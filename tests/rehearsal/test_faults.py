"""Faults, as a bot with slack-sdk sees them."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from rehearsal.server import Rehearsal
from tests.rehearsal.bolt_bot import Tiny, by_http, by_socket


@pytest.fixture
def client(rehearsal: Rehearsal) -> AsyncWebClient:
    """Return a client without retries."""
    made = AsyncWebClient(token=rehearsal.bot_token, base_url=rehearsal.api_url)
    made.retry_handlers = []
    return made


def texts(rehearsal: Rehearsal) -> list[str]:
    """Return the texts in #general."""
    return [message.text for message in rehearsal.control.as_person("ana").sees("general")]


def failures(rehearsal: Rehearsal) -> int:
    """Return how many deliveries of a message found no bot; they are no problem of the bot, as it isn't running."""
    traffic = rehearsal.workspace.traffic
    return sum(one.name == "event message" and "connection_failed" in one.problem for one in traffic)


async def test_a_429_names_the_seconds_and_posts_nothing(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Two calls are rate-limited, the third succeeds."""
    rehearsal.control.faults.next("chat.postMessage", status=429, retry_after=7, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="#general", text="hi")
        assert caught.value.response.headers["Retry-After"] == "7"
    await client.chat_postMessage(channel="#general", text="hi")
    assert texts(rehearsal) == ["hi"]


async def test_a_500_and_a_slack_error_post_nothing(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """HTTP errors and Slack's errors can be set for a method; other methods aren't affected."""
    rehearsal.control.faults.next("chat.postMessage", status=503)
    rehearsal.control.faults.next("chat.postMessage", error="is_inactive")
    assert (await client.auth_test())["ok"]
    with pytest.raises(SlackApiError) as first:
        await client.chat_postMessage(channel="#general", text="hi")
    assert first.value.response.status_code == 503
    with pytest.raises(SlackApiError, match="is_inactive"):
        await client.chat_postMessage(channel="#general", text="hi")
    assert texts(rehearsal) == []


async def test_a_429_may_name_no_seconds(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Then the answer has no Retry-After."""
    rehearsal.control.faults.next("chat.postMessage", status=429, retry_after=None)
    with pytest.raises(SlackApiError, match="ratelimited") as caught:
        await client.chat_postMessage(channel="#general", text="hi")
    assert "Retry-After" not in caught.value.response.headers


@pytest.mark.parametrize(("times_posted", "control"), [(0, "next"), (1, "answer_after")])
@pytest.mark.parametrize(
    ("fault", "status", "kind", "content"),
    [
        ({"content": "<html>Sign in</html>"}, 200, "text/html", "<html>Sign in</html>"),
        ({"content": '{"ok": true}'}, 200, "application/json", '{"ok": true}'),
        ({"status": 500}, 500, "application/json", '{"ok":false,"error":"internal_error"}'),
    ],
)
async def test_another_answer_may_stand_in_for_slacks(
    rehearsal: Rehearsal,
    times_posted: int,
    control: str,
    fault: dict[str, Any],
    status: int,
    kind: str,
    content: str,
) -> None:
    """A page, some JSON or a server error is answered, before or after the message was accepted."""
    getattr(rehearsal.control.faults, control)("chat.postMessage", **fault)
    headers = {"Authorization": f"Bearer {rehearsal.bot_token}"}
    posted = {"channel": "#general", "text": "hi"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{rehearsal.api_url}chat.postMessage", json=posted, headers=headers) as answer,
    ):
        assert (answer.status, answer.content_type, await answer.text()) == (status, kind, content)
    assert texts(rehearsal) == ["hi"] * times_posted


async def test_a_call_may_be_accepted_late(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The connection breaks, and the message is posted once the clock has moved far enough."""
    rehearsal.control.faults.accept_late("chat.postMessage", 25)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="#general", text="hi")
    await rehearsal.control.move(timedelta(seconds=24))
    assert texts(rehearsal) == []
    await rehearsal.control.move(timedelta(seconds=1))
    assert texts(rehearsal) == ["hi"]
    await rehearsal.control.move(timedelta(days=1))
    assert texts(rehearsal) == ["hi"]


async def test_a_fault_may_be_for_one_channel(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Calls about other channels, and calls that can't be read, pass it by."""
    quiet = rehearsal.control.add_channel("quiet", members=["ana"]).id
    rehearsal.control.faults.next("chat.postMessage", error="is_archived", channel=quiet)
    await client.chat_postMessage(channel=rehearsal.workspace.channel("general").id, text="hi")
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {rehearsal.bot_token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{rehearsal.api_url}chat.postMessage", data="{", headers=headers) as answer,
    ):
        assert (await answer.json())["error"] == "invalid_json"
    with pytest.raises(SlackApiError, match="is_archived"):
        await client.chat_postMessage(channel=quiet, text="hi")
    assert (await client.chat_postMessage(channel=quiet, text="again"))["ok"]


async def test_a_connection_dropped_before_leaves_nothing(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The connection breaks, and nothing was posted."""
    rehearsal.control.faults.drop_before("*")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="#general", text="hi")
    assert texts(rehearsal) == []
    assert (await client.chat_postMessage(channel="#general", text="again"))["ok"]


async def test_a_connection_dropped_after_leaves_the_message(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The connection breaks, but the message was posted and can be found by its metadata."""
    rehearsal.control.faults.drop_after("chat.postMessage")
    metadata = {"event_type": "owed", "event_payload": {"key": "k1"}}
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="#general", text="hi", metadata=metadata)
    general = rehearsal.workspace.channel("general").id
    found = await client.conversations_history(channel=general, include_all_metadata=True)
    assert [message["metadata"]["event_payload"]["key"] for message in found["messages"]] == ["k1"]


async def test_the_sdks_own_retry_posts_twice(rehearsal: Rehearsal) -> None:
    """With the SDK's retries, one message becomes two."""
    eager = AsyncWebClient(token=rehearsal.bot_token, base_url=rehearsal.api_url)
    rehearsal.control.faults.drop_after("chat.postMessage")
    await eager.chat_postMessage(channel="#general", text="hi")
    assert texts(rehearsal) == ["hi", "hi"]


async def test_a_slow_answer_comes_after_the_message_stands(rehearsal: Rehearsal) -> None:
    """A client that times out has posted the message nevertheless."""
    hasty = AsyncWebClient(token=rehearsal.bot_token, base_url=rehearsal.api_url, timeout=1)
    hasty.retry_handlers = []
    rehearsal.control.faults.slow("chat.postMessage", 30)
    started = time.monotonic()
    with pytest.raises(asyncio.TimeoutError):
        await hasty.chat_postMessage(channel="#general", text="hi")
    assert time.monotonic() - started < 10
    assert texts(rehearsal) == ["hi"]


async def test_an_event_comes_again_though_it_was_acknowledged(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The event is repeated with the same id, marked as a retry."""
    rehearsal.control.faults.duplicate_delivery(times=2, reason="http_timeout")
    await rehearsal.control.as_person("ana").say(None, "hello")
    bodies = either_bot.of("message")
    assert len(bodies) == 3
    assert len({body["event_id"] for body in bodies}) == 1
    assert rehearsal.problems == []
    if rehearsal.request_url:
        marks = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for h in either_bot.headers]
        assert marks == [(None, None), (["1"], ["http_timeout"]), (["2"], ["http_timeout"])]


async def test_an_event_may_come_with_other_ids(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The same event comes three times, each time as one of its own and not as a retry."""
    rehearsal.control.faults.duplicate_delivery(times=2, new_ids=True)
    await rehearsal.control.as_person("ana").say(None, "hello")
    bodies = either_bot.of("message")
    assert len({body["event_id"] for body in bodies}) == len(bodies) == 3
    assert [body["event"] for body in bodies] == [bodies[0]["event"]] * 3
    if rehearsal.request_url:
        assert all("x-slack-retry-num" not in headers for headers in either_bot.headers)


async def test_a_delivery_may_be_replayed(rehearsal: Rehearsal) -> None:
    """The same bytes come with the same signature; by Socket Mode there is nothing to replay."""
    with pytest.raises(LookupError, match="request_url"):
        await rehearsal.control.replay()
    async with by_http(rehearsal) as bot:
        await rehearsal.control.as_person("ana").command("/echo hi")
        assert await rehearsal.control.replay("command=%2Fecho") == 200
        assert [body["text"] for body in bot.of("/echo")] == ["hi", "hi"]
        assert bot.headers[0]["x-slack-signature"] == bot.headers[1]["x-slack-signature"]


async def test_an_unacknowledged_event_is_repeated_at_once_then_after_one_and_five_minutes(
    rehearsal: Rehearsal,
) -> None:
    """The third retry reaches a bot that connected meanwhile."""
    await rehearsal.control.as_person("ana").say(None, "hello")
    assert failures(rehearsal) == 2
    await rehearsal.control.move(timedelta(seconds=59))
    assert failures(rehearsal) == 2
    await rehearsal.control.move(timedelta(seconds=1))
    assert failures(rehearsal) == 3
    async with by_socket(rehearsal) as bot:
        await rehearsal.control.move(timedelta(minutes=4))
        assert bot.got == []
        await rehearsal.control.move(timedelta(minutes=1))
        assert [body["event"]["text"] for body in bot.of("message")] == ["hello"]
        await rehearsal.control.move(timedelta(days=1))
        assert len(bot.of("message")) == 1
    assert rehearsal.problems == []


async def test_one_long_move_brings_every_repetition_and_then_gives_up(rehearsal: Rehearsal) -> None:
    """There are four attempts in all."""
    await rehearsal.control.as_person("ana").say(None, "hello")
    await rehearsal.control.move(timedelta(days=1))
    assert failures(rehearsal) == 4
    await rehearsal.control.move(timedelta(days=1))
    assert failures(rehearsal) == 4
    rehearsal.control.faults.next("auth.test", status=500)
    rehearsal.control.faults.clear()
    assert rehearsal.control.faults.pop("auth.test") is None

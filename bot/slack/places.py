"""The message that a control stands in: kept by the modal it opens, and redrawn once something was done."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import Message
from bot.slack.replies import people_in, workspace_in
from bot.slack.windows import Remembered

SLACKS_HOST = "hooks.slack.com"
ADDRESS = 500


class Place(Remembered):
    """
    The message that a control stands in, as a modal keeps it.

    *kind* says which of the feature's messages it is, or `none`. One that all see has a *channel* and a *ts*; an
    ephemeral one is reached by the *url* that came with the request.
    """

    kind: str = "none"
    channel: str = ""
    ts: str = ""
    url: str = ""


P = TypeVar("P", bound=Place)


def address_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Return how the message that a control stands in is reached: the *channel*, *ts* and *url* of a `Place`."""
    container = body.get("container") or {}
    seen_by_all = not container.get("is_ephemeral")
    return {
        "channel": str(container.get("channel_id") or "") if seen_by_all else "",
        "ts": str(container.get("message_ts") or "") if seen_by_all else "",
        "url": str(body.get("response_url") or "")[:ADDRESS],
    }


class Turns:
    """A lock for each message, so that a redraw reads only after the redraw before it was sent."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[str, ...], asyncio.Lock] = WeakValueDictionary()

    def at(self, *address: str) -> asyncio.Lock:
        """Return the lock of one message: `async with turns.at(channel, ts)`; it is dropped when nobody holds it."""
        return self._locks.setdefault(address, asyncio.Lock())

    def __len__(self) -> int:
        """Return how many messages are being redrawn."""
        return len(self._locks)


class Places(Generic[P]):
    """Redraws a feature's messages; *draw* `(place, *, workspace, viewer)` returns one as it is now."""

    def __init__(self, draw: Callable[..., Awaitable[Message]]) -> None:
        self._draw = draw
        self._turns = Turns()

    async def redraw(self, client: AsyncWebClient, body: Mapping[str, Any], place: P) -> None:
        """Redraw the message that a control stands in, for the person who sent *body*."""
        if place.kind == "none":
            return
        async with self._turns.at(place.channel or people_in(body), place.ts):
            message = await self._draw(place, workspace=workspace_in(body), viewer=people_in(body))
            if place.channel and place.ts:
                await change(client, place.channel, place.ts, message)
            else:
                await answer_at(client, place.url, message.replacement())


async def change(client: AsyncWebClient, channel: str, ts: str, message: Message) -> None:
    """Replace a message that all see."""
    await client.chat_update(channel=channel, ts=ts, text=message.text, blocks=list(message.blocks))


async def answer_at(client: AsyncWebClient, url: str, answer: Mapping[str, Any]) -> None:
    """Post to the address that came with a request, if it is one of Slack's."""
    if urlsplit(url).hostname in {SLACKS_HOST, urlsplit(client.base_url).hostname}:
        await AsyncRespond(response_url=url)(**answer)

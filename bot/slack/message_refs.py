"""References to messages: where a control was used, so that the message can be redrawn once something was done."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import Message
from bot.slack.modals import ModalState

SLACKS_HOST = "hooks.slack.com"
ADDRESS = 500
PERMALINK_SECONDS = 1.5  # of the three that an acknowledgement may take


class MessageRef(ModalState):
    """
    The message that a control stands in, as the modal that the control opens carries it.

    *kind* says which of the feature's messages it is, or `none`. A public message has a *channel* and a *ts*; an
    ephemeral one is replaced through the *url* that came with the request.
    """

    kind: str = "none"
    channel: str = ""
    ts: str = ""
    url: str = ""


def address_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Return how the message that a control stands in is reached: the *channel*, *ts* and *url* of a `MessageRef`."""
    container = body.get("container") or {}
    is_public = not container.get("is_ephemeral")
    return {
        "channel": str(container.get("channel_id") or "") if is_public else "",
        "ts": str(container.get("message_ts") or "") if is_public else "",
        "url": str(body.get("response_url") or "")[:ADDRESS],
    }


class MessageLocks:
    """A lock for each message, so that a redraw reads only after the redraw before it was sent."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[str, ...], asyncio.Lock] = WeakValueDictionary()

    def at(self, *address: str) -> asyncio.Lock:
        """Return the lock of one message: `async with locks.at(channel, ts)`; it is dropped when nobody holds it."""
        return self._locks.setdefault(address, asyncio.Lock())

    def __len__(self) -> int:
        """Return how many messages are being redrawn."""
        return len(self._locks)


async def update_message(client: AsyncWebClient, channel: str, ts: str, message: Message) -> None:
    """Replace a public message."""
    await client.chat_update(channel=channel, ts=ts, text=message.text, blocks=list(message.blocks))


async def update_if_there(client: AsyncWebClient, channel: str, ts: str, message: Message) -> None:
    """Replace a public message that somebody may have deleted."""
    with suppress(SlackApiError):
        await update_message(client, channel, ts, message)


def is_slacks(client: AsyncWebClient, url: str) -> bool:
    """Return whether *url*, which came back from a modal, is one of Slack's."""
    return urlsplit(url).hostname in {SLACKS_HOST, urlsplit(client.base_url).hostname}


async def permalink(client: AsyncWebClient, channel: str, ts: str, domain: str) -> str:
    """Return the address of a message, built here where Slack doesn't tell it in time; empty without a *ts*."""
    if not ts:
        return ""
    try:
        asking = client.chat_getPermalink(channel=channel, message_ts=ts)
        return str((await asyncio.wait_for(asking, PERMALINK_SECONDS))["permalink"])
    except (SlackApiError, TimeoutError, OSError):
        host = f"{domain}.slack.com" if domain else "slack.com"
        return f"https://{host}/archives/{channel}/p{ts.replace('.', '')}"

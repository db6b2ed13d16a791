"""Asks Slack about a channel before it is chosen for messages."""

import asyncio
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspaces.schemas import ChannelSchema

TIMEOUT_SECONDS = 1.0  # for one answer: the form that waits for it has three seconds in all


async def look_at_channel(
    client: AsyncWebClient, channel_id: str, *, patience: float = TIMEOUT_SECONDS
) -> ChannelSchema:
    """Return the channel as Slack describes it. It never raises: `refused` holds Slack's error code, or `timeout`."""
    if channel_id.startswith("D"):
        return ChannelSchema(id=channel_id, is_channel=False)
    try:
        answer = await asyncio.wait_for(client.conversations_info(channel=channel_id), patience)
    except SlackApiError as error:
        return ChannelSchema(id=channel_id, refused=_error_code(error))
    except (TimeoutError, aiohttp.ClientError, OSError):
        return ChannelSchema(id=channel_id, refused="timeout")
    return _channel_from(channel_id, answer["channel"])


async def join_channel(
    client: AsyncWebClient, channel: ChannelSchema, *, patience: float = TIMEOUT_SECONDS
) -> ChannelSchema:
    """Join a public channel where the bot may post; return the updated channel."""
    if not channel.may_join:
        return channel
    try:
        await asyncio.wait_for(client.conversations_join(channel=channel.id), patience)
    except SlackApiError as error:
        return channel.model_copy(update={"refused": _error_code(error)})
    except (TimeoutError, aiohttp.ClientError, OSError):
        return channel.model_copy(update={"refused": "timeout"})
    return channel.model_copy(update={"is_member": True})


def _channel_from(channel_id: str, given: dict[str, Any]) -> ChannelSchema:
    shared = ("is_ext_shared", "is_org_shared", "is_pending_ext_shared")
    return ChannelSchema(
        id=channel_id,
        name=str(given.get("name") or ""),
        is_channel=not (given.get("is_im") or given.get("is_mpim")),
        is_private=bool(given.get("is_private")),
        is_member=bool(given.get("is_member")),
        is_archived=bool(given.get("is_archived")),
        is_shared=any(bool(given.get(flag)) for flag in shared) or bool(given.get("pending_shared")),
    )


def _error_code(error: SlackApiError) -> str:
    data = error.response.data
    return str(data.get("error") or "no answer")[:60] if isinstance(data, dict) else "no answer"

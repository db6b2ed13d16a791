"""What every feature registers its listeners with, and how a form's channel is checked and joined."""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.slack.callers import Caller, Listeners
from bot.workspaces.gateways import join_channel, look_at_channel
from bot.workspaces.schemas import ChannelSchema
from bot.workspaces.usecases import record_denial


def listen(app: AsyncApp, runtime: Runtime) -> Listeners:
    """Return the helper that a feature registers its listeners with; refusals are recorded in the audit trail."""
    return Listeners(app, runtime, audit=record_denial)


async def choose_channel(
    caller: Caller, channel_id: str | None, check: Callable[..., None], **inputs: Any
) -> ChannelSchema | None:
    """
    Return the channel that a form names, joined if the bot can join it; None without *channel_id*.

    The use case *check* validates *inputs* and `channel`, before and again after joining; its errors are raised.
    """
    channel = await look_at_channel(caller.client, channel_id) if channel_id else None
    await caller.check(check, channel=channel, **inputs)
    if channel is not None and channel.may_join:
        channel = await join_channel(caller.client, channel)
        await caller.check(check, channel=channel, **inputs)
    return channel

"""What every feature registers its listeners with, how a form's channel is checked, and the end of an installation."""

from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.slack.callers import Caller
from bot.slack.listeners import Listeners
from bot.workspaces.gateways import join_channel, look_at_channel
from bot.workspaces.schemas import ChannelSchema
from bot.workspaces.usecases import record_denial, uninstall_workspace

log = structlog.get_logger(__name__)


def listen(app: AsyncApp, runtime: Runtime) -> Listeners:
    """Return the helper that a feature registers its listeners with; refusals are recorded in the audit trail."""
    return Listeners(app, runtime, audit=record_denial)


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for the events that end an installation."""
    on = listen(app, runtime)
    on.event("app_uninstalled", uninstall)
    on.event("tokens_revoked", revoke)


async def uninstall(caller: Caller) -> None:
    """Stop sending to the workspace; its data is kept."""
    if await caller.runtime.run(uninstall_workspace, workspace=caller.workspace):
        log.warning("workspace.uninstalled", workspace=caller.workspace)


async def revoke(caller: Caller) -> None:
    """Do as `uninstall` when the bot's own token was revoked; tokens of people aren't used."""
    if (caller.body["event"].get("tokens") or {}).get("bot"):
        await uninstall(caller)


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

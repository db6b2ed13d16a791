"""Warns of response times that run out, notifies managers of late responses, and posts to the escalation channel."""

from functools import partial

from bot.core.runtime import Runtime
from bot.escalations.queries import find_channel_to_tell, list_workspaces_to_watch
from bot.escalations.usecases.scheduled import (
    close_inactive,
    forget_channel_news,
    lose_channel,
    notify_late,
    pass_on_orphaned,
    post_to_channel,
    warn_people,
)
from bot.workspaces.gateways import look_at_channel
from jobs.deliver_outbox import Clients
from jobs.sharing import share

CHANNEL_TIMEOUT_SECONDS = 10.0


async def watch_escalations(runtime: Runtime, clients: Clients | None = None) -> int:
    """
    Enqueue all due notifications of escalations in every workspace; return their number.

    With *clients*, a channel that has been shared with outsiders is given up instead, and the managers are notified.
    """
    workspaces = await runtime.read(list_workspaces_to_watch, workspace=None)
    return await share(runtime, "watch_escalations", workspaces, partial(_watch, runtime, clients))


async def _watch(runtime: Runtime, clients: Clients | None, workspace: str) -> int:
    count = 0
    for use_case in (close_inactive, pass_on_orphaned, warn_people, notify_late, forget_channel_news):
        count += await runtime.run(use_case, workspace=workspace)
    if await _may_post(runtime, clients, workspace):
        count += await runtime.run(post_to_channel, workspace=workspace)
    return count


async def _may_post(runtime: Runtime, clients: Clients | None, workspace: str) -> bool:
    """Return whether a post is waiting and only colleagues can read the channel; without Slack's answer it waits."""
    channel_id = await runtime.read(find_channel_to_tell, workspace=workspace)
    if channel_id is None or clients is None:
        return channel_id is not None
    channel = await look_at_channel(clients(workspace), channel_id, patience=CHANNEL_TIMEOUT_SECONDS)
    if channel.is_shared:
        await runtime.run(lose_channel, workspace=workspace, channel=channel_id, reason="is_shared")
    return not channel.is_shared and channel.refused not in {"timeout", "ratelimited"}

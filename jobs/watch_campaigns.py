"""Closes the calls of campaigns that were made, ends campaigns, and draws the messages in their channels again."""

from functools import partial

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.campaigns.queries import list_channels_to_tell, list_workspaces_to_watch
from bot.campaigns.queries.progress import list_outdated
from bot.campaigns.schemas import CampaignProgress, PostedProgress
from bot.campaigns.usecases.ending import end_campaigns
from bot.campaigns.usecases.progress import complete_reached, leave_channel, mark_shown
from bot.campaigns.views import progress
from bot.core.runtime import Runtime
from bot.slack.clients import error_code
from bot.slack.message_refs import update_message
from bot.workspaces.gateways import look_at_channel
from jobs.deliver_outbox import Clients
from jobs.sharing import share

CHANNEL_TIMEOUT_SECONDS = 10.0
PASSING = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})

log = structlog.get_logger(__name__)


async def watch_campaigns(runtime: Runtime, clients: Clients) -> int:
    """Do what is due about the campaigns of every workspace; return how many things changed."""
    workspaces = await runtime.read(list_workspaces_to_watch, workspace=None)
    return await share(runtime, "watch_campaigns", workspaces, partial(_watch, runtime, clients))


async def _watch(runtime: Runtime, clients: Clients, workspace: str) -> int:
    count = await runtime.run(complete_reached, workspace=workspace)
    for channel_id in await runtime.read(list_channels_to_tell, workspace=workspace):
        await _leave_if_shared(runtime, clients, workspace, channel_id)
    count += await runtime.run(end_campaigns, workspace=workspace)
    for posted in await runtime.read(list_outdated, workspace=workspace):
        count += await _draw_again(runtime, clients, workspace, posted)
    return count


async def _leave_if_shared(runtime: Runtime, clients: Clients, workspace: str, channel_id: str) -> bool:
    """Give up a channel that outsiders can read, and return whether it was one."""
    channel = await look_at_channel(clients(workspace), channel_id, patience=CHANNEL_TIMEOUT_SECONDS)
    if channel.is_shared:
        await runtime.run(leave_channel, workspace=workspace, channel=channel_id)
    return channel.is_shared


async def _draw_again(runtime: Runtime, clients: Clients, workspace: str, posted: PostedProgress) -> bool:
    """Draw a message in a channel again; return whether that is settled. It isn't tried again once it can't be."""
    if await _leave_if_shared(runtime, clients, workspace, posted.channel_id):
        return True
    message = progress(CampaignProgress(campaign=posted.campaign))
    try:
        await update_message(clients(workspace), posted.channel_id, posted.ts, message)
    except SlackApiError as error:
        log.warning("campaign.not_drawn", campaign=str(posted.campaign.id), error=error_code(error))
        if error_code(error) in PASSING:
            return False
    except (TimeoutError, aiohttp.ClientError, OSError):
        return False
    about = {"campaign_id": posted.campaign.id, "counts": posted.campaign.counts}
    await runtime.run(mark_shown, workspace=workspace, **about)
    return True

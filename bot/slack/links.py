"""Addresses of messages."""

import asyncio

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

LINK_SECONDS = 1.5  # of the three that an ack may take


async def permalink(client: AsyncWebClient, channel: str, ts: str, domain: str) -> str:
    """Return the address of a message, made up here where Slack doesn't tell it in time; empty without a *ts*."""
    if not ts:
        return ""
    try:
        asking = client.chat_getPermalink(channel=channel, message_ts=ts)
        return str((await asyncio.wait_for(asking, LINK_SECONDS))["permalink"])
    except (SlackApiError, TimeoutError, OSError):
        host = f"{domain}.slack.com" if domain else "slack.com"
        return f"https://{host}/archives/{channel}/p{ts.replace('.', '')}"

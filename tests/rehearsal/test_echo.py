"""Blocks that Slack hands back aren't fit to be sent again."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from rehearsal.server import Rehearsal

BLOCKS = [
    {"type": "header", "text": {"type": "plain_text", "text": "Cobbler & Daughter"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "Q&amp;A"}},
    {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a curve"},
]


async def test_blocks_come_back_escaped_and_with_slacks_own_fields(rehearsal: Rehearsal) -> None:
    """Plain text is escaped, defaults are added, and an image with Slack's fields is refused when it is sent again."""
    client = AsyncWebClient(token=rehearsal.bot_token, base_url=rehearsal.api_url)
    posted = await client.chat_postMessage(channel="#general", text="Hi", blocks=BLOCKS)
    listed = await client.conversations_history(channel=posted["channel"])
    header, section, image = listed["messages"][0]["blocks"]
    assert header["text"] == {"type": "plain_text", "text": "Cobbler &amp; Daughter", "emoji": True}
    assert section["text"] == {"type": "mrkdwn", "text": "Q&amp;A", "verbatim": False}
    assert image["image_width"] > 0
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Hi", blocks=[header, section, image])
    assert "invalid_blocks" in {problem.code for problem in rehearsal.problems}

"""Builds the Bolt app: one client without hidden retries, every room registered, nothing left unanswered."""

from collections.abc import Sequence
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.room import Room
from bot.core.runtime import Runtime

SLACK_TIMEOUT_SECONDS = 15

log = structlog.get_logger(__name__)


def build_client(*, token: str, api_url: str) -> AsyncWebClient:
    """Slack's client; it never tries again by itself, since a dropped connection may have posted already."""
    return AsyncWebClient(token=token, base_url=api_url, timeout=SLACK_TIMEOUT_SECONDS, retry_handlers=[])


def build_app(*, client: AsyncWebClient, runtime: Runtime, rooms: Sequence[Room]) -> AsyncApp:
    """The Bolt app with every room's listeners, and a last answer for what no listener took."""
    app = AsyncApp(
        client=client,
        signing_secret="verified before Bolt",  # noqa: S106 - no secret; bot/web.py checks the raw bytes
        raise_error_for_unhandled_request=False,
        request_verification_enabled=False,  # bot/web.py verifies the raw bytes before Bolt parses them
    )
    for room in rooms:
        if room.register:
            room.register(app, runtime)
    app.error(_log_what_escaped)
    return app


async def _log_what_escaped(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Nothing should get here; what does is logged by type, and Slack gets its ack."""
    log.error("listener.failed", kind=body.get("type") or body.get("command"), exc_info=error)
    return BoltResponse(status=200, body="")

"""Slack's clients, which call commands by the names that they have in the workspace."""

import re
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.measures import NO_MEASURES, NO_TRACES, Measures, Traces
from bot.slack.commands import PLAIN_NAMES, CommandNames

NOT_SLACKS = "an answer that isn't Slack's"
NO_ANSWER = "no_answer"
SLACK_TIMEOUT_SECONDS = 15
RATE_LIMITED = "ratelimited"
PAUSE_SECONDS = 30.0  # where Slack asks to wait and doesn't say how long
KEPT_SECONDS = 5  # for which an idle connection is kept: a call on one that Slack is closing has an unclear outcome


class SlackClient(AsyncWebClient):
    """Slack's client that calls commands by *names*, tells *measures* which calls fail, and *traces* each call."""

    measures: Measures = NO_MEASURES
    traces: Traces = NO_TRACES
    names: CommandNames = PLAIN_NAMES

    def keep_connections(self) -> None:
        """Make calls over connections that are kept, until `close`; before and after it each call opens its own."""
        self.session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self.timeout),
            connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        """Close the connections that are kept."""
        if self.session is not None:
            await self.session.close()

    async def api_call(self, api_method: str, *, json: Any = None, **options: Any) -> Any:
        """Make the call as slack-sdk does."""
        try:
            with self.traces.span(f"slack {api_method}"):
                return await super().api_call(api_method, json=self.names.rename_shown(json), **options)
        except SlackApiError as error:
            self.measures.slack_failed(api_method, error_code(error))
            raise
        except (TimeoutError, aiohttp.ClientError, OSError):
            self.measures.slack_failed(api_method, NO_ANSWER)
            raise


class RenamingRespond(AsyncRespond):
    """Bolt's answer to a `response_url` that calls commands by *names*."""

    names: CommandNames = PLAIN_NAMES

    async def __call__(self, *words: Any, **options: Any) -> Any:
        """Send the answer as Bolt does."""
        return await super().__call__(*words, **self.names.rename_shown(options))


def build_client(*, token: str | None, api_url: str, names: CommandNames = PLAIN_NAMES) -> SlackClient:
    """Return a client of Slack's API without retries: a call whose connection dropped may have been carried out."""
    client = SlackClient(token=token, base_url=api_url, timeout=SLACK_TIMEOUT_SECONDS, retry_handlers=[])
    client.names = names
    return client


def build_respond(url: str | None, names: CommandNames) -> AsyncRespond:
    """Return what answers at a `response_url`."""
    respond = RenamingRespond(response_url=url)
    respond.names = names
    return respond


def error_code(error: SlackApiError) -> str:
    """Return Slack's code for an error, or `NOT_SLACKS` for an answer such as a proxy's page."""
    data = getattr(error.response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return re.sub(r"[^\w.-]", "", str(code or ""))[:80] or NOT_SLACKS


def asked_to_wait(error: SlackApiError) -> float | None:
    """Return the seconds that Slack asks to wait before the same call is made again, or None if it doesn't."""
    if error_code(error) != RATE_LIMITED:
        return None
    return retry_after(error)


def retry_after(error: SlackApiError) -> float:
    """Return the seconds that Slack's answer says to wait, or `PAUSE_SECONDS` where it doesn't say how long."""
    headers = {key.lower(): value for key, value in dict(getattr(error.response, "headers", None) or {}).items()}
    value = headers.get("retry-after", "")
    text = value[0] if isinstance(value, list) else str(value)
    return float(text) if text.replace(".", "", 1).isdecimal() else PAUSE_SECONDS

"""The Socket Mode connection: every attempt to connect has a new address, and a connection that hangs is replaced."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clients import asked_to_wait

PING_SECONDS = 5.0  # a connection that doesn't answer four of them counts as closed
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0  # Slack allows an app one address a minute, and a small burst
WATCH_SECONDS = 1.0
STUCK_SECONDS = 60.0  # without a connection or an attempt before the client is replaced by a new one
CLOSING_SECONDS = 5.0
TOO_MANY = "too_many_websockets"  # Slack's reason for closing the eleventh connection of an app

log = structlog.get_logger(__name__)


class SocketClient(SocketModeClient):
    """
    slack-sdk's client, with a `connect` that requests a new address after each failure.

    An address opens one socket and expires. The SDK's own `connect` repeats the same address until it succeeds, so
    that it never does after an outage. *stopwatch* returns seconds that never run backwards.
    """

    def __init__(self, *, stopwatch: Callable[[], float], **options: Any) -> None:
        super().__init__(**options)
        self._stopwatch = stopwatch
        self._handling: set[asyncio.Task[None]] = set()
        self._pause = 0.0
        self.rests_until = 0.0
        """When the pause before the next attempt to connect ends, by the stopwatch."""

    async def process_message(self) -> None:
        """Handle the next message that arrived; one that isn't Slack's is logged."""
        raw = await self.message_queue.get()
        message = _read_message(raw)
        if message is None:
            log.warning("socket.unreadable", size=len(str(raw)))
            return
        if message.get("type") == "disconnect" and message.get("reason") == TOO_MANY:
            self._pause = min(max(self._pause * 2, FIRST_RETRY_SECONDS), LONGEST_RETRY_SECONDS)
            log.warning("socket.too_many", retry_after=self._pause)
            return  # Slack closes the connection; the SDK would request the next one at once, again and again
        if message.get("type") == "hello":
            self._pause = 0.0
        task = asyncio.create_task(self.run_message_listeners(message, raw))
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Connect to a new address, after a pause where the app had too many connections."""
        await self._rest(self._pause)
        await super().connect_to_new_endpoint(force)

    async def issue_new_wss_url(self) -> str:
        """
        Request an address, and do so again after as long as Slack says where it allows none now.

        Raises:
            SlackApiError: Slack refuses.
            ConnectionError: the client was closed meanwhile.
        """
        while not self.closed:
            try:
                answer = await self.web_client.apps_connections_open(app_token=self.app_token)
                return str(answer["url"])
            except SlackApiError as error:
                seconds = asked_to_wait(error)
                if seconds is None:
                    raise
                log.warning("socket.asked_to_wait", retry_after=seconds)
                await self._rest(seconds)
        raise ConnectionError("This client was closed.")

    async def _rest(self, seconds: float) -> None:
        self.rests_until = self._stopwatch() + seconds
        await asyncio.sleep(seconds)

    async def connect_later(self, seconds: float) -> None:
        """Connect as `connect` does, after so many *seconds*."""
        await self._rest(seconds)
        await self.connect()

    async def connect(self) -> None:
        """Connect, and repeat that with growing pauses until it succeeds or the client is closed."""
        pause = FIRST_RETRY_SECONDS
        while not self.closed:
            try:
                await self._connect_once()
            except Exception as error:  # noqa: BLE001 - whatever the reason is, the next attempt may succeed
                log.warning("socket.failed", error=f"{type(error).__name__}: {error}", retry_after=pause)
                await self._rest(pause)
                pause = min(pause * 2, LONGEST_RETRY_SECONDS)
            else:
                return

    async def _connect_once(self) -> None:
        self.auto_reconnect_enabled = False
        if self.current_session is not None:
            with suppress(Exception):  # a broken session may fail to close
                await self.current_session.close()
        address, self.wss_uri = self.wss_uri or await self.issue_new_wss_url(), None
        self.current_session = await self.aiohttp_client_session.ws_connect(
            address, autoping=False, heartbeat=self.ping_interval, proxy=self.proxy, ssl=self.web_client.ssl or True
        )
        self.stale, self.last_ping_pong_time = False, None
        self.auto_reconnect_enabled = self.default_auto_reconnect_enabled
        for task in (self.current_session_monitor, self.message_receiver):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())


class SlackSocket:
    """
    The bot's connection to Slack by Socket Mode.

    slack-sdk reconnects by itself. When there has been no connection for `STUCK_SECONDS` and none was tried, whatever
    the reason, the client is replaced by a new one. *stopwatch* returns seconds that never run backwards.
    """

    def __init__(
        self, app: AsyncApp, *, client: AsyncWebClient, app_token: str, stopwatch: Callable[[], float]
    ) -> None:
        self._app, self._web_client, self._app_token, self._stopwatch = app, client, app_token, stopwatch
        self._client: SocketClient | None = None
        self._closed_since: float | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, address: str) -> None:
        """Connect to *address*, and watch the connection until `close` is called."""
        self._client = self._new_client()
        self._client.wss_uri = address
        await self._client.connect()
        self._spawn(self._watch())

    def start_later(self, seconds: float) -> None:
        """Request an address and connect after so many *seconds*, and watch the connection until `close` is called."""
        self._client = self._new_client()
        self._spawn(self._client.connect_later(seconds))
        self._spawn(self._watch())

    async def close(self) -> None:
        """Close the connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()  # type: ignore[no-untyped-call]

    def use(self, app_token: str) -> None:
        """Open connections with *app_token* from now on; the present one stays as long as Slack lets it."""
        self._app_token = app_token
        if self._client is not None:
            self._client.app_token = app_token

    async def find_problem(self) -> str | None:
        """Return a sentence if there is no connection at present."""
        if self._client is not None and await self._client.is_connected():
            if self._closed_since is not None:
                log.info("socket.connected")
            self._closed_since = None
            return None
        if self._closed_since is None:
            self._closed_since = self._stopwatch()
            log.warning("socket.closed")
        seconds = round(self._stopwatch() - self._closed_since)
        return (
            f"The connection to Slack has been closed for {seconds} s, so nothing that people do there arrives; the "
            "bot keeps trying to reconnect. Check the network and slack-status.com."
        )

    async def _watch(self) -> None:
        replaced_at = self._stopwatch()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            await self.find_problem()
            if self._closed_since is None or self._client is None:
                continue
            if self._stopwatch() - max(self._closed_since, replaced_at, self._client.rests_until) > STUCK_SECONDS:
                replaced_at = self._stopwatch()
                self._replace()

    def _replace(self) -> None:
        log.warning("socket.replaced", after_seconds=STUCK_SECONDS)
        stuck, self._client = self._client, self._new_client()
        self._spawn(self._client.connect())
        if stuck is not None:
            self._spawn(_close(stuck))

    def _new_client(self) -> SocketClient:
        client = SocketClient(
            stopwatch=self._stopwatch, app_token=self._app_token, web_client=self._web_client,
            ping_interval=PING_SECONDS,
        )  # fmt: skip
        client.socket_mode_request_listeners.append(self._handle)
        return client

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        started = time.perf_counter()
        try:
            response = await run_async_bolt_app(self._app, request)
        except Exception as error:  # noqa: BLE001 - what listeners raise doesn't get here; Bolt's of strange shapes does
            log.warning("socket.unreadable", kind=str(request.type)[:40], error=type(error).__name__)
            response = BoltResponse(status=200)
        await send_async_response(client, request, response, started)


def _read_message(raw: object) -> dict[str, Any] | None:
    """Return a message of Slack's, which is a JSON object whose payload, if any, is one, too; None for all else."""
    try:
        message = json.loads(raw) if isinstance(raw, str) else None
    except (ValueError, RecursionError):
        return None
    is_known = isinstance(message, dict) and isinstance(message.get("payload", {}), dict)
    return message if is_known else None


async def _close(client: SocketClient) -> None:
    with suppress(Exception):  # it is given up, in whatever state it is
        await asyncio.wait_for(client.close(), CLOSING_SECONDS)  # type: ignore[no-untyped-call]

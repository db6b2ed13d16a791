"""Delivers payloads to the bot, over Socket Mode or as signed HTTP requests, and reads the acknowledgements."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from rehearsal.state.clock import wall_seconds
from rehearsal.wire.sockets import SocketClosed, Sockets

Json = dict[str, Any]
Kind = Literal["slash_commands", "interactive", "events_api"]
ACK_SECONDS = 3.0
RECORDED = 50  # of the last deliveries by HTTP, to be replayed
_OK = 200


@dataclass(frozen=True)
class Retry:
    """The number and reason of a repeated event."""

    number: int
    reason: str


@dataclass(frozen=True)
class Ack:
    """The bot's answer to a payload. `ok` is false if none came in time; `reason` then says why."""

    ok: bool
    ms: float
    body: Any = None
    status: int = _OK
    reason: str = ""
    no_retry: bool = False


@dataclass(frozen=True)
class _Signed:
    """A signed request as it was sent."""

    url: str
    body: bytes
    headers: dict[str, str]


def sign(secret: str, timestamp: str, body: str) -> str:
    """Return Slack's signature of a request body."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return f"v0={digest}"


class Delivery:
    """Delivers payloads to the bot by signed HTTP if `request_url` is set, else by Socket Mode."""

    def __init__(self, sockets: Sockets, signing_secret: str) -> None:
        self.sockets = sockets
        self.signing_secret = signing_secret
        self.request_url: str | None = None
        self.ack_times: list[float] = []
        self._client: httpx.AsyncClient | None = None
        self._recorded: deque[_Signed] = deque(maxlen=RECORDED)

    async def send(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Ack:
        """Deliver *payload* once, and wait up to three real seconds for the answer; keep how long it took, in ms."""
        ack = await self._attempt(kind, payload, retry)
        self.ack_times.append(ack.ms)
        return ack

    async def _attempt(self, kind: Kind, payload: Json, retry: Retry | None) -> Ack:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(ACK_SECONDS):
                ok, status, body, no_retry = await self._send(kind, payload, retry)
        except TimeoutError:
            return Ack(False, _elapsed_ms(started), reason="http_timeout" if self.request_url else "timeout", status=0)
        except (SocketClosed, httpx.HTTPError) as error:
            return Ack(False, _elapsed_ms(started), reason="connection_failed", body=str(error), status=0)
        reason = "" if ok else "http_error"
        return Ack(ok, _elapsed_ms(started), body=body, status=status, reason=reason, no_retry=no_retry)

    async def _send(self, kind: Kind, payload: Json, retry: Retry | None) -> tuple[bool, int, Any, bool]:
        if self.request_url is None:
            return True, _OK, await self._send_by_socket(kind, payload, retry), False
        response = await self._send_by_http(self.request_url, kind, payload, retry)
        no_retry = response.headers.get("x-slack-no-retry") == "1"
        return response.status_code == _OK, response.status_code, _decode(response), no_retry

    async def _send_by_socket(self, kind: Kind, payload: Json, retry: Retry | None) -> Any:
        connection = await self.sockets.next_connection()
        if connection is None:
            raise SocketClosed("the bot has no open socket")
        envelope: Json = {
            "envelope_id": str(uuid4()),
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry.number if retry else 0, "retry_reason": retry.reason if retry else ""}
        return await connection.send(envelope)

    async def _send_by_http(self, url: str, kind: Kind, payload: Json, retry: Retry | None) -> httpx.Response:
        body, content_type = _encode(kind, payload)
        timestamp = str(int(wall_seconds()))
        headers = {
            "content-type": content_type,
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": sign(self.signing_secret, timestamp, body),
        }
        if retry is not None:
            headers |= {"x-slack-retry-num": str(retry.number), "x-slack-retry-reason": retry.reason}
        self._recorded.append(_Signed(url, body.encode(), headers))
        return await self._http().post(url, content=body.encode(), headers=headers)

    async def replay(self, words: str = "") -> int:
        """
        Send the last HTTP delivery with these *words* in its body again as it was; return the HTTP status.

        Raises:
            LookupError: nothing with these words was delivered by HTTP.
        """
        found = [signed for signed in self._recorded if words.encode() in signed.body]
        if not found:
            raise LookupError(f"Nothing with {words!r} was delivered by HTTP; set the rehearsal's request_url.")
        response = await self._http().post(found[-1].url, content=found[-1].body, headers=found[-1].headers)
        return response.status_code

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=ACK_SECONDS + 1, trust_env=False)
        return self._client

    async def close(self) -> None:
        """Close the connections to the bot."""
        if self._client is not None:
            await self._client.aclose()


def _elapsed_ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _encode(kind: Kind, payload: Json) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    plain = {name: "" if value is None else value for name, value in form.items()}
    return urlencode(plain), "application/x-www-form-urlencoded"


def _decode(response: httpx.Response) -> Any:
    if not response.content:
        return None
    if response.headers.get("content-type", "").startswith("application/json"):
        try:
            return response.json()
        except ValueError:
            return response.text
    return response.text

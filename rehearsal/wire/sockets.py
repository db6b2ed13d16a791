"""Socket Mode: tickets, connections, envelopes and their answers."""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

Json = dict[str, Any]
MOST_SOCKETS = 10
GRACE_SECONDS = 10.0


class SocketGone(ConnectionError):
    """The socket closed before the envelope was answered."""


@dataclass(eq=False)
class Connection:
    """One open WebSocket of the bot."""

    socket: WebSocket
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    leaving: bool = False
    sent: int = 0
    alarm: asyncio.TimerHandle | None = None

    async def ask(self, envelope: Json) -> Any:
        """Send *envelope* and return the payload of its answer (None when the answer carries none)."""
        envelope_id = envelope["envelope_id"]
        self.waiting[envelope_id] = asyncio.get_running_loop().create_future()
        self.sent += 1
        try:
            await self.socket.send_text(json.dumps(envelope))
            return await self.waiting[envelope_id]
        except (RuntimeError, WebSocketDisconnect) as error:
            raise SocketGone("the socket closed while the envelope was sent") from error
        finally:
            self.waiting.pop(envelope_id, None)

    def answered(self, raw: str) -> None:
        """Take in what the bot sent."""
        try:
            body = json.loads(raw)
        except ValueError:
            return
        waiting = self.waiting.get(body.get("envelope_id", "")) if isinstance(body, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(body.get("payload"))

    def fail(self) -> None:
        """Give up on every envelope that is still waiting."""
        for waiting in self.waiting.values():
            if not waiting.done():
                waiting.set_exception(SocketGone("the socket closed before the envelope was answered"))


class Sockets:
    """All open connections; each payload goes to one of them, in turn."""

    def __init__(self, app_id: str, tell: Callable[[], None]) -> None:
        self.app_id = app_id
        self._tell_others = tell
        self._closing: set[asyncio.Task[None]] = set()
        self.connections: list[Connection] = []
        self.enabled = True
        self._tickets: set[str] = set()
        self._turn = 0
        self._changed = asyncio.Event()

    def ticket(self) -> str:
        """A ticket that opens one connection."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Hold one connection open until either side closes it."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=4401)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if len(self.connections) >= MOST_SOCKETS:
            await _goodbye(socket, "too_many_websockets")
            return
        await self._hold(Connection(socket))

    async def _hold(self, connection: Connection) -> None:
        self.connections.append(connection)
        try:
            await connection.socket.send_text(json.dumps(self._hello()))
            self._tell()
            while True:
                connection.answered(await connection.socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            connection.fail()
        finally:
            connection.fail()
            if connection.alarm is not None:
                connection.alarm.cancel()
            self.connections.remove(connection)
            self._tell()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "rehearsal", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.app_id},
        }

    async def pick(self) -> Connection | None:
        """The connection whose turn it is, waited for while the bot replaces one; None when there is none."""
        if not self.connections or not self.enabled:
            return None
        await self.until_connected(1)
        ready = [connection for connection in self.connections if not connection.leaving]
        self._turn += 1
        return ready[self._turn % len(ready)]

    async def until_connected(self, number: int) -> None:
        """Wait for *number* open connections."""
        while sum(not connection.leaving for connection in self.connections) < number:
            await self._changed.wait()

    async def disconnect(self, reason: str) -> None:
        """
        Tell every connection to go, with Slack's *reason*: after `warning` it is still used for ten seconds, after
        `refresh_requested` no more; whatever the bot left open is closed then. `link_disabled` closes at once, and
        no new one opens.
        """
        if reason == "link_disabled":
            self.enabled = False
        for connection in tuple(self.connections):
            connection.leaving = reason != "warning"
            if reason == "link_disabled":
                await _goodbye(connection.socket, reason)
                continue
            await connection.socket.send_text(json.dumps(_farewell(reason)))
            connection.alarm = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._close_soon, connection)

    def _close_soon(self, connection: Connection) -> None:
        task = asyncio.get_running_loop().create_task(_close(connection.socket))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def cut(self) -> None:
        """Close every connection without a word, as a broken network would."""
        for connection in tuple(self.connections):
            connection.leaving = True
            await _close(connection.socket)

    def _tell(self) -> None:
        event, self._changed = self._changed, asyncio.Event()
        event.set()
        self._tell_others()


def _farewell(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "rehearsal"}}


async def _goodbye(socket: WebSocket, reason: str) -> None:
    await socket.send_text(json.dumps(_farewell(reason)))
    await _close(socket)


async def _close(socket: WebSocket) -> None:
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close()

"""Socket Mode: tickets, connections, envelopes and their answers."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

Json = dict[str, Any]
MOST_SOCKETS = 10


class SocketGone(ConnectionError):
    """The socket closed before the envelope was answered."""


@dataclass(eq=False)
class Connection:
    """One open WebSocket of the bot."""

    socket: WebSocket
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    leaving: bool = False
    sent: int = 0

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

    def __init__(self, app_id: str) -> None:
        self.app_id = app_id
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
            self.connections.remove(connection)
            self._tell()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "rehearsal", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.app_id},
        }

    def pick(self) -> Connection | None:
        """The connection whose turn it is; None when there is none."""
        ready = [connection for connection in self.connections if not connection.leaving]
        if not ready:
            return None
        self._turn += 1
        return ready[self._turn % len(ready)]

    async def until_connected(self, number: int) -> None:
        """Wait for *number* open connections."""
        while sum(not connection.leaving for connection in self.connections) < number:
            await self._changed.wait()

    async def disconnect(self, reason: str) -> None:
        """
        Tell every connection to go, with Slack's *reason*: `warning` leaves it open for the bot to replace,
        `link_disabled` also refuses new ones, `refresh_requested` and any other close it.
        """
        if reason == "link_disabled":
            self.enabled = False
        for connection in tuple(self.connections):
            if reason == "warning":
                await connection.socket.send_text(json.dumps(_farewell(reason)))
                continue
            connection.leaving = True
            await _goodbye(connection.socket, reason)

    async def cut(self) -> None:
        """Close every connection without a word, as a broken network would."""
        for connection in tuple(self.connections):
            connection.leaving = True
            await _close(connection.socket)

    def _tell(self) -> None:
        event, self._changed = self._changed, asyncio.Event()
        event.set()


def _farewell(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "rehearsal"}}


async def _goodbye(socket: WebSocket, reason: str) -> None:
    await socket.send_text(json.dumps(_farewell(reason)))
    await _close(socket)


async def _close(socket: WebSocket) -> None:
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close()

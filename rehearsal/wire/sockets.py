"""Socket Mode: tickets, connections, envelopes and their acknowledgements."""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

Json = dict[str, Any]
MAX_CONNECTIONS = 10
GRACE_SECONDS = 10.0
TICKET_SECONDS = 30.0  # Slack names no number; an address that wasn't used soon is refused


Transports = Callable[[WebSocket], None]
"""Does something with the connection below a WebSocket."""


class SocketClosed(ConnectionError):
    """The socket closed before the envelope was acknowledged."""


@dataclass(eq=False)
class Connection:
    """An open WebSocket of the bot."""

    socket: WebSocket
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    closing: bool = False
    silent: bool = False
    sent: int = 0
    close_timer: asyncio.TimerHandle | None = None

    async def send(self, envelope: Json) -> Any:
        """Send *envelope* and return the payload of its acknowledgement, or None."""
        envelope_id = envelope["envelope_id"]
        self.waiting[envelope_id] = asyncio.get_running_loop().create_future()
        self.sent += 1
        try:
            if not self.silent:
                await self.socket.send_text(json.dumps(envelope))
            return await self.waiting[envelope_id]
        except (RuntimeError, WebSocketDisconnect) as error:
            raise SocketClosed("the socket closed while the envelope was sent") from error
        finally:
            self.waiting.pop(envelope_id, None)

    def handle_answer(self, raw: str) -> None:
        """Handle a message from the bot."""
        try:
            body = json.loads(raw)
        except ValueError:
            return
        waiting = self.waiting.get(body.get("envelope_id", "")) if isinstance(body, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(body.get("payload"))

    def fail(self) -> None:
        """Fail all envelopes that wait for an acknowledgement."""
        for waiting in self.waiting.values():
            if not waiting.done():
                waiting.set_exception(SocketClosed("the socket closed before the envelope was answered"))


class Sockets:
    """All open connections, to which payloads are sent in turn."""

    def __init__(self, app_id: str, on_change: Callable[[], None], stopwatch: Callable[[], float]) -> None:
        self.app_id = app_id
        self._on_change = on_change
        self._stopwatch = stopwatch
        self._close_tasks: set[asyncio.Task[None]] = set()
        self.connections: list[Connection] = []
        self.enabled = True
        self.is_down = False
        self.refused = 0
        self.occupied = 0
        self._tickets: dict[str, float] = {}
        self._turn = 0
        self._changed = asyncio.Event()
        self.stop_reading: Transports = _do_nothing
        self.abort: Transports = _do_nothing

    def new_ticket(self) -> str:
        """Return a ticket that opens one connection within `TICKET_SECONDS`."""
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = self._stopwatch()
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection until either side closes it."""
        if self.is_down or not self._use_ticket(socket.query_params.get("ticket", "")):
            self.refused += 1
            self._on_change()
            await socket.close(code=4401)
            return
        await socket.accept()
        if len(self.connections) + self.occupied >= MAX_CONNECTIONS:
            self.refused += 1
            self._on_change()
            await _disconnect(socket, "too_many_websockets")
            return
        await self._hold(Connection(socket))

    def _use_ticket(self, ticket: str) -> bool:
        created_at = self._tickets.pop(ticket, None)
        return created_at is not None and self._stopwatch() - created_at <= TICKET_SECONDS

    async def _hold(self, connection: Connection) -> None:
        self._bury_silent()
        self.connections.append(connection)
        try:
            await connection.socket.send_text(json.dumps(self._hello()))
            self._notify()
            while True:
                connection.handle_answer(await connection.socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            connection.fail()
        finally:
            connection.fail()
            if connection.close_timer is not None:
                connection.close_timer.cancel()
            self.connections.remove(connection)
            self._notify()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "rehearsal", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.app_id},
        }

    async def next_connection(self) -> Connection | None:
        """Return the next connection in turn, waiting while the bot replaces one; None if there is none."""
        if not self.connections or not self.enabled:
            return None
        await self.until_connected(1)
        ready = [connection for connection in self.connections if not connection.closing]
        self._turn += 1
        return ready[self._turn % len(ready)]

    async def until_connected(self, number: int) -> None:
        """Wait for *number* open connections."""
        while sum(not connection.closing for connection in self.connections) < number:
            await self._changed.wait()

    async def disconnect(self, reason: str) -> None:
        """
        Ask the bot to close its connections, with Slack's *reason*.

        After `warning` a connection is used for ten more seconds, after `refresh_requested` no more; then it is closed.
        `link_disabled` closes connections at once and refuses new ones.
        """
        if reason == "link_disabled":
            self.enabled = False
        for connection in tuple(self.connections):
            connection.closing = reason != "warning"
            if reason == "link_disabled":
                await _disconnect(connection.socket, reason)
                continue
            await connection.socket.send_text(json.dumps(_disconnect_message(reason)))
            connection.close_timer = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._close_soon, connection)

    def _close_soon(self, connection: Connection) -> None:
        task = asyncio.get_running_loop().create_task(_close(connection.socket))
        self._close_tasks.add(task)
        task.add_done_callback(self._close_tasks.discard)

    async def drop(self) -> None:
        """Close every connection without a message, as a broken network would."""
        self._bury_silent()
        for connection in tuple(self.connections):
            connection.closing = True
            await _close(connection.socket)

    def silence(self) -> None:
        """
        Let every connection die without a sign: nothing is read from it, not even pings, and what is sent is lost.

        It counts as open until the bot opens another one.
        """
        for connection in self.connections:
            connection.silent = True
            self.stop_reading(connection.socket)

    def _bury_silent(self) -> None:
        for connection in self.connections:
            if connection.silent:
                connection.closing = True
                self.abort(connection.socket)

    def _notify(self) -> None:
        event, self._changed = self._changed, asyncio.Event()
        event.set()
        self._on_change()


def _do_nothing(_socket: WebSocket) -> None:
    """Do nothing; the rehearsal's server has more to say."""


def _disconnect_message(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "rehearsal"}}


async def _disconnect(socket: WebSocket, reason: str) -> None:
    await socket.send_text(json.dumps(_disconnect_message(reason)))
    await _close(socket)


async def _close(socket: WebSocket) -> None:
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close()

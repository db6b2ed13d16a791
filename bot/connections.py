"""Keeps connections that send slowly, or are too many, from stopping the web server."""

import asyncio
from collections.abc import Callable
from typing import cast

MOST_CONNECTIONS = 256
HEAD_SECONDS = 10.0  # from the connection to the end of its first request's headers
END_OF_HEAD = b"\r\n\r\n"

Factory = Callable[[], asyncio.Protocol]


class LimitedConnections:
    """
    Makes the protocol of each new connection, as a server's factory does, from that of *factory*.

    There are at most *most* at once: a new one takes the place of the one that has been silent for longest. One that
    hasn't sent its first request's headers within *head_seconds* is cut.
    """

    def __init__(self, factory: Factory, *, most: int = MOST_CONNECTIONS, head_seconds: float = HEAD_SECONDS) -> None:
        self._factory, self._most, self._head_seconds = factory, most, head_seconds
        self._open: dict[_Connection, None] = {}

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol of a new connection."""
        return _Connection(self._factory(), self._open, self._most, self._head_seconds)

    def __len__(self) -> int:
        """Return how many connections are open."""
        return len(self._open)


class _Connection(asyncio.Protocol):
    """Hands everything on to *inner*; *others* are the open connections, the longest silent first."""

    def __init__(
        self, inner: asyncio.Protocol, others: "dict[_Connection, None]", most: int, head_seconds: float
    ) -> None:
        self._inner, self._others, self._most, self._head_seconds = inner, others, most, head_seconds
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        while len(self._others) >= self._most:
            next(iter(self._others)).cut()
        self._others[self] = None
        self._transport = cast("asyncio.Transport", transport)
        self._deadline = asyncio.get_running_loop().call_later(self._head_seconds, self.cut)
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self in self._others:
            self._others[self] = self._others.pop(self)
        if self._deadline is not None:
            seen = self._tail + data
            self._tail = seen[-len(END_OF_HEAD) :]
            if END_OF_HEAD in seen:
                self._deadline.cancel()
                self._deadline = None
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        self._forget()
        self._inner.connection_lost(error)

    def cut(self) -> None:
        """Close the connection without an answer."""
        self._forget()
        if self._transport is not None:
            self._transport.abort()

    def _forget(self) -> None:
        self._others.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

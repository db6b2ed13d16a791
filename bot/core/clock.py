"""The clock. Only this module reads the wall clock."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Tells the time; the demo and the tests pass one that they can move."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards and can't be moved, for leases and watchdogs."""
        ...

    def wall(self) -> float:
        """Return seconds since 1970 that can't be moved, for the age of signatures."""
        ...


class WallClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def wall(self) -> float:
        """Return seconds since 1970."""
        return time.time()


class MovableClock:
    """A clock that stands still until it is moved forward."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant that it was last moved to."""
        return self._now

    def monotonic(self) -> float:
        """Return real seconds: leases and watchdogs don't follow the moved time."""
        return time.monotonic()

    def wall(self) -> float:
        """Return real seconds since 1970: signatures don't follow the moved time."""
        return time.time()

    def move(self, by: timedelta) -> datetime:
        """Move forward by *by*, and return the new instant."""
        return self.move_to(self._now + by)

    def move_to(self, instant: datetime) -> datetime:
        """
        Move forward to *instant*, and return it.

        Raises:
            ValueError: *instant* is before the present one.
        """
        if instant < self._now:
            raise ValueError(f"The clock only moves forward: {instant} is before {self._now}.")
        self._now = instant.astimezone(UTC)
        return self._now


_VERSION_BITS = 0xF << 76 | 0b11 << 62
_VERSION_7 = 0x7 << 76 | 0b10 << 62


def new_id(milliseconds: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> UUID:
    """Return a new UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits. Ids sort by age."""
    instant = (milliseconds() & ((1 << 48) - 1)) << 80
    random = int.from_bytes(os.urandom(10), "big") & ~_VERSION_BITS
    return UUID(int=instant | random | _VERSION_7)

"""The one place that reads the wall clock."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Tells what time it is; the demo and the tests hand out one that they can move."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards and that nobody can move; for leases and watchdogs."""
        ...

    def wall(self) -> float:
        """Seconds since 1970 that nobody can move: what the age of a signature is judged by."""
        ...


class WallClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970."""
        return time.time()


class MovableClock:
    """A clock that stands still until somebody moves it forward."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was last moved to."""
        return self._now

    def monotonic(self) -> float:
        """Real seconds: leases and watchdogs don't follow the moved time."""
        return time.monotonic()

    def wall(self) -> float:
        """Real seconds since 1970: signatures don't follow the moved time."""
        return time.time()

    def move(self, by: timedelta) -> datetime:
        """Go forward by *by* and return the new instant."""
        return self.move_to(self._now + by)

    def move_to(self, instant: datetime) -> datetime:
        """
        Go forward to *instant* and return it.

        Raises:
            ValueError: *instant* lies before the present one.
        """
        if instant < self._now:
            raise ValueError(f"The clock only moves forward: {instant} is before {self._now}.")
        self._now = instant.astimezone(UTC)
        return self._now


def new_id(milliseconds: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> UUID:
    """A new UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random ones; ids sort by age."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds() & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | (random & ((1 << 62) - 1))
    return UUID(int=value)

"""The workspace's clock: frozen or running, and movable forward."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

Listener = Callable[[datetime], Awaitable[None]]
NextStop = Callable[[datetime], datetime]
"""Returns the next instant after the given one at which something happens."""

_MIN_STEP = timedelta(seconds=1)  # so that time goes on, whatever `next_stop` returns


def wall_seconds() -> float:
    """Return seconds since 1970 on the real clock, against which the bot checks signatures."""
    return time.time()  # noqa: TID251 - the bot verifies signatures against the real clock, not the pretend one


class Clock:
    """The time in the pretend workspace."""

    def __init__(self, start: datetime, *, frozen: bool = True) -> None:
        if start.tzinfo is None:
            raise ValueError("Give the start of the rehearsal a time zone, such as datetime(…, tzinfo=UTC).")
        self.start = start.astimezone(UTC)
        self.frozen = frozen
        self.next_stop: NextStop | None = None
        self._born = time.monotonic()
        self._moved = timedelta()
        self._listeners: list[Listener] = []

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        flowed = timedelta() if self.frozen else timedelta(seconds=time.monotonic() - self._born)
        return self.start + self._moved + flowed

    def stopwatch(self) -> float:
        """Return seconds for rate limits and trigger ids: real time plus all moves."""
        return time.monotonic() + self._moved.total_seconds()

    def on_moved(self, listener: Listener) -> Callable[[], None]:
        """Await *listener* with the new instant after each move; return a function that removes it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def move(self, delta: timedelta) -> datetime:
        """
        Move forward by *delta*, wait for all listeners, and return the new instant.

        With a `next_stop`, time moves from each of its instants to the next, and listeners are called at every one.
        """
        if delta < timedelta():
            raise ValueError(f"The clock only goes forward; {delta} would turn it back.")
        left = delta
        while True:
            step = self._next_step(left)
            self._moved += step
            left -= step
            now = self.now()
            for listener in tuple(self._listeners):
                await listener(now)
            if not left:
                return now

    def _next_step(self, left: timedelta) -> timedelta:
        if self.next_stop is None:
            return left
        now = self.now()
        return min(max(self.next_stop(now) - now, _MIN_STEP), left)

    async def move_to(self, instant: datetime) -> datetime:
        """Move forward to *instant*, which must be aware."""
        return await self.move(instant.astimezone(UTC) - self.now())

"""The workspace's own time: it stands still or flows, and it can be moved forward."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

Listener = Callable[[datetime], Awaitable[None]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def wall_seconds() -> float:
    """Seconds since 1970 on the real clock: what a signature's timestamp is checked against by the bot."""
    return time.time()  # noqa: TID251 - the bot verifies signatures against the real clock, not the pretend one


class Clock:
    """Time as people in the pretend workspace see it."""

    def __init__(self, start: datetime, *, frozen: bool = True) -> None:
        if start.tzinfo is None:
            raise ValueError("Give the start of the rehearsal a time zone, such as datetime(…, tzinfo=UTC).")
        self.start = start.astimezone(UTC)
        self.frozen = frozen
        self.stride: timedelta | None = None
        self._born = time.monotonic()
        self._moved = timedelta()
        self._listeners: list[Listener] = []

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        flowed = timedelta() if self.frozen else timedelta(seconds=time.monotonic() - self._born)
        return self.start + self._moved + flowed

    def stopwatch(self) -> float:
        """Seconds for short-lived things (rates, trigger ids): really passed time plus every move."""
        return time.monotonic() + self._moved.total_seconds()

    def on_moved(self, listener: Listener) -> Callable[[], None]:
        """Have *listener* awaited with the new instant after each move; call what comes back to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def move(self, delta: timedelta) -> datetime:
        """
        Go *delta* ahead, wait until every listener has caught up, and say what time it is.

        With a `stride`, time goes in steps of that length, from one full one to the next, and every step is told.
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
        if self.stride is None:
            return left
        into_the_stride = (self.now() - _EPOCH) % self.stride
        return min(self.stride - into_the_stride, left)

    async def move_to(self, instant: datetime) -> datetime:
        """Go ahead to *instant* (aware)."""
        return await self.move(instant.astimezone(UTC) - self.now())

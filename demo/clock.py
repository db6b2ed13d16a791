"""The bot's clock in a rehearsal."""

import time
from datetime import datetime

from rehearsal.state.clock import Clock


class RehearsalClock:
    """A clock that follows the rehearsal's time; monotonic and wall time are real."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """Return the rehearsal's current instant."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Return real seconds, for leases and watchdogs."""
        return time.monotonic()

    def wall(self) -> float:
        """Return real seconds since 1970, for the age of signatures."""
        return time.time()  # noqa: TID251 - the rehearsal signs with real time, as Slack does

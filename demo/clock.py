"""The bot's clock in a rehearsal: it shows what the rehearsal's people see."""

import time
from datetime import datetime

from rehearsal.state.clock import Clock


class RehearsalClock:
    """The rehearsal's time for the bot; what nobody may move stays real."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """What the rehearsal says."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Real seconds, for leases and watchdogs."""
        return time.monotonic()

    def wall(self) -> float:
        """Real seconds since 1970, for the age of signatures."""
        return time.time()  # noqa: TID251 - the rehearsal signs with real time, as Slack does

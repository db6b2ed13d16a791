"""Slack's rate limits: a bucket for each method, and one for each channel that is written to."""

from collections.abc import Callable
from math import ceil

# Calls a minute, from Slack's page on rate limits.
PER_MINUTE = {1: 1.0, 2: 20.0, 3: 50.0, 4: 100.0}
POSTS_PER_SECOND = 1.0
# Slack allows "short bursts" of messages in a channel without a number; five is what we build for.
POST_BURST = 5.0
# Methods with "special" limits, such as auth.test, take hundreds of calls a minute.
SPECIAL_PER_MINUTE = 600.0


class Rates:
    """Buckets that refill as the stopwatch goes on; moving the clock refills them too."""

    def __init__(self, stopwatch: Callable[[], float]) -> None:
        self._stopwatch = stopwatch
        self._left: dict[str, tuple[float, float]] = {}
        self.enabled = True

    def spend(self, key: str, *, size: float, per_second: float) -> int:
        """Take one call from the bucket *key*; 0 when there was one, else the seconds to wait for the next."""
        if not self.enabled:
            return 0
        now = self._stopwatch()
        left, since = self._left.get(key, (size, now))
        left = min(size, left + (now - since) * per_second)
        if left < 1:
            self._left[key] = (left, now)
            return max(1, ceil((1 - left) / per_second))
        self._left[key] = (left - 1, now)
        return 0

    def spend_method(self, method: str, tier: int | str | None) -> int:
        """Take one call of *method*, whose tier Slack documents."""
        per_minute = PER_MINUTE.get(tier, SPECIAL_PER_MINUTE) if isinstance(tier, int) else SPECIAL_PER_MINUTE
        return self.spend(method, size=per_minute, per_second=per_minute / 60)

    def spend_post(self, channel: str) -> int:
        """Take one message into *channel*."""
        return self.spend(f"post:{channel}", size=POST_BURST, per_second=POSTS_PER_SECOND)

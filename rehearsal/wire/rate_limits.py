"""Slack's rate limits: a token bucket per method, and one per channel that is posted to."""

from collections.abc import Callable
from math import ceil

# Calls per minute by tier, from Slack's page on rate limits.
PER_MINUTE = {1: 1.0, 2: 20.0, 3: 50.0, 4: 100.0}
POSTS_PER_SECOND = 1.0
# Slack allows "short bursts" of messages in a channel without naming a number; we assume five.
POST_BURST = 5.0
# "A small amount of burst behavior is tolerated" in tier 1; we assume as many calls as an app may have sockets.
TIER_1_BURST = 10.0
# Methods with "special" limits, such as auth.test, take hundreds of calls a minute.
SPECIAL_PER_MINUTE = 600.0


class RateLimiter:
    """Token buckets, refilled by the clock's stopwatch; moving the clock refills them, too."""

    def __init__(self, stopwatch: Callable[[], float]) -> None:
        self._stopwatch = stopwatch
        self._buckets: dict[str, tuple[float, float]] = {}
        self.enabled = True

    def acquire(self, key: str, *, size: float, per_second: float) -> int:
        """Take one token from the bucket *key*; return 0, or the seconds to wait if it is empty."""
        if not self.enabled:
            return 0
        now = self._stopwatch()
        left, since = self._buckets.get(key, (size, now))
        left = min(size, left + (now - since) * per_second)
        if left < 1:
            self._buckets[key] = (left, now)
            return max(1, ceil((1 - left) / per_second))
        self._buckets[key] = (left - 1, now)
        return 0

    def acquire_method(self, method: str, tier: int | str | None) -> int:
        """Take a token for a call of *method* in the rate tier that Slack documents."""
        per_minute = PER_MINUTE.get(tier, SPECIAL_PER_MINUTE) if isinstance(tier, int) else SPECIAL_PER_MINUTE
        return self.acquire(method, size=max(per_minute, TIER_1_BURST), per_second=per_minute / 60)

    def acquire_post(self, channel: str) -> int:
        """Take a token for a message in *channel*."""
        return self.acquire(f"post:{channel}", size=POST_BURST, per_second=POSTS_PER_SECOND)

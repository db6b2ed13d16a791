"""Trouble on the line, on order."""

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Literal

Way = Literal["answer", "drop_before", "drop_after", "slow"]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call."""

    way: Way
    status: int = 200
    error: str = ""
    retry_after: float = 1.0
    seconds: float = 0.0


class Faults:
    """Faults waiting for their call; a method named `*` stands for any."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)
        self._duplicates: deque[tuple[int, str]] = deque()

    def next(
        self, method: str, *, status: int = 200, error: str = "", retry_after: float = 1.0, times: int = 1
    ) -> None:
        """Answer the next *times* calls of *method* with an HTTP *status* (429, 500, …) or with Slack's *error*."""
        self._order(method, Fault("answer", status=status, error=error, retry_after=retry_after), times)

    def drop_before(self, method: str, *, times: int = 1) -> None:
        """Cut the connection before the call is accepted: nothing happens."""
        self._order(method, Fault("drop_before"), times)

    def drop_after(self, method: str, *, times: int = 1) -> None:
        """Accept the call, then cut the connection without an answer."""
        self._order(method, Fault("drop_after"), times)

    def slow(self, method: str, seconds: float, *, times: int = 1) -> None:
        """Accept the call, and answer only after *seconds* really passed."""
        self._order(method, Fault("slow", seconds=seconds), times)

    def duplicate_delivery(self, times: int = 1, reason: str = "timeout") -> None:
        """Deliver the next event *times* more, marked as a retry for *reason*, though it was acknowledged."""
        self._duplicates.append((times, reason))

    def take(self, method: str) -> Fault | None:
        """The fault that this call of *method* meets, used up by that."""
        for name in (method, "*"):
            if self._waiting[name]:
                return self._waiting[name].popleft()
        return None

    def take_duplicate(self) -> tuple[int, str]:
        """How often the event now being delivered comes again, and why."""
        return self._duplicates.popleft() if self._duplicates else (0, "")

    def clear(self) -> None:
        """Have nothing go wrong any more."""
        self._waiting.clear()
        self._duplicates.clear()

    def _order(self, method: str, fault: Fault, times: int) -> None:
        self._waiting[method].extend([fault] * times)

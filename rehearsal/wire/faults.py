"""Faults to be applied to calls of the bot and deliveries to it."""

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal["answer", "drop_before", "drop_after", "slow"]


@dataclass(frozen=True)
class Fault:
    """The fault of one call."""

    kind: FaultKind
    status: int = 200
    error: str = ""
    retry_after: float = 1.0
    seconds: float = 0.0


class Faults:
    """Faults waiting for a call; the method `*` matches any."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)
        self._duplicates: deque[tuple[int, str]] = deque()

    def next(
        self, method: str, *, status: int = 200, error: str = "", retry_after: float = 1.0, times: int = 1
    ) -> None:
        """Answer the next *times* calls of *method* with an HTTP *status* (429, 500, …) or with Slack's *error*."""
        self._add(method, Fault("answer", status=status, error=error, retry_after=retry_after), times)

    def drop_before(self, method: str, *, times: int = 1) -> None:
        """Close the connection before the call is accepted, so that it has no effect."""
        self._add(method, Fault("drop_before"), times)

    def drop_after(self, method: str, *, times: int = 1) -> None:
        """Accept the call, then close the connection without an answer."""
        self._add(method, Fault("drop_after"), times)

    def slow(self, method: str, seconds: float, *, times: int = 1) -> None:
        """Accept the call, and answer after *seconds* of real time."""
        self._add(method, Fault("slow", seconds=seconds), times)

    def duplicate_delivery(self, times: int = 1, reason: str = "timeout") -> None:
        """Deliver the next event *times* more, marked as a retry for *reason*, although it was acknowledged."""
        self._duplicates.append((times, reason))

    def pop(self, method: str) -> Fault | None:
        """Remove and return the fault for this call of *method*, or None."""
        for name in (method, "*"):
            if self._waiting[name]:
                return self._waiting[name].popleft()
        return None

    def pop_duplicate(self) -> tuple[int, str]:
        """Remove and return the number of duplicates of the current event, and their reason."""
        return self._duplicates.popleft() if self._duplicates else (0, "")

    def clear(self) -> None:
        """Remove all faults."""
        self._waiting.clear()
        self._duplicates.clear()

    def _add(self, method: str, fault: Fault, times: int) -> None:
        self._waiting[method].extend([fault] * times)

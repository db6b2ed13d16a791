"""Faults to be applied to calls of the bot and deliveries to it."""

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Literal, NamedTuple

FaultKind = Literal["answer", "answer_after", "drop_before", "drop_after", "slow", "accept_late"]


@dataclass(frozen=True)
class Fault:
    """The fault of one call; *channel* restricts it to calls about that channel."""

    kind: FaultKind
    status: int = 200
    error: str = ""
    retry_after: float | None = 1.0
    content: str | None = None
    seconds: float = 0.0
    channel: str = ""


class Duplicates(NamedTuple):
    """How often an event comes again, for which reason, and whether each time with an id of its own."""

    times: int = 0
    reason: str = ""
    new_ids: bool = False


class Faults:
    """
    Faults waiting for a call; the method `*` matches any.

    Every control takes *channel*, the id of a channel: then the fault waits for calls about that channel.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)
        self._duplicates: deque[Duplicates] = deque()

    def next(
        self,
        method: str,
        *,
        status: int = 200,
        error: str = "",
        retry_after: float | None = 1.0,
        content: str | None = None,
        channel: str = "",
        times: int = 1,
    ) -> None:
        """
        Answer the next *times* calls of *method*, without carrying them out.

        The answer is an HTTP *status* (429, 500, …), Slack's *error*, or *content*: a page that isn't Slack's, or JSON.
        A 429 has no Retry-After if *retry_after* is None.
        """
        fault = Fault("answer", status=status, error=error, retry_after=retry_after, content=content, channel=channel)
        self._add(method, fault, times)

    def answer_after(
        self, method: str, *, status: int = 200, content: str | None = None, channel: str = "", times: int = 1
    ) -> None:
        """Accept the call, then answer with an HTTP *status* or with *content* in the place of Slack's answer."""
        self._add(method, Fault("answer_after", status=status, content=content, channel=channel), times)

    def drop_before(self, method: str, *, channel: str = "", times: int = 1) -> None:
        """Close the connection before the call is accepted, so that it has no effect."""
        self._add(method, Fault("drop_before", channel=channel), times)

    def drop_after(self, method: str, *, channel: str = "", times: int = 1) -> None:
        """Accept the call, then close the connection without an answer."""
        self._add(method, Fault("drop_after", channel=channel), times)

    def accept_late(self, method: str, seconds: float, *, channel: str = "", times: int = 1) -> None:
        """Close the connection, and accept the call once the workspace's clock was moved by *seconds* or more."""
        self._add(method, Fault("accept_late", seconds=seconds, channel=channel), times)

    def slow(self, method: str, seconds: float, *, channel: str = "", times: int = 1) -> None:
        """Accept the call, and answer after *seconds* of real time."""
        self._add(method, Fault("slow", seconds=seconds, channel=channel), times)

    def duplicate_delivery(self, times: int = 1, reason: str = "timeout", *, new_ids: bool = False) -> None:
        """
        Deliver the next event *times* more, although it was acknowledged.

        It is marked as a retry for *reason*; with *new_ids* it comes as an event of its own each time instead.
        """
        self._duplicates.append(Duplicates(times, reason, new_ids))

    @property
    def are_any_of_channels(self) -> bool:
        """Return whether a fault waits for calls about one channel."""
        return any(fault.channel for waiting in self._waiting.values() for fault in waiting)

    def pop(self, method: str, channel: str = "") -> Fault | None:
        """Remove and return the fault for this call of *method*, about *channel* if it is about one, or None."""
        for name in (method, "*"):
            for fault in self._waiting.get(name, ()):
                if fault.channel in ("", channel):
                    self._waiting[name].remove(fault)
                    return fault
        return None

    def pop_duplicate(self) -> Duplicates:
        """Remove and return how often the current event comes again."""
        return self._duplicates.popleft() if self._duplicates else Duplicates()

    def clear(self) -> None:
        """Remove all faults."""
        self._waiting.clear()
        self._duplicates.clear()

    def _add(self, method: str, fault: Fault, times: int) -> None:
        self._waiting[method].extend([fault] * times)

"""What the running bot reports of itself while it works; nothing is kept unless somebody measures."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Measures(Protocol):
    """Takes what is measured."""

    def delivered(self, outcome: str) -> None:
        """Count a message that was tried to be sent, by what came of it."""
        ...

    def acked(self, seconds: float) -> None:
        """Take how long a request of Slack's waited for its acknowledgement."""
        ...

    def ran(self, job: str, seconds: float, *, failed: bool) -> None:
        """Take how long a run of a job lasted."""
        ...

    def slack_failed(self, method: str, error: str) -> None:
        """Count a call of Slack's API that failed."""
        ...


class NoMeasures:
    """Keeps nothing."""

    def delivered(self, outcome: str) -> None:
        """Keep nothing."""

    def acked(self, seconds: float) -> None:
        """Keep nothing."""

    def ran(self, job: str, seconds: float, *, failed: bool) -> None:
        """Keep nothing."""

    def slack_failed(self, method: str, error: str) -> None:
        """Keep nothing."""


NO_MEASURES = NoMeasures()


class Span(Protocol):
    """Something that takes time, in a trace."""

    def set_attribute(self, key: str, value: str) -> None:
        """Add what is known only at its end."""
        ...


class Traces(Protocol):
    """Takes what happens when, and in what. No name of a customer or person belongs into it."""

    def span(self, name: str, **attributes: str) -> AbstractContextManager[Span]:
        """Return a context for something that begins now; an error that leaves it marks it as failed."""
        ...


class NoSpan:
    """Keeps nothing."""

    def set_attribute(self, key: str, value: str) -> None:
        """Keep nothing."""


class NoTraces:
    """Keeps nothing."""

    def span(self, name: str, **attributes: str) -> AbstractContextManager[Span]:  # noqa: ARG002 - as the protocol
        """Keep nothing."""
        return NO_CONTEXT


NO_CONTEXT: AbstractContextManager[Span] = nullcontext(NoSpan())
NO_TRACES = NoTraces()

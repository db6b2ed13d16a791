"""What the running bot reports of itself while it works; nothing is kept unless somebody measures."""

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

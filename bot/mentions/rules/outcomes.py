"""How a look at a source can end, and how far it may go."""

from dataclasses import dataclass
from enum import StrEnum

from bot.core.errors import BotError


class Outcome(StrEnum):
    """How a look at a source ended."""

    NEWS = "news"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    GONE = "gone"
    ASKED_TO_WAIT = "asked_to_wait"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    BROKEN = "broken"

    @property
    def is_well(self) -> bool:
        """Whether the source answered as it should."""
        return self in {Outcome.NEWS, Outcome.UNCHANGED, Outcome.EMPTY}


class Trouble(BotError):
    """A source that can't be fetched or read; the sentence tells a manager what to do."""

    def __init__(self, outcome: Outcome, sentence: str, *, wait_seconds: int | None = None) -> None:
        super().__init__(sentence)
        self.outcome = outcome
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Limits:
    """How long, how much and how far one look at a source may go."""

    whole_seconds: float = 30  # from the look-up of the name to the last byte
    quiet_seconds: float = 10  # without a byte
    body_bytes: int = 5 * 1024 * 1024  # packed and unpacked
    redirects: int = 3
    reading_seconds: float = 5  # of computing
    memory_megabytes: int = 256


LIMITS = Limits()
MOST_ITEMS = 200
"""Items taken from one look, the first in the source's order."""

LONGEST_WAIT_SECONDS = 24 * 60 * 60

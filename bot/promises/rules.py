"""The states of a promise, when it is near, when a customer waits too long to hear, and the kept-rate."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from bot.people.rules import DAY, Calendar

WHAT, NOTE, CONTACT = 500, 1000, 200
RATE_PERIOD = timedelta(days=365)


class PromiseState(StrEnum):
    """Where a promise stands. A broken promise never becomes `kept`."""

    OPEN = "open"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    RENEGOTIATED = "renegotiated"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """The state as it is shown in a row."""
        return self.value.replace("_", " ")


class PromiseEvent(StrEnum):
    """What happened to a promise that somebody else should know of."""

    KEPT = "kept"
    RENEGOTIATED = "renegotiated"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"
    FORGOTTEN = "forgotten"


def is_near(due_on: date, *, today: date, calendar: Calendar) -> bool:
    """
    Return whether a promise is due before the second working day after *today*, or broken.

    A promise that is due on a weekend, a holiday or a day away counts as due before those begin.
    """
    following = calendar.next_working_day(today, or_same=False)
    return due_on < max(calendar.next_working_day(following, or_same=False), today + DAY)


def is_over(due_on: date, *, today: date) -> bool:
    """Return whether the day of a promise is over for somebody whose day is *today*."""
    return due_on < today


def is_silent(*, promised_on: date, due_on: date, last_contact_on: date | None, today: date) -> bool:
    """Return whether more than half of a promise's time is gone without a contact since it was made."""
    heard = last_contact_on is not None and last_contact_on > promised_on
    return not heard and 2 * (today - promised_on).days > (due_on - promised_on).days


# --- how well promises are kept ----------------------------------------------------------------------------------


class Band(StrEnum):
    """How many people work at a customer; told beside the rates, used for nothing else."""

    SMALL = "up to 49 people"
    MIDDLE = "50 to 249 people"
    LARGE = "250 people and more"
    UNKNOWN = "size unknown"


MIDDLE_FROM, LARGE_FROM = 50, 250
"""The bounds of small and large firms in the statistics of the European Union."""


FEWEST_TO_COMPARE = 10
"""Promises whose day has come, below which the rate of a size of customers says too little to be compared."""


def judged(counts: Mapping[PromiseState, int]) -> int:
    """Return how many promises' day has come; open and withdrawn ones don't count."""
    return sum(
        counts.get(state, 0)
        for state in (PromiseState.KEPT, PromiseState.KEPT_LATE, PromiseState.RENEGOTIATED, PromiseState.BROKEN)
    )


def kept_rate(counts: Mapping[PromiseState, int]) -> float | None:
    """
    Return the share of promises kept on their day among those whose day has come; None while there are none.

    Late, renegotiated and broken ones were not kept.
    """
    total = judged(counts)
    return counts.get(PromiseState.KEPT, 0) / total if total else None


def widest_gap(rates: Mapping[str, float | None]) -> tuple[str, str] | None:
    """Return the names of the best and the worst of *rates*; None while fewer than two have one."""
    known = {name: rate for name, rate in rates.items() if rate is not None}
    if len(known) < 2:  # noqa: PLR2004 - a difference takes two
        return None
    return max(known, key=lambda name: known[name]), min(known, key=lambda name: known[name])

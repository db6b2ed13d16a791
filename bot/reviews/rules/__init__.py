"""
How the care of small customers compares with that of large ones: waits, and what chance would do.

docs/proof.md says what each figure means.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple, TypeVar

from bot.customers.rules.bands import FIFTHS as FIFTHS
from bot.customers.rules.bands import Band as Band
from bot.customers.rules.bands import Size as Size
from bot.customers.rules.bands import divide_into_bands as divide_into_bands
from bot.customers.rules.bands import main_currency as main_currency

Facts = TypeVar("Facts")
Span = tuple[date, date]
"""Two days and all between them."""
Stretch = tuple[date, date, Facts]
"""What was true from one day to another, both included."""
ONE_DAY = timedelta(days=1)

PERIODS = (30, 90, 365)
"""Days that a proof may look back on."""
USUAL_PERIOD = 90
FEWEST = 10
"""Customers that each of the two bands needs; with fewer, one customer more or less would turn the sentence."""
SHUFFLES = 1000
SEED = 20_261_128
"""Of the shuffles, so that the same question gets the same answer."""
SURE, LIKELY = 1, 5
"""A gap that chance makes at most so many times in 100 is a sign, or is worth a look."""
MIDDLE, NEARLY_ALL = 0.5, 0.9
BUCKETS = 12
"""Periods in a chart."""


class Period(StrEnum):
    """What a review looks back on; its charts show `BUCKETS` of them."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"

    @property
    def days(self) -> int:
        """How many days it has; a quarter has thirteen weeks, so that weekends weigh the same in each."""
        return {Period.WEEK: 7, Period.MONTH: 28, Period.QUARTER: 91}[self]


class Wait(NamedTuple):
    """
    How a customer waited in a period, in days: the longest time without a contact, and of the days that it was a
    customer, those on which the last contact was no longer ago than its cadence.
    """

    longest: int
    in_cadence: int
    counted: int


class Gap(NamedTuple):
    """
    How many times as long small customers waited as large ones, on average: *ratio*, between *low* and *high* in 95 of
    100 samples. *chance*: of 100 shuffles of the sizes, how many give such a gap or a wider one, to either side.
    """

    ratio: float
    low: float
    high: float
    chance: float


# --- waits -------------------------------------------------------------------------------------------------------


def list_waits(contacts: Iterable[date], *, added_on: date, until: date) -> list[Span]:
    """
    Return the first and last day of each time that a customer waited, up to *until*.

    It waits from the day it was added or talked to, until the day before the next contact or, last, until *until*.
    """
    known = sorted({day for day in contacts if day <= until})
    start = min([added_on, *known])
    begins = [start, *(day for day in known if day > start)]
    return [*((begin, after - ONE_DAY) for begin, after in pairwise(begins)), (begins[-1], until)]


def list_stretches(now: Facts, former: Iterable[tuple[date, Facts]]) -> list[Stretch[Facts]]:
    """
    Return what was true of a customer and when: *former* facts by the day on which others replaced them, and *now*'s.

    The first stretch has no beginning, the last no end. What held on no day's end is left out.
    """
    found, begin = [], date.min
    for replaced_on, facts in former:
        if replaced_on > begin:
            found.append((begin, replaced_on - ONE_DAY, facts))
            begin = replaced_on
    return [*found, (begin, date.max, now)]


def measure_wait(waits: Sequence[Span], cadences: Sequence[Stretch[int | None]], *, since: date, until: date) -> Wait:
    """
    Return how a customer with these *waits* waited in the days after *since* up to *until*.

    *cadences* are those of the times in which somebody looked after it; None where nobody had to: such days don't
    count. A wait counts with all its other days when it ended in the period or was still on at its end.
    """
    longest = in_cadence = counted = 0
    first = since + ONE_DAY
    for begin, end in waits:
        if end < since or begin > until:
            continue
        last, ended, waited = min(end, until), min(end, until - ONE_DAY), 0
        for begins, ends, cadence in cadences:
            if cadence is None or begins > last or ends < begin:
                continue
            waited += _days(max(begin, begins), min(ended, ends))
            counted += _days(max(begin, begins, first), min(last, ends))
            limit = begin + timedelta(days=cadence)
            in_cadence += _days(max(begin, begins, first), min(last, ends, limit))
        longest = max(longest, waited)
    return Wait(longest=longest, in_cadence=in_cadence, counted=counted)


def _days(first: date, last: date) -> int:
    return max((last - first).days + 1, 0)


def percentile(values: Sequence[int], share: float) -> int:
    """Return the least of *values* that at least *share* of them don't exceed; 0 without values."""
    ordered = sorted(values)
    place = next((place for place in range(len(ordered)) if place + 1 >= share * len(ordered)), 0)
    return ordered[place] if ordered else 0


# --- the gap -----------------------------------------------------------------------------------------------------


def compare(small: Sequence[int], large: Sequence[int]) -> Gap | None:
    """
    Compare the waits of small customers with those of large ones; None when there are too few to tell.

    Chance is a permutation test of the difference of the averages: the waits stay as they are, the sizes are shuffled
    `SHUFFLES` times. How often a wait occurs says everything about it, so shuffles draw from the counts. The interval
    is the percentile bootstrap of the ratio.
    """
    if min(len(small), len(large)) < FEWEST or not any(large):
        return None
    import numpy as np  # noqa: PLC0415 - twenty megabytes that only the proof needs

    dice = np.random.default_rng(SEED)
    waits, places = np.unique([*small, *large], return_inverse=True)
    of_small = np.bincount(places[: len(small)], minlength=len(waits))
    of_large = np.bincount(places[len(small) :], minlength=len(waits))
    seen = abs(of_small @ waits / len(small) - of_large @ waits / len(large))
    drawn = dice.multivariate_hypergeometric(of_small + of_large, len(small), size=SHUFFLES, method="marginals")
    rest = of_small + of_large - drawn
    shuffled = np.abs(drawn @ waits / len(small) - rest @ waits / len(large))
    alike = int((shuffled >= seen - 1e-9).sum())
    again = [dice.multinomial(len(each), counts / len(each), size=SHUFFLES) @ waits / len(each)
             for each, counts in ((small, of_small), (large, of_large))]  # fmt: skip
    low, high = np.percentile(again[0] / np.maximum(again[1], 1e-9), (2.5, 97.5))
    ratio = (sum(small) / len(small)) / (sum(large) / len(large))
    return Gap(ratio=ratio, low=float(low), high=float(high), chance=100 * (alike + 1) / (SHUFFLES + 1))

"""
How the care of small customers compares with that of large ones, and what chance would do; `waits` measures it.

docs/proof.md says what each figure means.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from bot.customers.rules.bands import FIFTHS as FIFTHS
from bot.customers.rules.bands import Band as Band
from bot.customers.rules.bands import Size as Size

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

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


class Gap(NamedTuple):
    """
    How many times as long small customers waited as large ones, on average: *ratio*, between *low* and *high* in 95 of
    100 samples. *chance*: of 100 shuffles of the sizes, how many give such a gap or a wider one, to either side.
    """

    ratio: float
    low: float
    high: float
    chance: float


def compare(
    small: "Sequence[int] | npt.NDArray[np.int64]", large: "Sequence[int] | npt.NDArray[np.int64]"
) -> Gap | None:
    """
    Compare the waits of small customers with those of large ones; None when there are too few to tell.

    Chance is a permutation test of the difference of the averages: the waits stay as they are, the sizes are shuffled
    `SHUFFLES` times. How often a wait occurs says everything about it, so shuffles draw from the counts. The interval
    is the percentile bootstrap of the ratio.
    """
    import numpy as np  # noqa: PLC0415 - twenty megabytes that only the proof needs

    if min(len(small), len(large)) < FEWEST or not np.any(large):
        return None

    dice = np.random.default_rng(SEED)
    waits, places = np.unique(np.concatenate([small, large]), return_inverse=True)
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
    ratio = float(np.mean(small) / np.mean(large))
    return Gap(ratio=ratio, low=float(low), high=float(high), chance=100 * (alike + 1) / (SHUFFLES + 1))

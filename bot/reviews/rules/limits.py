"""A workspace's own limits between sizes, in the place of fifths."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.customers.rules.bands import FIFTHS, Band

MOST = len(FIFTHS) - 1
LARGEST = 10**15
HOW = "write one to four rising amounts and a currency: /evenhand proof limits 10000 50000 200000 EUR, or limits off."
NAMES = {
    1: (Band.SMALLEST, Band.LARGEST),
    2: (Band.SMALLEST, Band.THIRD, Band.LARGEST),
    3: (Band.SMALLEST, Band.SECOND, Band.FOURTH, Band.LARGEST),
    4: FIFTHS,
}
"""The bands by how many limits there are between them."""


class LimitsRefused(ValueError):
    """Limits that can't be set; the message says what to write."""


class Limits(NamedTuple):
    """The annual value up to which, and with which, each size but the largest goes; in one currency."""

    amounts: tuple[int, ...]
    currency: str


def parse_limits(words: Sequence[str]) -> Limits:
    """
    Return the limits that somebody wrote: rising amounts, and a currency of three letters.

    Raises:
        LimitsRefused: they can't be read, or overlap.
    """
    *written, currency = [word.replace(",", "").replace("_", "") for word in words] or [""]
    amounts = [int(one) for one in written if one.isascii() and one.isdecimal() and len(one) < len(str(LARGEST))]
    if not 1 <= len(written) == len(amounts) <= MOST or len(currency) != 3 or not currency.isalpha():  # noqa: PLR2004 - ISO 4217
        raise LimitsRefused(f"These limits can't be read; {HOW}")
    for before, after in pairwise(amounts):
        if after <= before:
            raise LimitsRefused(f"{after:,} overlaps with {before:,}, the limit before it; {HOW}")
    return Limits(tuple(amounts), currency.upper())


def band_words(band: Band, *, limited: bool) -> str:
    """Return what a band is called: a fifth, or a size where there are limits."""
    return band.words.replace(" fifth", " size") if limited else band.words

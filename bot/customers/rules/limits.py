"""A workspace's own limits between sizes, in the place of fifths."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.customers.rules.bands import FIFTHS, Band, Key, Size, divide_into_bands

MOST = len(FIFTHS) - 1
LARGEST = 10**15
HOW = "write one to four rising amounts and a currency: /evenhand proof limits 10000 50000 200000 EUR, or limits off."
_NAMES = {
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


def divide_by_limits(sizes: Mapping[Key, Size], limits: Limits) -> dict[Key, Band]:
    """
    Return the band of each customer: those valued in the currency of *limits* by them, the others by headcount.

    Without a headcount the size isn't known, as without limits.
    """
    bands = _NAMES[len(limits.amounts)]
    valued = {
        key: bands[bisect_left(limits.amounts, size.annual_value)]
        for key, size in sizes.items()
        if size.annual_value is not None and size.currency == limits.currency
    }
    others = {key: Size(headcount=size.headcount) for key, size in sizes.items() if key not in valued}
    return divide_into_bands(others) | valued


def band_words(band: Band, *, limited: bool) -> str:
    """Return what a band is called: a fifth, or a size where there are limits."""
    return band.words.replace(" fifth", " size") if limited else band.words


def divide(sizes: Mapping[Key, Size], limits: Limits | None) -> dict[Key, Band]:
    """Return the band of each customer: by *limits* where a workspace has set some, else fifths."""
    return divide_by_limits(sizes, limits) if limits else divide_into_bands(sizes)

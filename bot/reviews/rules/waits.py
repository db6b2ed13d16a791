"""
How long customers waited, for thousands of them at once.

Days are numbers, as `date.toordinal` gives them; customers are numbers from 0 on. NumPy takes twenty megabytes, which
only the figures of the reviews need: whoever imports this module does it when they are asked for.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bot.customers.rules.bands import FIFTHS, Band
from bot.customers.rules.limits import NAMES, Limits

Numbers = npt.NDArray[Any]
Days = Numbers

BANDS = tuple(Band)
NOBODY = -1
"""Stands for what isn't there: a cadence where nobody had to look after a customer, a headcount that isn't known."""
EVER = 10**7
"""A day that is later than every day; the other way round, one that is earlier."""
_EPOCH = 719_163  # the ordinal of 1970-01-01, from which NumPy counts


class Spans(NamedTuple):
    """The times that customers waited, in the order of the customers and then of time: first and last day."""

    who: Numbers
    begin: Days
    end: Days


class Facts(NamedTuple):
    """
    What was true of customers. *owner*, *currency* and *country* are places in lists, *value* may be NaN; *cadence* and
    *heads* are `NOBODY` where there is none.
    """

    cadence: Numbers
    owner: Numbers
    value: Numbers
    currency: Numbers
    heads: Numbers
    country: Numbers

    def take(self, places: Numbers) -> "Facts":
        """Return the facts at these places."""
        return Facts(*(column[places] for column in self))


class Stretches(NamedTuple):
    """What was true of which customer on which days, in the order of the customers and then of time; no gaps."""

    who: Numbers
    begin: Days
    end: Days
    facts: Facts


class Waits(NamedTuple):
    """
    How each customer waited in a period, in days: the longest time without a contact, and of the days that it was a
    customer, those on which the last contact was no longer ago than its cadence.
    """

    longest: Numbers
    in_cadence: Numbers
    counted: Numbers


def read_days(words: Sequence[str]) -> Days:
    """Return the numbers of days that are written as 2026-11-23."""
    return np.array(words, dtype="datetime64[D]").astype(np.int64) + _EPOCH


def list_waits(who: Numbers, days: Days, *, added: Days, until: int) -> Spans:
    """
    Return the times that customers waited, up to *until*: *who* was talked to on which of *days*.

    Each waits from the day it was *added* or first talked to until the day before the next contact or, last, until
    *until*.
    """
    known = days <= until
    who, days = who[known], days[known]
    start = added.copy()
    np.minimum.at(start, who, days)
    keys = np.sort(np.concatenate([who, np.arange(len(added))]) * EVER + np.concatenate([days, start]))
    whose, begin = np.divmod(keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys, EVER)
    is_last = np.append(whose[1:] != whose[:-1], True) if len(whose) else np.zeros(0, bool)
    end = np.where(is_last, until, np.append(begin[1:], 0) - 1)
    return Spans(whose, begin, end)


def list_stretches(who: Numbers, replaced: Days, facts: Facts) -> tuple[Stretches, Numbers]:
    """
    Return what was true of customers and when: *facts* in their order, by the day on which others replaced them.

    The last ones of each customer, which hold now, are replaced on `EVER`. The first stretch of a customer has no
    beginning, the last one no end. What held on no day's end is left out; the places of what is kept come second.
    """
    latest = np.maximum.accumulate(who * 2 * EVER + replaced) - who * 2 * EVER
    is_first = np.append(True, who[1:] != who[:-1]) if len(who) else np.zeros(0, bool)
    begin = np.where(is_first, -EVER, np.append(0, latest[:-1]))
    held = np.flatnonzero(replaced > begin)
    return Stretches(who[held], begin[held], replaced[held] - 1, facts.take(held)), held


def measure_waits(spans: Spans, stretches: Stretches, *, since: int, until: int, customers: int) -> Waits:
    """
    Return how each of so many *customers* waited in the days after *since* up to *until*.

    A wait counts with all its other days when it ended in the period or was still on at its end. Days on which nobody
    had to look after the customer don't count.
    """
    here = (spans.end >= since) & (spans.begin <= until)
    who, begin, end = (column[here] for column in spans)
    span, held = _pair(who, stretches.who, customers)
    cadence = stretches.facts.cadence[held]
    looked = (cadence != NOBODY) & (stretches.begin[held] <= end[span]) & (stretches.end[held] >= begin[span])
    span, held, cadence = span[looked], held[looked], cadence[looked]
    first, last = np.maximum(begin[span], stretches.begin[held]), np.minimum(end[span], stretches.end[held])
    waited = np.bincount(span, _days(first, np.minimum(last, until - 1)), len(who)).astype(np.int64)
    first, last = np.maximum(first, since + 1), np.minimum(last, until)
    in_time = _days(first, np.minimum(last, begin[span] + cadence))
    longest = np.zeros(customers, np.int64)
    np.maximum.at(longest, who, waited)
    in_cadence = np.bincount(who[span], in_time, customers).astype(np.int64)
    return Waits(longest, in_cadence, np.bincount(who[span], _days(first, last), customers).astype(np.int64))


def _pair(left: Numbers, right: Numbers, customers: int) -> tuple[Numbers, Numbers]:
    """Return the places of all pairs of rows on both sides that are about one customer; *right* is in their order."""
    counts = np.bincount(right, minlength=customers)
    first = np.cumsum(counts) - counts
    times = counts[left]
    rows = np.repeat(np.arange(len(left)), times)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    return rows, first[left][rows] + within


def _days(first: Days, last: Days) -> Numbers:
    days: Numbers = np.maximum(last - first + 1, 0)
    return days


def find_last(stretches: Stretches, *, since: int, until: int, customers: int) -> Numbers:
    """
    Return the place of what was true of each customer on the last day after *since* up to *until* on which somebody
    had to look after it; `NOBODY` without such a day.
    """
    looked = (stretches.facts.cadence != NOBODY) & (stretches.begin <= until) & (stretches.end > since)
    places = np.full(customers, NOBODY)
    found = np.flatnonzero(looked)
    places[stretches.who[found]] = found  # of several the last one, which is assigned last
    return places


def percentile(values: Numbers, share: float) -> int:
    """Return the least of *values* that at least *share* of them don't exceed; 0 without values."""
    return int(np.percentile(values, 100 * share, method="inverted_cdf")) if len(values) else 0


def find_main_currency(facts: Facts, currencies: Sequence[str | None]) -> str | None:
    """Return the currency that most customers are valued in; None when no value has a currency."""
    counts = np.bincount(facts.currency[~np.isnan(facts.value)], minlength=len(currencies))
    found = [(-count, name) for count, name in zip(counts.tolist(), currencies, strict=True) if count and name]
    return min(found)[1] if found else None


def divide(facts: Facts, currencies: Sequence[str | None], limits: Limits | None = None) -> Numbers:
    """
    Return the place in `BANDS` of each customer's band, as `customers.rules.bands` divides them, or by *limits*.

    Values in another currency than the one that counts don't; such customers, and those without a value, go by
    headcount.
    """
    currency = limits.currency if limits else find_main_currency(facts, currencies)
    same = np.array([(one or None) == currency for one in currencies], bool)
    is_valued = ~np.isnan(facts.value) & same[facts.currency]
    is_counted = ~is_valued & (facts.heads != NOBODY)
    bands = np.full(len(facts.value), BANDS.index(Band.UNKNOWN))
    bands[is_counted] = _fifths(facts.heads[is_counted])
    if limits:
        names = np.array([BANDS.index(band) for band in NAMES[len(limits.amounts)]])
        bands[is_valued] = names[np.searchsorted(np.array(limits.amounts), facts.value[is_valued])]
    else:
        bands[is_valued] = _fifths(facts.value[is_valued])
    return bands


def _fifths(amounts: npt.NDArray[Any]) -> Numbers:
    """Divide customers by amount; the place of equal ones is the middle of the places that they take together."""
    _, which, counts = np.unique(amounts, return_inverse=True, return_counts=True)
    twice_the_middle = 2 * np.cumsum(counts) - counts
    fifths = np.minimum(len(FIFTHS) * twice_the_middle // (2 * max(len(amounts), 1)), len(FIFTHS) - 1)
    bands: Numbers = np.array([BANDS.index(band) for band in FIFTHS])[fifths][which]
    return bands

"""How customers were looked after in a period, and what groups of them have in common; `reading` fills it."""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np

from bot.customers.rules.limits import Limits
from bot.reviews.rules import MIDDLE, NEARLY_ALL, Band
from bot.reviews.rules.waits import (
    BANDS,
    NOBODY,
    Days,
    Facts,
    Numbers,
    Spans,
    Stretches,
    Waits,
    divide,
    find_last,
    find_main_currency,
    measure_waits,
    percentile,
)

NONE = np.zeros(0, np.int64)
_NO_FACTS = Facts(NONE, NONE, np.zeros(0), NONE, NONE, NONE)
_NO_WAITS = Waits(NONE, NONE, NONE)


@dataclass(frozen=True)
class Names:
    """The words that stand for numbers in arrays."""

    numbers: dict[str | None, int] = field(default_factory=dict)

    def number(self, words: Iterable[str | None]) -> Numbers:
        """Return the number of each word, a new one for one that wasn't seen before."""
        return np.array([self.numbers.setdefault(word, len(self.numbers)) for word in words], np.int64)

    @property
    def words(self) -> list[str | None]:
        """The words by their numbers."""
        return list(self.numbers)


@dataclass(frozen=True)
class Block:
    """
    Some thousand customers in the order of their *ids*: the day each was added, since when it waits, its cadence now,
    the day of its first contact (`EVER` without one), the times that it waited, and what was true of it and when.
    """

    ids: Sequence[str]
    added: Days
    waiting: Days
    cadence: Numbers
    talked: Days
    spans: Spans
    stretches: Stretches
    tags: Sequence[Sequence[str]]


@dataclass(frozen=True)
class CarePeriod:
    """
    The days after *since* up to *until*: the customers that somebody had to look after on any of them.

    *here* are their places among all customers; the other arrays are in the same order. *facts* are what was true of
    each on the last such day, *bands* follow from them, by the *limits* that held then. *has_waited* leaves out who was
    added on the last day. *tags* are empty unless they were read.
    """

    care: "Care"
    since: date
    until: date
    here: Numbers
    facts: Facts
    bands: Numbers
    waits: Waits
    has_waited: Any
    tags: Sequence[Sequence[str]]
    limits: Limits | None = None

    @property
    def currency(self) -> str | None:
        """The currency by which customers are divided into sizes."""
        return self.limits.currency if self.limits else find_main_currency(self.facts, self.care.currencies.words)

    def count_foreign(self) -> int:
        """Return how many customers are valued in other currencies."""
        ours = np.array([one in {None, self.currency} for one in self.care.currencies.words], bool)
        return int((~np.isnan(self.facts.value) & ~ours[self.facts.currency]).sum()) if len(ours) else 0

    def band_of(self, customer_id: UUID) -> Band | None:
        """Return the band of a customer; None where nobody had to look after it."""
        place = self._place(customer_id)
        return None if place is None else BANDS[self.bands[place]]

    def _place(self, customer_id: UUID) -> int | None:
        """Return the place of a customer in the period."""
        ids, key = self.care.ids, customer_id.hex
        number = bisect_left(ids, key)
        place = int(np.searchsorted(self.here, number))
        is_here = number < len(ids) and ids[number] == key and place < len(self.here) and self.here[place] == number
        return place if is_here else None

    def longest_of(self, band: Band) -> Numbers:
        """Return the longest wait of each customer of a band."""
        longest: Numbers = self.waits.longest[self.has_waited & (self.bands == BANDS.index(band))]
        return longest

    def shares_by_band(self) -> dict[Band, int]:
        """Return the percent of days in cadence of each band; nothing without days."""
        return {BANDS[number]: share for number, share in self._shares(self.bands).items()}

    def shares_by_owner(self) -> dict[str | None, int]:
        """Return the percent of days in cadence of each owner's customers; nothing without days."""
        owners = self.care.owners.words
        return {owners[number]: share for number, share in self._shares(self.facts.owner).items()}

    def share(self) -> int:
        """Return the percent of days in cadence of all customers; 0 without days."""
        return self._shares(np.zeros(len(self.here), np.int64)).get(0, 0)

    def _shares(self, groups: Numbers) -> dict[int, int]:
        kept = np.bincount(groups[self.has_waited], self.waits.in_cadence[self.has_waited]).astype(np.int64).tolist()
        counted = np.bincount(groups[self.has_waited], self.waits.counted[self.has_waited]).astype(np.int64).tolist()
        return {which: 100 * kept[which] // days for which, days in enumerate(counted) if days}

    def by_band(self) -> dict[Hashable, Numbers]:
        """Return the places in the period of each band's customers."""
        return {BANDS[number]: places for number, places in _group(self.bands).items()}

    def by_owner(self) -> dict[Hashable, Numbers]:
        """Return those of each owner's customers; those of nobody under None."""
        return {self.care.owners.words[number]: places for number, places in _group(self.facts.owner).items()}

    def by_country(self) -> dict[Hashable, Numbers]:
        """Return those of each country's customers; those whose country isn't known under None."""
        return {self.care.countries.words[number]: places for number, places in _group(self.facts.country).items()}

    def by_tag(self) -> dict[Hashable, Numbers]:
        """Return those of the customers with each tag; those without one under None."""
        found: dict[Hashable, list[int]] = {}
        for place, tags in enumerate(self.tags):
            for tag in dict.fromkeys(tags) or [None]:
                found.setdefault(tag, []).append(place)
        return {tag: np.array(places) for tag, places in found.items()}

    def by_added(self, group: Callable[[date], Hashable]) -> dict[Hashable, Numbers]:
        """Return those of the customers by what *group* says of the day on which they were added."""
        days, which = np.unique(self.care.added[self.here], return_inverse=True)
        names: dict[Hashable, int] = {}
        numbers = [names.setdefault(group(date.fromordinal(day)), len(names)) for day in days.tolist()]
        words = list(names)
        return {words[number]: places for number, places in _group(np.array(numbers, np.int64)[which]).items()}

    def figures_of(self, places: Numbers) -> dict[str, Any]:
        """Return what `schemas.GroupFigures` tells of the customers at these *places* in the period."""
        waited = places[self.has_waited[places]]
        longest, counted = self.waits.longest[waited], int(self.waits.counted[waited].sum())
        currency, facts = self.currency, self.facts.take(places)
        same = np.array([one == currency for one in self.care.currencies.words], bool)
        talked = self.care.talked[self.here[places]]
        return {
            "customers": len(places),
            "values": _range(facts.value[same[facts.currency] & ~np.isnan(facts.value)]),
            "headcounts": _range(facts.heads[facts.heads != NOBODY]),
            "half": percentile(longest, MIDDLE),
            "nine_in_ten": percentile(longest, NEARLY_ALL),
            "percent": 100 * int(self.waits.in_cadence[waited].sum()) // counted if counted else None,
            "never": int((talked > self.until.toordinal()).sum()),
        }

    def add_up(self, counts: Mapping[UUID, Sequence[int]]) -> Callable[[Numbers], Sequence[int]]:
        """Return a function that adds the *counts* of customers up, for places in the period."""
        found = {place: row for key, row in counts.items() if (place := self._place(key)) is not None}
        rows = np.array(list(found.values()), np.int64)
        row_of = np.full(len(self.here), NOBODY)
        row_of[list(found)] = np.arange(len(found))

        def sums(places: Numbers) -> Sequence[int]:
            if not found:
                return []
            mine = row_of[places]
            added: list[int] = rows[mine[mine != NOBODY]].sum(axis=0).tolist()
            return added

        return sums

    def list_furthest(self, places: Numbers, today: date) -> Numbers:
        """Return those of *places* that have waited, furthest past their cadence first."""
        waited = places[self.has_waited[places]]
        mine = self.here[waited]
        order = np.lexsort((mine, (self.care.waiting[mine] - today.toordinal()) / self.care.cadence[mine]))
        ordered: Numbers = waited[order]
        return ordered

    def id_of(self, place: int) -> UUID:
        """Return the id of the customer at a place in the period."""
        return UUID(self.care.ids[self.here[place]])


@dataclass(frozen=True)
class Care:
    """
    All customers that somebody ever had to look after, how they waited from *since* on, and the *limits* between sizes
    by the day from which they held.
    """

    since: date
    blocks: Sequence[Block]
    owners: Names
    currencies: Names
    countries: Names
    limits: Sequence[tuple[date, Limits | None]] = ()

    @cached_property
    def ids(self) -> list[str]:
        """The ids of all customers, in their order."""
        return [one for block in self.blocks for one in block.ids]

    @cached_property
    def added(self) -> Days:
        """The day on which each customer was added."""
        return _join([block.added for block in self.blocks])

    @cached_property
    def talked(self) -> Days:
        """The day of each customer's first contact; `EVER` without one."""
        return _join([block.talked for block in self.blocks])

    @cached_property
    def waiting(self) -> Days:
        """The day since which each customer waits now."""
        return _join([block.waiting for block in self.blocks])

    @cached_property
    def cadence(self) -> Numbers:
        """The cadence of each customer now."""
        return _join([block.cadence for block in self.blocks])

    def during(self, *, since: date, until: date) -> CarePeriod:
        """
        Return how customers were looked after on the days after *since* up to *until*.

        Raises:
            ValueError: what was read begins later.
        """
        if since < self.since:
            raise ValueError(f"The care was read from {self.since} on, which is after {since}.")
        begin, end = since.toordinal(), until.toordinal()
        found = [_during(block, begin, end) for block in self.blocks]
        before = np.cumsum([0, *(len(block.ids) for block in self.blocks)]).tolist()
        here = _join([places + first for (places, *_), first in zip(found, before, strict=False)])
        facts = (
            Facts(*(_join(columns) for columns in zip(*(facts for _, facts, *_ in found), strict=True)))
            if found
            else _NO_FACTS
        )
        waits = (
            Waits(*(_join(columns) for columns in zip(*(waits for *_, waits, _ in found), strict=True)))
            if found
            else _NO_WAITS
        )
        limits = next((one for day, one in reversed(self.limits) if day <= until), None)
        return CarePeriod(
            care=self, since=since, until=until, here=here, facts=facts, waits=waits, limits=limits,
            bands=divide(facts, self.currencies.words, limits), has_waited=self.added[here] < end,
            tags=[tags for *_, theirs in found for tags in theirs],
        )  # fmt: skip

    def find_longest_ended(self, since: date, until: date) -> tuple[int, UUID] | None:
        """Return the longest wait in days that a contact ended after *since* up to *until*, and whose it was."""
        longest = (0, "")
        for block in self.blocks:
            who, begin, end = block.spans
            is_last = np.append(who[1:] != who[:-1], True) if len(who) else np.zeros(0, bool)
            ended = ~is_last & (end >= since.toordinal()) & (end < until.toordinal())
            days = np.where(ended, end - begin + 1, 0)
            if len(days) and (most := int(days.max())) > longest[0]:
                longest = (most, block.ids[who[days.argmax()]])
        return (longest[0], UUID(longest[1])) if longest[0] else None


def _join(arrays: Sequence[Numbers]) -> Numbers:
    return np.concatenate(arrays) if arrays else NONE


def _range(amounts: Any) -> tuple[int, int] | None:
    return (int(amounts.min()), int(amounts.max())) if len(amounts) else None


def _group(numbers: Numbers) -> dict[int, Numbers]:
    """Return the places of each number."""
    order = np.argsort(numbers, kind="stable")
    found, first = np.unique(numbers[order], return_index=True)
    return dict(zip(found.tolist(), np.split(order, first[1:]), strict=False))


def _during(block: Block, since: int, until: int) -> tuple[Numbers, Facts, Waits, Sequence[Sequence[str]]]:
    """Return the customers of a block that somebody had to look after in a period, and what was true of them."""
    count = len(block.ids)
    last = find_last(block.stretches, since=since, until=until, customers=count)
    here = np.flatnonzero((last != NOBODY) & (block.added <= until))
    waits = measure_waits(block.spans, block.stretches, since=since, until=until, customers=count)
    places = last[here]
    tags = [block.tags[place] for place in places.tolist()] if block.tags else []
    return here, block.stretches.facts.take(places), Waits(*(column[here] for column in waits)), tags

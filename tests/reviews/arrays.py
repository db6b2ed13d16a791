"""One customer, or a list of sizes, as the arrays that the reviews compute with."""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from bot.customers.rules.bands import Band, Size
from bot.customers.rules.limits import Limits
from bot.reviews.rules.waits import (
    BANDS,
    EVER,
    NOBODY,
    Facts,
    Stretches,
    divide,
    list_stretches,
    list_waits,
    measure_waits,
)


def facts(sizes: Sequence[Size] = (), cadences: Sequence[int | None] = ()) -> tuple[Facts, list[str | None]]:
    """Facts with these sizes or cadences, and the words of their currencies."""
    count = max(len(sizes), len(cadences))
    sizes, cadences = sizes or [Size()] * count, cadences or [30] * count
    words: list[str | None] = list(dict.fromkeys(size.currency for size in sizes))
    none = np.zeros(count, np.int64)
    return Facts(
        cadence=np.array([NOBODY if one is None else one for one in cadences], np.int64),
        owner=none,
        value=np.array([size.annual_value for size in sizes], np.float64),
        currency=np.array([words.index(size.currency) for size in sizes], np.int64),
        heads=np.array([NOBODY if size.headcount is None else size.headcount for size in sizes], np.int64),
        country=none,
    ), words  # fmt: skip


def bands_of(sizes: Sequence[Size], limits: Limits | None = None) -> list[Band]:
    """The band of each size."""
    return [BANDS[number] for number in divide(*facts(sizes), limits)]


def stretches_of(now: int | None, former: Iterable[tuple[date, int | None]]) -> Stretches:
    """The cadences of one customer: the former ones by the day on which others replaced them, and the one of now."""
    history = [*((day.toordinal(), had) for day, had in former), (EVER, now)]
    replaced, (told, _) = np.array([day for day, _ in history]), facts(cadences=[had for _, had in history])
    return list_stretches(np.zeros(len(history), np.int64), replaced, told)[0]


def wait_of(
    contacts: Iterable[date], cadences: Stretches, *, added_on: date, today: date, since: date, until: date
) -> tuple[int, int, int]:
    """How one customer waited: its longest wait, its days in cadence, and those that count."""
    known = np.array([day.toordinal() for day in contacts], np.int64)
    spans = list_waits(
        np.zeros(len(known), np.int64), known, added=np.array([added_on.toordinal()]), until=today.toordinal()
    )
    waits = measure_waits(spans, cadences, since=since.toordinal(), until=until.toordinal(), customers=1)
    return int(waits.longest[0]), int(waits.in_cadence[0]), int(waits.counted[0])

"""Bands, waits and the gap: properties, and the arithmetic against SciPy."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bot.customers.rules.bands import divide_into_bands, main_currency
from bot.reviews.rules import FEWEST, FIFTHS, SURE, Band, Size, compare
from bot.reviews.rules.waits import BANDS, EVER, Stretches, divide, list_waits, measure_waits, percentile
from tests.reviews.arrays import bands_of, facts, stretches_of, wait_of

DAY = date(2026, 11, 23)
AMOUNTS = st.none() | st.integers(0, 40).map(Decimal)
SIZES = st.builds(Size, AMOUNTS, st.sampled_from([None, "EUR", "USD"]), st.none() | st.integers(1, 20))
OFFSETS = st.integers(-400, 100)


def valued(*amounts: int) -> dict[int, Size]:
    """Customers worth so many euros."""
    return {number: Size(Decimal(amount), "EUR") for number, amount in enumerate(amounts)}


# --- bands -------------------------------------------------------------------------------------------------------


@given(st.lists(SIZES, max_size=60))
def test_bands_partition_the_customers(sizes: list[Size]) -> None:
    """Each is in one; among those compared by value, and those by headcount, a larger one is never in a lower band."""
    customers = dict(enumerate(sizes))
    bands = divide_into_bands(customers)
    currency = main_currency(sizes)
    assert bands.keys() == customers.keys()
    by_value = {k for k, s in customers.items() if s.annual_value is not None and s.currency == currency}
    by_heads = {k for k, s in customers.items() if k not in by_value and s.headcount is not None}
    assert {k for k, band in bands.items() if band is Band.UNKNOWN} == customers.keys() - by_value - by_heads
    for group, amount in ((by_value, "annual_value"), (by_heads, "headcount")):
        ordered = sorted(group, key=lambda key: getattr(customers[key], amount))
        places = [FIFTHS.index(bands[key]) for key in ordered]
        assert places == sorted(places)
        by_amount: dict[object, set[Band]] = {}
        for key in group:
            by_amount.setdefault(getattr(customers[key], amount), set()).add(bands[key])
        assert all(len(found) == 1 for found in by_amount.values())


@given(st.lists(SIZES, max_size=60))
def test_sizes_in_arrays_are_divided_alike(sizes: list[Size]) -> None:
    """The proof divides a million customers at once, the draw of a campaign one by one; both say the same."""
    assert dict(enumerate(bands_of(sizes))) == divide_into_bands(dict(enumerate(sizes)))


def test_fifths_hold_equally_many() -> None:
    """A hundred different values make five bands of twenty; currencies aren't mixed, headcount stands in."""
    assert Counter(divide_into_bands(valued(*range(100))).values()) == dict.fromkeys(FIFTHS, 20)
    mixed = {**valued(*range(100)), "pound": Size(Decimal(1), "GBP"), "heads": Size(Decimal(9), "GBP", 7)}
    bands = divide_into_bands(mixed)
    assert bands["pound"] is Band.UNKNOWN
    assert bands["heads"] is Band.THIRD
    assert divide_into_bands(valued(*[5] * 10)) == dict.fromkeys(range(10), Band.THIRD)
    assert divide_into_bands({}) == {}


# --- waits -------------------------------------------------------------------------------------------------------


@given(st.lists(OFFSETS, max_size=12), OFFSETS, st.integers(1, 120), st.integers(1, 120), st.integers(0, 200))
def test_a_wait_is_what_counting_day_by_day_gives(
    contacts: list[int], added: int, cadence: int, days: int, ago: int
) -> None:
    """The same by walking through the days, one after the other, also for a period that ended some days *ago*."""
    added_on, until = DAY + timedelta(days=min(added, 0)), DAY - timedelta(days=ago)
    since, known = until - timedelta(days=days), {DAY + timedelta(days=one) for one in contacts}
    wait = wait_of(known, stretches_of(cadence, []), added_on=added_on, today=DAY, since=since, until=until)
    begin = min([added_on, *(day for day in known if day <= DAY)])
    last, longest, counted, in_cadence = begin, 0, 0, 0
    for day in (begin + timedelta(days=one) for one in range(max((until - begin).days + 1, 0))):
        if since < day:
            longest = max(longest, (day - last).days)
        last = day if day in known else last
        if since < day:
            counted += 1
            in_cadence += (day - last).days <= cadence
    assert wait == (longest, in_cadence, counted)


def test_percentiles_are_waits_that_somebody_had() -> None:
    """The lowest that the share doesn't exceed; of nobody it is 0."""
    assert [percentile(np.arange(1, 11), share) for share in (0.5, 0.9, 1.0)] == [5, 9, 10]
    assert percentile(np.array([]), 0.5) == 0


@given(st.lists(st.integers(0, 90), min_size=1), st.sampled_from([0.1, 0.5, 0.9]))
def test_percentiles_are_what_counting_gives(values: list[int], share: float) -> None:
    """The least value that at least so many of all don't exceed."""
    enough = [value for value in values if 10 * sum(one <= value for one in values) >= round(10 * share) * len(values)]
    assert percentile(np.array(values), share) == min(enough)


# --- the gap -----------------------------------------------------------------------------------------------------


def waits(seed: int, count: int, low: int, high: int) -> list[int]:
    """So many waits between two numbers of days."""
    drawn: list[int] = np.random.default_rng(seed).integers(low, high, count, endpoint=True).tolist()
    return drawn


@pytest.mark.parametrize(("low", "high"), [(20, 40), (22, 42), (28, 60)])
def test_chance_and_interval_are_those_of_scipy(low: int, high: int) -> None:
    """Another implementation of the permutation test and of the bootstrap gives the same, but for its dice."""
    small, large = waits(1, 80, low, high), waits(2, 60, 20, 40)
    gap = compare(small, large)
    assert gap is not None
    tested = stats.permutation_test(
        (small, large), lambda x, y, axis: abs(x.mean(axis) - y.mean(axis)), alternative="greater",
        n_resamples=4000, vectorized=True, rng=3,
    )  # fmt: skip
    assert gap.chance == pytest.approx(100 * tested.pvalue, abs=5)
    resampled = stats.bootstrap(
        (small, large), lambda x, y, axis: x.mean(axis) / y.mean(axis), method="percentile", n_resamples=4000,
        vectorized=True, rng=4,
    )  # fmt: skip
    assert (gap.low, gap.high) == pytest.approx(tuple(resampled.confidence_interval), abs=0.02)
    assert gap.ratio == pytest.approx(np.mean(small) / np.mean(large))


def test_there_is_no_gap_where_all_wait_alike() -> None:
    """Every shuffle gives the same then; the same question gets the same answer."""
    alike = compare([30] * 20, [30] * 20)
    assert alike == (1.0, 1.0, 1.0, 100.0)
    small, large = waits(5, 50, 20, 40), waits(6, 50, 20, 40)
    assert compare(small, large) == compare(small, large)


def test_too_few_customers_tell_nothing() -> None:
    """Fewer than ten on one side, or large ones that never waited at all."""
    enough = [30] * FEWEST
    assert compare(enough, enough) is not None
    assert compare(enough[1:], enough) is None
    assert compare(enough, enough[1:]) is None
    assert compare(enough, [0] * FEWEST) is None


def test_a_careless_team_is_found_and_an_even_one_isnt_accused() -> None:
    """Of 100 even teams at most 5 are accused; a team that lets the small ones wait half as long again is found."""
    gaps = [compare(waits(seed, 20, 20, 45), waits(seed + 1000, 20, 20, 45)) for seed in range(100)]
    assert sum(gap is not None and gap.chance <= SURE for gap in gaps) <= 5
    careless = compare(waits(1, 20, 30, 60), waits(2, 20, 20, 40))
    assert careless is not None
    assert careless.chance <= SURE
    assert careless.low > 1


def test_of_a_hundred_even_worlds_at_most_five_are_accused() -> None:
    """Two hundred customers of all sizes, each called when chance has it: from contacts and values to the verdict."""
    accused = 0
    for seed in range(100):
        dice = np.random.default_rng(seed)
        who, days = np.repeat(np.arange(200), 12), dice.integers(DAY.toordinal() - 200, DAY.toordinal(), 2400)
        spans = list_waits(who, days, added=np.full(200, DAY.toordinal() - 200), until=DAY.toordinal())
        told, words = facts([Size(Decimal(int(value)), "EUR") for value in dice.lognormal(9, 2, 200)])
        always = Stretches(np.arange(200), np.full(200, -EVER), np.full(200, EVER), told)
        waits = measure_waits(spans, always, since=DAY.toordinal() - 90, until=DAY.toordinal(), customers=200)
        bands = divide(told, words)
        gap = compare(*(waits.longest[bands == BANDS.index(band)] for band in (FIFTHS[0], FIFTHS[-1])))
        assert gap is not None
        accused += gap.chance <= SURE
    assert accused <= 5

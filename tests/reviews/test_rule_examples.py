"""Waits, capacity, limits and plans by examples that were worked out by hand, at the edges of each rule."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.rules.due import LONGEST_CADENCE_DAYS
from bot.customers.rules.limits import Limits, divide_by_limits
from bot.customers.rules.sharing import UNIT, load_of
from bot.reviews.rules import Period, Size, compare
from bot.reviews.rules.capacity import AHEAD_DAYS, asked_a_working_day, even_cadence, lengthen
from bot.reviews.rules.groups import Counts, add_up
from bot.reviews.rules.plans import Group, count_surplus, newest_first, plan_moves
from bot.reviews.rules.waits import EVER, NOBODY, find_last, list_waits, percentile
from tests.reviews.arrays import bands_of, stretches_of, wait_of
from tests.reviews.test_rules import SIZES

DAY = date(2026, 11, 23)


def ago(days: int) -> date:
    """So many days before `DAY`."""
    return DAY - timedelta(days=days)


# --- periods and waits -------------------------------------------------------------------------------------------


def test_periods_are_whole_weeks() -> None:
    """So that each has as many weekends as the one before."""
    assert [period.days for period in Period] == [7, 28, 91]
    assert all(period.days % 7 == 0 for period in Period)


def spans(contacts: Sequence[date], *, added_on: date, until: date) -> list[tuple[date, date]]:
    """When one customer waited."""
    days = np.array([day.toordinal() for day in contacts], np.int64)
    added = np.array([added_on.toordinal()])
    found = list_waits(np.zeros(len(days), np.int64), days, added=added, until=until.toordinal())
    return [(date.fromordinal(one), date.fromordinal(other)) for _, one, other in zip(*found, strict=True)]


def test_a_contact_on_the_last_day_ends_a_wait_and_begins_one() -> None:
    """One on the day that a customer was added doesn't make a wait of no days; one after the last day is the future."""
    assert spans([DAY], added_on=ago(9), until=DAY) == [(ago(9), ago(1)), (DAY, DAY)]
    assert spans([ago(9), DAY + timedelta(days=1)], added_on=ago(9), until=DAY) == [(ago(9), DAY)]
    assert spans([ago(20)], added_on=ago(9), until=DAY) == [(ago(20), DAY)]
    assert spans([ago(5), ago(5)], added_on=ago(9), until=DAY) == [(ago(9), ago(6)), (ago(5), DAY)]


def test_what_changed_twice_on_a_day_was_true_on_no_days_end() -> None:
    """Only what held in the evening is part of the past."""
    seen = stretches_of(90, [(ago(5), 7), (ago(5), 14), (ago(2), 30)])
    held = [
        (7, -EVER, ago(6).toordinal()),
        (30, ago(5).toordinal(), ago(3).toordinal()),
        (90, ago(2).toordinal(), EVER - 1),
    ]
    assert list(zip(seen.facts.cadence, seen.begin, seen.end, strict=True)) == held
    one = stretches_of(None, [])
    assert (one.begin.tolist(), one.end.tolist(), one.facts.cadence.tolist()) == ([-EVER], [EVER - 1], [NOBODY])


def test_a_wait_that_ended_on_the_day_before_the_period_still_counts_once() -> None:
    """Its next contact was on the first day of the period, so that day ended it."""
    always, known = stretches_of(30, []), {"added_on": ago(40), "today": DAY, "until": DAY}
    assert wait_of([ago(9)], always, since=ago(10), **known) == (31, 10, 10)
    assert wait_of([ago(9)], always, since=ago(9), **known) == (9, 9, 9)


def test_a_stretch_of_one_day_counts_at_both_ends_of_a_wait() -> None:
    """A cadence that held on the first or the last day of a wait only, counts for that day."""
    known = {"added_on": ago(9), "today": DAY, "since": ago(20), "until": ago(1)}
    first, last = stretches_of(None, [(ago(8), 30)]), stretches_of(30, [(ago(1), None)])
    assert wait_of([], first, **known) == (1, 1, 1)
    assert wait_of([], last, **known) == (0, 1, 1)
    assert wait_of([], stretches_of(None, []), **known) == (0, 0, 0)


def test_what_is_told_is_what_was_true_on_the_last_day_that_counts() -> None:
    """A customer that nobody had to look after on any day of the period isn't there."""
    history = stretches_of(None, [(ago(20), 7), (ago(10), 14)])
    during = {"customers": 1}
    last = find_last(history, since=ago(15).toordinal(), until=DAY.toordinal(), **during)[0]
    assert history.facts.cadence[last] == 14
    assert find_last(history, since=ago(11).toordinal(), until=DAY.toordinal(), **during)[0] == NOBODY
    assert find_last(history, since=ago(12).toordinal(), until=DAY.toordinal(), **during)[0] != NOBODY
    assert find_last(history, since=ago(40).toordinal(), until=ago(21).toordinal(), **during)[0] == 0


def test_a_share_of_values_is_one_of_them() -> None:
    """The least of nothing is none at all."""
    assert percentile(np.array([7, 3, 5]), 0.0) == 3
    assert percentile(np.array([4]), 1.0) == 4
    assert percentile(np.array([]), 0.5) == 0


@given(st.lists(SIZES, max_size=40), st.lists(st.integers(0, 40), min_size=1, max_size=4, unique=True).map(sorted))
def test_limits_divide_arrays_as_they_divide_one_by_one(sizes: list[Size], amounts: list[int]) -> None:
    """The proof and the draw of a campaign say the same of each customer."""
    limits = Limits(tuple(amounts), "EUR")
    assert dict(enumerate(bands_of(sizes, limits))) == divide_by_limits(dict(enumerate(sizes)), limits)


# --- the gap -----------------------------------------------------------------------------------------------------


def test_chance_counts_a_shuffle_that_gives_the_same_gap() -> None:
    """Ten that waited a day against ten that waited two: nearly no shuffle does as much, but the real one does."""
    gap = compare([2] * 10, [1] * 10)
    assert gap
    assert gap.ratio == 2
    assert gap.chance == pytest.approx(100 / 1001)
    same = compare([1, 2] * 10, [2, 1] * 10)
    assert same
    assert same.chance == 100


def test_the_interval_leaves_five_in_a_hundred_out() -> None:
    """Half of them at each end: as wide as that of the logarithm of the ratio of two averages, to a few percent."""
    small, large = [1, 3] * 500, [2, 6] * 500
    gap = compare(small, large)
    assert gap
    deviation = (1 / (4 * 1000) + 4 / (16 * 1000)) ** 0.5
    low, high = 0.5 * (1 - 1.96 * deviation), 0.5 * (1 + 1.96 * deviation)
    assert (gap.low, gap.high) == pytest.approx((low, high), abs=0.0018)


def test_large_customers_that_hardly_waited_give_a_ratio_of_their_average() -> None:
    """Also where it is below a day."""
    gap = compare([1] * 100, [0, 1] * 50)
    assert gap
    assert gap.ratio == 2
    assert 1.5 < gap.low < 2 < gap.high < 3


# --- capacity ----------------------------------------------------------------------------------------------------


def test_a_customer_each_thirty_days_on_forty_working_days() -> None:
    """Sixty of them ask for 56 days' worth of contacts, spread over the working days."""
    load = 60 * UNIT // 30
    assert asked_a_working_day(load, 40) == pytest.approx(2 * AHEAD_DAYS / 40)
    assert asked_a_working_day(load, 0) is None


def test_the_longest_cadence_is_possible_and_no_longer_one() -> None:
    """Who can make no contact has none."""
    assert even_cadence(LONGEST_CADENCE_DAYS, UNIT) == LONGEST_CADENCE_DAYS
    assert even_cadence(LONGEST_CADENCE_DAYS + 1, UNIT) is None
    assert even_cadence(30, UNIT) == 30
    assert even_cadence(1, 0) is None


def test_cadences_that_fit_are_left_alone() -> None:
    """They are never shortened, and nobody's customers of none are none."""
    assert lengthen({30: 2}, 2 * load_of(30)) == {30: 30}
    assert lengthen({30: 2}, 100 * load_of(30)) == {30: 30}
    assert lengthen({30: 0}, load_of(30)) == {30: 30}
    assert lengthen({30: 0}, 0) == {30: 30}


def test_cadences_double_where_half_of_what_they_ask_can_be_done() -> None:
    """By one factor; what would pass the longest stays at it, and the others grow the more."""
    both = {30: 4, 60: 4}
    half = Fraction(sum(count * load_of(cadence) for cadence, count in both.items()), 2)
    assert lengthen(both, int(half)) == {30: 60, 60: 120}
    grown = lengthen({30: 3, LONGEST_CADENCE_DAYS: 1}, 2 * load_of(30))
    assert grown[LONGEST_CADENCE_DAYS] == LONGEST_CADENCE_DAYS
    assert grown[30] > 45


def test_cadences_that_a_year_cant_hold_are_none() -> None:
    """At the longest of all they ask for exactly this; for one less there is no answer."""
    least = 5 * load_of(LONGEST_CADENCE_DAYS)
    assert lengthen({30: 5}, least) == {30: LONGEST_CADENCE_DAYS}
    assert lengthen({30: 5}, least - 1) == {}
    assert lengthen({30: 5}, 0) == {}
    assert lengthen({30: 5, LONGEST_CADENCE_DAYS: 1}, load_of(LONGEST_CADENCE_DAYS)) == {}


# --- counts -------------------------------------------------------------------------------------------


def test_counts_add_up_one_by_one() -> None:
    """Of nobody they are 0."""
    one, other = Counts(promises=3, kept=2, told=1), Counts(promises=4, answered=5)
    assert add_up([one, other]) == Counts(promises=7, kept=2, answered=5, told=1)
    assert add_up([]) == Counts()
    assert add_up(iter([one])) == one


# --- plans -------------------------------------------------------------------------------------------------------


def group(number: int, owner: str, load: int = 10, since: date | None = None) -> Group:
    """One customer."""
    return Group(owner, (UUID(int=number),), load, since)


def test_the_newest_relationship_comes_first_and_none_before_it() -> None:
    """Equal ones by their ids, the highest first."""
    old, new, none, other = group(1, "ana", since=ago(9)), group(2, "ana", since=DAY), group(3, "ana"), group(4, "ana")
    assert newest_first([old, none, new, other]) == [other, none, new, old]


def test_who_is_at_the_limit_gives_nothing_and_who_is_above_it_only_what_is_too_much() -> None:
    """The newest goes; the colleague with the most room takes it, up to the last place."""
    three = [group(1, "ana", since=ago(9)), group(2, "ana", since=ago(5)), group(3, "ana", since=DAY)]
    assert plan_moves(three, {"ana": 30, "bob": 100}, ["bob"]) == {}
    assert plan_moves(three, {"ana": 29, "bob": 100}, ["bob"]) == {three[2]: "bob"}
    assert plan_moves(three, {"ana": 10, "bob": 20}, ["bob"]) == {three[2]: "bob", three[1]: "bob"}
    assert plan_moves(three, {"ana": 10, "bob": 19}, ["bob"]) == {three[2]: "bob"}
    assert plan_moves(three, {"ana": 10, "bob": 20, "kiri": 21}, ["bob", "kiri"])[three[2]] == "kiri"


def test_a_group_that_fits_nowhere_doesnt_hold_up_the_smaller_one_behind_it() -> None:
    """It stays, and the next newest goes."""
    large, small = group(1, "ana", load=50, since=DAY), group(2, "ana", load=10, since=ago(9))
    assert plan_moves([large, small], {"ana": 50, "bob": 10}, ["bob"]) == {small: "bob"}


def test_only_those_who_are_named_give_and_only_those_with_a_limit_take() -> None:
    """What belongs to somebody whose limit isn't known stays, and nobody takes their own."""
    of_ana, of_bob = group(1, "ana"), group(2, "bob")
    limits = {"ana": 0, "bob": 0, "kiri": 100}
    assert plan_moves([of_ana, of_bob], limits, ["kiri", "ana", "lea"]) == {of_ana: "kiri", of_bob: "kiri"}
    assert plan_moves([of_ana, of_bob], limits, ["kiri"], givers=["bob"]) == {of_bob: "kiri"}
    assert plan_moves([group(3, "lea")], {"kiri": 100}, ["kiri"]) == {}
    assert plan_moves([of_ana], {"ana": 0}, ["ana"]) == {}


def test_who_gives_gets_nothing_that_others_have_room_for() -> None:
    """Each goes to whoever has the most room at the time; Bob, who is above his limit, isn't asked to take Ana's."""
    of_ana, of_bob = group(1, "ana", load=10, since=DAY), group(2, "bob", load=20, since=DAY)
    assert plan_moves([of_ana, of_bob], {"ana": 0, "bob": 10, "kiri": 20}, ["bob", "kiri"]) == {of_ana: "kiri"}
    assert plan_moves([of_ana, of_bob], {"ana": 0, "bob": 10, "kiri": 30}, ["bob", "kiri"]) == {
        of_ana: "kiri",
        of_bob: "kiri",
    }
    assert plan_moves([of_ana, of_bob], {"ana": 0, "bob": 10, "kiri": 25}, ["bob"]) == {}


def test_the_surplus_is_counted_in_customers_and_the_newest_go() -> None:
    """None where all fits exactly; families count whole."""
    family = Group("ana", (UUID(int=5), UUID(int=6)), 20, DAY)
    rest = [group(1, "ana", since=ago(9)), group(2, "ana", since=ago(5))]
    assert [count_surplus([*rest, family], limit) for limit in (40, 39, 20, 19, 10, 9, 0)] == [0, 2, 2, 3, 3, 4, 4]

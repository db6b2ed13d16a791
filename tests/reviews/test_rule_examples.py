"""Waits, capacity, limits and plans by examples that were worked out by hand, at the edges of each rule."""

from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import pytest

from bot.customers.rules.due import LONGEST_CADENCE_DAYS
from bot.customers.rules.sharing import UNIT, load_of
from bot.reviews.rules import Band, Period, compare, list_stretches, list_waits, measure_wait, percentile
from bot.reviews.rules.capacity import AHEAD_DAYS, asked_a_working_day, even_cadence, lengthen
from bot.reviews.rules.groups import Counts, add_up
from bot.reviews.rules.limits import LARGEST, Limits, LimitsRefused, band_words, parse_limits
from bot.reviews.rules.plans import Group, count_surplus, newest_first, plan_moves

DAY = date(2026, 11, 23)
ALWAYS = (date.min, date.max, 30)


def ago(days: int) -> date:
    """So many days before `DAY`."""
    return DAY - timedelta(days=days)


# --- periods and waits -------------------------------------------------------------------------------------------


def test_periods_are_whole_weeks() -> None:
    """So that each has as many weekends as the one before."""
    assert [period.days for period in Period] == [7, 28, 91]
    assert all(period.days % 7 == 0 for period in Period)


def test_a_contact_on_the_last_day_ends_a_wait_and_begins_one() -> None:
    """One on the day that a customer was added doesn't make a wait of no days; one after the last day is the future."""
    assert list_waits([DAY], added_on=ago(9), until=DAY) == [(ago(9), ago(1)), (DAY, DAY)]
    assert list_waits([ago(9), DAY + timedelta(days=1)], added_on=ago(9), until=DAY) == [(ago(9), DAY)]
    assert list_waits([ago(20)], added_on=ago(9), until=DAY) == [(ago(20), DAY)]


def test_what_changed_twice_on_a_day_was_true_on_no_days_end() -> None:
    """Only what held in the evening is part of the past; the very first day is none."""
    changes = [(ago(5), "bronze"), (ago(5), "silver"), (ago(2), "gold")]
    assert list_stretches("platinum", changes) == [
        (date.min, ago(6), "bronze"),
        (ago(5), ago(3), "gold"),
        (ago(2), date.max, "platinum"),
    ]
    assert list_stretches("now", [(date.min, "never")]) == [(date.min, date.max, "now")]


def test_a_wait_that_ended_on_the_day_before_the_period_still_counts_once() -> None:
    """Its next contact was on the first day of the period, so that day ended it."""
    waits = [(ago(40), ago(10)), (ago(9), DAY)]
    wait = measure_wait(waits, [ALWAYS], since=ago(10), until=DAY)
    assert wait == (31, 10, 10)
    assert measure_wait(waits, [ALWAYS], since=ago(9), until=DAY) == (9, 9, 9)


def test_a_stretch_of_one_day_counts_at_both_ends_of_a_wait() -> None:
    """A cadence that held on the first or the last day of a wait only, counts for that day."""
    wait = [(ago(9), ago(1))]
    assert measure_wait(wait, [(ago(9), ago(9), 30)], since=ago(20), until=DAY) == (1, 1, 1)
    assert measure_wait(wait, [(ago(1), ago(1), 30)], since=ago(20), until=DAY) == (1, 1, 1)
    assert measure_wait(wait, [(ago(9), ago(1), None)], since=ago(20), until=DAY) == (0, 0, 0)


def test_a_share_of_nothing_is_the_least() -> None:
    """Whatever the order of the values."""
    assert percentile([7, 3, 5], 0.0) == 3
    assert percentile([4], 1.0) == 4
    assert percentile([9, 1], 2.0) == 1


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


# --- counts and limits -------------------------------------------------------------------------------------------


def test_counts_add_up_one_by_one() -> None:
    """Of nobody they are 0."""
    one, other = Counts(promises=3, kept=2, told=1), Counts(promises=4, answered=5)
    assert add_up([one, other]) == Counts(promises=7, kept=2, answered=5, told=1)
    assert add_up([]) == Counts()
    assert add_up(iter([one])) == one


def test_one_to_four_limits_are_read() -> None:
    """With separators; the last word is the currency."""
    assert parse_limits(["10,000", "eur"]) == Limits((10_000,), "EUR")
    assert parse_limits(["0", "1", "CHF"]) == Limits((0, 1), "CHF")
    assert parse_limits(["1", "2", "3", "4_000", "USD"]) == Limits((1, 2, 3, 4000), "USD")
    assert parse_limits([str(LARGEST - 1), "EUR"]) == Limits((LARGEST - 1,), "EUR")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "EUR",
        "1 2 3 4 5 EUR",
        "10",
        "10 EURO",
        "10 E1R",
        "10 €",
        "ten EUR",
        "² EUR",
        "٣ EUR",
        f"{LARGEST} EUR",
        "1.5 EUR",
    ],
)
def test_limits_that_cant_be_read_say_how_they_are_written(words: str) -> None:
    """None, too many, no currency, or what is no whole number."""
    with pytest.raises(LimitsRefused, match="can't be read; write one to four rising amounts"):
        parse_limits(words.split())


@pytest.mark.parametrize("words", ["10 10 EUR", "10 9 EUR", "10 20 20 EUR"])
def test_limits_that_overlap_are_named(words: str) -> None:
    """A limit that is no higher than the one before it."""
    with pytest.raises(LimitsRefused, match="overlaps with"):
        parse_limits(words.split())


def test_bands_are_called_fifths_or_sizes() -> None:
    """Sizes where a workspace has its own limits, since they don't hold equally many."""
    assert band_words(Band.SMALLEST, limited=False) == Band.SMALLEST.words
    assert "fifth" in Band.SMALLEST.words
    assert band_words(Band.SMALLEST, limited=True) == Band.SMALLEST.words.replace("fifth", "size")
    assert band_words(Band.UNKNOWN, limited=True) == Band.UNKNOWN.words


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

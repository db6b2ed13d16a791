"""How the first calls of an owner's new customers are spread over their days."""

import random
from bisect import bisect_left
from collections import Counter
from datetime import date
from itertools import pairwise
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.customers.rules.due import due_on, spread_first_dues
from bot.people.rules import DAY, MAX_SEARCH_DAYS, Calendar
from tests.people.calendars import CALENDARS

TODAY = date(2026, 11, 23)  # a Monday
LISBON = Calendar("Europe/Lisbon")
NOTHING_YET = MappingProxyType[date, int]({})
KEYS = st.lists(
    st.tuples(st.text(max_size=8), st.dates(TODAY - 500 * DAY, TODAY + 10 * DAY), st.integers(1, 120)),
    max_size=60,
    unique_by=lambda key: key[0],
)
TAKEN = st.dictionaries(st.dates(TODAY, TODAY + 60 * DAY), st.integers(0, 12))
calm = settings(deadline=None)


def spread(keys: list[tuple[str, date, int]], **changes: object) -> dict[str, date]:
    """First due dates from TODAY on, in Lisbon, on an empty diary, but for *changes*."""
    given_: dict[str, object] = {"today": TODAY, "calendar": LISBON, "taken": NOTHING_YET} | changes
    return spread_first_dues(keys, **given_)  # type: ignore[arg-type]


def never_works_from(day: date, calendar: Calendar) -> bool:
    """Whether the owner has no working day in the 400 days from *day* on."""
    return calendar.working_days_between(day, day + (MAX_SEARCH_DAYS - 1) * DAY) == []


def test_ten_new_customers_come_one_every_two_working_days() -> None:
    """Ten customers of every thirty days fill the thirty days, not the first two."""
    workdays = LISBON.working_days_between(TODAY + DAY, TODAY + 40 * DAY)
    dues = sorted(spread([(f"c{n}", TODAY, 30) for n in range(10)]).values())

    gaps = [bisect_left(workdays, later) - bisect_left(workdays, earlier) for earlier, later in pairwise(dues)]
    assert set(gaps) <= {2, 3}
    assert workdays.index(dues[0]) <= 2
    assert dues[-1] <= due_on(TODAY, 30, LISBON)


def test_customers_added_one_at_a_time_are_spread_as_well() -> None:
    """Twenty customers added singly find twenty different days."""
    taken: dict[date, int] = {}
    for n in range(20):
        (day,) = spread([(f"c{n}", TODAY, 30)], taken=taken).values()
        taken[day] = taken.get(day, 0) + 1
    assert len(taken) == 20


def test_a_short_cadence_comes_first_and_long_ones_use_the_time_they_have() -> None:
    """Weekly customers are called within the week although quarterly ones were added with them."""
    keys = [(f"week{n}", TODAY, 7) for n in range(10)] + [(f"quarter{n}", TODAY, 90) for n in range(100)]
    dues = spread(keys)
    assert all(day <= TODAY + 7 * DAY for key, day in dues.items() if key.startswith("week"))
    assert max(dues.values()) > TODAY + 80 * DAY
    assert max(Counter(dues.values()).values()) <= 2


def test_what_does_not_fit_goes_on_after_the_cadence_at_the_same_pace() -> None:
    """Of a hundred weekly customers, forty are called in the week and eight on every working day after it."""
    dues = spread([(f"c{n}", TODAY, 7) for n in range(100)])
    per_day = Counter(dues.values())
    workdays = LISBON.working_days_between(TODAY + DAY, TODAY + 30 * DAY)
    assert [per_day[day] for day in workdays[:13]] == [8] * 12 + [4]


def test_customers_whose_cadence_is_used_up_come_as_soon_as_there_is_room() -> None:
    """Customers added years ago and never called fill the very next days, before the new ones are placed."""
    dues = spread([(f"old{n}", TODAY - 900 * DAY, 30) for n in range(16)] + [("new", TODAY, 1)])
    assert Counter(day for key, day in dues.items() if key != "new") == {TODAY + DAY: 8, TODAY + 2 * DAY: 8}
    assert dues["new"] == TODAY + 3 * DAY


def test_days_that_are_full_already_are_left_alone() -> None:
    """First calls that other imports have booked count against the daily number."""
    taken = {TODAY + DAY: 8, TODAY + 2 * DAY: 7, TODAY + 3 * DAY: 12}
    dues = Counter(spread([(f"c{n}", TODAY, 4) for n in range(9)], taken=taken).values())
    assert dues == {TODAY + 2 * DAY: 1, TODAY + 4 * DAY: 8}


def test_an_owner_away_for_good_still_gets_dates() -> None:
    """Without a working day in sight every day counts, so that a cover or a new owner finds them due."""
    for calendar in (
        Calendar("UTC", working_days=frozenset()),
        Calendar("UTC", days_off=((TODAY, date(9999, 12, 31)),)),
        Calendar("UTC", days_off=((TODAY + 3 * DAY, date(9999, 12, 31)),)),
    ):
        dues = spread([(f"c{n}", TODAY, 5) for n in range(100)], calendar=calendar)
        assert max(Counter(dues.values()).values()) == 8
        assert max(dues.values()) <= TODAY + 20 * DAY


def test_customers_do_not_wait_for_an_owner_who_is_back_in_more_than_a_year() -> None:
    """An owner away beyond sight has their customers due meanwhile, for the cover, and not on their return."""
    away = Calendar("UTC", days_off=((TODAY, TODAY + 410 * DAY),))
    dues = spread([(f"c{n}", TODAY, 5) for n in range(200)], calendar=away)
    assert max(dues.values()) == TODAY + 25 * DAY


@given(st.randoms())
def test_a_list_sorted_by_revenue_is_spread_like_any_other(chance: random.Random) -> None:
    """Whoever stands at the top of the file is called no earlier for it."""
    keys = [(f"c{n}", TODAY, 30) for n in range(20)]
    dues = spread(keys)
    assert spread(chance.sample(keys, len(keys))) == dues
    assert sorted(dues, key=lambda key: dues[key]) not in ([key for key, *_ in keys], [key for key, *_ in keys[::-1]])


def test_a_day_holds_at_least_one_call() -> None:
    """Nought a day would never end and is refused."""
    with pytest.raises(ValueError, match="At least one"):
        spread([("c", TODAY, 30)], per_day=0)


@calm
@given(
    KEYS,
    CALENDARS,
    st.integers(1, 9),
    TAKEN,
    st.randoms(),
)
def test_first_calls_are_all_there_within_the_daily_number_and_in_no_ones_favour(
    keys: list[tuple[str, date, int]], calendar: Calendar, per_day: int, taken: dict[date, int], chance: random.Random
) -> None:
    """Everybody gets one date after today, no day overflows, and neither the order of the list nor luck matters."""
    dues = spread(keys, calendar=calendar, per_day=per_day, taken=taken)

    assert dues.keys() == {key for key, _, _ in keys}
    assert all(day > TODAY for day in dues.values())
    for day, calls in Counter(dues.values()).items():
        assert calls + taken.get(day, 0) <= per_day
        if not calendar.is_working_day(day):
            assert never_works_from(TODAY + DAY, calendar) or never_works_from(day, calendar)
    shuffled = chance.sample(keys, len(keys))
    assert spread(shuffled, calendar=calendar, per_day=per_day, taken=taken) == dues


@calm
@given(KEYS, st.integers(1, 9))
def test_nobody_comes_late_while_there_was_room_in_time(keys: list[tuple[str, date, int]], per_day: int) -> None:
    """Who comes after their cadence does so because every working day up to then was full."""
    dues = spread(keys, per_day=per_day)
    per_day_booked = Counter(dues.values())
    for key, added_on, cadence in keys:
        if dues[key] > due_on(added_on, cadence, LISBON):
            until_then = LISBON.working_days_between(TODAY + DAY, dues[key] - DAY)
            assert all(per_day_booked[day] == per_day for day in until_then)


@pytest.mark.slow
def test_an_owner_of_forty_seven_thousand_customers_is_served() -> None:
    """A very large import for one owner is spread at once."""
    keys = [(f"customer-{n}", TODAY - (n % 40) * DAY, 7 + n % 180) for n in range(46_964)]
    dues = spread(keys)
    assert len(dues) == len(keys)
    assert max(Counter(dues.values()).values()) == 8


@pytest.mark.parametrize("share", [1, 2, 3, 40])
def test_first_calls_are_evenly_apart(share: int) -> None:
    """Nobody shares a day while there are days, and no two gaps differ by more than one working day."""
    end = due_on(TODAY, 1000, LISBON)
    workdays = LISBON.working_days_between(TODAY + DAY, end)
    count = len(workdays) // share - 1
    dues = sorted(spread([(f"c{n}", TODAY, 1000) for n in range(count)]).values())
    places = [bisect_left(workdays, day) for day in dues]
    gaps = {later - earlier for earlier, later in pairwise(places)}
    assert max(gaps) - min(gaps) <= 1
    assert min(gaps) >= 1
    assert places[0] <= max(gaps)
    assert len(workdays) - places[-1] <= max(gaps) + 1

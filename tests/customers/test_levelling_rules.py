"""Busy days are evened out: earlier, never past anybody's date, in nobody's favour, and once."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.customers.rules.levelling import Place, level, place
from bot.people.rules import DAY, Calendar

TODAY = date(2026, 11, 23)  # a Monday
LISBON = Calendar("Europe/Lisbon")
DAYS = [day for day in (TODAY + DAY * n for n in range(40)) if day.weekday() < 5]
NOBODY: dict[date, int] = {}
calm = settings(deadline=None)


def crowd(count: int, on: date, *, first: date = DAYS[1], last: date | None = None) -> list[Place]:
    """Return customers that are all due on one day."""
    return [Place(f"{on}:{n}", on, first, last or on, 1.0) for n in range(count)]


def loads(places: Sequence[Place], moves: dict[str, date]) -> list[int]:
    """Return how many customers each day holds in the end."""
    counts = Counter(moves.get(one.id, one.on) for one in places)
    return [counts[day] for day in DAYS]


def after(places: Sequence[Place], moves: dict[str, date]) -> list[Place]:
    """Return the customers where they are after their moves."""
    return [one._replace(on=moves.get(one.id, one.on)) for one in places]


def room_for(places: Sequence[Place], fixed: dict[date, int], cap: int) -> bool:
    """Return whether everybody fits under the cap, tried another way: day by day, whose last day comes first."""
    left = sorted(places, key=lambda one: one.last)
    for day in DAYS:
        here = [one for one in left if one.first <= day][: max(cap - fixed.get(day, 0), 0)]
        if any(one.last < day for one in left):
            return False
        left = [one for one in left if one not in here]
    return not left and all(count <= cap for count in fixed.values())


@st.composite
def calendars_full(draw: st.DrawFn) -> tuple[list[Place], dict[date, int], int]:
    """Draw customers with the days they may be on, others that stay, and a cap."""
    places = []
    for number in range(draw(st.integers(0, 40))):
        first, on, last = sorted(draw(st.integers(1, 12)) for _ in range(3))
        places.append(Place(str(number), DAYS[on], DAYS[first], DAYS[last], draw(st.integers(0, 20)) / 10))
    cap = draw(st.integers(1, 5))
    fixed = {DAYS[day]: draw(st.integers(0, cap)) for day in draw(st.sets(st.integers(0, 13), max_size=5))}
    return places, fixed, cap


def test_a_list_without_a_crowded_day_stays_as_it_is() -> None:
    """Eight on one day are no crowd."""
    assert level(crowd(8, DAYS[10]), days=DAYS, fixed=NOBODY, cap=8) == {}


def test_a_crowded_day_keeps_as_many_as_fit_and_the_others_come_a_little_earlier() -> None:
    """Twenty on one day: eight stay, eight come a day and four two days before."""
    places = crowd(20, DAYS[10])
    moves = level(places, days=DAYS, fixed=NOBODY, cap=8)
    assert loads(places, moves)[8:11] == [4, 8, 8]


def test_days_that_are_full_are_passed_over() -> None:
    """Whoever has to stay takes up room."""
    places = crowd(3, DAYS[10])
    moves = level(places, days=DAYS, fixed={DAYS[9]: 2, DAYS[8]: 1}, cap=2)
    assert set(moves.values()) == {DAYS[8]}


def test_one_customer_makes_room_for_another() -> None:
    """One that can't come earlier stays; who was moved early gives up its place for a later one of its own."""
    early = Place("early", DAYS[2], DAYS[1], DAYS[6], 1.0)
    tight = [Place(f"tight {n}", DAYS[2], DAYS[1], DAYS[2], 1.0) for n in range(2)]
    assert level([early, *tight], days=DAYS, fixed={DAYS[1]: 1}, cap=1) != {}
    moves = level([early, tight[0]], days=DAYS, fixed={DAYS[1]: 1}, cap=1)
    assert moves == {"early": DAYS[3]}


def test_more_than_there_is_room_for_is_spread_evenly() -> None:
    """Forty within four days are ten a day, not eight and a heap."""
    places = crowd(40, DAYS[4])
    assert loads(places, level(places, days=DAYS, fixed=NOBODY, cap=8))[1:5] == [10, 10, 10, 10]


def test_nobody_takes_no_calls_at_all() -> None:
    """A cap of zero is refused."""
    with pytest.raises(ValueError, match="At least one call a day"):
        level([], days=DAYS, fixed=NOBODY, cap=0)


def test_who_has_waited_longest_for_its_cadence_comes_first() -> None:
    """The highest overdue ratio moves to the earlier day."""
    places = [one._replace(ratio=n / 10) for n, one in enumerate(crowd(4, DAYS[10]))]
    assert level(places, days=DAYS, fixed=NOBODY, cap=3) == {places[-1].id: DAYS[9]}


def test_after_a_return_the_most_overdue_come_first() -> None:
    """Nine whose day came while their owner was away come on the three days after it, none past its limit."""
    back = DAYS[5]
    places = [Place(str(n), back, back, DAYS[20], 1 + n / 10, back) for n in range(9)]
    moves = level(places, days=DAYS, fixed=NOBODY, cap=3)
    assert {one.id: moves.get(one.id, back) for one in places} == {
        str(n): DAYS[5 + (8 - n) // 3] for n in range(9)
    }  # fmt: skip


def test_after_a_return_a_hard_limit_comes_before_the_order() -> None:
    """One that is less overdue but has to be called on the first day is called on it."""
    back = DAYS[5]
    places = [Place("near", back, back, back, 1.1, back), Place("far", back, back, DAYS[20], 1.4, back)]
    assert level(places, days=DAYS, fixed=NOBODY, cap=1) == {"far": DAYS[6]}


@calm
@given(calendars_full())
def test_nobody_leaves_the_days_it_may_be_on(drawn: tuple[list[Place], dict[date, int], int]) -> None:
    """Neither before the first nor after the last of them, and always on a working day."""
    places, fixed, cap = drawn
    for one in after(places, level(places, days=DAYS, fixed=fixed, cap=cap)):
        assert one.first <= one.on <= one.last
        assert one.on in DAYS


@calm
@given(calendars_full())
def test_the_cap_is_kept_wherever_it_can_be(drawn: tuple[list[Place], dict[date, int], int]) -> None:
    """Whenever a distribution under the cap exists, the result is one."""
    places, fixed, cap = drawn
    counts = Counter(one.on for one in after(places, level(places, days=DAYS, fixed=fixed, cap=cap)))
    if room_for(places, fixed, cap):
        assert all(counts[day] + fixed.get(day, 0) <= cap for day in DAYS)


@calm
@given(calendars_full())
def test_no_day_holds_too_many_while_one_of_its_customers_could_go_elsewhere(
    drawn: tuple[list[Place], dict[date, int], int],
) -> None:
    """Also where not everybody fits."""
    places, fixed, cap = drawn
    ends = after(places, level(places, days=DAYS, fixed=fixed, cap=cap))
    counts = Counter(one.on for one in ends) + Counter(fixed)
    for one in ends:
        within = [day for day in DAYS if one.first <= day <= one.last]
        assert counts[one.on] <= cap or all(counts[day] >= cap for day in within)
        assert counts[one.on] <= cap or all(counts[day] >= counts[one.on] - 1 for day in within)


@calm
@given(calendars_full())
def test_levelling_again_changes_nothing(drawn: tuple[list[Place], dict[date, int], int]) -> None:
    """The second time, and whatever the order in which customers are given."""
    places, fixed, cap = drawn
    moves = level(places, days=DAYS, fixed=fixed, cap=cap)
    assert level(places[::-1], days=DAYS, fixed=fixed, cap=cap) == moves
    assert level(after(places, moves), days=DAYS, fixed=fixed, cap=cap) == {}


@calm
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 12)), max_size=30), st.integers(1, 4))
def test_a_return_is_level_and_stays_so(drawn: list[tuple[int, int]], cap: int) -> None:
    """Those who wait for a return keep their limits, are under the cap if they can be, and don't move twice."""
    back = DAYS[5]
    places = [Place(str(n), back, back, DAYS[5 + room], 1 + ratio / 10, back) for n, (ratio, room) in enumerate(drawn)]
    ends = after(places, level(places, days=DAYS, fixed=NOBODY, cap=cap))
    assert all(back <= one.on <= one.last for one in ends)
    assert level(ends, days=DAYS, fixed=NOBODY, cap=cap) == {}
    if room_for(places, NOBODY, cap):
        assert max(Counter(one.on for one in ends).values(), default=0) <= cap


def where(**changed: object) -> Place | None:
    """Return where a customer is that was talked to on 2 November and is due thirty days later."""
    facts: dict[str, object] = {
        "today": TODAY, "on": date(2026, 12, 2), "wanted": date(2026, 12, 2), "waiting_since": date(2026, 11, 2),
        "cadence_days": 30, "neglected_after": date(2026, 12, 17), "ever_contacted": True,
    }  # fmt: skip
    calendar = changed.pop("calendar", LISBON)
    return place("c", calendar, **{**facts, **changed})  # type: ignore[arg-type]


def test_a_customer_may_come_from_tomorrow_to_the_day_its_cadence_is_used_up() -> None:
    """Not later: that is its cadence."""
    found = where()
    assert found is not None
    assert (found.first, found.last, found.returns_on) == (date(2026, 11, 24), date(2026, 12, 2), None)


def test_nobody_is_called_again_before_half_its_cadence() -> None:
    """Who was talked to on Friday isn't asked for on Tuesday."""
    since = date(2026, 11, 20)
    found = where(waiting_since=since, wanted=date(2026, 12, 20), on=date(2026, 12, 21))
    assert found is not None
    assert found.first == since + timedelta(days=15)


def test_somebody_nobody_has_talked_to_may_come_at_once() -> None:
    """There is nobody to bother."""
    found = where(waiting_since=TODAY, ever_contacted=False, wanted=date(2026, 12, 23), on=date(2026, 12, 23))
    assert found is not None
    assert found.first == date(2026, 11, 24)


def test_what_is_due_today_stays_due() -> None:
    """Or was due before."""
    assert where(on=TODAY, wanted=TODAY) is None
    assert where(on=TODAY - DAY, wanted=TODAY - DAY) is None


@pytest.mark.parametrize("today", [TODAY, date(2026, 12, 7)])
def test_whose_day_comes_while_its_owner_is_away_may_come_after_the_return_up_to_its_limit(today: date) -> None:
    """Before the owner leaves, and still on the day of the return."""
    away = Calendar("Europe/Lisbon", days_off=((date(2026, 11, 30), date(2026, 12, 4)),))
    found = where(calendar=away, today=today, on=date(2026, 12, 7))
    assert found is not None
    assert (found.last, found.returns_on) == (date(2026, 12, 17), date(2026, 12, 7))
    assert found.first == (date(2026, 11, 24) if today == TODAY else today)


def test_a_holiday_is_no_absence() -> None:
    """What bunches after a holiday comes before it, not later."""
    found = where(
        calendar=Calendar("Europe/Lisbon", country="PT"), wanted=date(2026, 12, 8), on=date(2026, 12, 9),
        waiting_since=date(2026, 11, 8),
    )  # fmt: skip
    assert found is not None
    assert (found.last, found.returns_on) == (date(2026, 12, 9), None)

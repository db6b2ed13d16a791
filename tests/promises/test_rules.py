"""When a promise is spoken of, when silence about it is too long, and what the rates are made of."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.rules import Calendar
from bot.promises.rules import PromiseState, is_near, is_over, is_silent, judged, kept_rate, widest_gap

MONDAY, THURSDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 26), date(2026, 11, 27)
LISBON = Calendar(zone="Europe/Lisbon", country="PT")
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("due_on", "today", "near"),
    [
        (FRIDAY, date(2026, 11, 25), False),
        (FRIDAY, THURSDAY, True),
        (FRIDAY, FRIDAY, True),
        (date(2026, 11, 29), THURSDAY, True),  # a Sunday
        (date(2026, 11, 29), FRIDAY, True),
        (date(2026, 11, 30), FRIDAY, True),  # the working day before a Monday
        (date(2026, 12, 1), date(2026, 11, 30), True),  # a holiday in Portugal
        (date(2026, 12, 2), date(2026, 11, 30), True),
        (MONDAY, FRIDAY, True),
    ],
)
def test_a_promise_is_near_the_working_day_before_and_on_the_last_one(due_on: date, today: date, *, near: bool) -> None:
    """Weekends and holidays are spoken of before they begin."""
    assert is_near(due_on, today=today, calendar=LISBON) is near


def test_days_away_are_spoken_of_before_they_begin() -> None:
    """Away from Thursday on: what is due on Friday has its last day on Wednesday, its day before on Tuesday."""
    away = Calendar(zone="Europe/Lisbon", days_off=((THURSDAY, date(2026, 12, 4)),))
    near = [is_near(FRIDAY, today=MONDAY + timedelta(days=n), calendar=away) for n in range(3)]
    assert near == [False, True, True]


@given(due_on=days, today=days, off=st.lists(days, max_size=3))
def test_every_promise_has_a_last_working_day_and_never_goes_back(due_on: date, today: date, off: list[date]) -> None:
    """Whatever days somebody is away: nearness only grows, and nobody's promise comes due unspoken of."""
    calendar = Calendar(zone="Europe/Lisbon", days_off=tuple((day, day) for day in off))
    working = [today + timedelta(days=n) for n in range(30) if calendar.is_working_day(today + timedelta(days=n))]
    near = [is_near(due_on, today=day, calendar=calendar) for day in working]
    assert near == sorted(near)
    last = max((day for day in working if day <= due_on), default=None)
    if last is not None and due_on < working[-1]:
        assert near[working.index(last)] is True


def test_a_day_is_over_once_the_next_one_has_begun() -> None:
    """Not during it."""
    assert not is_over(FRIDAY, today=FRIDAY)
    assert is_over(FRIDAY, today=FRIDAY + timedelta(days=1))


def test_silence_begins_past_the_middle_and_ends_with_a_contact() -> None:
    """Ten days: the sixth is too long; a contact on the day it was promised was the promise itself."""
    due = MONDAY + timedelta(days=10)

    def silent(after: int, last: date | None) -> bool:
        today = MONDAY + timedelta(days=after)
        return is_silent(promised_on=MONDAY, due_on=due, last_contact_on=last, today=today)

    assert [silent(after, None) for after in (0, 5, 6, 10)] == [False, False, True, True]
    assert silent(6, MONDAY)
    assert silent(6, date(2026, 3, 12))
    assert not silent(6, MONDAY + timedelta(days=1))


@given(promised=days, length=st.integers(0, 400), gone=st.integers(0, 400))
def test_a_promise_for_today_is_never_silent_and_a_long_one_always_gets_there(
    promised: date, length: int, gone: int
) -> None:
    """Silent exactly when twice the time gone is more than the whole."""
    today, due = promised + timedelta(days=gone), promised + timedelta(days=length)
    found = is_silent(promised_on=promised, due_on=due, last_contact_on=None, today=today)
    assert found == (2 * gone > length)


counts = st.dictionaries(st.sampled_from(PromiseState), st.integers(0, 50))


@given(counts=counts, state=st.sampled_from(PromiseState))
def test_only_keeping_on_the_day_ever_raises_the_rate(counts: dict[PromiseState, int], state: PromiseState) -> None:
    """One more renegotiated, late or broken promise never does; open and withdrawn ones change nothing."""
    before, after = kept_rate(counts), kept_rate({**counts, state: counts.get(state, 0) + 1})
    if state in {PromiseState.OPEN, PromiseState.WITHDRAWN}:
        assert after == before
    elif state is PromiseState.KEPT:
        assert after is not None
        assert after >= (before or 0)
    else:
        assert after is not None
        assert before is None or after <= before


def test_the_rate_is_of_promises_whose_day_has_come() -> None:
    """Three of four."""
    assert (
        kept_rate({PromiseState.KEPT: 3, PromiseState.RENEGOTIATED: 1, PromiseState.OPEN: 9, PromiseState.WITHDRAWN: 2})
        == 0.75
    )
    assert kept_rate({PromiseState.OPEN: 9}) is None
    every = dict.fromkeys(PromiseState, 1)
    assert judged(every) == 4


def test_the_widest_gap_names_the_best_and_the_worst() -> None:
    """None while there is nothing to compare."""
    assert widest_gap({"small": 0.9, "large": 0.7, "middle": 0.8, "unknown": None}) == ("small", "large")
    assert widest_gap({"small": 0.9, "unknown": None}) is None


def test_every_state_has_words() -> None:
    """As rows tell them."""
    assert [state.words for state in PromiseState] == [
        "open",
        "kept",
        "kept late",
        "renegotiated",
        "broken",
        "withdrawn",
    ]


def test_broken_ones_alone_make_a_rate_of_nothing() -> None:
    """Not one that is kept."""
    assert kept_rate({PromiseState.BROKEN: 2}) == 0.0


def test_somebody_who_never_works_is_told_on_the_day() -> None:
    """Nothing is put off for good."""
    never = Calendar(zone="Europe/Lisbon", working_days=frozenset())
    assert is_near(MONDAY, today=MONDAY, calendar=never) is True

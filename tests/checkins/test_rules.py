"""Pure rules of check-ins: the words of a row, when something may be undone, until when a customer is put off."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.checkins.rules import (
    Preset,
    Result,
    can_undo,
    date_problem,
    days_in_a_row,
    describe_changes,
    in_words,
    is_repeated,
    listed,
    ordinal,
    pick_facts,
    snooze_day,
    tally,
    times,
)
from bot.people.rules import Calendar

MONDAY = date(2026, 11, 23)
LISBON = Calendar(zone="Europe/Lisbon", country="PT")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_result_reads_as_words() -> None:
    """Without underscores."""
    assert [one.words for one in Result] == ["talked", "they contacted us", "tried", "declined"]


@pytest.mark.parametrize(("days", "sentence"), [(0, None), (365, None), (-1, "to come"), (366, "more than a year ago")])
def test_a_check_in_happened_within_a_year(days: int, sentence: str | None) -> None:
    """Today and the same day a year ago included."""
    problem = date_problem(MONDAY - timedelta(days=days), today=MONDAY)
    assert problem is None if sentence is None else sentence in (problem or "")


@pytest.mark.parametrize(
    ("preset", "today", "on"),
    [
        (Preset.WEEK, "2026-11-23", "2026-11-30"),
        (Preset.TWO_WEEKS, "2026-11-23", "2026-12-07"),
        (Preset.WEEK, "2026-11-24", "2026-12-02"),  # 1 December is a holiday in Portugal
        (Preset.DATE, "2026-11-23", "2027-01-02"),
    ],
)
def test_a_snooze_ends_on_a_working_day_unless_the_day_was_chosen(preset: Preset, today: str, on: str) -> None:
    """One week, two weeks, or the very day."""
    chosen = date(2027, 1, 2)
    found = snooze_day(preset, today=date.fromisoformat(today), chosen=chosen, calendar=LISBON)
    assert found == date.fromisoformat(on)


def test_ten_minutes_are_left_for_undoing() -> None:
    """The tenth included."""
    assert can_undo(NOON, now=NOON)
    assert can_undo(NOON, now=NOON + timedelta(minutes=10))
    assert not can_undo(NOON, now=NOON + timedelta(minutes=10, seconds=1))


def test_the_last_attempts_words_are_kept_when_a_later_one_has_none() -> None:
    """And those of a contact outlast both."""
    attempts = [(Result.TRIED, "voicemail"), (Result.TRIED, "")]
    assert tally(attempts) == ("voicemail", 2)
    assert tally([*attempts, (Result.DECLINED, "not now")]) == ("not now", 3)
    assert tally([(Result.TALKED, "all well"), *attempts]) == ("all well", 2)


def test_how_often_is_said_in_words() -> None:
    """Once and twice, then in figures."""
    assert [times(count) for count in (0, 1, 2, 3)] == ["0 times", "once", "twice", "3 times"]


@pytest.mark.parametrize(
    ("known", "preferences", "lines"),
    [
        ((), (), []),
        (("last",), (), [("last",)]),
        (("last", "promised", "a mention"), (), [("last",), ("promised",)]),
        (("last", "promised", "a mention"), ("before ten",), [("last", "before ten"), ("promised",)]),
        (("late", "last", "a mention"), ("one", "two", "three"), [("late", "one", "two"), ("last",)]),
        ((), ("before ten", "Portuguese"), [("before ten", "Portuguese")]),
        (("asks for calls before ten",), ("before ten",), [("asks for calls before ten",)]),
    ],
)
def test_a_row_tells_the_most_pressing_and_a_preference_isnt_pushed_out(
    known: tuple[str, ...], preferences: tuple[str, ...], lines: list[tuple[str, ...]]
) -> None:
    """Two lines at most; what is known already isn't said again."""
    assert pick_facts(known, preferences) == lines


@pytest.mark.parametrize(("before", "follows", "days"), [(0, True, 1), (1, True, 2), (4, True, 5), (4, False, 1)])
def test_days_in_a_row_begin_anew_after_a_gap(before: int, days: int, *, follows: bool) -> None:
    """With today; what stood there on an earlier day, with a working day between, is new."""
    assert days_in_a_row(before, follows=follows) == days


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], ""),
        ([("Acme", 0), ("Golddex", 0)], ""),
        ([("Acme", 1), ("Golddex", 1)], "two new"),
        ([("Acme", 2)], "one still waiting"),
        ([("Acme", 2), ("Golddex", 5), ("Condax", 1), ("Bakery", 3)],
         "one new, three still waiting; Golddex for the fifth day"),
        ([("Acme", 3), ("Golddex", 3)], "two still waiting; Acme for the third day"),
    ],
)  # fmt: skip
def test_what_changed_since_yesterday_is_counted(days: list[tuple[str, int]], words: str) -> None:
    """New ones first; the longest is named from its third day on; the numbers add up to the rows."""
    assert describe_changes(days) == words


def test_numbers_read_as_words_up_to_ten() -> None:
    """Then as figures, with the right endings."""
    assert [in_words(count) for count in (0, 1, 10, 11, 1234)] == ["no", "one", "ten", "11", "1,234"]
    assert [ordinal(count) for count in (1, 3, 10, 11, 12, 13, 21, 22, 23, 24, 111)] == [
        "first", "third", "tenth", "11th", "12th", "13th", "21st", "22nd", "23rd", "24th", "111th",
    ]  # fmt: skip
    assert [listed(parts) for parts in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == ["", "a", "a and b", "a, b and c"]


def test_a_second_press_counts_as_a_repeat_for_ten_minutes() -> None:
    """As long as the first can be undone."""
    assert not is_repeated(None, now=NOON)
    assert is_repeated(NOON - timedelta(minutes=10), now=NOON)
    assert not is_repeated(NOON - timedelta(minutes=10, seconds=1), now=NOON)

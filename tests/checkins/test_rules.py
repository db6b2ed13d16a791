"""Pure rules of check-ins: the words of a row, when something may be undone, until when a customer is put off."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.checkins.rules import Preset, Result, can_undo, date_problem, snooze_day, tally, times
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

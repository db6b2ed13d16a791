"""The day that a sentence names, ahead or in the past, is found wherever it stands, and asked for where unclear."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.rules.sentences import LONGEST_AGO, find_day

MONDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 25)


@pytest.mark.parametrize(
    ("words", "on", "before", "after"),
    [
        ("Acme friday", date(2026, 11, 27), "Acme", ""),
        ("friday about Acme", date(2026, 11, 27), "", "about Acme"),
        ("call Acme on Tuesday, about it", date(2026, 11, 24), "call Acme", "about it"),
        ("in two weeks ask", date(2026, 12, 7), "", "ask"),
        ("papers 2026-11-27?", date(2026, 11, 27), "papers", ""),
        ("list yesterday by friday.", date(2026, 11, 27), "list yesterday", ""),
        ("sat down with Bob", None, "sat down with Bob", ""),
        ("", None, "", ""),
    ],
)
def test_a_day_ahead_is_found_with_the_words_around_it(words: str, on: date | None, before: str, after: str) -> None:
    """Its preposition and full stop go with it; a day that is over isn't one."""
    found = find_day(words, today=MONDAY)
    assert (found.on, found.before, found.after, found.options) == (on, before, after, ())


@pytest.mark.parametrize(
    ("words", "today", "on"),
    [
        ("today", MONDAY, MONDAY),
        ("this morning", MONDAY, MONDAY),
        ("yesterday", MONDAY, date(2026, 11, 22)),
        ("yesterday evening", MONDAY, date(2026, 11, 22)),
        ("the day before yesterday", MONDAY, date(2026, 11, 21)),
        ("on friday", MONDAY, date(2026, 11, 20)),
        ("tuesday", MONDAY, date(2026, 11, 17)),
        ("last friday", MONDAY, date(2026, 11, 20)),
        ("last monday", MONDAY, date(2026, 11, 16)),
        ("3 days ago", MONDAY, date(2026, 11, 20)),
        ("a week ago", MONDAY, date(2026, 11, 16)),
        ("two months ago", date(2026, 4, 30), date(2026, 2, 28)),
        ("12 months ago", MONDAY, date(2025, 11, 23)),
        ("on 20 nov", MONDAY, date(2026, 11, 20)),
        ("24 nov", MONDAY, date(2025, 11, 24)),
        ("2026-11-02", MONDAY, date(2026, 11, 2)),
        ("400 days ago", MONDAY, None),
        ("2026-11-24", MONDAY, None),
        ("30 february", MONDAY, None),
        ("by friday", MONDAY, None),
        ("next friday", MONDAY, None),
        ("for friday", MONDAY, None),
        ("tomorrow", MONDAY, None),
        ("friday or soon", MONDAY, date(2026, 11, 20)),
    ],
)
def test_a_past_day_is_the_latest_of_its_name(words: str, today: date, on: date | None) -> None:
    """A day ahead isn't one, nor is one more than a year ago."""
    assert find_day(words, today=today, past=True).on == on


@pytest.mark.parametrize(
    ("words", "past", "options"),
    [
        ("Acme next friday", False, (date(2026, 11, 27), date(2026, 12, 4))),
        ("Acme friday or monday", False, (date(2026, 11, 27), date(2026, 11, 30))),
        ("3/4", False, (date(2027, 4, 3), date(2027, 3, 4))),
        ("on wednesday", True, (date(2026, 11, 18), WEDNESDAY)),
        ("last tuesday", True, (date(2026, 11, 17), date(2026, 11, 24))),
        ("last monday", True, (date(2026, 11, 16), date(2026, 11, 23))),
        ("2/3", True, (date(2026, 2, 3), date(2026, 3, 2))),
        ("monday or tuesday", True, (date(2026, 11, 23), date(2026, 11, 24))),
        ("later", False, ()),
    ],
)
def test_two_readings_are_options(words: str, past: bool, options: tuple[date, ...]) -> None:
    """None of them is chosen; a sentence says what is unclear."""
    found = find_day(words, today=WEDNESDAY, past=past)
    assert found.on is None
    assert found.options == options
    assert found.problem


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_read(words: str, past: bool) -> None:
    """A day that is found is on its side of today, and no word is invented."""
    found = find_day(words, today=MONDAY, past=past)
    if found.on is not None:
        assert (found.on <= MONDAY) if past else (found.on >= MONDAY)
        assert abs(found.on - MONDAY) <= (LONGEST_AGO if past else timedelta(days=730))
    assert all(part in words.split() for part in (*found.before.split(), *found.after.split()))

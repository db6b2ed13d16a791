"""Which items a source wants, when cards wait, and by when an answer is due."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.mentions.rules.mentions import (
    Filter,
    MentionState,
    answer_due,
    holds_any,
    is_old,
    is_posted,
    is_quiet,
    is_recent,
    is_wanted,
    next_try,
    read_quiet,
    split_words,
)
from bot.mentions.rules.sources import SourceKind
from bot.mentions.rules.texts import joined
from bot.people.rules import Calendar


@pytest.mark.parametrize(
    ("text", "words", "holds"),
    [
        ("Golddex called", ["golddex"], True),
        ("GOLDDEX  Widgets", ["golddex widgets"], True),
        ("golddexes", ["golddex"], False),
        ("c++ (beta)", ["C++"], True),
        ("anything", ["", "  "], False),
    ],
)
def test_words_count_whole_and_in_any_case(text: str, words: list[str], holds: bool) -> None:
    """Also with signs in them."""
    assert holds_any(text, words) is holds


def test_only_a_plain_feed_keeps_quiet_about_strangers() -> None:
    """A search or a webhook brings what was asked for."""
    assert not is_posted(SourceKind.FEED, matched=False, has_words=False)
    assert is_posted(SourceKind.FEED, matched=False, has_words=True)
    assert is_posted(SourceKind.FEED, matched=True, has_words=False)
    assert is_posted(SourceKind.REDDIT, matched=False, has_words=False)
    assert is_posted(SourceKind.WEBHOOK, matched=False, has_words=False)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"author": " @SPAMMER "}, False),
        ({"author": "spammer2"}, True),
        ({"language": "de"}, False),
        ({"language": ""}, True),
        ({"language": "de", "wanted_language": ""}, True),
        ({"text": "Nobody called"}, False),
        ({"text": "Nobody called", "words": []}, True),
        ({"text": "Golddex is hiring"}, False),
        ({"text": "Hiring", "words": []}, False),
    ],
)
def test_a_source_wants_its_words_its_language_and_nobody_who_is_excluded(
    changed: dict[str, Any], expected: bool
) -> None:
    """An item that doesn't say its language is wanted in any."""
    item: dict[str, Any] = {"text": "Golddex called", "author": "ana", "language": "en", "words": ["golddex"]}
    item |= {"wanted_language": "en"} | changed
    by = Filter(item.pop("words"), ["hiring"], ["@Spammer"], item.pop("wanted_language"))
    assert is_wanted(**item, by=by) is expected


@pytest.mark.parametrize(
    ("days", "old", "recent"), [(0, False, True), (14, False, True), (14.01, True, False), (None, False, False)]
)
def test_two_weeks_are_recent(days: float | None, old: bool, recent: bool) -> None:
    """Nobody knows of what has no date."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    published = None if days is None else now - timedelta(days=days)
    assert (is_old(published, now), is_recent(published, now)) == (old, recent)


@pytest.mark.parametrize(
    ("taken", "due"),
    [
        (datetime(2026, 11, 23, 15, 30, tzinfo=UTC), datetime(2026, 11, 24, 15, 30, tzinfo=UTC)),
        (datetime(2026, 11, 23, 22, 0, tzinfo=UTC), datetime(2026, 11, 24, 18, 0, tzinfo=UTC)),
        (datetime(2026, 11, 27, 7, 0, tzinfo=UTC), datetime(2026, 11, 30, 11, 0, tzinfo=UTC)),
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), datetime(2026, 11, 30, 12, 0, tzinfo=UTC)),
    ],
)
def test_an_answer_is_due_a_working_day_on_within_the_hours(taken: datetime, due: datetime) -> None:
    """Never at night, never on a weekend; the warning two hours before finds somebody at work."""
    assert answer_due(taken, 1, Calendar(zone="Europe/Lisbon")) == due


def test_an_answer_across_the_clock_change_keeps_its_hour() -> None:
    """On the clock of who answers: summer time ends in New York on the first of November 2026."""
    taken = datetime(2026, 10, 30, 18, tzinfo=UTC)  # a Friday, two in the afternoon there
    assert answer_due(taken, 1, Calendar(zone="America/New_York")) == datetime(2026, 11, 2, 19, tzinfo=UTC)


@pytest.mark.parametrize(("hour", "quiet"), [(17, False), (18, True), (23, True), (7, True), (8, False)])
def test_quiet_hours_may_run_past_midnight(hour: int, quiet: bool) -> None:
    """From six in the evening to eight in the morning."""
    now = datetime(2026, 11, 23, hour, tzinfo=UTC)
    assert is_quiet(now, "Europe/London", time(18), time(8)) is quiet
    assert not is_quiet(now, "Europe/London", None, None)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("18:00-08:00", (time(18), time(8))), ("18 to 8", (time(18), time(8))), ("25-3", None), ("at night", None)],
)
def test_quiet_hours_are_read_as_people_write_them(text: str, hours: tuple[time, time] | None) -> None:
    """Or not at all."""
    assert read_quiet(text) == hours


def test_pauses_grow_to_half_a_day_and_no_longer() -> None:
    """A source is never given up."""
    pauses = [next_try(failures) for failures in range(40)]
    assert pauses[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=12)


def test_words_of_a_field_are_parted_by_commas_or_lines() -> None:
    """Each once, at most thirty of them."""
    assert split_words("golddex,  Gold dex\ngolddex;\n") == ("golddex", "Gold dex")
    assert len(split_words("\n".join(map(str, range(99))))) == 30


@pytest.mark.parametrize(
    ("hour", "taken", "due"),
    [
        (time(17), 9, "19:00"),
        (time(17), 20, "19:00"),
        (time(7), 8, "09:00"),
        (time(7), 18, "18:00"),
        (time(9), 19, "18:00"),
    ],
)
def test_an_answer_is_due_within_the_hours_of_who_works_late(hour: time, taken: int, due: str) -> None:
    """Two hours after they begin at the earliest, and at six at the latest, unless they begin after four."""
    at = answer_due(datetime(2026, 11, 23, taken, tzinfo=UTC), 2, Calendar(zone="UTC", hour=hour))
    assert f"{at:%a %H:%M}" == f"Wed {due}"


@pytest.mark.parametrize(("hour", "quiet"), [(11, False), (12, True), (13, True), (14, False)])
def test_quiet_hours_may_lie_within_a_day(hour: int, quiet: bool) -> None:
    """The first hour is quiet, the last isn't; from and to the same hour is never."""
    now = datetime(2026, 11, 23, hour, tzinfo=UTC)
    assert is_quiet(now, "UTC", time(12), time(14)) is quiet
    assert is_quiet(now, "UTC", time(12), time(12)) is False
    assert not is_quiet(now, "UTC", time(12), None)
    assert not is_quiet(now, "UTC", None, time(14))


@pytest.mark.parametrize(
    ("text", "hours"), [(" 18:30 – 7:45 ", (time(18, 30), time(7, 45))), ("0-24", None), ("18:60-8", None), ("8", None)]
)
def test_quiet_hours_have_minutes(text: str, hours: tuple[time, time] | None) -> None:
    """As a clock has them."""
    assert read_quiet(text) == hours


def test_a_word_of_a_field_is_cut_at_sixty_characters() -> None:
    """One more makes no other word."""
    assert split_words(f"{'a' * 60}, {'a' * 61}") == ("a" * 60,)


def test_states_are_told_in_words() -> None:
    """Those that need no explanation by their own name."""
    assert [state.words for state in MentionState] == ["open", "answered", "not about us", "kept, not posted"]


@pytest.mark.parametrize(
    ("title", "words", "shown"),
    [
        ("Golddex is down", "Golddex is down: since nine.", "Golddex is down: since nine."),
        ("GOLDDEX  is down…", "Golddex is down since nine.", "Golddex is down since nine."),
        ("Golddex is down", "Since nine.", "Golddex is down\nSince nine."),
        ("Golddex is down", "", "Golddex is down"),
        ("", "Since nine.", "Since nine."),
    ],
)
def test_a_title_that_begins_the_words_is_not_said_twice(title: str, words: str, shown: str) -> None:
    """However it is written; any other title stands above the words."""
    assert joined(title, words) == shown

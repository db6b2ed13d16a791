"""The day that people mean by their words, on their own calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.commitments.rules import OVER, UNREADABLE, date_problem, prefixes, read_due, split_quoted
from bot.followups.rules import State, is_long_late, wants_reminder
from bot.people.rules import Calendar

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "on", "rest"),
    [
        ("friday call about the invoice", "2026-11-27", "call about the invoice"),
        ("Fri, call", "2026-11-27", "call"),
        ("by Friday: call", "2026-11-27", "call"),
        ("monday call", "2026-11-30", "call"),
        ("this wednesday call", "2026-11-25", "call"),
        ("today call", "2026-11-23", "call"),
        ("tomorrow call", "2026-11-24", "call"),
        ("day after tomorrow call", "2026-11-25", "call"),
        ("in two weeks send it", "2026-12-07", "send it"),
        ("in a week send it", "2026-11-30", "send it"),
        ("in 3 days send it", "2026-11-26", "send it"),
        ("in a month send it", "2026-12-23", "send it"),
        ("2026-12-01 send it", "2026-12-01", "send it"),
        ("1 dec send it", "2026-12-01", "send it"),
        ("on the 1st of December send it", "2026-12-01", "send it"),
        ("December 1st send it", "2026-12-01", "send it"),
        ("Dec 1 2027 send it", "2027-12-01", "send it"),
        ("fri 27 nov send it", "2026-11-27", "send it"),
        ("27.11. send it", "2026-11-27", "send it"),
        ("27.11.2026 send it", "2026-11-27", "send it"),
        ("27/11 send it", "2026-11-27", "send it"),
        ("11/27/2026 send it", "2026-11-27", "send it"),
        ("31 jan send it", "2027-01-31", "send it"),
        ("friday 10 chairs to be sent", "2026-11-27", "10 chairs to be sent"),
        ("friday", "2026-11-27", ""),
    ],
)
def test_a_day_is_read_as_people_say_it(words: str, on: str, rest: str) -> None:
    """Weekdays, relative words, ISO and calendar days; what follows is what is to be done."""
    found = read_due(words, today=MONDAY)
    assert (found.on, found.rest, found.problem) == (date.fromisoformat(on), rest, None)


@pytest.mark.parametrize(
    "words",
    ["yesterday call", "2 days ago call", "last friday call", "2026-11-22 call", "22 nov 2026 call", "20 nov call"],
)
def test_a_day_that_is_over_is_asked_again(words: str) -> None:
    """Never taken for next year, never kept."""
    found = read_due(words, today=MONDAY)
    assert (found.on, found.problem) == (None, OVER)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("next friday call", "“next friday” can be more than one day; choose which."),
        ("next week call", "“next week” can be more than one day; choose which."),
        ("soon call", "“soon” can be more than one day; choose which."),
        ("03/04 call", UNREADABLE),
        ("30 feb call", UNREADABLE),
        ("99.99. call", UNREADABLE),
        ("2026-13-41 call", UNREADABLE),
        ("mon 27 nov call", "27 November 2026 is a Friday; choose which day is meant."),
        ("may call", UNREADABLE),
        ("call them about friday", UNREADABLE),
        ("3000-01-01 call", "That is more than two years away; choose an earlier day."),
    ],
)
def test_a_day_that_can_be_read_two_ways_or_not_at_all_is_asked_again(words: str, problem: str) -> None:
    """Nothing is guessed."""
    found = read_due(words, today=MONDAY)
    assert (found.on, found.problem) == (None, problem)


def test_words_without_a_day_stay_whole() -> None:
    """What is to be done isn't eaten by the search for a day."""
    assert read_due("call them about the invoice", today=MONDAY).rest == "call them about the invoice"
    assert read_due("  ", today=MONDAY).problem is None


@pytest.mark.parametrize(
    ("zone", "today", "friday"),
    [("Pacific/Auckland", "2026-11-27", "2026-12-04"), ("Europe/Lisbon", "2026-11-26", "2026-11-27"),
     ("America/New_York", "2026-11-26", "2026-11-27")],
)  # fmt: skip
def test_the_same_word_is_another_day_in_another_zone(zone: str, today: str, friday: str) -> None:
    """At noon UTC on a Thursday it is Friday in Auckland already, where *friday* means the next one."""
    day = Calendar(zone=zone).today(datetime(2026, 11, 26, 12, tzinfo=UTC))
    assert day.isoformat() == today
    assert read_due("friday call", today=day).on == date.fromisoformat(friday)


VOCABULARY = (
    "friday mon sunday today tomorrow yesterday in a two 3 31 day days weeks months ago last next on by 27 nov december"
    " 1st 29 feb 2026 2027 2024-02-29 2026-11-23 29.02. 12/11 13/12 11/30 may call of the , -"
)
words = st.sampled_from(VOCABULARY.split(" "))


@given(parts=st.lists(words, max_size=8), today=st.dates(date(2024, 1, 1), date(2032, 12, 31)))
@example(parts=["29", "feb"], today=date(2026, 3, 1))
@example(parts=["31", "december"], today=date(2026, 12, 31))
def test_no_words_ever_lead_to_a_day_that_is_over(parts: list[str], today: date) -> None:
    """Whatever is written, whenever: the day is today or later, or it is asked for."""
    said = " ".join(parts)
    found = read_due(said, today=today)
    assert found.on is None or today <= found.on <= today + timedelta(days=730)
    assert (found.on is None) or found.problem is None
    assert said.endswith(found.rest) or found.rest == said.strip()


@given(text=st.text(max_size=60), today=st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_any_text_is_survived(text: str, today: date) -> None:
    """No characters break the reading, and none become a day that is over."""
    found = read_due(text, today=today)
    assert found.on is None or found.on >= today


def test_a_name_in_quotes_or_the_longest_beginning_is_tried_first() -> None:
    """`"Acme Corp" friday` and `Acme Corp friday` both work."""
    assert split_quoted('"Acme Corp" friday call') == ("Acme Corp", "friday call")
    assert split_quoted("“Acme Corp” friday") == ("Acme Corp", "friday")
    assert split_quoted("Acme friday") is None
    assert prefixes(["Acme", "Corp", "friday"])[0] == ("Acme Corp friday", "")
    assert prefixes(["Acme", "Corp"]) == [("Acme Corp", ""), ("Acme", "Corp")]
    assert prefixes([]) == []


def test_a_day_that_is_over_or_far_away_is_refused_with_what_to_do() -> None:
    """Today is fine."""
    assert date_problem(MONDAY, today=MONDAY) is None
    assert date_problem(MONDAY - timedelta(days=1), today=MONDAY) == OVER
    assert "two years" in (date_problem(MONDAY + timedelta(days=731), today=MONDAY) or "")
    assert date_problem(None, today=MONDAY) == "Choose the day by which it should be done."


def test_one_is_reminded_on_the_day_when_late_and_then_weekly() -> None:
    """Not before, not every day; what is due on a weekend is spoken of on Friday."""
    calendar, friday = Calendar(zone="Europe/Lisbon"), date(2026, 11, 27)

    def wants(due: date, reminded: date | None, today: date) -> bool:
        return wants_reminder(due, reminded, today=today, calendar=calendar)

    assert not wants(friday, None, date(2026, 11, 26))
    assert wants(friday, None, friday)
    assert wants(date(2026, 11, 29), None, friday)
    assert not wants(date(2026, 11, 30), None, friday)
    assert wants(friday, friday, date(2026, 11, 30))
    assert not wants(friday, date(2026, 11, 30), date(2026, 12, 1))
    assert wants(friday, date(2026, 11, 30), date(2026, 12, 7))


def test_two_working_days_late_skips_weekends_and_holidays() -> None:
    """Due on Friday: Tuesday, unless Monday or Tuesday is a holiday."""
    lisbon = Calendar(zone="Europe/Lisbon", country="PT")
    friday = date(2026, 11, 27)
    assert not is_long_late(friday, today=date(2026, 11, 30), calendar=lisbon)
    assert not is_long_late(friday, today=date(2026, 12, 1), calendar=lisbon)  # a holiday in Portugal
    assert is_long_late(friday, today=date(2026, 12, 2), calendar=lisbon)


def test_every_state_has_words() -> None:
    """As rows tell them."""
    assert [state.words for state in State] == ["open", "done", "can't be done", "cancelled"]

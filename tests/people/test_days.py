"""Reading days in commands and lists."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.people.rules import Calendar
from bot.people.rules.days import (
    PAST_DAY,
    UNREADABLE,
    DayWords,
    UnclearDay,
    day_order,
    due_date_problem,
    read_date,
    read_day,
)

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
        ("a week today call", "2026-11-30", "call"),
        ("a week tomorrow call", "2026-12-01", "call"),
        ("a week on friday call", "2026-12-04", "call"),
        ("two weeks from friday call", "2026-12-11", "call"),
        ("3 days from now call", "2026-11-26", "call"),
        ("in a fortnight call", "2026-12-07", "call"),
        ("end of month call", "2026-11-30", "call"),
        ("by the end of the month: call", "2026-11-30", "call"),
        ("end of february call", "2027-02-28", "call"),
        ("27-Nov-2026 call", "2026-11-27", "call"),
        ("2026/11/27 call", "2026-11-27", "call"),
        ("Friday, November 27, 2026: call", "2026-11-27", "call"),
        ("sat", "2026-11-28", ""),
        ("sat: call", "2026-11-28", "call"),
        ("on sat call", "2026-11-28", "call"),
        ("Sat 28 Nov call", "2026-11-28", "call"),
        ("by 27.11 call", "2026-11-27", "call"),
        ("2026-12-04 friday's call", "2026-12-04", "friday's call"),
        ("27 nov fri call", "2026-11-27", "fri call"),
        ("friday weekly report", "2026-11-27", "weekly report"),
        ("friday last month figures", "2026-11-27", "last month figures"),
        ("friday 3/4 of the invoices", "2026-11-27", "3/4 of the invoices"),
        ("friday sun cream", "2026-11-27", "sun cream"),
        ("29 feb 2028 call", "2028-02-29", "call"),
    ],
)
def test_a_day_is_read_as_people_say_it(words: str, on: str, rest: str) -> None:
    """Weekdays, relative words, ISO and calendar dates are read; the rest is returned."""
    found = read_day(words, today=MONDAY)
    assert (found.on, found.rest, found.problem) == (date.fromisoformat(on), rest, None)


@pytest.mark.parametrize(
    "words",
    ["yesterday call", "2 days ago call", "last friday call", "2026-11-22 call", "22 nov 2026 call", "20 nov call"],
)
def test_a_day_that_is_over_is_asked_again(words: str) -> None:
    """A past day is neither accepted nor moved to next year."""
    found = read_day(words, today=MONDAY)
    assert (found.on, found.problem) == (None, PAST_DAY)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("next friday call", "“next friday” can be more than one day; choose which."),
        ("next week call", "“next week” can be more than one day; choose which."),
        ("soon call", "“soon” can be more than one day; choose which."),
        ("03/04 call", "“03/04” can be 3 April or 4 March; choose which."),
        ("30 feb call", UNREADABLE),
        ("99.99. call", UNREADABLE),
        ("2026-13-41 call", UNREADABLE),
        ("mon 27 nov call", "27 November 2026 is a Friday; choose which day is meant."),
        ("may call", UNREADABLE),
        ("next month call", "“next month” can be more than one day; choose which."),
        ("end of week call", "“end of week” can be more than one day; choose which."),
        ("monday week call", "“monday week” can be 30 November or 7 December; choose which."),
        ("today week call", "“today week” can be 23 November or 30 November; choose which."),
        ("a week on monday call", "“a week on monday” can be 30 November or 7 December; choose which."),
        ("in two weeks on friday call", "“in two weeks on friday” can be more than one day; choose which."),
        ("friday or monday call", "That names more than one day; choose which."),
        ("friday monday meeting notes", "That names more than one day; choose which."),
        ("friday or next week call", "That names more than one day; choose which."),
        ("today or in two weeks call", "That names more than one day; choose which."),
        ("5/5/2027 or 6/6/2027 call", "That names more than one day; choose which."),
        ("29 feb call", "There is no 29 February in 2027; choose another day."),
        ("feb 29, 2027 call", "There is no 29 February in 2027; choose another day."),
        ("0/4 call", UNREADABLE),
        ("0000-01-01 call", UNREADABLE),
        ("27/11/26 call", UNREADABLE),
        ("5-10 calls", UNREADABLE),
        ("in 999 months call", "That is more than two years away; choose an earlier day."),
        ("call them about friday", UNREADABLE),
        ("3000-01-01 call", "That is more than two years away; choose an earlier day."),
    ],
)
def test_a_day_that_can_be_read_two_ways_or_not_at_all_is_asked_again(words: str, problem: str) -> None:
    """An ambiguous or unreadable day gives a question."""
    found = read_day(words, today=MONDAY)
    assert (found.on, found.problem) == (None, problem)


def test_words_without_a_day_stay_whole() -> None:
    """A text without a day is returned unchanged."""
    assert read_day("call them about the invoice", today=MONDAY).rest == "call them about the invoice"
    assert read_day("  ", today=MONDAY).problem is None


@pytest.mark.parametrize(
    ("zone", "today", "friday"),
    [("Pacific/Auckland", "2026-11-27", "2026-12-04"), ("Europe/Lisbon", "2026-11-26", "2026-11-27"),
     ("America/New_York", "2026-11-26", "2026-11-27")],
)  # fmt: skip
def test_the_same_word_is_another_day_in_another_zone(zone: str, today: str, friday: str) -> None:
    """At noon UTC on a Thursday it is Friday in Auckland already, where *friday* means the next one."""
    day = Calendar(zone=zone).today(datetime(2026, 11, 26, 12, tzinfo=UTC))
    assert day.isoformat() == today
    assert read_day("friday call", today=day).on == date.fromisoformat(friday)


VOCABULARY = (
    "friday mon sunday today tomorrow yesterday in a two 3 31 day days weeks months ago last next on by 27 nov december"
    " 1st 29 feb 2026 2027 2024-02-29 2026-11-23 29.02. 12/11 13/12 11/30 may call of the , -"
)
words = st.sampled_from(VOCABULARY.split(" "))


@given(parts=st.lists(words, max_size=8), today=st.dates(date(2024, 1, 1), date(2032, 12, 31)))
@example(parts=["29", "feb"], today=date(2026, 3, 1))
@example(parts=["31", "december"], today=date(2026, 12, 31))
def test_no_words_ever_lead_to_a_day_that_is_over(parts: list[str], today: date) -> None:
    """For any text, the day is today or later, or there is a question."""
    said = " ".join(parts)
    found = read_day(said, today=today)
    assert found.on is None or today <= found.on <= today + timedelta(days=730)
    assert (found.on is None) or found.problem is None
    assert said.endswith(found.rest) or found.rest == said.strip()


@given(text=st.text(max_size=60), today=st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_any_text_is_survived(text: str, today: date) -> None:
    """No text raises an error or gives a past day."""
    found = read_day(text, today=today)
    assert found.on is None or found.on >= today


def test_a_day_that_is_over_or_far_away_is_refused_with_what_to_do() -> None:
    """Past and distant due dates are refused; today is valid."""
    assert due_date_problem(MONDAY, today=MONDAY) is None
    assert due_date_problem(MONDAY - timedelta(days=1), today=MONDAY) == PAST_DAY
    assert due_date_problem(MONDAY + timedelta(days=730), today=MONDAY) is None
    assert "two years" in (due_date_problem(MONDAY + timedelta(days=731), today=MONDAY) or "")
    assert due_date_problem(None, today=MONDAY) == "Choose the day by which it should be done."


@pytest.mark.parametrize(
    "words", ["sat down with Bob", "sun cream for them", "24/7 support", "20261201 is unpaid", "10.12 EUR are missing"]
)
def test_words_that_may_be_no_day_are_asked_about_and_kept(words: str) -> None:
    """`sat down with Bob` is asked about, not read as Saturday."""
    found = read_day(words, today=MONDAY)
    first = words.partition(" ")[0]
    asked = f"“{first}” can be a day or part of the task; choose the day."
    assert (found.on, found.rest, found.problem) == (None, words, asked)


def test_the_last_day_of_the_calendar_and_the_first_year_of_lists_are_days() -> None:
    """The limits themselves are valid."""
    assert read_day("in 12 months", today=date(9998, 12, 31)).on == date(9999, 12, 31)
    assert read_date("1.1.1800") == date(1800, 1, 1)


def test_only_a_preposition_right_before_makes_such_a_word_a_day() -> None:
    """An article, or a preposition elsewhere, doesn't."""
    for words in ("the sun cream for them", "sat down with what we agreed on"):
        assert read_day(words, today=MONDAY).rest == words


def test_a_second_day_may_follow_anywhere_in_six_words() -> None:
    """A second day is found within six words, and directly after `or`."""
    for words in ("friday or in two weeks from monday", "monday friday", "today or friday"):
        assert read_day(words, today=MONDAY).problem == "That names more than one day; choose which."


def test_a_number_that_is_no_day_is_kept() -> None:
    """3.50 is an amount."""
    assert read_day("3.50 EUR are missing", today=MONDAY).rest == "3.50 EUR are missing"


def test_a_month_on_from_its_last_day_is_the_last_day_of_a_shorter_one() -> None:
    """31 January and a month is 28 February."""
    assert read_day("in a month call", today=date(2027, 1, 31)).on == date(2027, 2, 28)
    assert read_day("in 13 months call", today=date(2026, 12, 31)).on == date(2028, 1, 31)


def test_a_day_beyond_the_calendar_is_asked_again() -> None:
    """A day after the last supported date gives a question."""
    for words in ("in 999 days", "in 13 months", "in 999 months"):
        assert read_day(words, today=date(9998, 12, 31)) == DayWords(on=None, rest="", problem=UNREADABLE)


PRINTED = (
    lambda day: f"{day:%a} {day.day} {day:%b}",
    lambda day: f"{day.day} {day:%B}",
    lambda day: f"{day:%B} {day.day}",
    lambda day: f"{day.day}.{day.month}.",
)
PRINTED_WITH_YEAR = (
    lambda day: f"{day:%a} {day.day} {day:%b} {day.year}",
    lambda day: f"{day:%A, %B} {day.day}, {day.year}",
    lambda day: f"{day:%d %B %Y}",
    lambda day: f"{day:%d-%b-%Y}",
    lambda day: f"{day:%d.%m.%Y}",
    lambda day: f"{day:%Y/%m/%d}",
    date.isoformat,
)
TODAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@given(today=TODAYS, days=st.integers(0, 270), written=st.sampled_from(PRINTED))
def test_a_printed_day_is_read_as_that_day(today: date, days: int, written: Callable[[date], str]) -> None:
    """A formatted day without year is read back, within nine months."""
    day = today + timedelta(days=days)
    assert read_day(f"{written(day)}: call", today=today) == DayWords(on=day, rest="call")


@given(today=TODAYS, days=st.integers(0, 730), written=st.sampled_from(PRINTED_WITH_YEAR))
def test_a_printed_day_with_its_year_is_read_as_that_day(
    today: date, days: int, written: Callable[[date], str]
) -> None:
    """A formatted day with year is read back, within two years."""
    day = today + timedelta(days=days)
    assert read_day(f"{written(day)} call", today=today) == DayWords(on=day, rest="call")


@given(today=TODAYS, day=st.dates(date(2024, 1, 1), date(2034, 12, 31)), year=st.booleans())
def test_numbers_that_may_be_day_or_month_are_never_guessed(today: date, day: date, year: bool) -> None:
    """A date with slashes is read only if one number can't be a month, or both are equal."""
    words = f"{day.day}/{day.month}" + (f"/{day.year}" if year else "")
    found = read_day(words, today=today)
    if found.on is not None:
        assert (found.on.day, found.on.month) == (day.day, day.month)
        assert day.day > 12 or day.day == day.month
    elif day.day <= 12 and day.day != day.month:
        assert f"can be {day.day} {day:%B} or " in (found.problem or "")


@given(text=st.text(max_size=60), day_first=st.sampled_from([None, True, False]))
def test_any_cell_is_a_date_or_unclear(text: str, day_first: bool | None) -> None:
    """Reading any cell returns a date or raises UnclearDay, and its order can be determined."""
    with suppress(UnclearDay):
        assert read_date(text, day_first=day_first).year >= 1800
    assert day_order(text) in {None, True, False}


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("05/03/2026", "could be 05 March or 03 May; write 2026-03-05 or 2026-05-03"),
        ("5/3/1700", "is too long ago to be true; write the date like 2026-03-05"),
        ("0/3/2026", "is no day in the calendar; write the date like 2026-03-05"),
        ("31.4.2026", "is no day in the calendar; write the date like 2026-03-05"),
        ("5/3/26", "has a year of two digits; write the date like 2026-03-05"),
        ("46086", "is a spreadsheet's number for a date; format the column as a date and save it again"),
        ("46086.5", "is a spreadsheet's number for a date; format the column as a date and save it again"),
        ("5 March", "is no date; write it like 2026-03-05"),
        ("5/13", "is no date; write it like 2026-03-05"),
        ("friday", "is no date; write it like 2026-03-05"),
        ("", "is no date; write it like 2026-03-05"),
    ],
)
def test_a_cell_that_is_no_date_says_how_to_write_one(cell: str, sentence: str) -> None:
    """The message shows how to write a date."""
    with pytest.raises(UnclearDay) as unclear:
        read_date(cell)
    assert str(unclear.value) == sentence


@pytest.mark.parametrize(
    ("cell", "order"),
    [("13/03/2026", True), ("03/13/2026", False), ("13-03-2026 10:00", True), ("05/03/2026", None),
     ("13/13/2026", None), ("13.03.2026", None), ("13/03", None), ("", None)],
)  # fmt: skip
def test_a_date_tells_the_order_of_its_list(cell: str, order: bool | None) -> None:
    """The order is known if one number can't be a month; dots are always day first."""
    assert day_order(cell) is order


@pytest.mark.parametrize(
    ("text", "day_first", "expected"),
    [
        ("05/03/2026", True, date(2026, 3, 5)), ("05/03/2026", False, date(2026, 5, 3)),
        ("12/01/2026", True, date(2026, 1, 12)), ("01/12/2026", False, date(2026, 1, 12)),
        ("13/01/2026", False, date(2026, 1, 13)), ("01/13/2026", True, date(2026, 1, 13)),
    ],
)  # fmt: skip
def test_a_list_says_how_its_dates_are_meant(text: str, day_first: bool, expected: date) -> None:
    """Except where a number above twelve says it; without its word they are two days."""
    assert read_date(text, day_first=day_first) == expected


@pytest.mark.parametrize("text", ["01/12/2026", "12/01/2026", "1-12-2026"])
def test_december_the_first_may_be_january_the_twelfth(text: str) -> None:
    """Both are told."""
    with pytest.raises(UnclearDay, match=r"2026-01-12.*2026-12-01|2026-12-01.*2026-01-12"):
        read_date(text)


@pytest.mark.parametrize(("cell", "order"), [("13/12/2026", True), ("12/13/2026", False), ("12/12/2026", None)])
def test_december_reveals_no_order_itself(cell: str, order: bool | None) -> None:
    """Only a number above twelve does."""
    assert day_order(cell) is order

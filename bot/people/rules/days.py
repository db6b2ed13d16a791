"""
Reads the days that people write in commands and lists: `friday`, `in two weeks`, `27 Nov`, `2026-11-27`.

An ambiguous day is never guessed: commands return a question, and lists raise `UnclearDay`.
"""

import re
from calendar import month_name, monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NoReturn

MAX_AHEAD = timedelta(days=730)
MAX_AHEAD_WITHOUT_YEAR = timedelta(days=270)
"""A date without a year that is further ahead than this probably means a day that has just passed."""
PHRASE_WORDS = 6
MONTHS_IN_YEAR = 12
EARLIEST_YEAR = 1800

PAST_DAY = "That day is over; choose today or a later one."
UNREADABLE = "I can't tell which day is meant; choose it here."

WEEKDAYS = {
    "monday": 0, "mon": 0, "tuesday": 1, "tues": 1, "tue": 1, "wednesday": 2, "wed": 2, "thursday": 3, "thurs": 3,
    "thur": 3, "thu": 3, "friday": 4, "fri": 4, "saturday": 5, "sat": 5, "sunday": 6, "sun": 6,
}  # fmt: skip
_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12, "sept": 9,
}  # fmt: skip
_MONTHS |= {name[:3]: month for name, month in _MONTHS.items()}
_MONTH_BEGINNINGS = _MONTHS | {"mär": 3, "mai": 5, "okt": 10, "dez": 12}
"""The beginnings of month names in lists, which may be German."""
DATE_WORDS = {*WEEKDAYS, *_MONTHS, "of"}
COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_NEAR = {"today": 0, "tomorrow": 1, "day after tomorrow": 2}

ANY_WEEKDAY = f"(?:{'|'.join(WEEKDAYS)})"
_MONTH = f"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_SPAN = rf"(?P<count>{'|'.join(COUNTS)}|\d{{1,3}}) (?P<unit>day|week|fortnight|month)s?"
_NAMED = re.compile(rf"(?:(?P<near>{'|'.join(_NEAR)})|(?:this |coming )?(?P<weekday>{ANY_WEEKDAY}))(?P<week> week)?")
_AHEAD = re.compile(
    rf"(?P<within>in )?{_SPAN}"
    rf"(?:(?: (?:from|after|on))? (?P<base>now|today|tomorrow)| (?:from|after|on) (?P<weekday>{ANY_WEEKDAY}))?"
)
_MONTH_END = re.compile(rf"end of (?:(?:the |this )?month|(?P<month>{_MONTH}))")
_PAST = re.compile(
    rf"yesterday|day before yesterday|last (?:{ANY_WEEKDAY}|week|month|year)"
    rf"|(?:{'|'.join(COUNTS)}|\d{{1,3}}) (?:days?|weeks?|months?) ago"
)
_VAGUE = re.compile(
    rf"next (?:(?P<weekday>{ANY_WEEKDAY})|week|month|year|quarter)|soon|later|asap|someday|end of (?:the )?\w+"
)
PREPOSITIONS = frozenset({"on", "by", "until", "before", "due"})
_OR = frozenset({"or", "and", "to", "-", "–"})
_AMBIGUOUS_WORDS = re.compile(r"sat|sun|24/7|\d{8}|\d{1,2}\.\d{1,2}")
"""A word that may or may not be a day, as in `sat down with Bob`, `24/7 support` and `10.12 EUR are missing`."""

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_COMPACT = re.compile(r"((?:19|20)\d{2})([01]\d)([0-3]\d)")
_NUMERIC = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})(?:\s*\2\s*(\d{4})|\.?)")
_DAY_FIRST = re.compile(
    r"(?:([a-z]+)\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?:of )?([a-zä]{3,9})\.?,?(?:[\s-]+(\d{4}))?"
)
_MONTH_FIRST = re.compile(r"(?:([a-z]+)\.?,?\s+)?([a-zä]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(\d{4}))?")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ][\w]{1,9}[-/. ]+\d{2}")
_TIME_OF_DAY = re.compile(
    r"[T\s,]+\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\s*(?:[ap]\.?m\.?)?\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)


class UnclearDay(ValueError):
    """
    The text names no day, or more than one; the message is a sentence that asks for it, or the end of one.

    *options* are the days that may be meant, where they are known.
    """

    def __init__(self, message: str, options: Sequence[date] = ()) -> None:
        super().__init__(message)
        self.options = tuple(options)


# --- in commands -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DayWords:
    """The day at the beginning of a text, or the sentence that asks for it; and the rest of the text."""

    on: date | None
    rest: str
    problem: str | None = None


def read_day(words: str, *, today: date) -> DayWords:
    """
    Return the day at the beginning of *words*, for a person whose local date is *today*.

    The day is between today and two years later. If there is none, `problem` is set, unless *words* is empty.
    """
    parts = words.split()
    start = next((n for n, part in enumerate(parts) if part.casefold() not in PREPOSITIONS | {"the"}), len(parts))
    for length in range(min(PHRASE_WORDS, len(parts) - start), 0, -1):
        following = parts[start + length :]
        may_be_no_day = length == 1 and bool(following) and is_ambiguous_word(parts, start)
        try:
            day = read_phrase(join_phrase(parts[start : start + length]), today)
            if day is None:
                continue
            if may_be_no_day:
                raise UnclearDay(f"“{parts[start]}” can be a day or part of the task; choose the day.")  # noqa: TRY301
            _refuse_second_day(day, following, today)
        except UnclearDay as unclear:
            rest = words.strip() if may_be_no_day else " ".join(following)
            return DayWords(on=None, rest=rest, problem=str(unclear))
        return DayWords(on=day, rest=" ".join(following))
    return DayWords(on=None, rest=words.strip(), problem=UNREADABLE if parts else None)


def due_date_problem(on: date | None, *, today: date) -> str | None:
    """Return a sentence that says why *on* can't be a due date, or None if it can."""
    if on is None:
        return "Choose the day by which it should be done."
    if on < today:
        return PAST_DAY
    if on - today > MAX_AHEAD:
        return "That is more than two years away; choose an earlier day."
    return None


def join_phrase(parts: list[str]) -> str:
    """Return words as one phrase in small letters, without commas."""
    return " ".join(part.rstrip(",:;").casefold() for part in parts)


def is_ambiguous_word(parts: list[str], at: int) -> bool:
    """Return whether the word at that index may be no day: `sat down`, but not `on sat` or `sat: call`."""
    preceded = at > 0 and parts[at - 1].casefold() in PREPOSITIONS
    return not preceded and _AMBIGUOUS_WORDS.fullmatch(parts[at].casefold()) is not None


def _refuse_second_day(day: date, following: list[str], today: date) -> None:
    """Raise `UnclearDay` if the words after a day name another one: `friday or next week`, `friday monday`."""
    first = next((n for n, part in enumerate(following) if part.casefold() not in _OR | PREPOSITIONS), 0)
    for length in range(1, PHRASE_WORDS + 1):
        phrase = join_phrase(following[first : first + length])
        if WEEKDAYS.get(phrase) == day.weekday() or _AMBIGUOUS_WORDS.fullmatch(phrase):
            return
        try:
            is_other = read_phrase(phrase, today) not in {None, day}
        except UnclearDay:
            is_other = first > 0
        if is_other:
            raise UnclearDay("That names more than one day; choose which.")


def read_phrase(phrase: str, today: date) -> date | None:
    """
    Return the day that the whole *phrase* names, or None if it doesn't name any.

    Raises:
        UnclearDay: it names more than one day, or a day that can't be a due date.
    """
    if _PAST.fullmatch(phrase):
        raise UnclearDay(PAST_DAY)
    try:
        day = _relative_day(phrase, today) or _written_day(phrase, today)
    except OverflowError:
        raise UnclearDay(UNREADABLE) from None
    if day is None:
        if vague := _VAGUE.fullmatch(phrase):
            weekday = vague["weekday"]
            coming = _next_weekday(weekday, today) if weekday else None
            ask_which(phrase, options=(coming, coming + timedelta(weeks=1)) if coming else ())
        return None
    if problem := due_date_problem(day, today=today):
        raise UnclearDay(problem)
    return day


def ask_which(phrase: str, *readings: "date | Reading", options: Sequence[date] | None = None) -> NoReturn:
    """Raise `UnclearDay` for a phrase that can mean each of *readings*; *options* are the days, by default the same."""
    named = " or ".join(f"{one.day} {month_name[one.month]}" for one in readings) or "more than one day"
    days = [one for one in readings if isinstance(one, date)] if options is None else options
    raise UnclearDay(f"“{phrase}” can be {named}; choose which.", days)


def _relative_day(phrase: str, today: date) -> date | None:
    """Return the day that *phrase* names from *today* on: `tomorrow`, `this friday`, `a week today`, `in 3 days`."""
    if match := _NAMED.fullmatch(phrase):
        near, weekday = match["near"], match["weekday"]
        day = _next_weekday(weekday, today) if weekday else today + timedelta(days=_NEAR[near])
        if match["week"]:
            ask_which(phrase, day, day + timedelta(weeks=1))
        return day
    if match := _MONTH_END.fullmatch(phrase):
        month = _MONTHS[match["month"]] if match["month"] else today.month
        year = today.year + (month < today.month)
        return date(year, month, monthrange(year, month)[1])
    match = _AHEAD.fullmatch(phrase)
    return _day_ahead(match, today) if match else None


def _next_weekday(name: str, today: date) -> date:
    """Return the first day after *today* that is this weekday."""
    return today + timedelta(days=(WEEKDAYS[name] - today.weekday() - 1) % 7 + 1)


def _day_ahead(match: re.Match[str], today: date) -> date | None:
    within, base, weekday = match["within"], match["base"], match["weekday"]
    if not (within or base or weekday):
        return None
    if within and (weekday or base == "tomorrow"):
        ask_which(match[0])
    start = _next_weekday(weekday, today) if weekday else today + timedelta(days=_NEAR.get(base, 0))
    count = COUNTS.get(match["count"]) or int(match["count"])
    day = _later(start, count, match["unit"])
    if weekday and WEEKDAYS[weekday] == today.weekday():
        ask_which(match[0], _later(today, count, match["unit"]), day)
    return day


def _later(start: date, count: int, unit: str) -> date:
    """Return the day *count* days, weeks, fortnights or months after *start*; the last day of a shorter month."""
    if unit != "month":
        return start + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    months = start.month - 1 + count
    year, month = start.year + months // MONTHS_IN_YEAR, months % MONTHS_IN_YEAR + 1
    if year > date.max.year:
        raise OverflowError
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _written_day(phrase: str, today: date) -> date | None:
    """Return the day of a written date; without a year, its next occurrence."""
    if not DATE_WORDS.issuperset(re.findall(r"\b[^\W\d]+", phrase)):
        return None
    readings = list_readings(phrase)
    if len(readings) > 1:
        ask_which(phrase, *readings, options=[day for one in readings if (day := _next_day_of(one, today))])
    return _day_of(readings[0], today) if readings else None


def _next_day_of(reading: "Reading", today: date) -> date | None:
    try:
        return _day_of(reading, today)
    except UnclearDay:
        return None


def _day_of(reading: "Reading", today: date) -> date:
    year = reading.year
    if year is None:
        year = today.year + ((reading.month, reading.day) < (today.month, today.day))
    try:
        day = date(year, reading.month, reading.day)
    except ValueError:
        leap = (reading.month, reading.day) == (2, 29)
        raise UnclearDay(f"There is no 29 February in {year}; choose another day." if leap else UNREADABLE) from None
    if reading.weekday is not None and reading.weekday != day.weekday():
        raise UnclearDay(f"{day.day} {day:%B %Y} is a {day:%A}; choose which day is meant.")
    if reading.year is None and day - today > MAX_AHEAD_WITHOUT_YEAR:
        raise UnclearDay(PAST_DAY)
    return day


# --- in lists ----------------------------------------------------------------------------------------------------


def read_date(cell: str, *, day_first: bool | None = None) -> date:
    """
    Return the date in a cell, which must include the year; a time of day after it is ignored.

    2026-03-05, 05.03.2026, 5 March 2026 and March 5, 2026 are unambiguous, and so are 13/03/2026 and 03/13/2026.
    *day_first* decides how 05/03/2026 is read.

    Raises:
        UnclearDay: the date is ambiguous or unreadable; the message says how to write it.
    """
    text = _TIME_OF_DAY.sub("", " ".join(cell.split())).casefold()
    readings = list_readings(text, day_first=day_first)
    if not readings or readings[0].year is None:
        raise UnclearDay(_no_date(text))
    if readings[0].year < EARLIEST_YEAR:
        raise UnclearDay("is too long ago to be true; write the date like 2026-03-05")
    try:
        days = [date(one.year or 0, one.month, one.day) for one in readings]
    except ValueError:
        raise UnclearDay("is no day in the calendar; write the date like 2026-03-05") from None
    if len(days) > 1:
        raise UnclearDay(f"could be {days[0]:%d %B} or {days[1]:%d %B}; write {days[0]} or {days[1]}")
    return days[0]


def _no_date(text: str) -> str:
    if _SHORT_YEAR.fullmatch(text):
        return "has a year of two digits; write the date like 2026-03-05"
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return "is a spreadsheet's number for a date; format the column as a date and save it again"
    return "is no date; write it like 2026-03-05"


def day_order(cell: str) -> bool | None:
    """
    Return the order of day and month that one date reveals: True for 13/03/2026 (day first), False for 03/13/2026, else
    None.
    """
    found = _NUMERIC.fullmatch(_TIME_OF_DAY.sub("", " ".join(cell[:60].split())))
    if not found or found[2] == "." or not found[4]:
        return None
    first, second = int(found[1]) > MONTHS_IN_YEAR, int(found[3]) > MONTHS_IN_YEAR
    return first if first != second else None


# --- in both -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """One way to read a date: it may not exist in the calendar; with the weekday written next to it, if any."""

    year: int | None
    month: int
    day: int
    weekday: int | None = None


def list_readings(text: str, *, day_first: bool | None = None) -> list[Reading]:
    """Return the ways to read a date in lower case: none, one, or two (3/4)."""
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return [Reading(int(found[1]), int(found[2]), int(found[3]))]
    if found := _NUMERIC.fullmatch(text):
        return _numeric_readings(found, day_first)
    if found := _DAY_FIRST.fullmatch(text):
        weekday, day, name, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(text):
        weekday, name, day, year = found.groups()
    else:
        return []
    month = _MONTH_BEGINNINGS.get(name[:3])
    return [Reading(int(year) if year else None, month, int(day), WEEKDAYS.get(weekday or ""))] if month else []


def _numeric_readings(found: re.Match[str], day_first: bool | None) -> list[Reading]:
    """Dates with dots are always day first; with slashes and dashes, only a number above 12 decides."""
    first, second, year = int(found[1]), int(found[3]), int(found[4]) if found[4] else None
    if year is None and found[2] == "-":
        return []
    by_day, by_month = Reading(year, second, first), Reading(year, first, second)
    if found[2] == "." or first > MONTHS_IN_YEAR or first == second or 0 in {first, second}:
        return [by_day]
    if second > MONTHS_IN_YEAR:
        return [by_month]
    return [by_day, by_month] if day_first is None else [by_day if day_first else by_month]

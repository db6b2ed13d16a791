"""
Dates in the cells of a list. What one cell leaves open (11/3/2026, "3 days ago") its whole column may settle; else a
person is asked once.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from bot.customers.rules.cells import LONGEST_TYPED, Unclear
from bot.customers.rules.names import WORDS
from bot.people.rules import days

_WORDS = WORDS["dates"]
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})", re.IGNORECASE
)
_EPOCH = re.compile(r"(1\d{9})(\d{3})?(?:\.0+)?")  # seconds or milliseconds, from 2001 to 2033
_SERIAL = re.compile(r"[2-6]\d{4}(?:[.,]\d+)?")  # days as spreadsheets count them, from 1954 to 2091
_SERIAL_ZERO = date(1899, 12, 30)  # of Excel, whose 1900 has a 29 February
_SHORT_YEAR = re.compile(r"(\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*|\d{1,2}[-. ]+[^\W\d_]{3,9}[-., ]+)['’]?(\d{2})")
_SHORT_YEAR_LAST = re.compile(r"([^\W\d_]{3,9}[-. ]+\d{1,2}, ?)['’]?(\d{2})")
_TIME_OF_DAY = re.compile(r"[T\s,]+(?:at\s+)?\d{1,2}:\d{2}.*", re.IGNORECASE)

_UNITS: Mapping[str, int] = {
    word: int(length) for length, words in _WORDS["units"].items() for word in words.split("|")
}
_NEAR: Mapping[str, int] = {word: int(ago) for ago, words in _WORDS["near"].items() for word in words.split("|")}
_COUNTS: Mapping[str, int] = days.COUNTS | {
    word: int(count) for count, words in _WORDS["counts"].items() for word in words.split("|")
}
_AGO = tuple(
    re.compile(
        pattern.replace("N", rf"(?P<count>{'|'.join(_COUNTS)}|\d{{1,3}})").replace("U", f"(?P<unit>{'|'.join(_UNITS)})")
    )
    for pattern in _WORDS["ago"]
)


@lru_cache(8192)
def read_moment(cell: str, *, today: date, day_first: bool | None = None, from_today: bool = False) -> date | datetime:
    """
    Return the date in a cell, or the instant where it tells one: `2026-03-05T23:30:00Z`, seconds since 1970.

    An instant at midnight UTC is how programs write a date, so that is what is returned for it. *day_first* says how
    05/03/2026 is meant; *from_today* whether "3 days ago" may be counted.

    Raises:
        Unclear: the date is ambiguous or unreadable; the message says how to write it.
    """
    text = " ".join(cell.split())
    if found := _EPOCH.fullmatch(text):
        instant = datetime.fromtimestamp(int(found[1]) + int(found[2] or 0) / 1000, UTC)
    elif _INSTANT.fullmatch(text):
        instant = _instant(text)
    else:
        return _read_date(text, today, day_first=day_first, from_today=from_today)
    return instant.date() if instant.utcoffset() == timedelta() and instant.time() == time() else instant


@lru_cache(8192)
def read_date(cell: str, *, day_first: bool | None = None) -> date:
    """Return the date in a cell, as `days.read_date` does, with `Unclear` for what can't be told."""
    try:
        return days.read_date(cell, day_first=day_first)
    except days.UnclearDay as problem:
        raise Unclear(str(problem)) from None


def is_serial(cell: str) -> bool:
    """Return whether a cell holds a spreadsheet's number for a date, such as 45987."""
    return bool(_SERIAL.fullmatch(cell.strip()))


def read_serial(cell: str) -> date:
    """Return the date that a spreadsheet's number stands for."""
    return _SERIAL_ZERO + timedelta(days=int(cell.strip()[:5]))


def _read_date(text: str, today: date, *, day_first: bool | None, from_today: bool) -> date:
    if is_serial(text):
        return read_serial(text)
    ago = days_ago(text)
    if ago is not None and from_today:
        return today - timedelta(days=ago)
    if ago is not None:
        raise Unclear("tells no date by itself; write it like 2026-03-05")
    return read_date(full_year(_with_year(text, today), today), day_first=day_first)


def _with_year(text: str, today: date) -> str:
    """Return "3 Nov" with the year in which that day was last."""
    readings = days.list_readings(text.casefold()) if text[-1:].isalnum() and not text.isdecimal() else []
    if len(readings) != 1 or readings[0].year or not any(char.isalpha() for char in text):
        return text
    year = today.year - ((readings[0].month, readings[0].day) > (today.month, today.day))
    return f"{text} {year}"


def _instant(text: str) -> datetime:
    text = re.sub(r"(\.\d{6})\d+", r"\1", re.sub(r"\s*(?:UTC|GMT)$", "Z", text, flags=re.IGNORECASE))
    try:
        return datetime.fromisoformat(text.replace(" +", "+"))
    except ValueError:
        raise Unclear("is no day in the calendar; write the date like 2026-03-05") from None


def full_year(text: str, today: date) -> str:
    """Return the date in *text* with all four digits of its year; no year is after *today*'s."""
    plain = _TIME_OF_DAY.sub("", text)
    found = _SHORT_YEAR.fullmatch(plain) or _SHORT_YEAR_LAST.fullmatch(plain)
    if not found:
        return text
    century = today.year // 100 - (int(found[2]) > today.year % 100)
    return f"{found[1]}{century}{found[2]}"


def days_ago(text: str) -> int | None:
    """Return how many days ago "yesterday", "last week", "vor 3 Tagen" or "il y a 2 mois" is, or None."""
    words = " ".join(text.casefold().split())
    if words in _NEAR:
        return _NEAR[words]
    for pattern in _AGO:
        if found := pattern.fullmatch(words):
            count = found["count"]
            return (_COUNTS.get(count) or int(count)) * _UNITS[found["unit"]]
    return None


class DateColumn:
    """
    What all cells of a column of dates say together.

    `two_ways` of them can be read in two ways, such as the `example` with its `readings`, day first and month first;
    `orders` are those that others reveal, true for day first. `ago` tell days by their distance; `serials` are numbers.
    """

    def __init__(self, today: date) -> None:
        self._today = today
        self.orders: set[bool] = set()
        self._ahead = {True: 0, False: 0}
        self.two_ways = self.ago = self.serials = 0
        self.example = self.ago_example = self.serial_example = ""
        self.readings = (today, today)

    @property
    def is_day_first_likely(self) -> bool | None:
        """Return the order in which fewer dates are still to come, None where both are alike."""
        by_day, by_month = self._ahead[True], self._ahead[False]
        return None if by_day == by_month else by_day < by_month

    def add(self, cell: str) -> None:
        """Take another cell of the column into account."""
        if len(cell) > LONGEST_TYPED:
            return
        order, both, ago = _look_at(cell, self._today)
        if order is not None:
            self.orders.add(order)
        if both:
            self.two_ways += 1
            self.readings = self.readings if self.example else both
            self.example = self.example or " ".join(cell.split())
            self._ahead[True] += both[0] > self._today
            self._ahead[False] += both[1] > self._today
        if is_serial(cell):
            self.serials += 1
            self.serial_example = self.serial_example or cell.strip()
        if ago:
            self.ago += 1
            self.ago_example = self.ago_example or " ".join(cell.split())


@lru_cache(8192)
def _look_at(cell: str, today: date) -> tuple[bool | None, tuple[date, date] | None, bool]:
    """Return the order of day and month that a cell reveals, its readings if it has two, and whether it says ago."""
    text = full_year(" ".join(cell.split()), today)
    order = days.day_order(text)
    if order is not None:
        return order, None, False
    readings = days.list_readings(_TIME_OF_DAY.sub("", text).casefold())
    if len(readings) > 1 and readings[0].year:
        by_day, by_month = (date(one.year or 0, one.month, one.day) for one in readings)
        return None, (by_day, by_month), False
    return None, None, days_ago(text) is not None

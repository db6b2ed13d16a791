"""Finds the day that a sentence names, wherever it stands: ahead, as in commands, or in the past."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.people.rules.days import (
    ANY_WEEKDAY,
    COUNTS,
    DATE_WORDS,
    MONTHS_IN_YEAR,
    PAST_DAY,
    PHRASE_WORDS,
    PREPOSITIONS,
    WEEKDAYS,
    Reading,
    UnclearDay,
    ask_which,
    is_ambiguous_word,
    join_phrase,
    list_readings,
    read_phrase,
)

_NEAR_PAST = re.compile(
    r"(?:earlier )?today|this (?:morning|afternoon|evening)|just now"
    r"|(?P<yesterday>yesterday)(?: (?:morning|afternoon|evening))?|(?P<before>day before yesterday)"
)
_AGO = re.compile(rf"(?P<count>{'|'.join(COUNTS)}|\d{{1,3}}) (?P<unit>day|week|month)s? ago")
_PAST_WEEKDAY = re.compile(rf"(?P<last>last )?(?P<weekday>{ANY_WEEKDAY})(?: (?:morning|afternoon|evening))?")
_FULL_STOP = re.compile(r"[!?]+$|(?<=[a-z])\.+$")
_AHEAD = frozenset({"by", "until", "before", "due", "for", "next", "coming", "this"})
"""Words before a weekday that make it a day ahead."""
LONGEST_AGO = timedelta(days=365)


@dataclass(frozen=True)
class DayFound:
    """
    The day that a sentence names, and the words before and after it.

    *on* is None if it names none, or if one of *options* has to be chosen; *problem* then says what is unclear.
    """

    before: str
    after: str = ""
    on: date | None = None
    options: tuple[date, ...] = ()
    problem: str | None = None


def find_day(words: str, *, today: date, past: bool = False) -> DayFound:
    """
    Return the first day that *words* name, for a person whose local date is *today*.

    It is a day ahead, at most two years, or with *past* one that isn't after today, at most a year ago. Two days with
    "or" between them are options, and so are the readings of a phrase that can mean two days.
    """
    unclear: DayFound | None = None
    for found in _list_days(words.split(), today, _read_past_phrase if past else read_phrase):
        if found.problem is None:
            return _with_alternative(found, today, past=past)
        unclear = unclear or (found if found.problem != PAST_DAY else None)
    return unclear or DayFound(before=words.strip())


def _list_days(parts: list[str], today: date, read: Callable[[str, date], date | None]) -> Iterator[DayFound]:
    """Yield each day that *parts* name, clear or unclear, with the words around it; its preposition is left out."""
    start = 0
    while start < len(parts):
        first = start + (parts[start].casefold() in PREPOSITIONS)
        named = parts[start] if first > start else parts[start - 1] if start else ""
        ahead = read is _read_past_phrase and named.casefold() in _AHEAD
        end, found = start + 1, None
        for length in range(0 if ahead else min(PHRASE_WORDS, len(parts) - first), 0, -1):
            if length == 1 and is_ambiguous_word(parts, first):
                break
            if found := _read(parts, (start, first, first + length), today, read):
                end = first + length
                yield found
                break
        start = end


def _read(
    parts: list[str], at: tuple[int, int, int], today: date, read: Callable[[str, date], date | None]
) -> DayFound | None:
    start, first, end = at
    before, after = " ".join(parts[:start]), " ".join(parts[end:])
    phrase = _FULL_STOP.sub("", join_phrase(parts[first:end]))
    try:
        day = read(phrase, today)
    except UnclearDay as unclear:
        return DayFound(before, after, options=unclear.options, problem=str(unclear))
    return DayFound(before, after, on=day) if day else None


def _with_alternative(found: DayFound, today: date, *, past: bool) -> DayFound:
    """Return *found*, or its options if another day follows after "or"."""
    first, _, rest = found.after.partition(" ")
    if first.casefold() != "or" or found.on is None:
        return found
    other = find_day(rest, today=today, past=past)
    if other.before or other.on is None or other.on == found.on:
        return found
    options = tuple(sorted({found.on, other.on}))
    return DayFound(found.before, other.after, options=options, problem="That names more than one day; choose which.")


def _read_past_phrase(phrase: str, today: date) -> date | None:
    """
    Return the day up to today that the whole *phrase* names, or None if it doesn't name any.

    Raises:
        UnclearDay: it can be two days, as "friday" on a Friday.
    """
    words = phrase.removeprefix("the ")
    if near := _NEAR_PAST.fullmatch(words):
        return today - timedelta(days=1 if near["yesterday"] else 2 if near["before"] else 0)
    if ago := _AGO.fullmatch(words):
        count = COUNTS.get(ago["count"]) or int(ago["count"])
        day: date | None = _earlier(today, count, ago["unit"])
    elif weekday := _PAST_WEEKDAY.fullmatch(words):
        day = _past_weekday(phrase, weekday, today)
    else:
        day = _past_date(words, today)
    return day if day and today - LONGEST_AGO <= day <= today else None


def _earlier(today: date, count: int, unit: str) -> date:
    if unit == "month":
        months = today.year * MONTHS_IN_YEAR + today.month - 1 - min(count, MONTHS_IN_YEAR)
        year, month = months // MONTHS_IN_YEAR, months % MONTHS_IN_YEAR + 1
        return date(year, month, min(today.day, monthrange(year, month)[1]))
    return today - timedelta(days=count * (7 if unit == "week" else 1))


def _past_weekday(phrase: str, match: re.Match[str], today: date) -> date:
    """Return the latest such weekday; ask where today, or the same day of the week before, may be meant."""
    back = (today.weekday() - WEEKDAYS[match["weekday"]]) % 7
    last = today - timedelta(days=back)
    if match["last"]:
        last -= timedelta(weeks=0 if back else 1)
        if 0 < back <= today.weekday():  # of this week, or of the one before
            ask_which(phrase, last - timedelta(weeks=1), last)
    elif not back:
        ask_which(phrase, last - timedelta(weeks=1), last)
    return last


def _past_date(words: str, today: date) -> date | None:
    """Return the day of a written date; without a year, its latest occurrence."""
    if not DATE_WORDS.issuperset(re.findall(r"\b[^\W\d]+", words)):
        return None
    days = sorted({day for one in list_readings(words) if (day := _latest_day_of(one, today))})
    if len(days) > 1:
        ask_which(words, *days)
    return days[0] if days else None


def _latest_day_of(reading: Reading, today: date) -> date | None:
    year = reading.year or today.year - ((reading.month, reading.day) > (today.month, today.day))
    try:
        return date(year, reading.month, reading.day)
    except ValueError:
        return None

"""Limits of lists and lines, and how the words of a command are taken apart: name, day, what is to be done."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

LINK = 500
PAGE_ROWS = 8
REMINDER_ROWS = 10
BRIEF_LINES = 2
HOME_LINES = 60
TIMELINE_ROWS = 20
AT_ONCE = 200  # rows that a job handles in one transaction
QUOTED = 120  # characters of what is owed, to somebody who knows it
NAME_WORDS = 8  # of a customer, in a command
DATE_WORDS = 6
LONGEST_AHEAD = timedelta(days=730)
SOON = timedelta(days=270)
"""A day without a year that would lie further ahead than this has just gone by, more likely."""


def one_line(text: str) -> str:
    """Return *text* as one line of at most 120 characters."""
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else line[: QUOTED - 1].rstrip() + "…"


def date_problem(on: date | None, *, today: date) -> str | None:
    """Return why nothing can be due on that day, or None when it can."""
    if on is None:
        return "Choose the day by which it should be done."
    if on < today:
        return "That day is over; choose today or a later one."
    if on > today + LONGEST_AHEAD:
        return "That is more than two years away; choose an earlier day."
    return None


# --- a day in people's words -------------------------------------------------------------------------------------

_DAYS = {
    "monday": 0, "mon": 0, "tuesday": 1, "tue": 1, "tues": 1, "wednesday": 2, "wed": 2, "thursday": 3, "thu": 3,
    "thur": 3, "thurs": 3, "friday": 4, "fri": 4, "saturday": 5, "sat": 5, "sunday": 6, "sun": 6,
}  # fmt: skip
_WEEKDAY = "(?:" + "|".join(sorted(_DAYS, key=len, reverse=True)) + ")"
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_COUNT = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,3})"
_UNIT = "(?:days?|weeks?|months?)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_CALENDAR = rf"(?:{_DAY} (?:of )?{_MONTH}|{_MONTH} {_DAY})"
_RELATIVE = re.compile(rf"today|tomorrow|day after tomorrow|in {_COUNT} {_UNIT}")
_ON_WEEKDAY = re.compile(rf"(?:this |coming )?({_WEEKDAY})")
_NAMED = re.compile(rf"(?:({_WEEKDAY}) )?({_CALENDAR})(?: (\d{{4}}))?")
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.?(\d{4})?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_PAST = re.compile(rf"yesterday|day before yesterday|last {_WEEKDAY}|last (?:week|month|year)|{_COUNT} {_UNIT} ago")
_VAGUE = re.compile(rf"next (?:{_WEEKDAY}|week|month|year|quarter)|soon|later|asap|someday|(?:end of (?:the )?\w+)")
_BEFORE = frozenset({"on", "by", "until", "before", "due", "the"})

OVER = "That day is over; choose today or a later one."
UNREADABLE = "I can't tell which day is meant; choose it here."


@dataclass(frozen=True)
class DueWords:
    """Words that begin with a day: the day, or why it can't be told; and the words after it."""

    on: date | None
    rest: str
    problem: str | None = None


def read_due(words: str, *, today: date) -> DueWords:
    """
    Read the day that *words* begin with, for somebody whose day is *today*; never one that is over, never a guess.

    A past or unclear day is returned as None, with the sentence that asks for it again.
    """
    parts = words.split()
    start = next((n for n, part in enumerate(parts) if part.casefold() not in _BEFORE), len(parts))
    for length in range(min(DATE_WORDS, len(parts) - start), 0, -1):
        phrase = " ".join(part.rstrip(",:;").casefold() for part in parts[start : start + length])
        found = _read(phrase, today)
        if found is not None:
            on, problem = found
            return DueWords(on=on, rest=" ".join(parts[start + length :]), problem=problem)
    return DueWords(on=None, rest=words.strip(), problem=UNREADABLE if words.strip() else None)


def _read(phrase: str, today: date) -> tuple[date | None, str | None] | None:
    """Return the day that the phrase names, or why it names none; None when it isn't about a day at all."""
    if _PAST.fullmatch(phrase):
        return None, OVER
    if _VAGUE.fullmatch(phrase):
        return None, f"“{phrase}” can be more than one day; choose which."
    spelt = _spelt(phrase)
    if spelt is None:
        return None
    day = _asked(spelt, today) if spelt else None
    if day is None:
        return None, UNREADABLE
    return _checked(phrase, day, today)


def _checked(phrase: str, day: date, today: date) -> tuple[date | None, str | None]:
    named = _NAMED.fullmatch(phrase)
    weekday = _DAYS[named[1]] if named and named[1] else None
    if weekday is not None and weekday != day.weekday():
        return None, f"{day.day} {day:%B %Y} is a {day:%A}; choose which day is meant."
    without_year = not re.search(r"\d{4}", phrase) and not _RELATIVE.fullmatch(phrase)
    if without_year and day > today + SOON:
        return None, OVER
    problem = date_problem(day, today=today)
    return (None, problem) if problem else (day, None)


def _spelt(phrase: str) -> str | None:
    """Return *phrase* with day, month and year told apart; "" when it can be read two ways, None: no day."""
    if match := _ON_WEEKDAY.fullmatch(phrase):
        return match[1]
    if match := _NAMED.fullmatch(phrase):
        return f"{match[2]} {match[3] or ''}".strip()
    if match := _DOTTED.fullmatch(phrase):
        return _numbers(match[1], match[2], match[3])
    if match := _SLASHED.fullmatch(phrase):
        first, second = int(match[1]), int(match[2])
        if first == second or second <= 12 < first:  # noqa: PLR2004 - months
            return _numbers(match[1], match[2], match[3])
        return _numbers(match[2], match[1], match[3]) if first <= 12 < second else ""  # noqa: PLR2004 - as above
    return phrase if _ISO.fullmatch(phrase) or _RELATIVE.fullmatch(phrase) else None


def _numbers(day: str, month: str, year: str | None) -> str:
    try:
        name = f"{date(2000, int(month), 1):%B}"
    except ValueError:
        return ""
    return f"{int(day)} {name} {year or ''}".strip()


def _asked(phrase: str, today: date) -> date | None:
    """Parse a phrase that can only be read one way, with dateparser."""
    import dateparser  # noqa: PLC0415 - its languages take memory that is not needed until somebody names a day

    noon = datetime.combine(today, time(12))
    ordered = {"DATE_ORDER": "YMD"} if _ISO.fullmatch(phrase) else {"DATE_ORDER": "DMY"}
    settings = {"RELATIVE_BASE": noon, "PREFER_DATES_FROM": "future", "RETURN_AS_TIMEZONE_AWARE": False, **ordered}
    found = dateparser.parse(phrase, languages=["en"], settings=settings)
    return found.date() if found else None


def split_quoted(words: str) -> tuple[str, str] | None:
    """Return a name in quotes at the beginning, and what follows it; None when there is none."""
    match = re.match(r'\s*["“”«„]([^"“”»]+)["“”»]\s*(.*)', words, re.DOTALL)
    return (match[1].strip(), match[2].strip()) if match else None


def prefixes(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return every beginning that may be a name, the longest first, with what follows it."""
    most = min(NAME_WORDS, len(words))
    return [(" ".join(words[:length]), " ".join(words[length:])) for length in range(most, 0, -1)]

"""Which items a source takes, which mentions are posted, and by when they are answered."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.mentions.rules.sources import SourceKind
from bot.people.rules import Calendar

CARDS_AT_ONCE = 5
CARD_WINDOW = timedelta(minutes=15)
LIST_ROWS = 15
PAGE_ROWS = 8
BRIEF_LINES = 2
BRIEF_DAYS = timedelta(days=30)
HOME_LINES = 40
ANSWER_DAYS = 1
ANSWER_DAYS_RANGE = (1, 10)
WARNING = timedelta(hours=2)
LATEST_HOUR = time(18)
ANSWER, LINK, NOTE = 2000, 500, 300
OLD = timedelta(days=14)
"""Older items are stored and not posted: a new source brings a whole page of them."""
FAILING_AFTER = timedelta(days=1)
MOST_SOURCES = 200
SOURCES_NAMED = 5
MOST_WORDS = 30
WORD = 60
_QUIET = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?::(\d{2}))?")


class MentionState(StrEnum):
    """The state of a mention."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    KEPT = "kept"  # not posted: about nobody we know, or too old

    @property
    def words(self) -> str:
        """The state on screen."""
        return {"dismissed": "not about us", "kept": "kept, not posted"}.get(self.value, self.value)


class Posted(StrEnum):
    """How a mention was posted to its channel."""

    CARD = "card"
    LIST = "list"


ABOUT_US = frozenset(
    {SourceKind.WEBHOOK, SourceKind.OCTOLENS, SourceKind.F5BOT, SourceKind.SYFTEN, SourceKind.SLACK, SourceKind.CSV,
     SourceKind.APP_STORE, SourceKind.GITHUB_DISCUSSIONS}
)  # fmt: skip
"""Kinds of source that only bring what somebody asked for, whoever it names."""

SEARCHES = frozenset(
    {SourceKind.GOOGLE_ALERTS, SourceKind.REDDIT, SourceKind.HACKER_NEWS, SourceKind.MASTODON}
)  # fmt: skip
"""Kinds of source that look for a word."""


class Filter(NamedTuple):
    """What a source takes and leaves out: words, authors, every language but one."""

    words: Sequence[str]
    excluded_words: Sequence[str]
    excluded_authors: Sequence[str]
    language: str


def is_wanted(text: str, *, author: str, language: str, by: Filter) -> bool:
    """Return whether a filter takes a text; a language counts only against texts that name another one."""
    excluded = {name.casefold().removeprefix("@") for name in by.excluded_authors}
    if author.casefold().strip().removeprefix("@") in excluded:
        return False
    if by.language and language and language != by.language:
        return False
    return (not by.words or holds_any(text, by.words)) and not holds_any(text, by.excluded_words)


def holds_any(text: str, words: Iterable[str]) -> bool:
    """Return whether *text* holds one of *words* as a whole word, in any case."""
    found = " ".join(text.casefold().split())
    wanted = (" ".join(word.casefold().split()) for word in words)
    return any(word and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", found) for word in wanted)


def is_posted(kind: SourceKind, *, matched: bool, has_words: bool) -> bool:
    """Return whether an item is posted: it names somebody we know, or its source only brings what was asked for."""
    return matched or has_words or kind in ABOUT_US or kind in SEARCHES


def is_old(published_at: datetime | None, now: datetime) -> bool:
    """Return whether something is too old to be posted; False if it has no date."""
    return published_at is not None and now - published_at > OLD


def is_recent(published_at: datetime | None, now: datetime) -> bool:
    """Return whether something is dated within the last two weeks."""
    return published_at is not None and now - published_at <= OLD


def answer_due(taken_at: datetime, days: int, calendar: Calendar) -> datetime:
    """
    Return by when a person has to answer a mention: *days* working days later, at the same time of day.

    The time lies within their working hours, so that the warning two hours before finds them at work.
    """
    local = taken_at.astimezone(ZoneInfo(calendar.zone))
    earliest = (datetime.combine(local.date(), calendar.hour) + WARNING).time()
    at = min(max(local.time(), earliest), max(LATEST_HOUR, earliest))
    return calendar.at(calendar.add_working_days(local.date(), days), at)


def is_quiet(now: datetime, zone: str, quiet_from: time | None, quiet_to: time | None) -> bool:
    """Return whether *now* lies in the quiet hours on the clock of *zone*; they may run past midnight."""
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return False
    at = now.astimezone(ZoneInfo(zone)).time()
    if quiet_from < quiet_to:
        return quiet_from <= at < quiet_to
    return at >= quiet_from or at < quiet_to


def read_quiet(text: str) -> tuple[time, time] | None:
    """Return the two times in `18:00-08:00` or `18-8`; None if the text is none."""
    found = _QUIET.fullmatch(text.strip())
    if not found:
        return None
    numbers = [int(part or 0) for part in found.groups()]
    try:
        return time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    except ValueError:
        return None


def next_try(failures: int) -> timedelta:
    """Return the time to the next fetch after that many failures in a row: 15 minutes after none, at most 12 hours."""
    return min(timedelta(minutes=15 << min(failures, 10)), timedelta(hours=12))


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a field, separated by lines or commas, each once, at most thirty."""
    parts = (" ".join(part.split())[:WORD] for part in re.split(r"[,\n;]", text))
    return tuple(dict.fromkeys(part for part in parts if part))[:MOST_WORDS]

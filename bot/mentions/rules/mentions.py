"""What becomes of a mention: which ones a source wants, where it stands, by when it is answered, how it is posted."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
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
"""What was written longer ago is kept for the card, and not posted: a new source brings a whole page of old news."""
FAILING_AFTER = timedelta(days=1)
MOST_SOURCES = 200
MOST_WORDS = 30
WORD = 60
_QUIET = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?::(\d{2}))?")


class State(StrEnum):
    """Where a mention stands."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    KEPT = "kept"  # about nobody we know, and nobody asked for it: never posted

    @property
    def words(self) -> str:
        """As a row tells it."""
        return {"dismissed": "not about us", "kept": "kept without a word"}.get(self.value, self.value)


class Posted(StrEnum):
    """How a mention came into its channel."""

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


class Writing(Protocol):
    """What a source's filter looks at of an item."""

    @property
    def title(self) -> str:
        """Its heading."""

    @property
    def words(self) -> str:
        """What it says."""

    @property
    def author(self) -> str:
        """Who wrote it."""

    @property
    def language(self) -> str:
        """ISO 639-1, or "" when unknown."""


class Filter(Protocol):
    """What a source takes and what it leaves out."""

    @property
    def words(self) -> Sequence[str]:
        """Words of which an item has to hold one, if there are any."""

    @property
    def excluded_words(self) -> Sequence[str]:
        """Words that an item may not hold."""

    @property
    def excluded_authors(self) -> Sequence[str]:
        """Authors whose items are left out."""

    @property
    def language(self) -> str:
        """The only language that is taken, or "" for any."""


def is_wanted(item: Writing, source: Filter) -> bool:
    """Return whether *source* takes *item*; its language counts only against items that name another one."""
    if item.author.casefold().strip().removeprefix("@") in {
        name.casefold().removeprefix("@") for name in source.excluded_authors
    }:
        return False
    if source.language and item.language and item.language != source.language:
        return False
    text = f"{item.title}\n{item.words}"
    return (not source.words or holds_any(text, source.words)) and not holds_any(text, source.excluded_words)


def holds_any(text: str, words: Iterable[str]) -> bool:
    """Whether one of *words* stands in *text* as a whole word, in any case."""
    found = " ".join(text.casefold().split())
    wanted = (" ".join(word.casefold().split()) for word in words)
    return any(word and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", found) for word in wanted)


def is_posted(kind: SourceKind, *, matched: bool, has_words: bool) -> bool:
    """Whether an item is shown to people: it names somebody we know, or its source only brings what was asked for."""
    return matched or has_words or kind in ABOUT_US or kind in SEARCHES


def is_old(published_at: datetime | None, now: datetime) -> bool:
    """Whether something was written too long ago to be told; without a date nobody knows."""
    return published_at is not None and now - published_at > OLD


def is_recent(published_at: datetime | None, now: datetime) -> bool:
    """Whether something says that it was written in the last two weeks: of a list, only that is told."""
    return published_at is not None and now - published_at <= OLD


def answer_due(taken_at: datetime, days: int, calendar: Calendar) -> datetime:
    """
    By when somebody who took a mention has answered it: *days* of their working days on, at the same time of day,
    within their hours, so that the warning two hours before finds them at work.
    """
    local = taken_at.astimezone(ZoneInfo(calendar.zone))
    earliest = (datetime.combine(local.date(), calendar.hour) + WARNING).time()
    at = min(max(local.time(), earliest), max(LATEST_HOUR, earliest))
    return calendar.at(calendar.add_working_days(local.date(), days), at)


def is_quiet(now: datetime, zone: str, quiet_from: time | None, quiet_to: time | None) -> bool:
    """Whether a source's quiet hours run at *now* on the clock of *zone*; they may run past midnight."""
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
    """How long a source rests after that many failures in a row: a quarter of an hour after none, then ever longer."""
    return min(timedelta(minutes=15 << min(failures, 10)), timedelta(hours=12))


def split_words(text: str) -> tuple[str, ...]:
    """The words of a field, one a line or parted by commas, each once, at most thirty."""
    parts = (" ".join(part.split())[:WORD] for part in re.split(r"[,\n;]", text))
    return tuple(dict.fromkeys(part for part in parts if part))[:MOST_WORDS]

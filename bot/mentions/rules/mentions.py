"""What becomes of a mention: which ones a source wants, where it stands, by when it is answered, how it is posted."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
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


def is_wanted(
    *,
    text: str,
    author: str,
    language: str,
    words: Sequence[str],
    excluded_words: Sequence[str],
    excluded_authors: Sequence[str],
    wanted_language: str,
) -> bool:
    """
    Whether a source wants an item at all: it holds one of its words if it has any, none of the excluded ones, and is
    by nobody who is excluded. A language is only held against an item that says which one it is in.
    """
    if author.casefold().strip().removeprefix("@") in {name.casefold().removeprefix("@") for name in excluded_authors}:
        return False
    if wanted_language and language and language != wanted_language:
        return False
    return (not words or holds_any(text, words)) and not holds_any(text, excluded_words)


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


def next_try(failures: int) -> timedelta:
    """How long a source rests after that many failures in a row: a quarter of an hour after none, then ever longer."""
    return min(timedelta(minutes=15 << min(failures, 10)), timedelta(hours=12))


def split_words(text: str) -> tuple[str, ...]:
    """The words of a field, one a line or parted by commas, each once, at most thirty."""
    parts = (" ".join(part.split())[:WORD] for part in re.split(r"[,\n;]", text))
    return tuple(dict.fromkeys(part for part in parts if part))[:MOST_WORDS]

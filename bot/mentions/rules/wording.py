"""Other people's words as plain text: what of them is kept, and what stands in them."""

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.customers.rules.names import clean_text

LONGEST_ID = 500
LONGEST_TITLE = 300
LONGEST_WORDS = 4000
LONGEST_NAME = 100
LONGEST_LOOK = 60_000
"""Characters of a text that are looked at; of what lies behind, nobody would see anything."""

MOST_FOUND = 20
"""Links and handles that are taken from one text."""

_BLANK_LINES = re.compile(r"\n{3,}")
_LAST_WORD = re.compile(r"\s+\S{0,40}$")
_HANDLE = re.compile(
    r"(?<![\w@/.+-])@([a-z0-9_]+(?:[.-][a-z0-9_]+)*)(?:@([a-z0-9-]+(?:\.[a-z0-9-]+)+))?", re.IGNORECASE
)
_LONGEST_HANDLE = 60
_LINK = re.compile(r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"'()\[\]{}|\\^`]{3,500}", re.IGNORECASE)
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_EPOCH = re.compile(r"\d{9,13}(?:\.\d+)?")
_MILLISECONDS = 10**11  # a number of seconds beyond this would lie in the year 5138
_EARLIEST_YEAR = 1990


def undo_entities(text: str) -> str:
    """*text* with "&amp;" as "&", once: what somebody wrote about "&amp;amp;" stays as they meant it."""
    return html.unescape(text)


def clean_line(text: str, limit: int) -> str:
    """Plain text on one line, without characters that nobody sees, in at most *limit* characters."""
    return clean_text(text[:LONGEST_LOOK], limit)


def clean_words(text: str) -> tuple[str, bool]:
    """Plain text in lines, at most 4,000 characters of it, and whether there was more."""
    lines = (clean_text(line, LONGEST_LOOK) for line in text[:LONGEST_LOOK].splitlines())
    words = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    if len(words) <= LONGEST_WORDS:
        return words, len(text) > LONGEST_LOOK
    return _LAST_WORD.sub("", words[: LONGEST_WORDS - 1]) + "…", True


def handles_in(words: str) -> tuple[str, ...]:
    """The @names in *words*, lower case, without the @; of "@ana@fosstodon.org" both "ana@fosstodon.org" and "ana"."""
    found: dict[str, None] = {}
    for name, server in _HANDLE.findall(words.lower()):
        found |= dict.fromkeys([f"{name}@{server}", name] if server else [name])
    return tuple(name for name in found if len(name) <= _LONGEST_HANDLE)[:MOST_FOUND]


def links_in(words: str) -> list[str]:
    """The web addresses written out in *words*."""
    return [link.rstrip(".,;:!?*_~") for link in _LINK.findall(words)]


def language_code(said: str) -> str:
    """The two letters of ISO 639-1 in "en-US"; "" when there are none."""
    found = _LANGUAGE.fullmatch(said.strip())
    return found[1].lower() if found else ""


def read_instant(said: str) -> datetime | None:
    """An instant in ISO 8601, or in (milli)seconds since 1970; without a zone it is UTC; None when unreadable."""
    text = said.strip()
    try:
        if _EPOCH.fullmatch(text):
            seconds = float(text)
            return plausible(datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC))
        instant = datetime.fromisoformat(text)
        return plausible(instant if instant.tzinfo else instant.replace(tzinfo=UTC))
    except (ValueError, OverflowError, OSError):
        return None


def plausible(instant: datetime) -> datetime | None:
    """The instant in UTC, unless it lies before there was a web to write on."""
    try:
        moved = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moved if moved.year >= _EARLIEST_YEAR else None


def first_of(candidates: Iterable[str]) -> str:
    """The first that says anything."""
    return next((text for text in candidates if text.strip()), "")

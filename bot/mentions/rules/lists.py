"""Maps the columns of a list of mentions, and parses its cells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256

from bot.customers.rules.cells import LONGEST_TYPED, Unclear
from bot.customers.rules.columns import ColumnMap, find_columns
from bot.customers.rules.dates import read_date
from bot.customers.rules.headers import quoted as quoted_headings
from bot.customers.rules.names import clean_text
from bot.mentions.rules.texts import canonical, plausible, read_instant

MOST_ROWS = 3_000
"""Rows in one list: some seconds of matching and writing, so nobody else's write waits too long."""

LONGEST_HEADING = 40
MOST_STARS = 5
AHEAD = timedelta(days=1)  # a list from a zone ahead of ours may be of tomorrow

_OUT_OF = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:/|von|of|out of|aus)\s*(\d{1,3})", re.IGNORECASE)
_PLAIN = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:stars?|sterne?|★)?", re.IGNORECASE)
_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*%")
_DRAWN = re.compile(r"(?=.{1,5}$)([★⭐]*)[☆✩]*")


class Column(StrEnum):
    """The columns of a list."""

    WORDS = "words"
    TITLE = "title"
    ADDRESS = "link"
    AUTHOR = "author"
    WRITTEN = "date"
    RATING = "rating"
    PLACE = "place"
    LANGUAGE = "language"


_SYNONYMS: Mapping[Column, str] = {  # the first that a list has is read
    Column.WORDS: (
        "words|text|review text|full text|body|content|review|comment|comments|message|description|feedback|post"
        "|mention|snippet|quote|tweet|answer|texto|bewertung|commentaire"
    ),
    Column.TITLE: "title|headline|review title|subject|heading|titel|titre|titulo",
    Column.ADDRESS: (
        "link|url|address|permalink|review url|review link|post url|post link|mention url|source url|web address|href"
    ),
    Column.AUTHOR: (
        "author|author name|reviewer|reviewer name|user name|user|posted by|written by|handle|name|autor|auteur"
    ),
    Column.WRITTEN: (
        "published|published at|published on|date published|publish date|publication date|date|review date|posted"
        "|posted at|posted on|date posted|written|written on|created|created at|created on|timestamp|time|datum|fecha"
    ),
    Column.RATING: "rating|star rating|review rating|stars|rating value|sterne|note",
    Column.PLACE: "place|source|site|platform|network|channel|source name|website",
    Column.LANGUAGE: "language|language code|lang|locale",
}


def map_columns(headers: Sequence[str]) -> ColumnMap[Column]:
    """Find the fields among a list's headings."""
    columns = find_columns(headers, _SYNONYMS)
    says_something = columns.keys() & {Column.WORDS, Column.TITLE, Column.ADDRESS}
    return ColumnMap(tuple(headers), columns, "" if says_something else _no_words(headers))


def read_link(cell: str) -> str:
    """
    Return a canonical web address; "g2.com/reviews/1" gets https.

    Raises:
        Unclear: it is none.
    """
    text = cell.strip().strip("<>")
    whole = canonical(text if "://" in text else f"https://{text}")
    if not whole or " " in text or "." not in text:
        raise Unclear("is no web address; write it like https://g2.com/reviews/1, or leave it empty")
    return whole


def read_rating(cell: str) -> float:
    """
    Parse stars of five, such as "4", "4,5", "4 stars", "★★★★☆", "8/10" or "80 %".

    Raises:
        Unclear: it is no rating, or a number above five without a scale.
    """
    text = cell.strip()[:LONGEST_TYPED]
    if text and (drawn := _DRAWN.fullmatch(text.replace("\ufe0f", ""))):
        return float(len(drawn[1]))
    if share := _SHARE.fullmatch(text):
        return _of_five(_number(share[1]), 100)
    if out_of := _OUT_OF.fullmatch(text):
        return _of_five(_number(out_of[1]), int(out_of[2]))
    plain = _PLAIN.fullmatch(text)
    if not plain:
        raise Unclear("is no rating; write the stars of five, like 4, or 8/10")
    if _number(plain[1]) > MOST_STARS:
        raise Unclear(f"is more than five stars; write out of how many it is, like {plain[1]}/10")
    return _number(plain[1])


def read_written(cell: str, *, now: datetime, day_first: bool | None = None) -> datetime:
    """
    Parse an instant or a day, in UTC; *day_first* says how 05/03/2026 is meant.

    Raises:
        Unclear: it is no date, is ambiguous, or lies in the future.
    """
    text = cell.strip()
    at = read_instant(text)
    if at is None:
        at = plausible(datetime.combine(read_date(text, day_first=day_first), time(), UTC))
    if at is None:
        raise Unclear("is too long ago to be true; write the date like 2026-03-05")
    if at > now + AHEAD:
        raise Unclear("hasn't been yet; write when it was written, like 2026-03-05")
    return at


def mark_of(parts: Iterable[str]) -> str:
    """Return 40 hexadecimal digits that tell rows apart that have no address."""
    said = "\0".join(" ".join(part.casefold().split()) for part in parts)
    return sha256(said.encode("utf-8", "replace")).hexdigest()[:40]


def quoted(cell: str) -> str:
    """Return a cell in quotation marks for a sentence about it, cut if it is long."""
    words = clean_text(cell, LONGEST_TYPED)
    return f"“{words if len(words) <= LONGEST_HEADING else words[: LONGEST_HEADING - 1] + '…'}”"


def _no_words(headers: Sequence[str]) -> str:
    named = quoted_headings(headers)
    if not named:
        return "The first line names no columns: put headings such as Text, Link, Author, Date, Rating there."
    return (
        f"No column holds what was written among {named}: call one of them Text, Title or Link, and send the list "
        "again."
    )


def _of_five(number: float, most: int) -> float:
    if most <= 0 or number > most:
        raise Unclear("is no rating; write the stars of five, like 4, or 8/10")
    return round(number * MOST_STARS / most, 2)


def _number(text: str) -> float:
    return float(text.replace(",", "."))

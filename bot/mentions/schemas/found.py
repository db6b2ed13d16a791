"""What was found outside, clean, before anybody decides what it is about."""

from datetime import datetime

from pydantic import Field

from bot.core.schemas import Schema
from bot.mentions.rules.outcomes import Outcome
from bot.mentions.rules.wording import LONGEST_ID, LONGEST_NAME, LONGEST_TITLE, LONGEST_WORDS

__all__ = ["Brought", "FoundItem", "Outcome"]


class FoundItem(Schema):
    """One review, post or article: plain text only, and no link but http and https."""

    external_id: str = Field("", max_length=LONGEST_ID)  # the source's own id
    address: str = ""  # canonical; "" when it has none
    title: str = Field("", max_length=LONGEST_TITLE)  # on one line
    words: str = Field("", max_length=LONGEST_WORDS)
    cut: bool = False  # the words were longer
    author: str = Field("", max_length=LONGEST_NAME)
    place: str = Field("", max_length=LONGEST_NAME)  # "r/smallbusiness", the feed's title
    published_at: datetime | None = None  # aware, UTC
    rating: float | None = None  # stars of five
    language: str = ""  # ISO 639-1, when the source says so
    domains: tuple[str, ...] = ()  # registrable, linked in the words
    handles: tuple[str, ...] = ()  # written with an @ in the words; without it, lower case


class Brought(Schema):
    """What one look at a source brought, and what to ask with next time."""

    outcome: Outcome
    items: tuple[FoundItem, ...] = ()
    problem: str = ""  # one sentence that says what to do; "" when all is well
    etag: str = ""
    last_modified: str = ""
    wait_seconds: int | None = None  # asked for by the source, at most a day
    moved_to: str = ""  # for good
    title: str = ""  # what the source calls itself

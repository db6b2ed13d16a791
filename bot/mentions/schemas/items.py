"""What a source brings, before anybody decides what it is about."""

from datetime import datetime
from hashlib import sha256

from pydantic import Field

from bot.core.schemas import Schema
from bot.customers.rules.domains import registrable_domain
from bot.mentions.rules import texts
from bot.mentions.rules.sources import Outcome
from bot.mentions.rules.texts import canonical, host_of, identity


class FeedItem(Schema):
    """One review, post or article: plain text, with no links but http and https."""

    external_id: str = Field("", max_length=texts.LONGEST_ID)  # the source's own id
    address: str = ""  # canonical; "" when it has none
    title: str = Field("", max_length=texts.LONGEST_TITLE)  # on one line
    words: str = Field("", max_length=texts.LONGEST_WORDS)
    cut: bool = False  # the words were longer
    author: str = Field("", max_length=texts.LONGEST_NAME)
    place: str = Field("", max_length=texts.LONGEST_NAME)  # "r/smallbusiness", the feed's title
    published_at: datetime | None = None  # aware, UTC
    rating: float | None = None  # stars of five
    language: str = ""  # ISO 639-1, when the source says so
    links: tuple[str, ...] = ()  # canonical addresses in the words
    handles: tuple[str, ...] = ()  # written with an @ in the words; without it, lower case

    def fingerprint(self, source: str, *, with_words: bool = False) -> str:
        """
        Return a hash of what tells this item from others: its address, else its id at *source*, else its words.

        Where items of other words share an address or id, they are told apart *with_words*.
        """
        words = " ".join(f"{self.title} {self.words}".casefold().split())
        if address := canonical(self.address):
            key = f"address {identity(address)}"
        elif self.external_id:
            key = f"id {source} {self.external_id}"
        else:
            return _hash(f"words {words}")
        return _hash(f"{key} {words}" if with_words else key)

    @property
    def said(self) -> str:
        """The title and the words, without a title that repeats them."""
        return texts.joined(self.title, self.words)

    @property
    def domains(self) -> tuple[str, ...]:
        """The registrable domains of the links, without the domain that the item itself is published on."""
        own = registrable_domain(host_of(self.address))
        domains = dict.fromkeys(registrable_domain(link) for link in self.links)
        return tuple(domain for domain in domains if domain and domain != own)


def _hash(key: str) -> str:
    return sha256(key.encode("utf-8", "replace")).hexdigest()


class FetchResult(Schema):
    """What fetching a source returned, and the headers to ask with next time."""

    outcome: Outcome
    items: tuple[FeedItem, ...] = ()
    problem: str = ""  # one sentence that says what to do; "" when all is well
    etag: str = ""
    last_modified: str = ""
    wait_seconds: int | None = None  # asked for by the source, at most a day
    moved_to: str = ""  # the permanent new address
    title: str = ""  # what the source calls itself

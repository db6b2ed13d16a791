"""Reads what services send to webhooks, and checks signatures."""

import hmac
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from bot.core.errors import InvalidInput
from bot.mentions.gateways.items import guess, make_item, select_items
from bot.mentions.gateways.jsons import as_number, as_rows, as_text, dig
from bot.mentions.rules.sources import SourceKind, mapping_problem
from bot.mentions.rules.texts import first_of, read_instant
from bot.mentions.schemas.items import FeedItem

SIGNED_FOR_SECONDS = 300
LARGEST_BODY = 1024 * 1024
REQUESTS_A_MINUTE = 120
MINUTE = 60.0
_MOMENT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")

Paths = Mapping[str, tuple[str, ...]]

_USUAL: Paths = {
    "items": ("items", "data.items", "mentions", "data.mentions", "results", "data"),
    "id": ("id", "external_id", "uuid", "guid"),
    "address": ("url", "link", "address", "permalink"),
    "title": ("title", "subject", "headline"),
    "words": ("words", "text", "body", "content", "content_html", "content_text", "message", "description", "review"),
    "author": ("author.name", "author", "username", "user.name", "user", "name"),
    "place": ("place", "source", "site", "platform"),
    "published_at": ("published_at", "date_published", "created_at", "timestamp", "date"),
    "rating": ("rating", "stars"),
    "language": ("language", "lang"),
}
_KNOWN: Mapping[SourceKind, Paths] = {
    SourceKind.OCTOLENS: {
        "items": ("data",), "id": ("sourceId",), "address": ("url",), "title": ("title",), "words": ("body",),
        "author": ("author", "authorName"), "place": ("subreddit", "source"), "published_at": ("timestamp",),
        "language": ("language",),
    },
    SourceKind.F5BOT: {
        "items": ("items",), "id": ("id",), "address": ("url",), "title": ("title",),
        "words": ("content_html", "content_text"), "author": ("username",), "place": ("tags.1", "tags.0"),
        "published_at": ("date_published",),
    },
    SourceKind.SYFTEN: {
        "items": ("items",), "id": ("id",), "address": ("item.item_url", "item_url"), "title": ("item.title", "title"),
        "words": ("item.text", "text"), "author": ("item.author", "author"), "place": ("item.backend", "backend"),
        "published_at": ("item.timestamp", "timestamp", "matched_on"), "language": ("item.lang", "lang"),
    },
}  # fmt: skip
_PLACES = {SourceKind.SYFTEN: re.compile(r"r/\w+"), SourceKind.F5BOT: re.compile(r"(?<=reddit\.com/)r/\w+")}
_PLACE_AT = {SourceKind.SYFTEN: "item.backend_sub", SourceKind.F5BOT: "url"}


class RateLimit:
    """Counts each source's requests, of which *most* are taken a minute; *stopwatch* returns seconds."""

    def __init__(self, *, stopwatch: Callable[[], float], most: int = REQUESTS_A_MINUTE) -> None:
        self._stopwatch, self._most = stopwatch, most
        self._began, self._counts = stopwatch(), Counter[UUID]()

    def seconds_to_wait(self, source_id: UUID) -> float:
        """Count a request; return 0 if it is taken, otherwise for how long none is."""
        now = self._stopwatch()
        if now - self._began >= MINUTE:
            self._began, self._counts = now, Counter()
        self._counts[source_id] += 1
        return self._began + MINUTE - now if self._counts[source_id] > self._most else 0


def read_webhook(kind: SourceKind, body: bytes, *, mapping: Mapping[str, str]) -> tuple[FeedItem, ...]:
    """
    Return the items that were sent; none if a service only tests the connection.

    *mapping* gives the dotted path of a field ("words": "data.post.text"); other fields are looked for under their
    usual names.

    Raises:
        InvalidInput: the body isn't JSON, is too large or has no item; the sentence says what to change.
    """
    if len(body) > LARGEST_BODY:
        raise InvalidInput("More than 1 MB was sent at once; send fewer items at a time.")
    said = _json(body)
    if kind is SourceKind.OCTOLENS and isinstance(said, dict) and said.get("action") != "mention_created":
        return ()
    paths = {**_KNOWN.get(kind, _USUAL), **_mapped(mapping)}
    rows = _rows(said, paths["items"], mapped="items" in mapping)
    if not rows and isinstance(said, list):
        return ()
    items = select_items(_item(kind, row, paths) for row in rows)
    if not items:
        wanted = " or ".join(dict.fromkeys([*paths["words"][:2], *paths["title"][:1]]))
        raise InvalidInput(f"Nothing that was sent has words or a title (looked for at {wanted}); check the mapping.")
    return items


def is_signed(*, secrets: Sequence[str], timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """
    Return whether *signature* is the HMAC-SHA256 of *timestamp*, a dot and the raw *body* with one of the *secrets*.

    The timestamp has to be less than five minutes from *now*; both are seconds since 1970.
    """
    if not _MOMENT.fullmatch(timestamp) or abs(now - float(timestamp)) > SIGNED_FOR_SECONDS:
        return False
    claimed = signature.strip().lower().removeprefix("sha256=").encode("utf-8", "replace")
    signed = timestamp.encode() + b"." + body
    made = [hmac.new(secret.encode("utf-8", "replace"), signed, sha256).hexdigest() for secret in secrets if secret]
    return any(hmac.compare_digest(each.encode(), claimed) for each in made)


def _json(body: bytes) -> Any:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidInput("What was sent can't be read as JSON; send an object or a list of them.") from None
    if not isinstance(said, dict | list):
        raise InvalidInput("What was sent is neither an object nor a list; send an object or a list of them.")
    return said


def _mapped(mapping: Mapping[str, str]) -> Paths:
    problem = mapping_problem(mapping)
    if problem:
        raise InvalidInput(f"The mapping of this webhook can't work: {problem}")
    return {name: (path,) for name, path in mapping.items()}


def _rows(said: Any, paths: Sequence[str], *, mapped: bool) -> list[Any]:
    """Return the objects that are items: those at the first path that exists, else the whole body."""
    for path in paths:
        lying = dig(said, path)
        if isinstance(lying, list | dict):
            return [row for row in as_rows(lying) if isinstance(row, dict)]
    if mapped:
        raise InvalidInput(f"No items lie at {paths[0]}; check the mapping.")
    return [row for row in as_rows(said) if isinstance(row, dict)]


def _item(kind: SourceKind, row: Any, paths: Paths) -> FeedItem:
    def at(field: str) -> str:
        return first_of(as_text(dig(row, path)) for path in paths.get(field, ()))

    within = _PLACES[kind].search(as_text(dig(row, _PLACE_AT[kind]))) if kind in _PLACES else None
    return make_item(
        external_id=at("id"), address=at("address"), title=guess(at("title")), words=guess(at("words")),
        author=at("author"), place=within[0] if within else at("place"), at=read_instant(at("published_at")),
        rating=as_number(at("rating")), language=at("language"),
    )  # fmt: skip

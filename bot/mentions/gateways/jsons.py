"""Parses JSON Feed, and the JSON of Hacker News, the App Store and Discourse."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from bot.mentions.gateways.items import RawText, guess, make_item
from bot.mentions.rules.sources import MOST_ITEMS, Outcome, SourceKind, Trouble
from bot.mentions.rules.texts import LONGEST_NAME, clean_line, first_of, read_instant
from bot.mentions.schemas.items import FeedItem

_HACKER_NEWS = "https://news.ycombinator.com/item?id="
_DISCOURSE_SEARCH = re.compile(r"/search\.json.*$", re.DOTALL)
_COUNTRY = re.compile(r"itunes\.apple\.com/([a-z]{2})/")
_DEEPEST = 12


def read_json(kind: SourceKind, body: bytes, *, address: str) -> tuple[str, list[FeedItem]]:
    """
    Return the source's title and its items.

    Raises:
        Trouble: it isn't JSON, or JSON of another shape.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Trouble(Outcome.BROKEN, "It looks like JSON but can't be read; check the address.") from None
    reader = _READERS.get(kind, _json_feed)
    return reader(said, address)


def dig(said: Any, path: str) -> Any:
    """Return the value at a dotted path, such as "data.posts.0.text"; None if there is none."""
    for step in path.split(".")[:_DEEPEST]:
        if isinstance(said, dict):
            said = said.get(step)
        elif isinstance(said, list) and step.isdecimal() and step.isascii() and len(step) < len("10000"):
            said = said[int(step)] if int(step) < len(said) else None
        else:
            return None
    return said


def as_text(value: Any) -> str:
    """Return a string or number as text, "" for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def as_rows(value: Any) -> list[Any]:
    """Return a list as it is, a single value as a list, nothing as an empty list; at most 200 values."""
    if isinstance(value, list):
        return value[:MOST_ITEMS]
    return [value] if value else []


def as_number(value: Any) -> float | None:
    """Return a number, also one that is written as text; None for anything else."""
    try:
        return float(as_text(value))
    except ValueError:
        return None


def _text_at(said: Any, *paths: str) -> str:
    return first_of(as_text(dig(said, path)) for path in paths)


def _items(rows: Iterable[Any], make: Callable[[Any], FeedItem]) -> list[FeedItem]:
    return [make(row) for row in rows if isinstance(row, dict)]


def _json_feed(said: Any, address: str) -> tuple[str, list[FeedItem]]:
    if not isinstance(said, dict) or not isinstance(said.get("items"), list):
        raise Trouble(Outcome.BROKEN, "It is JSON, but not a JSON Feed; check the address.")
    title = clean_line(as_text(said.get("title")), LONGEST_NAME)

    def item(row: Any) -> FeedItem:
        markup = _text_at(row, "content_html")
        return make_item(
            external_id=_text_at(row, "id"), address=_text_at(row, "url", "external_url"), base=address,
            title=guess(_text_at(row, "title")),
            words=RawText(markup, is_markup=True) if markup else guess(_text_at(row, "content_text", "summary")),
            author=_text_at(row, "authors.0.name", "author.name") or _text_at(said, "authors.0.name", "author.name"),
            place=title, at=read_instant(_text_at(row, "date_published", "date_modified")),
            language=_text_at(row, "language") or _text_at(said, "language"),
        )  # fmt: skip

    return title, _items(said["items"], item)


def _hacker_news(said: Any, _address: str) -> tuple[str, list[FeedItem]]:
    hits = said.get("hits") if isinstance(said, dict) else None
    if not isinstance(hits, list):
        raise Trouble(Outcome.BROKEN, "Hacker News answers in a way that isn't known; it is tried again later.")

    def item(row: Any) -> FeedItem:
        number = _text_at(row, "objectID")
        return make_item(
            external_id=number, address=f"{_HACKER_NEWS}{number}" if number.isdecimal() else "",
            title=guess(_text_at(row, "title", "story_title")),
            words=RawText(_text_at(row, "comment_text", "story_text"), is_markup=True),
            author=_text_at(row, "author"), place="Hacker News",
            at=read_instant(_text_at(row, "created_at", "created_at_i")), links=filter(None, [_text_at(row, "url")]),
        )  # fmt: skip

    return "Hacker News", _items(hits, item)


def _app_store(said: Any, address: str) -> tuple[str, list[FeedItem]]:
    if not isinstance(dig(said, "feed"), dict):
        raise Trouble(Outcome.BROKEN, "The App Store answers in a way that isn't known; check the app and the country.")
    country = _COUNTRY.search(address)
    place = f"App Store {country[1].upper()}" if country else "App Store"

    def item(row: Any) -> FeedItem:
        number = _text_at(row, "id.label")
        link = first_of(as_text(dig(each, "attributes.href")) for each in as_rows(row.get("link")))
        return make_item(
            external_id=number,
            address=f"{link}#review-{number}" if link and number.isdecimal() else link,
            title=RawText(_text_at(row, "title.label")),
            words=RawText(_text_at(row, "content.label", "summary.label")),
            author=_text_at(row, "author.name.label"),
            place=place,
            at=read_instant(_text_at(row, "updated.label")),
            rating=as_number(dig(row, "im:rating.label")),
        )

    rows = [row for row in as_rows(dig(said, "feed.entry")) if isinstance(row, dict) and "im:rating" in row]
    return place, _items(rows, item)


def _discourse(said: Any, address: str) -> tuple[str, list[FeedItem]]:
    posts = said.get("posts") if isinstance(said, dict) else None
    if posts is None and isinstance(said, dict) and "grouped_search_result" in said:
        posts = []
    if not isinstance(posts, list):
        raise Trouble(Outcome.BROKEN, "The forum answers in a way that isn't known; check its address.")
    base = _DISCOURSE_SEARCH.sub("", address)
    topics = {as_text(dig(topic, "id")): topic for topic in as_rows(said.get("topics"))}

    def item(row: Any) -> FeedItem:
        thread = _text_at(row, "topic_id")
        topic = topics.get(thread)
        slug = _text_at(topic, "slug") or "-"
        return make_item(
            external_id=_text_at(row, "id"),
            address=f"{base}/t/{slug}/{thread}/{_text_at(row, 'post_number') or '1'}" if thread else "",
            title=guess(_text_at(topic, "title", "fancy_title")), words=guess(_text_at(row, "blurb", "cooked")),
            author=_text_at(row, "username", "name"), place=base.partition("://")[2],
            at=read_instant(_text_at(row, "created_at")),
        )  # fmt: skip

    return base.partition("://")[2], _items(posts[:MOST_ITEMS], item)


_READERS: dict[SourceKind, Callable[[Any, str], tuple[str, list[FeedItem]]]] = {
    SourceKind.HACKER_NEWS: _hacker_news,
    SourceKind.APP_STORE: _app_store,
    SourceKind.DISCOURSE: _discourse,
}

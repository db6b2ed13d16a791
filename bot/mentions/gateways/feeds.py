"""Parses RSS, Atom and RDF, well-formed or not; only in the child process, since feedparser can take long."""

import io
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import feedparser

from bot.mentions.gateways.items import RawText, guess, make_item, plain
from bot.mentions.rules.sources import MOST_ITEMS, Outcome, SourceKind, Trouble
from bot.mentions.rules.texts import (
    LONGEST_NAME,
    canonical,
    clean_line,
    first_of,
    host_of,
    plausible,
    read_instant,
    with_offset,
)
from bot.mentions.schemas.items import FeedItem

_REDDIT_TAIL = re.compile(r"\s*submitted\s+by[^\[\n]*\n?\s*\[link\]\s*\[[\w ]*comments?\]\s*$")
_REDDIT_LINK = re.compile(r"<a href=\"([^\"<>]+)\">\[link\]</a>")
_REPOSITORY = re.compile(r"github\.com/([^/\s]+/[^/\s]+)/")
_XML_IN_UTF8 = "application/xml; charset=utf-8"
_KEPT_ASIDE = MOST_ITEMS * 2


def read_feed(kind: SourceKind, body: bytes, *, address: str, content_type: str) -> tuple[str, list[FeedItem]]:
    """
    Return the feed's title and its items.

    Raises:
        Trouble: it isn't a feed.
    """
    said = {"content-type": _XML_IN_UTF8 if _is_utf8(body) else content_type}  # no address: ids would begin with it
    found = feedparser.parse(io.BytesIO(body), response_headers=said, resolve_relative_uris=False, sanitize_html=False)
    if not found.get("version") and not found["entries"]:
        raise Trouble(Outcome.BROKEN, "That is no feed: neither RSS nor Atom nor JSON; check the address.")
    feed = found["feed"]
    title = clean_line(plain(_text(feed, "title")), LONGEST_NAME)
    shape = _Shape(kind, title, address, str(feed.get("language") or ""))
    return title, [shape.item(entry) for entry in found["entries"][:_KEPT_ASIDE]]


def _is_utf8(body: bytes) -> bool:
    """Return whether the body is UTF-8 beyond doubt, whatever it declares: hardly any other text decodes as UTF-8."""
    try:
        return not body.isascii() and bool(body.decode("utf-8"))
    except UnicodeError:
        return False


class _Shape:
    """Reads the entries of a kind of source."""

    def __init__(self, kind: SourceKind, title: str, address: str, language: str) -> None:
        self._kind, self._title, self._address, self._language = kind, title, address, language

    def item(self, entry: Any) -> FeedItem:
        written = next((text for text in _bodies(entry) if text.said.strip()), RawText())
        link = _link(entry)
        return make_item(
            external_id=str(entry.get("id") or ""), address=link, base=self._address, title=_text(entry, "title"),
            words=self._words(written), author=re.sub(r"^/(?=u/)", "", _author(entry)),
            place=self._place(entry, link), at=_instant(entry), rating=_stars(entry),
            language=first_of([*_languages(entry), self._language]),
            links=_REDDIT_LINK.findall(written.said) if self._kind is SourceKind.REDDIT else (),
        )  # fmt: skip

    def _words(self, written: RawText) -> RawText:
        return RawText(_REDDIT_TAIL.sub("", plain(written))) if self._kind is SourceKind.REDDIT else written

    def _place(self, entry: Any, link: str) -> str:
        if self._kind is SourceKind.REDDIT:
            return first_of(str(tag.get("label") or "") for tag in entry.get("tags") or []).removeprefix("/")
        if self._kind in {SourceKind.GOOGLE_ALERTS, SourceKind.MASTODON}:
            return host_of(canonical(link))
        if self._kind is SourceKind.GITHUB_DISCUSSIONS and (found := _REPOSITORY.search(link)):
            return found[1]
        return self._title


def _text(holder: Any, name: str) -> RawText:
    detail = holder.get(f"{name}_detail") or {}
    return _typed(str(holder.get(name) or ""), str(detail.get("type") or ""))


def _typed(said: str, kind: str) -> RawText:
    """Return a text with the type that the feed gives it; plain text with tags counts as HTML."""
    return RawText(said, is_markup=True) if "html" in kind or "xml" in kind else guess(said)


def _bodies(entry: Any) -> Iterator[RawText]:
    """Yield the full text, then the summary."""
    for content in entry.get("content") or []:
        yield _typed(str(content.get("value") or ""), str(content.get("type") or ""))
    yield _text(entry, "summary")


def _link(entry: Any) -> str:
    """Return the address of an entry; an id stands in for it only where it is one."""
    link = str(entry.get("link") or "")
    is_id = entry.get("guidislink") and link == entry.get("id")
    return link if not is_id or canonical(link) else ""


def _author(entry: Any) -> str:
    detail = entry.get("author_detail") or {}
    return first_of([str(detail.get("name") or ""), str(entry.get("author") or "")])


def _languages(entry: Any) -> Iterator[str]:
    yield str(entry.get("language") or "")
    for content in entry.get("content") or []:
        yield str(content.get("language") or "")


def _instant(entry: Any) -> datetime | None:
    for name in ("published", "updated", "created"):
        said, parts = str(dict.get(entry, name) or ""), dict.get(entry, f"{name}_parsed")
        if with_offset(said) != said and (named := read_instant(said)):
            return named  # feedparser reads the names of other zones than North America's as UTC
        if parts:
            try:
                return plausible(datetime.fromtimestamp(timegm(parts), UTC))
            except (ValueError, OverflowError, OSError):
                continue
    return None


def _stars(entry: Any) -> float | None:
    """Return the stars of Apple's feeds; YouTube's rate the video, not a customer."""
    try:
        return float(str(entry.get("im_rating") or ""))
    except ValueError:
        return None

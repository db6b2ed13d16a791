"""Makes feed items: cleans the parts that a source gives."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from bot.mentions.rules import texts
from bot.mentions.rules.sources import MOST_ITEMS
from bot.mentions.schemas.items import FeedItem

_UNSEEN = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title"}
_BREAKS = re.compile(
    r"<(?:br|hr|/?p|/?div|/?li|/?[uo]l|/?h[1-6]|/?tr|/?pre|/?blockquote|/?section|/td)\b[^<>]*>", re.IGNORECASE
)
_LINK = re.compile(r"<a\b[^<>]{0,500}?\bhref\s*=\s*[\"']?([^\"'\s<>]{4,2000})", re.IGNORECASE)
_MARKUP = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|code|div|em|font|h[1-6]|hr|i|iframe|img|li|ol|p|pre|script|small|span|strong|style"
    r"|su[bp]|svg|table|t[dr]|u|ul|video)\b[^<>]*>|&(?:#\d{2,6}|#x[0-9a-f]{2,6}|amp|lt|gt|quot|apos|nbsp|[lr]squo);",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_MOST_STARS = 5


@dataclass(frozen=True)
class RawText:
    """A text as the source wrote it: plain, or HTML."""

    said: str = ""
    is_markup: bool = False


def guess(said: str) -> RawText:
    """Return *said* as HTML if it looks like HTML, else as plain text."""
    return RawText(said, is_markup=bool(_MARKUP.search(said[: texts.LONGEST_LOOK])))


def plain(text: RawText) -> str:
    """Return the visible words of *text*, with entities decoded once."""
    said = text.said[: texts.LONGEST_LOOK]
    if not text.is_markup:
        return said
    import nh3  # noqa: PLC0415 - 1.5 MB that only words from outside need

    broken = _BREAKS.sub("\u2028", said)  # a line's end that no source writes, so that its own can become spaces
    bare = nh3.clean(_SPACES.sub(" ", broken), tags=set(), clean_content_tags=_UNSEEN, link_rel=None)
    return texts.undo_entities(bare).replace("\u2028", "\n")


def make_item(
    *, external_id: str = "", address: str = "", base: str = "", title: RawText | None = None,
    words: RawText | None = None, author: str = "", place: str = "", at: datetime | None = None,
    rating: float | None = None, language: str = "", links: Iterable[str] = (),
) -> FeedItem:  # fmt: skip
    """Return an item with every part cleaned; a relative *address* is resolved against *base*."""
    text, cut = texts.clean_words(plain(words)) if words else ("", False)
    where = texts.canonical(_join(base, address)) if address.strip() else ""
    return FeedItem(
        external_id=texts.clean_line(external_id, texts.LONGEST_ID), address=where,
        title=texts.clean_line(plain(title), texts.LONGEST_TITLE) if title else "", words=text,
        cut=cut or len((words or RawText()).said) > texts.LONGEST_LOOK,
        author=texts.clean_line(plain(guess(author)), texts.LONGEST_NAME),
        place=texts.clean_line(plain(guess(place)), texts.LONGEST_NAME), published_at=at,
        rating=rating if rating is not None and 0 <= rating <= _MOST_STARS else None,
        language=texts.language_code(language),
        links=_canonical_links([*links, *_links_in_markup(words), *texts.links_in(text)], where),
        handles=texts.handles_in(text),
    )  # fmt: skip


def select_items(items: Iterable[FeedItem]) -> tuple[FeedItem, ...]:
    """
    Return the items that have a title or words, at most 200.

    Where several items share an address, the ones with an id lose the address, so that the id tells them apart.
    """
    kept = [item for item in items if item.title or item.words][:MOST_ITEMS]
    ids = {(item.address, item.external_id) for item in kept if item.address and item.external_id}
    shared = Counter(address for address, _ in ids)
    return tuple(
        item.model_copy(update={"address": ""}) if shared[item.address] > 1 and item.external_id else item
        for item in kept
    )


def _join(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


def _links_in_markup(words: RawText | None) -> list[str]:
    if not words or not words.is_markup:
        return []
    return [texts.undo_entities(link) for link in _LINK.findall(words.said[: texts.LONGEST_LOOK])]


def _canonical_links(links: list[str], own: str) -> tuple[str, ...]:
    """Return the web addresses among *links*, one a host, without those on the host of the item itself."""
    hosts = {texts.host_of(own)}
    found = []
    for link in links[: 10 * texts.MOST_FOUND]:
        whole = texts.canonical(link if "://" in link[:8] else f"https://{link}") if "." in link else ""
        if whole and texts.host_of(whole) not in hosts:
            hosts.add(texts.host_of(whole))
            found.append(whole)
    return tuple(found[: texts.MOST_FOUND])

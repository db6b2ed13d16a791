"""An item on its way in: what a source says of it, cleaned. Light enough for the child process."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from bot.mentions.rules.addresses import canonical, host_of
from bot.mentions.rules.outcomes import MOST_ITEMS
from bot.mentions.rules.wording import (
    LONGEST_ID,
    LONGEST_LOOK,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_FOUND,
    clean_line,
    clean_words,
    handles_in,
    language_code,
    links_in,
    undo_entities,
)

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
class Draft:
    """What becomes a `FoundItem`: the links in its words as addresses, the instant in ISO 8601."""

    external_id: str = ""
    address: str = ""
    title: str = ""
    words: str = ""
    cut: bool = False
    author: str = ""
    place: str = ""
    published_at: str = ""
    rating: float | None = None
    language: str = ""
    links: list[str] = field(default_factory=list)
    handles: list[str] = field(default_factory=list)

    def as_row(self) -> dict[str, Any]:
        """As JSON carries it."""
        return asdict(self)


@dataclass(frozen=True)
class Text:
    """What somebody wrote, before it is cleaned: plain, or marked up."""

    said: str = ""
    is_markup: bool = False


def guess(said: str) -> Text:
    """A text of unknown kind: marked up when it looks like it."""
    return Text(said, is_markup=bool(_MARKUP.search(said[:LONGEST_LOOK])))


def plain(text: Text) -> str:
    """The words alone: tags gone with what nobody was meant to see, entities undone once."""
    said = text.said[:LONGEST_LOOK]
    if not text.is_markup:
        return said
    import nh3  # noqa: PLC0415 - 1.5 MB that only words from outside need

    broken = _BREAKS.sub("\u2028", said)  # a line's end that no source writes, so that its own can become spaces
    bare = nh3.clean(_SPACES.sub(" ", broken), tags=set(), clean_content_tags=_UNSEEN, link_rel=None)
    return undo_entities(bare).replace("\u2028", "\n")


def draft(
    *,
    external_id: str = "",
    address: str = "",
    base: str = "",
    title: Text | None = None,
    words: Text | None = None,
    author: str = "",
    place: str = "",
    at: datetime | None = None,
    rating: float | None = None,
    language: str = "",
    links: Iterable[str] = (),
) -> Draft:
    """An item, every part of it cleaned; *base* is what relative addresses start from."""
    text, cut = clean_words(plain(words)) if words else ("", False)
    where = canonical(_joined(base, address)) if address.strip() else ""
    return Draft(
        external_id=clean_line(external_id, LONGEST_ID),
        address=where,
        title=clean_line(plain(title), LONGEST_TITLE) if title else "",
        words=text,
        cut=cut or len((words or Text()).said) > LONGEST_LOOK,
        author=clean_line(plain(guess(author)), LONGEST_NAME),
        place=clean_line(plain(guess(place)), LONGEST_NAME),
        published_at=at.isoformat() if at else "",
        rating=rating if rating is not None and 0 <= rating <= _MOST_STARS else None,
        language=language_code(language),
        links=_linked([*links, *_links(words), *links_in(text)], where),
        handles=list(handles_in(text)),
    )


def finished(drafts: Iterable[Draft]) -> list[Draft]:
    """
    The items that say anything, at most 200. Where several of one source share an address it tells none of them apart,
    so those with an id of their own are known by it alone.
    """
    kept = [each for each in drafts if each.title or each.words][:MOST_ITEMS]
    ids = {(each.address, each.external_id) for each in kept if each.address and each.external_id}
    shared = Counter(address for address, _ in ids)
    return [replace(each, address="") if shared[each.address] > 1 and each.external_id else each for each in kept]


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


def _links(words: Text | None) -> list[str]:
    if not words or not words.is_markup:
        return []
    return [undo_entities(link) for link in _LINK.findall(words.said[:LONGEST_LOOK])]


def _linked(links: list[str], own: str) -> list[str]:
    """The web addresses among *links*, one a host, without those of the host that the item itself stands on."""
    hosts = {host_of(own)}
    found = []
    for link in links[: 10 * MOST_FOUND]:
        whole = canonical(link if "://" in link[:8] else f"https://{link}") if "." in link else ""
        if whole and host_of(whole) not in hosts:
            hosts.add(host_of(whole))
            found.append(whole)
    return found[:MOST_FOUND]

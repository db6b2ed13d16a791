"""From a body to items, whatever it turns out to be: a feed, JSON, or a page where a feed should be."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from bot.mentions.gateways.drafts import Draft, finished
from bot.mentions.gateways.jsons import read_json
from bot.mentions.rules.addresses import canonical
from bot.mentions.rules.outcomes import Outcome, Trouble
from bot.mentions.rules.sources import SourceKind
from bot.mentions.rules.wording import undo_entities

_HEAD = 200_000
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_PRELIMINARIES = ((b"<?", b"?>"), (b"<!--", b"-->"))
_FEED_LINK = re.compile(rb"<link\b[^<>]{1,1000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(rb"application/(?:rss\+xml|atom\+xml|feed\+json|rdf\+xml)", re.IGNORECASE)
_HREF = re.compile(rb"\bhref\s*=\s*(?:\"([^\"<>]+)\"|'([^'<>]+)'|([^\s\"'<>]+))", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!DOCTYPE\b([^\[>]*)", re.IGNORECASE)
_OUTSIDE = re.compile(rb"\b(?:SYSTEM|PUBLIC)\b", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY\b", re.IGNORECASE)
_ROOT = re.compile(rb"<\w")


@dataclass(frozen=True)
class Reading:
    """What a body held."""

    title: str
    items: list[Draft]


def read_body(kind: SourceKind, body: bytes, *, address: str, content_type: str = "") -> Reading:
    """
    The items in *body*, which was found at *address*.

    Raises:
        Trouble: it is a page, or nothing that can be read; the sentence says what to do.
    """
    bare = body.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")  # also looks into UTF-16 and UTF-32
    beginning = _without_preliminaries(bare)
    if not bare:
        raise Trouble(Outcome.BROKEN, "There is nothing at this address; check it, it is tried again later.")
    if beginning.startswith((b"{", b"[")):
        title, drafts = read_json(kind, body, address=address)
    else:
        _refuse_page(beginning, address)
        _refuse_declarations(beginning)
        from bot.mentions.gateways.feeds import read_feed  # noqa: PLC0415 - 0.1 s that JSON needn't wait for

        title, drafts = read_feed(kind, body, address=address, content_type=content_type)
    return Reading(title, finished(drafts))


def _without_preliminaries(body: bytes) -> bytes:
    """What follows declarations and comments."""
    at = 0
    while True:
        opened = next((pair for pair in _PRELIMINARIES if body.startswith(pair[0], at)), None)
        end = body.find(opened[1], at) if opened else -1
        if not opened or end < 0:
            return body[at:]
        at = end + len(opened[1])
        at += len(body) - at - len(body[at:].lstrip()) if body[at : at + 1].isspace() else 0


def _refuse_page(body: bytes, address: str) -> None:
    if _PAGE.match(body):
        feed = _feed_named(body[:_HEAD], address)
        advice = f"use {feed} instead, which it names" if feed else "look there for the address of its RSS or Atom feed"
        raise Trouble(Outcome.BROKEN, f"That is a web page, not a feed; {advice}.")


def _feed_named(head: bytes, address: str) -> str:
    for link in _FEED_LINK.findall(head):
        found = _HREF.search(link)
        if found and _FEED_TYPE.search(link):
            named = undo_entities((found[1] or found[2] or found[3]).decode("utf-8", "replace")).strip()
            try:
                return canonical(urljoin(address, named))
            except ValueError:
                continue
    return ""


def _refuse_declarations(body: bytes) -> None:
    """A DOCTYPE that declares entities or names a file of them can blow a small feed up, or reach for other files."""
    root = _ROOT.search(body)
    prolog = body[: root.start()] if root else body
    found = _DOCTYPE.match(prolog)
    if found and (_OUTSIDE.search(found[1]) or _ENTITY.search(prolog)):
        raise Trouble(
            Outcome.BROKEN,
            "It has a DOCTYPE with declarations, which can be used to attack its readers and isn't read; "
            "use a feed without.",
        )

"""
Parses bodies: RSS, Atom, RDF, JSON Feed and the services' own JSON.

`python -m bot.mentions.gateways.parsing 256` is the child process of `bot.mentions.gateways.fetching.Parser`: it reads
orders as lines of JSON and answers each with one `FetchResult`. It has no secrets and no network to use, at most that
many megabytes of memory, and the system ends it when an order takes too much processor time.
"""

import base64
import json
import re
import resource
import signal
import sys
from typing import Any
from urllib.parse import urljoin

from bot.mentions.gateways.items import select_items
from bot.mentions.gateways.jsons import read_json
from bot.mentions.rules.sources import Outcome, SourceKind, Trouble
from bot.mentions.rules.texts import canonical, undo_entities
from bot.mentions.schemas.items import FetchResult

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


def main() -> None:
    """Answer orders until there are no more."""
    _limit_memory(int(sys.argv[1]))
    for line in sys.stdin.buffer:
        sys.stdout.write(_answer(json.loads(line)).model_dump_json() + "\n")
        sys.stdout.flush()


def _limit_memory(megabytes: int) -> None:
    room = megabytes * 1024 * 1024
    for what, most in ((resource.RLIMIT_AS, room), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


def _answer(order: dict[str, Any]) -> FetchResult:
    """Return what the body of an order holds; never raises."""
    signal.setitimer(signal.ITIMER_PROF, order["seconds"])
    try:
        body = base64.b64decode(order["body"])
        return read_body(SourceKind(order["kind"]), body, address=order["address"], content_type=order["content_type"])
    except Trouble as trouble:
        return FetchResult(outcome=trouble.outcome, problem=str(trouble))
    except MemoryError:
        problem = "It needs too much memory to read; use a feed with fewer entries."
        return FetchResult(outcome=Outcome.BROKEN, problem=problem)
    except Exception:  # noqa: BLE001 - a parser may raise anything over what strangers write
        problem = "It can't be read: what it holds is damaged; it is tried again later."
        return FetchResult(outcome=Outcome.BROKEN, problem=problem)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def read_body(kind: SourceKind, body: bytes, *, address: str, content_type: str = "") -> FetchResult:
    """
    Return the items in *body*, which was found at *address*.

    Raises:
        Trouble: it is a web page, or nothing that can be parsed; the sentence says what to do.
    """
    bare = body.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")  # also looks into UTF-16 and UTF-32
    beginning = _skip_preliminaries(bare)
    if not bare:
        raise Trouble(Outcome.BROKEN, "There is nothing at this address; check it, it is tried again later.")
    if beginning.startswith((b"{", b"[")):
        title, found = read_json(kind, body, address=address)
    else:
        _refuse_page(beginning, address)
        _refuse_declarations(beginning)
        from bot.mentions.gateways.feeds import read_feed  # noqa: PLC0415 - 0.1 s that JSON needn't wait for

        title, found = read_feed(kind, body, address=address, content_type=content_type)
    items = select_items(found)
    return FetchResult(outcome=Outcome.NEWS if items else Outcome.EMPTY, title=title, items=items)


def _skip_preliminaries(body: bytes) -> bytes:
    """Return what follows XML declarations and comments."""
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
        feed = _find_feed_link(body[:_HEAD], address)
        advice = f"use {feed} instead, which it names" if feed else "look there for the address of its RSS or Atom feed"
        raise Trouble(Outcome.BROKEN, f"That is a web page, not a feed; {advice}.")


def _find_feed_link(head: bytes, address: str) -> str:
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
    """Refuse a DOCTYPE that declares entities or names a file of them: it can expand without end, or read files."""
    root = _ROOT.search(body)
    prolog = body[: root.start()] if root else body
    found = _DOCTYPE.match(prolog)
    if found and (_OUTSIDE.search(found[1]) or _ENTITY.search(prolog)):
        raise Trouble(
            Outcome.BROKEN,
            "It has a DOCTYPE with declarations, which can be used to attack its readers and isn't read; "
            "use a feed without.",
        )


if __name__ == "__main__":
    main()

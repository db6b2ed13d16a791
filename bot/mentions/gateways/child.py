"""
The child process that fetches and reads: `python -m bot.mentions.gateways.child 256` takes orders as lines of JSON and
answers each with one. It carries no secret, has little memory, and is ended by the system when its time is over, also
while a name is looked up or a parser runs in C.
"""

import base64
import json
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.mentions.gateways.doors import Door, looked_up_by
from bot.mentions.gateways.reading import Reading, read_body
from bot.mentions.rules.outcomes import Limits, Outcome, Trouble
from bot.mentions.rules.sources import SourceKind

WAITING, COMPUTING = signal.ITIMER_REAL, signal.ITIMER_PROF
"""Clocks that end the process when they run out: by the wall, and by the time it has computed."""

_REFUSALS = {
    401: "It wants to know who asks (401); use an address that everybody can open.",
    403: "Its server doesn't let the bot in (403); look at the address in a browser, or use another.",
    404: "Nothing is found at this address (404); check it.",
    407: "It wants to know who asks (407); use an address that everybody can open.",
    451: "It may not be shown here (451); use another address.",
}
_UNCHANGED, _GONE, _TOO_MANY, _UNAVAILABLE, _SERVER_ERROR = 304, 410, 429, 503, 500
_NOTHING_TO_READ = {_UNCHANGED: Outcome.UNCHANGED, 204: Outcome.EMPTY}


def main() -> None:
    """Answer orders until there are no more."""
    limit_memory(int(sys.argv[1]))
    for line in sys.stdin.buffer:
        sys.stdout.write(json.dumps(carry_out(json.loads(line))) + "\n")
        sys.stdout.flush()


def limit_memory(megabytes: int) -> None:
    """Let the system refuse more room than this, where it can."""
    room = megabytes * 1024 * 1024
    for what, most in ((resource.RLIMIT_AS, room), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


def carry_out(order: dict[str, Any]) -> dict[str, Any]:
    """What came of an order, whatever that is."""
    try:
        return _fetch(order) if order["do"] == "fetch" else _read(order)
    except Trouble as trouble:
        return {"outcome": trouble.outcome, "problem": str(trouble), "wait_seconds": trouble.wait_seconds}
    except MemoryError:
        return {
            "outcome": Outcome.BROKEN,
            "problem": "It needs too much memory to read; use a feed with fewer entries.",
        }
    except Exception as error:  # noqa: BLE001 - a parser may raise anything over what strangers write
        problem = "It can't be read: what it holds is damaged; it is tried again later."
        return {"outcome": Outcome.BROKEN, "problem": problem, "unexpected": type(error).__name__}


@contextmanager
def _at_most(clock: int, seconds: float) -> Iterator[None]:
    """The process ends when this takes longer."""
    signal.setitimer(clock, seconds)
    try:
        yield
    finally:
        signal.setitimer(clock, 0)


def _read(order: dict[str, Any]) -> dict[str, Any]:
    with _at_most(COMPUTING, Limits(**order["limits"]).reading_seconds):
        body = base64.b64decode(order["body"])
        return _told(
            read_body(
                SourceKind(order["kind"]), body, address=order["address"], content_type=order.get("content_type", "")
            )
        )


def _fetch(order: dict[str, Any]) -> dict[str, Any]:
    from bot.mentions.gateways import wire  # noqa: PLC0415 - 0.2 s that a body at hand needn't wait for

    limits, door = Limits(**order["limits"]), Door({host: tuple(to) for host, to in order["leads"].items()})
    conditions = {"If-None-Match": order["etag"], "If-Modified-Since": order["last_modified"]}
    asked = {name: mark for name, mark in conditions.items() if mark}
    with _at_most(WAITING, limits.whole_seconds), looked_up_by(door):
        answer = wire.get(order["address"], asked=asked, agent=order["agent"], limits=limits, door=door)
    _refuse(answer.status, wire.wait_asked(answer.headers))
    etag, modified = answer.mark("etag"), answer.mark("last-modified")
    if answer.status == _UNCHANGED:
        etag, modified = etag or order["etag"], modified or order["last_modified"]
    said = {"etag": etag, "last_modified": modified, "moved_to": answer.moved_to}
    if answer.status in _NOTHING_TO_READ:
        return said | {"outcome": _NOTHING_TO_READ[answer.status]}
    with _at_most(COMPUTING, limits.reading_seconds):
        kind, content_type = SourceKind(order["kind"]), answer.headers.get("content-type", "")
        return said | _told(read_body(kind, answer.body, address=answer.address, content_type=content_type))


def _refuse(status: int, wait: int | None) -> None:
    """Raise what a status means, unless it is an answer."""
    if status == _UNCHANGED or 200 <= status < 300:  # noqa: PLR2004 - HTTP's range for yes
        return
    if status == _GONE:
        raise Trouble(Outcome.GONE, "It is gone for good (410); remove this source or give its new address.")
    if status == _TOO_MANY or (status == _UNAVAILABLE and wait is not None):
        raise Trouble(
            Outcome.ASKED_TO_WAIT, f"Its server asks to wait ({status}); it is tried again then.", wait_seconds=wait
        )
    if status >= _SERVER_ERROR:
        raise Trouble(Outcome.UNREACHABLE, f"Its server has trouble of its own ({status}); it is tried again later.")
    raise Trouble(Outcome.REFUSED, _REFUSALS.get(status, f"Its server refuses ({status}); check the address."))


def _told(reading: Reading) -> dict[str, Any]:
    items = [item.as_row() for item in reading.items]
    return {"outcome": Outcome.NEWS if items else Outcome.EMPTY, "title": reading.title, "items": items}


if __name__ == "__main__":
    main()

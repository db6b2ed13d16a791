"""Keys of accounts, hosts and pages, as customers are found by them."""

import re

from bot.customers.rules.domains import LONGEST_HOST, SHARED_PAGES, ascii_host
from bot.customers.rules.names import key_words

PATH_PARTS = 4  # of an address that count
LONGEST_HANDLE = 300
_HOST = re.compile(r"(?:[^\W_][\w-]{0,62}\.)+[^\W\d_][\w-]{0,62}")
_PATH = re.compile(rf"({_HOST.pattern})(?::\d+)?((?:/[^/?#\s]+)+)")
_AFTER_PATH = ".,;:!?)]}>'\"*_~…"
_FILE_ENDS = re.compile(r"(?<=.)(?:\.[a-z]{2}(?:-[a-z]{2})?)?\.html?$")
_BEFORE_HOST = re.compile(r"[^\w@]*(?:[a-z][a-z0-9+.-]{0,20}:/{2,})?(?:[^/?#\s@]*@)?", re.IGNORECASE)
_NO_SIGN = re.compile(r"[\W_]+")


def handle_key(handle: str) -> str:
    """Return the key of an account, such as "@golddex" for "@Gold_Dex"; "" if nothing is left."""
    bare = _NO_SIGN.sub("", "".join(key_words(handle[:LONGEST_HANDLE])))
    return f"@{bare}" if bare else ""


def host_keys(place: str) -> tuple[str, ...]:
    """
    Return the domains that an address or host may belong to, the longest first: "shop.acme.com", "acme.com".

    Only registrable ones are stored with customers, so the others match nothing.
    """
    start = _BEFORE_HOST.match(place)
    found = _HOST.match(place, start.end() if start else 0)
    host = ascii_host(found[0].rstrip(".-").lower()) if found else ""
    if not host or host.removeprefix("www.") in SHARED_PAGES:
        return ()
    labels = host.split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels) - 1))


def page_keys(address: str) -> tuple[str, ...]:
    """
    Return what a page may be known by, the longest first: "booking.com/hotel/acme", "booking.com/hotel".

    At most four parts of the path count, in small letters; an address without a path has no page. "acme.de.html" is the
    page "acme" in German.
    """
    start = _BEFORE_HOST.match(address)
    found = _PATH.match(address, start.end() if start else 0)
    if not found:
        return ()
    host = ascii_host(found[1].lower()).removeprefix("www.")
    parts = [part.rstrip(_AFTER_PATH) for part in found[2].lower().split("/") if part][:PATH_PARTS]
    parts = [*parts[:-1], *(_FILE_ENDS.sub("", part) for part in parts[-1:])]
    keys = ("/".join([host, *parts[:end]]) for end in range(len(parts), 0, -1))
    return tuple(key for key in keys if host and len(key) <= LONGEST_HOST)

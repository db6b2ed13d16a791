"""When two addresses are one: tracking taken off, wrapped links undone, and the key of an item."""

import hashlib
import html
import ipaddress
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

from bot.customers.rules.names import clean_text

LONGEST_ADDRESS = 2000
"""Characters beyond which a link is left off; Slack's buttons take 3,000."""

_TRACKING = re.compile(
    r"utm_.*|mtm_.*|pk_.*|oly_.*|ns_.*|hsa_.*|_hs\w+|mc_[ce]id|fbclid|fb_\w+|gclid|gclsrc|dclid|[wg]braid|msclkid|yclid"
    r"|twclid|ttclid|igshi?d?|li_fat_id|mkt_tok|vero_id|wt_z?mc|cmpid|ocid|s_cid|icid|ref_src|ref_url|_ga|_gl|trk\w*"
    r"|spm|share_id|guccounter|guce_.*|at_(?:medium|campaign|custom\d)",
    re.IGNORECASE,
)
_WRAPPERS = (
    (re.compile(r"(?:www\.)?google\.[a-z.]{2,6}"), re.compile(r"/url"), ("url", "q")),
    (re.compile(r"(?:l|lm|www)\.facebook\.com"), re.compile(r"/l\.php"), ("u",)),
    (re.compile(r"(?:www\.|m\.)?youtube\.com"), re.compile(r"/redirect"), ("q",)),
    (re.compile(r"out\.reddit\.com"), re.compile(r"/.*"), ("url",)),
    (re.compile(r"(?:www\.)?bing\.com"), re.compile(r"/news/apiclick\.aspx"), ("url",)),
    (re.compile(r"(?:www\.)?duckduckgo\.com"), re.compile(r"/l/?"), ("uddg",)),
    (re.compile(r"t\.umblr\.com"), re.compile(r"/redirect"), ("z",)),
    (re.compile(r"slack-redir\.net"), re.compile(r"/link"), ("url",)),
    (re.compile(r"\w+\.safelinks\.protection\.outlook\.com"), re.compile(r"/.*"), ("url",)),
)
_COMMENT = re.compile(r"(?:[a-z]*comment|reply|review|answer|post|p|c)[-_]?\d+", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_SAFE = "/%:@!$&'()*+,;=~-._?"
_SAME_HOSTS = {
    **dict.fromkeys(
        ["old.reddit.com", "new.reddit.com", "np.reddit.com", "m.reddit.com", "i.reddit.com"], "reddit.com"
    ),
    "m.youtube.com": "youtube.com",
    "m.facebook.com": "facebook.com",
    "mobile.twitter.com": "x.com",
    "twitter.com": "x.com",
}


class Keyed(Protocol):
    """What an item is known by."""

    @property
    def external_id(self) -> str:
        """The source's own id."""

    @property
    def address(self) -> str:
        """Where it stands, or ""."""

    @property
    def title(self) -> str:
        """Its heading."""

    @property
    def words(self) -> str:
        """What it says."""


def canonical(address: str) -> str:
    """
    *address* in its one spelling: tracking taken off, links wrapped by others undone, no fragment but the number of a
    comment. "" for anything that isn't http or https.
    """
    text = address.strip()
    while True:
        parts = _parts(text)
        if parts is None:
            return ""
        inner = _wrapped(parts)
        if not inner:
            whole = parts.geturl()
            return whole if len(whole) <= LONGEST_ADDRESS else ""
        text = inner


def fingerprint(item: Keyed, source: str) -> str:
    """
    What tells *item* from others, as 64 hexadecimal digits: its address, else its id at *source*, else its words. One
    address is the same with http or https, with or without "www." or a stroke at the end.
    """
    address = canonical(item.address)
    if address:
        key = f"address {_identity(address)}"
    elif item.external_id:
        key = f"id {source} {item.external_id}"
    else:
        key = f"words {' '.join(f'{item.title} {item.words}'.casefold().split())}"
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def host_of(address: str) -> str:
    """The host in a canonical address, without "www."."""
    parts = _parts(address)
    return (parts.hostname or "").removeprefix("www.") if parts else ""


def _parts(text: str) -> SplitResult | None:
    """The address taken apart and put right, or None when it is no web address."""
    try:
        parts = urlsplit(text)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in {"http", "https"} or not host:
        return None
    place = host if port in {None, 443 if scheme == "https" else 80} else f"{host}:{port}"
    query = "&".join(piece for piece in parts.query.split("&") if piece and not _TRACKING.fullmatch(_name(piece)))
    fragment = parts.fragment if _COMMENT.fullmatch(parts.fragment) else ""
    return SplitResult(scheme, place, quote(_text(parts.path), _SAFE) or "/", quote(_text(query), _SAFE), fragment)


def _name(piece: str) -> str:
    return piece.partition("=")[0]


def _text(part: str) -> str:
    """*part* without lone surrogates, which no address can spell."""
    return part.encode("utf-8", "ignore").decode("utf-8")


def _host(host: str) -> str:
    """The host in ASCII and lower case, in brackets when it is an IPv6 address; "" when it can't be one."""
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host)}]"
    try:
        plain = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return plain if _HOST.fullmatch(plain) else ""


def _wrapped(parts: SplitResult) -> str:
    """The address inside one that only leads on to it, or ""."""
    for host, path, names in _WRAPPERS:
        if host.fullmatch(parts.hostname or "") and path.fullmatch(parts.path):
            asked = parse_qs(parts.query)
            inner = next((asked[name][0] for name in names if name in asked), "").strip()
            return inner if _parts(inner) else ""
    return ""


def _identity(address: str) -> str:
    parts = urlsplit(address)
    place = parts.netloc.removeprefix("www.")
    place = _SAME_HOSTS.get(place, place)
    path, query = parts.path.rstrip("/"), parts.query
    if place == "youtu.be" and path:
        place, path, query = "youtube.com", "/watch", f"v={path[1:]}"
    return "#".join(filter(None, [f"{place}{path}?{query}", parts.fragment]))


LONGEST_ID = 500
LONGEST_TITLE = 300
LONGEST_WORDS = 4000
LONGEST_NAME = 100
LONGEST_LOOK = 60_000
"""Characters of a text that are looked at; of what lies behind, nobody would see anything."""

MOST_FOUND = 20
"""Links and handles that are taken from one text."""

_BLANK_LINES = re.compile(r"\n{3,}")
_LAST_WORD = re.compile(r"\s+\S{0,40}$")
_HANDLE = re.compile(
    r"(?<![\w@/.+-])@([a-z0-9_]+(?:[.-][a-z0-9_]+)*)(?:@([a-z0-9-]+(?:\.[a-z0-9-]+)+))?", re.IGNORECASE
)
_LONGEST_HANDLE = 60
_LINK = re.compile(r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"'()\[\]{}|\\^`]{3,500}", re.IGNORECASE)
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_EPOCH = re.compile(r"\d{9,13}(?:\.\d+)?")
_MILLISECONDS = 10**11  # a number of seconds beyond this would lie in the year 5138
_EARLIEST_YEAR = 1990


def undo_entities(text: str) -> str:
    """*text* with "&amp;" as "&", once: what somebody wrote about "&amp;amp;" stays as they meant it."""
    return html.unescape(text)


def clean_line(text: str, limit: int) -> str:
    """Plain text on one line, without characters that nobody sees, in at most *limit* characters."""
    return clean_text(text[:LONGEST_LOOK], limit)


def clean_words(text: str) -> tuple[str, bool]:
    """Plain text in lines, at most 4,000 characters of it, and whether there was more."""
    lines = (clean_text(line, LONGEST_LOOK) for line in text[:LONGEST_LOOK].splitlines())
    words = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    if len(words) <= LONGEST_WORDS:
        return words, len(text) > LONGEST_LOOK
    return _LAST_WORD.sub("", words[: LONGEST_WORDS - 1]) + "…", True


def handles_in(words: str) -> tuple[str, ...]:
    """The @names in *words*, lower case, without the @; of "@ana@fosstodon.org" both "ana@fosstodon.org" and "ana"."""
    found: dict[str, None] = {}
    for name, server in _HANDLE.findall(words.lower()):
        found |= dict.fromkeys([f"{name}@{server}", name] if server else [name])
    return tuple(name for name in found if len(name) <= _LONGEST_HANDLE)[:MOST_FOUND]


def links_in(words: str) -> list[str]:
    """The web addresses written out in *words*."""
    return [link.rstrip(".,;:!?*_~") for link in _LINK.findall(words)]


def language_code(said: str) -> str:
    """The two letters of ISO 639-1 in "en-US"; "" when there are none."""
    found = _LANGUAGE.fullmatch(said.strip())
    return found[1].lower() if found else ""


def read_instant(said: str) -> datetime | None:
    """An instant in ISO 8601, or in (milli)seconds since 1970; without a zone it is UTC; None when unreadable."""
    text = said.strip()
    try:
        if _EPOCH.fullmatch(text):
            seconds = float(text)
            return plausible(datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC))
        instant = datetime.fromisoformat(text)
        return plausible(instant if instant.tzinfo else instant.replace(tzinfo=UTC))
    except (ValueError, OverflowError, OSError):
        return None


def plausible(instant: datetime) -> datetime | None:
    """The instant in UTC, unless it lies before there was a web to write on."""
    try:
        moved = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moved if moved.year >= _EARLIEST_YEAR else None


def first_of(candidates: Iterable[str]) -> str:
    """The first that says anything."""
    return next((text for text in candidates if text.strip()), "")

"""Canonical web addresses, and plain text from other people's words."""

import html
import ipaddress
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

from bot.customers.rules.names import clean_text

LONGEST_ADDRESS = 2000
"""The longest address that is kept; Slack's buttons take 3,000 characters."""

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
LONGEST_ID = 500
LONGEST_TITLE = 300
LONGEST_WORDS = 4000
LONGEST_NAME = 100
LONGEST_LOOK = 60_000
"""Characters of a text that are read; nobody would see the rest."""

MOST_FOUND = 20
"""Links and handles taken from one text."""

_BLANK_LINES = re.compile(r"\n{3,}")
_LAST_WORD = re.compile(r"\s+\S{0,40}$")
_HANDLE = re.compile(
    r"(?<![\w@/.+-])@([a-z0-9_]+(?:[.-][a-z0-9_]+)*)(?:@([a-z0-9-]+(?:\.[a-z0-9-]+)+))?", re.IGNORECASE
)
_LONGEST_HANDLE = 60
_LINK = re.compile(r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"'()\[\]{}|\\^`]{3,500}", re.IGNORECASE)
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_ZONES = {  # hours ahead of UTC; of names that several use, the most people's
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "MET": 1, "WAT": 1, "CEST": 2, "MESZ": 2, "MEST": 2, "EET": 2,
    "SAST": 2, "CAT": 2, "EEST": 3, "IDT": 3, "MSK": 3, "EAT": 3, "TRT": 3, "IRST": 3.5, "GST": 4, "PKT": 5, "IST": 5.5,
    "SLST": 5.5, "NPT": 5.75, "BDT": 6, "ICT": 7, "WIB": 7, "SGT": 8, "HKT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9,
    "ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13, "NDT": -2.5, "NST": -3.5, "BRT": -3,
    "ART": -3, "CLST": -3, "CLT": -4, "VET": -4, "COT": -5, "PET": -5, "ADT": -3, "AST": -4, "EDT": -4, "EST": -5,
    "CDT": -5, "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10,
}  # fmt: skip
_ZONE_AFTER_TIME = re.compile(rf"(?<=:\d\d)\s*\(?({'|'.join(_ZONES)})\b\)?", re.IGNORECASE)
_EPOCH = re.compile(r"\d{9,13}(?:\.\d+)?")
_LETTER = re.compile(r"[A-Za-z]{3}.*:")
LONGEST_INSTANT = 100
_MILLISECONDS = 10**11  # a number of seconds beyond this would lie in the year 5138
_EARLIEST_YEAR = 1990


def canonical(address: str) -> str:
    """
    Return the canonical spelling of *address*: without tracking, wrappers and fragments other than a comment's number.

    Returns "" for anything that isn't http or https.
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


def identity(address: str) -> str:
    """Return a canonical address without what doesn't tell pages apart: http or https, "www.", a slash at the end."""
    parts = urlsplit(address)
    place = parts.netloc.removeprefix("www.")
    place = _SAME_HOSTS.get(place, place)
    path, query = parts.path.rstrip("/"), parts.query
    if place == "youtu.be" and path:
        place, path, query = "youtube.com", "/watch", f"v={path[1:]}"
    return "#".join(filter(None, [f"{place}{path}?{query}", parts.fragment]))


def host_of(address: str) -> str:
    """Return the host of a canonical address, without "www."."""
    parts = _parts(address)
    return (parts.hostname or "").removeprefix("www.") if parts else ""


def _parts(text: str) -> SplitResult | None:
    """Return the parts of an address in canonical spelling, None if it is no web address."""
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
    """Return *part* without lone surrogates, which no address can spell."""
    return part.encode("utf-8", "ignore").decode("utf-8")


def _host(host: str) -> str:
    """Return the host in lower-case ASCII, an IPv6 address in brackets; "" if it can't be a host."""
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host)}]"
    try:
        plain = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return plain if _HOST.fullmatch(plain) else ""


def _wrapped(parts: SplitResult) -> str:
    """Return the address inside a redirecting one, or ""."""
    for host, path, names in _WRAPPERS:
        if host.fullmatch(parts.hostname or "") and path.fullmatch(parts.path):
            asked = parse_qs(parts.query)
            inner = next((asked[name][0] for name in names if name in asked), "").strip()
            return inner if _parts(inner) else ""
    return ""


def undo_entities(text: str) -> str:
    """Return *text* with entities decoded once: "&amp;amp;" becomes "&amp;"."""
    return html.unescape(text)


def clean_line(text: str, limit: int) -> str:
    """Return plain text on one line, without invisible characters, cut to *limit* characters."""
    return clean_text(text[:LONGEST_LOOK], limit)


def clean_words(text: str) -> tuple[str, bool]:
    """Return plain text in lines, cut to 4,000 characters, and whether it was cut."""
    lines = (clean_text(line, LONGEST_LOOK) for line in text[:LONGEST_LOOK].splitlines())
    words = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    if len(words) <= LONGEST_WORDS:
        return words, len(text) > LONGEST_LOOK
    return _LAST_WORD.sub("", words[: LONGEST_WORDS - 1]) + "…", True


def handles_in(words: str) -> tuple[str, ...]:
    """Return the @names in *words*, lower case, without the @; "@ana@fosstodon.org" also counts as "ana"."""
    found: dict[str, None] = {}
    for name, server in _HANDLE.findall(words.lower()):
        found |= dict.fromkeys([f"{name}@{server}", name] if server else [name])
    return tuple(name for name in found if len(name) <= _LONGEST_HANDLE)[:MOST_FOUND]


def links_in(words: str) -> list[str]:
    """Return the web addresses in *words*."""
    return [link.rstrip(".,;:!?*_~") for link in _LINK.findall(words)]


def language_code(said: str) -> str:
    """Return the two letters of ISO 639-1 in a code such as "en-US", "" if there are none."""
    found = _LANGUAGE.fullmatch(said.strip())
    return found[1].lower() if found else ""


def read_instant(said: str) -> datetime | None:
    """
    Parse ISO 8601, a date as in e-mail, or (milli)seconds since 1970; return None if that fails.

    It is in UTC unless a zone is given, as an offset or by a usual name such as CEST.
    """
    text = with_offset(said.strip()[:LONGEST_INSTANT])
    try:
        if _EPOCH.fullmatch(text):
            seconds = float(text)
            return plausible(datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC))
        instant = parsedate_to_datetime(text) if _LETTER.search(text) else datetime.fromisoformat(text)
        return plausible(instant if instant.tzinfo else instant.replace(tzinfo=UTC))
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None


def with_offset(said: str) -> str:
    """Return a time with the name of its zone as an offset at its end: "10:00 CEST" becomes "10:00 +0200"."""
    found = _ZONE_AFTER_TIME.search(said)
    if not found:
        return said
    minutes = round(_ZONES[found[1].upper()] * 60)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    joint = " " if _LETTER.search(said.replace(found[0], "")) else ""
    return f"{said[: found.start()]}{said[found.end() :]}{joint}{sign}{hours:02}{rest:02}"


def plausible(instant: datetime) -> datetime | None:
    """Return the instant in UTC, None if it lies before there was a web."""
    try:
        moved = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moved if moved.year >= _EARLIEST_YEAR else None


def joined(title: str, words: str) -> str:
    """Return the title and the words of an item in lines; a title that only repeats the words is left out."""
    start, said = _comparable(title), _comparable(words)
    return words if not start or said.startswith(start) or title in words else f"{title}\n{words}".rstrip("\n")


def _comparable(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".… ")


def first_of(candidates: Iterable[str]) -> str:
    """Return the first candidate that isn't blank, or ""."""
    return next((text for text in candidates if text.strip()), "")

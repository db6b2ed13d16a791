"""Where mentions come from: the kinds of source, what each fetches, how a fetch can end, and webhooks' mappings."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote, quote_plus, urlsplit

from bot.core.errors import BotError, InvalidInput

LONGEST_WORD = 500
"""Characters that a recipe's word or a feed's address may have."""

WEB_PORTS = frozenset({80, 443})
"""The only ports that are ever asked."""

_HOST = re.compile(r"[\w-][\w.-]*|[0-9a-f:.]*:[0-9a-f:.]*")
_PAUSES = {"reddit.com": timedelta(seconds=60)}
_PAUSE = timedelta(seconds=1)


class SourceKind(StrEnum):
    """Where a mention can come from."""

    FEED = "feed"
    GOOGLE_ALERTS = "google_alerts"
    REDDIT = "reddit"
    HACKER_NEWS = "hacker_news"
    YOUTUBE = "youtube"
    MASTODON = "mastodon"
    STACK_OVERFLOW = "stack_overflow"
    DISCOURSE = "discourse"
    APP_STORE = "app_store"
    GITHUB_DISCUSSIONS = "github_discussions"
    WEBHOOK = "webhook"
    OCTOLENS = "octolens"
    F5BOT = "f5bot"
    SYFTEN = "syften"
    SLACK = "slack"
    CSV = "csv"

    @property
    def label(self) -> str:
        """The kind's name on screen."""
        return _LABELS.get(self) or self.value.replace("_", " ").title()

    @property
    def asks_for(self) -> str:
        """What a person is asked for, with an example; "" if nothing is fetched."""
        recipe = _RECIPES.get(self)
        return recipe.asks_for if recipe else ""


_LABELS = {
    SourceKind.YOUTUBE: "YouTube",
    SourceKind.APP_STORE: "App Store reviews",
    SourceKind.GITHUB_DISCUSSIONS: "GitHub discussions",
    SourceKind.F5BOT: "F5Bot",
    SourceKind.CSV: "CSV file",
}


class _Recipe(NamedTuple):
    asks_for: str
    address: Callable[[str], str]


def is_fetched(kind: SourceKind) -> bool:
    """Return whether the bot fetches sources of this kind."""
    return kind in _RECIPES


def is_pushed(kind: SourceKind) -> bool:
    """Return whether others send items of this kind to a webhook."""
    return kind in {SourceKind.WEBHOOK, SourceKind.OCTOLENS, SourceKind.F5BOT, SourceKind.SYFTEN}


def host_pause(host: str) -> timedelta:
    """Return the pause between two requests to a host: a minute for Reddit, a second for others."""
    bare = host.lower().rstrip(".")
    return next((pause for name, pause in _PAUSES.items() if bare == name or bare.endswith(f".{name}")), _PAUSE)


def fetch_address(kind: SourceKind, word: str) -> str:
    """
    Return the address to fetch, made of the one word that people give.

    Raises:
        InvalidInput: with one sentence that says what to give instead.
    """
    recipe = _RECIPES.get(kind)
    if recipe is None:
        raise InvalidInput(f"Nothing is fetched for {kind.label}.")
    said = " ".join(word.split()).strip("<>")
    if not said or len(said) > LONGEST_WORD or not said.isprintable():
        raise InvalidInput(f"Give {recipe.asks_for}.")
    return recipe.address(said)


def is_public(address: str) -> bool:
    """
    Return whether *address* is one of the open internet: not private, shared, local, reserved or multicast.

    Anything but an IP address in its usual spelling isn't.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip.is_site_local or ip.sixtofour or ip.teredo or ip.scope_id:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


def web_address(word: str) -> str:
    """
    Complete an address as people paste it: "acme.example/feed" gets https.

    Raises:
        InvalidInput: it isn't http or https, names no host, carries a password, or a port other than 80 and 443.
    """
    text = word if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)", word) else f"https://{word}"
    text = re.sub(r"^feed:(?://)?(?=https?:)", "", text, flags=re.IGNORECASE)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise InvalidInput("That is no address; paste it whole, like https://acme.example/feed.") from None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.hostname or "") or re.search(r"[\s\\]", text):
        raise InvalidInput("That is no web address; it begins with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise InvalidInput("Addresses with a name and password in them aren't taken; use one without.")
    if port not in WEB_PORTS | {None}:
        raise InvalidInput("Only the ports 80 and 443 are fetched from; use an address without another port.")
    return parts._replace(fragment="").geturl()


def _google_alerts(word: str) -> str:
    address = web_address(word)
    parts = urlsplit(address)
    if re.fullmatch(r"(?:www\.)?google\.[a-z.]{2,6}", parts.hostname or "") and re.fullmatch(
        r"/alerts/feeds/\d+/\d+/?", parts.path
    ):
        return f"https://www.google.com{parts.path.rstrip('/')}"
    raise InvalidInput(
        "That is no feed of Google Alerts: edit the alert, choose “Deliver to: RSS feed” and paste the feed's address."
    )


def _reddit(word: str) -> str:
    found = re.fullmatch(r"(?:(?:https?://)?(?:\w+\.)?reddit\.com)?/?r/(\w{2,30})/?(?:\s+(.+))?", word)
    if found and found[2]:
        return f"https://www.reddit.com/r/{found[1]}/search.rss?q={quote_plus(found[2])}&restrict_sr=1&sort=new"
    if found:
        return f"https://www.reddit.com/r/{found[1]}/new/.rss"
    return f"https://www.reddit.com/search.rss?q={quote_plus(_quoted(word))}&sort=new"


def _hacker_news(word: str) -> str:
    query = quote_plus(_quoted(word))
    return f"https://hn.algolia.com/api/v1/search_by_date?query={query}&tags=(story,comment)&hitsPerPage=50"


def _quoted(word: str) -> str:
    """Quote several words, unless somebody has quoted or combined them already."""
    return f'"{word}"' if " " in word and not re.search(r'"| OR | AND |\(', word) else word


def _youtube(word: str) -> str:
    found = re.search(r"(?:^|channel/|channel_id=)(UC[\w-]{22})(?![\w-])", word)
    if not found:
        raise InvalidInput(
            "Give the channel's id, which begins with UC: on its page choose “… more”, Share channel, Copy channel ID."
        )
    return f"https://www.youtube.com/feeds/videos.xml?channel_id={found[1]}"


def _mastodon(word: str) -> str:
    place = re.fullmatch(r"https?://([\w.-]+)/(?:tags|explore/tags)/(\w+)(?:\.rss)?/?", word)
    tag = re.fullmatch(r"#?(\w+)(?:@([\w.-]+\.\w+))?", word)
    if place:
        return web_address(f"https://{place[1]}/tags/{quote(place[2])}.rss")
    if tag:
        return web_address(f"https://{tag[2] or 'mastodon.social'}/tags/{quote(tag[1])}.rss")
    raise InvalidInput("Give a tag, like #golddex, or one with its server, like #golddex@mastodon.social.")


def _stack_overflow(word: str) -> str:
    tag = re.sub(r"^(?:https?://)?(?:www\.)?stackoverflow\.com/questions/tagged/", "", word).strip("[]#/ ").lower()
    if not re.fullmatch(r"[a-z0-9+#.-]{1,35}", tag):
        raise InvalidInput("Give one tag of Stack Overflow, like python or google-sheets.")
    return f"https://stackoverflow.com/feeds/tag/{quote(tag)}"


def _discourse(word: str) -> str:
    place, _, words = word.partition(" ")
    parts = urlsplit(web_address(place))
    path = re.sub(r"/(?:latest|posts|top|new)?(?:\.rss|\.json)?/?$", "", parts.path)
    base = f"{parts.scheme}://{parts.netloc}{path}"
    return f"{base}/search.json?q={quote_plus(f'{words} order:latest')}" if words else f"{base}/posts.rss"


def _app_store(word: str) -> str:
    page = re.search(r"apps\.apple\.com/(?:([a-z]{2})/)?.*?\bid(\d{5,12})", word)
    plain = re.fullmatch(r"(?:([A-Za-z]{2})\s+)?(?:id)?(\d{5,12})", word)
    found = page or plain
    if not found:
        raise InvalidInput("Give the app's page in the App Store, or its number, with a country: gb 1605206013.")
    country = (found[1] or "us").lower()
    return f"https://itunes.apple.com/{country}/rss/customerreviews/page=1/id={found[2]}/sortby=mostrecent/json"


def _github_discussions(word: str) -> str:
    found = re.fullmatch(
        r"(?:https?://)?(?:www\.)?(?:github\.com/)?([A-Za-z0-9-]{1,39})/([\w.-]{1,100})(?:/discussions(?:\.atom)?)?/?",
        word,
    )
    if not found or found[2] in {".", ".."}:
        raise InvalidInput("Give the repository, like acme/widgets.")
    return f"https://github.com/{found[1]}/{found[2]}/discussions.atom"


_RECIPES = {
    SourceKind.FEED: _Recipe("the feed's address, like https://acme.example/feed", web_address),
    SourceKind.GOOGLE_ALERTS: _Recipe(
        "the alert's own feed address, like https://www.google.com/alerts/feeds/0417…/4428…", _google_alerts
    ),
    SourceKind.REDDIT: _Recipe("words to search for, a place like r/smallbusiness, or both", _reddit),
    SourceKind.HACKER_NEWS: _Recipe("words to search for", _hacker_news),
    SourceKind.YOUTUBE: _Recipe("the channel's id, which begins with UC, or its page", _youtube),
    SourceKind.MASTODON: _Recipe("a tag, like #golddex or #golddex@mastodon.social", _mastodon),
    SourceKind.STACK_OVERFLOW: _Recipe("a tag, like google-sheets", _stack_overflow),
    SourceKind.DISCOURSE: _Recipe("the forum's address, with or without words to search for", _discourse),
    SourceKind.APP_STORE: _Recipe("the app's page or number, with a country: gb 1605206013", _app_store),
    SourceKind.GITHUB_DISCUSSIONS: _Recipe("the repository, like acme/widgets", _github_discussions),
}


class Outcome(StrEnum):
    """How fetching a source ended."""

    NEWS = "news"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    GONE = "gone"
    ASKED_TO_WAIT = "asked_to_wait"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    BROKEN = "broken"

    @property
    def is_well(self) -> bool:
        """Whether the source works."""
        return self in {Outcome.NEWS, Outcome.UNCHANGED, Outcome.EMPTY}


class Trouble(BotError):
    """A source can't be fetched or parsed; the sentence tells a manager what to do."""

    def __init__(self, outcome: Outcome, sentence: str, *, wait_seconds: int | None = None) -> None:
        super().__init__(sentence)
        self.outcome = outcome
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Limits:
    """The limits of fetching and parsing one source."""

    whole_seconds: float = 30  # from resolving the name to the last byte
    quiet_seconds: float = 10  # without a byte
    body_bytes: int = 5 * 1024 * 1024  # packed and unpacked
    redirects: int = 3
    reading_seconds: float = 5  # of computing
    memory_megabytes: int = 256


LIMITS = Limits()
MOST_ITEMS = 200
"""Items taken from one fetch, the first in the source's order."""

LONGEST_WAIT_SECONDS = 24 * 60 * 60

_REFUSALS = {
    401: "It wants to know who asks (401); use an address that everybody can open.",
    403: "Its server doesn't let the bot in (403); look at the address in a browser, or use another.",
    404: "Nothing is found at this address (404); check it.",
    407: "It wants to know who asks (407); use an address that everybody can open.",
    451: "It may not be shown here (451); use another address.",
}
_NOT_MODIFIED, _GONE, _TOO_MANY, _SERVER_ERROR, _UNAVAILABLE = 304, 410, 429, 500, 503


def refuse_status(status: int, wait: int | None) -> None:
    """
    Check an HTTP status; *wait* is what Retry-After asks for, in seconds.

    Raises:
        Trouble: it is neither a success nor "not modified".
    """
    if status == _NOT_MODIFIED or 200 <= status < 300:  # noqa: PLR2004 - HTTP's range for success
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


MAPPED_FIELDS = (
    "items", "id", "address", "title", "words", "author", "place", "published_at", "rating", "language",
)  # fmt: skip
"""What a webhook's mapping may give the path of; `items` is the path of the list."""

LONGEST_PATH, DEEPEST = 200, 12
SHOWN = 60


def read_mapping(text: str) -> dict[str, str]:
    """
    Read a mapping, a line like `words = post.text` for each field.

    Raises:
        InvalidInput: field `mapping`: a line without a path, or a second path for the same field.
    """
    mapping: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, path = (part.strip() for part in line.partition("=")[::2])
        if not (name and path):
            raise InvalidInput(fields={"mapping": f"“{line[:SHOWN]}” says no place; write it like words = post.text."})
        if name in mapping:
            raise InvalidInput(fields={"mapping": f"“{name[:SHOWN]}” has two places; keep one of them."})
        mapping[name] = path
    return mapping


def mapping_problem(mapping: Mapping[str, str]) -> str:
    """Return why a mapping can't work, in a sentence that says what to write; "" if it can."""
    unknown = next((name for name in mapping if name not in MAPPED_FIELDS), None)
    if unknown is not None:
        return f"“{unknown[:SHOWN]}” is no part of a mention; name some of {', '.join(MAPPED_FIELDS)}."
    return next((problem for path in mapping.values() if (problem := _path_problem(path))), "")


def _path_problem(path: str) -> str:
    shown, steps = path[:SHOWN], path.split(".")
    if "[" in path or path.startswith("$"):
        return f"“{shown}” can't be followed; write names and numbers with dots between them, like data.posts.0.text."
    if not all(step.strip() for step in steps):
        return f"“{shown}” has a dot too many; write it like data.post.text."
    if len(steps) > DEEPEST or len(path) > LONGEST_PATH:
        return f"“{shown}” is too long; a place may have {DEEPEST} names and {LONGEST_PATH} characters."
    return ""

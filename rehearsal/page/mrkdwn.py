"""Converts Slack's markup to safe HTML: external characters are escaped, and only our own tags are used."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape
from typing import Any, Final

from rehearsal.page.emoji import emoji

_INLINE: Final = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[^<>\n]+)>"
    r"|(?<![\w*])\*(?P<b>(?=\S)[^*\n]+?(?<=\S))\*(?![\w*])"
    r"|(?<!\w)_(?P<i>(?=\S)[^\n]+?(?<=\S))_(?!\w)"
    r"|(?<![\w~])~(?P<s>(?=\S)[^~\n]+?(?<=\S))~(?![\w~])"
    r"|:(?P<emoji>[a-z0-9_+'-]+(?:::[a-z0-9-]+)?):"
)
_FENCE: Final = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_QUOTE: Final = re.compile(r"(?:>|&gt;) ?")
_LINK: Final = re.compile(r"(?:https?|mailto|tel|slack):", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\{(\w+)\}")
_DATES: Final[Mapping[str, str]] = {
    "date_num": "%Y-%m-%d",
    "date": "%B %-d, %Y",
    "date_short": "%b %-d, %Y",
    "date_long": "%A, %B %-d, %Y",
    "date_pretty": "%B %-d, %Y",
    "date_short_pretty": "%b %-d, %Y",
    "date_long_pretty": "%A, %B %-d, %Y",
    "day_divider_pretty": "%A, %B %-d",
    "time": "%H:%M",
    "time_secs": "%H:%M:%S",
    "date_slash": "%d/%m/%Y",
}


@dataclass(frozen=True)
class Names:
    """How ids are shown: names of people and channels, and instants in the viewer's zone."""

    person: Callable[[str], str]
    channel: Callable[[str], str]
    zone: tzinfo

    def instant(self, seconds: int, form: str) -> str:
        """Return an instant formatted as *form* says (`{date_short}` and so on)."""
        when = datetime.fromtimestamp(seconds, self.zone)
        return _TOKEN.sub(lambda match: when.strftime(_DATES.get(match[1], "%Y-%m-%d %H:%M")), form)


def mrkdwn(text: str, names: Names) -> str:
    """Return *text* in Slack's markup as HTML."""
    parts = _FENCE.split(text)
    drawn = [_prose(part, names) if n % 2 == 0 else f"<pre>{_words(part)}</pre>" for n, part in enumerate(parts)]
    return "".join(drawn)


def plain(text: str, *, with_emoji: bool = True) -> str:
    """Return *text* without markup as HTML, with emoji for short names if *with_emoji* is true."""
    safe = escape(text).replace("\n", "<br>")
    return re.sub(r":([a-z0-9_+-]+):", lambda match: emoji(match[1]), safe) if with_emoji else safe


def text_object(value: Any, names: Names) -> str:
    """Return a plain or mrkdwn text object as HTML."""
    if not isinstance(value, Mapping) or not isinstance(value.get("text"), str):
        return ""
    if value.get("type") == "mrkdwn":
        return mrkdwn(value["text"], names)
    return plain(value["text"], with_emoji=value.get("emoji") is not False)


def link(address: str, words: str) -> str:
    """Return a link that opens in a new tab; an address with an unknown scheme remains text."""
    if not _LINK.match(address):
        return words
    return f'<a href="{escape(address, quote=True)}" target="_blank" rel="noopener noreferrer">{words}</a>'


def _prose(text: str, names: Names) -> str:
    drawn, quoted = [], []
    for line in text.split("\n"):
        match = _QUOTE.match(line)
        if match:
            quoted.append(_inline(line[match.end() :], names))
            continue
        if quoted:
            drawn.append(f"<blockquote>{'<br>'.join(quoted)}</blockquote>")
            quoted = []
        drawn.append(_inline(line, names))
    if quoted:
        drawn.append(f"<blockquote>{'<br>'.join(quoted)}</blockquote>")
    return "<br>".join(drawn).replace("</blockquote><br>", "</blockquote>").replace("<br><blockquote>", "<blockquote>")


def _inline(text: str, names: Names) -> str:
    drawn, at = [], 0
    for match in _INLINE.finditer(text):
        drawn += [_words(text[at : match.start()]), _piece(match, names)]
        at = match.end()
    return "".join([*drawn, _words(text[at:])])


def _piece(match: re.Match[str], names: Names) -> str:
    kind, inner = next((name, value) for name, value in match.groupdict().items() if value is not None)
    if kind == "code":
        return f"<code>{_words(inner)}</code>"
    if kind == "angle":
        return _angle(inner, names)
    if kind == "emoji":
        return escape(emoji(inner))
    return f"<{kind}>{_inline(inner, names)}</{kind}>"


def _angle(inner: str, names: Names) -> str:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return _mention(f"@{names.person(target[1:])}")
    if target.startswith("#"):
        return _mention(f"#{names.channel(target[1:])}")
    if target.startswith("!date^"):
        return _date(target, label, names)
    if target.startswith("!"):
        return _mention(label or f"@{target[1:].split('^')[0]}")
    return link(_unescape(target), _inline(label, names) if label else _words(target.removeprefix("mailto:")))


def _date(target: str, label: str, names: Names) -> str:
    _, seconds, *rest = target.split("^")
    try:
        shown = names.instant(int(seconds), rest[0] if rest else "{date} {time}")
    except (ValueError, OverflowError, OSError):
        shown = label
    return link(rest[1], _words(shown)) if len(rest) > 1 else f"<time>{_words(shown)}</time>"


def _mention(words: str) -> str:
    return f'<span class="rh-mention">{escape(words)}</span>'


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _words(text: str) -> str:
    return escape(_unescape(text)).replace("\n", "<br>")

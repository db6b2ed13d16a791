"""Text objects: plain and mrkdwn, their lengths, and whether words from outside were escaped."""

import re
from typing import Any, Final

from rehearsal.strict import limits
from rehearsal.strict.findings import Rule, Walk, join
from rehearsal.strict.kinds import Shape, anything, boolean, string, typed

_MARKUP: Final = re.compile(r"<[^<>]*>|<")
_GOOD_MARKUP: Final = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^\d+\^[^<>|]+\|[^<>]+"
    r"|(?:https?|mailto|tel|slack):[^\s<>|][^<>|]*)(?:\|[^<>]*)?>"
)
_BROADCAST: Final = re.compile(r"<!(?:channel|here|everyone)\b")
_BARE_AMPERSAND: Final = re.compile(r"&(?!amp;|lt;|gt;)")


def check_mrkdwn(walk: Walk, path: str, text: str) -> None:
    """Refuse what shows that a stranger's words were not escaped: a stray `<` or `&`, and pings of a whole channel."""
    if _BROADCAST.search(text):
        walk.fault(path, "This pings everybody in the channel; escape `<` in words from outside.", "unescaped_text")
        return
    rest = text
    for match in _MARKUP.finditer(text):
        if _GOOD_MARKUP.fullmatch(match.group()):
            rest = rest.replace(match.group(), " ")
        else:
            walk.fault(path, f"Escape `<`: {match.group()[:60]!r} is neither link nor mention.", "unescaped_text")
            return
    if _BARE_AMPERSAND.search(rest):
        walk.fault(path, "Escape `&` as `&amp;` in mrkdwn.", "unescaped_text")


def _mrkdwn_body(walk: Walk, path: str, value: Any) -> None:
    text = value.get("text")
    if isinstance(text, str):
        check_mrkdwn(walk, join(path, "text"), text)


def _shapes(longest: int) -> dict[str, Rule]:
    text = string(longest)
    return {
        "plain_text": Shape({"type": anything, "text": text, "emoji": boolean}, ["text"]),
        "mrkdwn": Shape({"type": anything, "text": text, "verbatim": boolean}, ["text"], [_mrkdwn_body]),
    }


def plain(longest: int = limits.TEXT) -> Rule:
    """A `plain_text` object of at most *longest* characters."""
    shapes = _shapes(longest)
    only_plain = {"mrkdwn": "Only `plain_text` is allowed here, not `mrkdwn`."}
    return typed({"plain_text": shapes["plain_text"]}, "a text object", only_plain)


def any_text(longest: int = limits.TEXT) -> Rule:
    """A `plain_text` or `mrkdwn` object of at most *longest* characters."""
    return typed(_shapes(longest), "a text object")

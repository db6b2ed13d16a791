"""Rules for text objects: type, length and escaping."""

import re
from typing import Any, Final

from rehearsal.strict import limits
from rehearsal.strict.rules import ObjectRule, any_value, boolean, string, tagged_object
from rehearsal.strict.violations import Report, Rule, join

_MARKUP: Final = re.compile(r"<[^<>]*>|<")
_GOOD_MARKUP: Final = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^\d+\^[^<>|]+\|[^<>]+"
    r"|(?:https?|mailto|tel|slack):[^\s<>|][^<>|]*)(?:\|[^<>]*)?>"
)
_BROADCAST: Final = re.compile(r"<!(?:channel|here|everyone)\b")
_BARE_AMPERSAND: Final = re.compile(r"&(?!amp;|lt;|gt;)")


def check_mrkdwn(report: Report, path: str, text: str) -> None:
    """Report text that wasn't escaped: a stray `<` or `&`, or a mention of a whole channel."""
    if _BROADCAST.search(text):
        report.add(path, "This pings everybody in the channel; escape `<` in words from outside.", "unescaped_text")
        return
    rest = text
    for match in _MARKUP.finditer(text):
        if _GOOD_MARKUP.fullmatch(match.group()):
            rest = rest.replace(match.group(), " ")
        else:
            report.add(path, f"Escape `<`: {match.group()[:60]!r} is neither link nor mention.", "unescaped_text")
            return
    if _BARE_AMPERSAND.search(rest):
        report.add(path, "Escape `&` as `&amp;` in mrkdwn.", "unescaped_text")


def _mrkdwn_body(report: Report, path: str, value: Any) -> None:
    text = value.get("text")
    if isinstance(text, str):
        check_mrkdwn(report, join(path, "text"), text)


def _shapes(max_length: int) -> dict[str, Rule]:
    text = string(max_length, words=True)
    return {
        "plain_text": ObjectRule({"type": any_value, "text": text, "emoji": boolean}, ["text"]),
        "mrkdwn": ObjectRule({"type": any_value, "text": text, "verbatim": boolean}, ["text"], [_mrkdwn_body]),
    }


def plain(max_length: int = limits.TEXT) -> Rule:
    """Return a rule for a `plain_text` object of at most *max_length* characters."""
    shapes = _shapes(max_length)
    only_plain = {"mrkdwn": "Only `plain_text` is allowed here, not `mrkdwn`."}
    return tagged_object({"plain_text": shapes["plain_text"]}, "a text object", only_plain)


def any_text(max_length: int = limits.TEXT) -> Rule:
    """Return a rule for a `plain_text` or `mrkdwn` object of at most *max_length* characters."""
    return tagged_object(_shapes(max_length), "a text object")

"""Rules for rich text."""

from typing import Final

from rehearsal.strict import limits
from rehearsal.strict.rules import ObjectRule, any_value, array, boolean, enumeration, integer, string, tagged_object
from rehearsal.strict.violations import Rule

_STYLE: Final = ObjectRule(
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"),
        boolean,
    )
)


def _piece(required: str, **more: Rule) -> ObjectRule:
    return ObjectRule({"type": any_value, "style": _STYLE, required: string(), **more}, [required])


_PIECES: Final = {
    "text": _piece("text"),
    "channel": _piece("channel_id"),
    "user": _piece("user_id"),
    "emoji": _piece("name", unicode=string(), skin_tone=integer(1, 6)),
    "link": _piece("url", text=string(), unsafe=boolean),
    "team": _piece("team_id"),
    "usergroup": _piece("usergroup_id"),
    "color": _piece("value"),
    "date": ObjectRule(
        {
            "type": any_value,
            "style": _STYLE,
            "timestamp": integer(0),
            "format": string(),
            "url": string(limits.URL),
            "fallback": string(),
        },
        ["timestamp", "format"],
    ),
}
_NO_PINGS: Final = {"broadcast": "This pings everybody in the channel; name the people it concerns instead."}
_LINE: Final = array(tagged_object(_PIECES, "a piece of rich text", _NO_PINGS), 0)
_BORDER: Final = {"border": integer(0, 1)}
_SECTION: Final = ObjectRule({"type": any_value, "elements": _LINE}, ["elements"])
_PARTS: Final = {
    "rich_text_section": _SECTION,
    "rich_text_quote": ObjectRule({"type": any_value, "elements": _LINE, **_BORDER}, ["elements"]),
    "rich_text_preformatted": ObjectRule(
        {"type": any_value, "elements": _LINE, "language": string(), **_BORDER}, ["elements"]
    ),
    "rich_text_list": ObjectRule(
        {
            "type": any_value,
            "style": enumeration("bullet", "ordered"),
            "elements": array(tagged_object({"rich_text_section": _SECTION}, "a line of a list"), 1),
            "indent": integer(0, limits.RICH_TEXT_INDENT),
            "offset": integer(0),
            **_BORDER,
        },
        ["style", "elements"],
    ),
}
RICH_TEXT: Final = ObjectRule(
    {
        "type": enumeration("rich_text"),
        "block_id": string(limits.IDENTIFIER),
        "elements": array(tagged_object(_PARTS, "a part of rich text"), 1),
    },
    ["type", "elements"],
)

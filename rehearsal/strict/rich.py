"""Rich text: what people type into Slack's own editor, and what a bot may post in the same form."""

from typing import Final

from rehearsal.strict import limits
from rehearsal.strict.findings import Rule
from rehearsal.strict.kinds import Shape, anything, boolean, listing, one_of, string, typed, whole

_STYLE: Final = Shape(
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"),
        boolean,
    )
)


def _piece(needs: str, **more: Rule) -> Shape:
    return Shape({"type": anything, "style": _STYLE, needs: string(), **more}, [needs])


_PIECES: Final = {
    "text": _piece("text"),
    "channel": _piece("channel_id"),
    "user": _piece("user_id"),
    "emoji": _piece("name", unicode=string(), skin_tone=whole(1, 6)),
    "link": _piece("url", text=string(), unsafe=boolean),
    "team": _piece("team_id"),
    "usergroup": _piece("usergroup_id"),
    "color": _piece("value"),
    "date": Shape(
        {
            "type": anything,
            "style": _STYLE,
            "timestamp": whole(0),
            "format": string(),
            "url": string(limits.URL),
            "fallback": string(),
        },
        ["timestamp", "format"],
    ),
}
_NO_PINGS: Final = {"broadcast": "This pings everybody in the channel; name the people it concerns instead."}
_LINE: Final = listing(typed(_PIECES, "a piece of rich text", _NO_PINGS), 0)
_BORDER: Final = {"border": whole(0, 1)}
_SECTION: Final = Shape({"type": anything, "elements": _LINE}, ["elements"])
_PARTS: Final = {
    "rich_text_section": _SECTION,
    "rich_text_quote": Shape({"type": anything, "elements": _LINE, **_BORDER}, ["elements"]),
    "rich_text_preformatted": Shape(
        {"type": anything, "elements": _LINE, "language": string(), **_BORDER}, ["elements"]
    ),
    "rich_text_list": Shape(
        {
            "type": anything,
            "style": one_of("bullet", "ordered"),
            "elements": listing(typed({"rich_text_section": _SECTION}, "a line of a list"), 1),
            "indent": whole(0, limits.RICH_TEXT_INDENT),
            "offset": whole(0),
            **_BORDER,
        },
        ["style", "elements"],
    ),
}
RICH_TEXT: Final = Shape(
    {
        "type": one_of("rich_text"),
        "block_id": string(limits.IDENTIFIER),
        "elements": listing(typed(_PARTS, "a part of rich text"), 1),
    },
    ["type", "elements"],
)

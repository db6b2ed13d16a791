"""Converts blocks without interaction to safe HTML: rich text, tables, images, files, and a box for unknown ones."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from rehearsal.page.emoji import emoji
from rehearsal.page.mrkdwn import Names, link, plain, text_object
from rehearsal.page.tags import icon

Json = Mapping[str, Any]
_STYLES = {"bold": "b", "italic": "i", "strike": "s", "code": "code", "underline": "u", "highlight": "mark"}


def rich_text(block: Json, names: Names) -> str:
    """Return a rich_text block as HTML."""
    return "".join(_part(part, names) for part in block.get("elements", ()))


def _part(part: Json, names: Names) -> str:
    kind = part.get("type")
    if kind == "rich_text_list":
        tag = "ol" if part.get("style") == "ordered" else "ul"
        lines = "".join(f"<li>{_line(line, names)}</li>" for line in part.get("elements", ()))
        indent, start = int(part.get("indent", 0)), int(part.get("offset", 0)) + 1
        return f'<{tag} start="{start}" style="margin-left:{indent * 1.5}em">{lines}</{tag}>'
    wrap = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre", "rich_text_section": "p"}.get(str(kind))
    return f"<{wrap}>{_line(part, names)}</{wrap}>" if wrap else unknown("part of rich text", kind)


def _line(part: Json, names: Names) -> str:
    return "".join(_piece(piece, names) for piece in part.get("elements", ()))


def _piece(piece: Json, names: Names) -> str:
    drawn = _bare(piece, names)
    styles = piece.get("style") or {}
    for style, tag in _STYLES.items():
        if styles.get(style):
            drawn = f"<{tag}>{drawn}</{tag}>"
    return drawn


def _bare(piece: Json, names: Names) -> str:  # noqa: PLR0911 - one line a kind of piece
    match piece:
        case {"type": "text", "text": str(text)}:
            return escape(text).replace("\n", "<br>")
        case {"type": "link", "url": str(url)}:
            return link(url, escape(str(piece.get("text") or url)))
        case {"type": "emoji", "name": str(name)}:
            return escape(emoji(name))
        case {"type": "user", "user_id": str(user)}:
            return f'<span class="rh-mention">@{escape(names.person(user))}</span>'
        case {"type": "channel", "channel_id": str(channel)}:
            return f'<span class="rh-mention">#{escape(names.channel(channel))}</span>'
        case {"type": "date", "timestamp": int(seconds), "format": str(form)}:
            return f"<time>{escape(names.instant(seconds, form))}</time>"
        case {"type": "usergroup" | "team" | "color"}:
            return escape(str(piece.get("usergroup_id") or piece.get("team_id") or piece.get("value")))
    return unknown("piece of rich text", piece.get("type"))


def table(block: Json, names: Names) -> str:
    """Return a table block as HTML, with its first row as the head."""
    settings = list(block.get("column_settings") or ())
    rows = [_row(row, "th" if n == 0 else "td", settings, names) for n, row in enumerate(block.get("rows", ()))]
    return f'<div class="rh-table"><table>{"".join(rows)}</table></div>'


def _row(row: Sequence[Json], tag: str, settings: Sequence[Any], names: Names) -> str:
    cells = []
    for number, cell in enumerate(row):
        column = (settings[number] if number < len(settings) else None) or {}
        align = column.get("align") if column.get("align") in {"left", "center", "right"} else "left"
        cells.append(f'<{tag} style="text-align:{align}">{_cell(cell, names)}</{tag}>')
    return f"<tr>{''.join(cells)}</tr>"


def _cell(cell: Json, names: Names) -> str:
    if cell.get("type") == "rich_text":
        return rich_text(cell, names)
    return escape(str(cell.get("text", cell.get("value", ""))))


def image(block: Json, names: Names, *, small: bool = False) -> str:
    """Return an image with its alternative text and title as HTML."""
    address = str(block.get("image_url") or "")
    alt = escape(str(block.get("alt_text", "")), quote=True)
    picture = f'<img src="{escape(address, quote=True)}" alt="{alt}" title="{alt}" loading="lazy">'
    if not address.startswith(("http://", "https://")):
        picture = f'<span class="rh-noimage">{alt}</span>'
    if small:
        return picture
    title = text_object(block.get("title"), names)
    return f"<figure>{f'<figcaption>{title}</figcaption>' if title else ''}{picture}</figure>"


def file(name: str, size: int | None = None) -> str:
    """Return a file as HTML."""
    weight = "" if size is None else f"<small>{size:,} bytes</small>"
    return f'<div class="rh-file">{icon("file")}<span>{plain(name, with_emoji=False)}{weight}</span></div>'


def unknown(what: str, kind: Any) -> str:
    """Return a box that says what can't be drawn."""
    return f'<div class="rh-unknown">This page can\'t draw a {escape(what)} of type “{escape(str(kind))}”.</div>'

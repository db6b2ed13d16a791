"""Reads requests of buttons and menus: the control, its value, and the block and message it stands in."""

import html
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot.slack.replies import actions_in


def uuid_in(text: str) -> UUID | None:
    """Return the id that *text* is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def page_in(text: str) -> int:
    """Return the page that *text* is the number of, or 0."""
    return int(text[:6]) if text.isdecimal() else 0


def value_in(body: Mapping[str, Any]) -> str:
    """Return the value of the button or menu option that was used."""
    action = next(iter(actions_in(body)), {})
    option = action.get("selected_option") or {}
    return str(action.get("value") or option.get("value") or "")


def action_and_id(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return the action and the id it is about: from a menu's `action:id`, or a button's action id and value."""
    what, _, key = value_in(body).rpartition(":")
    return what or str(next(iter(actions_in(body)), {}).get("action_id") or ""), key


def block_in(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return the id of the block that the control stands in: the part before the first colon, and the rest."""
    place, _, rest = str(next(iter(actions_in(body)), {}).get("block_id") or "").partition(":")
    return place, rest


def ids_in(body: Mapping[str, Any], place: str, *, part: int = 1) -> tuple[UUID, ...]:
    """Return the ids in the message: the *part* of each block id, split at colons, whose first part is *place*."""
    blocks = (body.get("message") or {}).get("blocks") or ()
    found = [str(block.get("block_id") or "").split(":") for block in blocks]
    ids = [uuid_in(parts[part:][0]) for parts in found if parts[0] == place and parts[part:]]
    return tuple(dict.fromkeys(one for one in ids if one is not None))


def message_in(body: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """Return the message that a shortcut was used on: its channel, ts and the workspace's domain; and its text."""
    message = body["message"]
    where = {
        "channel": str((body.get("channel") or {}).get("id") or ""),
        "ts": str(message.get("ts") or body.get("message_ts") or ""),
        "domain": str((body.get("team") or {}).get("domain") or ""),
    }
    return where, html.unescape(str(message.get("text") or ""))

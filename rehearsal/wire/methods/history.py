"""conversations.history and conversations.replies."""

import re
from typing import Any

from rehearsal.state.messages import Message
from rehearsal.wire.asking import Ask, Refused
from rehearsal.wire.paging import decode_cursor, encode_cursor, page
from rehearsal.wire.places import joined_channel
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
_TS = re.compile(r"\d+(\.\d+)?")
_HISTORY_PAGE = 100
_REPLIES_PAGE = 1000


def _micro(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int((fraction + "000000")[:6])


def _bound(ask: Ask, name: str) -> int | None:
    raw = ask.text(name)
    if raw in ("", "0"):
        return None
    if not _TS.fullmatch(raw):
        raise Refused(f"invalid_ts_{name}")
    return _micro(raw)


def _within(ask: Ask, messages: list[Message]) -> list[Message]:
    oldest, latest, reach = _bound(ask, "oldest"), _bound(ask, "latest"), int(ask.flag("inclusive"))
    return [
        message
        for message in messages
        if (oldest is None or _micro(message.ts) + reach > oldest)
        and (latest is None or _micro(message.ts) - reach < latest)
    ]


def _shapes(wire: Wire, ask: Ask, messages: list[Message]) -> list[Json]:
    full = ask.flag("include_all_metadata")
    return [wire.message_shape(message, with_metadata=full) for message in messages]


async def history(wire: Wire, ask: Ask) -> Json:
    """conversations.history: newest first, without replies in threads."""
    channel = joined_channel(wire, ask)
    stand = [m for m in wire.workspace.messages[channel.id] if m.ephemeral_to is None and not m.is_reply]
    wanted = _within(ask, stand)[::-1]
    if ask.text("cursor"):
        before = decode_cursor(ask.text("cursor")).removeprefix("next_ts:")
        if not _TS.fullmatch(before):
            raise Refused("invalid_cursor")
        wanted = [message for message in wanted if _micro(message.ts) <= _micro(before)]
    limit = ask.number("limit", _HISTORY_PAGE)
    more = len(wanted) > limit
    body: Json = {"messages": _shapes(wire, ask, wanted[:limit]), "has_more": more, "pin_count": 0}
    cursor = encode_cursor(f"next_ts:{wanted[limit].ts}") if more else ""
    return body | ({"response_metadata": {"next_cursor": cursor}} if more else {})


async def replies(wire: Wire, ask: Ask) -> Json:
    """conversations.replies: the message and its thread, oldest first."""
    channel = joined_channel(wire, ask)
    found = wire.workspace.find_message(channel.id, ask.text("ts"))
    if found is None:
        raise Refused("thread_not_found")
    parent = wire.workspace.find_message(channel.id, found.thread_ts) if found.is_reply and found.thread_ts else found
    if parent is None:
        raise Refused("thread_not_found")
    part, cursor = page(ask, _within(ask, wire.workspace.replies(parent)), _REPLIES_PAGE)
    shown = part if ask.text("cursor") else [parent, *part]
    return {
        "messages": _shapes(wire, ask, shown),
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }

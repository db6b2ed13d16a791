"""conversations.history and conversations.replies."""

import re
from typing import Any

from rehearsal.state.messages import Message
from rehearsal.wire.calls import ApiCall, ApiError
from rehearsal.wire.channels import get_joined_channel
from rehearsal.wire.paging import decode_cursor, encode_cursor, page
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
_TS = re.compile(r"\d+(\.\d+)?")
_HISTORY_PAGE = 100
_REPLIES_PAGE = 1000


def _microseconds(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int((fraction + "000000")[:6])


def _bound(call: ApiCall, name: str) -> int | None:
    raw = call.text(name)
    if raw in ("", "0"):
        return None
    if not _TS.fullmatch(raw):
        raise ApiError(f"invalid_ts_{name}")
    return _microseconds(raw)


def _in_bounds(call: ApiCall, messages: list[Message]) -> list[Message]:
    oldest, latest, inclusive = _bound(call, "oldest"), _bound(call, "latest"), int(call.flag("inclusive"))
    return [
        message
        for message in messages
        if (oldest is None or _microseconds(message.ts) + inclusive > oldest)
        and (latest is None or _microseconds(message.ts) - inclusive < latest)
    ]


def _messages_json(wire: Wire, call: ApiCall, messages: list[Message]) -> list[Json]:
    full = call.flag("include_all_metadata")
    return [wire.message_json(message, with_metadata=full) for message in messages]


async def history(wire: Wire, call: ApiCall) -> Json:
    """conversations.history: list messages, the newest first, without replies in threads."""
    channel = get_joined_channel(wire, call)
    top_level = [m for m in wire.workspace.messages[channel.id] if m.ephemeral_to is None and not m.is_reply]
    wanted = _in_bounds(call, top_level)[::-1]
    if call.text("cursor"):
        before = decode_cursor(call.text("cursor")).removeprefix("next_ts:")
        if not _TS.fullmatch(before):
            raise ApiError("invalid_cursor")
        wanted = [message for message in wanted if _microseconds(message.ts) <= _microseconds(before)]
    limit = call.number("limit", _HISTORY_PAGE)
    more = len(wanted) > limit
    body: Json = {"messages": _messages_json(wire, call, wanted[:limit]), "has_more": more, "pin_count": 0}
    cursor = encode_cursor(f"next_ts:{wanted[limit].ts}") if more else ""
    return body | ({"response_metadata": {"next_cursor": cursor}} if more else {})


async def replies(wire: Wire, call: ApiCall) -> Json:
    """conversations.replies: list a message and its thread, the oldest first."""
    channel = get_joined_channel(wire, call)
    found = wire.workspace.find_message(channel.id, call.text("ts"))
    if found is None:
        raise ApiError("thread_not_found")
    parent = wire.workspace.find_message(channel.id, found.thread_ts) if found.is_reply and found.thread_ts else found
    if parent is None:
        raise ApiError("thread_not_found")
    part, cursor = page(call, _in_bounds(call, wire.workspace.replies(parent)), _REPLIES_PAGE)
    shown = part if call.text("cursor") else [parent, *part]
    return {
        "messages": _messages_json(wire, call, shown),
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }

"""conversations.* except reading messages, and users.conversations."""

from typing import Any

from rehearsal.state.channels import Channel
from rehearsal.state.people import Person
from rehearsal.strict.methods import find_method
from rehearsal.wire.calls import ApiCall, ApiError
from rehearsal.wire.channels import get_visible_channel, missing_scope_error
from rehearsal.wire.paging import page
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
_KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
_PAGE = 100


async def list_(wire: Wire, call: ApiCall) -> Json:
    """conversations.list: list public channels, and private ones and direct messages that the bot is in."""
    bot = wire.workspace.bot.id
    return _listed(wire, call, lambda channel: channel.kind == "public" or bot in channel.members)


async def of_user(wire: Wire, call: ApiCall) -> Json:
    """users.conversations: list the channels of a person (by default the bot) that the bot may know."""
    bot = wire.workspace.bot.id
    who = call.text("user") or bot
    if who not in wire.workspace.people:
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] user is nobody here"]})
    return _listed(
        wire,
        call,
        lambda channel: who in channel.members and (channel.kind == "public" or bot in channel.members),
    )


def _listed(wire: Wire, call: ApiCall, wanted: Any) -> Json:
    kinds = _kinds(wire, call)
    channels = [
        channel
        for channel in wire.workspace.channels.values()
        if channel.kind in kinds and wanted(channel) and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    part, cursor = page(call, channels, _PAGE)
    return {"channels": [_to_json(wire, channel) for channel in part], "response_metadata": {"next_cursor": cursor}}


def _kinds(wire: Wire, call: ApiCall) -> set[str]:
    types = [word.strip() for word in (call.text("types") or "public_channel").split(",")]
    if not set(types) <= set(_KINDS):
        raise ApiError("invalid_types")
    rule = find_method(call.method)
    for word in types:
        needed = rule.scopes_for(_KINDS[word]) if rule else frozenset()  # type: ignore[arg-type]
        if needed and not needed & wire.scopes:
            raise missing_scope_error(wire, call.method, needed)
    return {_KINDS[word] for word in types}


def _to_json(wire: Wire, channel: Channel) -> Json:
    return channel.to_json(wire.workspace.team_id, wire.workspace.bot.id)


async def info(wire: Wire, call: ApiCall) -> Json:
    """conversations.info: return one channel; `num_members` only on request."""
    body = _to_json(wire, get_visible_channel(wire, call))
    if not call.flag("include_num_members"):
        body.pop("num_members", None)
    return {"channel": body}


async def members(wire: Wire, call: ApiCall) -> Json:
    """conversations.members: list the ids of members, paginated."""
    part, cursor = page(call, sorted(get_visible_channel(wire, call).members), _PAGE)
    return {"members": part, "response_metadata": {"next_cursor": cursor}}


async def join(wire: Wire, call: ApiCall) -> Json:
    """conversations.join: add the bot to a public channel."""
    channel = wire.workspace.channels.get(call.text("channel"))
    if channel is None or channel.kind == "private":
        raise ApiError("channel_not_found")
    if channel.kind == "im":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    bot = wire.workspace.bot
    already = bot.id in channel.members
    channel.members.add(bot.id)
    if already:
        return {"channel": _to_json(wire, channel), "warning": "already_in_channel"}
    wire.workspace.changed.notify()
    wire.spawn(wire.events.membership_event("member_joined_channel", channel, bot))
    return {"channel": _to_json(wire, channel)}


async def open_(wire: Wire, call: ApiCall) -> Json:
    """conversations.open: return the direct message with one person."""
    if call.text("channel"):
        channel = get_visible_channel(wire, call)
        if channel.kind != "im":
            raise ApiError("method_not_supported_for_channel_type")
        return _opened(wire, call, channel, already=True)
    person = _partner(wire, call)
    before = len(wire.workspace.channels)
    channel = wire.workspace.direct(person)
    return _opened(wire, call, channel, already=len(wire.workspace.channels) == before)


def _partner(wire: Wire, call: ApiCall) -> Person:
    raw = call.args.get("users") or ""
    ids = raw if isinstance(raw, list) else [word.strip() for word in str(raw).split(",") if word.strip()]
    if not ids:
        raise ApiError("users_list_not_supplied")
    if len(ids) > 1:
        wire.problem(call.method, "too_many_users", "The rehearsal opens direct messages with one person at a time.")
        raise ApiError("too_many_users")
    person = wire.workspace.people.get(ids[0])
    if person is None or person.id == wire.workspace.bot.id:
        raise ApiError("user_not_found")
    if person.deleted:
        raise ApiError("user_disabled")
    return person


def _opened(wire: Wire, call: ApiCall, channel: Channel, *, already: bool) -> Json:
    body: Json = {"channel": _to_json(wire, channel) if call.flag("return_im") else {"id": channel.id}}
    return body | ({"no_op": True, "already_open": True} if already else {})

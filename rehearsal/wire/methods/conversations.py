"""conversations.* except reading messages, and users.conversations."""

from typing import Any

from rehearsal.state.channels import Channel
from rehearsal.state.people import Person
from rehearsal.strict.methods import find_method
from rehearsal.wire.asking import Ask, Refused
from rehearsal.wire.paging import page
from rehearsal.wire.places import missing_scope, seen_channel
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
_KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
_PAGE = 100


async def list_(wire: Wire, ask: Ask) -> Json:
    """conversations.list: public channels, and those private ones and direct messages that the bot is in."""
    bot = wire.workspace.bot.id
    return _listed(wire, ask, lambda channel: channel.kind == "public" or bot in channel.members)


async def of_user(wire: Wire, ask: Ask) -> Json:
    """users.conversations: what a person (the bot unless given) is in, as far as the bot may know."""
    bot = wire.workspace.bot.id
    who = ask.text("user") or bot
    if who not in wire.workspace.people:
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] user is nobody here"]})
    return _listed(
        wire,
        ask,
        lambda channel: who in channel.members and (channel.kind == "public" or bot in channel.members),
    )


def _listed(wire: Wire, ask: Ask, wanted: Any) -> Json:
    kinds = _kinds(wire, ask)
    channels = [
        channel
        for channel in wire.workspace.channels.values()
        if channel.kind in kinds and wanted(channel) and not (channel.is_archived and ask.flag("exclude_archived"))
    ]
    part, cursor = page(ask, channels, _PAGE)
    return {"channels": [_shape(wire, channel) for channel in part], "response_metadata": {"next_cursor": cursor}}


def _kinds(wire: Wire, ask: Ask) -> set[str]:
    types = [word.strip() for word in (ask.text("types") or "public_channel").split(",")]
    if not set(types) <= set(_KINDS):
        raise Refused("invalid_types")
    rule = find_method(ask.method)
    for word in types:
        needed = rule.scopes_for(_KINDS[word]) if rule else frozenset()  # type: ignore[arg-type]
        if needed and not needed & wire.scopes:
            raise missing_scope(wire, ask.method, needed)
    return {_KINDS[word] for word in types}


def _shape(wire: Wire, channel: Channel) -> Json:
    return channel.shape(wire.workspace.team_id, wire.workspace.bot.id)


async def info(wire: Wire, ask: Ask) -> Json:
    """conversations.info: one channel; `num_members` only when asked for."""
    body = _shape(wire, seen_channel(wire, ask))
    if not ask.flag("include_num_members"):
        body.pop("num_members", None)
    return {"channel": body}


async def members(wire: Wire, ask: Ask) -> Json:
    """conversations.members: ids, page by page."""
    part, cursor = page(ask, sorted(seen_channel(wire, ask).members), _PAGE)
    return {"members": part, "response_metadata": {"next_cursor": cursor}}


async def join(wire: Wire, ask: Ask) -> Json:
    """conversations.join: the bot enters a public channel by itself."""
    channel = wire.workspace.channels.get(ask.text("channel"))
    if channel is None or channel.kind == "private":
        raise Refused("channel_not_found")
    if channel.kind == "im":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    bot = wire.workspace.bot
    already = bot.id in channel.members
    channel.members.add(bot.id)
    if already:
        return {"channel": _shape(wire, channel), "warning": "already_in_channel"}
    wire.workspace.changed.raise_()
    wire.spawn(wire.events.membership("member_joined_channel", channel, bot))
    return {"channel": _shape(wire, channel)}


async def open_(wire: Wire, ask: Ask) -> Json:
    """conversations.open: the direct message with one person."""
    if ask.text("channel"):
        channel = seen_channel(wire, ask)
        if channel.kind != "im":
            raise Refused("method_not_supported_for_channel_type")
        return _opened(wire, ask, channel, already=True)
    person = _partner(wire, ask)
    before = len(wire.workspace.channels)
    channel = wire.workspace.direct(person)
    return _opened(wire, ask, channel, already=len(wire.workspace.channels) == before)


def _partner(wire: Wire, ask: Ask) -> Person:
    raw = ask.args.get("users") or ""
    ids = raw if isinstance(raw, list) else [word.strip() for word in str(raw).split(",") if word.strip()]
    if not ids:
        raise Refused("users_list_not_supplied")
    if len(ids) > 1:
        wire.problem(ask.method, "too_many_users", "The rehearsal opens direct messages with one person at a time.")
        raise Refused("too_many_users")
    person = wire.workspace.people.get(ids[0])
    if person is None or person.id == wire.workspace.bot.id:
        raise Refused("user_not_found")
    if person.deleted:
        raise Refused("user_disabled")
    return person


def _opened(wire: Wire, ask: Ask, channel: Channel, *, already: bool) -> Json:
    body: Json = {"channel": _shape(wire, channel) if ask.flag("return_im") else {"id": channel.id}}
    return body | ({"no_op": True, "already_open": True} if already else {})

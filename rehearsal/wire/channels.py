"""Finds the channel of a call, and checks that the bot may see it or post there."""

from rehearsal.state.channels import Channel
from rehearsal.strict.methods import find_method
from rehearsal.wire.calls import ApiCall, ApiError
from rehearsal.wire.wire import Wire


def missing_scope_error(wire: Wire, method: str, needed: frozenset[str]) -> ApiError:
    """
    Return the error that one of the *needed* scopes is missing.

    It is recorded as a problem unless the scope is optional: then only the call can tell whether it was granted.
    """
    named = ",".join(sorted(needed))
    if not needed & wire.manifest.optional_scopes:
        wire.problem(method, "missing_scope", f"Add one of these scopes to the manifest: {named}.")
    return ApiError("missing_scope", needed=named, provided=",".join(sorted(wire.scopes)))


def get_visible_channel(wire: Wire, call: ApiCall) -> Channel:
    """Return the channel of the call if it is public or the bot is a member."""
    channel = wire.workspace.channels.get(call.text("channel"))
    if channel is None or (channel.kind != "public" and wire.workspace.bot.id not in channel.members):
        raise ApiError("channel_not_found")
    _require_kind(wire, call, channel)
    return channel


def get_joined_channel(wire: Wire, call: ApiCall) -> Channel:
    """Return the channel of the call; the bot must be a member."""
    channel = get_visible_channel(wire, call)
    if wire.workspace.bot.id not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def get_writable_channel(wire: Wire, call: ApiCall) -> Channel:
    """Return the channel to post in, given by id, by name with #, or by a person's id for their direct message."""
    channel = _named(wire, call.text("channel"))
    if channel is None:
        raise ApiError("channel_not_found")
    _require_writable(wire, channel)
    return channel


def _named(wire: Wire, name: str) -> Channel | None:
    ws = wire.workspace
    if name in ws.people and name != ws.bot.id:
        return ws.direct(ws.people[name])
    channel = ws.find_channel(name)
    return channel if channel and (channel.kind == "public" or ws.bot.id in channel.members) else None


def _require_writable(wire: Wire, channel: Channel) -> None:
    ws = wire.workspace
    if channel.kind == "im" and ws.people[channel.other(ws.bot.id)].deleted:
        raise ApiError("user_disabled")
    if channel.kind == "im" and not wire.manifest.messages_tab:
        raise ApiError("messages_tab_disabled")
    if channel.is_archived:
        raise ApiError("is_archived")
    if ws.bot.id not in channel.members and "chat:write.public" not in wire.scopes:
        raise ApiError("not_in_channel")
    if channel.admins_only:
        raise ApiError("restricted_action")


def _require_kind(wire: Wire, call: ApiCall, channel: Channel) -> None:
    rule = find_method(call.method)
    needed = rule.scopes_for(channel.kind) if rule else frozenset()
    if needed and not needed & wire.scopes:
        raise missing_scope_error(wire, call.method, needed)

"""Finding the channel that a call means, and whether the bot may see it or write there."""

from rehearsal.state.channels import Channel
from rehearsal.strict.methods import find_method
from rehearsal.wire.asking import Ask, Refused
from rehearsal.wire.wire import Wire


def missing_scope(wire: Wire, method: str, needed: frozenset[str]) -> Refused:
    """The refusal for want of any of the *needed* scopes; it is noted as a problem."""
    named = ",".join(sorted(needed))
    wire.problem(method, "missing_scope", f"Add one of these scopes to the manifest: {named}.")
    return Refused("missing_scope", needed=named, provided=",".join(sorted(wire.scopes)))


def seen_channel(wire: Wire, ask: Ask) -> Channel:
    """The channel of the call, if the bot knows of it: a public one, or one that it is in."""
    channel = wire.workspace.channels.get(ask.text("channel"))
    if channel is None or (channel.kind != "public" and wire.workspace.bot.id not in channel.members):
        raise Refused("channel_not_found")
    _require_kind(wire, ask, channel)
    return channel


def joined_channel(wire: Wire, ask: Ask) -> Channel:
    """The channel of the call, which the bot has to be a member of."""
    channel = seen_channel(wire, ask)
    if wire.workspace.bot.id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def writable_channel(wire: Wire, ask: Ask) -> Channel:
    """The channel that the call writes into: an id, a name with #, or a person's id for their direct message."""
    channel = _named(wire, ask.text("channel"))
    if channel is None:
        raise Refused("channel_not_found")
    _require_open(wire, channel)
    return channel


def _named(wire: Wire, name: str) -> Channel | None:
    ws = wire.workspace
    if name in ws.people and name != ws.bot.id:
        return ws.direct(ws.people[name])
    channel = ws.find_channel(name)
    return channel if channel and (channel.kind == "public" or ws.bot.id in channel.members) else None


def _require_open(wire: Wire, channel: Channel) -> None:
    ws = wire.workspace
    if channel.kind == "im" and ws.people[channel.other(ws.bot.id)].deleted:
        raise Refused("user_disabled")
    if channel.kind == "im" and not wire.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    if channel.is_archived:
        raise Refused("is_archived")
    if ws.bot.id not in channel.members and "chat:write.public" not in wire.scopes:
        raise Refused("not_in_channel")
    if channel.admins_only:
        raise Refused("restricted_action")


def _require_kind(wire: Wire, ask: Ask, channel: Channel) -> None:
    rule = find_method(ask.method)
    needed = rule.scopes_for(channel.kind) if rule else frozenset()
    if needed and not needed & wire.scopes:
        raise missing_scope(wire, ask.method, needed)

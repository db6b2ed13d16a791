"""chat.*: posting, changing and deleting messages."""

from typing import Any

from rehearsal.state.channels import Channel
from rehearsal.state.messages import Message
from rehearsal.wire.asking import Ask, Refused, TooFast
from rehearsal.wire.places import joined_channel, seen_channel, writable_channel
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
# Slack cuts longer texts.
TEXT_CUT = 40_000
_CONTENT = ("text", "blocks", "attachments", "metadata", "markdown_text")


def content(ask: Ask) -> Json:
    """What the call wants to say."""
    return {name: ask.args[name] for name in _CONTENT if ask.args.get(name) is not None}


async def post_message(wire: Wire, ask: Ask) -> Json:
    """chat.postMessage: a message of the bot in a channel, a thread or somebody's direct messages."""
    said = content(ask)
    wire.check_message(ask.method, ask.args)
    channel = writable_channel(wire, ask)
    wait = wire.rates.spend_post(channel.id)
    if wait:
        raise TooFast(wait)
    message = wire.workspace.post(
        channel,
        wire.workspace.bot.id,
        str(said.get("text", ""))[:TEXT_CUT],
        bot_id=wire.workspace.bot_id,
        blocks=said.get("blocks"),
        metadata=said.get("metadata"),
        thread_ts=_thread(wire, ask, channel),
    )
    wire.spawn(wire.events.message(channel, message))
    return {"channel": channel.id, "ts": message.ts, "message": wire.message_shape(message, with_metadata=True)}


def _thread(wire: Wire, ask: Ask, channel: Channel) -> str | None:
    ts = ask.text("thread_ts")
    if not ts:
        return None
    parent = wire.workspace.find_message(channel.id, ts)
    if parent is None:
        # Slack starts a thread under whatever it is given; a thread nobody can see is a mistake here.
        wire.problem(ask.method, "cannot_reply_to_message", f"There is no message {ts} in this channel to reply to.")
        raise Refused("cannot_reply_to_message")
    return parent.thread_ts if parent.is_reply else ts


async def post_ephemeral(wire: Wire, ask: Ask) -> Json:
    """chat.postEphemeral: a message that only one person in the channel sees."""
    said = content(ask)
    wire.check_message(ask.method, ask.args)
    channel = writable_channel(wire, ask)
    if ask.text("user") not in channel.members:
        raise Refused("user_not_in_channel")
    message = wire.workspace.post(
        channel,
        wire.workspace.bot.id,
        str(said.get("text", ""))[:TEXT_CUT],
        bot_id=wire.workspace.bot_id,
        blocks=said.get("blocks"),
        thread_ts=ask.text("thread_ts") or None,
        ephemeral_to=ask.text("user"),
    )
    return {"message_ts": message.ts}


def _own(wire: Wire, ask: Ask, refusal: str) -> Message:
    channel = wire.workspace.channels.get(ask.text("channel"))
    if channel is None:
        raise Refused("channel_not_found")
    message = wire.workspace.find_message(channel.id, ask.text("ts"))
    if message is None:
        raise Refused("message_not_found")
    if message.bot_id != wire.workspace.bot_id:
        raise Refused(refusal)
    return message


async def update(wire: Wire, ask: Ask) -> Json:
    """chat.update: what isn't given stays; an empty list of blocks takes them away."""
    said = content(ask)
    message = _own(wire, ask, "cant_update_message")
    after: Json = {"text": message.text, "blocks": message.blocks} | said
    judged = {name: value for name, value in (ask.args | after).items() if value not in ([], {})}
    wire.check_message(ask.method, judged)
    if wire.workspace.channels[message.channel].is_archived:
        raise Refused("is_inactive")
    before = wire.message_shape(message)
    wire.workspace.redraw(message, text=str(after["text"])[:TEXT_CUT], blocks=after["blocks"])
    message.edited = wire.workspace.new_ts()
    if "metadata" in said:
        message.metadata = said["metadata"] or None
    wire.spawn(wire.events.message_changed(message, before))
    shape = wire.message_shape(message, with_metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shape}


async def delete(wire: Wire, ask: Ask) -> Json:
    """chat.delete: the bot takes a message of its own back."""
    message = _own(wire, ask, "cant_delete_message")
    before = wire.message_shape(message)
    wire.workspace.remove(message)
    wire.spawn(wire.events.message_changed(message, before, deleted=True))
    return {"channel": message.channel, "ts": message.ts}


async def get_permalink(wire: Wire, ask: Ask) -> Json:
    """chat.getPermalink: the address of a message."""
    channel = seen_channel(wire, ask)
    message = wire.workspace.find_message(channel.id, ask.text("message_ts"))
    if message is None:
        raise Refused("message_not_found")
    link = f"https://{wire.workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


async def add_reaction(wire: Wire, ask: Ask) -> Json:
    """reactions.add: an emoji of the bot under a message."""
    channel = joined_channel(wire, ask)
    message = wire.workspace.find_message(channel.id, ask.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    users = message.reactions.setdefault(ask.text("name"), [])
    if wire.workspace.bot.id in users:
        raise Refused("already_reacted")
    users.append(wire.workspace.bot.id)
    wire.workspace.changed.raise_()
    return {}

"""chat.*: posting, changing and deleting messages; reactions."""

from typing import Any

from rehearsal.state.channels import Channel
from rehearsal.state.messages import Message
from rehearsal.wire.calls import ApiCall, ApiError, RateLimited
from rehearsal.wire.channels import get_joined_channel, get_visible_channel, get_writable_channel
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
# Slack cuts longer texts.
TEXT_CUT = 40_000
_CONTENT = ("text", "blocks", "attachments", "metadata", "markdown_text")


def content(call: ApiCall) -> Json:
    """Return the arguments that are the message's content."""
    return {name: call.args[name] for name in _CONTENT if call.args.get(name) is not None}


async def post_message(wire: Wire, call: ApiCall) -> Json:
    """chat.postMessage: post in a channel, a thread or a direct message."""
    said = content(call)
    wire.check_message(call.method, call.args)
    channel = get_writable_channel(wire, call)
    wait = wire.rate_limiter.acquire_post(channel.id)
    if wait:
        raise RateLimited(wait)
    message = _post(wire, channel, said, metadata=said.get("metadata"), thread_ts=_thread(wire, call, channel))
    wire.spawn(wire.events.message(channel, message))
    return {"channel": channel.id, "ts": message.ts, "message": wire.message_json(message, with_metadata=True)}


def _post(wire: Wire, channel: Channel, said: Json, **details: Any) -> Message:
    bot, text = wire.workspace.bot, str(said.get("text", ""))[:TEXT_CUT]
    return wire.workspace.post(
        channel, bot.id, text, bot_id=wire.workspace.bot_id, blocks=said.get("blocks"), **details
    )


def _thread(wire: Wire, call: ApiCall, channel: Channel) -> str | None:
    ts = call.text("thread_ts")
    if not ts:
        return None
    parent = wire.workspace.find_message(channel.id, ts)
    if parent is None:
        # Slack accepts any ts; a thread that nobody can see is a mistake of the bot.
        wire.problem(call.method, "cannot_reply_to_message", f"There is no message {ts} in this channel to reply to.")
        raise ApiError("cannot_reply_to_message")
    return parent.thread_ts if parent.is_reply else ts


async def post_ephemeral(wire: Wire, call: ApiCall) -> Json:
    """chat.postEphemeral: post a message that one member of the channel sees."""
    said = content(call)
    wire.check_message(call.method, call.args)
    channel = get_writable_channel(wire, call)
    if call.text("user") not in channel.members:
        raise ApiError("user_not_in_channel")
    thread_ts = call.text("thread_ts") or None
    message = _post(wire, channel, said, thread_ts=thread_ts, ephemeral_to=call.text("user"))
    return {"message_ts": message.ts}


def _own(wire: Wire, call: ApiCall, refusal: str) -> Message:
    channel = wire.workspace.channels.get(call.text("channel"))
    if channel is None:
        raise ApiError("channel_not_found")
    message = wire.workspace.find_message(channel.id, call.text("ts"))
    if message is None:
        raise ApiError("message_not_found")
    if message.bot_id != wire.workspace.bot_id:
        raise ApiError(refusal)
    return message


async def update(wire: Wire, call: ApiCall) -> Json:
    """chat.update: change a message. Omitted arguments stay; an empty list removes the blocks."""
    said = content(call)
    message = _own(wire, call, "cant_update_message")
    after: Json = {"text": message.text, "blocks": message.blocks} | said
    judged = {name: value for name, value in (call.args | after).items() if value not in ([], {})}
    wire.check_message(call.method, judged)
    if wire.workspace.channels[message.channel].is_archived:
        raise ApiError("is_inactive")
    before = wire.message_json(message)
    wire.workspace.redraw(message, text=str(after["text"])[:TEXT_CUT], blocks=after["blocks"])
    message.edited = wire.workspace.new_ts()
    if "metadata" in said:
        message.metadata = said["metadata"] or None
    wire.spawn(wire.events.message_changed(message, before))
    body = wire.message_json(message, with_metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": body}


async def delete(wire: Wire, call: ApiCall) -> Json:
    """chat.delete: delete a message of the bot."""
    message = _own(wire, call, "cant_delete_message")
    before = wire.message_json(message)
    wire.workspace.remove(message)
    wire.spawn(wire.events.message_changed(message, before, deleted=True))
    return {"channel": message.channel, "ts": message.ts}


async def get_permalink(wire: Wire, call: ApiCall) -> Json:
    """chat.getPermalink: return the address of a message."""
    channel = get_visible_channel(wire, call)
    message = wire.workspace.find_message(channel.id, call.text("message_ts"))
    if message is None:
        raise ApiError("message_not_found")
    link = f"https://{wire.workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


async def add_reaction(wire: Wire, call: ApiCall) -> Json:
    """reactions.add: add a reaction of the bot to a message."""
    channel = get_joined_channel(wire, call)
    message = wire.workspace.find_message(channel.id, call.text("timestamp"))
    if message is None:
        raise ApiError("message_not_found")
    users = message.reactions.setdefault(call.text("name"), [])
    if wire.workspace.bot.id in users:
        raise ApiError("already_reacted")
    users.append(wire.workspace.bot.id)
    wire.workspace.changed.notify()
    return {}

"""files.*: uploads of the bot, and reading what people uploaded."""

from typing import Any

from rehearsal.state.channels import Channel
from rehearsal.state.files import StoredFile
from rehearsal.wire.asking import Ask, Refused
from rehearsal.wire.places import writable_channel
from rehearsal.wire.wire import Wire

Json = dict[str, Any]


async def get_upload_url(wire: Wire, ask: Ask) -> Json:
    """files.getUploadURLExternal: where to send a file's bytes."""
    length = ask.text("length")
    if not length.isdigit() or int(length) == 0:
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] length must be above 0"]})
    ws = wire.workspace
    stored = StoredFile(ws.new_id("F"), ask.text("filename"), ws.bot.id, ws.epoch(), int(length))
    ws.files[stored.id] = stored
    return {"upload_url": f"{wire.url}/upload/v1/{stored.id}", "file_id": stored.id}


async def complete_upload(wire: Wire, ask: Ask) -> Json:
    """files.completeUploadExternal: share uploaded files in a channel, or keep them for the bot."""
    wanted = ask.args.get("files")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(entry, dict) for entry in wanted):
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] files must be a list"]})
    stored = [_uploaded(wire, entry) for entry in wanted]
    if ask.text("channel_id"):
        channel = writable_channel(wire, Ask(ask.method, {"channel": ask.text("channel_id")}, ""))
        _share(wire, ask, channel, stored)
    return {"files": [_shape(wire, file) for file in stored]}


def _uploaded(wire: Wire, entry: Json) -> StoredFile:
    stored = wire.workspace.files.get(str(entry.get("id")))
    if stored is None or stored.data is None or stored.user != wire.workspace.bot.id:
        raise Refused("file_not_found")
    stored.title = str(entry.get("title") or stored.name)
    return stored


def _share(wire: Wire, ask: Ask, channel: Channel, stored: list[StoredFile]) -> None:
    for file in stored:
        file.channels.append(channel.id)
    message = wire.workspace.post(
        channel,
        wire.workspace.bot.id,
        ask.text("initial_comment"),
        bot_id=wire.workspace.bot_id,
        thread_ts=ask.text("thread_ts") or None,
        files=[_shape(wire, file) for file in stored],
    )
    wire.spawn(wire.events.message(channel, message))


def _shape(wire: Wire, file: StoredFile) -> Json:
    return file.shape(wire.url, wire.workspace.team_id)


async def info(wire: Wire, ask: Ask) -> Json:
    """files.info: one file, with the address to download it from."""
    stored = wire.workspace.files.get(ask.text("file"))
    if stored is None or stored.data is None:
        raise Refused("file_not_found")
    return {"file": _shape(wire, stored), "comments": [], "response_metadata": {"next_cursor": ""}}

"""files.*: uploads of the bot, and reading files."""

from typing import Any

from rehearsal.state.channels import Channel
from rehearsal.state.files import StoredFile
from rehearsal.wire.calls import ApiCall, ApiError
from rehearsal.wire.channels import get_writable_channel
from rehearsal.wire.wire import Wire

Json = dict[str, Any]


async def get_upload_url(wire: Wire, call: ApiCall) -> Json:
    """files.getUploadURLExternal: return an upload address for a file."""
    length = call.text("length")
    if not length.isdigit() or int(length) == 0:
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] length must be above 0"]})
    ws = wire.workspace
    stored = StoredFile(ws.new_id("F"), call.text("filename"), ws.bot.id, ws.epoch(), int(length))
    ws.files[stored.id] = stored
    return {"upload_url": f"{wire.url}/upload/v1/{stored.id}", "file_id": stored.id}


async def complete_upload(wire: Wire, call: ApiCall) -> Json:
    """files.completeUploadExternal: share uploaded files in a channel, or keep them private."""
    wanted = call.args.get("files")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(entry, dict) for entry in wanted):
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] files must be a list"]})
    stored = [_uploaded(wire, entry) for entry in wanted]
    if call.text("channel_id"):
        channel = get_writable_channel(wire, ApiCall(call.method, {"channel": call.text("channel_id")}, ""))
        _share(wire, call, channel, stored)
    return {"files": [_to_json(wire, file) for file in stored]}


def _uploaded(wire: Wire, entry: Json) -> StoredFile:
    stored = wire.workspace.files.get(str(entry.get("id")))
    if stored is None or stored.data is None or stored.user != wire.workspace.bot.id:
        raise ApiError("file_not_found")
    stored.title = str(entry.get("title") or stored.name)
    return stored


def _share(wire: Wire, call: ApiCall, channel: Channel, stored: list[StoredFile]) -> None:
    for file in stored:
        file.channels.append(channel.id)
    message = wire.workspace.post(
        channel,
        wire.workspace.bot.id,
        call.text("initial_comment"),
        bot_id=wire.workspace.bot_id,
        thread_ts=call.text("thread_ts") or None,
        files=[_to_json(wire, file) for file in stored],
    )
    wire.spawn(wire.events.message(channel, message))


def _to_json(wire: Wire, file: StoredFile) -> Json:
    return file.to_json(wire.url, wire.workspace.team_id)


async def info(wire: Wire, call: ApiCall) -> Json:
    """files.info: return one file, with its download address."""
    stored = wire.workspace.files.get(call.text("file"))
    if stored is None or stored.data is None:
        raise ApiError("file_not_found")
    return {"file": _to_json(wire, stored), "comments": [], "response_metadata": {"next_cursor": ""}}

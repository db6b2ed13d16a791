"""Answers that come through a response_url or in an acknowledgement, and how they appear on screen."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from rehearsal.state.messages import Message
from rehearsal.wire.asking import Refused
from rehearsal.wire.hooks import Hook
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
_SAID = ("text", "blocks", "attachments", "metadata")
_GONE = {"used_url", "expired_url", "no_such_url"}
_SENTENCES = {
    "used_url": "A response_url takes five answers; use chat.postMessage or chat.postEphemeral for more.",
    "expired_url": "A response_url lives for 30 minutes; use chat.postMessage or chat.postEphemeral later.",
    "no_such_url": "No such response_url was handed out.",
}


async def respond(wire: Wire, request: Request) -> Response:
    """The bot posts to a response_url."""
    try:
        hook = wire.hooks.use(request.path_params["hook"], wire.workspace.clock.now())
        body = await _read(request)
        show(wire, hook, body, "response_url")
    except Refused as refused:
        return _refusal(wire, refused)
    wire.workspace.note("in", "response_url", str(body.get("text", ""))[:120], body, 200)
    return PlainTextResponse("ok")


def _refusal(wire: Wire, refused: Refused) -> Response:
    if refused.code in _GONE:
        wire.problem("response_url", refused.code, _SENTENCES[refused.code])
    status = 404 if refused.code in _GONE else 400
    wire.workspace.note("in", "response_url", "", None, status, refused.code)
    return JSONResponse({"ok": False, "error": refused.code} | refused.extra, status_code=status)


async def _read(request: Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        raise Refused("invalid_payload") from None
    if not isinstance(body, dict):
        raise Refused("invalid_payload")
    return body


def show(wire: Wire, hook: Hook, body: Json, method: str) -> Message | None:
    """Put an answer on screen: new, in place of the original, or as its removal."""
    origin = hook.origin if hook.origin is not None and not hook.origin.deleted else None
    if body.get("delete_original"):
        if origin is not None:
            before = wire.message_shape(origin)
            wire.workspace.remove(origin)
            wire.spawn(wire.events.message_changed(origin, before, deleted=True))
        return None
    said = {name: body[name] for name in _SAID if body.get(name) is not None}
    wire.check_message(method, body)
    if body.get("replace_original") and origin is not None:
        return _replace(wire, origin, said)
    return _add(wire, hook, body, said)


def _replace(wire: Wire, origin: Message, said: Json) -> Message:
    before = wire.message_shape(origin)
    wire.workspace.redraw(origin, text=str(said.get("text", "")), blocks=said.get("blocks") or [])
    if origin.ephemeral_to is None:
        origin.edited = wire.workspace.new_ts()
    wire.spawn(wire.events.message_changed(origin, before))
    return origin


def _add(wire: Wire, hook: Hook, body: Json, said: Json) -> Message:
    ws = wire.workspace
    public = body.get("response_type") == "in_channel"
    message = ws.post(
        ws.channels[hook.channel],
        ws.bot.id,
        str(said.get("text", "")),
        bot_id=ws.bot_id,
        blocks=said.get("blocks"),
        metadata=said.get("metadata") if public else None,
        thread_ts=body.get("thread_ts"),
        ephemeral_to=None if public else hook.person,
    )
    hook.answers.append(message)
    if public:
        wire.spawn(wire.events.message(ws.channels[hook.channel], message))
    ws.changed.raise_()
    return message

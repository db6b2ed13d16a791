"""Replies through a response_url or in an acknowledgement."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from rehearsal.state.messages import Message
from rehearsal.wire.calls import ApiError
from rehearsal.wire.response_urls import ResponseUrl
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
_CONTENT = ("text", "blocks", "attachments", "metadata")
_UNUSABLE = {"used_url", "expired_url", "no_such_url"}
_SENTENCES = {
    "used_url": "A response_url takes five answers; use chat.postMessage or chat.postEphemeral for more.",
    "expired_url": "A response_url lives for 30 minutes; use chat.postMessage or chat.postEphemeral later.",
    "no_such_url": "No such response_url was handed out.",
}


async def respond(wire: Wire, request: Request) -> Response:
    """Handle a request to a response_url."""
    try:
        response_url = wire.response_urls.use(request.path_params["hook"], wire.workspace.clock.now())
        body = await _read(request)
        show(wire, response_url, body, "response_url")
    except ApiError as error:
        return _refusal(wire, error)
    wire.workspace.log_traffic("in", "response_url", str(body.get("text", ""))[:120], body, 200)
    return PlainTextResponse("ok")


def _refusal(wire: Wire, error: ApiError) -> Response:
    if error.code in _UNUSABLE:
        wire.problem("response_url", error.code, _SENTENCES[error.code])
    status = 404 if error.code in _UNUSABLE else 400
    wire.workspace.log_traffic("in", "response_url", "", None, status, error.code)
    return JSONResponse({"ok": False, "error": error.code} | error.extra, status_code=status)


async def _read(request: Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        raise ApiError("invalid_payload") from None
    if not isinstance(body, dict):
        raise ApiError("invalid_payload")
    return body


def show(wire: Wire, response_url: ResponseUrl, body: Json, method: str) -> Message | None:
    """Post a reply, replace the original message with it, or delete the original message."""
    origin = response_url.origin if response_url.origin is not None and not response_url.origin.deleted else None
    if body.get("delete_original"):
        if origin is not None:
            before = wire.message_json(origin)
            wire.workspace.remove(origin)
            wire.spawn(wire.events.message_changed(origin, before, deleted=True))
        return None
    said = {name: body[name] for name in _CONTENT if body.get(name) is not None}
    wire.check_message(method, body)
    if body.get("replace_original") and origin is not None:
        return _replace(wire, origin, said)
    return _add(wire, response_url, body, said)


def _replace(wire: Wire, origin: Message, said: Json) -> Message:
    before = wire.message_json(origin)
    wire.workspace.redraw(origin, text=str(said.get("text", "")), blocks=said.get("blocks") or [])
    if origin.ephemeral_to is None:
        origin.edited = wire.workspace.new_ts()
    wire.spawn(wire.events.message_changed(origin, before))
    return origin


def _add(wire: Wire, response_url: ResponseUrl, body: Json, said: Json) -> Message:
    ws = wire.workspace
    public = body.get("response_type") == "in_channel"
    message = ws.post(
        ws.channels[response_url.channel],
        ws.bot.id,
        str(said.get("text", "")),
        bot_id=ws.bot_id,
        blocks=said.get("blocks"),
        metadata=said.get("metadata") if public else None,
        thread_ts=body.get("thread_ts"),
        ephemeral_to=None if public else response_url.person,
    )
    response_url.answers.append(message)
    if public:
        wire.spawn(wire.events.message(ws.channels[response_url.channel], message))
    ws.changed.notify()
    return message

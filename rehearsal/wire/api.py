"""The Web API: checks token, faults, rate limits, scopes and arguments, then calls the method's handler."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rehearsal.strict.methods import Method, find_method
from rehearsal.wire.calls import ApiCall, ApiError, RateLimited, parse_call
from rehearsal.wire.channels import missing_scope_error
from rehearsal.wire.faults import Fault
from rehearsal.wire.methods import HANDLERS
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
Drop = Callable[[Request], None]
_OK, _TOO_MANY, _SERVER_ERROR = 200, 429, 500
# Errors that are a mistake of the bot, and not due to the workspace's state.
_BOT_MISTAKES = {
    "unknown_method": "Slack has no such method, or the rehearsal doesn't answer it.",
    "not_authed": "Send the bot's token with the call.",
    "not_allowed_token_type": "This method takes the other kind of token (xoxb- for the bot, xapp- for sockets).",
}


async def handle_call(wire: Wire, request: Request, drop: Drop) -> Response:
    """Handle one API call, and apply the fault that is set for it, if any."""
    method = request.path_params["method"]
    channel = await _channel_of(request) if wire.faults.are_any_of_channels else ""
    fault = wire.faults.pop(method, channel)
    if fault is None:
        return await _answer(wire, request)
    if fault.kind == "drop_before":
        return _drop_connection(wire, request, drop, method, "dropped before it was accepted")
    if fault.kind == "answer":
        return _apply_fault(wire, method, fault)
    if fault.kind == "accept_late":
        await request.body()  # it is read again when the call is accepted
        wire.accept_later(timedelta(seconds=fault.seconds), partial(_answer, wire, request))
        return _drop_connection(wire, request, drop, method, f"accepted {fault.seconds} s later")
    response = await _answer(wire, request)
    if fault.kind == "slow":
        await wire.pause(fault.seconds)
    if fault.kind == "drop_after":
        return _drop_connection(wire, request, drop, method, "accepted, then dropped without an answer")
    return _apply_fault(wire, method, fault) if fault.kind == "answer_after" else response


async def _channel_of(request: Request) -> str:
    """Return the channel that a call is about; empty if it is about none or can't be read."""
    try:
        return (await parse_call(request)).text("channel")
    except ApiError:
        return ""


def _drop_connection(wire: Wire, request: Request, drop: Drop, method: str, words: str) -> Response:
    wire.workspace.log_traffic("in", method, words, None, 0, words)
    drop(request)
    return Response(status_code=_SERVER_ERROR)


def _apply_fault(wire: Wire, method: str, fault: Fault) -> Response:
    if fault.status == _TOO_MANY:
        return _rate_limited(wire, method, fault.retry_after)
    if fault.content is not None:
        wire.workspace.log_traffic("in", method, "fault on order", fault.content, fault.status, "not Slack's answer")
        kind = "application/json" if fault.content.startswith(("{", "[")) else "text/html"
        return Response(fault.content, status_code=fault.status, media_type=kind)
    error = fault.error or "internal_error"
    wire.workspace.log_traffic("in", method, "fault on order", None, fault.status, error)
    return JSONResponse({"ok": False, "error": error}, status_code=fault.status)


def _rate_limited(wire: Wire, method: str, seconds: float | None, body: Any = None) -> Response:
    words = "wait" if seconds is None else f"wait {seconds} s"
    wire.workspace.log_traffic("in", method, words, body, _TOO_MANY, "ratelimited")
    headers = {} if seconds is None else {"retry-after": str(int(seconds) if seconds == int(seconds) else seconds)}
    return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=_TOO_MANY, headers=headers)


async def _answer(wire: Wire, request: Request) -> Response:
    method, args = request.path_params["method"], None
    try:
        call = await parse_call(request)
        args = call.args
        body: Json = {"ok": True} | await perform(wire, call)
    except RateLimited as limit:
        return _rate_limited(wire, method, limit.seconds, args)
    except ApiError as error:
        body = {"ok": False, "error": error.code} | error.extra
        if error.code in _BOT_MISTAKES:
            wire.problem(method, error.code, _BOT_MISTAKES[error.code])
    problem = "" if body["ok"] else str(body["error"])
    wire.workspace.log_traffic("in", method, _summary(args), {"asked": args, "answered": body}, _OK, problem)
    return JSONResponse(body, headers={"x-oauth-scopes": ",".join(sorted(wire.scopes))})


def _summary(args: Json | None) -> str:
    words = [str(args[name]) for name in ("channel", "user_id", "user", "text") if args.get(name)] if args else []
    return " · ".join(words)[:120]


async def perform(wire: Wire, call: ApiCall) -> Json:
    """Perform a call after the checks that Slack makes first."""
    rule, handler = find_method(call.method), HANDLERS.get(call.method)
    if rule is None or handler is None:
        raise ApiError("unknown_method", req_method=call.method)
    _require_token(wire, rule, call)
    wait = wire.rate_limiter.acquire_method(call.method, rule.tier)
    if wait:
        raise RateLimited(wait)
    if rule.token == "bot" and rule.scopes and not rule.scopes & wire.scopes:  # noqa: S105 - a kind of token, not one
        raise missing_scope_error(wire, call.method, rule.scopes)
    _require_arguments(wire, rule, call)
    return await handler(wire, call)


def _require_token(wire: Wire, rule: Method, call: ApiCall) -> None:
    if rule.token == "none":  # noqa: S105 - a kind of token, not one
        return
    if not call.token:
        raise ApiError("not_authed")
    kind = wire.tokens.check(call.token, wire.workspace.clock.now())
    if not wire.installed:
        raise ApiError("token_revoked")
    if kind != rule.token:
        raise ApiError("not_allowed_token_type")


def _require_arguments(wire: Wire, rule: Method, call: ApiCall) -> None:
    missing = [name for name in rule.needs if call.args.get(name) in (None, "")]
    if call.args.get("interactivity_pointer"):
        missing = [name for name in missing if name != "trigger_id"]
    if missing:
        messages = [f"[ERROR] missing required field: {name}" for name in missing]
        wire.problem(call.method, "invalid_arguments", f"These arguments are missing: {', '.join(missing)}.")
        raise ApiError("invalid_arguments", response_metadata={"messages": messages})

"""The Web API: token, faults, rates, scopes, arguments, then the method itself."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rehearsal.strict.methods import Method, find_method
from rehearsal.wire.asking import Ask, Refused, TooFast, read_ask
from rehearsal.wire.faults import Fault
from rehearsal.wire.methods import HANDLERS
from rehearsal.wire.places import missing_scope
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
Drop = Callable[[Request], None]
_OK, _TOO_MANY, _SERVER_ERROR = 200, 429, 500
# A sentence for what these refusals tell of a bot's mistake rather than of the workspace's state.
_MISTAKES = {
    "unknown_method": "Slack has no such method, or the rehearsal doesn't answer it.",
    "not_authed": "Send the bot's token with the call.",
    "not_allowed_token_type": "This method takes the other kind of token (xoxb- for the bot, xapp- for sockets).",
}


async def call(wire: Wire, request: Request, drop: Drop) -> Response:
    """Answer one call of the bot, with whatever fault is on order for it."""
    method = request.path_params["method"]
    fault = wire.faults.take(method)
    if fault is not None and fault.way == "drop_before":
        return _dropped(wire, request, drop, method, "dropped before it was accepted")
    if fault is not None and fault.way == "answer":
        return _faulty(wire, method, fault)
    response = await _answer(wire, request)
    if fault is not None and fault.way == "slow":
        await wire.pause(fault.seconds)
    if fault is not None and fault.way == "drop_after":
        return _dropped(wire, request, drop, method, "accepted, then dropped without an answer")
    return response


def _dropped(wire: Wire, request: Request, drop: Drop, method: str, words: str) -> Response:
    wire.workspace.note("in", method, words, None, 0, words)
    drop(request)
    return Response(status_code=_SERVER_ERROR)


def _faulty(wire: Wire, method: str, fault: Fault) -> Response:
    if fault.status == _TOO_MANY:
        return _limited(wire, method, fault.retry_after)
    error = fault.error or "internal_error"
    wire.workspace.note("in", method, "fault on order", None, fault.status, error)
    return JSONResponse({"ok": False, "error": error}, status_code=fault.status)


def _limited(wire: Wire, method: str, seconds: float, body: Any = None) -> Response:
    wire.workspace.note("in", method, f"wait {seconds} s", body, _TOO_MANY, "ratelimited")
    headers = {"retry-after": str(int(seconds) if seconds == int(seconds) else seconds)}
    return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=_TOO_MANY, headers=headers)


async def _answer(wire: Wire, request: Request) -> Response:
    method, args = request.path_params["method"], None
    try:
        ask = await read_ask(request)
        args = ask.args
        body: Json = {"ok": True} | await perform(wire, ask)
    except TooFast as fast:
        return _limited(wire, method, fast.seconds, args)
    except Refused as refused:
        body = {"ok": False, "error": refused.code} | refused.extra
        if refused.code in _MISTAKES:
            wire.problem(method, refused.code, _MISTAKES[refused.code])
    problem = "" if body["ok"] else str(body["error"])
    wire.workspace.note("in", method, _summary(args), {"asked": args, "answered": body}, _OK, problem)
    return JSONResponse(body, headers={"x-oauth-scopes": ",".join(sorted(wire.scopes))})


def _summary(args: Json | None) -> str:
    words = [str(args[name]) for name in ("channel", "user_id", "user", "text") if args.get(name)] if args else []
    return " · ".join(words)[:120]


async def perform(wire: Wire, ask: Ask) -> Json:
    """Do what the call asks for, after everything that Slack looks at first."""
    rule, handler = find_method(ask.method), HANDLERS.get(ask.method)
    if rule is None or handler is None:
        raise Refused("unknown_method", req_method=ask.method)
    _require_token(wire, rule, ask)
    wait = wire.rates.spend_method(ask.method, rule.tier)
    if wait:
        raise TooFast(wait)
    if rule.token == "bot" and rule.scopes and not rule.scopes & wire.scopes:  # noqa: S105 - a kind of token, not one
        raise missing_scope(wire, ask.method, rule.scopes)
    _require_arguments(wire, rule, ask)
    return await handler(wire, ask)


def _require_token(wire: Wire, rule: Method, ask: Ask) -> None:
    if rule.token == "none":  # noqa: S105 - a kind of token, not one
        return
    if not ask.token:
        raise Refused("not_authed")
    if ask.token not in (wire.bot_token, wire.app_token):
        raise Refused("invalid_auth")
    if not wire.installed:
        raise Refused("token_revoked")
    if ask.token != (wire.app_token if rule.token == "app" else wire.bot_token):  # noqa: S105 - a kind of token
        raise Refused("not_allowed_token_type")


def _require_arguments(wire: Wire, rule: Method, ask: Ask) -> None:
    missing = [name for name in rule.needs if ask.args.get(name) in (None, "")]
    if ask.args.get("interactivity_pointer"):
        missing = [name for name in missing if name != "trigger_id"]
    if missing:
        messages = [f"[ERROR] missing required field: {name}" for name in missing]
        wire.problem(ask.method, "invalid_arguments", f"These arguments are missing: {', '.join(missing)}.")
        raise Refused("invalid_arguments", response_metadata={"messages": messages})

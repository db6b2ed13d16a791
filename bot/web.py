"""The web application: Slack's requests at /slack/events, webhooks at /hooks, and /healthz and /readyz."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import SQLAlchemyError

from bot.core.heartbeats import list_heartbeats
from bot.core.runtime import Runtime
from bot.mentions.listeners.adding import HOOKS_PATH, Hooks
from bot.reviews.queries.reconciliation import list_last_discrepancies
from bot.storage import is_current
from bot.workspaces.queries import list_workspaces

SLACK_PATH = "/slack/events"
MAX_BODY_BYTES = 4 * 1024 * 1024  # Slack's largest payload, a view of 250 KB with its state, is far below
MAX_REQUEST_AGE = timedelta(minutes=5)
MAX_FAILURES = 5

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FindProblems = Callable[[], Awaitable[list[str]]]
RenderMetrics = Callable[[], Awaitable[bytes]]
METRICS_TYPE = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}


async def _no_problems() -> list[str]:
    return []


def build_web(
    app: AsyncApp | None,
    runtime: Runtime,
    signing_secret: str | None,
    find_problems: FindProblems = _no_problems,
    render_metrics: RenderMetrics | None = None,
) -> web.Application:
    """
    Return the web application. Without *app* (Socket Mode), it serves only health checks and webhooks.

    *find_problems* returns what keeps the bot from working with Slack, a sentence each, for `/readyz`.
    *render_metrics* returns what `/metrics` shows.
    """
    web_app = web.Application(client_max_size=MAX_BODY_BYTES)
    web_app.router.add_get("/healthz", _healthz)
    web_app.router.add_get("/readyz", _ready_handler(runtime, find_problems))
    web_app.router.add_post(HOOKS_PATH, Hooks(runtime).receive)
    if render_metrics is not None:
        web_app.router.add_get("/metrics", _metrics_handler(render_metrics))
    if app is not None and signing_secret is not None:
        web_app.router.add_post(SLACK_PATH, _slack_handler(app, runtime, signing_secret))
    return web_app


def is_signed(*, secret: str, timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """
    Return whether Slack signed these raw bytes (HMAC-SHA256 of `v0:{timestamp}:{body}`) within the last five minutes.

    It never raises, whatever the headers contain.
    """
    if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 12:  # noqa: PLR2004 - Unix seconds have 10
        return False
    if abs(now - int(timestamp)) > MAX_REQUEST_AGE.total_seconds() or not signature.isascii():
        return False
    expected = "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


def _slack_handler(app: AsyncApp, runtime: Runtime, secret: str) -> Handler:
    async def slack(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        signed = is_signed(
            secret=secret,
            timestamp=request.headers.get("X-Slack-Request-Timestamp", ""),
            signature=request.headers.get("X-Slack-Signature", ""),
            body=body,
            now=runtime.clock.wall(),
        )
        if not signed:
            return web.json_response({"error": "This request isn't signed by Slack, or it is too old."}, status=401)
        if not _is_utf8(body):
            return web.json_response({"error": "This body can't be read as UTF-8."}, status=400)
        try:
            return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))
        except Exception:  # what listeners raise doesn't get here; Bolt's parsing of strange shapes does
            log.exception("web.unreadable", size=len(body))
            return web.json_response({"error": "This body isn't one of Slack's."}, status=400)

    return slack


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


async def _healthz(_request: web.Request) -> web.StreamResponse:
    return web.json_response({"alive": True})


def _metrics_handler(render: RenderMetrics) -> Handler:
    async def metrics(_request: web.Request) -> web.StreamResponse:
        try:
            return web.Response(body=await render(), headers=METRICS_TYPE)
        except SQLAlchemyError as error:
            return web.Response(status=503, text=f"The database doesn't answer ({type(error).__name__}).\n")

    return metrics


def _ready_handler(runtime: Runtime, find_problems: FindProblems) -> Handler:
    async def ready(_request: web.Request) -> web.StreamResponse:
        try:
            problems = await _list_problems(runtime) or await find_problems()
            warnings = [] if problems else await _list_warnings(runtime)
        except SQLAlchemyError as error:
            warnings = []
            problems = [f"The database doesn't answer ({type(error).__name__}); check that it is running."]
        answer = {"ready": not problems, "problems": problems, "warnings": warnings}
        return web.json_response(answer, status=503 if problems else 200)

    return ready


async def _list_warnings(runtime: Runtime) -> list[str]:
    """Return what was found wrong about customers; it keeps the bot from nothing, so the bot is ready."""
    workspaces = await runtime.read(list_workspaces, workspace=None)
    found = [await runtime.read(list_last_discrepancies, workspace=workspace) for workspace in workspaces]
    return [sentence for sentences in found for sentence in sentences]


async def _list_problems(runtime: Runtime) -> list[str]:
    if not await asyncio.to_thread(is_current, runtime.database):
        return ["The database isn't at the newest version; run `evenhand migrate`."]
    beats = await runtime.read(list_heartbeats, workspace=None)
    failing = [beat.name for beat in beats if beat.failures_in_a_row >= MAX_FAILURES]
    return [f"The job {name} keeps failing; the log says why (job.failed)." for name in failing]

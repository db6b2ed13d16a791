"""The web application: Slack's requests at /slack/events, webhooks at /hooks, and /healthz and /readyz."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import SQLAlchemyError

from bot.connections import LimitedConnections
from bot.core.heartbeats import list_heartbeats
from bot.core.runtime import Runtime
from bot.mentions.listeners.adding import HOOKS_PATH, Hooks
from bot.reviews.queries.reconciliation import list_last_discrepancies
from bot.storage import is_current
from bot.workspaces.queries import list_workspaces

SLACK_PATH = "/slack/events"
MAX_BODY_BYTES = 1024 * 1024  # Slack's largest payload, a view of 250 KB with its state, is far below
BODY_SECONDS = 10.0
IDLE_SECONDS = 75.0  # of a connection between two requests: longer than proxies keep theirs
LINGERING_SECONDS = 1.0  # for a body that nobody wants any more
ACCEPTING_TURNS = 3  # of asyncio's loop until a connection's protocol knows of it (python/cpython#109564)
MAX_REQUEST_AGE = timedelta(minutes=5)
MAX_FAILURES = 5
LONGEST_RUN = timedelta(minutes=15)  # of a job before it counts as hanging

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
    web_app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_read_body])
    web_app.router.add_get("/healthz", _healthz)
    web_app.router.add_get("/readyz", _ready_handler(runtime, find_problems))
    web_app.router.add_post(HOOKS_PATH, Hooks(runtime).receive)
    if render_metrics is not None:
        web_app.router.add_get("/metrics", _metrics_handler(render_metrics))
    if app is not None and signing_secret is not None:
        web_app.router.add_post(SLACK_PATH, _slack_handler(app, runtime, signing_secret))
    return web_app


def build_runner(web_app: web.Application, *, shutdown_timeout: float) -> web.AppRunner:
    """Return what runs *web_app*; `listen` starts it."""
    return web.AppRunner(
        web_app, access_log=None, shutdown_timeout=shutdown_timeout, keepalive_timeout=IDLE_SECONDS,
        lingering_time=LINGERING_SECONDS, logger=_http_logger(),
    )  # fmt: skip


def _http_logger() -> logging.Logger:
    """Return the server's logger, which warns of what isn't HTTP without a stack trace."""
    logger = logging.getLogger("aiohttp.server")
    if _shorten not in logger.filters:
        logger.addFilter(_shorten)
    return logger


def _shorten(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError | web.RequestPayloadError):
        record.levelno, record.levelname, record.exc_info = logging.WARNING, "WARNING", None
        record.msg, record.args = "web.not_http (%s)", (type(error).__name__,)
    return True


async def listen(runner: web.AppRunner, host: str, port: int) -> asyncio.Server:
    """
    Start *runner* at an address, with a limit on connections.

    Raises:
        OSError: the address is taken, or isn't one of this machine.
    """
    await runner.setup()
    if runner.server is None:
        raise RuntimeError("A runner that was set up has a server.")
    return await asyncio.get_running_loop().create_server(LimitedConnections(runner.server), host, port)


async def close(runner: web.AppRunner, server: asyncio.Server | None) -> None:
    """Stop *server*, if it was started, and close all connections of *runner*, even those that arrived just now."""
    if server is not None:
        for listener in server.sockets:
            asyncio.get_running_loop().remove_reader(listener)
        for _ in range(ACCEPTING_TURNS):  # a closed server would forget what it was accepting
            await asyncio.sleep(0)
        server.close()
    await runner.cleanup()


@web.middleware
async def _read_body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Read the whole body of a request that somebody handles, within `BODY_SECONDS` and `MAX_BODY_BYTES`."""
    if request.method != "POST" or request.match_info.http_exception is not None:
        return await handler(request)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await request.read()
    except TimeoutError:
        return _refused(408, "The body took too long to arrive.")
    except web.HTTPRequestEntityTooLarge:
        return _refused(413, "A body may have at most 1 MiB; send less at once.")
    except web.RequestPayloadError:
        return _refused(400, "This body isn't what its headers say.")
    return await handler(request)


def _refused(status: int, sentence: str) -> web.Response:
    response = web.json_response({"error": sentence}, status=status)
    response.force_close()
    return response


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
        except Exception as error:  # noqa: BLE001 - what listeners raise doesn't get here; Bolt's of strange shapes does
            log.warning("web.unreadable", size=len(body), error=type(error).__name__)
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
    latest = runtime.clock.now() - LONGEST_RUN
    hanging = [beat for beat in beats if beat.running_since is not None and beat.running_since <= latest]
    return [
        *(f"The job {name} keeps failing; the log says why (job.failed)." for name in failing),
        *(
            f"The job {beat.name} has run since {beat.running_since:%d %b %H:%M} UTC; restart the bot if it hangs."
            for beat in hanging
        ),
    ]

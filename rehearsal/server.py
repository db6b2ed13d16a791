"""The rehearsal: a pretend Slack on loopback, as an async context manager."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from datetime import datetime
from math import ceil
from typing import Any, Self

import uvicorn
from fastapi import FastAPI
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from rehearsal.control import Control
from rehearsal.control_http import add_control_routes
from rehearsal.state.clock import Clock
from rehearsal.state.traffic import Problem
from rehearsal.state.workspace import Workspace
from rehearsal.strict.manifest import Manifest
from rehearsal.wire import api, file_transfer, responses
from rehearsal.wire.wire import Wire

_LOOPBACK = "127.0.0.1"
TICK_SECONDS = 0.1  # as in uvicorn
POLL_SECONDS = 0.002
ACCEPTING_TURNS = 3  # of asyncio's loop until a connection's protocol knows of it (python/cpython#109564)


class _Server(uvicorn.Server):
    """A uvicorn server that installs no signal handlers and stops as soon as it is idle."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stop_requested = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        """Stop serving."""
        self.should_exit = True
        self._stop_requested.set()

    async def main_loop(self) -> None:
        """Tick until `stop` is called; uvicorn's own loop would notice only after its next tick."""
        tick = 0
        while not await self.on_tick(tick):
            tick += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop_requested.wait(), TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """
        Accept no more connections and wait for open ones, even for those that arrived just now.

        uvicorn's own method waits for a tick at least.
        """
        for listener in sockets or ():
            asyncio.get_running_loop().remove_reader(listener)
        for _ in range(ACCEPTING_TURNS):  # a closed server would forget what it was accepting
            await asyncio.sleep(0)
        for closing in (*self.servers, *(sockets or ())):
            closing.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - uvicorn tells nobody
                    await asyncio.sleep(POLL_SECONDS)
        for task in tuple(self.server_state.tasks):
            task.cancel()
        await self.lifespan.shutdown()

    def drop(self, request: HTTPConnection) -> None:
        """Abort the connection of *request*."""
        for connection in self._connections_of(request):
            connection.transport.abort()

    def stop_reading(self, request: HTTPConnection) -> None:
        """Read nothing more from the connection of *request*, so that even its pings aren't answered."""
        for connection in self._connections_of(request):
            connection.transport.pause_reading()

    def _connections_of(self, request: HTTPConnection) -> list[Any]:
        of_client = request.scope["client"]
        return [one for one in self.server_state.connections if getattr(one, "client", None) == of_client]


class Rehearsal:
    """
    A pretend Slack workspace with the app of *manifest* installed.

    `extra` receives the FastAPI app before the server starts, to add routes. `enterprise_id` makes the workspace part
    of an organisation; `org_install` installs the app for the whole organisation.
    """

    def __init__(
        self,
        *,
        manifest: Manifest,
        start: datetime,
        frozen: bool = True,
        team_id: str = "T0REHEARSAL",
        name: str = "Rehearsal",
        strict: bool = True,
        port: int = 0,
        extra: Callable[[FastAPI], None] | None = None,
        enterprise_id: str | None = None,
        org_install: bool = False,
    ) -> None:
        clock = Clock(start, frozen=frozen)
        self.manifest = manifest
        self.workspace = Workspace(
            clock=clock, team_id=team_id, name=name, app_name=manifest.bot_name, enterprise_id=enterprise_id
        )
        self.workspace.is_org_install = org_install
        self.wire = Wire(self.workspace, manifest, strict=strict)
        self.control = Control(self.wire)
        self._port = port
        self._extra = extra
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        clock.on_moved(self.wire.accept_due)
        clock.on_moved(self.wire.events.deliver_due)

    # --- what a bot needs to connect ------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Return the server's address, such as http://127.0.0.1:50123."""
        return self.wire.url

    @property
    def api_url(self) -> str:
        """Return the `base_url` for slack-sdk's clients."""
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        """Return the bot's token, xoxb-…"""
        return self.wire.bot_token

    @property
    def app_token(self) -> str:
        """Return the app-level token for Socket Mode, xapp-…"""
        return self.wire.app_token

    @property
    def signing_secret(self) -> str:
        """Return the secret that signs HTTP deliveries."""
        return self.wire.signing_secret

    @property
    def request_url(self) -> str | None:
        """Where payloads are delivered by signed HTTP; None means over Socket Mode."""
        return self.wire.delivery.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        """Return the URL for signed HTTP deliveries; None means Socket Mode."""
        self.wire.delivery.request_url = url

    # --- what a test asks at its end ------------------------------------------------------------------------------

    @property
    def problems(self) -> list[Problem]:
        """Return everything that Slack would have refused, in order."""
        return self.wire.problems

    def assert_clean(self) -> None:
        """Raise AssertionError with a list of all problems, if there are any."""
        if self.problems:
            lines = "\n".join(f"  {problem}" for problem in self.problems)
            raise AssertionError(f"Slack would have objected {len(self.problems)} time(s):\n{lines}")

    def ack_time(self, share: float = 0.95) -> float:
        """Return the real seconds within which this *share* of all deliveries was acknowledged; 0 without any."""
        times = sorted(self.wire.delivery.ack_times)
        return times[ceil(share * len(times)) - 1] / 1000 if times else 0.0

    async def wait_connected(self, number: int = 1, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - a public parameter
        """Wait until the bot has *number* open sockets."""
        async with asyncio.timeout(timeout):
            await self.wire.sockets.until_connected(number)

    async def drain(self) -> None:
        """Wait until all pending events have been delivered."""
        await self.wire.drain()

    # --- running --------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        listener = _bind(self._port)
        self.wire.url = f"http://{_LOOPBACK}:{listener.getsockname()[1]}"
        app = self._app()
        if self._extra is not None:
            self._extra(app)
        config = uvicorn.Config(
            app, log_level="error", ws="websockets-sansio", timeout_graceful_shutdown=2, access_log=False
        )
        self._server = _Server(config)
        self.wire.sockets.stop_reading, self.wire.sockets.abort = self._server.stop_reading, self._server.drop
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
                raise RuntimeError("The rehearsal's server ended before it had started; see the log above.")
            await asyncio.sleep(POLL_SECONDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.wire.sockets.drop()
        await self.wire.close()
        if self._server is not None and self._serving is not None:
            self._server.stop()
            await self._serving

    def _app(self) -> FastAPI:
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.state.rehearsal = self
        add_control_routes(app, self)
        for path, handler in self._routes().items():
            app.add_route(path, handler, methods=["GET", "POST"])
        app.router.routes.append(WebSocketRoute("/link", self._socket_mode))
        return app

    def _routes(self) -> dict[str, Any]:
        return {
            "/api/{method}": self._call,
            "/hooks/{team}/{hook}": self._respond,
            "/upload/v1/{file}": self._upload,
            "/files-pri/{place}/download/{name:path}": self._download,
            "/files-pri/{place}/{name:path}": self._download,
            "/signin": file_transfer.sign_in,
        }

    async def _call(self, request: Request) -> Response:
        return await api.handle_call(self.wire, request, self._drop)

    def _drop(self, request: Request) -> None:
        if self._server is not None:
            self._server.drop(request)

    async def _respond(self, request: Request) -> Response:
        return await responses.respond(self.wire, request)

    async def _upload(self, request: Request) -> Response:
        return await file_transfer.upload(self.wire, request)

    async def _download(self, request: Request) -> Response:
        return await file_transfer.download(self.wire, request)

    async def _socket_mode(self, websocket: WebSocket) -> None:
        await self.wire.sockets.serve(websocket)


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((_LOOPBACK, port))
    return listener

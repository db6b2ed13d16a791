"""Serves a web application on loopback: the demo's feed, and what tests put in somebody's place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.web import build_runner, close, listen

HOST = "127.0.0.1"


@asynccontextmanager
async def open_site(site: web.Application) -> AsyncIterator[str]:
    """Serve *site* on a free port; yield its address, such as http://127.0.0.1:50123."""
    runner = build_runner(site, shutdown_timeout=1)
    server = await listen(runner, HOST, 0)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        await close(runner, server)

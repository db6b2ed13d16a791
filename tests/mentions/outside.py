"""A small place on this machine that mentions are fetched from, and the host overrides that lead there."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from html import escape

from aiohttp import web

from bot.mentions.gateways.fetching import HostOverrides
from demo.sites import open_site

HOST = "news.example"
ADDRESS = f"http://{HOST}/feed"


class Outside:
    """Serves one feed; what stands in it can change, and so can the answer's status."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, str]] = []
        self.status = 200
        self.asked = 0
        self.port = 0

    @property
    def host_overrides(self) -> HostOverrides:
        """What lets the bot reach it."""
        return HostOverrides({HOST: (f"127.0.0.1:{self.port}",)})

    async def answer(self, _request: web.Request) -> web.Response:
        """The feed as it is now."""
        self.asked += 1
        return web.Response(body=feed(self.posts), status=self.status, content_type="application/rss+xml")


def feed(posts: Sequence[tuple[str, str]]) -> bytes:
    """An RSS feed of posts, each an address and its words."""
    items = "".join(
        f"<item><link>{escape(address)}</link><description>{escape(words)}</description></item>"
        for address, words in posts
    )
    return f"<rss version='2.0'><channel><title>Widget News</title>{items}</channel></rss>".encode()


@asynccontextmanager
async def open_outside() -> AsyncIterator[Outside]:
    """Serve it on a free port of loopback."""
    outside = Outside()
    site = web.Application()
    site.router.add_get("/feed", outside.answer)
    async with open_site(site) as url:
        outside.port = int(url.rpartition(":")[2])
        yield outside

"""A feed on loopback with mentions of the sample company's customers, which grows with the clock."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from aiohttp import web
from sqlmodel import Session

from bot.core.runtime import Runtime
from bot.mentions.gateways.fetching import HostOverrides
from bot.mentions.rules.sources import SourceKind
from bot.mentions.schemas.mentions import SourceWish
from bot.mentions.usecases.aliases import name_ourselves
from bot.mentions.usecases.sources import add_source
from bot.workspaces.schemas import ChannelSchema
from demo.people import COMPANY, MARA, START
from demo.sites import open_site

HOST = "feed.demo.example"  # only the demo overrides this host; no setting does

# Hours after the start, who, what.
POSTS: Sequence[tuple[float, str, str]] = (
    (-20, "lotta", "Bakery Lindqvist has the best cardamom buns in town, wonderful people."),
    (3, "jonah", "Ordered menus at Harlem Print Works again. Late again, nobody called back, third time this year."),
    (22, "p_meyer", "Halden & Voss sorted out our order within a day. Great service, thank you."),
    (30, "runa", "Crossed with Fjord Ferries in the storm; the winter timetable was wrong on their page."),
    (
        50,
        "casey",
        "Sunset Diner was charged twice by its supplier, they told me. Terrible, still waiting for a refund.",
    ),
    (75, "irene", "Casa do Livro found me a book that nobody else had. Lovely shop."),
    (100, "tomw", "Ninth Street Vet was calm and kind with our old dog. Thank you."),
    (150, "mika", "Polar Optics never answered my mail, worst support I have met this year."),
)


class Feed:
    """The feed and the host override that leads to it; *now* returns the current instant."""

    def __init__(self) -> None:
        self.now: Callable[[], datetime] = lambda: START
        self.host_overrides = HostOverrides()

    async def answer(self, request: web.Request) -> web.Response:
        """Respond with the posts so far, or with 304 to somebody who has them."""
        now = self.now()
        mark = f'"{sum(at <= now for at in list_posts())}"'
        if request.headers.get("If-None-Match") == mark:
            return web.Response(status=304, headers={"ETag": mark})
        return web.Response(body=draw(now), content_type="application/rss+xml", headers={"ETag": mark})


def list_posts() -> list[datetime]:
    """Return the instants at which somebody writes."""
    return [START + timedelta(hours=hours) for hours, _, _ in POSTS]


@asynccontextmanager
async def open_feed() -> AsyncIterator[Feed]:
    """Serve the feed on a free port of loopback."""
    feed = Feed()
    site = web.Application()
    site.router.add_get("/feed", feed.answer)
    async with open_site(site) as url:
        feed.host_overrides = HostOverrides({HOST: (url.removeprefix("http://"),)})
        yield feed


def draw(now: datetime) -> bytes:
    """Return the feed as of *now*, the newest post first."""
    written = [(at, who, words) for at, (_, who, words) in zip(list_posts(), POSTS, strict=True)]
    items = "".join(
        f"<item><title>{escape(words[:40])}…</title><link>https://talk.example/{who}/{number}</link>"
        f"<author>{who}</author><pubDate>{format_datetime(at)}</pubDate><description>{escape(words)}</description></item>"
        for number, (at, who, words) in reversed(list(enumerate(written)))
        if at <= now
    )
    return f"<rss version='2.0'><channel><title>Town Talk</title>{items}</channel></rss>".encode()


def load_feed(runtime: Runtime, *, workspace: str, channel: tuple[str, str]) -> None:
    """Add the feed and the sample company's own names to the workspace."""
    runtime.run_now(_load, workspace=workspace, channel=channel)


def _load(session: Session, *, channel: tuple[str, str], now: datetime) -> None:
    channel_id, name = channel
    name_ourselves(session, names=[COMPANY], domains=["halden-voss.com"], handles=[], by=MARA, now=now)
    wish = SourceWish(kind=SourceKind.FEED, word=f"http://{HOST}/feed", channel_id=channel_id)
    add_source(
        session, wish=wish, channel=ChannelSchema(id=channel_id, name=name, is_member=True), title="Town Talk", by=MARA,
        now=now,
    )  # fmt: skip

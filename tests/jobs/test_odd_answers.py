"""A proxy answers in Slack's place: no message is lost or posted twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.core.outbox import DeliveryState
from bot.slack.clients import build_client
from demo.sites import open_site
from jobs.deliver_outbox import deliver_outbox
from tests.jobs.mail import PostOffice, open_post_office

ODD = {
    "a login page": ("text/html", 200, "<html>Please sign in to the Wi-Fi</html>"),
    "words": ("text/plain", 200, "moved"),
    "broken JSON": ("application/json", 200, "{"),
    "JSON that isn't Slack's": ("application/json", 200, "[]"),
    "a gateway's error": ("text/html", 502, "Bad gateway"),
    "an empty answer": ("application/json", 200, ""),
    "a yes without a timestamp": ("application/json", 200, '{"ok": true}'),
    "a yes with an odd timestamp": ("application/json", 200, '{"ok": true, "ts": "soon\\u0000"}'),
}


@asynccontextmanager
async def in_between(post: PostOffice, odd: tuple[str, int, str], *, passes_on: bool) -> AsyncIterator[str]:
    """Run a proxy that answers the first chat.postMessage oddly, after passing it on or not."""
    answered: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        method, body = request.match_info["method"], await request.read()
        is_odd = method == "chat.postMessage" and not answered
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        if is_odd:
            answered.append(method)
        if is_odd and not passes_on:
            return web.Response(text=odd[2], status=odd[1], content_type=odd[0])
        url = f"{post.rehearsal.api_url}{method}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, url, params=request.query, data=body, headers=headers) as answer,
        ):
            content = await answer.read()
        if is_odd:
            return web.Response(text=odd[2], status=odd[1], content_type=odd[0])
        return web.Response(body=content, status=answer.status, content_type="application/json")

    site = web.Application()
    site.router.add_route("*", "/api/{method}", handle)
    async with open_site(site) as url:
        yield f"{url}/api/"


@pytest.mark.parametrize("passes_on", [True, False], ids=["passed on", "kept back"])
@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
async def test_an_answer_that_isnt_slacks_is_looked_into(
    sqlite_url: str, odd: tuple[str, int, str], passes_on: bool
) -> None:
    """The message is posted exactly once, whether or not the first attempt arrived."""
    async with open_post_office(sqlite_url) as post, in_between(post, odd, passes_on=passes_on) as url:
        client = build_client(token=post.rehearsal.bot_token, api_url=url)
        post.enqueue("hello")
        for _ in range(4):
            await deliver_outbox(post.runtime, lambda _: client, post._record_dead)
            post.clock.move(timedelta(minutes=2))
        assert post.states() == {"hello": DeliveryState.SENT}
        assert [message.text for message in post.messages()] == ["Good morning."]
        assert post.gone == []

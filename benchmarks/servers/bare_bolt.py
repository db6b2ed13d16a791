"""Bolt alone: a /checkin that only acks. `python -m benchmarks.servers.bare_bolt socket|http API TOKEN SECRET PORT`."""

import asyncio
import sys

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main(way: str, api: str, token: str, secret: str, port: str) -> None:
    """Serve until killed; *secret* is the signing secret, or the app token in Socket Mode."""
    app = AsyncApp(client=AsyncWebClient(token=token, base_url=api), signing_secret=secret)

    @app.command("/checkin")
    async def checkin(ack: AsyncAck) -> None:
        await ack()

    if way == "socket":
        await AsyncSocketModeHandler(app, app_token=secret, web_client=app.client).connect_async()  # type: ignore[no-untyped-call]
    else:
        site = app.server(port=int(port), host="127.0.0.1").web_app
        await _serve(site, int(port))
    await asyncio.Event().wait()


async def _serve(site: object, port: int) -> None:
    from aiohttp import web  # noqa: PLC0415 - Socket Mode alone doesn't need it

    runner = web.AppRunner(site, access_log=None)  # type: ignore[arg-type]
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:6]))

"""Bolt alone: a /checkin that only acks, over HTTP. `python -m benchmarks.servers.bare_bolt API TOKEN SECRET PORT`."""

import asyncio
import sys

from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main(api: str, token: str, secret: str, port: str) -> None:
    """Serve until killed; *secret* is the signing secret."""
    app = AsyncApp(client=AsyncWebClient(token=token, base_url=api), signing_secret=secret)

    @app.command("/checkin")
    async def checkin(ack: AsyncAck) -> None:
        await ack()

    runner = web.AppRunner(app.server(port=int(port), host="127.0.0.1").web_app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port)).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))

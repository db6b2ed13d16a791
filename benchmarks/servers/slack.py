"""
A Slack that takes every message, in a process of its own: `python -m benchmarks.servers.slack SECONDS`.

It answers after so many seconds, and prints its port first.
"""

import asyncio
import sys
from itertools import count

from aiohttp import web

NUMBERS = count(1)


async def main(seconds: float) -> None:
    """Serve until killed."""

    async def take(request: web.Request) -> web.Response:
        channel = (await request.json())["channel"]
        await asyncio.sleep(seconds)
        return web.json_response({"ok": True, "channel": channel, "ts": f"{next(NUMBERS)}.000100"})

    site = web.Application()
    site.router.add_post("/api/chat.postMessage", take)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))

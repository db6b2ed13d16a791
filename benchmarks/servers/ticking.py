"""
The bot without its scheduler: `python -m benchmarks.servers.ticking`, with the settings of `evenhand run`.

It runs all of its jobs, one after another, as often as each line of standard input says, and prints `done`.
"""

import asyncio
import sys

from bot.logs import configure_logging
from bot.process import Bot
from bot.settings import load_settings


async def _tick() -> None:
    settings = load_settings()
    configure_logging(style=settings.log_format, level=settings.log_level)
    async with Bot(settings, run_scheduler=False) as bot:
        while line := await asyncio.to_thread(sys.stdin.readline):
            for _ in range(int(line)):
                for job in bot.jobs:
                    await bot.run_job(job.name)
            print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(_tick())

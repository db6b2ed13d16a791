"""`python -m demo`: runs the pretend Slack with the bot and a sample company at one address."""

import argparse
import asyncio
import contextlib
import signal
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bot.logs import configure_logging
from bot.settings import LogFormat
from demo.campaigns import load_campaigns
from demo.company import load_company
from demo.feed import Feed, list_posts, load_feed, open_feed
from demo.people import COMPANY, NINE, START, TEAM, populate
from demo.quarter import load_quarters
from demo.stage import keep_running, next_events, open_stage, run_jobs_on_move
from demo.welcome import WELCOME
from rehearsal.page import add_page

DEFAULT_PORT = 8400
SECONDS_BETWEEN_JOBS = 3.0
INTRODUCTION = """
Evenhand in a pretend Slack:  {url}

You are Ana, it is Monday at nine, and her message is there. Act as anybody at the left, and press Next day to watch
time go by. Mara manages; Ana, Bob, Kiri, Tomás and Iris look after customers. Ctrl-C ends it; nothing is kept.
"""


def main(words: Sequence[str] | None = None) -> None:
    """Parse the port from *words*, or from the command line, and run the demo until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="where the page is served (0: any free port)")
    options = parser.parse_args(words)
    configure_logging(style=LogFormat.AUTO, level="warning")
    with tempfile.TemporaryDirectory(prefix="evenhand-demo-") as folder:
        try:
            asyncio.run(_play(options.port, Path(folder)))
        except OSError as error:
            sys.exit(f"Port {options.port} can't be used ({error.strerror}); choose another: make demo PORT=8500")


async def _play(port: int, folder: Path) -> None:
    async with open_feed() as feed:
        await _play_with(feed, port, folder)


async def _play_with(feed: Feed, port: int, folder: Path) -> None:
    stage = open_stage(
        host_overrides=feed.host_overrides,
        database_url=f"sqlite:///{folder}/demo.db",
        start=START,
        populate=populate,
        frozen=False,
        team_id=TEAM,
        name=COMPANY,
        port=port,
        extra=partial(add_page, welcome=WELCOME),
    )
    async with stage as running:
        accounts = running.rehearsal.workspace.channel("accounts")
        feed.now = running.rehearsal.workspace.clock.now
        load_company(running.bot.runtime, workspace=TEAM, digest_channel=(accounts.id, accounts.name))
        load_quarters(running.bot.runtime, workspace=TEAM, review_channel=(accounts.id, accounts.name))
        load_campaigns(running.bot.runtime, workspace=TEAM, channel=(accounts.id, accounts.name))
        load_feed(running.bot.runtime, workspace=TEAM, channel=(accounts.id, accounts.name))
        run_jobs_on_move(running, next_events(running, list_posts()))
        await running.rehearsal.control.move_to(NINE)
        sys.stdout.write(INTRODUCTION.format(url=running.rehearsal.url))
        sys.stdout.flush()
        jobs = asyncio.create_task(keep_running(running, SECONDS_BETWEEN_JOBS))
        await _until_stopped()
        jobs.cancel()


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has none of this; Ctrl-C still ends it there
            loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


if __name__ == "__main__":
    main()

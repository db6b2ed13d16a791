"""
By how much the bot's memory grows: `python -m benchmarks.growth` prints the figures.

The real bot, a process of its own on SQLite, answers commands over signed HTTP and then runs its jobs again and again,
each run of a job being a tick. What it takes after warming up is compared with what it takes in the end.
"""

import argparse
import asyncio
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.answering import STARTED, Server, requests_a_second, running_bot
from benchmarks.figure import Figure
from bot.core.clock import WallClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.manifest import MANIFEST
from demo.people import TEAM, populate
from jobs.schedule import build_schedule
from rehearsal.server import Rehearsal
from rehearsal.strict.manifest import Manifest

COMMANDS, TICKS = 10_000, 10_000
WARM_COMMANDS, WARM_TICKS = 0.1, 0.4
"""The shares of commands and of ticks that are done before the first measurement."""
AT_ONCE = 500
BUDGET_MB = 5.0


def measure(folder: Path, commands: int = COMMANDS, ticks: int = TICKS) -> Iterator[Figure]:
    """Yield a figure for commands, and one for ticks."""
    for what, grown in asyncio.run(_grow(folder / "growth.db", commands, ticks)).items():
        yield Figure(f"memory grown by {what}", grown / BUDGET_MB, 1.0, grown, BUDGET_MB, "MB")


async def _grow(path: Path, commands: int, ticks: int) -> dict[str, float]:
    rounds = -(-ticks // _count_jobs(path))
    async with Rehearsal(manifest=Manifest.load(MANIFEST), start=STARTED, frozen=False, team_id=TEAM) as rehearsal:
        populate(rehearsal)
        rehearsal.control.limit_rates(on=False)
        about: dict[str, Any] = {"command": ["benchmarks.servers.ticking"], "stdin": PIPE, "stdout": PIPE}
        async with running_bot(rehearsal, path, http=True, **about) as server:
            await _ask(rehearsal, server, round(commands * WARM_COMMANDS))
            await _tick(server, round(rounds * WARM_TICKS))
            warm = server.megabytes
            await _ask(rehearsal, server, commands)
            asked = server.megabytes
            await _tick(server, rounds)
            ticked = server.megabytes
    return {f"{commands:,} commands": asked - warm, f"{ticks:,} ticks": ticked - asked}


def _count_jobs(path: Path) -> int:
    def nobody(_workspace: str) -> AsyncWebClient:
        raise RuntimeError("Only the number of jobs is wanted here.")

    runtime = Runtime(Database(f"sqlite:///{path}"), WallClock())
    count = len(build_schedule(runtime, nobody))
    runtime.close()
    return count


async def _ask(rehearsal: Rehearsal, server: Server, commands: int) -> None:
    for start in range(0, commands, AT_ONCE):
        await requests_a_second(rehearsal, server, min(AT_ONCE, commands - start))


async def _tick(server: Server, rounds: int) -> None:
    assert server.process.stdin
    assert server.process.stdout
    server.process.stdin.write(f"{rounds}\n".encode())
    await server.process.stdin.drain()
    if await server.process.stdout.readline() != b"done\n":
        raise RuntimeError("The bot ended too early.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure as many commands and ticks as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--commands", type=int, default=COMMANDS)
    parser.add_argument("--ticks", type=int, default=TICKS)
    asked = parser.parse_args(arguments)
    found = []
    with tempfile.TemporaryDirectory(prefix="evenhand-growth-") as folder:
        for figure in measure(Path(folder), asked.commands, asked.ticks):
            print(figure.line(), flush=True)
            found.append(figure)
    return 0 if all(figure.ok for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())

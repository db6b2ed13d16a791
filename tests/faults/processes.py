"""The bot as a process of its own, which can be killed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rehearsal.server import Rehearsal
from tests.makers import ROOT
from tests.shell.outside import NAMES, environment

START_SECONDS = 180.0  # on a busy machine


@asynccontextmanager
async def running(
    slack: Rehearsal, url: str, folder: Path, *, http: bool = False, **more: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """
    Run `evenhand run` in *folder* against *slack*; at the end it is killed if it still runs.

    What it logs is in *folder*, in `log.txt`.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    with (folder / "log.txt").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=folder, stderr=log,
            env={**inherited, "PYTHONPATH": str(ROOT), **environment(slack, url, http=http), **more},
        )  # fmt: skip
    try:
        if not http:
            await slack.wait_connected(timeout=START_SECONDS)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

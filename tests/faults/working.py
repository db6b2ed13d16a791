"""A process that works as a replica does, and notes each step: `python -m tests.faults.working URL FILE NAME STEPS`."""

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlmodel import Session

from bot.core.clock import WallClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.process import JobScheduler
from jobs.runner import Job, Runner
from jobs.sharing import share

LEASE = timedelta(seconds=3)
TAKE_OVER_SECONDS = 1.0
STEP_SECONDS = 0.4
OFTEN = timedelta(seconds=0.5)
SELDOM = timedelta(hours=1)
WORKSPACE = "T0FAULTS"


async def _work_for_ever(url: str, path: Path, name: str, steps: int) -> None:
    runtime = Runtime(Database(url), WallClock())
    note = partial(_note, path, name)
    shared = partial(share, runtime, "shared", [WORKSPACE], partial(_work, runtime, note, steps, "shared"), lease=LEASE)
    jobs = [
        Job("alone", partial(_work, runtime, note, steps, "alone"), every=OFTEN, fresh_for=SELDOM, lease=LEASE),
        Job("shared", shared, every=OFTEN, alone=False),
    ]
    scheduler = JobScheduler(Runner(runtime), jobs, take_over_seconds=TAKE_OVER_SECONDS)
    scheduler.start()
    note("ready", "")
    await asyncio.Event().wait()


async def _work(runtime: Runtime, note: Callable[[str, str], None], steps: int, job: str, *_workspace: str) -> int:
    for step in range(steps):
        await runtime.run(_step, workspace=None, note=note, job=job, step=step)
        await asyncio.sleep(STEP_SECONDS)
    return steps


def _step(session: Session, *, note: Callable[[str, str], None], job: str, step: int, now: datetime) -> None:
    """Do a step of the work in a transaction."""
    session.connection()
    note(job, f"{step} {now.isoformat()}")


def _note(path: Path, name: str, job: str, words: str) -> None:
    """Add a line to the file in one write, which no other process's write can cut."""
    with path.open("ab", buffering=0) as file:
        file.write(f"{name} {job} {words}{os.linesep}".encode())


if __name__ == "__main__":
    asyncio.run(_work_for_ever(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))

"""Evens out the days of owners on which too many customers are due: after midnight, and when many dates have moved."""

import asyncio
from functools import partial

from bot.core.database import chunks
from bot.core.runtime import Runtime
from bot.customers.queries.levelling import list_crowded_owners, list_unlevelled, plan_levelling
from bot.customers.usecases.levelling import apply_levelling, end_levelling
from jobs.sharing import share

PAUSE_SECONDS = 0.1
"""Between two batches: on SQLite, whoever waits for the lock asks for it at least that often."""


async def level_load(runtime: Runtime) -> int:
    """Level the days of every workspace that needs it; return how many due dates were moved."""
    unlevelled = await runtime.read(list_unlevelled, workspace=None)
    return await share(runtime, "level_load", unlevelled, partial(_level, runtime))


async def _level(runtime: Runtime, workspace: str) -> int:
    """Level the days of one workspace, owner by owner: each plan is read without a lock and written in batches."""
    owners = await runtime.read(list_crowded_owners, workspace=workspace)
    if owners is None:
        return 0
    moved = 0
    for owner_id in owners:
        for moves in chunks(await runtime.read(plan_levelling, workspace=workspace, owner_id=owner_id)):
            moved += await runtime.run(apply_levelling, workspace=workspace, moves=moves)
            await asyncio.sleep(PAUSE_SECONDS)
    await runtime.run(end_levelling, workspace=workspace)
    return moved

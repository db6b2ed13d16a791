"""Computes the schedules of many customers again, a batch at a time, after another cadence or other hours."""

import asyncio

from bot.core.runtime import Runtime
from bot.customers.queries.checking import is_rescheduling
from bot.customers.usecases.rescheduling import reschedule_batch
from bot.workspaces.queries import list_workspaces

PAUSE_SECONDS = 0.1
"""Between two batches: on SQLite, whoever waits for the lock asks for it at least that often."""


async def reschedule_customers(runtime: Runtime) -> int:
    """Recompute what is left to do in every workspace; return how many customers were looked at."""
    looked_at = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        while await runtime.read(is_rescheduling, workspace=workspace):
            looked_at += await runtime.run(reschedule_batch, workspace=workspace)
            await asyncio.sleep(PAUSE_SECONDS)
    return looked_at

"""Computes the schedules of many customers again, a batch at a time, after another cadence or other hours."""

import asyncio
from datetime import datetime
from itertools import count

from sqlmodel import Session

from bot.core.runtime import Runtime
from bot.customers.queries.checking import is_rescheduling, list_rescheduling
from bot.customers.usecases.rescheduling import reschedule_batch
from bot.customers.usecases.tallying import fold_tally

PAUSE_SECONDS = 0.1
"""Between two batches: on SQLite, whoever waits for the lock asks for it at least that often."""

FOLDED_EVERY = 20
"""Batches, after which the tally is folded: on PostgreSQL each customer that moves adds two rows to it."""


async def reschedule_customers(runtime: Runtime) -> int:
    """Recompute what is left to do in every workspace; return how many customers were looked at."""
    looked_at = 0
    for workspace in await runtime.read(list_rescheduling, workspace=None):
        for batch in count(1):
            if not await runtime.read(is_rescheduling, workspace=workspace):
                break
            looked_at += await runtime.run(reschedule_batch, workspace=workspace)
            if batch % FOLDED_EVERY == 0:
                await runtime.run(fold, workspace=workspace)
            await asyncio.sleep(PAUSE_SECONDS)
    return looked_at


def fold(session: Session, *, now: datetime) -> None:  # noqa: ARG001 - every use case takes the time
    """Fold the tally of this session's workspace."""
    fold_tally(session)

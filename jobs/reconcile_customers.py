"""Reconciles the customers of every workspace once a day."""

from bot.core.runtime import Runtime
from bot.reviews.queries.reconciliation import list_unreconciled
from bot.reviews.usecases import reconcile_today


async def reconcile_customers(runtime: Runtime) -> int:
    """Store today's reconciliation where it wasn't made yet; return how many were made."""
    made = 0
    for workspace in await runtime.read(list_unreconciled, workspace=None):
        made += await runtime.run(reconcile_today, workspace=workspace)
    return made

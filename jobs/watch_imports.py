"""Tells people about imports that were interrupted because their process is gone."""

from bot.core.runtime import Runtime
from bot.customers.usecases.running import interrupt_dead, list_dead


async def watch_imports(runtime: Runtime) -> int:
    """Record which imports are interrupted, and offer to go on or to undo them; return how many."""
    interrupted = 0
    for workspace in await runtime.read(list_dead, workspace=None):
        interrupted += await runtime.run(interrupt_dead, workspace=workspace)
    return interrupted

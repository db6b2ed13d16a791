"""Reminds every owner whose hour has come, once a working day."""

from bot.checkins.queries.reminders import list_due_reminders
from bot.checkins.usecases.reminding import enqueue_reminders
from bot.core.runtime import Runtime
from bot.workspaces.queries import list_workspaces
from jobs.reminding import remind_people


async def remind_due(runtime: Runtime) -> int:
    """Owe all reminders whose time has come, in every workspace; returns how many."""
    count = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        count += await remind_people(
            runtime, list_due_reminders, enqueue_reminders, workspace=workspace, features=runtime.features
        )
    return count

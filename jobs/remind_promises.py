"""Reminds people of what they promised, notifications the days that are over, and finds promises that nobody has."""

from bot.core.runtime import Runtime
from bot.promises.queries import list_due_reminders
from bot.promises.usecases.scheduled import break_overdue, enqueue_reminders, inherit_orphaned, withdraw_shut
from bot.workspaces.queries import list_workspaces
from jobs.reminding import remind_people


async def remind_promises(runtime: Runtime) -> int:
    """Owe everything that promises ask for now, in every workspace; returns how much it was."""
    count = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        for keep in (withdraw_shut, inherit_orphaned, break_overdue):
            count += await runtime.run(keep, workspace=workspace)
        count += await remind_people(runtime, list_due_reminders, enqueue_reminders, workspace=workspace)
    return count

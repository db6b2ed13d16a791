"""Reminds people of what they were asked to do, tells who asked when it is late, and finds work that nobody has."""

from bot.core.runtime import Runtime
from bot.followups.queries import list_due_reminders
from bot.followups.usecases import close_shut, enqueue_reminders, return_orphaned, tell_givers
from bot.workspaces.queries import list_workspaces
from jobs.reminding import remind_people


async def remind_followups(runtime: Runtime) -> int:
    """Owe everything that follow-ups ask for now, in every workspace; returns how much it was."""
    count = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        for keep in (close_shut, return_orphaned, tell_givers):
            count += await runtime.run(keep, workspace=workspace)
        count += await remind_people(runtime, list_due_reminders, enqueue_reminders, workspace=workspace)
    return count

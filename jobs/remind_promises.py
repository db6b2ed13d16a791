"""Reminds people of what they promised, notices the days that are over, and finds promises that nobody has."""

from bot.core.runtime import Runtime
from bot.promises.queries.clock import list_owed_reminders
from bot.promises.usecases.keeping import break_overdue, inherit_orphaned, owe_reminders, withdraw_shut
from bot.workspaces.queries import list_workspaces

AT_ONCE = 50  # people in one transaction


async def remind_promises(runtime: Runtime) -> int:
    """Owe everything that promises ask for now, in every workspace; returns how much it was."""
    count = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        for keep in (withdraw_shut, inherit_orphaned, break_overdue):
            count += await runtime.run(keep, workspace=workspace)
        owed = await runtime.read(list_owed_reminders, workspace=workspace)
        people = [reminder.person_id for reminder in owed]
        for start in range(0, len(people), AT_ONCE):
            some = people[start : start + AT_ONCE]
            count += await runtime.run(owe_reminders, workspace=workspace, person_ids=some)
    return count

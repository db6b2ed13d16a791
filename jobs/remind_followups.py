"""Reminds people of what they were asked to do, tells who asked when it is late, and finds work that nobody has."""

from bot.core.runtime import Runtime
from bot.followups.queries.owed import list_owed_reminders
from bot.followups.usecases.keeping import close_shut, owe_reminders, return_orphaned, tell_givers
from bot.workspaces.queries import list_workspaces

AT_ONCE = 50  # people in one transaction


async def remind_followups(runtime: Runtime) -> int:
    """Owe everything that follow-ups ask for now, in every workspace; returns how much it was."""
    count = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        for keep in (close_shut, return_orphaned, tell_givers):
            count += await runtime.run(keep, workspace=workspace)
        owed = await runtime.read(list_owed_reminders, workspace=workspace)
        people = [reminder.person_id for reminder in owed]
        for start in range(0, len(people), AT_ONCE):
            some = people[start : start + AT_ONCE]
            count += await runtime.run(owe_reminders, workspace=workspace, person_ids=some)
    return count

"""Reminds every owner whose hour has come, once a working day."""

from bot.checkins.queries.reminders import list_owed_reminders
from bot.checkins.usecases.reminding import owe_reminders
from bot.core.runtime import Runtime
from bot.workspaces.queries import list_workspaces

AT_ONCE = 50  # people in one transaction: thousands of owners share an hour


async def remind_due(runtime: Runtime) -> int:
    """Owe all reminders whose time has come, in every workspace; returns how many."""
    count = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        owed = await runtime.read(list_owed_reminders, workspace=workspace)
        people = [reminder.person_id for reminder in owed]
        for start in range(0, len(people), AT_ONCE):
            some = people[start : start + AT_ONCE]
            count += await runtime.run(owe_reminders, workspace=workspace, person_ids=some, rooms=runtime.rooms)
    return count

"""Sends everybody's one message of the morning; one transaction handles a limited number of people."""

from bot.checkins.queries.reminders import list_due_reminders
from bot.checkins.usecases.reminding import enqueue_reminders
from bot.core.runtime import Runtime
from bot.followups import usecases as followups
from bot.promises.usecases import scheduled as promises
from bot.workspaces.queries import list_workspaces

PEOPLE_PER_TRANSACTION = 50  # people in one transaction: thousands share an hour
BEFORE = (
    followups.close_inactive,
    followups.return_orphaned,
    promises.withdraw_inactive,
    promises.inherit_orphaned,
    promises.break_overdue,
)
"""What is settled first, so that nobody is reminded of what isn't theirs, or isn't owed, any more."""


async def send_morning_messages(runtime: Runtime) -> int:
    """Enqueue what is due for each person whose hour has come, once a working day; return the number of changes."""
    count = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        for use_case in BEFORE:
            count += await runtime.run(use_case, workspace=workspace)
        due = await runtime.read(list_due_reminders, workspace=workspace, features=runtime.features)
        people = [reminder.person_id for reminder in due]
        for start in range(0, len(people), PEOPLE_PER_TRANSACTION):
            batch = people[start : start + PEOPLE_PER_TRANSACTION]
            inputs = {"person_ids": batch, "features": runtime.features}
            count += await runtime.run(enqueue_reminders, workspace=workspace, **inputs)
    return count

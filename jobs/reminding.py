"""Sends everybody's one message of the morning; one transaction handles a limited number of people."""

from datetime import datetime
from functools import partial

from sqlmodel import Session

from bot.checkins.queries.hours import somebody_is_due
from bot.checkins.queries.reminders import list_due_reminders
from bot.checkins.usecases.reminding import enqueue_reminders
from bot.commitments.queries import has_stuck
from bot.core.runtime import Runtime
from bot.followups import usecases as followups
from bot.followups.queries import FOLLOWUPS
from bot.people.queries import list_homes
from bot.promises.queries import PROMISES, has_overdue
from bot.promises.usecases import scheduled as promises
from bot.workspaces.queries import list_workspaces_where
from jobs.sharing import share

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
    workspaces = await runtime.read(list_workspaces_to_remind, workspace=None)
    return await share(runtime, "send_morning_messages", workspaces, partial(_remind, runtime))


async def _remind(runtime: Runtime, workspace: str) -> int:
    count = 0
    for use_case in BEFORE:
        count += await runtime.run(use_case, workspace=workspace)
    due = await runtime.read(list_due_reminders, workspace=workspace, features=runtime.features)
    people = [reminder.person_id for reminder in due]
    for start in range(0, len(people), PEOPLE_PER_TRANSACTION):
        batch = people[start : start + PEOPLE_PER_TRANSACTION]
        inputs = {"person_ids": batch, "features": runtime.features}
        count += await runtime.run(enqueue_reminders, workspace=workspace, **inputs)
    return count


def list_workspaces_to_remind(session: Session, *, now: datetime) -> list[str]:
    """Return the ids of the workspaces where somebody's hour has come, or something is to be settled."""
    homes = list_homes(session)
    to_settle = (has_stuck(FOLLOWUPS), has_stuck(PROMISES), has_overdue(homes, now=now))
    return list_workspaces_where(session, somebody_is_due(homes, now=now), *to_settle)

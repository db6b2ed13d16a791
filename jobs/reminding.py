"""Sends reminders of due customers, follow-ups and promises; one transaction handles a limited number of people."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from bot.checkins.queries.queue import list_due_reminders as list_due_checkins
from bot.checkins.usecases.reminding import enqueue_reminders as remind_of_checkins
from bot.core.runtime import Runtime
from bot.followups import queries as followup_queries
from bot.followups import usecases as followups
from bot.promises import queries as promise_queries
from bot.promises.usecases import scheduled as promises
from bot.workspaces.queries import list_workspaces

PEOPLE_PER_TRANSACTION = 50  # people in one transaction: thousands share an hour


class DueReminder(Protocol):
    """A reminder that is due for a person."""

    @property
    def person_id(self) -> str:
        """The person to remind."""
        ...


async def remind_due(runtime: Runtime) -> int:
    """Remind owners of due customers, once a working day at their hour; return the number of reminders."""
    return await _remind_all(runtime, (), list_due_checkins, remind_of_checkins, features=runtime.features)


async def remind_followups(runtime: Runtime) -> int:
    """Remind people of their follow-ups, after handling late and orphaned ones; return the number of changes."""
    before = (followups.close_inactive, followups.return_orphaned, followups.notify_givers)
    return await _remind_all(runtime, before, followup_queries.list_due_reminders, followups.enqueue_reminders)


async def remind_promises(runtime: Runtime) -> int:
    """Remind people of their promises, after handling broken and orphaned ones; return the number of changes."""
    before = (promises.withdraw_inactive, promises.inherit_orphaned, promises.break_overdue)
    return await _remind_all(runtime, before, promise_queries.list_due_reminders, promises.enqueue_reminders)


async def _remind_all(
    runtime: Runtime,
    before: Sequence[Callable[..., int]],
    list_due: Callable[..., Iterable[DueReminder]],
    enqueue_reminders: Callable[..., int],
    **inputs: Any,
) -> int:
    """Run the use cases in *before*, then remind everybody returned by *list_due*, in every workspace."""
    count = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        for use_case in before:
            count += await runtime.run(use_case, workspace=workspace)
        people = [reminder.person_id for reminder in await runtime.read(list_due, workspace=workspace)]
        for start in range(0, len(people), PEOPLE_PER_TRANSACTION):
            batch = people[start : start + PEOPLE_PER_TRANSACTION]
            count += await runtime.run(enqueue_reminders, workspace=workspace, person_ids=batch, **inputs)
    return count

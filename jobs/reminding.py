"""Reminds people of customers that are due, of follow-ups and of promises, in transactions of some people each."""

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

AT_ONCE = 50  # people in one transaction: thousands share an hour


class Owed(Protocol):
    """A reminder whose time has come for somebody."""

    @property
    def person_id(self) -> str:
        """Whose it is."""
        ...


async def remind_due(runtime: Runtime) -> int:
    """Remind every owner whose hour has come, once a working day, in every workspace; returns how many."""
    return await _remind_all(runtime, (), list_due_checkins, remind_of_checkins, features=runtime.features)


async def remind_followups(runtime: Runtime) -> int:
    """Remind people of what they were asked to do, and handle what is late or has nobody; returns how much it was."""
    before = (followups.close_shut, followups.return_orphaned, followups.tell_givers)
    return await _remind_all(runtime, before, followup_queries.list_due_reminders, followups.enqueue_reminders)


async def remind_promises(runtime: Runtime) -> int:
    """Remind people of what they promised, and handle what is broken or has nobody; returns how much it was."""
    before = (promises.withdraw_shut, promises.inherit_orphaned, promises.break_overdue)
    return await _remind_all(runtime, before, promise_queries.list_due_reminders, promises.enqueue_reminders)


async def _remind_all(
    runtime: Runtime,
    before: Sequence[Callable[..., int]],
    list_owed: Callable[..., Iterable[Owed]],
    enqueue_reminders: Callable[..., int],
    **inputs: Any,
) -> int:
    """Run the use cases that come *before* reminders, then remind everybody *list_owed* finds, in every workspace."""
    count = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        for use_case in before:
            count += await runtime.run(use_case, workspace=workspace)
        people = [reminder.person_id for reminder in await runtime.read(list_owed, workspace=workspace)]
        for start in range(0, len(people), AT_ONCE):
            some = people[start : start + AT_ONCE]
            count += await runtime.run(enqueue_reminders, workspace=workspace, person_ids=some, **inputs)
    return count

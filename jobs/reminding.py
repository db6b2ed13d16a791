"""Owing many people their reminders without one long transaction."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from bot.core.runtime import Runtime

AT_ONCE = 50  # people in one transaction: thousands share an hour


class Owed(Protocol):
    """A reminder whose time has come for somebody."""

    @property
    def person_id(self) -> str:
        """Whose it is."""
        ...


async def remind_people(
    runtime: Runtime,
    list_owed: Callable[..., Iterable[Owed]],
    enqueue_reminders: Callable[..., int],
    *,
    workspace: str,
    **inputs: Any,
) -> int:
    """Owe everybody in a workspace the reminders that *list_owed* finds, some people at once; returns how many."""
    people = [reminder.person_id for reminder in await runtime.read(list_owed, workspace=workspace)]
    count = 0
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        count += await runtime.run(enqueue_reminders, workspace=workspace, person_ids=some, **inputs)
    return count

"""Changes that are asked for at the same time, made in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class GroupCommit(Generic[T, R]):
    """
    Makes changes in groups: what is asked for while one group is being stored is the next group.

    `commit(items)` stores a group and returns the result of each item, in their order; where it raises an error, each
    caller gets that error.
    """

    def __init__(self, commit: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        self._commit = commit
        self._turn = asyncio.Lock()
        self._items: list[T] = []
        self._next: asyncio.Task[Sequence[R]] | None = None

    async def ask(self, item: T) -> R:
        """Have *item* stored together with what others ask for now; return its result after the commit."""
        if self._next is None:
            self._items = []
            self._next = asyncio.create_task(self._commit_next())
        place, group = len(self._items), self._next
        self._items.append(item)
        results = await asyncio.shield(group)  # who is cancelled takes nobody along
        return results[place]

    async def _commit_next(self) -> Sequence[R]:
        async with self._turn:
            self._next = None
            return await self._commit(self._items)

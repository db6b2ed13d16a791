"""What is asked for at the same time is stored in one transaction, and each caller has its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from jobs.group_commit import GroupCommit


class Store:
    """Stores groups of numbers, each when it is let through, and answers with their doubles."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.gate = asyncio.Semaphore(0)

    async def commit(self, numbers: Sequence[int]) -> list[int]:
        """Store them; raises ValueError for a group with a negative number."""
        self.groups.append(list(numbers))
        await self.gate.acquire()
        if min(numbers) < 0:
            raise ValueError(str(min(numbers)))
        return [2 * number for number in numbers]


async def begin(group: GroupCommit[int, int], *numbers: int) -> list[asyncio.Task[int]]:
    """Ask for each number in a task of its own, and let those tasks and the store begin."""
    asked = [asyncio.create_task(group.ask(number)) for number in numbers]
    for _ in range(3):
        await asyncio.sleep(0)
    return asked


async def test_who_asks_while_a_group_is_stored_is_in_the_next_one() -> None:
    """However many there are, and each caller gets the answer to its own number."""
    store = Store()
    group = GroupCommit(store.commit)
    asked = await begin(group, 1, 2, 3)
    asked += await begin(group, 4)
    asked += await begin(group, 5)
    assert store.groups == [[1, 2, 3]]
    store.gate.release()
    store.gate.release()
    assert await asyncio.gather(*asked) == [2, 4, 6, 8, 10]
    assert store.groups == [[1, 2, 3], [4, 5]]


async def test_an_error_reaches_everybody_in_the_group_and_nobody_else() -> None:
    """The next group is stored."""
    store = Store()
    group = GroupCommit(store.commit)
    failing = await begin(group, 1, -2)
    (fine,) = await begin(group, 3)
    store.gate.release()
    store.gate.release()
    for asked in failing:
        with pytest.raises(ValueError, match="-2"):
            await asked
    assert await fine == 6


async def test_who_is_cancelled_takes_nobody_along() -> None:
    """The others of its group are stored and answered."""
    store = Store()
    group = GroupCommit(store.commit)
    leaving, staying = await begin(group, 1, 2)
    leaving.cancel()
    store.gate.release()
    assert await staying == 4
    assert leaving.cancelled()

"""
The draw: which customers are called, which are the control group, who calls whom on which day.

A draw depends on what the customers are known by, their strata and the seed alone, so anybody can repeat it on any
machine, and with a list that was exported and imported again.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

FINGERPRINT = 16  # hexadecimal digits
Key = TypeVar("Key", str, UUID)


class Draw(NamedTuple, Generic[Key]):
    """The customers that are called and the control group, each in random order."""

    called: tuple[Key, ...]
    control: tuple[Key, ...]


class Identity(NamedTuple):
    """What tells a customer from others, here and in a list that is exported."""

    source: str | None
    external_id: str | None
    name_key: str
    domain: str | None
    added_on: date

    @property
    def words(self) -> str:
        """The id with its system, else name, domain and the day on which it was added."""
        if self.external_id:
            return f"{self.source or ''}:{self.external_id}"
        return f"{self.name_key} {self.domain or ''} {self.added_on.isoformat()}"


class Slot(NamedTuple):
    """A call of one person on one day."""

    day: date
    caller: str


def lasting_keys(customers: Mapping[UUID, Identity]) -> dict[UUID, str]:
    """Return a key for each customer that outlasts an export and import; those told apart by nothing are numbered."""
    count: dict[str, int] = {}
    keys = {}
    for one in sorted(customers):
        words = customers[one].words
        count[words] = count.get(words, 0) + 1
        keys[one] = f"{words} {count[words]}" if count[words] > 1 else words
    return keys


def fingerprint(strata: Mapping[Key, str]) -> str:
    """Return 16 digits that tell one list of customers and their strata from another, whatever its order."""
    lines = sorted(f"{one} {stratum}" for one, stratum in strata.items())
    return sha256("\n".join(lines).encode()).hexdigest()[:FINGERPRINT]


def draw(strata: Mapping[Key, str], *, size: int, seed: str) -> Draw[Key]:
    """
    Draw *size* customers to call and as many for the control group.

    The customers stand in a line, stratum after stratum, each in an order that the seed makes random. Every so many-th
    is taken, from a random start, so each customer has the same chance, and each stratum its share but for one. Those
    taken go to the two groups in turns, and the seed says which comes first.

    Raises:
        ValueError: there are fewer customers than twice the size.
    """
    if size < 1 or len(strata) < 2 * size:
        raise ValueError(f"{len(strata)} customers are too few for two groups of {size}.")
    line = sorted(strata, key=lambda one: (strata[one], _number(seed, one)))
    start = _number(seed, "start") % len(line)
    marks = [(start + place * 2 * size) // len(line) for place in range(len(line) + 1)]
    taken = [one for place, one in enumerate(line) if marks[place + 1] > marks[place]]
    first = _number(seed, "group") % 2
    return Draw(called=_shuffled(taken[first::2], seed), control=_shuffled(taken[1 - first :: 2], seed))


def next_in_line(strata: Mapping[Key, str], *, stratum: str, seed: str) -> Key | None:
    """Return who replaces a customer of *stratum*: the first by the seed of the same one, else of all; None of none."""
    alike = [one for one in strata if strata[one] == stratum]
    return next(iter(_shuffled(alike or strata, seed)), None)


def spread(calls: int, days: Mapping[str, Sequence[date]], load: Mapping[Slot, int]) -> list[Slot]:
    """
    Return a slot for each of so many *calls* among the callers' working *days*, in order.

    No caller's day gets another call while one with fewer things to do, counting the *load* it has, has room.
    """
    waiting = [(load.get(Slot(day, caller), 0), day, caller) for caller, theirs in days.items() for day in theirs]
    heapq.heapify(waiting)
    slots = []
    for _ in range(calls if waiting else 0):
        busy, day, caller = waiting[0]
        heapq.heapreplace(waiting, (busy + 1, day, caller))
        slots.append(Slot(day, caller))
    return sorted(slots)


def assign(called: Sequence[UUID], owners: Mapping[UUID, str | None], slots: Iterable[Slot]) -> dict[UUID, Slot]:
    """Return the slot of each customer: one of its owner's where they call, else one of those that are left."""
    free: dict[str, list[Slot]] = defaultdict(list)
    for slot in sorted(slots, reverse=True):
        free[slot.caller].append(slot)
    assigned = {one: free[owner].pop() for one in called if (owner := owners.get(one) or "") and free.get(owner)}
    rest = sorted((slot for theirs in free.values() for slot in theirs), reverse=True)
    return {one: assigned[one] if one in assigned else rest.pop() for one in called}


def _shuffled(customers: Iterable[Key], seed: str) -> tuple[Key, ...]:
    return tuple(sorted(customers, key=lambda one: _number(seed, one)))


def _number(seed: str, about: object) -> int:
    return int.from_bytes(sha256(f"{seed}:{about}".encode()).digest())

"""
The draw: which customers are called, which are the control group, who calls whom on which day.

A draw depends on the customers' ids, their strata and the seed alone, so anybody can repeat it on any machine.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

FINGERPRINT = 16  # hexadecimal digits


class Draw(NamedTuple):
    """The customers that are called and the control group, each in random order."""

    called: tuple[UUID, ...]
    control: tuple[UUID, ...]


class Slot(NamedTuple):
    """A call of one person on one day."""

    day: date
    caller: str


def fingerprint(strata: Mapping[UUID, str]) -> str:
    """Return 16 digits that tell one list of customers and their strata from another, whatever its order."""
    lines = sorted(f"{one} {stratum}" for one, stratum in strata.items())
    return sha256("\n".join(lines).encode()).hexdigest()[:FINGERPRINT]


def draw(strata: Mapping[UUID, str], *, size: int, seed: str) -> Draw:
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


def next_in_line(strata: Mapping[UUID, str], *, stratum: str, seed: str) -> UUID | None:
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


def _shuffled(customers: Iterable[UUID], seed: str) -> tuple[UUID, ...]:
    return tuple(sorted(customers, key=lambda one: _number(seed, one)))


def _number(seed: str, about: object) -> int:
    return int.from_bytes(sha256(f"{seed}:{about}".encode()).digest())

"""
Sharing customers out among people by the room that they have.

A load is the number of contacts that cadences ask for, as a whole number of contacts in `UNIT` days: every cadence
divides `UNIT`, so sums are exact. Sizes of customers are nowhere in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import lcm
from statistics import median_low
from typing import TypeVar

from bot.customers.rules.due import LONGEST_CADENCE_DAYS

Key = TypeVar("Key")

UNIT = lcm(*range(1, LONGEST_CADENCE_DAYS + 1))
"""Days in which a load is counted."""


def load_of(cadence: int) -> int:
    """Return the load of a customer that is contacted every *cadence* days."""
    return UNIT // cadence


def share_out(
    parents: Mapping[Key, Key | None], room: Mapping[str, int], loads: Mapping[Key, int] | None = None
) -> dict[Key, str]:
    """
    Return who gets each customer; *parents* maps each customer to its parent, in the order of sharing.

    *room* is the load that each person can still carry, in the order of sharing; *loads* are those of the customers, by
    default 1 each. A family stays together. The largest families go first, each to the person who has the most room
    left; equal ones go in the order given. So nobody gets above their room while a family fits into somebody else's,
    and among people with the same room the loads differ by no more than the largest family's.

    Raises:
        ValueError: *room* is empty.
    """
    if not room:
        raise ValueError("There is nobody to share customers out among.")
    families: dict[Key, list[Key]] = {}
    for key, root in group_families(parents, parents).items():
        families.setdefault(root, []).append(key)
    left, shares = dict(room), dict[Key, str]()
    carried = {root: sum(loads[key] if loads else 1 for key in family) for root, family in families.items()}
    for root in sorted(families, key=carried.__getitem__, reverse=True):
        person = max(left, key=left.__getitem__)
        left[person] -= carried[root]
        shares |= dict.fromkeys(families[root], person)
    return shares


def room_of(among: Sequence[str], limits: Mapping[str, int], loads: Mapping[str, int]) -> dict[str, int]:
    """
    Return the load that each of *among* can still carry; below 0 for somebody who carries too much.

    *limits* are the greatest loads of those whose work is known. Somebody else counts as the colleague in the middle.
    Where nobody's is known all have the same room, so that the customers are shared out evenly.
    """
    known = [limits[person] for person in among if person in limits]
    if not known:
        return dict.fromkeys(among, 0)
    return {person: limits.get(person, median_low(known)) - loads.get(person, 0) for person in among}


def group_families(customers: Iterable[Key], parents: Mapping[Key, Key | None]) -> dict[Key, Key]:
    """Return the family of each of *customers*: its ancestor without a parent, or the least of a circle."""
    return {key: _root(key, parents) for key in customers}


def _root(key: Key, parents: Mapping[Key, Key | None]) -> Key:
    path = [key]
    while (parent := parents.get(path[-1])) is not None:
        if parent in path:
            return min(path[path.index(parent) :], key=str)
        path.append(parent)
    return path[-1]

"""Sharing customers out among people, evenly by their number."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key")


def share_evenly(parents: Mapping[Key, Key | None], among: Sequence[str]) -> dict[Key, str]:
    """
    Return who of *among* gets each customer; *parents* maps each customer to its parent, in the order of sharing.

    A family stays together. The largest families go first, each to the person who has the fewest so far; equal ones
    go in the order given. So the counts of two people differ by no more than one, or by the largest family.

    Raises:
        ValueError: *among* is empty.
    """
    if not among:
        raise ValueError("There is nobody to share customers out among.")
    families: dict[Key, list[Key]] = {}
    for key, root in group_families(parents, parents).items():
        families.setdefault(root, []).append(key)
    counts: Counter[str] = Counter()
    shares: dict[Key, str] = {}
    for family in sorted(families.values(), key=len, reverse=True):
        person = min(among, key=counts.__getitem__)
        counts[person] += len(family)
        shares |= dict.fromkeys(family, person)
    return shares


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

"""Sharing customers out among people, evenly by their number."""

from collections import Counter
from collections.abc import Mapping, Sequence
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
    for key in parents:
        families.setdefault(_root(key, parents), []).append(key)
    counts: Counter[str] = Counter()
    shares: dict[Key, str] = {}
    for family in sorted(families.values(), key=len, reverse=True):
        person = min(among, key=counts.__getitem__)
        counts[person] += len(family)
        shares |= dict.fromkeys(family, person)
    return shares


def _root(key: Key, parents: Mapping[Key, Key | None]) -> Key:
    """Return the ancestor that has no parent among the shared customers."""
    seen = {key}
    while (parent := parents.get(key)) is not None and parent in parents and parent not in seen:
        key = parent
        seen.add(key)
    return key

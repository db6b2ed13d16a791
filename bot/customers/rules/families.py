"""Families of customers: the tree below a parent, which part of it a card shows, and the words about it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key")

SHORTEST_NAME = 4
"""Characters of a name with which that of a subsidiary may begin; shorter ones begin too many."""


def find_root(key: Key, parents: Mapping[Key, Key | None]) -> Key:
    """Return the uppermost ancestor of *key*; in a circle, the last one before it closes."""
    seen = {key}
    while (parent := parents.get(key)) is not None and parent not in seen:
        key = parent
        seen.add(key)
    return key


def is_in_circle(key: Key, parents: Mapping[Key, Key | None]) -> bool:
    """Return whether *key* is its own ancestor."""
    seen, above = set[Key](), parents.get(key)
    while above is not None and above != key and above not in seen:
        seen.add(above)
        above = parents.get(above)
    return above == key


def find_circles(parents: Mapping[Key, Key]) -> set[Key]:
    """Return all that are their own ancestors."""
    done, circled = set[Key](), set[Key]()
    for key in parents:
        line: dict[Key, None] = {}
        above: Key | None = key
        while above is not None and above not in done and above not in line:
            line[above] = None
            above = parents.get(above)
        if above in line:
            path = list(line)
            circled.update(path[path.index(above) :])
        done.update(line)
    return circled


def lay_out(root: Key, children: Mapping[Key, Sequence[Key]]) -> list[tuple[Key, int]]:
    """Return *root* and all below it with their depths, each above its children, each once even in a circle."""
    order, waiting = dict[Key, int](), [(root, 0)]
    while waiting:
        key, depth = waiting.pop()
        if key not in order:
            order[key] = depth
            waiting += [(child, depth + 1) for child in reversed(children.get(key, ()))]
    return list(order.items())


def pick_shown(order: Iterable[Key], own: Key, parents: Mapping[Key, Key | None], *, most: int) -> set[Key]:
    """
    Return which *most* of a family a card shows: *own* first, its ancestors, its children, its siblings, then others.

    Alike ones come as in *order*.
    """
    line = [own]
    while (above := parents.get(line[-1])) is not None and above not in line:
        line.append(above)
    nearest = {key: number for number, key in enumerate(line)}
    beside = parents.get(own)

    def rank(key: Key) -> int:
        parent = parents.get(key)
        kin = 0 if parent == own else 1 if parent is not None and parent == beside else 2
        return nearest.get(key, len(line) + kin)

    return set(sorted(order, key=rank)[:most])


def names_above(name_key: str) -> list[str]:
    """Return the names that a customer's begins with, the longest first: "golddex iberia plant" begins with two."""
    words = name_key.split()
    longest_first = (" ".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    return [name for name in longest_first if len(name) >= SHORTEST_NAME]


def by_the_way(root: str, companies: str, *, neglected: int, lost: int) -> str:
    """Return what is told of a family of so many *companies* once somebody has talked to one of them."""
    parts = [f"{neglected:,} {'is' if neglected == 1 else 'are'} neglected"] if neglected else []
    parts += [f"{lost:,} {'is' if lost == 1 else 'are'} lost"] if lost else []
    state = f"; {' and '.join(parts)}" if parts else ""
    return f"By the way: this account belongs to {root}, which has {companies} with us{state}."

"""Plans that move customers from people who are asked for more than they can do to colleagues with room."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class PlanKind(StrEnum):
    """What a plan changes: who owns customers, or how long their cadences are."""

    MOVE = "move"
    LENGTHEN = "lengthen"


class Group(NamedTuple):
    """
    Customers of one family that have the same owner, and move together.

    *since* is the day of the owner's first contact with any of them; None when there was none.
    """

    owner: str
    members: tuple[UUID, ...]
    load: int
    since: date | None = None


def newest_first(groups: Sequence[Group]) -> list[Group]:
    """Return *groups* from the newest relationship to the oldest; those without one first, by their ids."""
    return sorted(groups, key=lambda group: (group.since or date.max, group.members), reverse=True)


def plan_moves(
    groups: Sequence[Group], limits: Mapping[str, int], takers: Sequence[str], *, givers: Sequence[str] | None = None
) -> dict[Group, str]:
    """
    Return who of *takers* gets which of *groups*.

    *limits* are the greatest loads of the people; those without one neither give nor take. Whoever is above theirs
    (one of *givers*, by default anybody) gives until they aren't, the newest relationship first, each to the colleague
    with the most room, and nobody gets above their own limit. Carrying it out and planning again moves nothing more.
    """
    loads = dict.fromkeys(limits, 0)
    for group in groups:
        if group.owner in loads:
            loads[group.owner] += group.load
    by_owner: dict[str, list[Group]] = {}
    for group in newest_first(groups):
        by_owner.setdefault(group.owner, []).append(group)
    giving = [person for person in sorted(limits) if givers is None or person in givers]
    taking = [person for person in sorted(takers) if person in limits]
    return dict(_moves(by_owner, loads, limits, giving, taking))


def _moves(
    by_owner: Mapping[str, Sequence[Group]],
    loads: dict[str, int],
    limits: Mapping[str, int],
    giving: Sequence[str],
    taking: Sequence[str],
) -> Iterator[tuple[Group, str]]:
    """
    Yield what moves to whom, and keep *loads* as they become.

    One pass over the givers is enough: who gave has less room than the group that they gave last, and that went to
    somebody with room for it. So the most room never grows, and what found none before finds none later.
    """
    for giver in giving:
        for group in by_owner.get(giver, ()):
            if loads[giver] <= limits[giver]:
                break
            taker = max((one for one in taking if one != giver), key=lambda one: limits[one] - loads[one], default=None)
            if taker is not None and loads[taker] + group.load <= limits[taker]:
                loads[giver] -= group.load
                loads[taker] += group.load
                yield group, taker


def count_surplus(groups: Sequence[Group], limit: int) -> int:
    """Return how many customers of one person would have to go to others until *limit* suffices, the newest first."""
    load, gone = sum(group.load for group in groups), 0
    for group in newest_first(groups):
        if load <= limit:
            break
        load -= group.load
        gone += len(group.members)
    return gone

"""Compares what cadences ask of people with what they do, in the loads of `customers.rules.sharing`."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from statistics import median
from typing import NamedTuple

from bot.customers.rules.due import LONGEST_CADENCE_DAYS
from bot.customers.rules.sharing import UNIT, load_of

WEEKS = 8
"""The weeks behind that are measured, and the weeks ahead whose working days count."""
WEEK_DAYS = 7
AHEAD_DAYS = WEEKS * WEEK_DAYS
USUAL_WORKING_DAYS = WEEKS * 5
"""Of nobody in particular, for customers without an owner."""
FEWEST_WEEKS = 4
"""Weeks with working days, from somebody's first check-in on, that it takes to know what they do."""


class Week(NamedTuple):
    """What somebody did in a week: contacts, attempts, and the number of their working days."""

    contacts: int
    attempts: int
    working_days: int


class Capacity(NamedTuple):
    """
    What one person can do: contacts and attempts a working day, and the working days in the coming `AHEAD_DAYS`.

    *made* and *tried* are None when there is too little history.
    """

    working_days: int
    made: Fraction | None = None
    tried: Fraction | None = None

    @property
    def limit(self) -> int | None:
        """The greatest load that the person can carry; None when there is too little history."""
        return None if self.made is None else floor(self.made * self.working_days * UNIT / AHEAD_DAYS)


def capacity_of(weeks: Sequence[Week], *, working_days: int) -> Capacity:
    """Return the capacity of somebody whose last *weeks* were such, by the median week; away for a week counts not."""
    worked = [week for week in weeks if week.working_days]
    if len(worked) < FEWEST_WEEKS:
        return Capacity(working_days)
    made = median(Fraction(week.contacts, week.working_days) for week in worked)
    return Capacity(working_days, made, median(Fraction(week.attempts, week.working_days) for week in worked))


def asked_a_working_day(load: int, working_days: int) -> float | None:
    """Return the contacts a working day that *load* asks for; None without a working day in the coming weeks."""
    return float(Fraction(load * AHEAD_DAYS, UNIT * working_days)) if working_days else None


def even_cadence(customers: int, limit: int) -> int | None:
    """Return the shortest cadence at which *limit* suffices for so many customers; None when a year is too short."""
    days = ceil(Fraction(customers * UNIT, limit)) if limit else LONGEST_CADENCE_DAYS + 1
    return days if days <= LONGEST_CADENCE_DAYS else None


def lengthen(cadences: Mapping[int, int], limit: int) -> dict[int, int]:
    """
    Return the new cadence for each of *cadences*, a number of customers by cadence, so that *limit* suffices.

    All grow by the same factor, rounded up to whole days. One that would pass `LONGEST_CADENCE_DAYS` stays at that, and
    the others grow the more. It is empty where even that doesn't suffice.
    """
    longest: dict[int, int] = {}
    while free := {cadence: count for cadence, count in cadences.items() if cadence not in longest}:
        load = sum(count * load_of(cadence) for cadence, count in free.items())
        room = limit - sum(cadences[cadence] * load_of(LONGEST_CADENCE_DAYS) for cadence in longest)
        if room <= 0 < load:
            return {}
        factor = max(Fraction(load, room), Fraction(1)) if load else Fraction(1)
        grown = {cadence: ceil(cadence * factor) for cadence in free}
        if max(grown.values()) <= LONGEST_CADENCE_DAYS:
            return longest | grown
        longest |= {cadence: LONGEST_CADENCE_DAYS for cadence, days in grown.items() if days > LONGEST_CADENCE_DAYS}
    return longest if sum(cadences.values()) * load_of(LONGEST_CADENCE_DAYS) <= limit else {}

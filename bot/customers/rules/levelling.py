"""
Levelling the days of one owner, so that no day holds more due customers than the cap while another has room.

A customer moves to a day before the one it would be due on. Only one whose day came while its owner was away may come
later, after the return. Ids and waits decide who moves; a customer's size is nowhere in it.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple

from bot.people.rules import DAY, Calendar


class Place(NamedTuple):
    """
    A customer that is due *on* a day, and may be on each working day from *first* to *last*.

    *ratio* is the overdue ratio it has on the day that it would be due on. *returns_on* is that day when it comes after
    days away of the owner, in which its cadence is used up.
    """

    id: str
    on: date
    first: date
    last: date
    ratio: float
    returns_on: date | None = None


def place(
    customer_id: str,
    calendar: Calendar,
    *,
    today: date,
    on: date,
    wanted: date,
    waiting_since: date,
    cadence_days: int,
    neglected_after: date,
    ever_contacted: bool,
) -> Place | None:
    """
    Return where a customer is, due *on* a day now, and where it may be; None when it has to stay.

    It isn't asked for before half its cadence is over, unless nobody has talked to it, nor before tomorrow. *wanted* is
    the day its cadence is used up. Where the owner is away on that day, the hard limit is the last day it may come.
    """
    due = calendar.next_working_day(wanted)
    returns = replace(calendar, days_off=()).next_working_day(wanted) < due
    half = timedelta(days=-(-cadence_days // 2)) if ever_contacted else DAY
    first = max(today + DAY, waiting_since + half)
    if on == today and returns:
        first = today
    last = max(due, neglected_after) if returns else due
    ratio = max((due - waiting_since).days, 0) / cadence_days
    found = Place(customer_id, on, first, last, ratio, due if returns else None)
    return found if found.first <= on <= last else None


def level(places: Sequence[Place], *, days: Sequence[date], fixed: Mapping[date, int], cap: int) -> dict[str, date]:
    """
    Return the new day of each customer that moves, by its id; nobody moves while no day holds more than *cap*.

    *days* are the owner's working days in order, *fixed* says how many customers that have to stay are on which day.
    What doesn't fit under the cap is spread evenly. After a return, those with the highest overdue ratio come first,
    or, where somebody's hard limit would pass by that, those whose limit comes first. Levelling again changes nothing.

    Raises:
        ValueError: *cap* is less than one.
    """
    if cap < 1:
        raise ValueError("At least one call a day is needed to reach everybody.")
    plan = _Plan(days, fixed, cap)
    for one in places:
        plan.add(one)
    if max(plan.load, default=0) <= cap:
        return {}
    plan.order_returns()
    while plan.even_out():
        plan.order_returns()
    before = {one.id: one.on for one in places}
    return {key: day for key, day in plan.days_by_id() if day != before[key]}


class _Row(NamedTuple):
    """A customer in a plan; in order, the one that has waited the largest share of its cadence comes last."""

    ratio: float
    order: bytes
    id: str
    first: int
    last: int
    returns_on: date | None


class _Plan:
    """The working days of an owner by their numbers, and who is on them, by the days between which they may be."""

    def __init__(self, days: Sequence[date], fixed: Mapping[date, int], cap: int) -> None:
        self.days, self.cap = days, cap
        self.load = [0] * len(days)
        self.windows: list[dict[tuple[int, int], list[_Row]]] = [{} for _ in days]
        for day, count in fixed.items():
            if (number := bisect_left(days, day)) < len(days):
                self.load[number] += count

    def add(self, one: Place) -> None:
        """Put a customer on its day; where that is no working day it stays, on the next one."""
        day, first = bisect_left(self.days, one.on), bisect_left(self.days, one.first)
        last = bisect_right(self.days, one.last) - 1
        if day == len(self.days):
            return
        if not first <= day <= last or self.days[day] != one.on:
            self.load[day] += 1
            return
        self._put(_Row(one.ratio, _order(one.id), one.id, first, last, one.returns_on), day)

    def even_out(self) -> bool:
        """
        Take from each day that holds too many what another one can take; return whether anything moved.

        What doesn't fit under the cap is spread under the next higher number, and so on.
        """
        moved, limit = False, self.cap
        while limit < max((self.load[day] for day, windows in enumerate(self.windows) if windows), default=0):
            full: set[int] = set()
            for day in range(len(self.days)):
                while self.load[day] > limit and day not in full:
                    reached = self._relieve(day, limit)
                    full.update(reached)
                    moved |= not reached
            limit += 1
        return moved

    def order_returns(self) -> None:
        """Order those who wait for a return of the owner among the days that they are on from then on."""
        waiting: dict[date, list[tuple[int, _Row]]] = {}
        for day, row in self._rows():
            if row.returns_on is not None and self.days[day] >= row.returns_on:
                waiting.setdefault(row.returns_on, []).append((day, row))
        for group in waiting.values():
            days = sorted(day for day, _ in group)
            rows = sorted((row for _, row in group), reverse=True)
            if any(day > row.last for day, row in zip(days, rows, strict=True)):
                rows.sort(key=lambda row: row.last)
            for day, row in group:
                self._take(row, day)
            for day, row in zip(days, rows, strict=True):
                self._put(row, day)

    def days_by_id(self) -> Iterator[tuple[str, date]]:
        """Yield each customer's id with its day."""
        return ((row.id, self.days[day]) for day, row in self._rows())

    def _rows(self) -> Iterator[tuple[int, _Row]]:
        for day, windows in enumerate(self.windows):
            for rows in windows.values():
                for row in rows:
                    yield day, row

    def _relieve(self, day: int, limit: int) -> range:
        """
        Hand one customer of *day* on to the nearest day that holds fewer than *limit*, through others where need be.

        Returns the days within reach when none of them does; they lie next to each other, from *low* to *high*.
        """
        low = high = day
        queue, came_from = [day], {day: day}
        for at in queue:
            first, last = self._reach(at)
            new = [*range(low - 1, first - 1, -1), *range(high + 1, last + 1)]
            low, high = min(low, first), max(high, last)
            came_from |= dict.fromkeys(new, at)
            target = next((one for one in new if self.load[one] < limit), day)
            if target != day:
                while target != day:
                    self._hand_on(came_from[target], target)
                    target = came_from[target]
                return range(0)
            queue += new
        return range(low, high + 1)

    def _reach(self, day: int) -> tuple[int, int]:
        """Return the first and the last day that anybody on *day* may be on."""
        windows = self.windows[day]
        return min((first for first, _ in windows), default=day), max((last for _, last in windows), default=day)

    def _hand_on(self, day: int, to: int) -> None:
        """Move a customer: to an earlier day the one with the highest overdue ratio, to a later one the lowest."""
        fitting = (rows for (first, last), rows in self.windows[day].items() if first <= to <= last)
        row = max(rows[-1] for rows in fitting) if to < day else min(rows[0] for rows in fitting)
        self._take(row, day)
        self._put(row, to)

    def _put(self, row: _Row, day: int) -> None:
        insort(self.windows[day].setdefault((row.first, row.last), []), row)
        self.load[day] += 1

    def _take(self, row: _Row, day: int) -> None:
        rows = self.windows[day][row.first, row.last]
        rows.pop(bisect_left(rows, row))
        if not rows:
            del self.windows[day][row.first, row.last]
        self.load[day] -= 1


def _order(customer_id: str) -> bytes:
    """Return what orders equals: an id tells when a customer was added, and lists are often sorted by size."""
    return sha256(customer_id.encode("utf-8", "surrogatepass")).digest()

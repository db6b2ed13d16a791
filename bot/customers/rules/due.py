"""When is a customer due? The heart of the product; a customer's size is nowhere in it."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from bot.people.rules import DAY, Calendar

LONGEST_CADENCE_DAYS = 365
LONGEST_SNOOZE_DAYS = 400
FIRST_DUES_PER_DAY = 8


class Schedule(NamedTuple):
    """What is stored of when a customer is due, by the names of its columns."""

    effective_cadence_days: int
    waiting_since: date
    due_on: date
    neglected_after: date


class Status(StrEnum):
    """Whether we look after a customer at all; only active ones are ever due."""

    ACTIVE = "active"
    PAUSED = "paused"
    LOST = "lost"
    EXCLUDED = "excluded"


class Standing(StrEnum):
    """Where an active customer stands today: always exactly one of these."""

    IN_CADENCE = "in_cadence"
    DUE = "due"
    NEGLECTED = "neglected"
    SNOOZED = "snoozed"


class CoverageGroup(StrEnum):
    """Where coverage counts an active customer: by its standing, or as never contacted where nobody is on it."""

    IN_CADENCE = "in_cadence"
    DUE = "due"
    NEGLECTED = "neglected"
    SNOOZED = "snoozed"
    NEVER_CONTACTED = "never_contacted"


class SnoozeReason(StrEnum):
    """Why a customer was put off: they asked for it, or we did it on our own."""

    CUSTOMER_ASKED = "customer_asked"
    DEFERRED = "deferred"


class RuleRefused(ValueError):
    """A date or a number that the rules don't allow; the message says what to do."""


class SnoozeTooLong(RuleRefused):
    """The snooze would end after *latest*, the last date allowed; where that is not after today, none is."""

    def __init__(self, latest: date) -> None:
        self.latest = latest
        super().__init__(f"This can be snoozed until {latest:%d %b %Y} at the latest.")


def due_on(waiting_since: date, cadence_days: int, calendar: Calendar) -> date:
    """Return the day a customer is due: last contact plus cadence, moved to the owner's next working day."""
    return calendar.next_working_day(waiting_since + timedelta(days=cadence_days))


def neglected_after(waiting_since: date, cadence_days: int, factor: float | Decimal) -> date:
    """
    Return the last day on which a customer is not yet neglected: *factor* times the cadence, in whole days.

    Never earlier than the cadence itself, whatever the factor.
    """
    # A float's own digits are meant: 1.15 x 100 days is 115 of them, not 114.99999999999999.
    allowed = int(Decimal(str(factor)) * cadence_days)
    return waiting_since + timedelta(days=max(allowed, cadence_days))


def compute_schedule(
    calendar: Calendar,
    *,
    default_cadence: int,
    factor: float | Decimal,
    cadence_days: int | None,
    last_contact_on: date | None,
    added_on: date,
    first_due_on: date | None,
    sooner_on: date | None = None,
    sooner_since: date | None = None,
    levelled_on: date | None = None,
    levelled_from: date | None = None,
    levelled_since: date | None = None,
) -> Schedule:
    """
    Compute the schedule of a customer from what it depends on; *calendar* is the owner's.

    A customer that was never contacted is due on its spread first date when it has one. Where the owner's days were
    levelled, it is due on *levelled_on* as long as it waits since *levelled_since* and would be due on *levelled_from*;
    whatever moves either ends that. Something that came up on *sooner_since* may make it due by *sooner_on*; see
    `brought_forward`.
    """
    cadence, since = cadence_days or default_cadence, last_contact_on or added_on
    due = calendar.next_working_day(wanted_on(since, cadence, last_contact_on, first_due_on))
    if levelled_on is not None and (levelled_from, levelled_since) == (due, since):
        due = calendar.next_working_day(levelled_on)
    due = brought_forward(due, last_contact_on, sooner_on=sooner_on, sooner_since=sooner_since)
    return Schedule(cadence, since, due, neglected_after(since, cadence, factor))


def wanted_on(waiting_since: date, cadence_days: int, last_contact_on: date | None, first_due_on: date | None) -> date:
    """Return the day a customer is due, before it is moved to a working day of its owner."""
    if last_contact_on is None and first_due_on is not None:
        return first_due_on
    return waiting_since + timedelta(days=cadence_days)


def brought_forward(
    due: date, last_contact_on: date | None, *, sooner_on: date | None, sooner_since: date | None
) -> date:
    """
    Return the earlier of *due* and *sooner_on*, as long as nobody has talked to the customer since *sooner_since*.

    It never makes anybody wait longer, and it is no contact: the wait goes on as it was.
    """
    if sooner_on is None or sooner_since is None or (last_contact_on and last_contact_on >= sooner_since):
        return due
    return min(due, sooner_on)


def overdue_ratio(today: date, waiting_since: date, cadence_days: int) -> float:
    """Return the days waited as a share of the cadence, 1.0 when it is used up; lists are in this order."""
    return max((today - waiting_since).days, 0) / cadence_days


def standing(
    today: date, *, due_on: date, neglected_after: date, snoozed_until: date | None, snooze_reason: SnoozeReason | None
) -> Standing:
    """
    Return where an active customer stands on *today*: exactly one of the four.

    Who asked to be left alone until a date is left alone until then. A snooze of our own (or one without a reason)
    hides nobody who is neglected. On its date a snooze is over.
    """
    asleep = snoozed_until is not None and today < snoozed_until
    if asleep and snooze_reason is SnoozeReason.CUSTOMER_ASKED:
        return Standing.SNOOZED
    if today > neglected_after:
        return Standing.NEGLECTED
    if asleep:
        return Standing.SNOOZED
    return Standing.DUE if today >= due_on else Standing.IN_CADENCE


def coverage_group(
    where: Standing, *, today: date, waiting_since: date, cadence_days: int, ever_contacted: bool, has_owner: bool
) -> CoverageGroup:
    """
    Return where coverage counts an active customer that stands at *where*: each in exactly one group.

    One that is in cadence by its dates counts so only after a first contact, or while it is inside the first cadence
    of somebody who owns it; else it was never contacted, and nothing shows that it will be.
    """
    if where is Standing.IN_CADENCE and not ever_contacted:
        is_first = (today - waiting_since).days <= cadence_days
        return CoverageGroup.IN_CADENCE if has_owner and is_first else CoverageGroup.NEVER_CONTACTED
    return CoverageGroup(where.value)


def words_beside_cadence(
    *, due: int, neglected: int, snoozed: int, snoozed_late: int, never_contacted: int
) -> tuple[str, ...]:
    """Return what the customers that aren't in cadence are, such as `7 due` and `2 snoozed (1 past its cadence)`."""
    late = f" ({snoozed_late:,} past {'its' if snoozed_late == 1 else 'their'} cadence)" if snoozed_late else ""
    numbers = (
        (due, "due"),
        (neglected, "neglected"),
        (snoozed, f"snoozed{late}"),
        (never_contacted, "never contacted"),
    )
    return tuple(f"{count:,} {words}" for count, words in numbers if count)


def check_snooze(until: date, *, today: date, neglected_after: date, reason: SnoozeReason) -> None:
    """
    Refuse a snooze that the rules don't allow.

    Raises:
        RuleRefused: *until* is not after *today*.
        SnoozeTooLong: past the hard limit without the customer's asking, or more than 400 days even so.
    """
    if until <= today:
        raise RuleRefused("A snooze has to end after today; choose a later date.")
    asked = reason is SnoozeReason.CUSTOMER_ASKED
    latest = today + timedelta(days=LONGEST_SNOOZE_DAYS) if asked else neglected_after
    if until > latest:
        raise SnoozeTooLong(latest)


def check_cadence(days: int, *, floor: int, approved_by_manager: bool) -> None:
    """
    Refuse a cadence that the rules don't allow.

    Raises:
        RuleRefused: not 1 to 365 days, or above the workspace's *floor* without a manager's approval.
    """
    if not 1 <= days <= LONGEST_CADENCE_DAYS:
        raise RuleRefused(f"A cadence is a whole number of days from 1 to {LONGEST_CADENCE_DAYS}.")
    if days > floor and not approved_by_manager:
        raise RuleRefused(f"A cadence above {floor} days needs a manager's approval; ask one, or choose a shorter one.")


def spread_first_dues(
    keys: Sequence[tuple[str, date, int]],
    *,
    today: date,
    calendar: Calendar,
    per_day: int = FIRST_DUES_PER_DAY,
    taken: Mapping[date, int],
) -> dict[str, date]:
    """
    Return the first due date of each never-contacted customer of one owner.

    *keys* are triples of the customer's id, the day it was added and its cadence; *taken* says how many first calls
    each day holds already. The dates lie on the owner's working days after *today*, evenly up to each customer's
    cadence and at most *per_day* on one day. Who doesn't fit (or whose cadence is used up already) comes as soon as
    there is room after it: a date later than `due_on` tells so. An id's hash decides who comes when, nothing else.

    Raises:
        ValueError: *per_day* is less than one.
    """
    if per_day < 1:
        raise ValueError("At least one first call a day is needed to reach everybody.")
    diary = _Diary(_with_days_in_sight(calendar, today), today, per_day, taken)
    dues: dict[str, date] = {}
    for deadline, ids in _by_deadline(keys, calendar):
        end = diary.days_up_to(deadline)
        days = diary.book_evenly(len(ids), end, phase=_hash(ids[0])[-1])
        days += diary.book_onward(len(ids) - len(days), end)
        dues.update(zip(ids, days, strict=True))
    return dues


def _hash(customer_id: str) -> bytes:
    return sha256(customer_id.encode("utf-8", "surrogatepass")).digest()


def _by_deadline(keys: Sequence[tuple[str, date, int]], calendar: Calendar) -> list[tuple[date, list[str]]]:
    """Group ids by the day their cadence is used up, soonest first, each group in the order of its hashes."""
    groups: dict[tuple[date, int], list[str]] = {}
    for customer_id, added_on, cadence in keys:
        groups.setdefault((added_on, cadence), []).append(customer_id)
    by_deadline: dict[date, list[str]] = {}
    for (added_on, cadence), ids in groups.items():
        by_deadline.setdefault(due_on(added_on, cadence, calendar), []).extend(ids)
    return [(deadline, sorted(ids, key=_hash)) for deadline, ids in sorted(by_deadline.items())]


def _with_days_in_sight(calendar: Calendar, today: date) -> Calendar:
    """Return *calendar*, or one on which every day counts when the owner has no working day within sight."""
    if calendar.next_working_day(today, or_same=False) > today:
        return calendar
    return replace(calendar, working_days=frozenset(range(7)), country=None, days_off=())


class _Diary:
    """The coming working days of an owner and the number of first calls on each."""

    def __init__(self, calendar: Calendar, today: date, per_day: int, taken: Mapping[date, int]) -> None:
        self.calendar, self.last, self.per_day, self.taken = calendar, today, per_day, taken
        self.days: list[date] = []
        self.load: list[int] = []
        self.full_up_to = 0

    def grow(self) -> None:
        """Add the next working day, or the very next day where none is in sight."""
        following = self.calendar.next_working_day(self.last, or_same=False)
        self.last = following if following > self.last else self.last + DAY
        self.days.append(self.last)
        self.load.append(self.taken.get(self.last, 0))

    def days_up_to(self, deadline: date) -> int:
        """Return how many working days there are up to *deadline*, that day included."""
        while self.last <= deadline:
            self.grow()
        return bisect_right(self.days, deadline)

    def book_evenly(self, n: int, end: int, *, phase: int) -> list[date]:
        """Book up to *n* days among the first *end*, emptiest first and evenly apart; fewer when there is no room."""
        chosen: list[int] = []
        level = min(self.load[:end], default=self.per_day)
        while len(chosen) < n and level < self.per_day:
            emptiest = [page for page in range(end) if self.load[page] == level]
            picked = _evenly(emptiest, n - len(chosen), phase)
            for page in picked:
                self.load[page] += 1
            chosen += picked
            level += 1
        return [self.days[page] for page in sorted(chosen)]

    def book_onward(self, n: int, start: int) -> list[date]:
        """Book *n* days from page *start* on, each filled up before the next."""
        booked: list[date] = []
        page = max(start, self.full_up_to)
        while len(booked) < n:
            if page == len(self.days):
                self.grow()
            fits = min(max(self.per_day - self.load[page], 0), n - len(booked))
            booked += [self.days[page]] * fits
            self.load[page] += fits
            page += self.load[page] >= self.per_day
        self.full_up_to = page
        return booked


def _evenly(pages: list[int], n: int, phase: int) -> list[int]:
    """*n* of *pages*, or all of fewer, evenly apart; *phase* (0 to 255) says where in the first gap to begin."""
    if n >= len(pages):
        return pages
    return [pages[(i * 256 + phase) * len(pages) // (n * 256)] for i in range(n)]

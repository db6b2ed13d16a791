"""What becomes of an escalation, how fast a customer is answered, and which causes come again."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.people.rules import DAY, MAX_SEARCH_DAYS, WORKDAY, Calendar, moment, person_key

RAISED, HOLDS = "escalations.raised", "escalations.holds"
"""The keys of what stands in the check-in form; the ids of its blocks begin with them."""
RAISED_WHAT, RAISED_SEVERITY = f"{RAISED}.what", f"{RAISED}.severity"

WHAT, NOTE, REASON, CAUSE_WORDS = 1000, 1000, 300, 200
ASKED_AT_ONCE = 3  # fixes that one check-in asks about
MOST_ASKS = 99
RATE_DAYS, LONGEST_RATE = 90, 730
RATE_ROWS = 25
REPEAT_WINDOW = timedelta(days=90)
REPEAT_CUSTOMERS = 3
NAMES_SHOWN = 5

WARN_AT = 0.75
"""The share of the working time after which who is on it is warned: one of the usual four hours is left then."""


class Severity(StrEnum):
    """How bad it is for the customer."""

    STOPS = "stops"
    HURTS = "hurts"
    ANNOYS = "annoys"

    @property
    def words(self) -> str:
        """The state as it is shown in a row."""
        return {"stops": "stops their work", "hurts": "hurts their work", "annoys": "a nuisance"}[self.value]


class EscalationState(StrEnum):
    """Where an escalation stands: confirmed and closed are the ends."""

    OPEN = "open"
    ANSWERED = "answered"
    FIXED = "fixed"
    CONFIRMED = "confirmed"
    CLOSED = "closed"

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self in {EscalationState.CONFIRMED, EscalationState.CLOSED}

    @property
    def words(self) -> str:
        """The state as it is shown in a row."""
        return {"fixed": "fixed, waiting for their word", "confirmed": "fixed, they confirmed it"}.get(
            self.value, self.value
        )


MOVES: dict[EscalationState, frozenset[EscalationState]] = {
    EscalationState.OPEN: frozenset({EscalationState.ANSWERED, EscalationState.CLOSED}),
    EscalationState.ANSWERED: frozenset({EscalationState.FIXED, EscalationState.CLOSED}),
    EscalationState.FIXED: frozenset({EscalationState.CONFIRMED, EscalationState.OPEN, EscalationState.CLOSED}),
    EscalationState.CONFIRMED: frozenset(),
    EscalationState.CLOSED: frozenset(),
}
"""Where each state may go. Only undoing a check-in goes back, to what was so before it."""


ANSWER, FIX, GIVE, WITHDRAW = "escalations.answer", "escalations.fix", "escalations.give", "escalations.withdraw"
GOALS = {ANSWER: EscalationState.ANSWERED, FIX: EscalationState.FIXED, GIVE: None, WITHDRAW: EscalationState.CLOSED}
"""The state that each button leads to; None: none in particular."""


class Cause(StrEnum):
    """Why it went wrong."""

    TECHNOLOGY = "technology"
    WORKLOAD = "workload"
    HAND_OVER = "hand_over"
    INFORMATION = "information"
    SUPPLIER = "supplier"
    EXPECTATION = "expectation"
    OTHER = "other"

    @property
    def words(self) -> str:
        """The cause as it is shown in a menu."""
        return {"hand_over": "hand-over"}.get(self.value, self.value)

    @property
    def failed(self) -> str:
        """One failure of this cause, as it follows "the third"."""
        return {
            "technology": "time that technology failed",
            "workload": "time that there was too much work",
            "hand_over": "hand-over that broke",
            "information": "time that information was missing or wrong",
            "supplier": "time that a supplier failed us",
            "expectation": "expectation that was missed",
        }.get(self.value, "failure")


class EscalationEvent(StrEnum):
    """What happened to an escalation that somebody else should know of."""

    ANSWERED = "answered"
    FIXED = "fixed"
    CONFIRMED = "confirmed"
    REASSIGNED = "reassigned"
    CLOSED = "closed"
    UNDONE = "undone"
    FORGOTTEN = "forgotten"


# --- how fast ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """So many working hours (`h`) or working days (`d`)."""

    amount: int
    unit: str

    @property
    def length(self) -> timedelta:
        """The working time as a duration."""
        return (WORKDAY if self.unit == "d" else timedelta(hours=1)) * self.amount

    @property
    def words(self) -> str:
        """`4 working hours`."""
        unit = "day" if self.unit == "d" else "hour"
        return f"{self.amount} working {unit}{'' if self.amount == 1 else 's'}"

    def __str__(self) -> str:
        """Return the form that is stored and typed: `4 hours`."""
        return self.words.replace("working ", "")


DEFAULT_SPANS = {Severity.STOPS: Span(4, "h"), Severity.HURTS: Span(1, "d"), Severity.ANNOYS: Span(3, "d")}
MOST = {"h": 80, "d": 20}
_SPAN = re.compile(r"(\d{1,3})\s*(?:working\s+)?(h|hours?|d|days?)", re.IGNORECASE)


def read_span(words: str) -> Span | None:
    """Read `4 hours`, `1 working day` or `3d`; return None for anything else, for zero, and for more than `MOST`."""
    match = _SPAN.fullmatch(words.strip())
    if match is None:
        return None
    span = Span(int(match[1]), match[2][0].lower())
    return span if 0 < span.amount <= MOST[span.unit] else None


def work_until(start: datetime, length: timedelta, calendar: Calendar) -> datetime:
    """
    Return the instant at which *length* of working time is used up, counted from *start*, an aware instant.

    For somebody without a working day in the next 400 days every hour counts, so that no clock stops.
    """
    left, end = length, start
    for begin, end in _shifts(start, calendar):
        if left <= end - begin:
            return begin + left
        left -= end - begin
    return end + left


def work_between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Return how much working time lies between two instants, counted as `work_until` does."""
    worked, works = timedelta(0), False
    for begin, finish in _shifts(start, calendar):
        works = True
        if begin >= end:
            break
        worked += min(finish, end) - begin
    return worked if works else max(end - start, timedelta(0))


def _shifts(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Yield begin and end of each working day from *start* on: eight hours, also when clocks change."""
    first = calendar.today(start)
    for day in (first + DAY * n for n in range(MAX_SEARCH_DAYS)):
        begin, end = calendar.working_hours(day)
        if calendar.is_working_day(day) and start < end:
            yield max(start, begin), end


def when_due(answer_by: datetime, *, now: datetime, zone: str, place: str = "", theirs: str = "", who: str = "") -> str:
    """
    Return `Tue 14:30`, on the clock of whoever reads it; with a *place*, `Tue 14:30 London time`.

    Where *who* is on it lives by another clock, of the zone *theirs*, it is said too: `Tue 04:00 (17:00 for Kiri)`.
    """
    words = f"{moment(answer_by, now=now, zone=zone)}{f' {place}' if place else ''}"
    here, there = answer_by.astimezone(ZoneInfo(zone)), answer_by.astimezone(ZoneInfo(theirs or zone))
    return (
        words
        if here.utcoffset() == there.utcoffset()
        else f"{words} ({there:%H:%M} for {who.split(' ', maxsplit=1)[0]})"
    )


# --- which causes come again -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Failure:
    """One escalation whose cause is known: whose, and when that was said."""

    customer_id: UUID
    customer: str
    at: datetime


def cause_key(cause: Cause, words: str) -> str:
    """Return the key that equal causes share: the kind; for `OTHER`, also the words in any spelling."""
    return f"{cause.value}:{person_key(words)}"[:220] if cause is Cause.OTHER else cause.value


def repeat_words(
    cause: Cause, words: str, failures: Sequence[Failure], *, now: datetime, at: UUID | None = None
) -> str:
    """
    Return `the third hand-over that broke: Acme, Golddex, Condax in 90 days`; "" when it isn't a pattern.

    *failures* are all that have this cause, the latest last. It is a pattern at three customers within 90 days, or when
    it comes again at one customer (*at*, or any that it came to within 90 days).
    """
    recent = [one for one in failures if now - one.at <= REPEAT_WINDOW]
    customers = {one.customer_id: one.customer for one in recent}
    if len(customers) >= REPEAT_CUSTOMERS:
        named = _listed(list(customers.values()))
        return f"the {ordinal(len(recent))} {_failed(cause, words)}: {named} in {REPEAT_WINDOW.days} days"
    for customer_id in (at,) if at else reversed(customers):
        theirs = [one.customer for one in failures if one.customer_id == customer_id]
        if len(theirs) > 1:
            return f"the {ordinal(len(theirs))} {_failed(cause, words)} at {theirs[0]}"
    return ""


def _failed(cause: Cause, words: str) -> str:
    return f"“{words}”" if cause is Cause.OTHER else cause.failed


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(number: int) -> str:
    """Return `third`; from eleven on `11th`, `22nd`."""
    if number < len(ORDINALS):
        return ORDINALS[number]
    teens = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


# --- right first time --------------------------------------------------------------------------------------------


def share(clean: int, active: int) -> int | None:
    """Return *clean* as percent of *active*, rounded down so that 100 means all; None when nobody is active."""
    return clean * 100 // active if active else None


def read_rate(words: str) -> tuple[int | None, str]:
    """Read the days that the words after `rate` begin with (None: too many, or zero), and the words that follow."""
    first, _, rest = words.strip().partition(" ")
    if not first.isdigit():
        return RATE_DAYS, words.strip()
    days = int(first[:6])
    return (days if 0 < days <= LONGEST_RATE else None), rest.removeprefix("days").strip()

"""The words of a check-in, and what they do to the clock."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.people.rules import DAY, Calendar

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINALS = (
    "0th", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip
TEENS = range(11, 14)
LONG_IN_A_ROW = 3
UNDO_WINDOW = timedelta(minutes=10)
REMINDER_ROWS = 10
SECTION_ROWS = 5  # of another feature in a reminder
CUSTOMERS = "customers"
"""The section of a reminder that holds customers; the others are named by their features."""
QUEUE_ROWS = 8
FACTS = 2  # lines below a customer's name
PREFERENCES = 2  # that stand in a row
LONGEST_BACKDATE = timedelta(days=365)
IDLE_AFTER = 5  # working days without a change, after which managers hear of it


class Result(StrEnum):
    """The result of a check-in. The first two are contact; the others leave the clock running."""

    TALKED = "talked"
    THEY_CONTACTED_US = "they_contacted_us"
    TRIED = "tried"
    DECLINED = "declined"

    @property
    def is_contact(self) -> bool:
        """Return whether it resets the clock."""
        return self in {Result.TALKED, Result.THEY_CONTACTED_US}

    @property
    def words(self) -> str:
        """Return the result as rows show it: `talked`, `they contacted us`."""
        return self.value.replace("_", " ")


class Channel(StrEnum):
    """How a customer was contacted."""

    CALL = "call"
    VISIT = "visit"
    EMAIL = "email"
    MESSAGE = "message"
    MEETING = "meeting"


class Mood(StrEnum):
    """How the customer feels, in five steps."""

    DELIGHTED = "delighted"
    CONTENT = "content"
    NEUTRAL = "neutral"
    UNEASY = "uneasy"
    ANGRY = "angry"


class ActionKind(StrEnum):
    """A kind of action about a customer."""

    LOGGED = "logged"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    HANDED_OVER = "handed_over"


class Preset(StrEnum):
    """For how long to snooze a customer."""

    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    DATE = "date"


def date_problem(on: date, *, today: date) -> str | None:
    """Return why a check-in can't have happened on that day, or None when it can."""
    if on > today:
        return "That day is still to come; choose today or an earlier one."
    if on < today - LONGEST_BACKDATE:
        return "That is more than a year ago; choose a later day."
    return None


def snooze_day(preset: Preset, *, today: date, chosen: date | None, calendar: Calendar) -> date | None:
    """Return the day on which a snoozed customer comes back: the chosen one, or a working day one or two weeks on."""
    if preset is Preset.DATE:
        return chosen
    weeks = 1 if preset is Preset.WEEK else 2
    return calendar.next_working_day(today + timedelta(weeks=weeks))


def idle_days(calendar: Calendar, *, today: date, acted_on: date, late_since: date) -> int:
    """
    Return the number of somebody's working days before *today* on which they changed nothing though something was late.

    They last changed something on *acted_on*; something of theirs is late from *late_since* on.
    """
    return len(calendar.working_days_between(max(acted_on + DAY, late_since), today - DAY))


def is_first_of_week(day: date, calendar: Calendar) -> bool:
    """Return whether *day* is the first working day of its week, which begins on Monday."""
    return calendar.next_working_day(day - DAY * day.weekday()) == day


def can_undo(at: datetime, *, now: datetime) -> bool:
    """Return whether an action at that instant may still be undone."""
    return now <= at + UNDO_WINDOW


def latest_contact(*days: date | None) -> date | None:
    """Return the last of these days, or None when there is none."""
    return max((day for day in days if day is not None), default=None)


def list_gaps(contacts: Iterable[date], *, since: date, today: date, cadence_days: int) -> list[tuple[date, int]]:
    """
    Return the times without a contact that were longer than the cadence, each with its last day and its length in days.

    *since* is the day on which the customer was added. The last one goes on *today*; the order is that of time.
    """
    days = sorted({day for day in contacts if day <= today})
    begins = [min([since, *days]), *days]
    spans = zip(begins, [*days, today], strict=False)
    return [(end, (end - begin).days) for begin, end in spans if (end - begin).days > cadence_days]


def tally(checkins: Iterable[tuple[Result, str]]) -> tuple[str, int]:
    """
    Return what was last said, and how many attempts were made since the last contact.

    *checkins* are pairs of result and note, oldest first. A contact's words outlast those of attempts after it.
    """
    said, tried, attempts = "", "", 0
    for result, note in checkins:
        if result.is_contact:
            said, tried, attempts = note, "", 0
        else:
            tried, attempts = note or tried, attempts + 1
    return said or tried, attempts


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def pick_facts(known: Sequence[str], preferences: Sequence[str]) -> list[tuple[str, ...]]:
    """
    Return the lines below a customer's name, at most two: of what is *known*, in its order, the first two things.

    Preferences stand beside the first of them, or alone, so that nothing pushes them out. One that is known already
    isn't told again.
    """
    told = " ".join(known)
    beside = [preference for preference in preferences[:PREFERENCES] if preference not in told]
    first = (*known[:1], *beside)
    return [line for line in (first, *((fact,) for fact in known[1:FACTS])) if line]


def days_in_a_row(before: int, *, follows: bool) -> int:
    """
    Return on how many working days in a row something has stood in a person's reminder, with today.

    *before* is that number in their last reminder, 0 when it didn't stand there; *follows* says that the last reminder
    was of the working day before.
    """
    return before + 1 if follows else 1


def describe_changes(days: Sequence[tuple[str, int]]) -> str:
    """
    Return `two new, three still waiting; Golddex for the fifth day` for names and their days in a row.

    It is empty when no days are known. The longest is named from the third day on.
    """
    new = sum(count == 1 for _, count in days)
    still = sum(count > 1 for _, count in days)
    parts = [f"{in_words(new)} new"] * bool(new) + [f"{in_words(still)} still waiting"] * bool(still)
    name, longest = max(days, key=lambda one: one[1], default=("", 0))
    last = f"; {name} for the {ordinal(longest)} day" if longest >= LONG_IN_A_ROW else ""
    return ", ".join(parts) + last


def in_words(count: int) -> str:
    """Return `three`, or `11` from eleven on."""
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


def ordinal(count: int) -> str:
    """Return `fifth`, or `11th` from eleven on."""
    if count < len(ORDINALS):
        return ORDINALS[count]
    ending = "th" if count % 100 in TEENS else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count:,}{ending}"


def listed(parts: Sequence[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join([*([", ".join(parts[:-1])] if parts[:-1] else []), *parts[-1:]])


def is_repeated(since: datetime | None, *, now: datetime) -> bool:
    """Return whether a press of *Talked* is a second one: the same person logged a contact in the last ten minutes."""
    return since is not None and can_undo(since, now=now)

"""The words of a check-in, and what they do to the clock."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.people.rules import DAY, Calendar

UNDO_WINDOW = timedelta(minutes=10)
REMINDER_ROWS = 10
QUEUE_ROWS = 8
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

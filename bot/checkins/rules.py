"""The words of a check-in, and what they do to the clock."""

from datetime import date, timedelta
from enum import StrEnum

UNDO_WINDOW = timedelta(minutes=10)
REMINDER_ROWS = 10
LONGEST_BACKDATE = timedelta(days=365)


class Result(StrEnum):
    """What happened. The first two are contact; the others leave the clock running."""

    TALKED = "talked"
    THEY_CONTACTED_US = "they_contacted_us"
    TRIED = "tried"
    DECLINED = "declined"

    @property
    def is_contact(self) -> bool:
        """Whether it resets the clock."""
        return self in {Result.TALKED, Result.THEY_CONTACTED_US}


class Channel(StrEnum):
    """How."""

    CALL = "call"
    VISIT = "visit"
    EMAIL = "email"
    MESSAGE = "message"
    MEETING = "meeting"


class Mood(StrEnum):
    """How they feel, in five steps."""

    DELIGHTED = "delighted"
    CONTENT = "content"
    NEUTRAL = "neutral"
    UNEASY = "uneasy"
    ANGRY = "angry"


class Act(StrEnum):
    """What an owner did about a customer in a reminder."""

    LOGGED = "logged"
    SNOOZED = "snoozed"
    HANDED_OVER = "handed_over"


def date_problem(on: date, *, today: date) -> str | None:
    """Why a check-in can't have happened on that day, or None when it can."""
    if on > today:
        return "That day is still to come; choose today or an earlier one."
    if on < today - LONGEST_BACKDATE:
        return "That is more than a year ago; choose a later day."
    return None

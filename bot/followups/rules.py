"""What becomes of a follow-up, and when it is spoken of."""

from datetime import date, timedelta
from enum import StrEnum

from bot.people.rules import Calendar

WHAT, NOTE, REASON = 500, 1000, 300
LATE_WORKING_DAYS = 2
AGAIN_AFTER = timedelta(days=7)


class FollowupState(StrEnum):
    """Where a follow-up stands; every state but the first is an end."""

    OPEN = "open"
    DONE = "done"
    CANT = "cant"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        """The state as it is shown in a row."""
        return {"cant": "can't be done"}.get(self.value, self.value)


class FollowupEvent(StrEnum):
    """What happened to a follow-up that somebody else should know of."""

    DONE = "done"
    CANT = "cant"
    CANCELLED = "cancelled"
    MOVED = "moved"
    REASSIGNED = "reassigned"
    FORGOTTEN = "forgotten"


def wants_reminder(due_on: date, reminded_on: date | None, *, today: date, calendar: Calendar) -> bool:
    """
    Return whether the assignee is reminded of a follow-up on *today*, a working day of theirs.

    They are reminded once when it is due before they work again, once when it is late, and then every week.
    """
    if due_on >= calendar.next_working_day(today, or_same=False):
        return False
    if reminded_on is None:
        return True
    newly_late = due_on < today and reminded_on <= due_on
    return newly_late or (due_on < today and today - reminded_on >= AGAIN_AFTER)


def is_long_late(due_on: date, *, today: date, calendar: Calendar) -> bool:
    """Return whether two working days have gone by since the day on which it was due."""
    return today >= calendar.add_working_days(due_on, LATE_WORKING_DAYS)

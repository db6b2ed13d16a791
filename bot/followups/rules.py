"""What becomes of a follow-up, and when it is spoken of."""

from datetime import date
from enum import StrEnum

from bot.people.rules import DAY, Calendar

WHAT, NOTE, REASON = 500, 1000, 300
LATE_WORKING_DAYS = 2


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


def is_due(due_on: date, *, today: date, calendar: Calendar) -> bool:
    """Return whether something is due before its assignee works again after *today*, or late."""
    return due_on < max(calendar.next_working_day(today, or_same=False), today + DAY)


def is_long_late(due_on: date, *, today: date, calendar: Calendar) -> bool:
    """Return whether two working days have gone by since the day on which it was due."""
    return today >= calendar.add_working_days(due_on, LATE_WORKING_DAYS)

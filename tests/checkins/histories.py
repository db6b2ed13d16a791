"""What a customer's whole history says of its clock; properties compare what is stored with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Wait:
    """What makes one customer's clock run: since when they wait, how long they may, and whether we ever talked."""

    waiting_since: date
    cadence_days: int
    ever_contacted: bool

    @classmethod
    def from_history(cls, *, added_on: date, cadence_days: int, checkins: Iterable[tuple[date, bool]]) -> "Wait":
        """
        The clock that a customer's whole history makes.

        *checkins* are pairs of the day and whether it was a real contact. Attempts count for nothing; the latest
        contact counts, whatever order they were recorded in; without any, the wait began when the customer was added.
        """
        contacts = [day for day, is_contact in checkins if is_contact]
        return cls(max(contacts, default=added_on), cadence_days, bool(contacts))

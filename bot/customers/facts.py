"""What leaves the customers room."""

from datetime import date
from uuid import UUID

from bot.core.facts import Fact, Line, Notice
from bot.customers.rules.due import SnoozeReason, Standing, Status, overdue_ratio


class CustomerFact(Fact):
    """A customer as lists show it, on a given day."""

    id: UUID
    name: str
    owner_id: str | None
    owner_name: str | None = None
    status: Status = Status.ACTIVE
    status_reason: str | None = None
    standing: Standing
    today: date
    rhythm_days: int
    waiting_since: date
    last_contact_on: date | None
    due_on: date
    limit_on: date
    snoozed_until: date | None = None
    snooze_reason: SnoozeReason | None = None
    snooze_note: str | None = None
    preferences: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def days_waiting(self) -> int:
        """Whole days since the last contact, or since it was added when there was none."""
        return max((self.today - self.waiting_since).days, 0)

    @property
    def ratio(self) -> float:
        """Days waited as a share of the rhythm; the only order of lists."""
        return overdue_ratio(self.today, self.waiting_since, self.rhythm_days)


class Coverage(Fact):
    """How many active customers are in cadence. *snoozed* ones count as in cadence only while the snooze holds."""

    active: int
    in_cadence: int
    due: int
    neglected: int
    snoozed: int
    pool: int

    @property
    def percent(self) -> int:
        """In cadence as whole percent of active, rounded down so that 100 means all."""
        return 100 if not self.active else self.in_cadence * 100 // self.active


class CustomersHandedOver(Notice):
    """Somebody was given customers."""

    kind = "customers.handed_over"
    names: tuple[str, ...]
    total: int
    by: str
    note: str = ""


class CustomerTaken(Notice):
    """A customer went from its owner to somebody else, or to the pool, by another's hand."""

    kind = "customers.taken"
    name: str
    to: str | None
    by: str

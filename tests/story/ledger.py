"""An independent record of contacts, against which digests are checked."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

CADENCE = timedelta(days=30)
LIMIT = timedelta(days=45)  # one and a half times the cadence


@dataclass
class Account:
    """The record of one customer: names and dates only."""

    name: str
    added: date
    contacts: list[date] = field(default_factory=list)
    attempts: list[date] = field(default_factory=list)
    asked_until: date | None = None

    @property
    def since(self) -> date:
        """Return the date since which the customer waits."""
        return max(self.contacts, default=self.added)

    def is_neglected(self, today: date) -> bool:
        """Return whether the limit has passed and the customer isn't snoozed at its own request."""
        asked = self.asked_until is not None and today < self.asked_until
        return today > self.since + LIMIT and not asked


@dataclass
class Ledger:
    """The records of all customers."""

    accounts: dict[UUID, Account] = field(default_factory=dict)

    def neglected(self, today: date) -> list[str]:
        """Return the names of neglected customers, the longest wait first; all have the same cadence."""
        late = [(account.since, str(key), account.name) for key, account in self.accounts.items()
                if account.is_neglected(today)]  # fmt: skip
        return [name for _, _, name in sorted(late)]

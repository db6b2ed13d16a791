"""What a careful person would have written down on paper: the oracle that digests are held against."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

CADENCE = timedelta(days=30)
LIMIT = timedelta(days=45)  # one and a half times the cadence


@dataclass
class Account:
    """One customer's page: names and dates only."""

    name: str
    added: date
    contacts: list[date] = field(default_factory=list)
    attempts: list[date] = field(default_factory=list)
    asked_until: date | None = None

    @property
    def since(self) -> date:
        """Since when it waits."""
        return max(self.contacts, default=self.added)

    def is_neglected(self, today: date) -> bool:
        """Past the limit, and didn't ask to be left alone."""
        asked = self.asked_until is not None and today < self.asked_until
        return today > self.since + LIMIT and not asked


@dataclass
class Ledger:
    """All pages."""

    accounts: dict[UUID, Account] = field(default_factory=dict)

    def neglected(self, today: date) -> list[str]:
        """The names of those that have waited too long, longest first (all have the same cadence)."""
        late = [(account.since, str(key), account.name) for key, account in self.accounts.items()
                if account.is_neglected(today)]  # fmt: skip
        return [name for _, _, name in sorted(late)]

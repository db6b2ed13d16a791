"""What leaves the customers feature about families and lost customers."""

from uuid import UUID

from bot.core.schemas import Schema
from bot.customers.rules.due import Standing, Status


class FamilyMember(Schema):
    """A customer in the tree of its family; *depth* 0 is the uppermost, *standing* is that of an active one."""

    id: UUID
    name: str
    depth: int = 0
    status: Status = Status.ACTIVE
    standing: Standing = Standing.IN_CADENCE
    owner_name: str | None = None


class FamilyCounts(Schema):
    """How many customers a family has, itself counted too; *is_more*: more than that, and more than are ever read."""

    total: int
    neglected: int = 0
    lost: int = 0
    is_more: bool = False

    @property
    def companies(self) -> str:
        """Return `7 companies`."""
        number = f"{self.total:,} compan{'y' if self.total == 1 else 'ies'}"
        return f"more than {number}" if self.is_more else number

    @property
    def words(self) -> str:
        """Return `7 companies, 2 neglected, 1 lost`."""
        parts = [(self.neglected, "neglected"), (self.lost, "lost")]
        return ", ".join([self.companies, *(f"{count:,} {what}" for count, what in parts if count)])


class Family(Schema):
    """A parent with all below it, and those *members* of it that are shown."""

    root_id: UUID
    root_name: str
    counts: FamilyCounts
    members: tuple[FamilyMember, ...] = ()


class ParentSuggestion(Schema):
    """A customer that may be the parent of another, and *why*, as the rest of a sentence."""

    customer_id: UUID
    customer_name: str
    parent_id: UUID
    parent_name: str
    why: str


class FamilyPage(Schema):
    """One page of the family of a customer; pages count from 0."""

    customer_id: UUID
    family: Family
    page: int = 0
    pages: int = 1


class SuggestionPage(Schema):
    """
    Customers with the parents suggested for them, behind the customer *after* by name.

    Where there are more customers to look at, *next_after* is the last one looked at, whose name is *up_to*.
    """

    rows: tuple[ParentSuggestion, ...] = ()
    after: UUID | None = None
    next_after: UUID | None = None
    up_to: str = ""

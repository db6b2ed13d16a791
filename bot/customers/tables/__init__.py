"""Customers with their dates, and the lists they came from."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Field

from bot.core.database import Row, WorkspaceRow, choice, points_to, within_workspace
from bot.customers.rules.batches import ImportState
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.rules.losses import LossReason
from bot.customers.tables.tally import TALLY as TALLY
from bot.customers.tables.tally import TALLY_TRIGGERS as TALLY_TRIGGERS
from bot.customers.tables.tally import tally_key as tally_key

NAME_LENGTH = 200
WAIT_NAMES = ("effective_cadence_days", "waiting_since", "id")
"""Among customers of one cadence, the order by the last two is the order of every list."""
HAS_PARENT: dict[str, Any] = {
    f"{dialect}_where": sa.text("parent_id IS NOT NULL") for dialect in ("sqlite", "postgresql")
}
"""An index of those alone: with the many that have no parent, SQLite thinks that a parent has many children."""
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A number that the database gives; SQLite's own must be called INTEGER."""


class Customer(Row, table=True):
    """
    An organisation we serve.

    `effective_cadence_days`, `waiting_since`, `due_on` and `neglected_after` are computed again whenever a fact changes
    that they follow from. They are the cadence in force, the last contact (or the day it was added), the day a check-in
    is due, and the last day before it counts as neglected. No size takes part in them. What came up on `sooner_since`
    makes it due by `sooner_on`, until somebody has talked to it. So that no day of its owner holds too many, it is due
    on `levelled_on` as long as it waits since `levelled_since` and would be due on `levelled_from`.
    """

    __tablename__ = "customers"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        points_to("people", "owner_id"),
        points_to("customers", "parent_id"),
        sa.UniqueConstraint("workspace_id", "source", "external_id"),
        sa.CheckConstraint("cadence_days BETWEEN 1 AND 365", name="cadence"),
        sa.CheckConstraint("effective_cadence_days BETWEEN 1 AND 365", name="effective_cadence"),
        sa.CheckConstraint("status = 'active' OR status_reason IS NOT NULL", name="reason"),
        sa.CheckConstraint("(snoozed_until IS NULL) = (snooze_reason IS NULL)", name="snooze"),
        sa.Index(None, "workspace_id", "status", "due_on"),
        sa.Index(None, "workspace_id", "owner_id", "status", "due_on"),
        sa.Index("ix_customers_owner_wait", "workspace_id", "owner_id", "status", *WAIT_NAMES),
        sa.Index("ix_customers_wait", "workspace_id", "status", *WAIT_NAMES),
        sa.Index(None, "workspace_id", "name_key"),
        sa.Index(None, "workspace_id", "domain", "id"),
        sa.Index("ix_customers_children", "workspace_id", "parent_id", **HAS_PARENT),
        sa.Index(None, "status", "snoozed_until"),
        sa.Index(None, "workspace_id", "owner_id", "status", "snoozed_until"),
    )

    name: str = Field(max_length=NAME_LENGTH)
    name_key: str = Field(max_length=NAME_LENGTH)
    domain: str | None = Field(default=None, max_length=253)
    owner_id: str | None = Field(default=None, max_length=32)
    parent_id: UUID | None = None
    external_id: str | None = Field(default=None, max_length=120)
    source: str | None = Field(default=None, max_length=60)
    cadence_days: int | None = None
    cadence_approved_by: str | None = Field(default=None, max_length=32)
    status: Status = Field(default=Status.ACTIVE, sa_type=choice(Status))
    status_reason: str | None = Field(default=None, max_length=300)
    status_until: date | None = None
    status_by: str | None = Field(default=None, max_length=32)
    annual_value: Decimal | None = Field(default=None, max_digits=18, decimal_places=2)
    currency: str | None = Field(default=None, max_length=3)
    headcount: int | None = None
    country: str | None = Field(default=None, max_length=60)
    zone: str | None = Field(default=None, max_length=64)
    tags: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    preferences: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    added_on: date
    last_contact_on: date | None = None
    first_due_on: date | None = None
    sooner_on: date | None = None
    sooner_since: date | None = None
    levelled_on: date | None = None
    levelled_from: date | None = None
    levelled_since: date | None = None
    effective_cadence_days: int
    waiting_since: date
    due_on: date
    neglected_after: date
    snoozed_until: date | None = None
    snooze_reason: SnoozeReason | None = Field(default=None, sa_type=choice(SnoozeReason))
    snooze_note: str | None = Field(default=None, max_length=300)
    snoozed_by: str | None = Field(default=None, max_length=32)
    changed_at: datetime

    @property
    def days_early(self) -> int:
        """How many days before its cadence's date it is due since days were levelled; below 0 after a return."""
        is_level = self.due_on == self.levelled_on and self.waiting_since == self.levelled_since
        return (self.levelled_from - self.due_on).days if is_level and self.levelled_from else 0


@event.listens_for(Customer, "before_update")
def _stamp_change(_mapper: Any, _connection: sa.Connection, customer: Customer) -> None:
    """Let `changed_at` be the instant of every change, in whatever way it is made: former facts end there."""
    session = sa.orm.object_session(customer)
    if session is not None and "now" in session.info and session.is_modified(customer):
        customer.changed_at = session.info["now"]


class Alias(Row, table=True):
    """Another name of a customer."""

    __tablename__ = "customer_aliases"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"),
        sa.UniqueConstraint("workspace_id", "customer_id", "name_key"),
        sa.Index(None, "workspace_id", "name_key", "customer_id"),
    )

    customer_id: UUID
    name: str = Field(max_length=NAME_LENGTH)
    name_key: str = Field(max_length=NAME_LENGTH)


class CustomerName(WorkspaceRow, table=True):
    """
    A customer's name or alias, as it is searched for by its trigrams; `number` finds it in SQLite's full-text table.

    Triggers on customers and aliases keep the rows (docs/decisions/0011-search.md), so nothing else writes here.
    """

    __tablename__ = "customer_names"
    __table_args__ = (sa.Index(None, "customer_id"),)

    number: int | None = Field(default=None, primary_key=True, sa_type=Number)
    customer_id: UUID
    is_alias: bool
    name_key: str = Field(max_length=NAME_LENGTH)


class Contact(Row, table=True):
    """A human being at a customer."""

    __tablename__ = "contacts"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"), sa.Index(None, "workspace_id", "customer_id")
    )

    customer_id: UUID
    name: str = Field(max_length=NAME_LENGTH)
    role: str | None = Field(default=None, max_length=120)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=60)
    do_not_contact: bool = False


class Loss(Row, table=True):
    """
    A time during which a customer is lost: since `lost_on`, until it was won back on `ended_on`, if it was.

    `foreseen` says whether we saw it coming; empty where nobody was asked. A row stays when its loss ends.
    """

    __tablename__ = "losses"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"),
        sa.CheckConstraint("ended_on >= lost_on", name="days"),
        sa.Index(None, "workspace_id", "customer_id"),
        sa.Index(None, "workspace_id", "lost_on"),
    )

    customer_id: UUID
    lost_on: date
    reason: LossReason = Field(sa_type=choice(LossReason))
    foreseen: bool | None = None
    words: str = Field(default="", max_length=300)
    by: str = Field(max_length=32)
    ended_on: date | None = None


class RefusedParent(Row, table=True):
    """A customer that somebody said is not the parent of another, so that it isn't suggested again."""

    __tablename__ = "refused_parents"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"),
        points_to("customers", "parent_id"),
        sa.UniqueConstraint("workspace_id", "customer_id", "parent_id"),
        sa.Index(None, "workspace_id", "parent_id"),
    )

    customer_id: UUID
    parent_id: UUID
    by: str = Field(max_length=32)
    at: datetime


class NamedParent(Row, table=True):
    """The parent that a list named for a customer, when no customer was called so, or several were."""

    __tablename__ = "named_parents"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"), sa.UniqueConstraint("workspace_id", "customer_id", "name_key")
    )

    customer_id: UUID
    name: str = Field(max_length=NAME_LENGTH)
    name_key: str = Field(max_length=NAME_LENGTH)


class Import(Row, table=True):
    """
    One list that was taken in, so that it can be told about and undone.

    It is written and undone in batches. While one is, `runner` is the token of the run that may write, and `alive_at`
    the instant of its last batch. Both are empty when nothing runs: an import that is `importing` or `undoing` then was
    interrupted. `undoing` holds how far an undo has come, and `answers` what people answered about its words.
    """

    __tablename__ = "imports"
    __table_args__ = within_workspace(sa.Index(None, "workspace_id", "at"), sa.Index(None, "state"))

    by: str = Field(max_length=32)
    at: datetime
    file_name: str = Field(max_length=200)
    source: str = Field(default="", max_length=60)
    added: int = 0
    changed: int = 0
    left_alone: int = 0
    refused: int = 0
    state: ImportState = Field(default=ImportState.IMPORTED, sa_type=choice(ImportState))
    runner: UUID | None = None
    alive_at: datetime | None = None
    undoing: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    answers: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, max_length=32)


class ImportChange(Row, table=True):
    """What an import did to one customer, with what was there before."""

    __tablename__ = "import_changes"
    __table_args__ = within_workspace(
        points_to("imports", "import_id"),
        points_to("customers", "customer_id"),
        sa.Index(None, "workspace_id", "import_id", "added", "id"),
        sa.Index(None, "workspace_id", "customer_id"),
    )

    import_id: UUID
    customer_id: UUID
    added: bool
    before: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class Rescheduling(Row, table=True):
    """
    Customers whose schedules are still to be computed again: those of one owner, of nobody, or of *everybody*.

    Those up to the id `after` are done.
    """

    __tablename__ = "reschedulings"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]), points_to("people", "owner_id")
    )

    everybody: bool
    owner_id: str | None = Field(default=None, max_length=32)
    after: UUID | None = None


class WorkPart(Row, table=True):
    """
    A part of long work on customers that is left to do: the *content* of its kind, about its subject, in order.

    The last part has no content: once it is gone, all is done and told. Its `alive_at` is the instant of the last step.
    """

    __tablename__ = "work_parts"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.UniqueConstraint("workspace_id", "subject_id", "number"),
    )

    kind: str = Field(max_length=32)
    subject_id: UUID
    number: int
    content: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    alive_at: datetime


class RefusedRows(Row, table=True):
    """The rows that an import refused, as a CSV file that says why; a month at most."""

    __tablename__ = "refused_rows"
    __table_args__ = within_workspace(
        points_to("imports", "import_id"), sa.UniqueConstraint("workspace_id", "import_id"), sa.Index(None, "at")
    )

    import_id: UUID
    at: datetime
    content: bytes


class Upload(Row, table=True):
    """
    A list somebody sent, kept between its preview and their word, a day at most; and until its import is finished.

    `choices` holds how it is imported: `erase`, `among` and `source`.
    """

    __tablename__ = "uploads"
    __table_args__ = within_workspace(points_to("imports", "import_id"), sa.Index(None, "at"))

    by: str = Field(max_length=32)
    at: datetime
    file_name: str = Field(max_length=200)
    content: bytes
    by_hand: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    answers: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    apart: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    choices: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    import_id: UUID | None = None

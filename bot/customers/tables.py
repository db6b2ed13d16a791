"""Customers with their dates, and the lists they came from."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.core.database import Row, WorkspaceRow, choice, points_to, within_workspace
from bot.customers.rules.due import SnoozeReason, Status

NAME_LENGTH = 200
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A number that the database gives; SQLite's own must be called INTEGER."""


class Customer(Row, table=True):
    """
    An organisation we serve.

    `effective_cadence_days`, `waiting_since`, `due_on` and `neglected_after` are computed again whenever a fact changes
    that they follow from. They are the cadence in force, the last contact (or the day it was added), the day a check-in
    is due, and the last day before it counts as neglected. No size takes part in them. What came up on `sooner_since`
    makes it due by `sooner_on`, until somebody has talked to it.
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
        sa.Index(None, "workspace_id", "status", "neglected_after"),
        sa.Index(None, "workspace_id", "owner_id", "status", "due_on"),
        sa.Index(None, "workspace_id", "name_key"),
        sa.Index(None, "workspace_id", "domain"),
        sa.Index(None, "workspace_id", "parent_id"),
        sa.Index(None, "status", "snoozed_until"),
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
    effective_cadence_days: int
    waiting_since: date
    due_on: date
    neglected_after: date
    snoozed_until: date | None = None
    snooze_reason: SnoozeReason | None = Field(default=None, sa_type=choice(SnoozeReason))
    snooze_note: str | None = Field(default=None, max_length=300)
    snoozed_by: str | None = Field(default=None, max_length=32)
    changed_at: datetime


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


class Import(Row, table=True):
    """One list that was taken in, so that it can be told about and undone."""

    __tablename__ = "imports"
    __table_args__ = within_workspace(sa.Index(None, "workspace_id", "at"))

    by: str = Field(max_length=32)
    at: datetime
    file_name: str = Field(max_length=200)
    source: str = Field(default="", max_length=60)
    added: int = 0
    changed: int = 0
    left_alone: int = 0
    refused: int = 0
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, max_length=32)


class ImportChange(Row, table=True):
    """What an import did to one customer, with what was there before."""

    __tablename__ = "import_changes"
    __table_args__ = within_workspace(
        points_to("imports", "import_id"),
        points_to("customers", "customer_id"),
        sa.Index(None, "workspace_id", "import_id"),
        sa.Index(None, "workspace_id", "customer_id"),
    )

    import_id: UUID
    customer_id: UUID
    added: bool
    before: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class Upload(Row, table=True):
    """A list somebody sent in Slack, kept between its preview and their word; a day at most."""

    __tablename__ = "uploads"
    __table_args__ = within_workspace(sa.Index(None, "at"))

    by: str = Field(max_length=32)
    at: datetime
    file_name: str = Field(max_length=200)
    content: bytes
    by_hand: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    answers: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    apart: list[int] = Field(default_factory=list, sa_type=sa.JSON)

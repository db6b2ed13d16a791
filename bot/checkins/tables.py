"""What came of each attempt, what was done from lists, and which reminders went out."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.checkins.rules import CUSTOMERS, ActionKind, Channel, Mood, Result
from bot.core.database import Row, choice, points_to, within_workspace

CONTACT_NAMES = ("result", "undone_at", "known_before")
"""Besides its day, all that tells whether and when a check-in was a contact: reviews read millions from the index."""


class Checkin(Row, table=True):
    """
    One attempt at contact with a customer.

    `known_before` is the last contact that was known from elsewhere (an imported list) when this was recorded, so
    that undoing never forgets it.
    """

    __tablename__ = "checkins"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"),
        points_to("people", "by"),
        sa.Index("ix_checkins_days", "workspace_id", "customer_id", "happened_on", *CONTACT_NAMES),
        sa.Index(None, "workspace_id", "by", "recorded_at"),
    )

    customer_id: UUID
    by: str = Field(max_length=32)
    result: Result = Field(sa_type=choice(Result))
    channel: Channel = Field(sa_type=choice(Channel))
    mood: Mood | None = Field(default=None, sa_type=choice(Mood))
    note: str = Field(default="", max_length=3000)
    next_step: str = Field(default="", max_length=300)
    link: str = Field(default="", max_length=500)
    quote: str = Field(default="", max_length=3000)
    happened_on: date
    known_before: date | None = None
    recorded_at: datetime
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, max_length=32)


class CustomerAction(Row, table=True):
    """An action about a customer from a list, in words, with the state before and after it."""

    __tablename__ = "customer_actions"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"),
        points_to("checkins", "checkin_id"),
        sa.Index(None, "workspace_id", "customer_id", "at"),
    )

    customer_id: UUID
    checkin_id: UUID | None = None
    kind: ActionKind = Field(sa_type=choice(ActionKind))
    by: str = Field(max_length=32)
    at: datetime
    words: str = Field(default="", max_length=300)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, max_length=32)


class Reminder(Row, table=True):
    """The one reminder of a person on a local day, sent if it holds anything; *more* customers waited than it holds."""

    __tablename__ = "reminders"
    __table_args__ = within_workspace(
        points_to("people", "person_id"), sa.UniqueConstraint("workspace_id", "person_id", "local_day")
    )

    person_id: str = Field(max_length=32)
    local_day: date
    made_at: datetime
    more: int = 0


class ReminderItem(Row, table=True):
    """
    One thing in a reminder: a customer, or what another feature has in the *section* that it is stored under.

    What was done about it since is in the actions, or with the feature. *days* counts the working days in a row on
    which it stood in the person's reminder.
    """

    __tablename__ = "reminder_items"
    __table_args__ = within_workspace(
        points_to("reminders", "reminder_id"),
        points_to("customers", "customer_id"),
        sa.UniqueConstraint("workspace_id", "reminder_id", "section", "subject_id"),
        sa.Index(None, "workspace_id", "customer_id"),
    )

    reminder_id: UUID
    section: str = Field(default=CUSTOMERS, max_length=20)
    subject_id: UUID
    customer_id: UUID
    position: int
    days: int = 1
    on_behalf_of: str | None = Field(default=None, max_length=32)

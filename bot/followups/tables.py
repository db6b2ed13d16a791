"""Who is asked to do what about which customer, by when, and how it ended."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.core.database import Row, choice, points_to, within_workspace
from bot.followups.rules import State


class Followup(Row, table=True):
    """
    One thing to do about a customer.

    `reminded_on` is the assignee's day of the last reminder, `told_manager_at` when who gave it was told that it is
    late; both start anew with another date or another assignee.
    """

    __tablename__ = "followups"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"),
        points_to("people", "assignee_id"),
        points_to("people", "given_by"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
        sa.Index(None, "workspace_id", "assignee_id", "state", "due_on"),
        sa.Index(None, "workspace_id", "given_by", "state", "due_on"),
        sa.Index(None, "workspace_id", "customer_id", "state", "due_on"),
        sa.Index(None, "workspace_id", "state", "due_on"),
    )

    customer_id: UUID
    assignee_id: str = Field(max_length=32)
    given_by: str = Field(max_length=32)
    given_at: datetime
    what: str = Field(max_length=500)
    link: str = Field(default="", max_length=500)
    due_on: date
    state: State = Field(default=State.OPEN, sa_type=choice(State))
    note: str = Field(default="", max_length=1000)
    reason: str = Field(default="", max_length=300)
    closed_at: datetime | None = None
    closed_by: str | None = Field(default=None, max_length=32)
    reminded_on: date | None = None
    told_manager_at: datetime | None = None

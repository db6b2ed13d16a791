"""Who is asked to do what about which customer, by when, and how it ended."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.commitments.tables import CommitmentRow
from bot.core.database import choice, points_to, within_workspace
from bot.followups.rules import FollowupState


class Followup(CommitmentRow, table=True):
    """One thing to do about a customer."""

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

    assignee_id: str = Field(max_length=32)
    given_by: str = Field(max_length=32)
    given_at: datetime
    due_on: date
    state: FollowupState = Field(default=FollowupState.OPEN, sa_type=choice(FollowupState))
    note: str = Field(default="", max_length=1000)
    reason: str = Field(default="", max_length=300)
    closed_at: datetime | None = None
    closed_by: str | None = Field(default=None, max_length=32)

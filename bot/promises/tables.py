"""What was promised to which customer, by whom and by when, and whether it was kept."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.commitments.tables import CommitmentRow
from bot.core.database import choice, points_to, within_workspace
from bot.promises.rules import PromiseState


class Promise(CommitmentRow, table=True):
    """
    Something we owe a customer by a date.

    `promised_by` gave their word, and the kept-rate is theirs; `assignee_id` is who has it now, once they left. A
    renegotiated promise ends, and the one that `follows_id` it begins. `is_owed` holds until it is kept, withdrawn or
    agreed anew: a broken promise stays broken, and is owed until it is made good. `made_in` is the check-in in which it
    was made, if it was in one.
    """

    __tablename__ = "promises"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"),
        points_to("people", "promised_by"),
        points_to("people", "assignee_id"),
        points_to("people", "recorded_by"),
        points_to("promises", "follows_id"),
        sa.UniqueConstraint("workspace_id", "follows_id"),
        sa.CheckConstraint("is_owed = (ended_at IS NULL)", name="ended"),
        sa.CheckConstraint("state = 'broken' OR is_owed = (state = 'open')", name="owed"),
        sa.CheckConstraint("(broken_at IS NOT NULL) = (state IN ('broken', 'kept_late'))", name="broken"),
        sa.CheckConstraint("due_on >= promised_on", name="days"),
        sa.Index(None, "workspace_id", "assignee_id", "is_owed", "due_on"),
        sa.Index(None, "workspace_id", "customer_id", "is_owed", "due_on"),
        sa.Index(None, "workspace_id", "is_owed", "due_on"),
    )

    promised_by: str = Field(max_length=32)
    assignee_id: str = Field(max_length=32)
    recorded_by: str = Field(max_length=32)
    recorded_at: datetime
    made_in: UUID | None = None
    contact: str = Field(default="", max_length=200)
    promised_on: date
    due_on: date
    first_due_on: date
    moves: int = 0
    follows_id: UUID | None = None
    moved_to: date | None = None
    state: PromiseState = Field(default=PromiseState.OPEN, sa_type=choice(PromiseState))
    is_owed: bool = True
    note: str = Field(default="", max_length=1000)
    broken_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = Field(default=None, max_length=32)

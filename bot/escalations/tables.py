"""Which problem a customer raised, who is on it, how fast it was answered, why it happened, whether the fix holds."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.commitments.tables import CommitmentRow
from bot.core.database import Row, choice, points_to, within_workspace
from bot.escalations.rules import Cause, EscalationState, Severity


class Escalation(CommitmentRow, table=True):
    """
    A problem that a customer raised.

    The response clock runs while it is open: *clock_minutes* of working time from *clock_from* on, which ends at
    *answer_by*. `warned_at` and `late_told_at` start anew when it is opened again, and only then. `channel_due` says
    that the channel hasn't heard yet how it stands, `posted_to` where its thread is. Check-ins and the follow-up are
    kept by id alone: they may be forgotten before this is.
    """

    __tablename__ = "escalations"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"),
        points_to("people", "assignee_id"),
        points_to("people", "raised_by"),
        sa.CheckConstraint("(state IN ('confirmed', 'closed')) = (closed_at IS NOT NULL)", name="closed"),
        sa.CheckConstraint("state IN ('open', 'closed') OR answered_at IS NOT NULL", name="answered"),
        sa.CheckConstraint(
            "state NOT IN ('fixed', 'confirmed')"
            " OR (fixed_at IS NOT NULL AND cause IS NOT NULL AND avoidable IS NOT NULL AND asks IS NOT NULL)",
            name="fixed",
        ),
        sa.CheckConstraint("asks >= 0 AND reopened >= 0 AND clock_minutes >= 0", name="counts"),
        sa.Index(None, "workspace_id", "assignee_id", "closed_at", "answer_by"),
        sa.Index(None, "workspace_id", "customer_id", "closed_at"),
        sa.Index(None, "workspace_id", "closed_at", "answer_by"),
        sa.Index(None, "workspace_id", "state", "answer_by"),
        sa.Index(None, "workspace_id", "state", "warned_at", "warn_at"),
        sa.Index(None, "workspace_id", "state", "late_told_at", "answer_by"),
        sa.Index(None, "workspace_id", "cause_key", "fixed_at"),
        sa.Index(None, "workspace_id", "fixed_at"),
        sa.Index(None, "workspace_id", "avoidable", "raised_at"),
        sa.Index(None, "workspace_id", "channel_due"),
    )

    severity: Severity = Field(sa_type=choice(Severity))
    what: str = Field(max_length=1000)
    raised_by: str = Field(max_length=32)
    raised_at: datetime
    raised_in: UUID | None = None
    assignee_id: str = Field(max_length=32)
    state: EscalationState = Field(default=EscalationState.OPEN, sa_type=choice(EscalationState))
    clock_from: datetime
    clock_minutes: int
    answer_by: datetime
    warn_at: datetime
    warned_at: datetime | None = None
    late_told_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str | None = Field(default=None, max_length=32)
    fixed_at: datetime | None = None
    cause: Cause | None = Field(default=None, sa_type=choice(Cause))
    cause_words: str = Field(default="", max_length=200)
    cause_key: str | None = Field(default=None, max_length=220)
    avoidable: bool | None = None
    asks: int | None = None
    followup_id: UUID | None = None
    settled_in: UUID | None = None
    reopened: int = 0
    closed_at: datetime | None = None
    closed_by: str | None = Field(default=None, max_length=32)
    reason: str = Field(default="", max_length=300)
    channel_due: bool = False
    posted_to: str | None = Field(default=None, max_length=32)


class EscalationSettings(Row, table=True):
    """How fast this workspace answers, and which channel learns of escalations; without a row, as the rules say."""

    __tablename__ = "escalation_settings"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.UniqueConstraint("workspace_id"),
        sa.CheckConstraint("stops <> '' AND hurts <> '' AND annoys <> ''", name="clocks"),
    )

    stops: str = Field(max_length=20)
    hurts: str = Field(max_length=20)
    annoys: str = Field(max_length=20)
    channel_id: str | None = Field(default=None, max_length=32)
    channel_name: str = Field(default="", max_length=100)

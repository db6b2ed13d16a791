"""Workspaces, the limits between sizes that they have set, their audit trail, and newer tokens."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from bot.core.database import WORKSPACE_ID_LENGTH, Row, choice, within_workspace
from bot.workspaces.rules import (
    DEFAULT_CADENCE_DAYS,
    DEFAULT_CADENCE_FLOOR_DAYS,
    DEFAULT_FIRST_CALLS_A_DAY,
    DEFAULT_NEGLECT_FACTOR,
    TokenKind,
)


class Workspace(SQLModel, table=True):
    """
    A Slack team (or org) that installed the bot. Its id is Slack's.

    Housekeeping has checked the schedules of its customers up to the id `schedules_checked_to`; it found those of the
    customers `wrong_schedules` wrong. Where it *levels_load*, no owner's day holds more than `first_calls_a_day` due
    customers while another has room; `load_levelled_on` is the day that this was last seen to, None when it is to be
    seen to at once.
    """

    __tablename__ = "workspaces"
    __table_args__ = (
        sa.CheckConstraint("default_cadence_days BETWEEN 1 AND 365", name="cadence"),
        sa.CheckConstraint("cadence_floor_days BETWEEN 1 AND 365", name="floor"),
        sa.CheckConstraint("neglect_factor BETWEEN 1 AND 5", name="factor"),
        sa.CheckConstraint("first_calls_a_day BETWEEN 1 AND 100", name="first_calls"),
    )

    id: str = Field(primary_key=True, max_length=WORKSPACE_ID_LENGTH)
    name: str = Field(max_length=200)
    bot_user_id: str = Field(default="", max_length=32)
    zone: str = Field(default="UTC", max_length=64)
    default_cadence_days: int = DEFAULT_CADENCE_DAYS
    cadence_floor_days: int = DEFAULT_CADENCE_FLOOR_DAYS
    neglect_factor: float = DEFAULT_NEGLECT_FACTOR
    first_calls_a_day: int = DEFAULT_FIRST_CALLS_A_DAY
    levels_load: bool = True
    load_levelled_on: date | None = None
    installed_at: datetime
    set_up_at: datetime | None = None
    uninstalled_at: datetime | None = None
    schedules_checked_to: UUID | None = None
    wrong_schedules: list[str] = Field(default_factory=list, sa_type=sa.JSON)


class AuditEntry(Row, table=True):
    """Who did what to which subject, with the values before and after."""

    __tablename__ = "audit_trail"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.Index(None, "workspace_id", "subject_kind", "subject_id", "at"),
        sa.Index(None, "workspace_id", "at"),
    )

    at: datetime
    by: str = Field(max_length=32)
    action: str = Field(max_length=60)
    subject_kind: str = Field(max_length=40)
    subject_id: str = Field(max_length=64)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    customer_id: UUID | None = None


class SlackToken(Row, table=True):
    """
    A token of Slack's that replaces one of the settings, which *replaces* is the fingerprint of.

    Where Slack rotates tokens, this one ends at *expires_at* and *refresh_token* brings the next one, once. Backups
    leave the rows of this table out.
    """

    __tablename__ = "slack_tokens"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]), sa.UniqueConstraint("workspace_id", "kind")
    )

    kind: TokenKind = Field(sa_type=choice(TokenKind))
    token: str = Field(max_length=500)
    refresh_token: str | None = Field(default=None, max_length=500)
    expires_at: datetime | None = None
    replaces: str = Field(max_length=64)
    changed_at: datetime


class SizeLimits(Row, table=True):
    """Limits between customers' sizes from an instant on: rising amounts in a currency; fifths where there are none."""

    __tablename__ = "size_limits"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]), sa.Index(None, "workspace_id", "set_at")
    )

    set_at: datetime
    set_by: str = Field(max_length=32)
    amounts: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    currency: str = Field(default="", max_length=3)

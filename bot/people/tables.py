"""People, as Slack describes them and with their own settings, and their days away."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlmodel import Field

from bot.core.database import Row, WorkspaceRow, choice, points_to, within_workspace
from bot.people.rules import Role


class Person(WorkspaceRow, table=True):
    """A Slack user the bot knows. The id is Slack's, unique within the workspace."""

    __tablename__ = "people"
    __table_args__ = (
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.Index(None, "workspace_id", "email"),
        sa.Index(None, "workspace_id", "name_key"),
    )

    id: str = Field(max_length=32)
    name: str = Field(max_length=200)
    name_key: str = Field(max_length=200)
    handle: str = Field(default="", max_length=100)
    email: str | None = Field(default=None, max_length=254)
    zone: str = Field(default="UTC", max_length=64)
    country: str | None = Field(default=None, max_length=2)
    role: Role = Field(default=Role.MEMBER, sa_type=choice(Role))
    is_bot: bool = False
    is_guest: bool = False
    is_deactivated: bool = False
    hour: time = time(9, 0)
    working_days: str = Field(default="01234", max_length=7)
    mutes: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    synced_at: datetime


class Absence(Row, table=True):
    """Days on which a person is away, and the person who covers."""

    __tablename__ = "absences"
    __table_args__ = within_workspace(
        points_to("people", "person_id"),
        points_to("people", "cover_id"),
        sa.CheckConstraint("first_day <= last_day", name="days"),
        sa.Index(None, "workspace_id", "person_id", "last_day"),
        sa.Index(None, "workspace_id", "cover_id", "last_day"),
    )

    person_id: str = Field(max_length=32)
    first_day: date
    last_day: date
    cover_id: str | None = Field(default=None, max_length=32)

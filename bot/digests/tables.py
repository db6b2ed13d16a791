"""Tables of digests and of their handled slots."""

from datetime import datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.core.database import Row, points_to, within_workspace
from bot.digests.rules import KIND_LENGTH, DigestKind


class Digest(Row, table=True):
    """
    A scheduled message to a channel; *names_owners* when it names who looks after what is late.

    `kind` is plain text, since features declare kinds of their own.
    """

    __tablename__ = "digests"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.UniqueConstraint("workspace_id", "channel_id", "kind"),
        sa.Index(None, "next_slot"),
    )

    kind: str = Field(default=DigestKind.NEGLECTED.value, max_length=KIND_LENGTH)
    channel_id: str = Field(max_length=32)
    channel_name: str = Field(default="", max_length=100)
    days: str = Field(default="0", max_length=7)
    hour: time = time(9, 0)
    zone: str = Field(max_length=64)
    silent_when_clear: bool = False
    names_owners: bool = False
    made_by: str = Field(max_length=32)
    next_slot: datetime
    stopped_because: str | None = Field(default=None, max_length=200)


class DigestPost(Row, table=True):
    """
    A handled slot of a digest.

    The digest of neglected customers stores its counts, to report the change since; other kinds have None.
    """

    __tablename__ = "digest_posts"
    __table_args__ = within_workspace(
        points_to("digests", "digest_id"), sa.UniqueConstraint("workspace_id", "digest_id", "slot")
    )

    digest_id: UUID
    slot: datetime
    posted_at: datetime
    in_cadence: int | None = None
    active: int | None = None
    neglected: int | None = None
    said_something: bool

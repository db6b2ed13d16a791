"""Which channel gets which digest when, and which slots were posted."""

from datetime import datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.core.database import Row, choice, points_to, within_workspace
from bot.digests.rules import DigestKind


class Digest(Row, table=True):
    """A scheduled message to a channel."""

    __tablename__ = "digests"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.UniqueConstraint("workspace_id", "channel_id", "kind"),
        sa.Index(None, "next_slot"),
    )

    kind: DigestKind = Field(default=DigestKind.NEGLECTED, sa_type=choice(DigestKind))
    channel_id: str = Field(max_length=32)
    channel_name: str = Field(default="", max_length=100)
    days: str = Field(default="0", max_length=7)
    hour: time = time(9, 0)
    zone: str = Field(max_length=64)
    silent_when_clear: bool = False
    made_by: str = Field(max_length=32)
    next_slot: datetime
    stopped_because: str | None = Field(default=None, max_length=200)


class DigestPost(Row, table=True):
    """One slot of a digest, handled: what it said in numbers. The next one tells the change since."""

    __tablename__ = "digest_posts"
    __table_args__ = within_workspace(
        points_to("digests", "digest_id"), sa.UniqueConstraint("workspace_id", "digest_id", "slot")
    )

    digest_id: UUID
    slot: datetime
    posted_at: datetime
    in_cadence: int
    active: int
    neglected: int
    said_something: bool

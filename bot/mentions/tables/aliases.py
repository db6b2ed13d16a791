"""What customers are found by in texts, and what people taught about it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.core.database import WORKSPACE_ID_LENGTH, Row, WorkspaceRow, choice, within_workspace
from bot.mentions.rules.feeling import Feeling
from bot.mentions.rules.tiers import AliasKind, Tier

WORDS_LENGTH = 4000
KEY_LENGTH = 260
"""The longest key, in characters: a domain has 253, six words of a name fewer."""


def goes_with_customer() -> sa.ForeignKeyConstraint:
    """A foreign key to the customer that doesn't hold it: the row goes when the customer goes."""
    return sa.ForeignKeyConstraint(
        ["workspace_id", "customer_id"], ["customers.workspace_id", "customers.id"], ondelete="CASCADE"
    )


class MentionAlias(Row, table=True):
    """
    One key that a customer (None: ourselves) is found by; looked up for every piece of every text.

    *written* is kept of our own names only, to show them again.
    """

    __tablename__ = "mention_aliases"
    __table_args__ = within_workspace(
        goes_with_customer(),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.Index(None, "workspace_id", "key"),
        sa.Index(None, "workspace_id", "customer_id"),
    )

    key: str = Field(max_length=KEY_LENGTH)
    kind: AliasKind = Field(sa_type=choice(AliasKind))
    common: bool = False
    joined: bool = False
    customer_id: UUID | None = None
    written: str = Field(default="", max_length=KEY_LENGTH)


class UnreadName(WorkspaceRow, table=True):
    """
    A customer whose names, domain or status changed since its keys were made.

    The database itself notes it, by triggers on customers and their aliases, so that no way of writing them is missed
    and no clock has to be trusted (docs/decisions/0006-unread-names.md). It is gone once the keys are made anew.
    """

    __tablename__ = "mention_unread_names"
    __table_args__ = (goes_with_customer(),)

    workspace_id: str = Field(default="", max_length=WORKSPACE_ID_LENGTH, primary_key=True)
    customer_id: UUID = Field(primary_key=True)


class AliasLesson(Row, table=True):
    """Somebody said that these words aren't that customer (None: us), or not surely, in a source (None: anywhere)."""

    __tablename__ = "mention_lessons"
    __table_args__ = within_workspace(
        goes_with_customer(),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.CheckConstraint("verdict IN ('ask', 'ignored')", name="teaches"),
        sa.Index(None, "workspace_id", "key"),
        sa.Index(None, "workspace_id", "customer_id"),
    )

    key: str = Field(max_length=KEY_LENGTH)
    kind: AliasKind = Field(sa_type=choice(AliasKind))
    customer_id: UUID | None = None
    source_id: UUID | None = None
    verdict: Tier = Field(sa_type=choice(Tier))
    by: str = Field(max_length=32)
    at: datetime


class FeelingCorrection(Row, table=True):
    """Somebody read a mention otherwise than the scorer did; kept with its words, to learn from."""

    __tablename__ = "feeling_corrections"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.Index(None, "workspace_id", "mention_id"),
        sa.Index(None, "workspace_id", "at"),
    )

    mention_id: UUID
    words: str = Field(max_length=WORDS_LENGTH)
    before: Feeling = Field(sa_type=choice(Feeling, name="before"))
    after: Feeling = Field(sa_type=choice(Feeling, name="after"))
    scorer: str = Field(max_length=40)
    by: str = Field(max_length=32)
    at: datetime

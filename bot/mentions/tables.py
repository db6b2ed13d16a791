"""Tables of sources, mentions, their occurrences, aliases and lessons."""

from datetime import datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from bot.core.database import WORKSPACE_ID_LENGTH, Row, WorkspaceRow, choice, points_to, within_workspace
from bot.mentions.rules.mentions import ANSWER_DAYS, MentionState, Posted
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.rules.sources import SourceKind
from bot.mentions.rules.tiers import AliasKind, Tier

WORDS_LENGTH = 4000
KEY_LENGTH = 260
"""The longest key in characters: a domain has 253, six words of a name fewer."""


def goes_with_customer() -> sa.ForeignKeyConstraint:
    """Return a foreign key to the customer; the row is deleted with it."""
    return sa.ForeignKeyConstraint(
        ["workspace_id", "customer_id"], ["customers.workspace_id", "customers.id"], ondelete="CASCADE"
    )


class Source(Row, table=True):
    """
    A source of mentions; a removed one stays, since its mentions do.

    `secrets` are those that a webhook's senders may sign with, the newest first, at most two.
    """

    __tablename__ = "mention_sources"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.UniqueConstraint("token"),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet"),
        sa.Index(None, "next_try_at"),
        sa.Index(None, "workspace_id", "removed_at"),
    )

    kind: SourceKind = Field(sa_type=choice(SourceKind))
    name: str = Field(max_length=200)
    word: str = Field(default="", max_length=500)
    address: str = Field(default="", max_length=2000)
    words: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    excluded_words: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    excluded_authors: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    language: str = Field(default="", max_length=2)
    channel_id: str | None = Field(default=None, max_length=32)
    quiet_from: time | None = None
    quiet_to: time | None = None
    token: str | None = Field(default=None, max_length=64)
    secrets: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    is_signed: bool = False
    mapping: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    added_by: str = Field(max_length=32)
    added_at: datetime
    paused_at: datetime | None = None
    removed_at: datetime | None = None
    next_try_at: datetime | None = None
    etag: str = Field(default="", max_length=1000)
    last_modified: str = Field(default="", max_length=200)
    last_success_at: datetime | None = None
    last_error: str = Field(default="", max_length=300)
    failing_since: datetime | None = None
    failures: int = 0


class AskedHost(SQLModel, table=True):
    """When a host was last sent a request, by any workspace and process."""

    __tablename__ = "mention_hosts"

    host: str = Field(primary_key=True, max_length=253)
    asked_at: datetime


class Mention(Row, table=True):
    """
    Something that was written about us or a customer, stored once however often it occurs.

    `alias`, `alias_key` and `alias_kind` say by which key it was matched, so that a wrong match can teach. `taken_by`
    said they would answer it until `answer_due_at`.
    """

    __tablename__ = "mentions"
    __table_args__ = within_workspace(
        points_to("mention_sources", "source_id"),
        points_to("customers", "customer_id"),
        points_to("people", "taken_by"),
        sa.UniqueConstraint("workspace_id", "fingerprint"),
        sa.CheckConstraint("(taken_by IS NULL) = (taken_at IS NULL)", name="taken"),
        sa.CheckConstraint("(state IN ('answered', 'dismissed')) = (closed_at IS NOT NULL)", name="closed"),
        sa.CheckConstraint("(posted_at IS NULL) = (posted_as IS NULL)", name="posting"),
        sa.CheckConstraint("(customer_id IS NULL AND NOT about_us) = (tier IS NULL)", name="about"),
        sa.Index(None, "workspace_id", "state", "found_at"),
        sa.Index(None, "workspace_id", "customer_id", "found_at"),
        sa.Index(None, "workspace_id", "taken_by", "state"),
        sa.Index(None, "workspace_id", "channel_id", "posted_at"),
        sa.Index(None, "state", "answer_due_at"),
        sa.Index(None, "workspace_id", "found_at"),
    )

    fingerprint: str = Field(max_length=64)
    source_id: UUID | None = None
    kind: SourceKind = Field(sa_type=choice(SourceKind))
    external_id: str = Field(default="", max_length=500)
    address: str = Field(default="", max_length=2000)
    title: str = Field(default="", max_length=300)
    words: str = Field(default="", max_length=4000)
    is_cut: bool = False
    author: str = Field(default="", max_length=100)
    place: str = Field(default="", max_length=100)
    language: str = Field(default="", max_length=2)
    rating: float | None = None
    domains: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    handles: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    published_at: datetime | None = None
    found_at: datetime
    edited_at: datetime | None = None
    saved_by: str | None = Field(default=None, max_length=32)
    customer_id: UUID | None = None
    about_us: bool = False
    tier: Tier | None = Field(default=None, sa_type=choice(Tier))
    alias: str = Field(default="", max_length=260)
    alias_key: str = Field(default="", max_length=260)
    alias_kind: AliasKind | None = Field(default=None, sa_type=choice(AliasKind))
    feeling: Sentiment = Field(sa_type=choice(Sentiment))
    score: float = 0.0
    scorer: str = Field(default="", max_length=40)
    brought_forward: bool = False
    state: MentionState = Field(default=MentionState.OPEN, sa_type=choice(MentionState))
    channel_id: str | None = Field(default=None, max_length=32)
    posted_at: datetime | None = None
    posted_as: Posted | None = Field(default=None, sa_type=choice(Posted))
    taken_by: str | None = Field(default=None, max_length=32)
    taken_at: datetime | None = None
    answer_due_at: datetime | None = None
    warned_at: datetime | None = None
    overdue_told_at: datetime | None = None
    answer_link: str = Field(default="", max_length=500)
    answer_words: str = Field(default="", max_length=2000)
    closed_at: datetime | None = None
    closed_by: str | None = Field(default=None, max_length=32)


class Occurrence(Row, table=True):
    """A source that brought a mention, or a person who did (`source_id` is None)."""

    __tablename__ = "mention_sightings"
    __table_args__ = within_workspace(
        points_to("mentions", "mention_id"),
        points_to("mention_sources", "source_id"),
        sa.UniqueConstraint("workspace_id", "mention_id", "source_id"),
        sa.Index(None, "workspace_id", "source_id", "seen_at"),
    )

    mention_id: UUID
    source_id: UUID | None = None
    by: str | None = Field(default=None, max_length=32)
    seen_at: datetime


class MentionSettings(WorkspaceRow, table=True):
    """A workspace's settings: the working days for an answer, the phrases to avoid, the channel of saved mentions."""

    __tablename__ = "mention_settings"
    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 10", name="answer_days"),
    )

    workspace_id: str = Field(default="", max_length=WORKSPACE_ID_LENGTH, primary_key=True)
    answer_days: int = ANSWER_DAYS
    channel_id: str | None = Field(default=None, max_length=32)
    phrases: list[list[str]] | None = Field(default=None, sa_type=sa.JSON)  # None: the usual ones


class MentionAlias(Row, table=True):
    """
    A key that a customer (None: ourselves) is found by; *written* keeps the spelling of our own names.

    `given` says that somebody wrote it down as an account, or as a page; other accounts are made of names.
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
    joined: bool = False
    given: bool = False
    customer_id: UUID | None = None
    written: str = Field(default="", max_length=KEY_LENGTH)


class UnreadName(WorkspaceRow, table=True):
    """
    A customer whose keys are out of date, since its names, domain or status changed.

    Triggers on customers and their aliases insert the rows, so no way of writing is missed and no clock is trusted
    (docs/decisions/0006-unread-names.md). `refresh_aliases` deletes them.
    """

    __tablename__ = "mention_unread_names"
    __table_args__ = (goes_with_customer(),)

    workspace_id: str = Field(default="", max_length=WORKSPACE_ID_LENGTH, primary_key=True)
    customer_id: UUID = Field(primary_key=True)


class AliasLesson(Row, table=True):
    """What somebody taught: in a source (None: anywhere) this key isn't that customer (None: us), or not surely."""

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


class SentimentCorrection(Row, table=True):
    """A person's correction of a mention's sentiment, with the words and the model (`scorer`)."""

    __tablename__ = "feeling_corrections"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        sa.Index(None, "workspace_id", "mention_id"),
        sa.Index(None, "workspace_id", "at"),
    )

    mention_id: UUID
    words: str = Field(max_length=WORDS_LENGTH)
    before: Sentiment = Field(sa_type=choice(Sentiment, name="before"))
    after: Sentiment = Field(sa_type=choice(Sentiment, name="after"))
    scorer: str = Field(max_length=40)
    by: str = Field(max_length=32)
    at: datetime

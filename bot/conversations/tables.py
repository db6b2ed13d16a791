"""What people said to the bot and haven't confirmed yet, and notes about customers."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.checkins.rules import Channel, Result
from bot.conversations.rules import ASKED, WORDS, ProposalKind
from bot.core.database import Row, choice, points_to, within_workspace
from bot.mentions.tables import goes_with_customer


class Proposal(Row, table=True):
    """
    What a press would save, as it was understood from what *by* said.

    Without a customer, *candidates* are those that may be meant; without a day, *days* are. *saved_id* is the customer
    action, follow-up, promise, escalation or note that was saved; without one, nothing is to be saved any more.
    """

    __tablename__ = "proposals"
    __table_args__ = within_workspace(
        goes_with_customer(),
        points_to("people", "by"),
        sa.Index(None, "workspace_id", "by"),
        sa.Index(None, "said_at"),
    )

    by: str = Field(max_length=32)
    kind: ProposalKind = Field(sa_type=choice(ProposalKind))
    said_at: datetime
    customer_id: UUID | None = None
    asked: str = Field(default="", max_length=ASKED)
    candidates: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    words: str = Field(default="", max_length=WORDS)
    day: date | None = None
    days: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    result: Result = Field(default=Result.TALKED, sa_type=choice(Result))
    channel: Channel = Field(default=Channel.CALL, sa_type=choice(Channel))
    settled_at: datetime | None = None
    saved_id: UUID | None = None
    undone_at: datetime | None = None


class Note(Row, table=True):
    """What somebody noted about a customer; it is no contact and moves no date."""

    __tablename__ = "customer_notes"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"),
        points_to("people", "by"),
        sa.Index(None, "workspace_id", "customer_id", "at"),
    )

    customer_id: UUID
    by: str = Field(max_length=32)
    at: datetime
    words: str = Field(max_length=WORDS)

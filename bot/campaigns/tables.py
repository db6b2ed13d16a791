"""Which customers were drawn for which calls, what they answered and bought; and the question that is always asked."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.campaigns.rules import WHAT, Arm, CampaignState, Purpose
from bot.campaigns.rules.sales import MARK, REFERENCE
from bot.core.database import Row, choice, points_to, within_workspace
from bot.customers.rules.bands import Band


class Campaign(Row, table=True):
    """
    Calls to customers drawn at random among `listed`, with as many in the control group.

    `fingerprint` tells the list that the draw was made of, so that `seed` repeats it. `owner_ids`, `tag` and `country`
    say of whom; empty ones leave everybody in. `shown` holds the counts that the message in the channel shows.
    """

    __tablename__ = "campaigns"
    __table_args__ = within_workspace(
        points_to("people", "made_by"),
        sa.UniqueConstraint("workspace_id", "seed"),
        sa.UniqueConstraint("workspace_id", "name_key"),
        sa.CheckConstraint("size > 0 AND listed >= 2 * size", name="size"),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        sa.CheckConstraint("until > began_on", name="days"),
        sa.Index(None, "workspace_id", "state", "until"),
    )

    name: str = Field(max_length=80)
    name_key: str = Field(max_length=200)
    purpose: Purpose = Field(sa_type=choice(Purpose))
    size: int
    listed: int
    stratified: bool = True
    seed: str = Field(max_length=40)
    fingerprint: str = Field(max_length=16)
    owner_ids: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    tag: str = Field(default="", max_length=60)
    country: str = Field(default="", max_length=60)
    caller_ids: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    questions: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    channel_id: str | None = Field(default=None, max_length=32)
    channel_name: str = Field(default="", max_length=100)
    shown: dict[str, int] = Field(default_factory=dict, sa_type=sa.JSON)
    made_by: str = Field(max_length=32)
    made_at: datetime
    began_on: date
    until: date
    state: CampaignState = Field(default=CampaignState.RUNNING, sa_type=choice(CampaignState))
    ended_at: datetime | None = None


class CampaignMember(Row, table=True):
    """
    One customer of a campaign, called or in the control group.

    A replaced customer stays in its group, since it was drawn; who came in its place `replaces_id` it, and counts for
    what was learned, not for the comparison. The follow-up is kept by id alone.
    """

    __tablename__ = "campaign_members"
    __table_args__ = within_workspace(
        points_to("campaigns", "campaign_id"),
        points_to("customers", "customer_id"),
        points_to("campaign_members", "replaces_id"),
        sa.UniqueConstraint("workspace_id", "campaign_id", "customer_id"),
        sa.CheckConstraint("arm = 'called' OR (caller_id IS NULL AND replaces_id IS NULL)", name="control"),
        sa.CheckConstraint("(replaced_at IS NULL) = (reason = '')", name="reason"),
        sa.Index(None, "workspace_id", "customer_id"),
    )

    campaign_id: UUID
    customer_id: UUID
    arm: Arm = Field(sa_type=choice(Arm))
    band: Band = Field(sa_type=choice(Band))
    caller_id: str | None = Field(default=None, max_length=32)
    due_on: date | None = None
    followup_id: UUID | None = None
    replaces_id: UUID | None = None
    replaced_at: datetime | None = None
    replaced_by: str | None = Field(default=None, max_length=32)
    reason: str = Field(default="", max_length=300)


class CampaignAnswer(Row, table=True):
    """
    What a customer answered to one question; the latest that wasn't undone counts.

    `given_in` is the check-in that it was written down in, kept by id alone.
    """

    __tablename__ = "campaign_answers"
    __table_args__ = within_workspace(
        points_to("campaigns", "campaign_id"),
        points_to("customers", "customer_id"),
        points_to("people", "by"),
        sa.CheckConstraint("number BETWEEN 1 AND 9", name="number"),
        sa.Index(None, "workspace_id", "campaign_id", "customer_id"),
        sa.Index(None, "workspace_id", "customer_id"),
    )

    campaign_id: UUID
    customer_id: UUID
    number: int
    answer: str = Field(max_length=1000)
    by: str = Field(max_length=32)
    given_at: datetime
    given_in: UUID | None = None
    undone_at: datetime | None = None


class CampaignSale(Row, table=True):
    """
    What a customer of either group bought while the campaign ran, written down by hand or from a list.

    Those of a list have a `mark`, so that the same sale in another list isn't written down twice. `by` is a person, or
    the bot for the command line.
    """

    __tablename__ = "campaign_sales"
    __table_args__ = within_workspace(
        points_to("campaigns", "campaign_id"),
        points_to("customers", "customer_id"),
        sa.UniqueConstraint("workspace_id", "campaign_id", "mark"),
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.Index(None, "workspace_id", "customer_id"),
    )

    campaign_id: UUID
    customer_id: UUID
    amount: Decimal = Field(max_digits=18, decimal_places=2)
    currency: str = Field(max_length=3)
    sold_on: date | None = None
    reference: str = Field(default="", max_length=REFERENCE)
    mark: str | None = Field(default=None, max_length=MARK)
    by: str = Field(max_length=32)
    at: datetime


class StandingQuestion(Row, table=True):
    """The question that is part of every check-in from an instant on; empty where none is."""

    __tablename__ = "standing_questions"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]), sa.Index(None, "workspace_id", "set_at")
    )

    question: str = Field(default="", max_length=WHAT)
    set_at: datetime
    set_by: str = Field(max_length=32)


class StandingAnswer(Row, table=True):
    """
    What a customer answered to a standing question.

    `given_in` is the check-in that it was written down in, kept by id alone; it is undone with that.
    """

    __tablename__ = "standing_answers"
    __table_args__ = within_workspace(
        points_to("standing_questions", "question_id"),
        points_to("customers", "customer_id"),
        points_to("people", "by"),
        sa.Index(None, "workspace_id", "question_id", "given_at"),
        sa.Index(None, "workspace_id", "customer_id"),
    )

    question_id: UUID
    customer_id: UUID
    answer: str = Field(max_length=1000)
    by: str = Field(max_length=32)
    given_at: datetime
    given_in: UUID
    undone_at: datetime | None = None

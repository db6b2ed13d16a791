"""What leaves the campaigns feature."""

from datetime import date
from uuid import UUID

from pydantic import Field

from bot.campaigns.rules import NAME, CampaignState, Purpose
from bot.campaigns.rules.questions import Question
from bot.core.schemas import Notification, Schema


class CampaignInput(Schema):
    """What the form of a new campaign holds."""

    name: str = Field(default="", max_length=NAME)
    purpose: Purpose = Purpose.LISTEN
    size: int | None = 50
    owner_ids: tuple[str, ...] = ()
    tag: str = Field(default="", max_length=60)
    country: str = Field(default="", max_length=60)
    caller_ids: tuple[str, ...] = ()
    until: date | None = None
    questions: str = Field(default="", max_length=2900)
    channel_id: str | None = None
    stratified: bool = True
    seed: str = Field(default="", max_length=40)


class BandShare(Schema):
    """How many customers of a band are listed, called, and in the control group."""

    band: str
    listed: int
    called: int
    control: int


class CallerShare(Schema):
    """How many calls a person gets, from when to when, and how many on the fullest day."""

    name: str
    calls: int
    first_on: date
    last_on: date
    most_a_day: int


class Proposal(Schema):
    """
    A draw as it would be made now.

    *key* changes with the settings and the list. *whom* completes "drawn from …"; *busy* customers are left out, since
    they are in a campaign that runs. *first_names* are the first ones that would be called.
    """

    key: str
    size: int
    listed: int
    busy: int
    whom: str
    seed: str
    fingerprint: str
    questions: int
    bands: tuple[BandShare, ...]
    callers: tuple[CallerShare, ...]
    first_names: tuple[str, ...]


class CallRow(Schema):
    """A call that is still to be made or was made: to whom, by whom, by when."""

    member_id: UUID
    customer_id: UUID
    customer_name: str
    caller_name: str = ""
    due_on: date
    is_reached: bool = False
    answered: int = 0


class CallForm(Schema):
    """The questions to one customer, and the answers that are known, "" where none is."""

    campaign_id: UUID
    campaign_name: str
    customer_id: UUID
    customer_name: str
    questions: tuple[Question, ...]
    answers: tuple[str, ...]


class CampaignCalls(Notification):
    """The calls that somebody is asked to make; the rows are the first of *total*."""

    kind = "campaigns.calls"

    campaign_name: str
    purpose: Purpose
    by_name: str
    until: date
    total: int
    rows: tuple[CallRow, ...]


class Reached(Schema):
    """How many of one person's calls were made."""

    name: str
    reached: int
    calls: int


class CampaignSchema(Schema):
    """A campaign, how far it has come, and the calls that are open."""

    id: UUID
    name: str
    purpose: Purpose
    state: CampaignState
    made_by_name: str
    began_on: date
    until: date
    size: int
    listed: int
    whom: str
    seed: str
    fingerprint: str
    stratified: bool
    channel_id: str | None = None
    questions: tuple[Question, ...] = ()
    calls: int
    reached: int
    answered: int
    replaced: int
    callers: tuple[Reached, ...] = ()
    rows: tuple[CallRow, ...] = ()
    page: int = 0
    pages: int = 1
    today: date

    @property
    def counts(self) -> dict[str, int]:
        """What changes while it runs; once these are others than a message shows, it is drawn again."""
        return self.model_dump(include={"calls", "reached", "answered", "replaced"})


class CampaignProgress(Notification):
    """How far a campaign is, in its channel; the message is drawn again as that changes."""

    kind = "campaigns.progress"

    campaign: CampaignSchema


class PostedProgress(Schema):
    """A campaign with the message in its channel that shows other counts than are so now."""

    campaign: CampaignSchema
    channel_id: str
    ts: str

"""What leaves the campaigns feature."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from bot.campaigns.rules import NAME, CampaignState, Purpose
from bot.campaigns.rules.questions import Question
from bot.campaigns.rules.results import Against, Estimate
from bot.campaigns.rules.sales import Column, SaleDraft
from bot.core.schemas import Notification, Schema
from bot.customers.rules.rows import Note, Refusal


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


class Comparison(Schema):
    """Something that happened to customers of both groups; *verb* completes "5 of 50 …"."""

    verb: str
    against: Against


class Quote(Schema):
    """What a customer said in its own words."""

    customer_name: str
    words: str


class QuestionResult(Schema):
    """
    What was answered to one question: how often each option, or the latest *quotes*.

    On a scale there is a *score*: NPS where customers were asked whether they recommend us, else the share of the
    content.
    """

    question: Question
    answered: int
    counts: tuple[int, ...] = ()
    score: Estimate | None = None
    quotes: tuple[Quote, ...] = ()


class StandingForm(Schema):
    """The question that every check-in asks, and the *last* answer of one customer with its day."""

    question_id: UUID
    question: Question
    last: str = ""
    last_on: date | None = None
    today: date


class StandingResult(Schema):
    """
    The question of every check-in, as it was written in *line*; what was *answered* in the last *days*, and *before* in
    as many. Without a question there is none of it. The viewer *may_set* another.
    """

    may_set: bool
    days: int
    line: str = ""
    question: Question | None = None
    set_on: date | None = None
    set_by_name: str = ""
    today: date | None = None
    answered: QuestionResult | None = None
    before: QuestionResult | None = None


class SaleSum(Schema):
    """What the customers of both groups bought in one currency."""

    currency: str
    called: Decimal
    control: Decimal


class SalesRead(Schema):
    """
    What a list of sales holds; *problem* is why it can't be read, in one sentence.

    *columns* are the headings that were found; *without_amount* counts rows that say nothing was sold.
    """

    file_name: str
    columns: Mapping[Column, str] = Field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    sales: tuple[SaleDraft, ...] = ()
    without_amount: int = 0
    refusals: tuple[Refusal, ...] = ()
    remarks: tuple[Note, ...] = ()
    problem: str = ""


class SalesPlan(Schema):
    """
    What writing down a list of sales does: *new* sales to so many *customers*, and their *sums* by currency.

    *known* ones are written down already; *apart* counts rows about customers that weren't drawn.
    """

    file_name: str
    campaign_name: str
    new: int
    known: int
    customers: int
    sums: tuple[tuple[str, Decimal], ...]
    apart: int
    without_amount: int
    refusals: tuple[Refusal, ...] = ()


class CampaignResult(Schema):
    """
    What came of a campaign: answers, promises and problems, sales, and both groups compared as they were drawn.

    *mended* are promises to and problems of customers that were called; *left* are calls that weren't made, the first
    of *left_total*; *replaced* are customers that couldn't be called, with the reason.
    """

    campaign: CampaignSchema
    comparisons: tuple[Comparison, ...]
    questions: tuple[QuestionResult, ...] = ()
    sales: tuple[SaleSum, ...] = ()
    mended: tuple[Quote, ...] = ()
    left: tuple[CallRow, ...] = ()
    left_total: int = 0
    replaced: tuple[Quote, ...] = ()


class CampaignEnded(Notification):
    """A campaign has ended: what came of it, and what is open."""

    kind = "campaigns.ended"

    result: CampaignResult


class CallsOver(Notification):
    """Calls of somebody that needn't be made any more, since the campaign has ended; the first of *total*."""

    kind = "campaigns.over"

    campaign_name: str
    total: int
    rows: tuple[CallRow, ...]


class CampaignChannelLost(Notification):
    """The channel of a campaign sees no more of it: Slack refuses it, or outsiders could read it."""

    kind = "campaigns.channel_lost"

    campaign_name: str
    channel_name: str


Cells = tuple[str | int | float | date | Decimal | None, ...]


class CampaignFile(Schema):
    """A table of a campaign, to be sent as CSV."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[Cells, ...]

"""What leaves the escalations feature."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from bot.commitments.schemas import CommitmentList, CommitmentNews, CommitmentSchema
from bot.core.schemas import Notification, Schema
from bot.escalations.rules import Cause, EscalationEvent, EscalationState, Severity, when_due


class EscalationSchema(CommitmentSchema):
    """
    A problem that a customer raised, at *now* and in the zone of whoever looks at it.

    *place* names that zone where it isn't known who reads it: `London time`.
    """

    severity: Severity
    assignee_id: str
    assignee_name: str
    assignee_zone: str = ""
    raised_by: str
    raised_by_name: str
    raised_at: datetime
    answer_by: datetime
    state: EscalationState = EscalationState.OPEN
    answered_by_name: str = ""
    cause: Cause | None = None
    cause_words: str = ""
    avoidable: bool | None = None
    asks: int | None = None
    reopened: int = 0
    reason: str = ""
    closed_by_name: str = ""
    now: datetime
    zone: str
    place: str = ""

    @property
    def due(self) -> str:
        """By when the customer is to be answered, in words."""
        return when_due(
            self.answer_by, now=self.now, zone=self.zone, place=self.place, theirs=self.assignee_zone,
            who=self.assignee_name,
        )  # fmt: skip

    @property
    def is_late(self) -> bool:
        """Whether nobody has answered though the clock has run out."""
        return self.state is EscalationState.OPEN and self.answer_by <= self.now


EscalationList = CommitmentList[EscalationSchema]


class EscalationFixed(Schema):
    """A fix that waits for the customer's word; *repeat* says whether the cause came before."""

    escalation: EscalationSchema
    repeat: str = ""


class Waiting(Schema):
    """Fixes that a customer hasn't confirmed yet, for the check-in form."""

    rows: tuple[EscalationSchema, ...]


class Wishes(Schema):
    """How fast customers are to be answered, as it was typed, and the channel that learns of escalations."""

    stops: str
    hurts: str
    annoys: str
    channel_id: str | None = None


class Fix(Schema):
    """What closing an escalation asks for; *change* is what is done so that it doesn't happen again."""

    cause: Cause | None
    words: str = ""
    avoidable: bool | None = None
    asks: int | None = None
    change: str = ""
    change_by: str | None = None
    change_on: date | None = None


class RateLine(Schema):
    """The customers of one person (nobody: the pool) and how many of them had no avoidable escalation."""

    name: str
    active: int
    clean: int


class Rate(Schema):
    """Right first time: how many active customers had no avoidable escalation in the last *days*."""

    days: int
    active: int
    clean: int
    unjudged: int
    people: tuple[RateLine, ...] = ()
    more: int = 0
    repeats: tuple[str, ...] = ()


class RelativeEscalated(Notification):
    """A customer has a problem in whose family the reader looks after others: *names*, at most three of *total*."""

    kind = "escalations.relative"
    escalation_id: UUID
    customer_id: UUID
    name: str
    what: str
    severity: Severity
    assignee_name: str
    root_name: str
    names: tuple[str, ...]
    total: int


class AboutEscalation(Notification):
    """Something to be told about one escalation; what stops a customer's work is told at any hour."""

    escalation: EscalationSchema

    @property
    def at_any_hour(self) -> bool:
        """Return whether the problem stops the customer's work."""
        return self.escalation.severity is Severity.STOPS


class EscalationRaised(AboutEscalation):
    """To somebody whom a new (or reopened, or passed on) escalation concerns, as who they are in it."""

    kind = "escalations.raised"

    role: Literal["on_it", "owner", "manager"]
    again: bool = False
    given_by: str = ""
    returned_from: str = ""


class EscalationWarned(AboutEscalation):
    """To who is on it: most of the time to answer is over."""

    kind = "escalations.warned"


class EscalationLate(AboutEscalation):
    """To the managers: nobody answered in time."""

    kind = "escalations.late"


class EscalationNews(CommitmentNews, Notification):
    """What became of an escalation, for those whom it concerns."""

    kind = "escalations.news"

    event: EscalationEvent
    to_name: str = ""


class EscalationPosted(AboutEscalation):
    """To the escalation channel: a customer raised a problem."""

    kind = "escalations.posted"


class EscalationUpdate(AboutEscalation):
    """In the thread of that: how it stands now."""

    kind = "escalations.update"


class ChannelLost(Notification):
    """To the managers: nothing can be posted to the escalation channel any more."""

    kind = "escalations.channel_lost"

    channel_name: str
    reason: str

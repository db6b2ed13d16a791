"""What leaves the promises feature."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from bot.commitments.schemas import CommitmentList, CommitmentNews, CommitmentSchema, NotifiedCommitments, ParsedCommand
from bot.core.schemas import Notification, Schema
from bot.promises.rules import FEWEST_TO_COMPARE, PromiseEvent, PromiseState, judged, kept_rate


class PromiseSchema(CommitmentSchema):
    """
    Something that was promised to a customer, as somebody sees it whose day is *today*.

    *is_owed*: it is open, or broken and not made good. *moves* counts how often it was renegotiated before, since it
    was first promised for *first_due_on*; *moved_to* is the day agreed instead of this one.
    """

    assignee_id: str
    assignee_name: str
    promised_by: str
    promised_by_name: str
    contact: str = ""
    promised_on: date
    due_on: date
    first_due_on: date
    moves: int = 0
    moved_to: date | None = None
    state: PromiseState = PromiseState.OPEN
    is_owed: bool = True
    note: str = ""
    ended_by_name: str = ""
    today: date


class ContactOption(Schema):
    """Somebody at a customer to whom a promise can be made."""

    id: UUID
    name: str


class ParsedPromise(ParsedCommand):
    """What somebody's words or a button promise, and the people of the customer to whom it may have been promised."""

    contacts: tuple[ContactOption, ...] = ()


PromiseList = CommitmentList[PromiseSchema]
Told = NotifiedCommitments[PromiseSchema]


class PromisesDue(Told, Notification):
    """What a person was to keep. It isn't made any more: the reminder holds it; old ones may be undelivered."""

    kind = "promises.due"


class PromisesBroken(Told, Notification):
    """Promises whose day is over. It isn't made any more: the reminder holds them; old ones may be undelivered."""

    kind = "promises.broken"


class PromisesInherited(Told, Notification):
    """Promises of somebody who left, which are this person's to keep now."""

    kind = "promises.inherited"

    left: str = ""


class PromiseNoted(Notification):
    """Somebody else wrote down what this person promised."""

    kind = "promises.noted"

    promise: PromiseSchema
    by_name: str


class PromiseNews(CommitmentNews, Notification):
    """What became of a promise, for those whom it concerns."""

    kind = "promises.news"

    event: PromiseEvent
    due_on: date
    moved_to: date | None = None


class Tally(Schema):
    """How many promises of one person, of the team or of one size band stand where."""

    name: str
    counts: Mapping[PromiseState, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def rate(self) -> float | None:
        """The share that was kept on the day; None while no day has come."""
        return kept_rate(self.counts)

    @property
    def is_enough(self) -> bool:
        """Whether enough days have come for the rate to be compared with others."""
        return judged(self.counts) >= FEWEST_TO_COMPARE


class KeptRates(Schema):
    """How well promises are kept that were due since a day: by the team, by person, by the size of customers."""

    since: date
    team: Tally
    people: tuple[Tally, ...] = ()
    bands: tuple[Tally, ...] = ()

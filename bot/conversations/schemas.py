"""What the conversations feature answers, as its views draw it."""

from datetime import date
from uuid import UUID

from bot.checkins.rules import Channel, Result
from bot.conversations.rules import Intent, ProposalKind
from bot.core.schemas import Schema
from bot.customers.schemas import Card, Named


class ProposalSchema(Schema):
    """
    A proposal as it stands now; *next_due_on* is when the customer is due again, if it is active.

    *aside*, told once a contact is saved, is a sentence on the family that the customer belongs to.
    """

    id: UUID
    kind: ProposalKind
    by: str
    today: date
    customer_id: UUID | None = None
    customer_name: str = ""
    asked: str = ""
    candidates: tuple[Named, ...] = ()
    words: str = ""
    day: date | None = None
    day_options: tuple[date, ...] = ()
    result: Result = Result.TALKED
    channel: Channel = Channel.CALL
    next_due_on: date | None = None
    is_settled: bool = False
    saved_id: UUID | None = None
    is_undone: bool = False
    stays: tuple[str, ...] = ()
    aside: str = ""

    @property
    def lacks_day(self) -> bool:
        """Whether the day has to be chosen before anything can be saved."""
        return self.day is None and (self.kind.has_due_day or bool(self.day_options))


class Reply(Schema):
    """The answer to a message: a proposal, a customer's card below a *line*, or what the intent alone asks for."""

    intent: Intent
    proposal: ProposalSchema | None = None
    card: Card | None = None
    line: str = ""
    about: Named | None = None

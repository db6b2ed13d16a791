"""What leaves a feature of commitments, as far as every kind has it."""

from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from bot.core.schemas import Schema


class CommitmentSchema(Schema):
    """Something owed about a customer by a person by a date."""

    id: UUID
    customer_id: UUID
    customer_name: str
    what: str
    link: str = ""


S = TypeVar("S", bound=CommitmentSchema)


class CommitmentList(Schema, Generic[S]):
    """One page of open commitments, the most pressing first; *total* and *late* count those of all pages."""

    whose: str
    title: str
    total: int
    late: int
    page: int
    pages: int
    rows: tuple[S, ...] = ()


class NotifiedCommitments(Schema, Generic[S]):
    """Some commitments, told to one person; *total* may be more than there are rows."""

    person_id: str
    first_name: str
    total: int
    rows: tuple[S, ...]


class CommitmentNews(Schema):
    """What became of a commitment, for those whom it concerns; of a forgotten customer nothing is named."""

    by_name: str
    customer_id: UUID | None = None
    customer_name: str = ""
    what: str = ""
    words: str = ""


class PressedCommitment(Schema, Generic[S]):
    """The commitment that a button is about, and why nothing can be done about it now ("": something can)."""

    commitment: S
    refused: str = ""


class ParsedCommand(Schema):
    """What somebody's words or a button ask for, and a sentence for each thing that couldn't be told."""

    assignee_id: str | None = None
    customer_id: UUID | None = None
    customer_name: str = ""
    due_on: date | None = None
    what: str = ""
    problems: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to ask."""
        return not self.problems and bool(self.customer_id and self.due_on and self.what)

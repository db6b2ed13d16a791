"""The columns that every table of commitments has."""

from uuid import UUID

from sqlmodel import Field

from bot.core.database import Row


class CommitmentRow(Row):
    """Something owed about a customer; a kind's own table adds who owes it, by when, and how it ended."""

    customer_id: UUID
    what: str = Field(max_length=500)
    link: str = Field(default="", max_length=500)

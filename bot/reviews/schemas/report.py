"""What leaves the reviews as a file."""

from datetime import date

from bot.core.schemas import Schema
from bot.reviews.rules.groups import Grouping
from bot.reviews.schemas import GapSchema, GroupFigures


class Report(Schema):
    """The figures of the days from *first* to *last*, both included, by everything that customers are grouped by."""

    first: date
    last: date
    currency: str | None
    gap: GapSchema | None
    gap_before: GapSchema | None
    figures: tuple[tuple[Grouping, tuple[GroupFigures, ...]], ...]

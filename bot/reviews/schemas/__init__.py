"""What leaves the reviews: the proof, and the customers behind one of its figures."""

from datetime import date

from bot.core.schemas import DigestSlot, PromptNotification, Schema
from bot.customers.schemas import CustomerSchema
from bot.reviews.rules import Band, Period


class GapSchema(Schema):
    """How many times as long small customers waited as large ones; see `rules.Gap`."""

    ratio: float
    low: float
    high: float
    chance: float


class BandFigures(Schema):
    """
    The customers of one size: how many, their smallest and largest value and headcount where known, the longest wait
    that half of them and nine in ten don't exceed (days), their share of days in cadence (percent; None without days),
    and how many nobody ever talked to.
    """

    band: Band
    customers: int
    values: tuple[int, int] | None = None
    headcounts: tuple[int, int] | None = None
    half: int
    nine_in_ten: int
    percent: int | None
    never: int


class Proof(Schema):
    """
    The figures of the days after *since* up to *until*, band by band, with the gap and that of as many days before;
    None where there are too few customers to tell. *foreign* customers are valued in other currencies than *currency*.
    """

    days: int
    since: date
    until: date
    bands: tuple[BandFigures, ...]
    gap: GapSchema | None
    gap_before: GapSchema | None
    currency: str | None
    foreign: int


class WaitedRow(Schema):
    """A customer with its longest wait in the period, in days."""

    customer: CustomerSchema
    longest: int


class WhoWaited(Schema):
    """A page of the customers of one band, furthest past their cadence first; pages count from 0."""

    band: Band
    days: int
    rows: tuple[WaitedRow, ...]
    total: int
    page: int
    pages: int


class BandCourse(Schema):
    """The share of days in cadence (percent) of one band in each period of a chart; None where it had no customers."""

    band: Band
    percents: tuple[int | None, ...]


class Review(Schema):
    """
    What a period was like: *proof* over the 90 days up to its end, *courses* over the periods that *labels* name, the
    last being this one; and lines of plain text on what *moved*, who *needs* help, what went *well*, causes that came
    *again*, and, in a quarter's, customers that were *lost*.
    """

    period: Period
    proof: Proof
    labels: tuple[str, ...]
    courses: tuple[BandCourse, ...]
    moved: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    well: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


class WeeklyReview(PromptNotification):
    """The review that a channel gets at the times that managers chose."""

    kind = "reviews.weekly"
    slot: DigestSlot
    review: Review

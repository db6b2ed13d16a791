"""What leaves the reviews: the proof, and the customers behind one of its figures."""

from datetime import date

from bot.core.schemas import Schema
from bot.customers.schemas import CustomerSchema
from bot.reviews.rules import Band


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

"""What leaves the reviews: the proof, and the customers behind one of its figures."""

from datetime import date

from bot.core.schemas import DigestSlot, PromptNotification, Schema
from bot.customers.schemas import CustomerSchema
from bot.reviews.rules import Band, Period
from bot.reviews.rules.groups import Grouping
from bot.reviews.schemas.reconciliation import Reconciliation


class GapSchema(Schema):
    """How many times as long small customers waited as large ones; see `rules.Gap`."""

    ratio: float
    low: float
    high: float
    chance: float


class Measures(Schema):
    """What is counted besides waits; see `rules.groups.Counts`."""

    promises: int = 0
    kept: int = 0
    problems: int = 0
    answered: int = 0
    fixed: int = 0
    avoidable: int = 0
    asked: int = 0
    mentions: int = 0
    told: int = 0


class GroupFigures(Schema):
    """
    The customers of one group: its *key* (a `Band`, the id of an owner, …) and *words*, how many they are, their
    smallest and largest value and headcount where known, the longest wait that half of them and nine in ten don't
    exceed (days), their share of days in cadence (percent; None without days), and how many nobody ever talked to.
    """

    key: str
    words: str
    customers: int
    values: tuple[int, int] | None = None
    headcounts: tuple[int, int] | None = None
    half: int
    nine_in_ten: int
    percent: int | None
    never: int
    measures: Measures = Measures()


class Proof(Schema):
    """
    The figures of the days after *since* up to *until*, group by group, with the gap between small and large customers
    and that of as many days before; None where there are too few customers to tell. *foreign* customers are valued in
    other currencies than *currency*; *limited*: the workspace has limits of its own between sizes. *reconciliation* is
    that of the day on which somebody asks.
    """

    days: int
    since: date
    until: date
    by: Grouping = Grouping.SIZE
    groups: tuple[GroupFigures, ...]
    gap: GapSchema | None
    gap_before: GapSchema | None
    currency: str | None
    limited: bool = False
    foreign: int
    reconciliation: Reconciliation | None = None


class WaitedRow(Schema):
    """A customer with its longest wait in the period, in days."""

    customer: CustomerSchema
    longest: int


class WhoWaited(Schema):
    """A page of the customers of one group, furthest past their cadence first; pages count from 0."""

    by: Grouping = Grouping.SIZE
    key: str
    words: str
    days: int
    rows: tuple[WaitedRow, ...]
    total: int
    page: int
    pages: int


class BandCourse(Schema):
    """The share of days in cadence (percent) of one band in each period of a chart; None where it had no customers."""

    band: Band
    words: str
    percents: tuple[int | None, ...]


class Review(Schema):
    """
    What a period was like: *proof* over the 90 days up to its end, *courses* over the periods that *labels* name, the
    last being this one; and lines of plain text on what *moved*, who *needs* help, what went *well*, causes that came
    *again*, what customers answered when they were *asked* at every check-in and, of a quarter, what was right the
    *first_time*, what it cost customers where it wasn't, and which customers were *lost*.
    """

    period: Period
    proof: Proof
    labels: tuple[str, ...]
    courses: tuple[BandCourse, ...]
    moved: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    well: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    first_time: tuple[str, ...] = ()


class SizesSet(Schema):
    """The limits between sizes from now on, rising amounts in a currency; without amounts there are fifths."""

    amounts: tuple[int, ...]
    currency: str


class WeeklyReview(PromptNotification):
    """The review that a channel gets at the times that managers chose."""

    kind = "reviews.weekly"
    slot: DigestSlot
    review: Review

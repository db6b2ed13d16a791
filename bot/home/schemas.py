"""The data that the Home tab is drawn from."""

from datetime import date, datetime

from bot.checkins.schemas import IdlePerson
from bot.core.schemas import Count, OwedLine, Schema, Step
from bot.customers.schemas import Coverage, CustomerSchema, OwnerCoverage
from bot.people.schemas import AbsenceSchema, Preferences


class Departure(Schema):
    """A person who left, and how many of their customers went to the pool."""

    name: str
    customers: int
    on: date


class Member(Schema):
    """One owner's coverage, and the absence they are on, if any."""

    owner: OwnerCoverage
    away: AbsenceSchema | None = None


class Team(Schema):
    """
    What only managers see: what is late with whom, who hasn't acted for a week, the team's coverage, one page of
    owners (from *offset*), who left lately, and the channels that refuse what is posted. *late_more* with *and_more*
    says how many more things are late.
    """

    coverage: Coverage
    late: tuple[OwedLine, ...] = ()
    late_more: int = 0
    and_more: bool = False
    idle: tuple[IdlePerson, ...] = ()
    members: tuple[Member, ...] = ()
    owners: int = 0
    offset: int = 0
    departures: tuple[Departure, ...] = ()
    lost_channels: tuple[str, ...] = ()


class JobHealth(Schema):
    """What a job does, when it last succeeded, and how often it has failed since."""

    words: str
    succeeded_at: datetime | None
    failures_in_a_row: int = 0


class HomeSchema(Schema):
    """
    Everything on one person's Home tab.

    *counts* is what is late or due today and *standing* how customers stand: of this person with whom they cover, and
    of the whole team for managers. *next_due_on* is when the first customer that is in cadence becomes due.
    """

    person_id: str
    name: str
    now: datetime
    today: date
    steps: tuple[Step, ...] = ()
    counts: tuple[Count, ...] = ()
    standing: Coverage
    next_due_on: date | None = None
    owed: tuple[OwedLine, ...] = ()
    news: tuple[OwedLine, ...] = ()
    waiting: tuple[CustomerSchema, ...] = ()
    coming: tuple[CustomerSchema, ...] = ()
    coming_total: int = 0
    snoozed: tuple[CustomerSchema, ...] = ()
    queue: Coverage
    mine: Coverage
    covers_for: tuple[str, ...] = ()
    preferences: Preferences
    cover_name: str | None = None
    cover_problem: str | None = None
    team: Team | None = None
    pool: tuple[CustomerSchema, ...] = ()
    pool_total: int = 0
    health: tuple[JobHealth, ...] = ()

    @property
    def waiting_total(self) -> int:
        """The number of customers that wait for this person, including those of colleagues they cover."""
        return self.queue.neglected + self.queue.due

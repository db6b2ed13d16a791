"""The data that the Home tab is drawn from."""

from datetime import date, datetime

from bot.core.schemas import Line, Schema, Step
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
    """The managers' section: the team's coverage, one page of owners (from *offset*), and who left lately."""

    coverage: Coverage
    members: tuple[Member, ...] = ()
    owners: int = 0
    offset: int = 0
    departures: tuple[Departure, ...] = ()


class JobHealth(Schema):
    """When a job last succeeded, and how often it has failed since."""

    name: str
    succeeded_at: datetime | None
    failures_in_a_row: int = 0


class HomeSchema(Schema):
    """Everything on one person's Home tab."""

    person_id: str
    name: str
    now: datetime
    today: date
    steps: tuple[Step, ...] = ()
    owed: tuple[Line, ...] = ()
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

"""What the Home tab shows one person."""

from datetime import date, datetime

from bot.core.schemas import Line, Schema
from bot.customers.schemas import Coverage, CustomerSchema, OwnerCoverage
from bot.people.schemas import AbsenceSchema, Preferences


class TodoStep(Schema):
    """One step of setting the bot up."""

    label: str
    done: bool
    button: str = ""
    action_id: str = ""


class Departure(Schema):
    """Somebody left, and their customers went to the pool."""

    name: str
    customers: int
    on: date


class Member(Schema):
    """One owner in the team's coverage, and the days they are away now."""

    owner: OwnerCoverage
    away: AbsenceSchema | None = None


class Team(Schema):
    """What managers see: everybody's coverage in pages, the pool, who left."""

    coverage: Coverage
    members: tuple[Member, ...] = ()
    owners: int = 0
    offset: int = 0
    departures: tuple[Departure, ...] = ()


class JobHealth(Schema):
    """How one of the bot's jobs is."""

    name: str
    succeeded_at: datetime | None
    failures_in_a_row: int = 0


class HomeSchema(Schema):
    """Everything on one person's Home tab."""

    person_id: str
    name: str
    now: datetime
    today: date
    steps: tuple[TodoStep, ...] = ()
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
    cover_trouble: str | None = None
    team: Team | None = None
    pool: tuple[CustomerSchema, ...] = ()
    pool_total: int = 0
    health: tuple[JobHealth, ...] = ()

    @property
    def waiting_total(self) -> int:
        """How many customers wait for this person now, those of covered colleagues included."""
        return self.queue.neglected + self.queue.due

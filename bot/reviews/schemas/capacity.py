"""What leaves the reviews about capacity: what cadences ask of people, and what they do."""

from bot.core.schemas import Schema
from bot.reviews.schemas.plans import PlanSummary


class PersonCapacity(Schema):
    """
    One person's customers with their shortest and longest cadence (days), the contacts a working day that these ask for
    (None: away for all the coming weeks), and the contacts and attempts a working day that were made (None: too little
    history).

    Of somebody who is asked for too much, *possible* are the shortest and longest cadence that they could keep (None:
    none), and *surplus* the customers that would have to go to others. *room* is for how many customers of the usual
    cadence there is time. *strain* is what is asked as a share of what is made.
    """

    person_id: str
    name: str
    customers: int
    cadences: tuple[int, int] | None = None
    asked: float | None
    made: float | None
    tried: float | None
    possible: tuple[int, int] | None = None
    surplus: int = 0
    room: int = 0
    strain: float = 0

    @property
    def is_over(self) -> bool:
        """Whether more is asked than is made."""
        return self.strain > 1


class TeamCapacity(Schema):
    """
    The customers of *people* with enough history and of nobody (*unowned*), the contacts a working day that are asked
    for and made, and the even cadence that is possible for all of them when it is too much; None: none. *unknown*
    people have too little history. *strained* people are asked for more than they make; the
    others have *room* for so many customers of the usual cadence.
    """

    customers: int
    asked: float
    made: float
    people: int
    unknown: int
    unowned: int
    strained: int
    room: int
    is_over: bool
    possible: int | None = None


class CapacityPage(Schema):
    """
    What is asked of the team, and of a page of its people, the most strained first; pages count from 0. *plans* are
    those of the last week that can be undone.
    """

    team: TeamCapacity
    rows: tuple[PersonCapacity, ...]
    page: int = 0
    pages: int = 1
    plans: tuple[PlanSummary, ...] = ()

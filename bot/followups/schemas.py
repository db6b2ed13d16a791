"""What leaves the follow-ups feature."""

from datetime import date
from uuid import UUID

from bot.core.schemas import Notification, Schema
from bot.followups.rules import Event, State


class FollowupSchema(Schema):
    """One thing to do about a customer, as somebody sees it whose day is *today*."""

    id: UUID
    customer_id: UUID
    customer_name: str
    assignee_id: str
    assignee_name: str
    given_by: str
    given_by_name: str
    what: str
    link: str = ""
    due_on: date
    state: State = State.OPEN
    note: str = ""
    reason: str = ""
    closed_by_name: str = ""
    today: date

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state is State.OPEN

    @property
    def is_late(self) -> bool:
        """Whether its day is over and it isn't done."""
        return self.is_open and self.due_on < self.today


class Draft(Schema):
    """What a form starts with: what was understood so far, and a sentence for each thing that wasn't."""

    today: date
    assignee_id: str
    customer_id: UUID | None = None
    customer_name: str = ""
    due_on: date | None = None
    what: str = ""
    problems: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to ask."""
        return not self.problems and bool(self.customer_id and self.due_on and self.what)


class FollowupList(Schema):
    """One page of open follow-ups, the earliest day first."""

    whose: str
    title: str
    total: int
    late: int
    page: int
    pages: int
    rows: tuple[FollowupSchema, ...] = ()


class FollowupGiven(Notification):
    """Somebody is asked to do something; *returned_from* left it undone when they left."""

    kind = "followups.given"

    followup: FollowupSchema
    returned_from: str = ""
    reassigned_by: str = ""


class FollowupsDue(Notification):
    """What a person is to do now: due before they work again, or late."""

    kind = "followups.due"

    person_id: str
    first_name: str
    total: int
    rows: tuple[FollowupSchema, ...]


class FollowupLate(Notification):
    """What somebody asked for is two working days late."""

    kind = "followups.late"

    followup: FollowupSchema


class FollowupNews(Notification):
    """What became of a follow-up, for those who asked for it or had it."""

    kind = "followups.news"

    event: Event
    by_name: str
    customer_id: UUID | None = None
    customer_name: str = ""
    what: str = ""
    due_on: date
    words: str = ""
    to_name: str = ""
    mine: bool = False


class DueReminder(Schema):
    """Somebody whose hour has come and who has follow-ups to be reminded of."""

    person_id: str
    local_day: date

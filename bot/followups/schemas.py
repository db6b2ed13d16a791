"""What leaves the follow-ups feature."""

from datetime import date

from bot.commitments.schemas import CommitmentList, CommitmentNews, CommitmentSchema, NotifiedCommitments
from bot.core.schemas import Notification
from bot.followups.rules import FollowupEvent, FollowupState


class FollowupSchema(CommitmentSchema):
    """One thing to do about a customer, as somebody sees it whose day is *today*."""

    assignee_id: str
    assignee_name: str
    given_by: str
    given_by_name: str
    due_on: date
    state: FollowupState = FollowupState.OPEN
    note: str = ""
    reason: str = ""
    closed_by_name: str = ""
    today: date

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state is FollowupState.OPEN

    @property
    def is_late(self) -> bool:
        """Whether its day is over and it isn't done."""
        return self.is_open and self.due_on < self.today


FollowupList = CommitmentList[FollowupSchema]


class FollowupGiven(Notification):
    """Somebody is asked to do something; *returned_from* left it undone when they left."""

    kind = "followups.given"

    followup: FollowupSchema
    returned_from: str = ""
    reassigned_by: str = ""


class FollowupsDue(NotifiedCommitments[FollowupSchema], Notification):
    """What a person was to do. It isn't made any more: the reminder holds it; old ones may be undelivered."""

    kind = "followups.due"


class FollowupLate(Notification):
    """What somebody asked for is late. It isn't made any more: the reminder holds it; old ones may be undelivered."""

    kind = "followups.late"

    followup: FollowupSchema


class FollowupNews(CommitmentNews, Notification):
    """What became of a follow-up, for those who asked for it or had it."""

    kind = "followups.news"

    event: FollowupEvent
    due_on: date
    to_name: str = ""
    mine: bool = False

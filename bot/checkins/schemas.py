"""What leaves the check-ins feature."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from bot.checkins.rules import ActionKind, Channel, Preset, Result
from bot.core.schemas import MorningSection, Notification, Schema
from bot.customers.schemas import CustomerSchema


class ActionDone(Schema):
    """
    What somebody did about a customer, and how it stands now; it can be undone by `customer_action_id` for ten minutes.

    *note* is what was said, and *can_note* whether one can be added. *stays* is a sentence for each thing that undoing
    it left as it was. *aside*, told after a contact, is a sentence on the family that the customer belongs to.
    """

    customer_action_id: UUID
    kind: ActionKind
    by: str
    words: str
    customer: CustomerSchema
    undone: bool = False
    note: str = ""
    can_note: bool = False
    stays: tuple[str, ...] = ()
    aside: str = ""


class CheckinRecorded(ActionDone):
    """Result of recording a check-in; *next_due_on* is None when the customer is not active."""

    checkin_id: UUID
    result: Result
    happened_on: date
    next_due_on: date | None


class QueueRow(Schema):
    """A customer in somebody's queue; *for_whom* is the absent colleague they cover."""

    customer: CustomerSchema
    for_whom: str | None = None


class Queue(Schema):
    """
    One page of the customers that wait for a person, furthest past their cadence first, then snoozed ones.

    Counts are of all pages. *others* says what else waits for the person, when no customer does.
    """

    neglected: int = 0
    due: int = 0
    snoozed: int = 0
    rows: tuple[QueueRow, ...] = ()
    page: int = 0
    pages: int = 1
    next_name: str = ""
    next_due_on: date | None = None
    others: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Return the number of customers in the queue."""
        return self.neglected + self.due + self.snoozed


class Preview(Schema):
    """What saving a check-in would change."""

    customer: CustomerSchema
    result: Result
    happened_on: date
    problem: str | None = None
    next_due_on: date | None = None


class SnoozeForm(Schema):
    """What the snooze modal starts with: the customer, and the days on which it would come back, by length."""

    customer: CustomerSchema
    ends: Mapping[Preset, date]

    @property
    def may_defer(self) -> bool:
        """Return whether it can be snoozed without the customer's asking: until tomorrow at least."""
        return self.customer.neglected_after > self.customer.today


class Candidate(Schema):
    """One of several customers that may have been meant."""

    id: UUID
    name: str
    owner_name: str | None = None
    domain: str | None = None


class Candidates(Schema):
    """Customers with just the name that was asked for (*exact*), or those with the nearest names."""

    asked: str
    exact: bool
    rows: tuple[Candidate, ...] = ()


class CheckinForm(Schema):
    """
    What the check-in modal starts with; no customer: one has to be chosen.

    *note* and *channel* fill its fields in; *abouts* is what other features' fields have to know of the customer, by
    their key.
    """

    today: date
    preview: Preview | None = None
    quote: str = ""
    note: str = ""
    channel: Channel | None = None
    abouts: Mapping[str, Schema] = Field(default_factory=dict)


class ReminderRow(Schema):
    """
    A customer in a reminder, and what was done about it since.

    *moved* says that it isn't this person's any more, and why; *days* is as in `MorningRow`.
    """

    customer: CustomerSchema
    for_whom: str | None = None
    days: int = 0
    done: str | None = None
    done_by: str | None = None
    customer_action_id: UUID | None = None
    note: str = ""
    can_note: bool = False
    moved: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether nothing was done about it yet."""
        return self.done is None and not self.moved


class IdlePerson(Schema):
    """
    Somebody who has changed nothing for *working_days* of theirs, while something of theirs was late all that time.

    *late* counts their commitments that are late; *lines* says what of them and of their customers is, in words.
    """

    person_id: str
    name: str
    working_days: int
    neglected: int
    late: int
    lines: tuple[str, ...]


class ReminderDue(Notification):
    """
    The one message of the morning: what is due in *sections* of other features, then the customers that wait.

    *idle* are colleagues who don't act, for managers once a week. *total* counts all customers that waited in the
    morning.
    """

    kind = "checkins.reminder"

    reminder_id: UUID
    person_id: str
    first_name: str
    sections: tuple[MorningSection, ...] = ()
    idle: tuple[IdlePerson, ...] = ()
    total: int
    rows: tuple[ReminderRow, ...]


class DueReminder(Schema):
    """
    A person whose hour has come, what they are to be reminded of, and the instant at which their day ends.

    *sections* are the ids of what is due in other features, by the key of the section.
    """

    person_id: str
    local_day: date
    midnight: datetime
    customers_wait: bool = False
    sections: Mapping[str, tuple[UUID, ...]] = Field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Return whether there is anything to remind of."""
        return self.customers_wait or bool(self.sections)


class NudgeDue(Notification):
    """
    To somebody whom a manager asks to look at what waits: so many customers, the *first* of them by name.

    *overdue* says what else is late, in words.
    """

    kind = "checkins.nudge"

    by_name: str
    waiting: int = 0
    first: str = ""
    overdue: tuple[str, ...] = ()


class NudgeSent(Schema):
    """Whom a manager has reminded, and when the message arrives, which may be *now*, on the manager's clock."""

    name: str
    arrives_at: datetime
    now: datetime
    zone: str


class ColleaguesQueue(Schema):
    """What waits for somebody, as a manager sees it: the first customers, how many there are, what else is late."""

    person_id: str
    name: str
    total: int
    rows: tuple[CustomerSchema, ...]
    overdue: tuple[str, ...] = ()


class OwnerScope(Schema):
    """A person's date, and whose customers they look after on it: their own, and those of people they cover."""

    person_id: str
    today: date
    covered: dict[str, str]

    @property
    def owner_ids(self) -> list[str]:
        """Return the owners whose customers are in this person's queue."""
        return [self.person_id, *self.covered]


class CheckinEntry(Schema):
    """A check-in in an export."""

    customer_id: UUID
    by: str
    result: str
    channel: str
    mood: str | None
    note: str
    next_step: str
    link: str
    quote: str
    happened_on: date
    recorded_at: datetime
    undone_at: datetime | None

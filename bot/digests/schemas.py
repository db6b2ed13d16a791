"""Data that leaves the digests feature: notifications, lists, the setup and its input, health."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from bot.core.schemas import Count, DigestSlot, Line, Notification, OfferButton, PromptNotification, Schema
from bot.customers.schemas import CustomerSchema
from bot.digests.rules import NUMBERS, DigestKind, percent


class NeglectedRow(Schema):
    """
    A customer in a digest or list.

    *done* says what was done since the digest was posted: a phrase, or how it came to the owner it has now (`taken` by
    them, `handed` to them *by* somebody, else `with` them); *undo_id* is the action that can be undone. *offers* are
    buttons that version 0.1.0 stored.
    """

    id: UUID
    name: str
    owner_id: str | None
    owner_name: str | None
    waited: int
    cadence: int
    ever_contacted: bool
    words: str = ""
    offers: tuple[OfferButton, ...] = ()
    done: str = ""
    by: str = ""
    undo_id: UUID | None = None


class NeglectedDigest(PromptNotification):
    """
    The digest of neglected customers: coverage, those furthest past their cadence, the pool.

    *change* is in percentage points since the last digest; None for the first one. In digests that version 0.1.0 stored
    *in_cadence* holds the snoozed ones, too, and *snoozed* is 0.
    """

    kind = "digests.neglected"
    digest_id: UUID
    slot: datetime
    made_at: datetime
    zone: str
    next_slot: datetime | None
    active: int
    in_cadence: int
    due: int
    neglected: int
    snoozed: int = 0
    snoozed_late: int = 0
    never_contacted: int = 0
    pool: int
    change: int | None = None
    names_owners: bool = False
    rows: tuple[NeglectedRow, ...] = ()
    longest: tuple[int, int] | None = None
    counts: tuple[Count, ...] = ()
    is_test: bool = False

    @property
    def percent(self) -> int:
        """Return the share in cadence, in whole percent."""
        return percent(self.in_cadence, self.active)

    @property
    def more(self) -> int:
        """Return how many neglected customers have no row; the first of them stand in the thread."""
        return max(self.neglected - len(self.rows), 0)


class DigestPage(PromptNotification):
    """
    A page of the list, for the digest's thread; *lines* are plain text, in the order of every list.

    After the last page, *more* customers of the *total* have no line.
    """

    kind = "digests.page"
    page: int
    pages: int
    total: int
    lines: tuple[str, ...]
    more: int = 0


class CommitmentsDigest(PromptNotification):
    """
    The digest of commitments that are late or due: the features' counts, and the latest ones by name.

    *more* is the number of commitments beyond *lines*; with *and_more* there are others, which were not counted.
    """

    kind = "digests.owed"
    slot: DigestSlot
    today: date
    counts: tuple[Count, ...] = ()
    lines: tuple[Line, ...] = ()
    more: int = 0
    and_more: bool = False


class AllClear(PromptNotification):
    """Posted when a digest has nothing to report; *words* come from its kind."""

    kind = "digests.clear"
    slot: DigestSlot
    words: str


class DigestStopped(Notification):
    """
    Tells managers that the digests of a channel, *digests* in number, could not be posted.

    When *is_over*, they have stopped until somebody saves the setup; else the next slot is tried.
    """

    kind = "digests.stopped"
    channel_id: str
    channel_name: str
    reason: str
    is_over: bool = True
    digests: int = 1


class DigestPosted(Schema):
    """The result of handling a slot: whether a message was enqueued, and how many pages for its thread."""

    slot: datetime
    said_something: bool
    pages: int = 0


class CustomerTakenOver(Schema):
    """A customer that somebody took from a list, from whom (empty: it had no owner), and the action to undo it by."""

    customer: CustomerSchema
    former_name: str
    customer_action_id: UUID


class DigestSchema(Schema):
    """The settings and state of a digest."""

    workspace_id: str = ""
    id: UUID
    kind: str = DigestKind.NEGLECTED.value
    channel_id: str
    channel_name: str
    days: str
    hour: time
    zone: str
    silent_when_clear: bool
    names_owners: bool = False
    next_slot: datetime
    stopped_because: str | None = None


class KindSchema(Schema):
    """A kind of digest beside the neglected one, with its digest if one was set up; *zone* is the viewer's."""

    key: str
    label: str
    about: str
    zone: str
    digest: DigestSchema | None = None


class SetupSchema(Schema):
    """The data of the setup form; *is_rescheduling* while due dates are still being computed again."""

    is_admin: bool
    managers: tuple[str, ...]
    manager_names: tuple[str, ...]
    cadence: int
    floor: int
    factor: float
    first_calls: int
    levels_load: bool = True
    zone: str
    digest: DigestSchema | None = None
    more: tuple[KindSchema, ...] = ()
    is_rescheduling: bool = False


class DigestInput(Schema):
    """The input of a digest's form; *is_first* when the form showed no digest because none was set up."""

    channel_id: str | None = None
    days: str
    hour: time
    zone: str
    silent_when_clear: bool = False
    names_owners: bool = False
    is_first: bool = False


class SetupInput(DigestInput):
    """The input of the setup form; with None for *managers* or *levels_load* they stay as they are."""

    managers: tuple[str, ...] | None = None
    cadence: int
    floor: int
    factor: float
    first_calls: int
    levels_load: bool | None = None

    @property
    def numbers(self) -> dict[str, Any]:
        """Return the settings of the workspace, by name."""
        return self.model_dump(include=set(NUMBERS))


class NeglectedList(Schema):
    """A page of the team's or a person's neglected customers, or of the pool; who was just *taken* stands above it."""

    whose: str
    whose_name: str
    viewer: str
    total: int
    pool: int
    page: int
    pages: int
    rows: tuple[NeglectedRow, ...]
    taken: CustomerTakenOver | None = None


class AuditLine(Schema):
    """Somebody did or tried an *action*: what it was about, and what changed, in plain words."""

    at: datetime
    who: str
    action: str
    about: str
    change: str = ""


class AuditPage(Schema):
    """A page of the audit trail, counted from 0; with *refused* only of what people weren't allowed to."""

    lines: tuple[AuditLine, ...]
    page: int
    refused: bool
    has_more: bool
    zone: str
    now: datetime


class JobHealth(Schema):
    """What a job does, when it last succeeded, and its error since."""

    words: str
    succeeded_at: datetime | None
    error: str | None = None


class Health(Schema):
    """The state of the bot: its jobs, and a sentence for each inconsistency."""

    zone: str
    jobs: tuple[JobHealth, ...]
    wrong: tuple[str, ...]

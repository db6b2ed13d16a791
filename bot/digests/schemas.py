"""What leaves the digests feature: messages to a channel, lists for one person, the setup."""

from datetime import date, datetime, time
from uuid import UUID

from bot.core.schemas import Count, DigestSlot, Line, Notification, Schema
from bot.digests.rules import DigestKind, percent
from bot.workspaces import schemas as workspace_schemas

ChannelSchema = workspace_schemas.ChannelSchema


class OfferButton(Schema):
    """A button of another feature under a row."""

    label: str
    action_id: str
    value: str


class WaitingRow(Schema):
    """One customer that waits; *done* says, in words, what was done about it since."""

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


class NeglectedDigest(Notification):
    """
    What a channel learns at a slot: coverage, the longest waiting, the pool.

    *change* is in percent points since the last one; None when there was none.
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
    pool: int
    change: int | None = None
    rows: tuple[WaitingRow, ...] = ()
    longest: tuple[int, int] | None = None
    counts: tuple[Count, ...] = ()
    is_test: bool = False

    @property
    def percent(self) -> int:
        """In cadence, as whole percent of active."""
        return percent(self.in_cadence, self.active)

    @property
    def more(self) -> int:
        """How many neglected ones stand in the thread only."""
        return max(self.neglected - len(self.rows), 0)


class DigestPage(Notification):
    """A piece of the whole list, for the digest's thread; *lines* in plain words, longest wait first."""

    kind = "digests.page"
    page: int
    pages: int
    total: int
    lines: tuple[str, ...]


class CommitmentsDigest(Notification):
    """
    What we owe customers, at a slot: the features' counts, and the most late things by name.

    *more* things are known beyond the *lines*; *and_more* says that there are others, which nobody counted.
    """

    kind = "digests.owed"
    slot: DigestSlot
    today: date
    counts: tuple[Count, ...] = ()
    lines: tuple[Line, ...] = ()
    more: int = 0
    and_more: bool = False


class AllClear(Notification):
    """That a digest has nothing to tell at its slot, in its own *words*."""

    kind = "digests.clear"
    slot: DigestSlot
    words: str


class DigestStopped(Notification):
    """
    The *digests* of a channel couldn't be posted. When it *is_over*, nothing is tried until somebody saves the setup
    again; else the next slot is.
    """

    kind = "digests.stopped"
    channel_id: str
    channel_name: str
    reason: str
    is_over: bool = True
    digests: int = 1


class DueDigest(Schema):
    """A digest whose slot has come."""

    workspace_id: str
    digest_id: UUID
    channel_id: str


class DigestPosted(Schema):
    """A slot was handled: whether anything was said, and in how many thread messages."""

    slot: datetime
    said_something: bool
    pages: int = 0


class DigestSchema(Schema):
    """A digest as its settings show it."""

    id: UUID
    kind: str = DigestKind.NEGLECTED.value
    channel_id: str
    channel_name: str
    days: str
    hour: time
    zone: str
    silent_when_clear: bool
    next_slot: datetime
    stopped_because: str | None = None


class KindSchema(Schema):
    """A further kind of digest, and the digest of that kind if one was set up; *zone* is the viewer's."""

    key: str
    label: str
    about: str
    zone: str
    digest: DigestSchema | None = None


class SetupSchema(Schema):
    """Everything that the setup shows."""

    is_admin: bool
    managers: tuple[str, ...]
    manager_names: tuple[str, ...]
    cadence: int
    floor: int
    factor: float
    first_calls: int
    zone: str
    digest: DigestSchema | None = None
    more: tuple[KindSchema, ...] = ()


class DigestWish(Schema):
    """Where and when somebody wants a digest. No *channel_id*: none yet; *is_first*: their form showed none yet."""

    channel_id: str | None = None
    days: str
    hour: time
    zone: str
    silent_when_clear: bool = False
    is_first: bool = False


class SetupWish(DigestWish):
    """What somebody wants the setup to be. *managers* None: as they are."""

    managers: tuple[str, ...] | None = None
    cadence: int
    floor: int
    factor: float
    first_calls: int


class WaitingList(Schema):
    """A page of who waits: the team's, a person's, or the pool."""

    whose: str
    whose_name: str
    viewer: str
    total: int
    pool: int
    page: int
    pages: int
    rows: tuple[WaitingRow, ...]
    said: str = ""


class JobHealth(Schema):
    """How a job is: when it last went well, and its trouble since."""

    name: str
    succeeded_at: datetime | None
    error: str | None = None


class Health(Schema):
    """How the bot is: its jobs, and a sentence for each thing that is wrong."""

    zone: str
    jobs: tuple[JobHealth, ...]
    wrong: tuple[str, ...]

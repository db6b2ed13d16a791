"""Mentions as screens show them, and what is owed to people about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from bot.core.schemas import DigestSlot, Line, Notification, Schema
from bot.customers.rules.rows import Refusal
from bot.mentions.rules.lists import Column
from bot.mentions.rules.mentions import State
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.rules.sources import SourceKind
from bot.mentions.rules.tiers import AliasKind, Tier
from bot.mentions.schemas.items import FeedItem


class OfferButton(Schema):
    """A button of another feature, ready to be drawn under a mention."""

    label: str
    action_id: str
    value: str


class MentionSchema(Schema):
    """One mention as it stands at *now*; *seen_at* names the other places that brought it."""

    id: UUID
    kind: SourceKind
    place: str = ""
    author: str = ""
    title: str = ""
    words: str = ""
    is_cut: bool = False
    address: str = ""
    rating: float | None = None
    published_at: datetime | None = None
    found_at: datetime
    now: datetime
    feeling: Sentiment = Sentiment.NEUTRAL
    customer_id: UUID | None = None
    customer_name: str = ""
    about_us: bool = False
    tier: Tier | None = None
    alias: str = ""
    owner_name: str = ""
    last_contact_days: int | None = None
    state: State = State.OPEN
    taken_by: str = ""
    taken_by_name: str = ""
    answer_due_at: datetime | None = None
    zone: str = "UTC"  # on whose clock the hour of the answer is told
    answer_words: str = ""
    answer_link: str = ""
    closed_by_name: str = ""
    sightings: int = 1
    offers: tuple[OfferButton, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something is left to do about it."""
        return self.state is State.OPEN

    @property
    def is_asked(self) -> bool:
        """Whether people have to say first whom it is about."""
        return self.is_open and self.tier is Tier.ASK and self.customer_id is not None

    @property
    def is_late(self) -> bool:
        """Whether the time for the answer is over."""
        return self.is_open and self.answer_due_at is not None and self.answer_due_at <= self.now


class MentionList(Schema):
    """One page of open mentions, those that wait longest first; counts are of the whole."""

    total: int = 0
    taken: int = 0
    page: int = 0
    pages: int = 1
    rows: tuple[MentionSchema, ...] = ()


class IngestResult(Schema):
    """What became of items that were taken in."""

    new: int = 0
    edited: int = 0
    seen_again: int = 0
    left_out: int = 0
    mention_ids: tuple[UUID, ...] = ()  # of all that are kept, in the order of the items


class SourceSchema(Schema):
    """A source with its health, as managers see it at *now*."""

    id: UUID
    kind: SourceKind
    name: str
    word: str = ""
    address: str = ""
    words: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()
    excluded_authors: tuple[str, ...] = ()
    language: str = ""
    channel_id: str = ""
    quiet: str = ""
    mapping: dict[str, str] = Field(default_factory=dict)
    is_signed: bool = False
    is_paused: bool = False
    last_success_at: datetime | None = None
    last_error: str = ""
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    secrets: int = 0
    week: int = 0  # mentions it was the first to bring in the last seven days
    now: datetime


class SourceList(Schema):
    """One page of sources."""

    total: int = 0
    failing: int = 0
    page: int = 0
    pages: int = 1
    rows: tuple[SourceSchema, ...] = ()


class SourceWish(Schema):
    """A source that somebody wants, as the form gives it."""

    kind: SourceKind
    word: str = ""
    words: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()
    excluded_authors: tuple[str, ...] = ()
    language: str = ""
    channel_id: str = ""
    quiet: str = ""
    mapping: dict[str, str] = Field(default_factory=dict)
    is_signed: bool = False


class SourceChange(Schema):
    """What shall become of a source; the wish's word doesn't count, since its address stays."""

    source_id: UUID
    wish: SourceWish


class WebhookKeys(Schema):
    """What a sender needs for a webhook; *secret* is shown this once."""

    source: SourceSchema
    token: str
    secret: str


class DueSource(Schema):
    """A source that is to be asked now."""

    workspace_id: str
    source_id: UUID
    kind: SourceKind
    address: str
    etag: str = ""
    last_modified: str = ""


class Signed(Schema):
    """The source behind a webhook's address, and the secrets that its senders may sign with."""

    workspace_id: str
    source_id: UUID
    kind: SourceKind
    secrets: tuple[str, ...] = ()
    mapping: dict[str, str] = Field(default_factory=dict)
    is_signed: bool = False


class MentionSetup(Schema):
    """What a workspace set about mentions; *ours* are its own names, domains and handles."""

    answer_days: int
    phrases: tuple[tuple[str, str], ...]
    ours: tuple[str, ...] = ()
    channel_id: str = ""


class MentionPosted(Notification):
    """A mention for its channel, as one card."""

    kind = "mentions.posted"

    mention: MentionSchema


class MentionsListed(Notification):
    """Mentions that came too close upon each other for cards, as one list."""

    kind = "mentions.listed"

    total: int
    complaints: int
    rows: tuple[MentionSchema, ...]


class ComplaintForOwner(Notification):
    """What reads as a complaint, for who looks after the customer; *due_on* when its check-in was brought forward."""

    kind = "mentions.complaint"

    mention: MentionSchema
    due_on: date | None = None


class AnswerDueSoon(Notification):
    """Somebody who wanted to answer a mention has two hours left."""

    kind = "mentions.due_soon"

    mention: MentionSchema


class AnswerLate(Notification):
    """A mention that somebody wanted to answer has no answer in time; *mine* for that person, else for managers."""

    kind = "mentions.late"

    mention: MentionSchema
    mine: bool = False


@dataclass(frozen=True)
class ListRead:
    """
    A list that was read: what its rows say was written, and the rows that can't be taken.

    `columns` says which heading each field was read from; with a *problem* about them there are no items.
    """

    file_name: str
    columns: Mapping[Column, str] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    problem: str = ""
    items: tuple[FeedItem, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class ListPlan(Schema):
    """
    What taking in a list does: *new* are kept, of which *recent* are posted to *channel_id* ("": they wait in
    /mentions); *known* are kept already, *repeated* say what another row says; *refused* rows aren't taken.
    """

    file_name: str
    new: int = 0
    known: int = 0
    repeated: int = 0
    recent: int = 0
    refused: int = 0
    channel_id: str = ""


class Text(Schema):
    """A piece of writing with what came beside it: the hosts it links to, the accounts it names, where it is from."""

    title: str = ""
    words: str = ""
    domains: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    source_id: UUID | None = None


class Match(Schema):
    """
    A customer (None: ourselves) that a text speaks of, and how sure that is.

    *alias* is as the text writes it, entities undone; *key* and *kind* are what `learn_not_this` wants back.
    """

    customer_id: UUID | None
    tier: Tier
    alias: str
    key: str
    kind: AliasKind


class OwnNames(Schema):
    """What we are found by ourselves, as somebody wrote it."""

    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()


class Day(Schema):
    """What was written on one day, as the digest's chart shows it."""

    label: str
    praise: int = 0
    complaints: int = 0
    others: int = 0


class MentionsDigest(Notification):
    """
    What was written since the slot before, how it reads, how it was answered, and what waits.

    *before* and *complaints_before* are the same counts for as long a time before that slot; *in_time* of *answered*
    had their answer by the time for it. *waiting* are the oldest of *open_now*.
    """

    kind = "mentions.digest"
    slot: DigestSlot
    total: int
    complaints: int
    praise: int
    before: int
    complaints_before: int
    answered: int
    in_time: int
    open_now: int
    waiting: tuple[Line, ...] = ()
    top: tuple[tuple[str, int], ...] = ()
    praise_words: str = ""
    praise_about: str = ""
    days: tuple[Day, ...] = ()


class Correction(Schema):
    """Somebody read a mention's *words* otherwise than the *scorer* did."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mention_id: UUID
    words: str
    before: Sentiment
    after: Sentiment
    scorer: str
    by: str
    at: datetime

"""Mentions, sources, lists and matches as screens show them; notifications about mentions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from bot.core.schemas import DigestSlot, Line, Notification, OfferButton, PromptNotification, Schema
from bot.customers.rules.rows import Note, Refusal
from bot.mentions.rules.lists import Column
from bot.mentions.rules.mentions import MentionState
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.rules.sources import SourceKind
from bot.mentions.rules.texts import joined
from bot.mentions.rules.tiers import AliasKind, Tier
from bot.mentions.schemas.items import FeedItem


class MentionSchema(Schema):
    """A mention as it stands at *now*."""

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
    state: MentionState = MentionState.OPEN
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
    def said(self) -> str:
        """The title and the words in lines, without a title that repeats them."""
        return joined(self.title, self.words)

    @property
    def is_open(self) -> bool:
        """Whether it is neither answered nor dismissed."""
        return self.state is MentionState.OPEN

    @property
    def is_asked(self) -> bool:
        """Whether somebody has to confirm first whom it is about."""
        return self.is_open and self.tier is Tier.ASK and self.customer_id is not None

    @property
    def is_late(self) -> bool:
        """Whether it has no answer in time."""
        return self.is_open and self.answer_due_at is not None and self.answer_due_at <= self.now


class Page(Schema):
    """One page of a list; *total* counts all pages."""

    total: int = 0
    page: int = 0
    pages: int = 1


class MentionList(Page):
    """One page of the open mentions, the oldest first; *taken* counts all pages."""

    taken: int = 0
    rows: tuple[MentionSchema, ...] = ()


class IngestResult(Schema):
    """What became of items that were ingested."""

    new: int = 0
    edited: int = 0
    seen_again: int = 0
    left_out: int = 0
    mention_ids: tuple[UUID, ...] = ()  # of all that are stored, in the order of the items


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


class SourceSchema(SourceWish):
    """A source with its health, as managers see it at *now*."""

    id: UUID
    name: str
    address: str = ""
    is_paused: bool = False
    last_success_at: datetime | None = None
    last_error: str = ""
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    secrets: int = 0
    week: int = 0  # mentions it was the first to bring in the last seven days
    now: datetime


class SourceList(Page):
    """One page of sources; *failing* counts all pages."""

    failing: int = 0
    rows: tuple[SourceSchema, ...] = ()


class SourceChange(Schema):
    """A change of a source; its kind and address stay, whatever the wish says."""

    source_id: UUID
    wish: SourceWish


class WebhookKeys(Schema):
    """What a webhook's sender needs; *secret* is shown only once."""

    source: SourceSchema
    token: str
    secret: str


class DueSource(Schema):
    """A source to fetch, with the headers of the last fetch."""

    workspace_id: str
    source_id: UUID
    kind: SourceKind
    address: str
    etag: str = ""
    last_modified: str = ""


class WebhookSource(Schema):
    """The source behind a webhook's address, with the secrets that its senders may sign with."""

    workspace_id: str
    source_id: UUID
    kind: SourceKind
    secrets: tuple[str, ...] = ()
    mapping: dict[str, str] = Field(default_factory=dict)
    is_signed: bool = False


class MentionSetup(Schema):
    """A workspace's settings of mentions."""

    answer_days: int
    phrases: tuple[tuple[str, str], ...]
    channel_id: str = ""


class MentionPosted(Notification):
    """Posts a mention to its channel as a card."""

    kind = "mentions.posted"
    mention: MentionSchema


class ChannelStopped(Notification):
    """Tells managers, and whoever added them, that *sources* have no channel any more, since theirs refuses."""

    kind = "mentions.channel_stopped"
    channel_id: str
    sources: tuple[str, ...]


class MentionsListed(Notification):
    """Posts several mentions to their channel as one list, when they are too many for cards."""

    kind = "mentions.listed"
    total: int
    complaints: int
    rows: tuple[MentionSchema, ...]


class ComplaintForOwner(Notification):
    """Tells a customer's owner of a complaint; *due_on* is set when the next check-in was brought forward."""

    kind = "mentions.complaint"
    mention: MentionSchema
    due_on: date | None = None


class AnswerDueSoon(Notification):
    """Tells whoever said they would answer that two hours are left."""

    kind = "mentions.due_soon"
    mention: MentionSchema


class AnswerLate(Notification):
    """Tells that a mention has no answer in time: whoever said they would answer (*mine*), or a manager."""

    kind = "mentions.late"
    mention: MentionSchema
    mine: bool = False


@dataclass(frozen=True)
class ListRead:
    """
    A parsed list: its items, refused rows, and the heading of each column; with a *problem* there are no items.
    *remarks* are about the list as a whole.
    """

    file_name: str
    columns: Mapping[Column, str] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    problem: str = ""
    items: tuple[FeedItem, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    remarks: tuple[Note, ...] = ()


class ListPlan(Schema):
    """
    What importing a list does: *new* items are stored, of which *recent* ones are posted to *channel_id* ("": they
    wait in /mentions); *known* ones are stored already, *repeated* ones stand in the list twice.
    """

    file_name: str
    new: int = 0
    known: int = 0
    repeated: int = 0
    recent: int = 0
    refused: int = 0
    channel_id: str = ""


class Text(Schema):
    """A text to match, with its links (also the one to itself), the domains of others, and the accounts it names."""

    title: str = ""
    words: str = ""
    links: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    source_id: UUID | None = None


class Match(Schema):
    """
    A customer (None: ourselves) that a text speaks of, and how sure that is.

    *alias* is the text's own spelling; *key* and *kind* identify the alias for `learn_not_this`.
    """

    customer_id: UUID | None
    tier: Tier
    alias: str
    key: str
    kind: AliasKind


class OwnNames(Schema):
    """What we ourselves are found by, as somebody wrote it."""

    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()


class Day(Schema):
    """The mentions of one day in the digest's chart."""

    label: str
    praise: int = 0
    complaints: int = 0
    others: int = 0


class MentionsDigest(PromptNotification):
    """
    The digest of mentions: counts since the slot before, and what waits for an answer.

    *before* and *complaints_before* count the period of the same length before that. *waiting* are the oldest of
    *open_now*.
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
    """A person's correction of how a model (*scorer*) read a mention's *words*."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mention_id: UUID
    words: str
    before: Sentiment
    after: Sentiment
    scorer: str
    by: str
    at: datetime

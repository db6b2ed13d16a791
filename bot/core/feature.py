"""What a feature declares: its listeners, its notifications' views, and its contributions to others' screens."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.core.briefs import Knows, ask, ask_with_rows
from bot.core.errors import NotFound
from bot.core.schemas import (
    Count,
    DigestSlot,
    Line,
    MorningRow,
    Notification,
    OfferButton,
    Overdue,
    OwedLine,
    Schema,
    Step,
    Subject,
    Topic,
)

if TYPE_CHECKING:
    from bot.core.runtime import Runtime

DigestSection = Callable[[Session, datetime], Sequence[Count]]
"""`digest_section(session, now)`: return short counts for the digest's last paragraph."""

CommitmentsSection = Callable[[Session, datetime], Sequence[OwedLine]]
"""
`commitments_section(session, now)`: return what the team owes customers and is late or due, as dated lines, the latest
first; at most `COMMITMENT_LINES` of them, which bounds the statement however much is open.
"""

COMMITMENT_LINES = 100
MOST_OFFERS = 3
OFFER_VALUE = 2000  # characters of a button's value, by Slack's limit

Compose = Callable[[Session, DigestSlot, datetime], Notification | None]
"""`compose(session, slot, now)`: return the digest for a slot, or None when there is nothing to report."""

DueCounts = Callable[[Session, datetime, str | None], Sequence[Count]]
"""
`due_counts(session, now, person_id)`: count what is late (*urgent*) and what is due today, of one person or, for None,
of everybody; nothing where nothing is. Home's first line is made of it, so it must leave nothing late out.
"""

HomeSection = Callable[[Session, str, datetime], Sequence[OwedLine]]
"""`home_section(session, person_id, now)`: return what this person owes, by date."""

NewsSection = Callable[[Session, str, datetime], Sequence[OwedLine]]
"""`news_section(session, person_id, now)`: return what is new about this person's customers and worth bringing up."""

OverdueByPerson = Callable[[Session, datetime], Mapping[str, Overdue]]
"""`overdue(session, now)`: return what people are late with, by the id of the person; only those who are."""

Timeline = Callable[[Session, UUID, datetime], Sequence[Line]]
"""`timeline(session, customer_id, now)`: return dated lines of a customer's history, the latest first."""

Setbacks = Callable[[Session, UUID, datetime], Sequence[Line]]
"""`setbacks(session, customer_id, now)`: return dated lines of what went wrong with a customer, the latest first."""

Steps = Callable[[Session, str, datetime], Sequence[Step]]
"""`first_steps(session, person_id, now)`: return the steps of the bot's setup, for people who may take them."""

Erase = Callable[[Session, str, str, datetime], int]
"""`erase(session, kind, id, now)`: delete what is stored about a customer or person; return the number of rows."""

Export = Callable[[Session, str, str], Mapping[str, Any]]
"""`export(session, kind, id)`: return everything stored about a customer or person, as JSON values."""

Refresh = Callable[[Session, Any, str, datetime], Notification | None]
"""
`refresh(session, notification, to, now)`: return a notification to *to* as it is true when it is sent, or None when
there is nothing left to say.
"""

UndoCheckin = Callable[..., Sequence[str]]
"""
`undo_checkin(session, *, customer_id, checkin_id, by, now)`: undo what the feature stored with a check-in, in the same
transaction; return a sentence for each thing that is left, because it has changed since.
"""

Limits = Callable[[Session, datetime], Mapping[str, int]]
"""
`limits(session, now)`: return the greatest load (see `customers.rules.sharing`) that each person can carry whose work
is known.
"""

Check = Callable[[Session, datetime], Sequence[str]]
"""`check(session, now)`: return one sentence per inconsistency found; empty when there is none."""

Suspects = Callable[[Session, Collection[str], datetime], Collection[str]]
"""
`suspects(session, workspaces, now)`: return those of *workspaces* where `check` may find something. It asks once for
all of them; *session* is over all workspaces.
"""


@dataclass(frozen=True)
class Offer:
    """
    A button that a feature adds to other features' screens, for the subjects that *wants* accepts.

    A listener of the action id answers the button; `open(caller, subject)` answers it where it is a line of a menu.
    """

    label: str
    action_id: str
    wants: Callable[[Subject], bool]
    open: Callable[[Any, Subject], Awaitable[None]] | None = None


@dataclass(frozen=True)
class Subcommand:
    """
    A word of `/evenhand` that a feature answers: `answer(caller, words)`, with the words after it; *about* says in the
    help what it does.
    """

    word: str
    about: str
    answer: Callable[[Any, str], Awaitable[None]]


@dataclass(frozen=True)
class DigestKindOffer:
    """
    A kind of digest that managers can schedule; it is posted once per slot and drawn by the feature's own view.

    *key* (at most 40 characters) is stored; *label* and *about* (one sentence) describe the kind in the setup; *clear*
    is posted when `compose` returns None.
    """

    key: str
    label: str
    about: str
    clear: str
    compose: Compose


@dataclass(frozen=True)
class CheckinExtra:
    """
    Fields that a feature adds to the check-in modal; their block ids begin with `{key}.`.

    *about* `(session, customer_id, now)` returns the data that *blocks* draws, or None to leave the fields out for that
    customer; without *about*, *blocks* gets None. With a *label* the fields stay hidden until a button of that label is
    pressed. *read* turns the submitted state into keyword arguments, empty when nothing was filled in; *use_case* takes
    them, with `session, customer_id, checkin_id, by, now`, in the check-in's transaction. `Feature.undo_checkin` undoes
    it.
    """

    key: str
    blocks: Callable[[Any], Sequence[Mapping[str, Any]]]
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    use_case: Callable[..., object]
    about: Callable[[Session, UUID, datetime], Schema | None] | None = None
    label: str = ""


@dataclass(frozen=True)
class Morning:
    """
    A section of the one message that people get in the morning.

    *key* is stored; *title* stands above the rows, *command* shows those that don't fit. `list_due(session, told, now)`
    returns the ids of what is due by who is told of it, the most pressing first; *told* maps the people whose things
    are asked for to themselves, or to who covers for them. `list_rows(session, ids, now)` returns schemas by person as
    they stand now, in the order of *ids*, and *view* draws one for a person. `lead(waiting, count)`, which names the
    first customer, and `counted(waiting, count)` are parts of a sentence on *count* things; *waiting* are the first.
    `list_just_told(session, now)` returns what a message of its own has told of in the last hour: it stands in the next
    morning's message.
    """

    key: str
    title: str
    command: str
    list_due: Callable[[Session, Mapping[str, str], datetime], Mapping[str, Sequence[UUID]]]
    list_rows: Callable[[Session, Mapping[str, Sequence[UUID]], datetime], Mapping[str, Sequence[Any]]]
    view: Callable[[Any, str], MorningRow]
    lead: Callable[[Sequence[Any], int], str]
    counted: Callable[[Sequence[Any], int], str]
    list_just_told: Callable[[Session, datetime], Collection[UUID]] | None = None


@dataclass(frozen=True)
class Feature:
    """
    One capability of the bot. Everything but the name is optional.

    *register* adds its listeners to the Bolt app. *views* maps each notification to the function that draws it, and
    *refresh* those that may become untrue while they wait to a function that looks again. The other fields are
    contributions; the type of each says what it takes and returns.
    """

    name: str
    register: Callable[[Any, "Runtime"], None] | None = None
    views: Mapping[type[Notification], Callable[[Any], Any]] = field(default_factory=dict)
    refresh: Mapping[type[Notification], Refresh] = field(default_factory=dict)
    brief: Knows | None = None
    brief_topic: Topic = Topic.KNOWN
    checkin_extras: Sequence[CheckinExtra] = ()
    undo_checkin: UndoCheckin | None = None
    offers: Sequence[Offer] = ()
    digest_section: DigestSection | None = None
    digest_kinds: Sequence[DigestKindOffer] = ()
    commitments_section: CommitmentsSection | None = None
    due_counts: DueCounts | None = None
    home_section: HomeSection | None = None
    mornings: Sequence[Morning] = ()
    news_section: NewsSection | None = None
    overdue: OverdueByPerson | None = None
    timeline: Timeline | None = None
    setbacks: Setbacks | None = None
    first_steps: Steps | None = None
    erase: Erase | None = None
    export: Export | None = None
    limits: Limits | None = None
    check: Check | None = None
    suspects: Suspects | None = None  # where the hourly job asks `check`; without it, everywhere
    lost_channels: Check | None = None  # the sentences of `check` about channels that refuse; they stand on Home, too
    check_all: Check | None = None  # what `doctor` asks instead, where it takes longer than a person waits
    subcommands: Sequence[Subcommand] = ()
    registers_first: bool = False  # Bolt tries listeners in order; this feature's command is the one used most


def collect_briefs(
    features: Sequence[Feature], session: Session, customer_ids: Sequence[UUID], now: datetime
) -> dict[UUID, list[Line]]:
    """Return every feature's lines about each customer, urgent lines first."""
    briefs = [feature.brief for feature in features if feature.brief]
    return _by_customer(ask(briefs, session, customer_ids, now) if briefs and customer_ids else (), customer_ids)


def collect_topics(
    features: Sequence[Feature], session: Session, customer_id: UUID, now: datetime
) -> dict[Topic, list[Line]]:
    """Return every feature's lines about one customer by what they are about, urgent lines first."""
    told = [(feature.brief_topic, feature.brief) for feature in features if feature.brief]
    found: dict[Topic, list[Line]] = {}
    answers = ask([brief for _, brief in told], session, [customer_id], now) if told else []
    for (topic, _), by_customer in zip(told, answers, strict=True):
        found.setdefault(topic, []).extend(by_customer.get(customer_id, ()))
    return {topic: sorted(lines, key=lambda line: not line.urgent) for topic, lines in found.items() if lines}


def collect_page(
    features: Sequence[Feature], session: Session, page: sa.Select[Any], values: Mapping[str, Any], now: datetime
) -> tuple[Sequence[Any], dict[UUID, list[Line]]]:
    """Return the rows of *page*, whose `id` is a customer's, and the lines about each; by one statement."""
    rows, briefs = ask_with_rows([feature.brief for feature in features if feature.brief], session, page, values, now)
    return rows, _by_customer(briefs, [row.id for row in rows])


def _by_customer(
    briefs: Sequence[Mapping[UUID, Sequence[Line]]], customer_ids: Sequence[UUID]
) -> dict[UUID, list[Line]]:
    found: dict[UUID, list[Line]] = {customer_id: [] for customer_id in customer_ids}
    for by_customer in briefs:
        for customer_id, lines in by_customer.items():
            found.setdefault(customer_id, []).extend(lines)
    return {customer_id: sorted(lines, key=lambda line: not line.urgent) for customer_id, lines in found.items()}


def collect_counts(features: Sequence[Feature], session: Session, now: datetime) -> list[Count]:
    """Return every feature's counts for a digest."""
    return [count for feature in features if feature.digest_section for count in feature.digest_section(session, now)]


def collect_due_counts(
    features: Sequence[Feature], session: Session, now: datetime, person_id: str | None
) -> list[Count]:
    """Return every feature's counts of what is late or due today, the late first; problems before promises."""
    counts = [
        count
        for feature in reversed(features)
        if feature.due_counts
        for count in feature.due_counts(session, now, person_id)
    ]
    return sorted(counts, key=lambda count: not count.urgent)


def collect_lost_channels(features: Sequence[Feature], session: Session, now: datetime) -> list[str]:
    """Return a sentence for each channel that refuses what a feature posts."""
    return [one for feature in features if feature.lost_channels for one in feature.lost_channels(session, now)]


def collect_commitments(features: Sequence[Feature], session: Session, now: datetime) -> tuple[list[OwedLine], bool]:
    """Return what every feature owes customers, the latest first, and whether a feature may have more than that."""
    sections = [
        feature.commitments_section(session, now)[:COMMITMENT_LINES]
        for feature in features
        if feature.commitments_section
    ]
    lines = sorted((line for section in sections for line in section), key=lambda line: line.on or date.max)
    return lines, any(len(section) == COMMITMENT_LINES for section in sections)


def collect_overdue(features: Sequence[Feature], session: Session, now: datetime) -> dict[str, list[Overdue]]:
    """Return what people are late with, by the id of the person, in the order of *features*."""
    found: dict[str, list[Overdue]] = {}
    for feature in features:
        for person_id, overdue in feature.overdue(session, now).items() if feature.overdue else ():
            found.setdefault(person_id, []).append(overdue)
    return found


def collect_offers(features: Sequence[Feature], subject: Subject) -> tuple[OfferButton, ...]:
    """Return the buttons that features offer for *subject*, at most three; none when it is too long for a value."""
    value = subject.model_dump_json()
    if len(value) > OFFER_VALUE:
        return ()
    wanted = [offer for feature in features for offer in feature.offers if offer.wants(subject)]
    return tuple(OfferButton(label=one.label, action_id=one.action_id, value=value) for one in wanted[:MOST_OFFERS])


async def open_offer(features: Sequence[Feature], action_id: str, caller: Any, subject: Subject) -> None:
    """
    Open what a feature offers under *action_id*, for a line of another feature's menu.

    Raises:
        NotFound: no feature offers it.
    """
    offers = (offer for feature in features for offer in feature.offers if offer.action_id == action_id)
    offer = next((offer for offer in offers if offer.open), None)
    if offer is None or offer.open is None:
        raise NotFound("That menu is out of date; open the list again.")
    await offer.open(caller, subject)


def collect_mornings(features: Sequence[Feature]) -> list[Morning]:
    """Return the sections of the morning message; those of the last feature stand first."""
    return [morning for feature in reversed(features) for morning in feature.mornings]


def collect_extras(features: Sequence[Feature]) -> list[CheckinExtra]:
    """Return the fields that features add to the check-in modal."""
    return [extra for feature in features for extra in feature.checkin_extras]


def collect_limits(features: Sequence[Feature], session: Session, now: datetime) -> dict[str, int]:
    """Return the greatest load that each person can carry whose work is known."""
    return {person: limit for one in features if one.limits for person, limit in one.limits(session, now).items()}


def collect_subcommands(features: Sequence[Feature]) -> dict[str, Subcommand]:
    """Return the words of `/evenhand` that features answer."""
    return {one.word: one for feature in features for one in feature.subcommands}


def collect_undos(features: Sequence[Feature]) -> list[UndoCheckin]:
    """Return the functions that undo what features stored with a check-in."""
    return [feature.undo_checkin for feature in features if feature.undo_checkin]


def collect_export(features: Sequence[Feature], session: Session, kind: str, subject_id: str) -> dict[str, Any]:
    """Return what every feature keeps about a customer or person, as JSON values by the feature's name."""
    told = {feature.name: feature.export(session, kind, subject_id) for feature in features if feature.export}
    return {name: dict(kept) for name, kept in told.items() if kept}


def collect_erase(
    features: Sequence[Feature], session: Session, kind: str, subject_id: str, now: datetime
) -> dict[str, int]:
    """
    Erase a customer or person in every feature; return how many rows each touched, by its name.

    The last feature of *features* goes first, since the rows of higher ones point at those of lower ones.
    """
    touched = {
        feature.name: feature.erase(session, kind, subject_id, now) for feature in reversed(features) if feature.erase
    }
    return {name: rows for name, rows in touched.items() if rows}


def collect_timeline(
    features: Sequence[Feature], session: Session, customer_id: UUID, now: datetime, limit: int
) -> list[Line]:
    """Return the last *limit* lines of a customer's history, from every feature."""
    lines = [line for feature in features if feature.timeline for line in feature.timeline(session, customer_id, now)]
    return sorted(lines, key=lambda line: line.on.isoformat() if line.on else "", reverse=True)[:limit]


def collect_setbacks(
    features: Sequence[Feature], session: Session, customer_id: UUID, now: datetime, *, since: date
) -> list[Line]:
    """Return what went wrong with a customer *since* a day, the latest first, from every feature."""
    lines = [line for feature in features if feature.setbacks for line in feature.setbacks(session, customer_id, now)]
    recent = [(line.on, line) for line in lines if line.on is not None and line.on >= since]
    return [line for _, line in sorted(recent, key=lambda one: one[0], reverse=True)]

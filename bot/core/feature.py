"""What a feature gives to the others without knowing them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel import Session

from bot.core.briefs import Knows, ask, ask_with_rows
from bot.core.prepared import Prepared
from bot.core.schemas import Count, DigestSlot, Line, Notification, Schema, Subject

if TYPE_CHECKING:
    from bot.core.runtime import Runtime

DigestSection = Callable[[Session, datetime], Sequence[Count]]
"""`digest_section(session, now)`: short counts for the digest's last paragraph."""

CommitmentsSection = Callable[[Session, datetime], Sequence[Line]]
"""
`commitments_section(session, now)`: what the team owes customers and is late or due, as dated lines, the most late first; at
most `COMMITMENT_LINES` of them, so that the statement behind it stays small however much is open.
"""

COMMITMENT_LINES = 100

Compose = Callable[[Session, DigestSlot, datetime], Notification | None]
"""`compose(session, slot, now)`: what a digest says at its slot; None when there is nothing to say."""

HomeSection = Callable[[Session, str, datetime], Sequence[Line]]
"""`home_section(session, person_id, now)`: what this person owes, by date."""

Timeline = Callable[[Session, UUID, datetime], Sequence[Line]]
"""`timeline(session, customer_id, now)`: dated lines of what happened with a customer, the latest first."""

Steps = Callable[[Session, str, datetime], Sequence["Step"]]
"""`first_steps(session, person_id, now)`: what is left of setting the bot up, for those who may do it."""

Erase = Callable[[Session, str, str, datetime], int]
"""`erase(session, kind, id, now)`: forget a customer or person; returns how many rows went."""

Export = Callable[[Session, str, str], Mapping[str, Any]]
"""`export(session, kind, id)`: everything kept about a customer or person, as JSON values."""

UndoCheckin = Callable[..., Sequence[str]]
"""
`undo_checkin(session, *, customer_id, checkin_id, by, now)`: take back, in the same transaction, what came into a feature
with a check-in that is being undone; returns a sentence for each thing that stays, because it has gone on since.
"""

Check = Callable[[Session, datetime], Sequence[str]]
"""`check(session, now)`: one sentence per thing that is wrong; empty when all is well."""


class Step(Schema):
    """One step of the first run: what to do, whether it is done, and the button that does it."""

    label: str
    done: bool
    button: str = ""
    action_id: str = ""


@dataclass(frozen=True)
class Offer:
    """A button that a feature puts under others' things; *wants* says under which kinds of subject."""

    label: str
    action_id: str
    wants: Callable[[Subject], bool]


@dataclass(frozen=True)
class DigestKindOffer:
    """
    A kind of digest that a feature brings: managers set it up, it is posted once a slot, and the feature's own view draws it.

    *key* is how it is kept (at most 40 characters), *label* how the setup calls it, *about* one sentence on what it
    says, *clear* the line that stands in its place when `compose` has nothing to say.
    """

    key: str
    label: str
    about: str
    clear: str
    compose: Compose


@dataclass(frozen=True)
class CheckinExtra:
    """
    Fields a feature adds to the check-in modal; the ids of their blocks all begin with `{key}.`.

    *about* `(session, customer_id, now)` reads what the fields have to know; where it returns None they aren't wanted
    for that customer. *blocks* draws them from that (from None, when there is no *about*). With a *label* they stay
    behind a button of these words until somebody wants them. *read* turns the submitted state into keyword arguments
    (empty: nothing was filled in); *use_case* takes those with `session, customer_id, checkin_id, by, now`, in the
    check-in's own transaction. The feature's `undo_checkin` takes it back.
    """

    key: str
    blocks: Callable[[Any], Sequence[Mapping[str, Any]]]
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    use_case: Callable[..., object]
    about: Callable[[Session, UUID, datetime], Schema | None] | None = None
    label: str = ""


@dataclass(frozen=True)
class Feature:
    """One capability of the bot and what it contributes to others' screens. Everything but the name is optional."""

    name: str
    register: Callable[[Any, "Runtime"], None] | None = None
    messages: Mapping[type[Notification], Callable[[Any], Any]] = field(default_factory=dict)
    brief: Knows | None = None
    checkin_extras: Sequence[CheckinExtra] = ()
    undo_checkin: UndoCheckin | None = None
    offers: Sequence[Offer] = ()
    digest_section: DigestSection | None = None
    digest_kinds: Sequence[DigestKindOffer] = ()
    commitments_section: CommitmentsSection | None = None
    home_section: HomeSection | None = None
    timeline: Timeline | None = None
    first_steps: Steps | None = None
    erase: Erase | None = None
    export: Export | None = None
    check: Check | None = None
    asked_first: bool = False  # Bolt asks one listener after another; this feature's command is the most used


def collect_briefs(
    features: Sequence[Feature], session: Session, customer_ids: Sequence[UUID], now: datetime
) -> dict[UUID, list[Line]]:
    """What every feature knows about each customer; pressing lines first."""
    briefs = [feature.brief for feature in features if feature.brief]
    return _by_customer(ask(briefs, session, customer_ids, now) if briefs and customer_ids else (), customer_ids)


def collect_page(
    features: Sequence[Feature], session: Session, page: Prepared, values: Mapping[str, Any], now: datetime
) -> tuple[list[Any], dict[UUID, list[Line]]]:
    """The rows of *page*, whose `id` is a customer's, and what every feature knows about each; one statement."""
    rows, told = ask_with_rows([feature.brief for feature in features if feature.brief], session, page, values, now)
    return rows, _by_customer(told, [row.id for row in rows])


def _by_customer(told: Sequence[Mapping[UUID, Sequence[Line]]], customer_ids: Sequence[UUID]) -> dict[UUID, list[Line]]:
    found: dict[UUID, list[Line]] = {customer_id: [] for customer_id in customer_ids}
    for by_customer in told:
        for customer_id, lines in by_customer.items():
            found.setdefault(customer_id, []).extend(lines)
    return {customer_id: sorted(lines, key=lambda line: not line.urgent) for customer_id, lines in found.items()}


def collect_counts(features: Sequence[Feature], session: Session, now: datetime) -> list[Count]:
    """What every feature counts for a digest."""
    return [count for feature in features if feature.digest_section for count in feature.digest_section(session, now)]


def collect_commitments(features: Sequence[Feature], session: Session, now: datetime) -> tuple[list[Line], bool]:
    """What every feature says is owed, the most late first; and whether there is more than they told."""
    told = [
        feature.commitments_section(session, now)[:COMMITMENT_LINES]
        for feature in features
        if feature.commitments_section
    ]
    lines = sorted((line for lines in told for line in lines), key=lambda line: line.on or date.max)
    return lines, any(len(lines) == COMMITMENT_LINES for lines in told)


def collect_extras(features: Sequence[Feature]) -> list[CheckinExtra]:
    """What all features add to the check-in modal."""
    return [extra for feature in features for extra in feature.checkin_extras]


def collect_undos(features: Sequence[Feature]) -> list[UndoCheckin]:
    """What all features take back with a check-in."""
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
    """The last *limit* things that happened with a customer, from every feature."""
    lines = [line for feature in features if feature.timeline for line in feature.timeline(session, customer_id, now)]
    return sorted(lines, key=lambda line: line.on.isoformat() if line.on else "", reverse=True)[:limit]

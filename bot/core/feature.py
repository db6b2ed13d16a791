"""What a feature contributes to the screens of others, and functions that collect it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.core.briefs import Knows, ask, ask_with_rows
from bot.core.schemas import Count, DigestSlot, Line, Notification, Schema, Subject

if TYPE_CHECKING:
    from bot.core.runtime import Runtime

DigestSection = Callable[[Session, datetime], Sequence[Count]]
"""`digest_section(session, now)`: return short counts for the last paragraph of the digest."""

CommitmentsSection = Callable[[Session, datetime], Sequence[Line]]
"""
`commitments_section(session, now)`: return what the team owes customers and is late or due, as dated lines, the most late
first. At most `COMMITMENT_LINES`, so that the statement stays small however much is open.
"""

COMMITMENT_LINES = 100

Compose = Callable[[Session, DigestSlot, datetime], Notification | None]
"""`compose(session, slot, now)`: return what a digest says at its slot, or None when there is nothing to say."""

HomeSection = Callable[[Session, str, datetime], Sequence[Line]]
"""`home_section(session, person_id, now)`: return what this person has to do, by date."""

Timeline = Callable[[Session, UUID, datetime], Sequence[Line]]
"""`timeline(session, customer_id, now)`: return dated lines of what happened with a customer, the latest first."""

Steps = Callable[[Session, str, datetime], Sequence["Step"]]
"""`first_steps(session, person_id, now)`: return the steps of setting the bot up, for those who may do it."""

Erase = Callable[[Session, str, str, datetime], int]
"""`erase(session, kind, id, now)`: erase a customer or person, and return how many rows that were."""

Export = Callable[[Session, str, str], Mapping[str, Any]]
"""`export(session, kind, id)`: return everything stored about a customer or person, as JSON values."""

UndoCheckin = Callable[..., Sequence[str]]
"""
`undo_checkin(session, *, customer_id, checkin_id, by, now)`: undo, in the same transaction, what a check-in added
to the feature. Return a sentence for each thing that stays because it was changed since.
"""

Check = Callable[[Session, datetime], Sequence[str]]
"""`check(session, now)`: return one sentence for each thing that is wrong."""


class Step(Schema):
    """A step of setting the bot up: what to do, whether it is done, and the button that does it."""

    label: str
    done: bool
    button: str = ""
    action_id: str = ""


@dataclass(frozen=True)
class Offer:
    """A button that a feature adds to messages of others, where *wants* `(subject)` returns True."""

    label: str
    action_id: str
    wants: Callable[[Subject], bool]


@dataclass(frozen=True)
class DigestKindOffer:
    """
    A kind of digest. Managers set it up, and it is posted once a slot.

    *key* is its stored name (at most 40 characters), *label* its name in the setup, *about* one sentence on what it
    says, and *clear* the line that is posted when `compose` returns None.
    """

    key: str
    label: str
    about: str
    clear: str
    compose: Compose


@dataclass(frozen=True)
class CheckinExtra:
    """
    Fields that a feature adds to the check-in modal; the ids of their blocks begin with `{key}.`.

    *about* `(session, customer_id, now)` reads what the fields need; when it returns None they aren't shown. *blocks*
    draws them from what *about* returned, or from None without one. With a *label* they are hidden behind a button with
    these words. *read* makes keyword arguments of the submitted state, none when nothing was filled in. *use_case*
    takes them with `session, customer_id, checkin_id, by, now` in the check-in's transaction; `undo_checkin` undoes it.
    """

    key: str
    blocks: Callable[[Any], Sequence[Mapping[str, Any]]]
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    use_case: Callable[..., object]
    about: Callable[[Session, UUID, datetime], Schema | None] | None = None
    label: str = ""


@dataclass(frozen=True)
class Feature:
    """A feature of the bot and what it contributes to the screens of others; only the name is required."""

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
    asked_first: bool = False  # Bolt asks one listener after another, and this command is the most used


def collect_briefs(
    features: Sequence[Feature], session: Session, customer_ids: Sequence[UUID], now: datetime
) -> dict[UUID, list[Line]]:
    """Return the lines of every feature about each customer, urgent ones first."""
    briefs = [feature.brief for feature in features if feature.brief]
    return _by_customer(ask(briefs, session, customer_ids, now) if briefs and customer_ids else (), customer_ids)


def collect_page(
    features: Sequence[Feature], session: Session, page: sa.Select[Any], values: Mapping[str, Any], now: datetime
) -> tuple[Sequence[Any], dict[UUID, list[Line]]]:
    """Return the rows of *page*, whose `id` is a customer's, and the lines about each; by one statement."""
    rows, told = ask_with_rows([feature.brief for feature in features if feature.brief], session, page, values, now)
    return rows, _by_customer(told, [row.id for row in rows])


def _by_customer(told: Sequence[Mapping[UUID, Sequence[Line]]], customer_ids: Sequence[UUID]) -> dict[UUID, list[Line]]:
    found: dict[UUID, list[Line]] = {customer_id: [] for customer_id in customer_ids}
    for by_customer in told:
        for customer_id, lines in by_customer.items():
            found.setdefault(customer_id, []).extend(lines)
    return {customer_id: sorted(lines, key=lambda line: not line.urgent) for customer_id, lines in found.items()}


def collect_counts(features: Sequence[Feature], session: Session, now: datetime) -> list[Count]:
    """Return the counts of every feature for a digest."""
    return [count for feature in features if feature.digest_section for count in feature.digest_section(session, now)]


def collect_commitments(features: Sequence[Feature], session: Session, now: datetime) -> tuple[list[Line], bool]:
    """Return what is owed by every feature, the most late first, and whether there is more."""
    told = [
        feature.commitments_section(session, now)[:COMMITMENT_LINES]
        for feature in features
        if feature.commitments_section
    ]
    lines = sorted((line for lines in told for line in lines), key=lambda line: line.on or date.max)
    return lines, any(len(lines) == COMMITMENT_LINES for lines in told)


def collect_extras(features: Sequence[Feature]) -> list[CheckinExtra]:
    """Return the fields that all features add to the check-in modal."""
    return [extra for feature in features for extra in feature.checkin_extras]


def collect_undos(features: Sequence[Feature]) -> list[UndoCheckin]:
    """Return the functions that undo what came with a check-in."""
    return [feature.undo_checkin for feature in features if feature.undo_checkin]


def collect_timeline(
    features: Sequence[Feature], session: Session, customer_id: UUID, now: datetime, limit: int
) -> list[Line]:
    """Return the last *limit* lines of what happened with a customer, from every feature."""
    lines = [line for feature in features if feature.timeline for line in feature.timeline(session, customer_id, now)]
    return sorted(lines, key=lambda line: line.on.isoformat() if line.on else "", reverse=True)[:limit]

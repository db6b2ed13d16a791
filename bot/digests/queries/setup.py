"""Queries of the setup, the bot's health, and the steps of the first run."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspaces_with
from bot.core.errors import NotFound
from bot.core.feature import DigestKindOffer, Feature
from bot.core.heartbeats import job_words, list_heartbeats
from bot.core.schemas import Step
from bot.customers.queries.checking import is_rescheduling
from bot.customers.tables import Customer
from bot.digests.queries import find_digest, find_kind, get_last_post, list_kinds
from bot.digests.rules import NO_SUCH_KIND, SECONDS_OF_GRACE, DigestKind
from bot.digests.schemas import DigestSchema, Health, JobHealth, KindSchema, SetupSchema
from bot.digests.tables import Digest
from bot.people.queries import find_person_row, list_managers
from bot.people.rules import Role, known_zone
from bot.people.usecases import may_manage, require_manager
from bot.workspaces.queries import get_workspace, list_audit

TESTED = "digest.tested"
KINDS_SHOWN = 20


def get_setup(session: Session, *, viewer: str, now: datetime, features: Sequence[Feature] = ()) -> SetupSchema:
    """
    Return the setup for *viewer*, with the kinds of digest that *features* declare.

    Raises:
        NotAllowed: *viewer* is not a manager.
    """
    person = require_manager(session, by=viewer, wish="change the setup")
    workspace = get_workspace(session)
    managers = [manager for manager in list_managers(session) if manager.role is Role.MANAGER]
    zone = known_zone(person.zone, workspace.zone)
    return SetupSchema(
        is_admin=person.role is Role.ADMIN,
        managers=tuple(manager.id for manager in managers),
        manager_names=tuple(manager.name for manager in managers),
        cadence=workspace.default_cadence_days,
        floor=workspace.cadence_floor_days,
        factor=workspace.neglect_factor,
        first_calls=workspace.first_calls_a_day,
        levels_load=workspace.levels_load,
        zone=zone,
        digest=_digest_schema(session, DigestKind.NEGLECTED),
        more=tuple(_kind_schema(session, offer, zone) for offer in list_kinds(features)[:KINDS_SHOWN]),
        is_rescheduling=is_rescheduling(session, now=now),
    )


def get_kind(session: Session, *, kind: str, viewer: str, features: Sequence[Feature], now: datetime) -> KindSchema:  # noqa: ARG001 - every query takes the time
    """
    Return a kind of digest beside the neglected one, and the digest of that kind, for its form.

    Raises:
        NotAllowed: *viewer* is not a manager.
        NotFound: no feature declares that kind.
    """
    person = require_manager(session, by=viewer, wish="change the setup")
    offer = find_kind(kind, features)
    if offer is None:
        raise NotFound(f"{NO_SUCH_KIND} Open /evenhand setup to see which there are.")
    return _kind_schema(session, offer, known_zone(person.zone, get_workspace(session).zone))


def _kind_schema(session: Session, offer: DigestKindOffer, zone: str) -> KindSchema:
    digest = _digest_schema(session, offer.key)
    return KindSchema(key=offer.key, label=offer.label, about=offer.about, zone=zone, digest=digest)


def _digest_schema(session: Session, kind: str) -> DigestSchema | None:
    digest = find_digest(session, kind)
    return DigestSchema.model_validate(digest, from_attributes=True) if digest else None


def get_health(session: Session, *, viewer: str, features: Sequence[Feature], now: datetime) -> Health:
    """
    Return the last runs of the jobs, and one sentence for each inconsistency that a feature finds.

    Raises:
        NotAllowed: *viewer* is not a manager.
    """
    person = require_manager(session, by=viewer, wish="see the bot's health")
    wrong = [sentence for feature in features if feature.check for sentence in feature.check(session, now)]
    jobs = [
        JobHealth(words=job_words(beat.name), succeeded_at=beat.succeeded_at, error=beat.error)
        for beat in list_heartbeats(session, now=now)
    ]
    return Health(zone=known_zone(person.zone, "UTC"), jobs=tuple(jobs), wrong=tuple(wrong))


def list_first_steps(session: Session, person_id: str, now: datetime) -> Sequence[Step]:  # noqa: ARG001 - a feature's shape
    """Return the three steps of the first run; none for people who are not managers, none when all are done."""
    if not may_manage(find_person_row(session, person_id)):
        return ()
    digest = find_digest(session)
    chosen = digest is not None and digest.stopped_because is None
    tested = digest and chosen and (_was_tested(session, digest.id) or get_last_post(session, digest.id))
    has_customers = session.exec(select(Customer.id).limit(1)).first() is not None
    steps = (
        Step(label="Bring in your customers with /customers import, or one by one with /customers add",
             done=has_customers, button="Import a list", action_id="customers.import"),
        Step(label="Name managers, and choose the channel that learns who waits", done=chosen,
             button="Open setup", action_id="digests.setup"),
        Step(label="Post a test to that channel", done=bool(tested),
             button="Post a test" if chosen else "", action_id="digests.test" if chosen else ""),
    )  # fmt: skip
    return () if all(step.done for step in steps) else steps


def find_problems(session: Session, now: datetime) -> Sequence[str]:
    """Return the sentences of `list_lost_channels`, and one for each digest whose slot passed without a post."""
    wrong = list(list_lost_channels(session, now))
    for digest in session.exec(select(Digest).where(col(Digest.stopped_because).is_(None))).all():
        if (now - digest.next_slot).total_seconds() > SECONDS_OF_GRACE:
            where = f"#{digest.channel_name or digest.channel_id}"
            wrong.append(f"The digest to {where} is late; its job hasn't run since {digest.next_slot:%d %b %H:%M} UTC.")
    return wrong


def list_suspects(session: Session, workspaces: Collection[str], now: datetime) -> Collection[str]:
    """Return those of *workspaces* with a digest that has stopped or is late."""
    late = col(Digest.next_slot) < now - timedelta(seconds=SECONDS_OF_GRACE)
    return workspaces_with(session, Digest, workspaces, sa.or_(col(Digest.stopped_because).is_not(None), late))


def list_lost_channels(session: Session, now: datetime) -> Sequence[str]:  # noqa: ARG001 - the shape of every check
    """Return a sentence for each digest that has stopped."""
    return [
        f"The digest to #{digest.channel_name or digest.channel_id} has stopped: {digest.stopped_because} Mend it in"
        " /evenhand setup."
        for digest in session.exec(select(Digest).where(col(Digest.stopped_because).is_not(None))).all()
        if digest.days
    ]


def export_person(session: Session, kind: str, subject_id: str) -> dict[str, Any]:
    """Return the channels of the digests that a person set up."""
    query = select(Digest).where(Digest.made_by == subject_id)
    made = session.exec(query).all() if kind == "person" else ()
    return {"digests_set_up": [digest.channel_name or digest.channel_id for digest in made]} if made else {}


def _was_tested(session: Session, digest_id: UUID) -> bool:
    trail = list_audit(session, subject_kind="digest", subject_id=str(digest_id))
    return any(entry.action == TESTED for entry in trail)

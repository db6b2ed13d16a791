"""The kinds of digest beside the one of neglected accounts: what we owe, and those that features bring."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlmodel import Session

from bot.core.feature import DigestKindOffer, Feature, collect_commitments, collect_counts
from bot.core.schemas import DigestSlot
from bot.digests.rules import OWED_SHOWN, DigestKind
from bot.digests.schemas import CommitmentsDigest
from bot.people.rules import Calendar


def list_kinds(features: Sequence[Feature]) -> list[DigestKindOffer]:
    """What we owe, and every kind that a feature brings; of two with one key the first."""
    owed = DigestKindOffer(
        key=DigestKind.OWED,
        label="What we owe",
        about="Promises, escalations and follow-ups that are late or due, the most late first.",
        clear="Nothing that we owe a customer is late or due.",
        compose=partial(compose_commitments, features=features),
    )
    found = {DigestKind.OWED.value: owed}
    for feature in features:
        for offer in feature.digest_kinds:
            found.setdefault(offer.key, offer)
    return list(found.values())


def find_kind(key: str, features: Sequence[Feature]) -> DigestKindOffer | None:
    """The kind with that key; None when no feature makes it (any more)."""
    return next((offer for offer in list_kinds(features) if offer.key == key), None)


def compose_commitments(
    session: Session, slot: DigestSlot, now: datetime, *, features: Sequence[Feature]
) -> CommitmentsDigest | None:
    """What is late or due now, by every feature's own count; None when nothing is."""
    counts = collect_counts(features, session, now)
    lines, is_cut = collect_commitments(features, session, now)
    if not counts and not lines:
        return None
    return CommitmentsDigest(
        slot=slot,
        today=Calendar(zone=slot.zone).today(now),
        counts=tuple(counts),
        lines=tuple(lines[:OWED_SHOWN]),
        more=max(len(lines) - OWED_SHOWN, 0),
        and_more=is_cut,
    )

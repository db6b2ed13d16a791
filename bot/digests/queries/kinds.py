"""The kinds of digest beside the one of neglected accounts: what we owe, and those that rooms bring."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlmodel import Session

from bot.core.facts import DigestSlot
from bot.core.room import DigestKindOffer, Room, collect_counts, collect_owed
from bot.digests.facts import OwedDigest
from bot.digests.rules import OWED_SHOWN, DigestKind
from bot.people.rules import Calendar


def list_kinds(rooms: Sequence[Room]) -> list[DigestKindOffer]:
    """What we owe, and every kind that a room brings; of two with one key the first."""
    owed = DigestKindOffer(
        key=DigestKind.OWED,
        label="What we owe",
        about="Promises, escalations and follow-ups that are late or due, the most late first.",
        clear="Nothing that we owe a customer is late or due.",
        compose=partial(compose_owed, rooms=rooms),
    )
    found = {DigestKind.OWED.value: owed}
    for room in rooms:
        for offer in room.digest_kinds:
            found.setdefault(offer.key, offer)
    return list(found.values())


def find_kind(key: str, rooms: Sequence[Room]) -> DigestKindOffer | None:
    """The kind with that key; None when no room makes it (any more)."""
    return next((offer for offer in list_kinds(rooms) if offer.key == key), None)


def compose_owed(session: Session, slot: DigestSlot, now: datetime, *, rooms: Sequence[Room]) -> OwedDigest | None:
    """What is late or due now, by every room's own count; None when nothing is."""
    counts = collect_counts(rooms, session, now)
    lines, is_cut = collect_owed(rooms, session, now)
    if not counts and not lines:
        return None
    return OwedDigest(
        slot=slot,
        today=Calendar(zone=slot.zone).today(now),
        counts=tuple(counts),
        lines=tuple(lines[:OWED_SHOWN]),
        more=max(len(lines) - OWED_SHOWN, 0),
        and_more=is_cut,
    )

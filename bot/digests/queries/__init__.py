"""Queries of digests: which are due, the kinds there are, and what each kind reports."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core.feature import (
    DigestKindOffer,
    Feature,
    collect_briefs,
    collect_commitments,
    collect_counts,
)
from bot.core.schemas import DigestSlot, Line, OwedLine
from bot.customers.queries import list_awake, list_neglected
from bot.customers.queries.coverage import count_coverage
from bot.customers.rules.names import clean_text
from bot.customers.schemas import Coverage
from bot.customers.tables import Customer
from bot.digests.rules import (
    NAME_IN_LIST,
    OWED_SHOWN,
    ROWS_IN_MESSAGE,
    THREAD_LINES,
    DigestKind,
    percent,
    schedule_of,
    wait_words,
)
from bot.digests.schemas import CommitmentsDigest, DigestSchema, NeglectedDigest, NeglectedRow
from bot.digests.tables import Digest, DigestPost
from bot.people.queries import list_names
from bot.people.rules import Calendar


def find_digest(session: Session, kind: str = DigestKind.NEGLECTED) -> Digest | None:
    """Return the digest of *kind*, by default of neglected customers; None when it was never set up."""
    query = select(Digest).where(Digest.kind == kind)
    return session.exec(query.order_by(col(Digest.id))).first()


def list_due_digests(session: Session, *, now: datetime) -> list[DigestSchema]:
    """Return the digests of all workspaces whose slot has come and was not handled."""
    query = select(Digest).where(col(Digest.next_slot) <= now, col(Digest.stopped_because).is_(None))
    due = session.exec(query.order_by(col(Digest.next_slot), col(Digest.id))).all()
    return [DigestSchema.model_validate(digest, from_attributes=True) for digest in due]


def get_slot(session: Session, *, digest: Digest, now: datetime, is_test: bool = False) -> DigestSlot:
    """
    Return the slot of *digest* that has come, or *now* for a test, with the time from which it reports.

    Of several missed slots it is the latest; it reports what happened since the last slot that was handled.
    """
    schedule = schedule_of(digest.days, digest.hour, digest.zone)
    slot = now if is_test else max(schedule.latest_by(now) or digest.next_slot, digest.next_slot)
    query = select(DigestPost.slot).where(DigestPost.digest_id == digest.id, DigestPost.slot < slot)
    handled = session.exec(query.order_by(col(DigestPost.slot).desc()).limit(1)).first()
    before = slot - timedelta(seconds=1)
    return DigestSlot(
        digest_id=digest.id,
        kind=digest.kind,
        slot=slot,
        since=handled or schedule.latest_by(before) or before,
        made_at=now,
        next_slot=schedule.next_after(now),
        zone=schedule.zone,
        is_test=is_test,
        names_owners=digest.names_owners,
    )


def list_kinds(features: Sequence[Feature]) -> list[DigestKindOffer]:
    """Return the kinds of digest beside the neglected one: commitments, then those of *features*, each key once."""
    owed = DigestKindOffer(
        key=DigestKind.OWED,
        label="What we owe",
        about="Promises, problems and follow-ups that are late or due, the most late first.",
        clear="Nothing that we owe a customer is late or due.",
        compose=partial(compose_commitments, features=features),
    )
    found = {DigestKind.OWED.value: owed}
    for feature in features:
        for offer in feature.digest_kinds:
            found.setdefault(offer.key, offer)
    return list(found.values())


def find_kind(key: str, features: Sequence[Feature]) -> DigestKindOffer | None:
    """Return the kind with that key; None when no feature declares it."""
    return next((offer for offer in list_kinds(features) if offer.key == key), None)


def compose_commitments(
    session: Session, slot: DigestSlot, now: datetime, *, features: Sequence[Feature]
) -> CommitmentsDigest | None:
    """Return the digest of commitments that are late or due, collected from *features*; None when there are none."""
    counts = collect_counts(features, session, now)
    lines, is_cut = collect_commitments(features, session, now)
    if not counts and not lines:
        return None
    return CommitmentsDigest(
        slot=slot,
        today=Calendar(zone=slot.zone).today(now),
        counts=tuple(counts),
        lines=tuple(_plain_line(line, names=slot.names_owners) for line in lines[:OWED_SHOWN]),
        more=max(len(lines) - OWED_SHOWN, 0),
        and_more=is_cut,
    )


def _plain_line(line: OwedLine, *, names: bool) -> Line:
    """Return *line* as a digest stores it, with who owes it in brackets if the digest names people."""
    return Line(text=f"{line.text} ({line.who})" if names and line.who else line.text, urgent=line.urgent, on=line.on)


def compose_neglected(
    session: Session, slot: DigestSlot, now: datetime, *, features: Sequence[Feature]
) -> NeglectedDigest:
    """Return the digest of neglected customers: coverage, the first rows, the pool, and the features' counts."""
    today = Calendar(zone=slot.zone).today(now)
    coverage, neglected = count_coverage(session, today=today)
    first = list_neglected(session, today=today, limit=ROWS_IN_MESSAGE, counts=neglected)
    return NeglectedDigest(
        **slot.model_dump(exclude={"kind", "since"}),
        **coverage.model_dump(),
        change=_change(session, slot.digest_id, coverage),
        rows=tuple(list_rows(session, first, today=today, features=(), now=now)),
        longest=None if first else _longest_wait(session, today),
        counts=tuple(collect_counts(features, session, now)),
    )


def _change(session: Session, digest_id: UUID, coverage: Coverage) -> int | None:
    """Return the change of coverage in percentage points since the last post that counted it; None for the first."""
    last = get_last_post(session, digest_id)
    if last is None or not last.active or last.in_cadence is None:
        return None
    return coverage.percent - percent(last.in_cadence, last.active)


def list_neglected_lines(session: Session, *, today: date, names_owners: bool) -> list[str]:
    """Return each of the first neglected customers as one line of plain text, in the order of every list."""
    found = list_neglected(session, today=today, limit=THREAD_LINES)
    names = list_names(session, {customer.owner_id for customer in found})
    whose = {owner: f" · {clean_text(name, NAME_IN_LIST)}" for owner, name in names.items()} if names_owners else {}
    return [
        f"{clean_text(one.name, NAME_IN_LIST)} · {_waited(one, today)}"
        f"{whose.get(one.owner_id, '') if one.owner_id else ' · no owner'}"
        for one in found
    ]


def _waited(customer: Customer, today: date) -> str:
    days, contacted = (today - customer.waiting_since).days, customer.last_contact_on is not None
    return wait_words(days, customer.effective_cadence_days, ever_contacted=contacted)


def list_rows(
    session: Session, customers: Sequence[Customer], *, today: date, features: Sequence[Feature], now: datetime
) -> list[NeglectedRow]:
    """Return a row for each of *customers*, in that order, with the briefs of other features."""
    names = list_names(session, (customer.owner_id for customer in customers))
    briefs = collect_briefs(features, session, [customer.id for customer in customers], now)
    return [
        NeglectedRow(
            id=customer.id,
            name=customer.name,
            owner_id=customer.owner_id,
            owner_name=names.get(customer.owner_id or ""),
            waited=max((today - customer.waiting_since).days, 0),
            cadence=customer.effective_cadence_days,
            ever_contacted=customer.last_contact_on is not None,
            words=" · ".join(clean_text(line.text, 80) for line in briefs[customer.id][:2]),
        )
        for customer in customers
    ]


def get_last_post(session: Session, digest_id: UUID) -> DigestPost | None:
    """Return the last post of the digest that was not silent."""
    query = select(DigestPost).where(DigestPost.digest_id == digest_id, col(DigestPost.said_something).is_(True))
    return session.exec(query.order_by(col(DigestPost.slot).desc()).limit(1)).first()


def _longest_wait(session: Session, today: date) -> tuple[int, int] | None:
    """Return days waited and cadence of the most overdue customer that is not snoozed."""
    first = list_awake(session, today=today, limit=1)
    return (max((today - first[0].waiting_since).days, 0), first[0].effective_cadence_days) if first else None

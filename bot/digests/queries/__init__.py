"""Reads for digests: what is due, and what the one of neglected accounts says."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import days_between
from bot.core.feature import Feature, collect_briefs, collect_counts
from bot.core.schemas import DigestSlot, Subject
from bot.customers.queries import list_neglected
from bot.customers.queries.due import get_coverage, neglected, overdue_first, sleeping
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.digests.rules import NAME_IN_LIST, ROWS_IN_MESSAGE, DigestKind, percent, schedule_of, wait_words
from bot.digests.schemas import DueDigest, NeglectedDigest, OfferButton, WaitingRow
from bot.digests.tables import Digest, DigestPost
from bot.people.queries import list_names
from bot.people.rules import Calendar

ROW_KIND = "digest_row"  # the kind of subject that other features may offer buttons for
MOST_OFFERS = 3
OFFER_VALUE = 2000


def find_digest(session: Session, kind: str = DigestKind.NEGLECTED) -> Digest | None:
    """The digest of that kind, by default of neglected customers, if one was ever set up."""
    query = select(Digest).where(Digest.kind == kind)
    return session.exec(query.order_by(col(Digest.id))).first()


def list_due_digests(session: Session, *, now: datetime) -> list[DueDigest]:
    """Digests of all workspaces whose slot has come and wasn't handled."""
    query = select(Digest).where(col(Digest.next_slot) <= now, col(Digest.stopped_because).is_(None))
    return [
        DueDigest(workspace_id=row.workspace_id, digest_id=row.id, channel_id=row.channel_id)
        for row in session.exec(query.order_by(col(Digest.next_slot), col(Digest.id))).all()
    ]


def get_slot(session: Session, *, digest: Digest, now: datetime, is_test: bool = False) -> DigestSlot:
    """
    The slot of *digest* that has come, or *now* for a test, and when the one before it was.

    Of several that were missed it is the latest; what happened since the last one that was handled belongs to it.
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
    )


def compose_digest(
    session: Session,
    *,
    digest: Digest,
    slot: datetime,
    features: Sequence[Feature],
    now: datetime,
    is_test: bool = False,
) -> NeglectedDigest:
    """What *digest* says now: coverage, the longest waiting, the pool, and the other features' counts."""
    schedule = schedule_of(digest.days, digest.hour, digest.zone)
    today = Calendar(zone=schedule.zone).today(now)
    coverage = get_coverage(session, today=today)
    longest = list_neglected(session, today=today, limit=ROWS_IN_MESSAGE)
    last = last_said(session, digest.id)
    share = percent(coverage.in_cadence, coverage.active)
    return NeglectedDigest(
        digest_id=digest.id,
        slot=slot,
        made_at=now,
        zone=schedule.zone,
        next_slot=schedule.next_after(now),
        active=coverage.active,
        in_cadence=coverage.in_cadence,
        due=coverage.due,
        neglected=coverage.neglected,
        pool=coverage.pool,
        change=share - percent(last.in_cadence or 0, last.active) if last and last.active else None,
        rows=tuple(list_rows(session, longest, today=today, features=features, now=now)),
        longest=None if longest else _longest_wait(session, today),
        counts=tuple(collect_counts(features, session, now)),
        is_test=is_test,
    )


def list_neglected_lines(session: Session, *, today: date) -> list[str]:
    """Every neglected customer as one line of plain words, longest wait first."""
    waited = days_between(sa.literal(today, sa.Date()), col(Customer.waiting_since))
    query = sa.select(
        col(Customer.name),
        col(Customer.owner_id),
        waited,
        col(Customer.effective_cadence_days),
        col(Customer.last_contact_on),
    ).where(neglected(today))
    found = session.execute(query.order_by(*overdue_first(today))).all()
    names = list_names(session, {row[1] for row in found})
    return [
        " · ".join(
            (
                one_line(name, NAME_IN_LIST),
                wait_words(days, cadence, ever_contacted=contact is not None),
                one_line(names.get(owner or "", "no owner"), NAME_IN_LIST),
            )
        )
        for name, owner, days, cadence, contact in found
    ]


def one_line(text: str, limit: int) -> str:
    """*text* on one line, in at most *limit* characters."""
    words = " ".join(text.split())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def list_rows(
    session: Session, customers: Sequence[Customer], *, today: date, features: Sequence[Feature], now: datetime
) -> list[WaitingRow]:
    """These customers as rows, in the order given, with what the other features know and offer."""
    names = list_names(session, (customer.owner_id for customer in customers))
    briefs = collect_briefs(features, session, [customer.id for customer in customers], now)
    return [
        WaitingRow(
            id=customer.id,
            name=customer.name,
            owner_id=customer.owner_id,
            owner_name=names.get(customer.owner_id or ""),
            waited=max((today - customer.waiting_since).days, 0),
            cadence=customer.effective_cadence_days,
            ever_contacted=customer.last_contact_on is not None,
            words=" · ".join(one_line(line.text, 80) for line in briefs[customer.id][:2]),
            offers=_offers(customer, features),
        )
        for customer in customers
    ]


def last_said(session: Session, digest_id: UUID) -> DigestPost | None:
    """The last slot at which that digest said something."""
    query = select(DigestPost).where(DigestPost.digest_id == digest_id, col(DigestPost.said_something).is_(True))
    return session.exec(query.order_by(col(DigestPost.slot).desc()).limit(1)).first()


def _longest_wait(session: Session, today: date) -> tuple[int, int] | None:
    """Days waited and cadence of the one furthest into its cadence, of those that aren't put off."""
    query = select(Customer).where(Customer.status == Status.ACTIVE, sa.not_(sleeping(today)))
    first = session.exec(query.order_by(*overdue_first(today)).limit(1)).first()
    return (max((today - first.waiting_since).days, 0), first.effective_cadence_days) if first else None


def _offers(customer: Customer, features: Sequence[Feature]) -> tuple[OfferButton, ...]:
    subject = Subject(kind=ROW_KIND, id=str(customer.id), customer_id=customer.id, words=one_line(customer.name, 200))
    made = [
        OfferButton(label=offer.label, action_id=offer.action_id, value=subject.model_dump_json())
        for feature in features
        for offer in feature.offers
        if offer.wants(subject)
    ]
    return tuple(button for button in made if len(button.value) <= OFFER_VALUE)[:MOST_OFFERS]

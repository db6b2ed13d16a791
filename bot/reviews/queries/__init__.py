"""Reads what the proof is made of: active customers, their sizes, and the days on which somebody talked to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.checkins.queries.history import CHECKINS, CONTACTS
from bot.core.database import workspace_of
from bot.customers.queries import list_by_ids, list_schemas
from bot.customers.queries.due import CUSTOMERS, is_active
from bot.people.queries import get_today
from bot.people.usecases import require_manager
from bot.reviews.queries.reconciliation import reconcile
from bot.reviews.rules import (
    FIFTHS,
    MIDDLE,
    NEARLY_ALL,
    PERIODS,
    USUAL_PERIOD,
    Band,
    Size,
    Span,
    Wait,
    compare,
    divide_into_bands,
    list_waits,
    main_currency,
    measure_wait,
    percentile,
)
from bot.reviews.schemas import BandFigures, GapSchema, Proof, WaitedRow, WhoWaited

PAGE_ROWS = 8
WISH = "see whether small and large customers get the same care"
COLUMNS = (
    "id", "added_on", "effective_cadence_days", "waiting_since", "last_contact_on", "annual_value", "currency",
    "headcount", "owner_id", "name",
)  # fmt: skip


@dataclass(frozen=True)
class Care:
    """The active customers, by id, with the days of their contacts and the times that they waited."""

    customers: Mapping[UUID, Any]
    contacts: Mapping[UUID, Sequence[date]]
    spans: Mapping[UUID, Sequence[Span]]

    def bands(self) -> dict[UUID, Band]:
        """Return the band of each customer."""
        return divide_into_bands(self.sizes)

    @cached_property
    def sizes(self) -> dict[UUID, Size]:
        """What is known about how large each customer is."""
        return {key: Size(row.annual_value, row.currency, row.headcount) for key, row in self.customers.items()}

    def waits(self, *, since: date, until: date) -> dict[UUID, Wait]:
        """Return the waits of those that were customers before *until*."""
        return {
            key: measure_wait(self.spans[key], cadence=row.effective_cadence_days, since=since, until=until)
            for key, row in self.customers.items()
            if row.added_on < until
        }


def get_proof(session: Session, *, viewer: str, now: datetime, days: int = USUAL_PERIOD) -> Proof:
    """
    Return how small and large customers waited in the last *days*.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    today = get_today(session, person_id=viewer, now=now)
    care = read_care(session, today)
    proof = make_proof(care, care.bands(), days=days if days in PERIODS else USUAL_PERIOD, until=today)
    return proof.model_copy(update={"reconciliation": reconcile(session, today=today)})


def make_proof(care: Care, bands: Mapping[UUID, Band], *, days: int, until: date) -> Proof:
    """Return the figures of the *days* up to *until*, and the gap of as many days before."""
    since = until - timedelta(days=days)
    sizes = care.sizes.values()
    currency = main_currency(sizes)
    waits = care.waits(since=since, until=until)
    return Proof(
        days=days, since=since, until=until, currency=currency,
        bands=tuple(figures_of(band, care, waits, bands, currency) for band in Band if band in bands.values()),
        gap=gap_of(waits, bands),
        gap_before=gap_of(care.waits(since=since - timedelta(days=days), until=since), bands),
        foreign=sum(size.annual_value is not None and size.currency not in {None, currency} for size in sizes),
    )  # fmt: skip


def list_who_waited(
    session: Session, *, band: str, viewer: str, now: datetime, days: int = USUAL_PERIOD, page: int = 0
) -> WhoWaited:
    """
    Return a page of the customers behind the figures of *band*, in the order of every list.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    today = get_today(session, person_id=viewer, now=now)
    care = read_care(session, today)
    waits = care.waits(since=today - timedelta(days=days), until=today)
    mine = [care.customers[key] for key, its in care.bands().items() if its == band and key in waits]
    mine.sort(key=lambda row: ((row.waiting_since - today).days / row.effective_cadence_days, row.id))
    pages = max(-(-len(mine) // PAGE_ROWS), 1)
    page = min(page, pages - 1)
    shown = [row.id for row in mine[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]]
    rows = list_by_ids(session, shown)
    schemas = list_schemas(session, [rows[key] for key in shown], today=today)
    return WhoWaited(
        band=Band(band), days=days, total=len(mine), page=page, pages=pages,
        rows=tuple(WaitedRow(customer=schema, longest=waits[schema.id].longest) for schema in schemas),
    )  # fmt: skip


def read_care(session: Session, today: date) -> Care:
    """Read the active customers with all their contacts up to *today*."""
    mine = sa.and_(CUSTOMERS.c.workspace_id == workspace_of(session), is_active())
    customers = session.execute(sa.select(*(CUSTOMERS.c[name] for name in COLUMNS)).where(mine)).all()
    contacts = _list_contacts(session, customers)
    spans = {row.id: list_waits(contacts.get(row.id, ()), added_on=row.added_on, until=today) for row in customers}
    return Care(customers={row.id: row for row in customers}, contacts=contacts, spans=spans)


def _list_contacts(session: Session, customers: Iterable[Any]) -> dict[UUID, list[date]]:
    """Return the days of each customer's contacts: from check-ins, and the last one that a list or a person named."""
    named = CHECKINS.c.known_before
    query = sa.select(CHECKINS.c.customer_id, CHECKINS.c.happened_on, named).where(
        CHECKINS.c.workspace_id == workspace_of(session),
        CHECKINS.c.undone_at.is_(None),
        CHECKINS.c.result.in_(CONTACTS),
    )
    days: dict[UUID, list[date]] = {
        row.id: [row.last_contact_on] for row in customers if row.last_contact_on is not None
    }
    rows = session.execute(query.order_by(CHECKINS.c.customer_id))
    for customer_id, checkins in groupby(rows, key=itemgetter(0)):
        known = days.setdefault(customer_id, [])
        known += [day for _, *both in checkins for day in both if day is not None]
    return days


def gap_of(waits: Mapping[UUID, Wait], bands: Mapping[UUID, Band]) -> GapSchema | None:
    """Return the gap between the smallest and the largest fifth; None when there are too few to tell."""
    smallest, largest = FIFTHS[0], FIFTHS[-1]
    of = {band: [wait.longest for key, wait in waits.items() if bands[key] is band] for band in (smallest, largest)}
    gap = compare(of[smallest], of[largest])
    return GapSchema(**gap._asdict()) if gap else None


def figures_of(
    band: Band, care: Care, waits: Mapping[UUID, Wait], bands: Mapping[UUID, Band], currency: str | None
) -> BandFigures:
    """Return the figures of the customers of *band*."""
    rows = [row for key, row in care.customers.items() if bands[key] is band]
    mine = [waits[row.id] for row in rows if row.id in waits]
    longest, counted = [wait.longest for wait in mine], sum(wait.counted for wait in mine)
    values = [int(row.annual_value) for row in rows if row.annual_value is not None and row.currency == currency]
    heads = [row.headcount for row in rows if row.headcount is not None]
    return BandFigures(
        band=band, customers=len(rows), values=_range(values), headcounts=_range(heads),
        half=percentile(longest, MIDDLE), nine_in_ten=percentile(longest, NEARLY_ALL),
        percent=100 * sum(wait.in_cadence for wait in mine) // counted if counted else None,
        never=sum(not care.contacts.get(row.id) for row in rows),
    )  # fmt: skip


def _range(amounts: Sequence[int]) -> tuple[int, int] | None:
    return (min(amounts), max(amounts)) if amounts else None

"""
Reads how customers were looked after: who they were, what was true of them and when, and on which days somebody talked
to them.

What was true is taken as it was on the day (`tables.FormerFacts`), so an edit changes no figure of the past.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries.history import CHECKINS, CONTACTS
from bot.core.database import workspace_of
from bot.customers.queries.due import CUSTOMERS, is_active
from bot.customers.rules.due import Status
from bot.customers.tables import Customer, Import, ImportChange
from bot.people.queries import get_calendar
from bot.reviews.rules import (
    Band,
    Size,
    Span,
    Stretch,
    Wait,
    divide_into_bands,
    list_stretches,
    list_waits,
    measure_wait,
)
from bot.reviews.rules.limits import Limits, divide_by_limits
from bot.reviews.tables import FACT_NAMES, FormerFacts, SizeLimits

COLUMNS = ("id", "name", "added_on", "waiting_since", "last_contact_on", *FACT_NAMES)
_FORMER = ("customer_id", "until", *FACT_NAMES)


@dataclass(frozen=True)
class CarePeriod:
    """
    The days after *since* up to *until*: the customers that somebody had to look after on any of them, by id.

    *facts* are what was true of each on the last such day, *bands* follow from them, by the *limits* that held then.
    *waits* leaves out who was added on the last day.
    """

    since: date
    until: date
    facts: Mapping[UUID, Any]
    bands: Mapping[UUID, Band]
    waits: Mapping[UUID, Wait]
    limits: Limits | None = None

    @property
    def sizes(self) -> dict[UUID, Size]:
        """What was known about how large each customer was."""
        return sizes_of(self.facts)

    def shares(self, group: Callable[[UUID], Any]) -> dict[Any, int]:
        """Return the percent of days in cadence by what *group* says of a customer; nothing without days."""
        days: dict[Any, list[int]] = {}
        for key, wait in self.waits.items():
            mine = days.setdefault(group(key), [0, 0])
            mine[0] += wait.in_cadence
            mine[1] += wait.counted
        return {which: 100 * kept // counted for which, (kept, counted) in days.items() if counted}

    def owner(self, key: UUID) -> str | None:
        """Return whose customer it was."""
        owner_id: str | None = self.facts[key].owner_id
        return owner_id


@dataclass(frozen=True)
class Care:
    """
    All customers that somebody ever had to look after, by id: their rows, what was true of them and when, the days of
    their contacts, and the times that they waited; and the *limits* between sizes by the day from which they held.
    """

    customers: Mapping[UUID, Any]
    facts: Mapping[UUID, Sequence[Stretch[Any]]]
    contacts: Mapping[UUID, Sequence[date]]
    spans: Mapping[UUID, Sequence[Span]]
    limits: Sequence[tuple[date, Limits | None]] = ()

    def during(self, *, since: date, until: date) -> CarePeriod:
        """Return how customers were looked after on the days after *since* up to *until*."""
        facts = {key: found for key in self.customers if (found := self._last(key, since, until)) is not None}
        waits = {
            key: measure_wait(self.spans[key], _cadences(self.facts[key]), since=since, until=until)
            for key in facts
            if self.customers[key].added_on < until
        }
        sizes, limits = sizes_of(facts), next((one for day, one in reversed(self.limits) if day <= until), None)
        bands = divide_by_limits(sizes, limits) if limits else divide_into_bands(sizes)
        return CarePeriod(since=since, until=until, facts=facts, bands=bands, waits=waits, limits=limits)

    def was_talked_to(self, key: UUID, until: date) -> bool:
        """Return whether anybody had talked to the customer up to *until*."""
        return any(day <= until for day in self.contacts.get(key, ()))

    def _last(self, key: UUID, since: date, until: date) -> Any:
        """Return what was true on the last day of a period on which it was looked after; None without such a day."""
        if self.customers[key].added_on > until:
            return None
        for begins, ends, facts in reversed(self.facts[key]):
            if begins <= until and ends > since and facts.status is Status.ACTIVE:
                return facts
        return None


def sizes_of(facts: Mapping[UUID, Any]) -> dict[UUID, Size]:
    """Return what *facts* say about how large each customer was."""
    return {key: Size(row.annual_value, row.currency, row.headcount) for key, row in facts.items()}


def read_care(session: Session, today: date) -> Care:
    """Read the customers that are or were active, with all their contacts up to *today*."""
    former = _list_former(session)
    once = sa.select(col(FormerFacts.customer_id)).where(
        col(FormerFacts.workspace_id) == workspace_of(session), col(FormerFacts.status) == Status.ACTIVE
    )
    ours = sa.and_(CUSTOMERS.c.workspace_id == workspace_of(session), sa.or_(is_active(), CUSTOMERS.c.id.in_(once)))
    customers = session.execute(sa.select(*(CUSTOMERS.c[name] for name in COLUMNS)).where(ours)).all()
    contacts = _list_contacts(session, customers)
    return Care(
        customers={row.id: row for row in customers},
        facts={row.id: list_stretches(row, former.get(row.id, ())) for row in customers},
        contacts=contacts,
        spans={row.id: list_waits(contacts.get(row.id, ()), added_on=row.added_on, until=today) for row in customers},
        limits=_list_limits(session),
    )


def _list_limits(session: Session) -> list[tuple[date, Limits | None]]:
    calendar = get_calendar(session, None)
    rows = session.exec(select(SizeLimits).order_by(col(SizeLimits.set_at), col(SizeLimits.id))).all()
    return [
        (calendar.today(row.set_at), Limits(tuple(row.amounts), row.currency) if row.amounts else None) for row in rows
    ]


def _cadences(stretches: Sequence[Stretch[Any]]) -> list[Stretch[int | None]]:
    return [
        (begins, ends, facts.effective_cadence_days if facts.status is Status.ACTIVE else None)
        for begins, ends, facts in stretches
    ]


def _list_former(session: Session) -> dict[UUID, list[tuple[date, Any]]]:
    """Return the former facts of each customer by the day in the workspace's zone on which they ended."""
    calendar = get_calendar(session, None)
    columns = (getattr(FormerFacts, name) for name in _FORMER)
    rows = session.execute(
        sa.select(*columns)
        .where(col(FormerFacts.workspace_id) == workspace_of(session))
        .order_by(col(FormerFacts.customer_id), col(FormerFacts.number))
    )
    return {
        customer_id: [(calendar.today(row.until), row) for row in theirs]
        for customer_id, theirs in groupby(rows, key=itemgetter(0))
    }


def _list_contacts(session: Session, customers: Iterable[Any]) -> dict[UUID, list[date]]:
    """
    Return the days of each customer's contacts: from check-ins, and the last one that a list or a person named.

    What a later list said instead of an earlier one doesn't undo that contact.
    """
    days: dict[UUID, list[date]] = {row.id: [row.last_contact_on] for row in customers if row.last_contact_on}
    query = sa.select(CHECKINS.c.customer_id, CHECKINS.c.happened_on, CHECKINS.c.known_before).where(
        CHECKINS.c.workspace_id == workspace_of(session),
        CHECKINS.c.undone_at.is_(None),
        CHECKINS.c.result.in_(CONTACTS),
    )
    rows = session.execute(query.order_by(CHECKINS.c.customer_id))
    for customer_id, checkins in groupby(rows, key=itemgetter(0)):
        known = days.setdefault(customer_id, [])
        known += [day for _, *both in checkins for day in both if day is not None]
    for customer_id, day in _list_replaced(session):
        days.setdefault(customer_id, []).append(day)
    return days


def _list_replaced(session: Session) -> list[tuple[UUID, date]]:
    """Return the customers whose last contact a list replaced, and the day that was known before."""
    before = cast("Any", ImportChange.before)["last_contact_on"].as_string()
    query = (
        sa.select(col(ImportChange.customer_id), before)
        .join(Import, col(Import.id) == col(ImportChange.import_id))
        .where(col(ImportChange.workspace_id) == workspace_of(session))
        .where(col(Import.workspace_id) == workspace_of(session))
        .where(col(ImportChange.added).is_(False), col(Import.undone_at).is_(None), before.is_not(None))
    )
    return [(customer_id, date.fromisoformat(day)) for customer_id, day in session.execute(query)]


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """Return what was true of a customer before it changed, or which customers a person looked after until when."""
    former, customer = FormerFacts, Customer
    if kind == "person":
        query = (
            select(customer.name, former.until)
            .join(customer, col(customer.id) == col(former.customer_id))
            .where(former.owner_id == subject_id)
        )
        rows = session.exec(query.order_by(col(former.number))).all()
        return {"looked_after": [{"customer": name, "until": until.isoformat()} for name, until in rows]}
    if kind != "customer":
        return {}
    theirs = select(former).where(former.customer_id == UUID(subject_id)).order_by(col(former.number))
    found = [row.model_dump(mode="json", exclude={"workspace_id", "number"}) for row in session.exec(theirs)]
    return {"former_facts": found}

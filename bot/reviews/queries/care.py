"""
Reads how customers were looked after: who they were, what was true of them and when, and on which days somebody talked
to them.

What was true is taken as it was on the day (`tables.FormerFacts`), so an edit changes no figure of the past.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries.history import CHECKINS, CONTACTS
from bot.core.database import workspace_of
from bot.customers.queries.due import CUSTOMERS, is_active
from bot.customers.queries.sizes import list_limits
from bot.customers.rules.due import Status
from bot.customers.rules.limits import Limits, divide
from bot.customers.tables import Customer, Import, ImportChange
from bot.people.queries import get_calendar
from bot.reviews.rules import (
    Band,
    Size,
    Span,
    Stretch,
    Wait,
    list_stretches,
    list_waits,
    measure_wait,
)
from bot.reviews.tables import FormerFacts

FACTS = ("status", "owner_id", "effective_cadence_days", "annual_value", "currency", "headcount", "country")
COLUMNS = ("id", "name", "added_on", "waiting_since", "last_contact_on")


class CustomerFacts(NamedTuple):
    """What was true of a customer for some time; *cadence* is None where nobody had to look after it."""

    cadence: int | None
    owner_id: str | None
    size: Size
    country: str | None
    tags: Sequence[str]


@dataclass(frozen=True)
class CarePeriod:
    """
    The days after *since* up to *until*: the customers that somebody had to look after on any of them, by id.

    *facts* are what was true of each on the last such day, *bands* follow from them, by the *limits* that held then.
    *waits* leaves out who was added on the last day.
    """

    since: date
    until: date
    facts: Mapping[UUID, CustomerFacts]
    bands: Mapping[UUID, Band]
    waits: Mapping[UUID, Wait]
    limits: Limits | None = None

    @cached_property
    def sizes(self) -> dict[UUID, Size]:
        """What was known about how large each customer was."""
        return {key: facts.size for key, facts in self.facts.items()}

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
        return self.facts[key].owner_id


@dataclass(frozen=True)
class Care:
    """
    All customers that somebody ever had to look after, by id: their rows, what was true of them and when, the days of
    their contacts, and the times that they waited; and the *limits* between sizes by the day from which they held.
    """

    customers: Mapping[UUID, Any]
    facts: Mapping[UUID, Sequence[Stretch[CustomerFacts]]]
    contacts: Mapping[UUID, Sequence[date]]
    spans: Mapping[UUID, Sequence[Span]]
    limits: Sequence[tuple[date, Limits | None]] = ()

    @cached_property
    def cadences(self) -> dict[UUID, list[Stretch[int | None]]]:
        """The cadence of each customer and when it held; None where nobody had to look after it."""
        return {
            key: [(begins, ends, facts.cadence) for begins, ends, facts in stretches]
            for key, stretches in self.facts.items()
        }

    @cached_property
    def added(self) -> dict[UUID, date]:
        """The day on which each customer was added."""
        return {key: row.added_on for key, row in self.customers.items()}

    def during(self, *, since: date, until: date) -> CarePeriod:
        """Return how customers were looked after on the days after *since* up to *until*."""
        added = self.added
        facts = {
            key: found
            for key, stretches in self.facts.items()
            if added[key] <= until and (found := _last(stretches, since, until)) is not None
        }
        waits = {
            key: measure_wait(self.spans[key], self.cadences[key], since=since, until=until)
            for key in facts
            if added[key] < until
        }
        limits = next((one for day, one in reversed(self.limits) if day <= until), None)
        sizes = {key: found.size for key, found in facts.items()}
        return CarePeriod(
            since=since, until=until, facts=facts, bands=divide(sizes, limits), waits=waits, limits=limits
        )

    def was_talked_to(self, key: UUID, until: date) -> bool:
        """Return whether anybody had talked to the customer up to *until*."""
        return any(day <= until for day in self.contacts.get(key, ()))


def _last(stretches: Sequence[Stretch[CustomerFacts]], since: date, until: date) -> CustomerFacts | None:
    """Return what was true on the last day of a period on which somebody had to look after it; None without one."""
    for begins, ends, facts in reversed(stretches):
        if begins <= until and ends > since and facts.cadence is not None:
            return facts
    return None


def read_care(session: Session, today: date, *, tags: bool = False) -> Care:
    """
    Read the customers that are or were active, with all their contacts up to *today*.

    Their *tags* are read only when asked for: turning them from JSON takes as long as all the rest of a row.
    """
    names = [*FACTS, *(["tags"] if tags else [])]
    former = _list_former(session, names)
    once = sa.select(col(FormerFacts.customer_id)).where(
        col(FormerFacts.workspace_id) == workspace_of(session), col(FormerFacts.status) == Status.ACTIVE
    )
    ours = sa.and_(CUSTOMERS.c.workspace_id == workspace_of(session), sa.or_(is_active(), CUSTOMERS.c.id.in_(once)))
    customers = session.execute(sa.select(*(CUSTOMERS.c[name] for name in (*COLUMNS, *names))).where(ours)).all()
    contacts = _list_contacts(session, customers)
    return Care(
        customers={row.id: row for row in customers},
        facts={row.id: list_stretches(_facts(row), former.get(row.id, ())) for row in customers},
        contacts=contacts,
        spans={row.id: list_waits(contacts.get(row.id, ()), added_on=row.added_on, until=today) for row in customers},
        limits=list_limits(session),
    )


def _facts(row: Any) -> CustomerFacts:
    """Return the facts in a row of customers or of former facts."""
    return CustomerFacts(
        cadence=row.effective_cadence_days if row.status is Status.ACTIVE else None, owner_id=row.owner_id,
        size=Size(row.annual_value, row.currency, row.headcount), country=row.country, tags=getattr(row, "tags", ()),
    )  # fmt: skip


def _list_former(session: Session, names: Iterable[str]) -> dict[UUID, list[tuple[date, CustomerFacts]]]:
    """Return the former facts of each customer by the day in the workspace's zone on which they ended."""
    calendar = get_calendar(session, None)
    columns = (getattr(FormerFacts, name) for name in ("customer_id", "until", *names))
    rows = session.execute(
        sa.select(*columns)
        .where(col(FormerFacts.workspace_id) == workspace_of(session))
        .order_by(col(FormerFacts.customer_id), col(FormerFacts.number))
    )
    return {
        customer_id: [(calendar.today(row.until), _facts(row)) for row in theirs]
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

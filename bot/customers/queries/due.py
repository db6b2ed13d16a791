"""When customers are due and where they stand: the SQL of `rules.due`, schedules of many, and counts by standing."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import days_between, workspace_of
from bot.customers.rules.due import (
    CoverageGroup,
    Schedule,
    SnoozeReason,
    Standing,
    Status,
    compute_schedule,
    coverage_group,
    standing,
)
from bot.customers.schemas import Coverage, OwnerCoverage
from bot.customers.tables import Customer
from bot.people.queries import get_calendar, list_calendars
from bot.people.rules import Calendar
from bot.people.tables import Person
from bot.workspaces.queries import get_workspace

CUSTOMERS = cast("sa.Table", Customer.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
MOVING_NAMES = (
    "owner_id", "cadence_days", "last_contact_on", "added_on", "first_due_on", "sooner_on", "sooner_since",
)  # fmt: skip
"""The columns of a customer that its schedule is computed from, in the order of `ScheduleBatch.compute`."""

FACT_NAMES = (
    "id", "name", "owner_id", "status", "status_reason", "effective_cadence_days", "waiting_since", "last_contact_on",
    "due_on", "neglected_after", "snoozed_until", "snooze_reason", "snooze_note", "preferences",
)  # fmt: skip
"""The columns that a `CustomerSchema` shows as they are."""

Day = date | sa.ColumnElement[date]
"""A day, as a value or as a parameter of a statement."""


def is_active() -> sa.ColumnElement[bool]:
    """SQL: we look after the customer; only then does it stand anywhere."""
    return _is(CUSTOMERS.c.status, Status.ACTIVE)


def sleeping(today: Day) -> sa.ColumnElement[bool]:
    """SQL: the customer is snoozed on *today*; our own snooze ends where neglect begins."""
    until, reason = CUSTOMERS.c.snoozed_until, CUSTOMERS.c.snooze_reason
    awaited = sa.or_(_is(reason, SnoozeReason.CUSTOMER_ASKED), CUSTOMERS.c.neglected_after >= today)
    return sa.and_(until.is_not(None), until > today, awaited)


def reached(today: Day) -> sa.ColumnElement[bool]:
    """SQL: the due date or the hard limit has come, snoozed or not."""
    return sa.or_(CUSTOMERS.c.due_on <= today, CUSTOMERS.c.neglected_after < today)


def waiting(today: Day) -> sa.ColumnElement[bool]:
    """SQL: active, due or neglected, and not snoozed."""
    return sa.and_(is_active(), reached(today), sa.not_(sleeping(today)))


def neglected(today: Day) -> sa.ColumnElement[bool]:
    """SQL: active, past the hard limit, and not snoozed at the customer's own wish."""
    return sa.and_(is_active(), CUSTOMERS.c.neglected_after < today, sa.not_(sleeping(today)))


def standing_at(today: Day) -> sa.ColumnElement[str]:
    """SQL: where an active customer stands on *today*, as a `Standing`'s value: what `rules.due.standing` says."""
    return sa.case(
        (sleeping(today), Standing.SNOOZED.value),
        (CUSTOMERS.c.neglected_after < today, Standing.NEGLECTED.value),
        (CUSTOMERS.c.due_on <= today, Standing.DUE.value),
        else_=Standing.IN_CADENCE.value,
    )


def coverage_group_at(today: Day) -> sa.ColumnElement[str]:
    """SQL: where coverage counts an active customer on *today*: what `rules.due.coverage_group` says."""
    day = sa.literal(today, sa.Date()) if isinstance(today, date) else today
    first = sa.and_(
        CUSTOMERS.c.owner_id.is_not(None),
        days_between(day, CUSTOMERS.c.waiting_since) <= CUSTOMERS.c.effective_cadence_days,
    )
    stands = standing_at(today)
    unknown = sa.and_(
        stands == Standing.IN_CADENCE.value, CUSTOMERS.c.last_contact_on.is_(None), sa.not_(first)
    )  # fmt: skip
    return sa.case((unknown, CoverageGroup.NEVER_CONTACTED.value), else_=stands)


def overdue_first(today: Day) -> tuple[Any, ...]:
    """The order of every list: days waited ÷ cadence, the highest first; equal ones by id, blind to size."""
    day = sa.literal(today, sa.Date()) if isinstance(today, date) else today
    waited = days_between(day, CUSTOMERS.c.waiting_since)
    return (sa.cast(waited, sa.Float) / CUSTOMERS.c.effective_cadence_days).desc(), CUSTOMERS.c.id


def standing_of(customer: Any, today: date) -> Standing:
    """Return where *customer*, a `Customer` or a row with its columns, stands on *today*."""
    return standing(
        today,
        due_on=customer.due_on,
        neglected_after=customer.neglected_after,
        snoozed_until=customer.snoozed_until,
        snooze_reason=customer.snooze_reason,
    )


def coverage_group_of(customer: Any, today: date) -> CoverageGroup:
    """Return where coverage counts *customer*, an active `Customer` or a row with its columns, on *today*."""
    return coverage_group(
        standing_of(customer, today),
        today=today,
        waiting_since=customer.waiting_since,
        cadence_days=customer.effective_cadence_days,
        ever_contacted=customer.last_contact_on is not None,
        has_owner=customer.owner_id is not None,
    )


class ScheduleBatch:
    """Computes the schedules of many customers; what their owners and dates have in common is computed once."""

    def __init__(self, session: Session, owner_ids: Iterable[str | None] = ()) -> None:
        """Calendars of *owner_ids* are read at once, those of others when they are needed."""
        self.workspace = get_workspace(session)
        self._session = session
        owners = set(owner_ids)
        self._calendars: dict[str | None, Calendar] = list_calendars(session, owners) if owners else {}
        self._schedules: dict[tuple[Any, ...], Schedule] = {}

    def calendar(self, owner_id: str | None) -> Calendar:
        """Return when that owner works."""
        if owner_id not in self._calendars:
            self._calendars[owner_id] = get_calendar(self._session, owner_id)
        return self._calendars[owner_id]

    def compute(self, *moving: Any) -> Schedule:
        """Return the schedule that follows from the values of `MOVING_NAMES`."""
        if moving not in self._schedules:
            schemas = dict(zip(MOVING_NAMES, moving, strict=True))
            self._schedules[moving] = compute_schedule(
                self.calendar(schemas.pop("owner_id")),
                default_cadence=self.workspace.default_cadence_days,
                factor=self.workspace.neglect_factor,
                **schemas,
            )
        return self._schedules[moving]

    def schedule_of(self, customer: Any, **changed: Any) -> Schedule:
        """Return the schedule of *customer*, a `Customer` or a row with its columns, once *changed* columns are so."""
        return self.compute(
            *(changed[name] if name in changed else getattr(customer, name) for name in MOVING_NAMES)
        )  # fmt: skip

    def apply(self, customer: Customer) -> None:
        """Store the schedule of *customer* in its columns."""
        for name, value in self.schedule_of(customer)._asdict().items():
            setattr(customer, name, value)


def get_coverage(session: Session, *, today: date, owner_id: str | None = None) -> Coverage:
    """Count where the active customers of the workspace, or of one owner, stand on *today*."""
    query = sa.select(*_counts(today)).where(CUSTOMERS.c.workspace_id == workspace_of(session), is_active())
    if owner_id is not None:
        query = query.where(CUSTOMERS.c.owner_id == owner_id)
    return Coverage(**session.execute(query).mappings().one())


def list_team_coverage(
    session: Session, *, today: date, limit: int, offset: int = 0
) -> tuple[list[OwnerCoverage], int]:
    """Count where the active customers of each owner stand, the least in cadence first; and return how many owners."""
    counts = _counts(today)
    by_name = {count.name: count for count in counts}
    behind = sa.cast(by_name["neglected"] + by_name["due"], sa.Float) / sa.func.count()
    owners = sa.and_(col(Person.workspace_id) == CUSTOMERS.c.workspace_id, col(Person.id) == CUSTOMERS.c.owner_id)
    query = (
        sa.select(col(Person.id), col(Person.name), sa.func.count().over(), *counts)
        .select_from(CUSTOMERS.join(Person, owners))
        .where(CUSTOMERS.c.workspace_id == workspace_of(session), is_active())
        .group_by(col(Person.id), col(Person.name), col(Person.name_key))
        .order_by(behind.desc(), col(Person.name_key), col(Person.id))
    )
    rows = session.execute(query.limit(limit).offset(offset)).all()
    found = [
        OwnerCoverage(person_id=row[0], name=row[1], coverage=Coverage(**dict(zip(by_name, row[3:], strict=True))))
        for row in rows
    ]
    return found, rows[0][2] if rows else 0


def list_coming(
    session: Session, *, owner_ids: Sequence[str], today: date, until: date, limit: int
) -> tuple[Sequence[Customer], int]:
    """List customers of these owners that become due after *today* up to *until*, the first first; and count them."""
    coming = sa.and_(
        CUSTOMERS.c.workspace_id == workspace_of(session),
        CUSTOMERS.c.owner_id.in_(list(owner_ids)),
        CUSTOMERS.c.due_on <= until,
        is_active(),
        sa.not_(reached(today)),
        sa.not_(sleeping(today)),
    )
    query = select(Customer).where(coming).order_by(CUSTOMERS.c.due_on, *overdue_first(today)).limit(limit)
    total = session.execute(sa.select(sa.func.count()).select_from(CUSTOMERS).where(coming)).scalar_one()
    return session.exec(query).all(), total


def find_next_due(session: Session, *, owner_ids: Sequence[str] | None, today: date) -> date | None:
    """Return when the first customer of these owners, or of everybody, becomes due that neither waits nor sleeps."""
    ahead = [CUSTOMERS.c.workspace_id == workspace_of(session), is_active(), sa.not_(reached(today))]
    query = sa.select(sa.func.min(CUSTOMERS.c.due_on)).where(*ahead, sa.not_(sleeping(today)))
    if owner_ids is not None:
        query = query.where(CUSTOMERS.c.owner_id.in_(list(owner_ids)))
    first: date | None = session.execute(query).scalar_one()
    return first


def list_owners_among(session: Session, person_ids: Sequence[str]) -> list[str]:
    """List which of these people look after any customer."""
    query = select(Customer.owner_id).where(col(Customer.owner_id).in_(list(person_ids)))
    return sorted({owner_id for owner_id in session.exec(query.distinct()).all() if owner_id}) if person_ids else []


def _is(column: sa.ColumnElement[Any], value: StrEnum) -> sa.ColumnElement[bool]:
    """SQL: the column holds *value*, which is no parameter: `/checkin` asks this, and binding takes time."""
    written: sa.ColumnElement[str] = sa.literal_column(f"'{value.value}'")
    return sa.type_coerce(column, sa.String) == written


def _counts(today: date) -> list[sa.Label[int]]:
    """The fields of a `Coverage` of active customers, by name."""
    group = coverage_group_at(today)
    counts = {kind.value: _how_many(group == kind.value) for kind in CoverageGroup}
    counts["snoozed_late"] = _how_many(sa.and_(group == CoverageGroup.SNOOZED.value, reached(today)))
    counts["pool"] = _how_many(CUSTOMERS.c.owner_id.is_(None))
    return [sa.func.count().label("active"), *(count.label(name) for name, count in counts.items())]


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

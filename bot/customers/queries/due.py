"""When customers are due and where they stand: the SQL of `rules.due`, and schedules of many."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import days_between
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
from bot.customers.tables import TALLY, Customer
from bot.people.queries import get_calendar, list_calendars
from bot.people.rules import Calendar
from bot.workspaces.queries import get_workspace

CUSTOMERS = cast("sa.Table", Customer.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
MOVING_NAMES = (
    "owner_id", "cadence_days", "last_contact_on", "added_on", "first_due_on", "sooner_on", "sooner_since",
    "levelled_on", "levelled_from", "levelled_since",
)  # fmt: skip
"""The columns of a customer that its schedule is computed from, in the order of `ScheduleBatch.compute`."""

FACT_NAMES = (
    "id", "name", "owner_id", "status", "status_reason", "effective_cadence_days", "waiting_since", "last_contact_on",
    "due_on", "neglected_after", "snoozed_until", "snooze_reason", "snooze_note", "preferences",
)  # fmt: skip
"""The columns that a `CustomerSchema` shows as they are."""

Day = date | sa.ColumnElement[date]
"""A day, as a value or as a parameter of a statement."""


def is_active(of: sa.Table = CUSTOMERS) -> sa.ColumnElement[bool]:
    """SQL: we look after the customer; only then does it stand anywhere. *of* is its table, or `TALLY`."""
    return _is(of.c.status, Status.ACTIVE)


def sleeping(today: Day, of: sa.Table = CUSTOMERS) -> sa.ColumnElement[bool]:
    """SQL: the customer is snoozed on *today*; our own snooze ends where neglect begins."""
    until, reason = of.c.snoozed_until, of.c.snooze_reason
    awaited = sa.or_(_is(reason, SnoozeReason.CUSTOMER_ASKED), of.c.neglected_after >= today)
    return sa.and_(until.is_not(None), until > today, awaited)


def awake(today: Day, of: sa.Table = CUSTOMERS) -> sa.ColumnElement[bool]:
    """SQL: active, and not snoozed on *today*."""
    return sa.and_(is_active(of), sa.not_(sleeping(today, of)))


def reached(today: Day, of: sa.Table = CUSTOMERS) -> sa.ColumnElement[bool]:
    """SQL: the due date or the hard limit has come, snoozed or not."""
    return sa.or_(of.c.due_on <= today, of.c.neglected_after < today)


def ahead(today: Day, of: sa.Table = CUSTOMERS) -> sa.ColumnElement[bool]:
    """SQL: active, not snoozed, and neither due nor neglected; written so that an index on `due_on` serves."""
    return sa.and_(awake(today, of), of.c.due_on > today, of.c.neglected_after >= today)


def waiting(today: Day, of: sa.Table = CUSTOMERS) -> sa.ColumnElement[bool]:
    """SQL: active, due or neglected, and not snoozed."""
    return sa.and_(reached(today, of), awake(today, of))  # for most rows, the first condition tells


def neglected(today: Day, of: sa.Table = CUSTOMERS) -> sa.ColumnElement[bool]:
    """SQL: active, past the hard limit, and not snoozed at the customer's own wish."""
    return sa.and_(of.c.neglected_after < today, awake(today, of))


def standing_at(today: Day, of: sa.Table = CUSTOMERS) -> sa.ColumnElement[str]:
    """SQL: where an active customer stands on *today*, as a `Standing`'s value: what `rules.due.standing` says."""
    return sa.case(*_unless_in_cadence(today, of), else_=Standing.IN_CADENCE.value)


def coverage_at(today: date) -> dict[str, sa.ColumnElement[bool]]:
    """
    SQL: which rows of `TALLY` count as what on *today*: the numbers of a `Coverage` beside all and those in cadence.

    Of active customers, it is what `rules.due.coverage_group` says. No two hold, but *snoozed* with *snoozed_late*.
    """
    since, due, limit = TALLY.c.first_wait_since, TALLY.c.due_on <= today, TALLY.c.neglected_after
    asleep, late = sleeping(today, TALLY), limit < today
    waited = days_between(sa.literal(today, sa.Date()), since)
    first = sa.and_(TALLY.c.owner_id.is_not(None), waited <= TALLY.c.effective_cadence_days)
    return {
        "snoozed": asleep,
        "snoozed_late": sa.and_(sa.or_(due, late), asleep),
        "neglected": sa.and_(late, sa.not_(asleep)),
        "due": sa.and_(due, limit >= today, sa.not_(asleep)),
        "never_contacted": sa.and_(since.is_not(None), sa.not_(due), limit >= today, sa.not_(asleep), sa.not_(first)),
    }


def _unless_in_cadence(today: Day, of: sa.Table) -> list[tuple[sa.ColumnElement[bool], str]]:
    """SQL: (condition, standing), of which the first that holds tells; none holds in cadence."""
    return [
        (sleeping(today, of), Standing.SNOOZED.value),
        (of.c.neglected_after < today, Standing.NEGLECTED.value),
        (of.c.due_on <= today, Standing.DUE.value),
    ]


def overdue_first(today: Day, of: sa.FromClause = CUSTOMERS) -> tuple[Any, ...]:
    """The order of every list: days waited ÷ cadence, the highest first; equal ones by id, blind to size."""
    day = sa.literal(today, sa.Date()) if isinstance(today, date) else today
    waited = days_between(day, of.c.waiting_since)
    return (sa.cast(waited, sa.Float) / of.c.effective_cadence_days).desc(), of.c.id


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
            if not self.workspace.levels_load:
                schemas["levelled_on"] = None
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


def list_owners_among(session: Session, person_ids: Sequence[str]) -> list[str]:
    """List which of these people look after any customer."""
    query = select(Customer.owner_id).where(col(Customer.owner_id).in_(list(person_ids)))
    return sorted({owner_id for owner_id in session.exec(query.distinct()).all() if owner_id}) if person_ids else []


def _is(column: sa.ColumnElement[Any], value: StrEnum) -> sa.ColumnElement[bool]:
    """SQL: the column holds *value*, which is no parameter: `/checkin` asks this, and binding takes time."""
    written: sa.ColumnElement[str] = sa.literal_column(f"'{value.value}'")
    return sa.type_coerce(column, sa.String) == written

"""Whose customers a person looks after today, and the initial state of the check-in modal."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from bot.checkins.rules import Preset, Result, date_problem, latest_contact, snooze_day
from bot.checkins.schemas import Candidate, Candidates, CheckinForm, OwnerScope, Preview, SnoozeForm
from bot.core.briefs import in_workspace
from bot.core.database import workspace_of
from bot.core.errors import Ambiguous, NotFound
from bot.core.feature import Feature, collect_briefs, collect_extras
from bot.core.schemas import Schema
from bot.customers.queries import get_customer, list_by_ids, list_schemas
from bot.customers.queries.due import ScheduleBatch
from bot.customers.queries.searching import find_customer
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerSchema
from bot.customers.tables import Customer
from bot.people.queries import get_calendar, get_today, list_names
from bot.people.rules import known_zone
from bot.people.tables import Absence, Person

PEOPLE = cast("sa.Table", Person.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
ABSENCES = cast("sa.Table", Absence.__table__)  # type: ignore[attr-defined]


def get_owner_scope(session: Session, *, person_id: str, now: datetime) -> OwnerScope:
    """
    Return that person's date and whom they cover on it, with one statement.

    A colleague is away by the date on their own wall. A cover who left covers nobody.
    """
    day = now.date()
    around = {"from_day": day - timedelta(days=1), "to_day": day + timedelta(days=1)}
    values = {"workspace": workspace_of(session), "person": person_id, **around}
    rows = session.connection().execute(_people_and_absences(), values).all()
    own = rows[0] if rows else None
    today = local_date(own.zone if own else "UTC", now)
    covered = {} if own is None or own.is_deactivated else {row.absent: row.name for row in rows if _away(row, now)}
    return OwnerScope(person_id=person_id, today=today, covered=covered)


def local_date(zone: str, now: datetime) -> date:
    """Return the date in that time zone."""
    return now.astimezone(ZoneInfo(known_zone(zone, "UTC"))).date()


def _away(row: Any, now: datetime) -> bool:
    return row.absent is not None and row.first_day <= local_date(row.absent_zone, now) <= row.last_day


@cache
def _people_and_absences() -> sa.Select[Any]:
    """
    Select a person with those they cover around a day. It is made once, since it answers a command.

    Its values are `workspace`, `person`, `from_day` and `to_day`: a date differs by a day at most between two zones.
    """
    absent = PEOPLE.alias("absent")
    covers = sa.and_(
        ABSENCES.c.workspace_id == PEOPLE.c.workspace_id,
        ABSENCES.c.cover_id == PEOPLE.c.id,
        ABSENCES.c.first_day <= sa.bindparam("to_day", type_=sa.Date),
        ABSENCES.c.last_day >= sa.bindparam("from_day", type_=sa.Date),
    )
    is_away = sa.and_(absent.c.workspace_id == ABSENCES.c.workspace_id, absent.c.id == ABSENCES.c.person_id)
    return (
        sa.select(
            PEOPLE.c.zone, PEOPLE.c.is_deactivated, absent.c.id.label("absent"), absent.c.name,
            absent.c.zone.label("absent_zone"), ABSENCES.c.first_day, ABSENCES.c.last_day,
        )
        .select_from(PEOPLE.outerjoin(ABSENCES, covers).outerjoin(absent, is_away))
        .where(in_workspace(PEOPLE), PEOPLE.c.id == sa.bindparam("person"))
        .order_by(absent.c.id)
    )  # fmt: skip


def covers_of(absences: Sequence[Absence], absent_on: dict[str, date]) -> dict[str, str]:
    """Map absent people to their covers, for those of *absences* that include the person's own date."""
    return {
        absence.person_id: absence.cover_id
        for absence in absences
        if absence.cover_id
        and absence.person_id in absent_on
        and absence.first_day <= absent_on[absence.person_id] <= absence.last_day
    }


def get_form(
    session: Session,
    *,
    customer_id: UUID | None,
    viewer: str,
    features: Sequence[Feature],
    now: datetime,
    result: Result = Result.TALKED,
    happened_on: date | None = None,
) -> CheckinForm:
    """
    Return what the modal shows *viewer*, at first and after each change: the customer, and what saving would do.

    Raises:
        NotFound: the customer isn't here (any more).
    """
    today = get_today(session, person_id=viewer, now=now)
    if customer_id is None:
        return CheckinForm(today=today)
    customer = get_customer(session, customer_id)
    schema = list_schemas(session, [customer], today=today)[0]
    lines = collect_briefs(features, session, [customer.id], now)[customer.id]
    schema = schema.model_copy(update={"lines": tuple(lines)})
    return CheckinForm(
        today=today,
        preview=_preview(session, customer, schema, result=result, on=happened_on or today, today=today),
        abouts=_abouts(session, customer.id, features, now),
    )


def find_form(
    session: Session, *, words: str, viewer: str, features: Sequence[Feature], now: datetime
) -> CheckinForm | Candidates:
    """Return the form for the one customer that *words* find, or the customers that may have been meant."""
    try:
        found = find_customer(session, words)
    except NotFound as missed:
        if not missed.nearest and not missed.asked:
            raise NotFound("Nothing was asked for; write /checkin and the customer's name.") from missed
        by_id = list_by_ids(session, [customer_id for customer_id, _ in missed.nearest])
        rows = _candidates(session, [by_id[customer_id] for customer_id, _ in missed.nearest])
        return Candidates(asked=missed.asked, exact=isinstance(missed, Ambiguous), rows=rows)
    return get_form(session, customer_id=found.id, viewer=viewer, features=features, now=now)


def get_snooze_form(session: Session, *, customer_id: UUID, viewer: str, now: datetime) -> SnoozeForm:
    """Return what the form for a snooze offers *viewer*."""
    schema = get_listed(session, customer_id=customer_id, viewer=viewer, now=now)
    calendar = get_calendar(session, schema.owner_id)
    days = {one: snooze_day(one, today=schema.today, chosen=None, calendar=calendar) for one in Preset}
    return SnoozeForm(customer=schema, ends={one: day for one, day in days.items() if day})


def get_listed(session: Session, *, customer_id: UUID, viewer: str, now: datetime) -> CustomerSchema:
    """Return the customer that is to be handed over, on *viewer*'s date."""
    customer = get_customer(session, customer_id)
    return list_schemas(session, [customer], today=get_today(session, person_id=viewer, now=now))[0]


def _abouts(session: Session, customer_id: UUID, features: Sequence[Feature], now: datetime) -> dict[str, Schema]:
    """Return what the fields of other features need to know of the customer, by their keys."""
    asked = {extra.key: extra.about(session, customer_id, now) for extra in collect_extras(features) if extra.about}
    return {key: about for key, about in asked.items() if about is not None}


def _preview(
    session: Session, customer: Customer, schema: CustomerSchema, *, result: Result, on: date, today: date
) -> Preview:
    problem = date_problem(on, today=today)
    latest = latest_contact(customer.last_contact_on, on if result.is_contact and not problem else None)
    due = customer.due_on
    if latest is not None and latest != customer.last_contact_on:
        due = ScheduleBatch(session).schedule_of(customer, last_contact_on=latest).due_on
    next_due_on = due if customer.status is Status.ACTIVE else None
    return Preview(customer=schema, result=result, happened_on=on, problem=problem, next_due_on=next_due_on)


def _candidates(session: Session, customers: Sequence[Customer]) -> tuple[Candidate, ...]:
    names = list_names(session, (customer.owner_id for customer in customers))
    return tuple(
        Candidate(id=one.id, name=one.name, owner_name=names.get(one.owner_id or ""), domain=one.domain)
        for one in customers
    )

"""What the check-in modal starts with, and what a check-in would do to the clock."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from bot.checkins.rules import Result, date_problem, latest_contact
from bot.checkins.schemas import Candidate, Candidates, CheckinForm, Preview
from bot.core.errors import NotFound
from bot.core.feature import Feature, collect_briefs, collect_extras
from bot.core.schemas import Schema
from bot.customers.queries import MOST_MATCHES, get_customer, list_by_ids, list_exact, list_nearest, list_schemas
from bot.customers.rules.due import Status, due_on
from bot.customers.rules.names import clean_text
from bot.customers.schemas import CustomerSchema
from bot.customers.tables import Customer
from bot.people.queries import get_calendar, get_today, list_names


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
    What the modal shows *viewer* at first and after each change: the customer, and what saving would do.

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
    """The form for the one customer called *words*; else those that may have been meant, to choose from."""
    found = list_exact(session, words)
    if len(found) == 1:
        return get_form(session, customer_id=found[0].id, viewer=viewer, features=features, now=now)
    asked = clean_text(words, 80)
    if found:
        return Candidates(asked=asked, exact=True, rows=_candidates(session, found[:MOST_MATCHES]))
    nearest = list_nearest(session, words)
    if not nearest and not asked:
        raise NotFound("Nothing was asked for; write /checkin and the customer's name.")
    by_id = list_by_ids(session, [customer_id for customer_id, _ in nearest])
    return Candidates(asked=asked, exact=False, rows=_candidates(session, [by_id[row_id] for row_id, _ in nearest]))


def get_snooze_form(session: Session, *, customer_id: UUID, viewer: str, now: datetime) -> CustomerSchema:
    """The customer that is to be put off or handed over, on *viewer*'s day."""
    customer = get_customer(session, customer_id)
    return list_schemas(session, [customer], today=get_today(session, person_id=viewer, now=now))[0]


def _abouts(session: Session, customer_id: UUID, features: Sequence[Feature], now: datetime) -> dict[str, Schema]:
    """What other features' fields have to know of the customer."""
    asked = {extra.key: extra.about(session, customer_id, now) for extra in collect_extras(features) if extra.about}
    return {key: about for key, about in asked.items() if about is not None}


def _preview(
    session: Session, customer: Customer, schema: CustomerSchema, *, result: Result, on: date, today: date
) -> Preview:
    problem = date_problem(on, today=today)
    latest = latest_contact(customer.last_contact_on, on if result.is_contact and not problem else None)
    due = customer.due_on
    if latest is not None and latest != customer.last_contact_on:
        due = due_on(latest, customer.effective_cadence_days, get_calendar(session, customer.owner_id))
    return Preview(
        customer=schema,
        result=result,
        happened_on=on,
        problem=problem,
        next_due_on=due if customer.status is Status.ACTIVE else None,
    )


def _candidates(session: Session, customers: Sequence[Customer]) -> tuple[Candidate, ...]:
    names = list_names(session, (customer.owner_id for customer in customers))
    return tuple(
        Candidate(
            id=customer.id,
            name=customer.name,
            owner_name=names.get(customer.owner_id or ""),
            domain=customer.domain,
        )
        for customer in customers
    )

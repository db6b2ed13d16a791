"""Writes down what was promised to a customer."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from bot.commitments.rules import date_problem
from bot.core import outbox
from bot.core.errors import AlreadyDone, InvalidInput
from bot.customers.queries import get_customer, list_contacts
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.people.queries import find_person_row, get_today
from bot.people.tables import Person
from bot.people.usecases import require_here
from bot.promises.rules import CONTACT, LINK, WHAT
from bot.promises.schemas import PromiseSchema
from bot.promises.tables import Promise
from bot.promises.usecases.news import notify_assignee, schema_for
from bot.workspaces.usecases import record

INACTIVE_STATUSES = {Status.LOST, Status.EXCLUDED}
SAY_WHAT = "Say in a few words what was promised."


def record_promise(
    session: Session,
    *,
    customer_id: UUID,
    what: str,
    due_on: date | None,
    by: str,
    now: datetime,
    promised_by: str = "",
    contact: str = "",
    contact_id: UUID | None = None,
    link: str = "",
    made_in: UUID | None = None,
    view_id: str = "",
) -> PromiseSchema:
    """
    Write down what *promised_by* ("": *by* themselves) promised a customer by *due_on*; who didn't write it is told.

    To whom there: one of the customer's contacts by id, or a name. Any full member may write a promise down. *made_in*
    is the check-in in which it was made.

    Raises:
        InvalidInput: fields `promised_by`, `customer`, `due`, `what`, `contact`.
        AlreadyDone: this form (or this command) has had its effect.
        NotAllowed: *by* is no full member.
        NotFound: no such customer.
    """
    actor = require_here(session, by=by)
    customer = get_customer(session, customer_id)
    assignee = find_person_row(session, promised_by or by)
    words = clean_text(what, WHAT)
    problems = {
        "promised_by": _person_problem(assignee),
        "customer": _customer_problem(customer),
        "due": day_problem(session, due_on, by=by, assignee=assignee, now=now),
        "what": None if words else SAY_WHAT,
        "contact": _contact_problem(session, customer, contact_id),
    }
    if wrong := {name: sentence for name, sentence in problems.items() if sentence}:
        raise InvalidInput(fields=wrong)
    if view_id and not outbox.record_received(session, "view", view_id, now=now):
        raise AlreadyDone("That promise is written down already; you can close the window.")
    row = add_promise(
        session,
        customer_id=customer.id,
        assignee_id=promised_by or by,
        contact=_contact_name(session, customer, contact_id) or clean_text(contact, CONTACT),
        what=words,
        link=clean_text(link, LINK),
        made_in=made_in,
        due_on=due_on,
        by=by,
        now=now,
    )
    if row.assignee_id != by:
        notify_assignee(session, row, by=actor, now=now)
    return schema_for(session, row, by, now)


def promise_in_checkin(
    session: Session,
    *,
    customer_id: UUID,
    checkin_id: UUID,
    what: str,
    due_on: date | None,
    block_ids: dict[str, str],
    by: str,
    now: datetime,
) -> PromiseSchema:
    """
    Write down what was promised in the contact that is being recorded; *block_ids* are the fields of its form.

    Raises:
        InvalidInput: with those block ids as fields.
    """
    try:
        return record_promise(
            session, customer_id=customer_id, what=what, due_on=due_on, made_in=checkin_id, by=by, now=now
        )
    except InvalidInput as error:
        fields = {block_ids.get(name, name): sentence for name, sentence in error.fields.items()}
        raise InvalidInput(str(error), fields=fields) from error


def add_promise(
    session: Session, *, assignee_id: str, due_on: date | None, by: str, now: datetime, **more: Any
) -> Promise:
    """A new row for what was checked before, with its line in the audit trail."""
    today = get_today(session, person_id=assignee_id, now=now)
    day = due_on or today
    row = Promise(
        promised_by=assignee_id,
        assignee_id=assignee_id,
        recorded_by=by,
        recorded_at=now,
        promised_on=today,
        due_on=day,
        **{"first_due_on": day, **more},
    )
    session.add(row)
    session.flush()
    note(session, row, "made", by=by, before={}, now=now)
    return row


def day_problem(
    session: Session, due_on: date | None, *, by: str, assignee: Person | None, now: datetime
) -> str | None:
    """Why nothing can be promised by that day; it has to be ahead both for who says it and for who is to keep it."""
    problem = date_problem(due_on, today=get_today(session, person_id=by, now=now))
    if problem or assignee is None or due_on is None:
        return problem
    over = due_on < get_today(session, person_id=assignee.id, now=now)
    return f"That day is over where {assignee.name} is; choose a later one." if over else None


def state_of(row: Promise) -> dict[str, str | bool]:
    """What can change about a promise, as JSON values."""
    return {"state": row.state.value, "owed": row.is_owed, "keeper": row.assignee_id, "due_on": row.due_on.isoformat()}


def note(
    session: Session,
    row: Promise,
    action: str,
    *,
    by: str,
    before: dict[str, str | bool],
    now: datetime,
    words: str = "",
) -> None:
    """Write what happened to a promise into the audit trail."""
    after = {**state_of(row), **({"words": words} if words else {})}
    record(
        session, f"promise.{action}", by=by, kind="promise", subject=row.id, customer_id=row.customer_id,
        before=before, after=after, now=now,
    )  # fmt: skip
    session.flush()


def _person_problem(person: Person | None) -> str | None:
    if person is None:
        return "I don't know this person yet; choose a colleague."
    if person.is_deactivated or person.is_bot or person.is_guest:
        return f"{person.name} can't keep promises here; choose a full member who is still here."
    return None


def _customer_problem(customer: Customer) -> str | None:
    shut = customer.status in INACTIVE_STATUSES
    return f"{customer.name} is {customer.status.value}; choose another customer." if shut else None


def _contact_problem(session: Session, customer: Customer, contact_id: UUID | None) -> str | None:
    if contact_id is None or _contact_name(session, customer, contact_id):
        return None
    return f"That is nobody at {customer.name}; choose somebody there, or leave it empty."


def _contact_name(session: Session, customer: Customer, contact_id: UUID | None) -> str:
    if contact_id is None:
        return ""
    return next((one.name for one in list_contacts(session, customer.id) if one.id == contact_id), "")

"""A customer's problem is escalated: it gets somebody who is on it, and a clock."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.checkins.usecases.recording import clean_note
from bot.core import outbox
from bot.core.errors import AlreadyDone, InvalidInput
from bot.customers.queries import get_customer
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.escalations.queries.drafts import is_here, usual_person
from bot.escalations.rules import LINK, RAISED_SEVERITY, RAISED_WHAT, WHAT, Severity
from bot.escalations.schemas import EscalationSchema
from bot.escalations.tables import Escalation
from bot.escalations.usecases.moving import note, start_clock
from bot.escalations.usecases.news import schema_for, tell_everybody
from bot.people.queries import find_person_row
from bot.people.usecases import require_here

INACTIVE_STATUSES = {Status.LOST, Status.EXCLUDED}


def raise_escalation(
    session: Session,
    *,
    customer_id: UUID,
    what: str,
    severity: Severity | None,
    by: str,
    now: datetime,
    assignee_id: str | None = None,
    link: str = "",
    view_id: str = "",
    checkin_id: UUID | None = None,
) -> EscalationSchema:
    """
    Keep that a customer has a problem. Any full member may. *assignee_id* None: the customer's owner, else *by*.

    Who is on it, the owner and the managers are told, but not *by*; the channel is told by the clock.

    Raises:
        InvalidInput: fields `customer`, `what`, `severity`, `assignee`.
        AlreadyDone: this form has had its effect.
        NotFound: no such customer.
    """
    require_here(session, by=by)
    customer = get_customer(session, customer_id)
    person_id = assignee_id or usual_person(session, customer, by)
    words = clean_note(what, WHAT)
    _require_valid(session, customer, words=words, severity=severity, assignee_id=person_id)
    if view_id and not outbox.record_received(session, "view", view_id, now=now):
        raise AlreadyDone("That is escalated already; you can close the window.")
    row = Escalation(
        customer_id=customer.id,
        severity=severity or Severity.HURTS,
        what=words,
        link=clean_text(link, LINK),
        raised_by=by,
        raised_at=now,
        raised_in=checkin_id,
        assignee_id=person_id,
        clock_from=now,
        clock_minutes=0,
        answer_by=now,
        warn_at=now,
        channel_due=True,
    )
    start_clock(session, row, now=now)
    session.add(row)
    session.flush()
    note(session, row, "raised", by=by, before={}, now=now)
    tell_everybody(session, row, by=by, now=now)
    return schema_for(session, row, by, now)


def raise_in_checkin(
    session: Session,
    *,
    customer_id: UUID,
    checkin_id: UUID,
    what: str,
    severity: Severity | None,
    by: str,
    now: datetime,
) -> EscalationSchema:
    """
    The same from a check-in, in its transaction.

    Raises:
        InvalidInput: as `raise_escalation`, under the fields of the check-in form.
    """
    try:
        return raise_escalation(
            session, customer_id=customer_id, what=what, severity=severity, checkin_id=checkin_id, by=by, now=now
        )
    except InvalidInput as refused:
        fields = {"severity": RAISED_SEVERITY}
        named = {fields.get(name, RAISED_WHAT): sentence for name, sentence in refused.fields.items()}
        raise InvalidInput(str(refused), fields=named) from refused


def person_problem(session: Session, person_id: str) -> str | None:
    """Why that person can't be on an escalation; None when they can."""
    person = find_person_row(session, person_id)
    if person is None:
        return "I don't know this person yet; choose a colleague."
    return None if is_here(person) else f"{person.name} can't be on it; choose a full member who is still here."


def _require_valid(
    session: Session, customer: Customer, *, words: str, severity: Severity | None, assignee_id: str
) -> None:
    shut = customer.status in INACTIVE_STATUSES
    problems = {
        "customer": f"{customer.name} is {customer.status.value}; choose another customer." if shut else None,
        "what": None if words else "Say in a few words what happened.",
        "severity": None if severity else "Choose how bad it is for them.",
        "on_it": person_problem(session, assignee_id),
    }
    if wrong := {name: sentence for name, sentence in problems.items() if sentence}:
        raise InvalidInput(fields=wrong)

"""What somebody's words promise: to which customer, by when, what."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.commitments.queries import find_mentioned, split_customer
from bot.commitments.rules import UNREADABLE, read_due
from bot.core.errors import NotFound
from bot.core.schemas import Subject
from bot.customers.queries import get_customer, list_contacts
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.people.queries import get_today
from bot.people.usecases import require_here
from bot.promises.rules import WHAT
from bot.promises.schemas import ContactOption, Draft

MOST_CONTACTS = 100
SAY_WHAT = "Say in a few words what you promised."


def read_draft(session: Session, *, words: str, viewer: str, now: datetime) -> Draft:
    """
    What `Acme friday send the new price list` promises, on *viewer*'s own day; `@ana` before it: what Ana promised.

    Whatever can't be told for certain is left out, with a sentence that asks for it.
    """
    require_here(session, by=viewer)
    today = get_today(session, person_id=viewer, now=now)
    problems: list[str] = []
    promised_by, rest = viewer, words.strip()
    try:
        if mentioned := find_mentioned(session, rest):
            promised_by, rest = mentioned
    except NotFound as unknown:
        problems.append(str(unknown))
        rest = rest.partition(" ")[2].strip()
    customer, rest = split_customer(session, rest, problems, today)
    due = read_due(rest, today=today)
    what = clean_text(due.rest, WHAT)
    if customer is not None and due.on is None:
        problems.append(f"By when? {due.problem or UNREADABLE}")
    if customer is not None and not what:
        problems.append(SAY_WHAT)
    return Draft(
        today=today, promised_by=promised_by, due_on=due.on, what=what, problems=tuple(problems),
        **_customer(session, customer),
    )  # fmt: skip


def get_draft(session: Session, *, subject: Subject | None, viewer: str, now: datetime) -> Draft:
    """The form for what another feature's button or a message is about, or an empty one."""
    require_here(session, by=viewer)
    customer = get_customer(session, subject.customer_id) if subject and subject.customer_id else None
    only_name = subject is None or subject.kind in {"customer", "digest_row"}
    return Draft(
        today=get_today(session, person_id=viewer, now=now),
        promised_by=viewer,
        what="" if only_name or subject is None else clean_text(subject.words, WHAT),
        **_customer(session, customer),
    )


def parse_subject(value: str) -> Subject | None:
    """
    What a button is about: a customer's id, or the subject that another feature's offer carries; None for nothing.

    Raises:
        NotFound: the value is none of ours.
    """
    if not value:
        return None
    try:
        if value.startswith("{"):
            return Subject.model_validate_json(value)
        return Subject(kind="customer", id=value, customer_id=UUID(value))
    except ValueError as error:
        raise NotFound("That button is out of date; use /promise instead.") from error


def _customer(session: Session, customer: Customer | None) -> dict[str, object]:
    if customer is None:
        return {}
    contacts = [
        ContactOption(id=one.id, name=one.name) for one in list_contacts(session, customer.id) if not one.do_not_contact
    ]
    return {
        "customer_id": customer.id,
        "customer_name": customer.name,
        "contacts": tuple(contacts[:MOST_CONTACTS]),
    }

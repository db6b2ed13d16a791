"""What somebody's words or button ask to be escalated."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.commitments.rules import prefixes, split_quoted
from bot.core.errors import NotFound
from bot.core.schemas import Subject
from bot.customers.queries import find_customer, get_customer, list_exact
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.escalations.rules import WHAT
from bot.escalations.schemas import Draft
from bot.people.queries import find_person_row
from bot.people.tables import Person
from bot.people.usecases import require_here

SHORT_NAME = 3  # words: what is no longer than that is meant as a name
ABOUT_NAME = frozenset({"customer", "digest_row"})  # subjects whose words are just the customer's name


def read_draft(session: Session, *, words: str, viewer: str, now: datetime) -> Draft:  # noqa: ARG001 - every query takes the time
    """What `Acme the portal is down` asks for; a name that can't be told is asked again, with a sentence."""
    require_here(session, by=viewer)
    quoted = split_quoted(words)
    for name, rest in [quoted] if quoted else prefixes(words.split()):
        found = list_exact(session, name)
        if len(found) == 1:
            return _about(session, found[0], viewer, what=rest)
        if found:
            return Draft(what=_words(rest), problem=f"{len(found)} customers are called {_name(name)}; choose one.")
    name, rest = quoted or _named(words)
    return Draft(what=_words(rest), problem=_unknown(session, name))


def get_draft(session: Session, *, subject: Subject | None, viewer: str, now: datetime) -> Draft:  # noqa: ARG001 - as above
    """
    What a button asks for: its customer, and its words unless they are just the name.

    Raises:
        NotFound: no such customer here.
    """
    require_here(session, by=viewer)
    said = subject.words if subject and subject.kind not in ABOUT_NAME else ""
    if subject is None or subject.customer_id is None:
        return Draft(what=_words(said))
    return _about(session, get_customer(session, subject.customer_id), viewer, what=said)


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
        raise NotFound("That button is out of date; use /escalate instead.") from error


def is_here(person: Person | None) -> bool:
    """Whether that person can be on something: a full member who is still here."""
    return person is not None and not (person.is_deactivated or person.is_guest or person.is_bot)


def usual_person(session: Session, customer: Customer, by: str) -> str:
    """Who is on it when nobody is named: the customer's owner, else who asks."""
    owner = find_person_row(session, customer.owner_id) if customer.owner_id else None
    return owner.id if owner is not None and is_here(owner) else by


def _about(session: Session, customer: Customer, viewer: str, *, what: str) -> Draft:
    return Draft(
        customer_id=customer.id,
        customer_name=customer.name,
        what=_words(what),
        assignee_id=usual_person(session, customer, viewer),
    )


def _named(words: str) -> tuple[str, str]:
    """What is most likely the name in words that begin with none we know."""
    if len(words.split()) <= SHORT_NAME:
        return words, ""
    first, _, rest = words.strip().partition(" ")
    return first, rest


def _unknown(session: Session, name: str) -> str:
    """That nobody is called so, with the nearest names."""
    try:
        find_customer(session, name)
    except NotFound as unknown:
        return str(unknown)
    return "Which customer is it about? Choose it."


def _words(text: str) -> str:
    return clean_text(text, WHAT)


def _name(name: str) -> str:
    return clean_text(name, 80)

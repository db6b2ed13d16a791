"""What somebody's words ask for: who, which customer, by when, what."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from bot.core.errors import NotFound
from bot.core.schemas import Subject
from bot.customers.queries import find_customer, get_customer, list_exact
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.followups.queries import find_mentioned
from bot.followups.rules import WHAT, prefixes, split_quoted
from bot.followups.schemas import Draft
from bot.people.queries import get_today
from bot.people.rules.days import UNREADABLE, read_day
from bot.people.usecases import require_here

WHICH = "Which customer is it about? Choose it."


def read_draft(session: Session, *, words: str, viewer: str, now: datetime) -> Draft:
    """
    What `@ana Acme friday call about the invoice` asks for, on *viewer*'s own day; without @, it is for themselves.

    Whatever can't be told for certain is left out, with a sentence that asks for it.
    """
    require_here(session, by=viewer)
    today = get_today(session, person_id=viewer, now=now)
    problems: list[str] = []
    assignee, rest = viewer, words.strip()
    try:
        if mentioned := find_mentioned(session, rest):
            assignee, rest = mentioned
    except NotFound as unknown:
        problems.append(str(unknown))
        rest = rest.partition(" ")[2].strip()
    customer, rest = split_customer(session, rest, problems, today)
    due = read_day(rest, today=today)
    what = clean_text(due.rest, WHAT)
    if customer is not None and due.on is None:
        problems.append(f"By when? {due.problem or UNREADABLE}")
    if customer is not None and not what:
        problems.append("Say in a few words what is to be done.")
    return Draft(
        today=today,
        assignee_id=assignee,
        customer_id=customer.id if customer else None,
        customer_name=customer.name if customer else "",
        due_on=due.on,
        what=what,
        problems=tuple(problems),
    )


def get_draft(session: Session, *, subject: Subject | None, viewer: str, now: datetime) -> Draft:
    """The form for what another feature's button is about, or an empty one; for oneself, until somebody is chosen."""
    require_here(session, by=viewer)
    today = get_today(session, person_id=viewer, now=now)
    customer = get_customer(session, subject.customer_id) if subject and subject.customer_id else None
    about_name = subject is None or subject.kind in {"customer", "digest_row"}
    return Draft(
        today=today,
        assignee_id=viewer,
        customer_id=customer.id if customer else None,
        customer_name=customer.name if customer else "",
        what="" if about_name or subject is None else clean_text(subject.words, WHAT),
    )


def split_customer(session: Session, words: str, problems: list[str], today: date) -> tuple[Customer | None, str]:
    """The customer with the longest name that *words* begin with, and what follows it."""
    quoted = split_quoted(words)
    choices = [quoted] if quoted else prefixes(words.split())
    for name, rest in choices:
        found = list_exact(session, name)
        if len(found) == 1:
            return found[0], rest
        if found:
            problems.append(f"{len(found)} customers are called {clean_text(name, 80)}; choose one.")
            return None, rest
    name, rest = quoted or _before_a_day(words, today)
    problems.append(_unknown(session, name))
    return None, rest


def _before_a_day(words: str, today: date) -> tuple[str, str]:
    """The words before the first day that they name, and the rest; without a day, the first word is the name."""
    for name, rest in reversed(prefixes(words.split())):
        if read_day(rest, today=today).on is not None:
            return name, rest
    return words.partition(" ")[0], words


def _unknown(session: Session, name: str) -> str:
    """That nobody is called so, with the nearest names."""
    try:
        find_customer(session, name)
    except NotFound as unknown:
        return str(unknown) if name else WHICH
    return WHICH


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
        raise NotFound("That button is out of date; use /assign instead.") from error

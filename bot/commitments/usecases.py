"""Changes that every kind of commitment makes alike: checks, the audit trail, who inherits, who is told."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.commitments.queries import INACTIVE, CommitmentKind, R, list_commitments
from bot.commitments.schemas import S
from bot.core.database import workspace_of
from bot.core.errors import InvalidInput
from bot.customers.queries import get_customer
from bot.customers.tables import Customer
from bot.people.queries import find_person_row, list_managers
from bot.people.rules import Mute
from bot.people.tables import Person
from bot.workspaces.usecases import BOT, record


def is_here(person: Person | None) -> bool:
    """Return whether that person can owe something: a full member who is still here."""
    return person is not None and not (person.is_deactivated or person.is_guest or person.is_bot)


def wants_news(person: Person | None) -> bool:
    """Return whether that person is here and hasn't switched news off."""
    return person is not None and is_here(person) and Mute.NEWS not in person.mutes


def person_problem(person: Person | None, *, cannot: str) -> str | None:
    """Return why that person can't owe something, or None; *cannot* completes "Ana can't …"."""
    if person is None:
        return "I don't know this person yet; choose a colleague."
    return None if is_here(person) else f"{person.name} can't {cannot}; choose a full member who is still here."


def customer_problem(customer: Customer) -> str | None:
    """Return why nothing new can be owed about that customer, or None."""
    inactive = customer.status in INACTIVE
    return f"{customer.name} is {customer.status.value}; choose another customer." if inactive else None


def require_valid(problems: Mapping[str, str | None]) -> None:
    """
    Take a sentence for each field that is wrong, None for the others.

    Raises:
        InvalidInput: at least one is wrong.
    """
    if wrong := {name: sentence for name, sentence in problems.items() if sentence}:
        raise InvalidInput(fields=wrong)


def record_change(
    session: Session, kind: CommitmentKind[R, S], row: R, action: str, *, by: str, now: datetime,
    before: Mapping[str, Any], words: str = "",
) -> None:  # fmt: skip
    """Write into the audit trail what *by* did to a commitment, with its state *before* and now."""
    after = {**kind.audited(row), **({"words": words} if words else {})}
    record(
        session, f"{kind.subject}.{action}", by=by, kind=kind.subject, subject=row.id, customer_id=row.customer_id,
        before=before, after=after, now=now,
    )  # fmt: skip
    session.flush()


@contextmanager
def recording(
    session: Session, kind: CommitmentKind[R, S], row: R, action: str, *, by: str, now: datetime, words: str = ""
) -> Iterator[None]:
    """Write into the audit trail what *by* changes inside about a commitment."""
    before = kind.audited(row)
    yield
    record_change(session, kind, row, action, by=by, now=now, before=before, words=words)


def name_managers(session: Session) -> str:
    """Return whom to ask, by first name: one or two managers."""
    return " or ".join(person.name.split(" ")[0] for person in list_managers(session)[:2]) or "a manager"


def list_managers_to_notify(session: Session) -> list[Person]:
    """Return all managers who take news; all of them when nobody does."""
    managers = list_managers(session)
    return [one for one in managers if wants_news(one)] or list(managers)


def list_recipients(session: Session, people: Iterable[str | None], *, but: Iterable[str] = ()) -> list[str]:
    """Return those of *people* who are here and want news, each once, without those in *but*."""
    found = (find_person_row(session, one) for one in dict.fromkeys(people) if one and one not in but)
    return [person.id for person in found if person and wants_news(person)]


def find_new_assignee(session: Session, row: R, *first: str) -> Person | None:
    """Return who gets what somebody left undone: one of *first*, else the customer's owner, else a manager."""
    owner = get_customer(session, row.customer_id).owner_id
    people = (find_person_row(session, one) for one in (*first, owner) if one)
    return next((person for person in people if is_here(person)), None) or next(
        iter(list_managers_to_notify(session)), None
    )


def reason_of_inactive(session: Session, row: R) -> str:
    """Return why a commitment about an inactive customer ends."""
    customer = get_customer(session, row.customer_id)
    why = f": {customer.status_reason}" if customer.status_reason else ""
    return f"the customer is {customer.status.value}{why}"[:300]


def erase_customer(
    session: Session, about: str, subject_id: str, now: datetime, *, kind: CommitmentKind[R, S],
    notify: Callable[..., None], forgotten: str,
) -> int:  # fmt: skip
    """
    Delete the commitments about a `customer`, after telling whom the open ones concern; returns how many rows went.

    `notify(session, row, forgotten, by=…, now=…)` is the kind's own. Nothing is deleted for a person: what they owe
    goes to somebody who is here once they are gone.
    """
    if about != "customer":
        return 0
    which = kind.column("customer_id") == UUID(subject_id)
    for row in list_commitments(session, kind, which):
        notify(session, row, forgotten, by=BOT, now=now)
    gone = sa.delete(kind.table).where(kind.column("workspace_id") == workspace_of(session), which)
    return session.exec(gone).rowcount

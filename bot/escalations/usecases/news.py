"""Owes the news of an escalation to those whom it concerns: once each, and never to who made it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from bot.core import outbox
from bot.core.clock import new_id
from bot.core.schemas import Notification
from bot.customers.queries import get_customer
from bot.escalations.queries import list_schemas
from bot.escalations.queries.drafts import is_here
from bot.escalations.rules import Event
from bot.escalations.schemas import EscalationNews, EscalationRaised, EscalationSchema
from bot.escalations.tables import Escalation
from bot.people.queries import find_person_row, list_managers
from bot.people.rules import Mute
from bot.people.tables import Person

Role = Literal["on_it", "owner", "manager"]


def schema_for(session: Session, row: Escalation, person_id: str | None, now: datetime) -> EscalationSchema:
    """An escalation as that person sees it."""
    return list_schemas(session, [row], viewer=person_id, now=now)[0]


def tell_everybody(session: Session, row: Escalation, *, by: str, now: datetime, again: bool = False) -> None:
    """Owe a new or reopened escalation to who is on it, the customer's owner and the managers."""
    for person_id, role in _concerned(session, row).items():
        if person_id != by:
            schema = schema_for(session, row, person_id, now)
            enqueue(session, row, EscalationRaised(escalation=schema, role=role, again=again), to=person_id, now=now)


def tell_person(
    session: Session, row: Escalation, *, now: datetime, given_by: str = "", returned_from: str = ""
) -> None:
    """Owe who is on it now what they were given."""
    schema = schema_for(session, row, row.assignee_id, now)
    notification = EscalationRaised(escalation=schema, role="on_it", given_by=given_by, returned_from=returned_from)
    enqueue(session, row, notification, to=row.assignee_id, now=now)


def tell(
    session: Session,
    row: Escalation,
    event: Event,
    *,
    by: str,
    now: datetime,
    words: str = "",
    former: str = "",
    not_to: Iterable[str] = (),
) -> None:
    """
    Owe what happened to who raised it, who is on it (*former*: who was) and the customer's owner, but not to *by*.

    Who switched news off is not told. Of a forgotten customer nothing is said but that it was forgotten.
    """
    schema, forgotten = schema_for(session, row, None, now), event is Event.FORGOTTEN
    actor, owner = find_person_row(session, by), get_customer(session, row.customer_id).owner_id
    notification = EscalationNews(
        event=event,
        by_name=actor.name if actor else "",
        customer_id=None if forgotten else schema.customer_id,
        customer_name="" if forgotten else schema.customer_name,
        what="" if forgotten else schema.what,
        words="" if forgotten else words,
        to_name="" if forgotten else schema.assignee_name,
    )
    for person_id in dict.fromkeys((row.raised_by, former or row.assignee_id, owner)):
        person = find_person_row(session, person_id) if person_id else None
        if person is not None and person.id not in {by, *not_to} and _takes_news(person):
            enqueue(session, row, notification, to=person.id, now=now)


def managers_to_tell(session: Session) -> list[Person]:
    """All managers who take news; all of them when nobody does."""
    managers = [one for one in list_managers(session) if is_here(one)]
    return [one for one in managers if _takes_news(one)] or managers


def enqueue(session: Session, row: Escalation, notification: Notification, *, to: str, now: datetime) -> None:
    """
    Owe a notification about an escalation to a person, under a key of its own: what it tells of is written in the same
    transaction, and that happens once.
    """
    key = f"escalation:{row.id}:{notification.kind.partition('.')[2]}:{to}:{new_id()}"
    outbox.enqueue(session, notification, to=to, key=key, now=now)


def _concerned(session: Session, row: Escalation) -> dict[str, Role]:
    """Whom a new escalation is told, and as what: who is on it in any case, the others if they take news."""
    found: dict[str, Role] = {row.assignee_id: "on_it"}
    owner_id = get_customer(session, row.customer_id).owner_id
    owner = find_person_row(session, owner_id) if owner_id else None
    if owner is not None and _takes_news(owner):
        found.setdefault(owner.id, "owner")
    for manager in managers_to_tell(session):
        found.setdefault(manager.id, "manager")
    return found


def _takes_news(person: Person) -> bool:
    return is_here(person) and Mute.NEWS not in person.mutes

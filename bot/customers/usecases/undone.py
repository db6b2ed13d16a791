"""Telling people that an import which gave them customers was undone."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.customers.queries.screens import imported_key
from bot.customers.schemas.importing import ImportTakenBack
from bot.customers.tables import Customer, Import, ImportChange
from bot.customers.usecases import news_of
from bot.people.queries import list_rows
from bot.people.rules import Mute
from bot.people.tables import Person

UNDONE = "the import was undone"


def given_key(import_id: UUID, owner_id: str = "") -> str:
    """Return the outbox key of the message that says which customers an import gave to *owner_id*; theirs begin so."""
    return f"import:{import_id}:{owner_id}"


def cancel_news(session: Session, import_id: UUID, *, now: datetime) -> None:
    """Cancel messages about an import that weren't sent yet."""
    key = col(OutboxMessage.key)
    about = sa.or_(key.startswith(given_key(import_id)), key == imported_key(import_id))
    waiting = sa.update(OutboxMessage).where(about, col(OutboxMessage.state) == DeliveryState.PENDING)
    session.exec(waiting.values(state=DeliveryState.DEAD, reason=UNDONE, finished_at=now))


def tell_owners(session: Session, made: Import, *, by: str, now: datetime) -> None:
    """
    Tell those whom an import gave customers what is left, after all of it was undone.

    Who had heard of them hears that they are gone; who hadn't hears of those that stayed, and of nothing otherwise.
    """
    left = _count_left(session, made.id)
    given = select(OutboxMessage).where(col(OutboxMessage.key).startswith(given_key(made.id)))
    messages = session.exec(given).all()
    people = list_rows(session, (message.recipient for message in messages))
    for message in messages:
        owner, still, total = message.recipient, left.get(message.recipient, 0), message.body["total"]
        key = f"import_undone:{made.id}:{owner}"
        if owner == by or not _wants_news(people.get(owner)):
            continue
        if message.state is not DeliveryState.DEAD and still < total:
            names = tuple(message.body["names"])
            gone = ImportTakenBack(file_name=made.file_name, names=names, given=total, left=still, by=by)
            outbox.enqueue(session, gone, to=owner, key=key, now=now)
        elif message.reason == UNDONE and (news := news_of(_list_left(session, made.id, owner), by=made.by)):
            outbox.enqueue(session, news, to=owner, key=key, now=now)


def _wants_news(person: Person | None) -> bool:
    return person is not None and not person.is_deactivated and Mute.NEWS not in person.mutes


def _given_and_left(import_id: UUID) -> sa.ColumnElement[bool]:
    """SQL, of a customer and its change: the import gave it to its owner."""
    owner = col(ImportChange.after)["owner_id"].as_string()
    given = sa.or_(col(ImportChange.added), owner == col(Customer.owner_id))
    return sa.and_(col(ImportChange.import_id) == import_id, given, col(Customer.owner_id).is_not(None))


def _count_left(session: Session, import_id: UUID) -> Mapping[str, int]:
    query = select(Customer.owner_id, sa.func.count()).join(ImportChange, col(ImportChange.customer_id) == Customer.id)
    rows = session.exec(query.where(_given_and_left(import_id)).group_by(col(Customer.owner_id))).all()
    return {str(owner): count for owner, count in rows}


def _list_left(session: Session, import_id: UUID, owner: str) -> list[Customer]:
    query = select(Customer).join(ImportChange, col(ImportChange.customer_id) == Customer.id)
    theirs = query.where(_given_and_left(import_id), Customer.owner_id == owner)
    return list(session.exec(theirs.order_by(col(Customer.name_key), col(Customer.id))).all())

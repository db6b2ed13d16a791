"""Who looks after customers: handing over, telling those concerned, and releasing what a leaver had."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.core.schemas import Notification, Schema
from bot.customers.queries import get_customer, schema_of
from bot.customers.queries.due import overdue_first
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text
from bot.customers.schemas import CustomerSchema, CustomersHandedOver, CustomerTaken
from bot.customers.tables import Customer
from bot.customers.usecases.rescheduling import reschedule_owner
from bot.customers.usecases.scheduling import audit, reschedule
from bot.people.queries import get_person, get_today, list_names
from bot.people.rules import Mute
from bot.people.usecases import may_manage, require_here
from bot.workspaces.usecases import BOT, record

EXAMPLES = 5


class Released(Schema):
    """Customers that were returned to the pool, and the active ones among them that have waited longest."""

    ids: tuple[UUID, ...] = ()
    examples: tuple[str, ...] = ()


def hand_over(
    session: Session, *, customer_id: UUID, to: str | None, by: str, note: str = "", now: datetime
) -> CustomerSchema:
    """
    Give a customer to *to* (None: back to the pool) and notify them.

    Owners hand over what is theirs, managers anything, and anyone takes from the pool or takes for themselves.

    Raises:
        NotAllowed: it is somebody else's, and *by* is no manager and not the one who takes it.
        AlreadyDone: *to* has it already.
        InvalidInput: *to* can't own customers (left, a bot, a guest).
    """
    actor = require_here(session, by=by)
    customer = get_customer(session, customer_id)
    if customer.owner_id == to:
        whose = "has no owner" if to is None else "is yours" if to == by else "is theirs"
        raise AlreadyDone(f"{customer.name} {whose} already; nothing was changed.")
    _require_may_hand_over(session, customer, to=to, by=by, manages=may_manage(actor))
    if to is not None:
        require_can_own(session, to)
    note = clean_text(note, 300)
    before = customer.owner_id
    customer.owner_id = to
    reschedule(session, [customer], now=now)
    audit(session, customer, "handed_over", by=by, now=now, before={"owner": before}, after={"owner": to, "note": note})
    if to is not None and to != by:
        notify_new_owner(session, [customer], to=to, by=by, note=note, now=now)
    if before is not None and before != by:
        _notify_former_owner(session, customer, former=before, to=to, by=by, now=now)
    names = list_names(session, [to])
    return schema_of(customer, today=get_today(session, person_id=by, now=now), owner_name=names.get(to or ""))


def notify_new_owner(
    session: Session, customers: list[Customer], *, to: str, by: str, note: str = "", key: str = "", now: datetime
) -> None:
    """Notify *to* that these customers are theirs now, unless they muted news; *key* is that of the message."""
    schema = news_of(customers, by=by, note=note)
    if Mute.NEWS in get_person(session, to).mutes or schema is None:
        return
    key = key or f"handed_over:{customers[0].id}:{to}:{int(now.timestamp() * 1000)}"
    outbox.enqueue(session, schema, to=to, key=key, now=now)


def news_of(customers: Sequence[Customer], *, by: str, note: str = "") -> CustomersHandedOver | None:
    """Return what a new owner of *customers* is told; None without any."""
    names = tuple(customer.name for customer in customers[:EXAMPLES])
    return CustomersHandedOver(names=names, total=len(customers), by=by, note=note) if customers else None


def retract_news(session: Session, key: str, *, left: Notification | None, reason: str, now: datetime) -> bool:
    """
    Cancel the message to an owner under *key* if it wasn't sent yet, or let it say what is *left* of it.

    Return whether it was sent, or may have been: then the person has to hear that things have changed.
    """
    waiting = sa.update(OutboxMessage).where(
        col(OutboxMessage.key) == key, col(OutboxMessage.state) == DeliveryState.PENDING
    )
    cancelled = {"state": DeliveryState.DEAD, "reason": reason, "finished_at": now}
    if session.exec(waiting.values({"body": left.model_dump(mode="json")} if left else cancelled)).rowcount:
        return False
    sent = select(OutboxMessage.id).where(OutboxMessage.key == key, OutboxMessage.state != DeliveryState.DEAD)
    return session.exec(sent).first() is not None


def _notify_former_owner(
    session: Session, customer: Customer, *, former: str, to: str | None, by: str, now: datetime
) -> None:
    person = get_person(session, former)
    if person.is_deactivated or Mute.NEWS in person.mutes:
        return
    key = f"taken:{customer.id}:{former}:{int(now.timestamp() * 1000)}"
    outbox.enqueue(session, CustomerTaken(name=customer.name, to=to, by=by), to=former, key=key, now=now)


def _require_may_hand_over(session: Session, customer: Customer, *, to: str | None, by: str, manages: bool) -> None:
    mine, pooled = customer.owner_id == by, customer.owner_id is None
    if not (manages or mine or (pooled and to == by) or to == by):
        owner = list_names(session, [customer.owner_id]).get(customer.owner_id or "", "its owner")
        raise NotAllowed(f"Only managers can hand out others' customers; ask {owner}, or take it yourself.")


def require_can_own(session: Session, person_id: str) -> None:
    """
    Refuse somebody who can't look after customers.

    Raises:
        InvalidInput: they left, or are a bot or a guest; field `to`.
    """
    person = get_person(session, person_id)
    if person.is_deactivated or person.is_bot or person.is_guest:
        raise InvalidInput(fields={"to": f"{person.name} can't look after customers; choose a full member."})


def release_customers(session: Session, *, owner_id: str, now: datetime) -> Released:
    """Return every customer of an owner to the pool, whatever its status, each with a line in the audit trail."""
    today = get_today(session, person_id=None, now=now)
    theirs = col(Customer.owner_id) == owner_id
    shown = sa.select(col(Customer.id), col(Customer.name), col(Customer.status)).where(theirs)
    rows = session.execute(shown.order_by(*overdue_first(today))).all()
    if not rows:
        return Released()
    session.exec(sa.update(Customer).where(theirs).values(owner_id=None, changed_at=now))
    reschedule_owner(session, owner_id=None, now=now)
    for row in rows:
        record(
            session, "customer.handed_over", by=BOT, kind="customer", subject=row.id, customer_id=row.id, now=now,
            before={"owner": owner_id}, after={"owner": None, "note": "the owner left"},
        )  # fmt: skip
    active = [row.name for row in rows if row.status is Status.ACTIVE]
    return Released(
        ids=tuple(row.id for row in rows), examples=tuple((active or [row.name for row in rows])[:EXAMPLES])
    )

"""What people say to a suggested parent: that it is one, or that it isn't."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.core.database import insert_new
from bot.core.errors import AlreadyDone
from bot.customers.queries import get_customer
from bot.customers.queries.screens import get_details
from bot.customers.schemas import CustomerSchema
from bot.customers.tables import RefusedParent
from bot.customers.usecases.details import edit_customer
from bot.people.usecases import require_here


def confirm_parent(session: Session, *, customer_id: UUID, parent_id: UUID, by: str, now: datetime) -> CustomerSchema:
    """
    Put a customer below a parent that was suggested.

    Raises:
        AlreadyDone: it has a parent by now.
        InvalidInput: the parent is gone, or it would make a circle; field `parent`.
        NotAllowed: *by* is no full member.
    """
    require_here(session, by=by)
    customer = get_customer(session, customer_id)
    if customer.parent_id is not None:
        parent = get_customer(session, customer.parent_id)
        raise AlreadyDone(f"{customer.name} belongs to {parent.name} already; change it with Edit on its card.")
    details = get_details(session, customer).model_copy(update={"parent_id": parent_id})
    return edit_customer(session, customer_id=customer_id, details=details, by=by, now=now)


def refuse_parent(session: Session, *, customer_id: UUID, parent_id: UUID, by: str, now: datetime) -> bool:
    """
    Remember that a suggested parent is none; return whether that is new.

    Raises:
        NotFound: one of them is gone.
        NotAllowed: *by* is no full member.
    """
    require_here(session, by=by)
    customer, parent = get_customer(session, customer_id), get_customer(session, parent_id)
    refused = {"customer_id": customer.id, "parent_id": parent.id, "by": by, "at": now}
    return bool(insert_new(session, RefusedParent, [refused]))

"""What becomes of customers whose owner is gone."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, select

from bot.core.clock import new_id
from bot.core.database import workspace_of
from bot.core.facts import Fact
from bot.customers.queries import overdue_first
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.customers.usecases.clockwork import rewind
from bot.people.queries import get_today
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT

EXAMPLES = 5


class Released(Fact):
    """Customers that went back to the pool, and the active ones among them that have waited longest."""

    ids: tuple[UUID, ...] = ()
    examples: tuple[str, ...] = ()


def release_customers(session: Session, *, owner_id: str, now: datetime) -> Released:
    """Put every customer of an owner back into the pool, whatever its status, each with a line in the audit trail."""
    today = get_today(session, person_id=None, now=now)
    query = select(Customer).where(Customer.workspace_id == workspace_of(session), Customer.owner_id == owner_id)
    customers = session.exec(query.order_by(*overdue_first(today))).all()
    if not customers:
        return Released()
    for customer in customers:
        customer.owner_id = None
    rewind(session, customers, now=now)
    session.flush()
    entries = [
        _handed_over(customer, owner_id, now) | {"workspace_id": workspace_of(session)} for customer in customers
    ]
    session.execute(sa.insert(AuditEntry), entries)
    active = [customer.name for customer in customers if customer.status is Status.ACTIVE]
    return Released(
        ids=tuple(customer.id for customer in customers),
        examples=tuple((active or [customer.name for customer in customers])[:EXAMPLES]),
    )


def _handed_over(customer: Customer, owner_id: str, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "workspace_id": customer.workspace_id,
        "at": now,
        "by": BOT,
        "action": "customer.handed_over",
        "subject_kind": "customer",
        "subject_id": str(customer.id),
        "customer_id": customer.id,
        "before": {"owner": owner_id},
        "after": {"owner": None, "note": "the owner left"},
    }

"""What becomes of customers whose owner is gone."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core.clock import new_id
from bot.core.database import workspace_of
from bot.core.schemas import Schema
from bot.customers.queries import overdue_first
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.customers.usecases.scheduling import reschedule_owner
from bot.people.queries import get_today
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT

EXAMPLES = 5


class Released(Schema):
    """Customers that went back to the pool, and the active ones among them that have waited longest."""

    ids: tuple[UUID, ...] = ()
    examples: tuple[str, ...] = ()


def release_customers(session: Session, *, owner_id: str, now: datetime) -> Released:
    """Put every customer of an owner back into the pool, whatever its status, each with a line in the audit trail."""
    today = get_today(session, person_id=None, now=now)
    theirs = col(Customer.owner_id) == owner_id
    shown = sa.select(col(Customer.id), col(Customer.name), col(Customer.status)).where(theirs)
    rows = session.execute(shown.order_by(*overdue_first(today))).all()
    if not rows:
        return Released()
    session.exec(sa.update(Customer).where(theirs).values(owner_id=None, changed_at=now))
    reschedule_owner(session, owner_id=None, now=now)
    workspace = workspace_of(session)
    session.execute(sa.insert(AuditEntry), [_handed_over(workspace, row.id, owner_id, now) for row in rows])
    active = [row.name for row in rows if row.status is Status.ACTIVE]
    return Released(
        ids=tuple(row.id for row in rows), examples=tuple((active or [row.name for row in rows])[:EXAMPLES])
    )


def _handed_over(workspace: str, customer_id: UUID, owner_id: str, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "workspace_id": workspace,
        "at": now,
        "by": BOT,
        "action": "customer.handed_over",
        "subject_kind": "customer",
        "subject_id": str(customer_id),
        "customer_id": customer_id,
        "before": {"owner": owner_id},
        "after": {"owner": None, "note": "the owner left"},
    }

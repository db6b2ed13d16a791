"""Forgetting a customer, or what this feature keeps with a person's name on it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from bot.core.database import workspace_of
from bot.customers.queries import find_row
from bot.customers.tables import Customer
from bot.customers.usecases.scheduling import reschedule

GONE = "gone"
"""Stands where the id of a person stood who asked to be forgotten."""


def erase(session: Session, kind: str, subject_id: str, now: datetime) -> int:
    """
    Forget a customer with its names, contacts and history here, or a person; returns how many rows went.

    The features above have to forget first, since their rows point at the customer.
    """
    if kind == "person":
        return _erase_person(session, subject_id, now=now)
    customer = find_row(session, subject_id) if kind == "customer" else None
    return _erase_customer(session, customer.id) if customer is not None else 0


def _erase_customer(session: Session, customer_id: UUID) -> int:
    tables, workspace = SQLModel.metadata.tables, workspace_of(session)
    session.flush()
    customers = tables["customers"]
    session.execute(
        sa.update(customers)
        .where(customers.c.workspace_id == workspace, customers.c.parent_id == customer_id)
        .values(parent_id=None)
    )
    gone = 0
    for name in ("import_changes", "customer_aliases", "contacts", "audit_trail"):
        table = tables[name]
        mine = sa.delete(table).where(table.c.workspace_id == workspace, table.c.customer_id == customer_id)
        gone += session.connection().execute(mine).rowcount
    last = sa.delete(customers).where(customers.c.workspace_id == workspace, customers.c.id == customer_id)
    gone += session.connection().execute(last).rowcount
    session.expire_all()
    return gone


def _erase_person(session: Session, person_id: str, *, now: datetime) -> int:
    """Their customers go to the pool; where their id stood, a word stands that says so."""
    tables, workspace = SQLModel.metadata.tables, workspace_of(session)
    owned = session.exec(select(Customer).where(col(Customer.owner_id) == person_id)).all()
    for customer in owned:
        customer.owner_id = None
    reschedule(session, owned, now=now)
    session.flush()
    touched = len(owned)
    named = [("customers", name) for name in ("cadence_approved_by", "status_by", "snoozed_by")]
    for table_name, column in (*named, ("imports", "by"), ("imports", "undone_by")):
        table = tables[table_name]
        blank = sa.update(table).where(table.c.workspace_id == workspace, table.c[column] == person_id)
        touched += session.connection().execute(blank.values({column: GONE})).rowcount
    uploads = tables["uploads"]
    sent = sa.delete(uploads).where(uploads.c.workspace_id == workspace, uploads.c.by == person_id)
    touched += session.connection().execute(sent).rowcount
    session.expire_all()
    return touched

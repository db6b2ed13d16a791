"""Reads what was kept of customers before they changed, for exports."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.customers.tables import Customer
from bot.reviews.tables import FormerFacts


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """Return what was true of a customer before it changed, or which customers a person looked after until when."""
    former, customer = FormerFacts, Customer
    if kind == "person":
        query = (
            select(customer.name, former.until)
            .join(customer, col(customer.id) == col(former.customer_id))
            .where(former.owner_id == subject_id)
        )
        rows = session.exec(query.order_by(col(former.number))).all()
        return {"looked_after": [{"customer": name, "until": until.isoformat()} for name, until in rows]}
    if kind != "customer":
        return {}
    theirs = select(former).where(former.customer_id == UUID(subject_id)).order_by(col(former.number))
    found = [row.model_dump(mode="json", exclude={"workspace_id", "number"}) for row in session.exec(theirs)]
    return {"former_facts": found}

"""Suggests parents of customers: from what lists named, from shared domains, and from names."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.customers.queries.families import list_ancestors
from bot.customers.rules.families import names_above
from bot.customers.schemas.families import ParentSuggestion
from bot.customers.tables import Customer, NamedParent, RefusedParent

MOST_LOOKED_AT = 20


def suggest_parent(session: Session, customer: Customer) -> ParentSuggestion | None:
    """
    Return the likeliest parent of a customer that has none, unless somebody refused it; None when there is none.

    What a list named comes first, then a shared domain, then a name with which the customer's own begins.
    """
    if customer.parent_id is not None:
        return None
    refused = set(session.exec(select(RefusedParent.parent_id).where(RefusedParent.customer_id == customer.id)).all())
    for found, why in _list_candidates(session, customer):
        if found.id not in refused and customer.id not in list_ancestors(session, found.id):
            return ParentSuggestion(
                customer_id=customer.id, customer_name=customer.name, parent_id=found.id, parent_name=found.name,
                why=why,
            )  # fmt: skip
    return None


def _list_candidates(session: Session, customer: Customer) -> list[tuple[Customer, str]]:
    named = select(NamedParent.name_key).where(NamedParent.customer_id == customer.id)
    listed = _find(session, customer, col(Customer.name_key).in_(named))
    above = names_above(customer.name_key)
    by_name = _find(session, customer, col(Customer.name_key).in_(above)) if above else []
    by_name.sort(key=lambda one: (above.index(one.name_key), one.id))
    shared = _find(session, customer, col(Customer.domain) == customer.domain) if customer.domain else []
    shared = [one for one in sorted(shared, key=_place) if _place(one) < _place(customer)]
    return [
        *((one, "a list named it as the parent") for one in listed),
        *((one, f"both use {customer.domain}") for one in shared),
        *((one, "by the name") for one in by_name),
    ]


def _find(session: Session, customer: Customer, which: Any) -> list[Customer]:
    order = (col(Customer.added_on), col(Customer.id))  # which no index has, so that the condition's own is used
    query = select(Customer).where(which, Customer.id != customer.id).order_by(*order)
    return list(session.exec(query.limit(MOST_LOOKED_AT)).all())


def _place(customer: Customer) -> tuple[int, str, UUID]:
    """Among customers of one domain, that with the fewest words in its name stands above the others."""
    return len(customer.name_key.split()), customer.added_on.isoformat(), customer.id

"""Suggests parents of customers: from what lists named, from shared domains, and from names."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import among, chunks
from bot.customers.queries.families import list_ancestors
from bot.customers.rules.families import names_above
from bot.customers.schemas.families import ParentSuggestion, SuggestionPage
from bot.customers.tables import Customer, NamedParent, RefusedParent
from bot.people.usecases import require_here

MOST_LOOKED_AT = 20
PAGE_ROWS = 8
BATCH, MOST_SEARCHED = 500, 2000
"""Customers without a parent that are looked at together, and for one page."""


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


def list_suggestions(
    session: Session,
    *,
    viewer: str,
    now: datetime,  # noqa: ARG001 - every query takes the time
    after: UUID | None = None,
) -> SuggestionPage:
    """
    Return the first customers by name, behind that with the id *after*, for which a parent is suggested.

    A page looks at `MOST_SEARCHED` customers without a parent at most.

    Raises:
        NotAllowed: the viewer is no full member.
    """
    require_here(session, by=viewer)
    rows: list[ParentSuggestion] = []
    last, looked_at = after, 0
    while batch := _list_without_parent(session, last):
        likely = _filter_likely(session, batch)
        for customer in batch:
            last = customer.id
            if customer.id in likely and (found := suggest_parent(session, customer)):
                rows.append(found)
            if len(rows) == PAGE_ROWS:
                return SuggestionPage(rows=tuple(rows), after=after, next_after=last, up_to=customer.name)
        looked_at += len(batch)
        if len(batch) < BATCH:
            break
        if looked_at >= MOST_SEARCHED:
            return SuggestionPage(rows=tuple(rows), after=after, next_after=last, up_to=batch[-1].name)
    return SuggestionPage(rows=tuple(rows), after=after)


def _list_without_parent(session: Session, after: UUID | None) -> list[Customer]:
    """Return the next customers without a parent, by name."""
    place = (col(Customer.name_key), col(Customer.id))
    query = select(Customer).where(col(Customer.parent_id).is_(None)).order_by(*place).limit(BATCH)
    if after is not None and (before := session.exec(select(Customer).where(Customer.id == after)).first()):
        query = query.where(sa.tuple_(*place) > sa.tuple_(sa.literal(before.name_key), sa.literal(before.id, sa.Uuid)))
    return list(session.exec(query).all())


def _filter_likely(session: Session, batch: Sequence[Customer]) -> set[UUID]:
    """Return those of *batch* that share a domain, or whose name begins with another one, or a list named a parent."""
    above = {customer.id: names_above(customer.name_key) for customer in batch}
    names, domains = {name for some in above.values() for name in some}, {one.domain for one in batch if one.domain}
    known = set(_among(session, select(Customer.name_key).distinct(), Customer.name_key, names))
    shared = select(Customer.domain).group_by(col(Customer.domain)).having(sa.func.count() > 1)
    together = set(_among(session, shared, Customer.domain, domains))
    listed = set(_among(session, select(NamedParent.customer_id), NamedParent.customer_id, set(above)))
    return {
        customer.id
        for customer in batch
        if customer.id in listed or customer.domain in together or not known.isdisjoint(above[customer.id])
    }


def _among(session: Session, query: Any, column: Any, values: Collection[Any]) -> Iterator[Any]:
    for some in chunks(sorted(values)):
        yield from session.exec(query.where(among(session, col(column), some))).all()


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
    first = (col(Customer.added_on), col(Customer.id))  # no index has this order, so that what is asked for leads
    query = select(Customer).where(which, Customer.id != customer.id).order_by(*first)
    return list(session.exec(query.limit(MOST_LOOKED_AT)).all())


def _place(customer: Customer) -> tuple[int, str, UUID]:
    """Among customers of one domain, that with the fewest words in its name stands above the others."""
    return len(customer.name_key.split()), customer.added_on.isoformat(), customer.id

"""Reads about customers. Lists are ordered by overdue ratio; no size is ever read for an order."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import days_between, workspace_of
from bot.core.errors import Ambiguous, NotFound
from bot.customers.rules.domains import registrable_domain
from bot.customers.rules.due import SnoozeReason, Standing, Status, standing
from bot.customers.rules.names import clean_text, look_alikes, name_key
from bot.customers.schemas import Coverage, CustomerSchema
from bot.customers.tables import Alias, Contact, Customer
from bot.people.queries import get_today, list_names

NEAREST = 3
MOST_MATCHES = 20


def get_customer(session: Session, customer_id: UUID) -> Customer:
    """
    The customer with that id.

    Raises:
        NotFound: it isn't there (any more), or it is another workspace's.
    """
    query = select(Customer).where(Customer.workspace_id == workspace_of(session), Customer.id == customer_id)
    customer = session.exec(query).first()
    if customer is None:
        raise NotFound("That customer isn't here any more; look it up with /customers.")
    return customer


def find_row(session: Session, customer_id: str) -> Customer | None:
    """The customer with that id as text, or None."""
    try:
        key = UUID(customer_id)
    except ValueError:
        return None
    return list_by_ids(session, [key]).get(key)


def list_by_ids(session: Session, customer_ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """These customers, by id; unknown ids are left out."""
    if not customer_ids:
        return {}
    query = select(Customer).where(
        Customer.workspace_id == workspace_of(session), col(Customer.id).in_(list(customer_ids))
    )
    return {customer.id: customer for customer in session.exec(query).all()}


def find_customer(session: Session, words: str) -> Customer:
    """
    The one customer called *words*: by name, alias or domain; capitals, accents and legal forms don't matter.

    Raises:
        Ambiguous: several are called so; `nearest` holds them.
        NotFound: none is; `nearest` holds those with the most similar names.
    """
    asked = clean_text(words, 80)
    found = list_exact(session, words)
    if len(found) == 1:
        return found[0]
    if found:
        many = f"More than {MOST_MATCHES}" if len(found) > MOST_MATCHES else str(len(found))
        raise Ambiguous(
            f"{many} customers are called {asked}; choose one.",
            asked=asked,
            nearest=tuple((customer.id, customer.name) for customer in found[:MOST_MATCHES]),
        )
    nearest = list_nearest(session, words)
    hint = f" Did you mean {_either([name for _, name in nearest])}?" if nearest else ""
    raise NotFound(f"No customer is called {asked}.{hint}", asked=asked, nearest=nearest)


def list_exact(session: Session, words: str) -> Sequence[Customer]:
    """Customers whose name, alias or domain is just *words*, by name."""
    key, workspace = name_key(words), workspace_of(session)
    if not key:
        return []
    domain = registrable_domain(words)
    named = select(Alias.customer_id).where(Alias.workspace_id == workspace, Alias.name_key == key)
    either = [col(Customer.name_key) == key, col(Customer.id).in_(named)]
    if domain:
        either.append(col(Customer.domain) == domain)
    query = select(Customer).where(Customer.workspace_id == workspace, sa.or_(*either))
    return session.exec(query.order_by(col(Customer.name_key), col(Customer.id)).limit(MOST_MATCHES + 1)).all()


def list_nearest(session: Session, words: str, limit: int = NEAREST) -> tuple[tuple[UUID, str], ...]:
    """The (id, name) of customers whose names look most like *words*, in spite of typing errors."""
    workspace = workspace_of(session)
    names = session.exec(select(Customer.id, Customer.name_key).where(Customer.workspace_id == workspace)).all()
    aliases = session.exec(select(Alias.customer_id, Alias.name_key).where(Alias.workspace_id == workspace)).all()
    ids: dict[str, UUID] = {key: customer_id for customer_id, key in (*aliases, *names)}
    alike = look_alikes(name_key(words), list(ids), limit * 2)
    wanted = list(dict.fromkeys(ids[key] for key in alike))[:limit]
    rows = list_by_ids(session, wanted)
    return tuple((customer_id, rows[customer_id].name) for customer_id in wanted)


def list_contacts(session: Session, customer_id: UUID) -> Sequence[Contact]:
    """The human beings at a customer, by name."""
    query = select(Contact).where(Contact.workspace_id == workspace_of(session), Contact.customer_id == customer_id)
    return session.exec(query.order_by(col(Contact.name), col(Contact.id))).all()


def list_aliases(session: Session, customer_id: UUID) -> Sequence[Alias]:
    """Its other names."""
    query = select(Alias).where(Alias.workspace_id == workspace_of(session), Alias.customer_id == customer_id)
    return session.exec(query.order_by(col(Alias.name))).all()


def overdue_first(today: date) -> tuple[Any, ...]:
    """The order of every list: days waited ÷ cadence, the highest first; equal ones by id, blind to size."""
    waited = days_between(sa.type_coerce(today, sa.Date()), col(Customer.waiting_since))
    return (sa.cast(waited, sa.Float) / col(Customer.effective_cadence_days)).desc(), col(Customer.id)


def sleeping(today: date) -> Any:
    """SQL for: put off, and the putting off still holds today."""
    asked = col(Customer.snooze_reason) == SnoozeReason.CUSTOMER_ASKED
    return sa.and_(
        col(Customer.snoozed_until).is_not(None),
        col(Customer.snoozed_until) > today,
        sa.or_(asked, col(Customer.neglected_after) >= today),
    )


def waiting(today: date) -> Any:
    """SQL for: active, due or neglected, and not put off."""
    reached = sa.or_(col(Customer.due_on) <= today, col(Customer.neglected_after) < today)
    return sa.and_(col(Customer.status) == Status.ACTIVE, reached, sa.not_(sleeping(today)))


def neglected(today: date) -> Any:
    """SQL for: active, past the hard limit, and not put off at the customer's own wish."""
    return sa.and_(
        col(Customer.status) == Status.ACTIVE, col(Customer.neglected_after) < today, sa.not_(sleeping(today))
    )


def list_waiting(
    session: Session, *, owner_ids: Sequence[str], today: date, limit: int | None = None
) -> Sequence[Customer]:
    """Customers of these owners that are due or neglected, longest wait first."""
    query = select(Customer).where(
        Customer.workspace_id == workspace_of(session), col(Customer.owner_id).in_(list(owner_ids)), waiting(today)
    )
    return session.exec(query.order_by(*overdue_first(today)).limit(limit)).all()


def list_snoozed(session: Session, *, owner_id: str, today: date, limit: int | None = None) -> Sequence[Customer]:
    """Customers of this owner that are put off, the first to wake first."""
    query = select(Customer).where(
        Customer.workspace_id == workspace_of(session),
        Customer.owner_id == owner_id,
        Customer.status == Status.ACTIVE,
        sleeping(today),
    )
    return session.exec(query.order_by(col(Customer.snoozed_until), col(Customer.id)).limit(limit)).all()


def list_neglected(
    session: Session, *, today: date, owner_id: str | None = None, limit: int | None = None, offset: int = 0
) -> Sequence[Customer]:
    """Neglected customers of the workspace or of one owner, longest wait first."""
    query = select(Customer).where(Customer.workspace_id == workspace_of(session), neglected(today))
    if owner_id is not None:
        query = query.where(Customer.owner_id == owner_id)
    return session.exec(query.order_by(*overdue_first(today)).offset(offset).limit(limit)).all()


def list_pool(session: Session, *, today: date, limit: int | None = None) -> Sequence[Customer]:
    """Active customers without an owner, longest wait first."""
    query = select(Customer).where(
        Customer.workspace_id == workspace_of(session),
        col(Customer.owner_id).is_(None),
        Customer.status == Status.ACTIVE,
    )
    return session.exec(query.order_by(*overdue_first(today)).limit(limit)).all()


def get_coverage(session: Session, *, today: date, owner_id: str | None = None) -> Coverage:
    """How many active customers stand where on *today*; of the workspace or of one owner."""
    asleep, late = sleeping(today), neglected(today)
    due = sa.and_(waiting(today), sa.not_(late))
    query = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(sa.case((asleep, 1), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(sa.case((late, 1), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(sa.case((due, 1), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(sa.case((col(Customer.owner_id).is_(None), 1), else_=0)), 0),
    ).where(col(Customer.workspace_id) == workspace_of(session), col(Customer.status) == Status.ACTIVE)
    if owner_id is not None:
        query = query.where(col(Customer.owner_id) == owner_id)
    active, snoozed, past, waiting_now, pool = session.execute(query).one()
    return Coverage(
        active=active,
        in_cadence=active - past - waiting_now,
        due=waiting_now,
        neglected=past,
        snoozed=snoozed,
        pool=pool,
    )


def list_schemas(session: Session, customers: Sequence[Customer], *, today: date) -> list[CustomerSchema]:
    """These customers as lists show them, in the order given."""
    names = list_names(session, (customer.owner_id for customer in customers))
    return [schema_of(customer, today=today, owner_name=names.get(customer.owner_id or "")) for customer in customers]


def schema_of(customer: Customer, *, today: date, owner_name: str | None = None) -> CustomerSchema:
    """One customer as lists show it."""
    return CustomerSchema(
        id=customer.id,
        name=customer.name,
        owner_id=customer.owner_id,
        owner_name=owner_name,
        status=customer.status,
        status_reason=customer.status_reason,
        standing=standing_of(customer, today),
        today=today,
        effective_cadence_days=customer.effective_cadence_days,
        waiting_since=customer.waiting_since,
        last_contact_on=customer.last_contact_on,
        due_on=customer.due_on,
        neglected_after=customer.neglected_after,
        snoozed_until=customer.snoozed_until,
        snooze_reason=customer.snooze_reason,
        snooze_note=customer.snooze_note,
        preferences=tuple(customer.preferences),
    )


def standing_of(customer: Customer, today: date) -> Standing:
    """Where it stands on *today*."""
    return standing(
        today,
        due_on=customer.due_on,
        neglected_after=customer.neglected_after,
        snoozed_until=customer.snoozed_until,
        snooze_reason=customer.snooze_reason,
    )


def get_schema(session: Session, *, customer_id: UUID, viewer: str, now: datetime) -> CustomerSchema:
    """One customer as *viewer* sees it today."""
    customer = get_customer(session, customer_id)
    today = get_today(session, person_id=viewer, now=now)
    return list_schemas(session, [customer], today=today)[0]


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"

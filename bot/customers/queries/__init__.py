"""Reads about customers: one, lists, all of them for an export. Lists are ordered by overdue ratio, never by size."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import each_among, workspace_of
from bot.core.errors import NotFound
from bot.customers.queries.coverage import Counts, owned_by
from bot.customers.queries.due import (
    CUSTOMERS,
    FACT_NAMES,
    awake,
    is_active,
    neglected,
    overdue_first,
    sleeping,
    standing_of,
    waiting,
)
from bot.customers.queries.overdue import Which, first_ids
from bot.customers.rules.due import Status
from bot.customers.rules.headers import Field
from bot.customers.schemas import Cell, CustomerSchema
from bot.customers.tables import Alias, Contact, Customer, Import, ImportChange, Loss, NamedParent, RefusedParent
from bot.people.queries import get_today, list_names
from bot.people.tables import Person
from bot.people.usecases import require_here
from bot.workspaces.usecases import BOT

HEADERS: tuple[str, ...] = tuple(field.header for field in Field)
"""Our own headings."""

_SAME_NAMES = (
    "name", "domain", "external_id", "source", "annual_value", "currency", "headcount", "country", "zone", "tags",
    "preferences", "added_on",
)  # fmt: skip
_CONTACT_NAMES = ("name", "role", "email", "phone", "do_not_contact")

OfCustomer = TypeVar("OfCustomer", Alias, Contact)


def get_customer(session: Session, customer_id: UUID) -> Customer:
    """
    Return the customer with that id.

    Raises:
        NotFound: it isn't there (any more), or it is another workspace's.
    """
    customer = session.exec(select(Customer).where(Customer.id == customer_id)).first()
    if customer is None:
        raise NotFound("That customer isn't here any more; look it up with /customers.")
    return customer


def find_row(session: Session, customer_id: str) -> Customer | None:
    """Return the customer with that id as text, or None."""
    try:
        key = UUID(customer_id)
    except ValueError:
        return None
    return list_by_ids(session, [key]).get(key)


def list_by_ids(session: Session, customer_ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """Return these customers by id, without unknown ones."""
    if not customer_ids:
        return {}
    query = select(Customer).where(col(Customer.id).in_(list(customer_ids)))
    return {customer.id: customer for customer in session.exec(query).all()}


def list_contacts(session: Session, customer_id: UUID) -> Sequence[Contact]:
    """List the people at a customer, by name."""
    query = select(Contact).where(Contact.customer_id == customer_id)
    return session.exec(query.order_by(col(Contact.name), col(Contact.id))).all()


def list_aliases(session: Session, customer_id: UUID) -> Sequence[Alias]:
    """List the other names of a customer."""
    query = select(Alias).where(Alias.customer_id == customer_id)
    return session.exec(query.order_by(col(Alias.name))).all()


def list_waiting(
    session: Session, *, owner_ids: Sequence[str], today: date, limit: int | None = None
) -> Sequence[Customer]:
    """List customers of these owners that are due or neglected, furthest past their cadence first."""
    return _overdue_first(session, partial(waiting, today), today=today, limit=limit, owner_ids=owner_ids)


def list_snoozed(session: Session, *, owner_id: str, today: date, limit: int | None = None) -> Sequence[Customer]:
    """List snoozed customers of this owner, the first to wake first."""
    query = select(Customer).where(Customer.owner_id == owner_id, is_active(), sleeping(today))
    return session.exec(query.order_by(col(Customer.snoozed_until), col(Customer.id)).limit(limit)).all()


def list_neglected(
    session: Session,
    *,
    today: date,
    owner_id: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    counts: Counts | None = None,
) -> Sequence[Customer]:
    """
    List neglected customers of the workspace or of one owner, furthest past their cadence first.

    *counts* are the numbers of neglected ones, where known.
    """
    owners, which = None if owner_id is None else [owner_id], partial(neglected, today)
    return _overdue_first(session, which, today=today, limit=limit, offset=offset, owner_ids=owners, counts=counts)


def list_pool(session: Session, *, today: date, limit: int | None = None, offset: int = 0) -> Sequence[Customer]:
    """List active customers without an owner, furthest past their cadence first."""
    return _overdue_first(session, is_active, today=today, limit=limit, offset=offset, owner_ids=[None])


def list_awake(session: Session, *, today: date, limit: int) -> Sequence[Customer]:
    """List active customers that aren't snoozed, furthest past their cadence first."""
    return _overdue_first(session, partial(awake, today), today=today, limit=limit)


def list_all(
    session: Session, *, today: date, limit: int, offset: int, counts: Counts | None = None
) -> Sequence[Customer]:
    """
    List all customers: active ones first, each furthest past their cadence first.

    A page of nothing but active ones is read from an index; *counts* are the numbers of active ones, where known.
    """
    found = first_ids(session, is_active, today=today, limit=limit, offset=offset, counts=counts)
    if len(found) < limit:
        return list_matching(session, sa.true(), today, limit=limit, offset=offset)[0]
    return _in_order(session, found)


def list_matching(
    session: Session, which: sa.ColumnElement[bool], today: date, *, limit: int, offset: int
) -> tuple[Sequence[Customer], int]:
    """
    List customers for which *which* holds, in the order of `list_all`, and return how many there are in all.

    After the last one there is none, and the number is 0.
    """
    found, total, _ = list_found(session, which, sa.literal(0), today, limit=limit, offset=offset)
    return found, total


def list_found(
    session: Session,
    which: sa.ColumnElement[bool],
    told: sa.ColumnElement[int],
    today: date,
    *,
    limit: int,
    offset: int,
) -> tuple[Sequence[Customer], int, int]:
    """Return what `list_matching` does, and the number that *told* selects in the same statement; 0 after the last."""
    order = (sa.case((is_active(), 0), else_=1), *overdue_first(today))
    uncovered = CUSTOMERS.c.name  # without it, SQLite reads all of an index that holds the rest
    query = sa.select(CUSTOMERS.c.id, sa.func.count().over(), told, uncovered).where(
        CUSTOMERS.c.workspace_id == workspace_of(session), which
    )
    rows = session.execute(query.order_by(*order).offset(offset).limit(limit)).all()
    total, number = rows[0][1:3] if rows else (0, 0)
    return _in_order(session, [customer_id for customer_id, *_ in rows]), total, number


def _overdue_first(
    session: Session,
    which: Which,
    *,
    today: date,
    limit: int | None,
    offset: int = 0,
    owner_ids: Sequence[str | None] | None = None,
    counts: Counts | None = None,
) -> Sequence[Customer]:
    """
    List those for which *which* holds, furthest past their cadence first; of *owner_ids* unless it is None.

    *counts* are what `first_ids` takes.
    """
    if limit is None:
        theirs = () if owner_ids is None else (owned_by(CUSTOMERS, owner_ids),)
        query = select(Customer).where(which(CUSTOMERS), *theirs).order_by(*overdue_first(today))
        return session.exec(query.offset(offset)).all()
    about: dict[str, Any] = {"limit": limit, "offset": offset, "owner_ids": owner_ids, "counts": counts}
    return _in_order(session, first_ids(session, which, today=today, **about))


def _in_order(session: Session, customer_ids: Sequence[UUID]) -> list[Customer]:
    rows = list_by_ids(session, customer_ids)
    return [rows[customer_id] for customer_id in customer_ids]


def list_owner_ids(session: Session, *, most: int) -> tuple[str, ...]:
    """List who owns active customers and may get more, by name; nobody where they are more than *most*."""
    owning = select(Customer.owner_id).where(Customer.status == Status.ACTIVE)
    here = (col(flag).is_(False) for flag in (Person.is_deactivated, Person.is_bot, Person.is_guest))
    query = select(Person.id).where(col(Person.id).in_(owning), *here).order_by(col(Person.name_key), col(Person.id))
    found = session.exec(query.limit(most + 1)).all()
    return tuple(found) if len(found) <= most else ()


def list_schemas(session: Session, customers: Sequence[Customer], *, today: date) -> list[CustomerSchema]:
    """Return these customers as lists show them, in the order given."""
    names = list_names(session, (customer.owner_id for customer in customers))
    return [schema_of(customer, today=today, owner_name=names.get(customer.owner_id or "")) for customer in customers]


def schema_of(customer: Customer, *, today: date, owner_name: str | None = None) -> CustomerSchema:
    """Return one customer as lists show it."""
    values = {name: getattr(customer, name) for name in FACT_NAMES}
    return CustomerSchema(**values, owner_name=owner_name, today=today, standing=standing_of(customer, today))


def get_schema(session: Session, *, customer_id: UUID, viewer: str, now: datetime) -> CustomerSchema:
    """Return one customer as *viewer* sees it today."""
    customer = get_customer(session, customer_id)
    today = get_today(session, person_id=viewer, now=now)
    return list_schemas(session, [customer], today=today)[0]


def export_rows(session: Session, *, viewer: str = BOT, now: datetime) -> list[list[Cell]]:  # noqa: ARG001 - every query takes the time
    """
    List all customers in the order of `HEADERS`, by name; further contacts stand in rows of their own that repeat the
    customer. Importing that list changes nothing. Without a viewer, it is the command line that asks.

    Raises:
        NotAllowed: the viewer is a guest or unknown.
    """
    if viewer != BOT:
        require_here(session, by=viewer)
    customers = session.exec(select(Customer).order_by(col(Customer.name_key), col(Customer.id))).all()
    by_id = {customer.id: customer for customer in customers}
    aliases = _by_customer(session.exec(select(Alias).order_by(col(Alias.name))).all())
    contacts = _by_customer(session.exec(select(Contact).order_by(col(Contact.name), col(Contact.id))).all())
    people = session.exec(select(Person.id, Person.email)).all()
    owners = {person_id: email or person_id for person_id, email in people}
    return [
        row
        for customer in customers
        for row in _rows(customer, by_id, owners, aliases.get(customer.id, []), contacts.get(customer.id, []))
    ]


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """Return what is kept here about a customer, or with a person's name on it, as JSON values."""
    if kind == "person":
        owned = select(Customer.name).where(Customer.owner_id == subject_id)
        made = select(Import.file_name).where(Import.by == subject_id)
        return {"owns": list(session.exec(owned).all()), "imported": list(session.exec(made).all())}
    customer = find_row(session, subject_id) if kind == "customer" else None
    if customer is None:
        return {}
    changes = session.exec(select(ImportChange).where(ImportChange.customer_id == customer.id)).all()
    named = select(NamedParent.name).where(NamedParent.customer_id == customer.id)
    refused = select(RefusedParent).where(RefusedParent.customer_id == customer.id)
    losses = select(Loss).where(Loss.customer_id == customer.id).order_by(col(Loss.lost_on))
    return {
        "customer": customer.model_dump(mode="json"),
        "aliases": [alias.name for alias in list_aliases(session, customer.id)],
        "contacts": [contact.model_dump(mode="json") for contact in list_contacts(session, customer.id)],
        "parents_named": list(session.exec(named).all()),
        "parents_refused": [one.model_dump(mode="json") for one in session.exec(refused).all()],
        "losses": [loss.model_dump(mode="json") for loss in session.exec(losses).all()],
        "imports": [change.model_dump(mode="json") for change in changes],
    }


def _by_customer(rows: Iterable[OfCustomer]) -> dict[UUID, list[OfCustomer]]:
    found: dict[UUID, list[OfCustomer]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(row)
    return found


def _rows(
    customer: Customer,
    by_id: Mapping[UUID, Customer],
    owners: Mapping[str, str],
    aliases: Sequence[Alias],
    contacts: Sequence[Contact],
) -> Iterator[list[Cell]]:
    values: dict[Field, Cell] = {Field(name): getattr(customer, name) for name in _SAME_NAMES}
    values |= {
        Field.ALIASES: [alias.name for alias in aliases], Field.CADENCE: customer.cadence_days,
        Field.OWNER: owners.get(customer.owner_id or "", customer.owner_id), Field.STATUS: customer.status.value,
        Field.PARENT: _parent(customer, by_id), Field.LAST_CONTACT: customer.last_contact_on,
    }  # fmt: skip
    several: Sequence[Contact | None] = contacts or (None,)
    for contact in several:
        details = {Field(f"contact_{name}"): getattr(contact, name) for name in _CONTACT_NAMES} if contact else {}
        yield [(values | details).get(field) for field in Field]


def _parent(customer: Customer, by_id: Mapping[UUID, Customer]) -> str | None:
    """Return the parent as the import finds it: its id where that is of the same system, else its name."""
    parent = by_id.get(customer.parent_id) if customer.parent_id else None
    if parent is None:
        return None
    same_system = parent.external_id and customer.external_id and (parent.source or "") == (customer.source or "")
    return parent.external_id if same_system else parent.name


def list_customer_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of these customers by id."""
    named = select(Customer.id, Customer.name)
    parts = each_among(session, col(Customer.id), list(ids))
    return {id_: name for part in parts for id_, name in session.exec(named.where(part))}

"""Everything about all customers, as a list that comes back unchanged; and about one, to hand out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.customers.queries import find_row
from bot.customers.rules.headers import Field
from bot.customers.schemas import Cell
from bot.customers.tables import Alias, Contact, Customer, Import, ImportChange
from bot.people.tables import Person
from bot.people.usecases import require_here
from bot.workspaces.usecases import BOT

HEADERS: tuple[str, ...] = tuple(field.header for field in Field)
"""Our own headings."""


def export_rows(session: Session, *, viewer: str = BOT, now: datetime) -> list[list[Cell]]:  # noqa: ARG001 - every query takes the time
    """
    All customers in the order of `HEADERS`, by name; further contacts stand in rows of their own that repeat the
    customer. Taking the list in again changes nothing. Without a viewer, it is the command line that asks.

    Raises:
        NotAllowed: the viewer is a guest or unknown.
    """
    if viewer != BOT:
        require_here(session, by=viewer)
    customers = session.exec(select(Customer).order_by(col(Customer.name_key), col(Customer.id))).all()
    by_id = {customer.id: customer for customer in customers}
    aliases, contacts = _aliases(session), _contacts(session)
    people = session.exec(select(Person.id, Person.email)).all()
    owners = {person_id: email or person_id for person_id, email in people}
    return [
        row
        for customer in customers
        for row in _rows(customer, by_id, owners, aliases.get(customer.id, []), contacts.get(customer.id, []))
    ]


def export_one(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """Everything this feature keeps about a customer, or what it keeps with a person's name on it, as JSON values."""
    if kind == "person":
        owned = select(Customer.name).where(Customer.owner_id == subject_id)
        made = select(Import.file_name).where(Import.by == subject_id)
        return {"owns": list(session.exec(owned).all()), "imported": list(session.exec(made).all())}
    customer = find_row(session, subject_id) if kind == "customer" else None
    if customer is None:
        return {}
    changes = select(ImportChange).where(ImportChange.customer_id == customer.id)
    return {
        "customer": customer.model_dump(mode="json"),
        "aliases": [alias.name for alias in _aliases(session, customer.id).get(customer.id, [])],
        "contacts": [
            contact.model_dump(mode="json") for contact in _contacts(session, customer.id).get(customer.id, [])
        ],
        "imports": [change.model_dump(mode="json") for change in session.exec(changes).all()],
    }


def _aliases(session: Session, customer_id: UUID | None = None) -> dict[UUID, list[Alias]]:
    query = select(Alias)
    if customer_id is not None:
        query = query.where(Alias.customer_id == customer_id)
    found: dict[UUID, list[Alias]] = {}
    for alias in session.exec(query.order_by(col(Alias.name))).all():
        found.setdefault(alias.customer_id, []).append(alias)
    return found


def _contacts(session: Session, customer_id: UUID | None = None) -> dict[UUID, list[Contact]]:
    query = select(Contact)
    if customer_id is not None:
        query = query.where(Contact.customer_id == customer_id)
    found: dict[UUID, list[Contact]] = {}
    for contact in session.exec(query.order_by(col(Contact.name), col(Contact.id))).all():
        found.setdefault(contact.customer_id, []).append(contact)
    return found


def _rows(
    customer: Customer,
    by_id: Mapping[UUID, Customer],
    owners: Mapping[str, str],
    aliases: Sequence[Alias],
    contacts: Sequence[Contact],
) -> Iterator[list[Cell]]:
    values: dict[Field, Cell] = {
        Field.NAME: customer.name,
        Field.ALIASES: [alias.name for alias in aliases],
        Field.DOMAIN: customer.domain,
        Field.OWNER: owners.get(customer.owner_id or "", customer.owner_id),
        Field.CADENCE: customer.cadence_days,
        Field.STATUS: customer.status.value,
        Field.EXTERNAL_ID: customer.external_id,
        Field.SOURCE: customer.source,
        Field.PARENT: _parent(customer, by_id),
        Field.ANNUAL_VALUE: customer.annual_value,
        Field.CURRENCY: customer.currency,
        Field.HEADCOUNT: customer.headcount,
        Field.COUNTRY: customer.country,
        Field.ZONE: customer.zone,
        Field.TAGS: customer.tags,
        Field.PREFERENCES: customer.preferences,
        Field.ADDED_ON: customer.added_on,
        Field.LAST_CONTACT: customer.last_contact_on,
    }
    several: Sequence[Contact | None] = contacts or (None,)
    for contact in several:
        yield [(values | _contact(contact)).get(field) for field in Field]


def _parent(customer: Customer, by_id: Mapping[UUID, Customer]) -> str | None:
    """The parent as the import finds it: by its id where that is of the same system, else by its name."""
    parent = by_id.get(customer.parent_id) if customer.parent_id else None
    if parent is None:
        return None
    same_system = parent.external_id and customer.external_id and (parent.source or "") == (customer.source or "")
    return parent.external_id if same_system else parent.name


def _contact(contact: Contact | None) -> dict[Field, Cell]:
    if contact is None:
        return {}
    return {
        Field.CONTACT_NAME: contact.name,
        Field.CONTACT_ROLE: contact.role,
        Field.CONTACT_EMAIL: contact.email,
        Field.CONTACT_PHONE: contact.phone,
        Field.CONTACT_DO_NOT_CONTACT: contact.do_not_contact,
    }

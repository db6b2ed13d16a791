"""Undoing an import: restores what it changed and deletes what it added, unless somebody has used it since."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from bot.core.database import workspace_of
from bot.core.errors import AlreadyDone, NotAllowed, NotFound
from bot.customers.queries import list_by_ids
from bot.customers.queries.due import ScheduleBatch
from bot.customers.rules.names import name_key
from bot.customers.schemas import ImportUndone
from bot.customers.tables import Alias, Contact, Customer, Import, ImportChange
from bot.customers.usecases.undone import cancel_news, tell_owners
from bot.customers.usecases.writing import SCHEDULE_INPUTS, as_json, update_rows
from bot.people.usecases import may_manage, require_here, whom_to_ask
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT, record

CONTACT = "contact:"
_AMOUNT = re.compile(r"\d+\.\d\d")
CHUNK = 500  # ids in one statement
UNSYNCED = {"synchronize_session": False}  # comparing each chunk with tens of thousands of loaded rows takes seconds
MOST_EXAMPLES = 20
OWN_TABLES = frozenset({"customers", "customer_aliases", "contacts", "import_changes"})
USED = "something has happened with it since"
CHANGED = "somebody has changed it since"


def undo_import(session: Session, *, import_id: UUID, by: str, now: datetime) -> ImportUndone:
    """
    Take back an import. A customer it added stays when anything has happened with it since (a check-in, a reminder, a
    hand-over, an edit, another list); a field it changed stays when somebody changed it again. People who were told
    that they got customers by it are told that they are gone.

    Raises:
        NotFound: no such import.
        NotAllowed: *by* neither imported it nor is a manager ("bot" stands for the command line).
        AlreadyDone: it was undone before.
    """
    made = session.exec(select(Import).where(Import.id == import_id).with_for_update()).first()
    if made is None:
        raise NotFound("There is no such import here; the ones there are stand in /customers import.")
    if by != BOT and not may_manage(actor := require_here(session, by=by)) and made.by != actor.id:
        raise NotAllowed(f"Only managers can undo somebody else's import; ask {whom_to_ask(session)}.")
    if made.undone_at is not None:
        raise AlreadyDone(f"The import of {made.file_name} was undone already.")
    changes = session.exec(select(ImportChange).where(ImportChange.import_id == import_id)).all()
    restored, kept = _restore(session, [change for change in changes if not change.added], now=now)
    added = [change.customer_id for change in changes if change.added]
    used = _used(session, made, added)  # after restoring: a parent that the list itself gave is no use of one it added
    removed = [customer_id for customer_id in added if customer_id not in used]
    kept += [(session.get_one(Customer, customer_id).name, USED) for customer_id in sorted(used)[:MOST_EXAMPLES]]
    delete_customers(session, removed)
    cancel_news(session, import_id, now=now)
    made.undone_at, made.undone_by = now, by
    result = ImportUndone(
        id=import_id, file_name=made.file_name, removed=len(removed), restored=restored,
        kept=tuple(kept[:MOST_EXAMPLES]), kept_total=len(kept) + max(len(used) - MOST_EXAMPLES, 0),
    )  # fmt: skip
    record(
        session, "customers.import_undone", by=by, kind="import", subject=import_id, now=now,
        after={"removed": result.removed, "restored": restored, "kept": result.kept_total},
    )  # fmt: skip
    session.flush()
    tell_owners(session, made, by=by, now=now)
    return result


def _used(session: Session, made: Import, added: Sequence[UUID]) -> set[UUID]:
    """Return which of the *added* customers something refers to, was done with, or was said about by a later list."""
    used: set[UUID] = set()
    ours = set(added)
    for ids in _chunks(added):
        for table, column in _referring():
            query = sa.select(column).where(table.c.workspace_id == workspace_of(session), column.in_(ids))
            used |= set(session.execute(query.distinct()).scalars())
        acted_on = select(AuditEntry.customer_id).where(
            col(AuditEntry.customer_id).in_(ids), col(AuditEntry.at) >= made.at
        )
        listed_later = (
            select(ImportChange.customer_id)
            .join(Import, col(Import.id) == col(ImportChange.import_id))
            .where(col(ImportChange.customer_id).in_(ids), Import.id != made.id, col(Import.undone_at).is_(None))
        )
        used |= {key for query in (acted_on, listed_later) for key in session.exec(query).all() if key}
        children = session.exec(select(Customer.parent_id, Customer.id).where(col(Customer.parent_id).in_(ids))).all()
        used |= {parent_id for parent_id, child in children if parent_id and child not in ours}
    return used


def _referring() -> Iterator[tuple[sa.Table, sa.Column[Any]]]:
    """
    Yield every column of another feature's tables that points at a customer.

    Rows that the database deletes with their customer are no use of it.
    """
    for table in SQLModel.metadata.tables.values():
        for key in table.foreign_key_constraints if table.name not in OWN_TABLES else ():
            if key.referred_table.name == "customers" and key.ondelete != "CASCADE":
                yield table, next(element.parent for element in key.elements if element.column.name == "id")


def _restore(session: Session, changes: Sequence[ImportChange], *, now: datetime) -> tuple[int, list[tuple[str, str]]]:
    """Restore what the import changed; return how many customers that was, and (name, why) of what stays."""
    schedules = ScheduleBatch(session)
    updates, kept, restored = [], [], 0
    ids = [change.customer_id for change in changes]
    customers = {key: row for some in _chunks(ids) for key, row in list_by_ids(session, some).items()}
    for change in changes:
        customer = customers[change.customer_id]
        values, touched = _values_before(customer, change)
        touched |= _undo_aliases_and_contacts(session, change)
        if touched:
            kept.append((customer.name, f"{', '.join(sorted(touched))}: {CHANGED}"))
        if SCHEDULE_INPUTS & values.keys():
            values |= schedules.schedule_of(customer, **values)._asdict()
        if values:
            updates.append((customer.id, {**values, "changed_at": now}))
        restored += bool(values) or not touched
    session.flush()
    update_rows(session, Customer, updates)
    session.expire_all()
    return restored, kept


def _values_before(customer: Customer, change: ImportChange) -> tuple[dict[str, Any], set[str]]:
    """Return the columns to restore, and the names of those that somebody changed meanwhile."""
    values: dict[str, Any] = {}
    touched: set[str] = set()
    for name, after in change.after.items():
        if name == "aliases" or name.startswith(CONTACT):
            continue
        if _comparable(getattr(customer, name)) == _comparable(after):
            values[name] = _from_json(name, change.before[name])
        else:
            touched.add(name.removesuffix("_id").removesuffix("_key").replace("_", " "))
    return values, touched


def _comparable(value: Any) -> Any:
    text = as_json(value)
    return float(text) if isinstance(value, Decimal) or (isinstance(text, str) and _AMOUNT.fullmatch(text)) else text


def _from_json(name: str, value: Any) -> Any:
    kind = SQLModel.metadata.tables["customers"].c[name].type.python_type
    if kind is date and value is not None:
        return date.fromisoformat(value)
    return kind(value) if value is not None and issubclass(kind, Decimal | UUID | Enum) else value


def _undo_aliases_and_contacts(session: Session, change: ImportChange) -> set[str]:
    """Remove added aliases and contacts, restore changed contacts; what was changed meanwhile stays."""
    touched: set[str] = set()
    if keys := [name_key(name) for name in change.after.get("aliases", [])]:
        theirs = col(Alias.customer_id) == change.customer_id
        session.execute(sa.delete(Alias).where(theirs, col(Alias.name_key).in_(keys)))
    for name, after in change.after.items():
        if name.startswith(CONTACT):
            contact = session.get(Contact, UUID(name.removeprefix(CONTACT)))
            if contact is None or any(getattr(contact, column) != value for column, value in after.items()):
                touched.add("contacts")
            elif change.before[name] is None:
                session.delete(contact)
            else:
                for column, value in change.before[name].items():
                    setattr(contact, column, value)
    return touched


def delete_customers(session: Session, customer_ids: Sequence[UUID]) -> int:
    """Delete customers with their names, contacts and what imports did to them; return how many rows went."""
    session.flush()
    gone = 0
    for ids in _chunks(customer_ids):
        children = sa.update(Customer).where(col(Customer.parent_id).in_(ids))
        session.execute(children.values(parent_id=None), execution_options=UNSYNCED)
        for table in (ImportChange, Alias, Contact):
            theirs = sa.delete(table).where(col(table.customer_id).in_(ids))
            gone += session.exec(theirs, execution_options=UNSYNCED).rowcount
    for ids in _chunks(customer_ids):
        them = sa.delete(Customer).where(col(Customer.id).in_(ids))
        gone += session.exec(them, execution_options=UNSYNCED).rowcount
    session.expire_all()
    return gone


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))

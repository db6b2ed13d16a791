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

from bot.core.batches import Batches, OneTransaction
from bot.core.database import chunks, workspace_of
from bot.core.errors import AlreadyDone
from bot.customers.queries import list_by_ids
from bot.customers.queries.due import ScheduleBatch
from bot.customers.rules.batches import ImportState
from bot.customers.rules.names import name_key
from bot.customers.schemas import ImportUndone
from bot.customers.schemas.importing import ImportRun
from bot.customers.tables import Alias, Contact, Customer, Import, ImportChange, Loss, NamedParent, RefusedParent
from bot.customers.usecases.comparing import Progress
from bot.customers.usecases.losses import take_listed_losses_back
from bot.customers.usecases.running import end_run, interrupting, require_import, require_run, take_over
from bot.customers.usecases.undone import cancel_news, tell_owners
from bot.customers.usecases.writing import SCHEDULE_INPUTS, as_json, update_rows
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT, record

CONTACT = "contact:"
_AMOUNT = re.compile(r"\d+\.\d\d")
UNSYNCED = {"synchronize_session": False}  # comparing each chunk with tens of thousands of loaded rows takes seconds
MOST_EXAMPLES = 20
OWN_TABLES = frozenset({
    "customers", "customer_aliases", "contacts", "import_changes", "named_parents", "refused_parents", "losses",
})  # fmt: skip
USED = "something has happened with it since"
CHANGED = "somebody has changed it since"
_NOTHING_UNDONE = {"done": 0, "restored": 0, "removed": 0, "kept": [], "kept_total": 0, "added": False, "after": ""}


def undo_import(session: Session, *, import_id: UUID, by: str, now: datetime) -> ImportUndone:
    """Undo an import in the transaction of *session*, as `run_undo` does in many."""
    return run_undo(OneTransaction(session, now), import_id=import_id, by=by)


def run_undo(batches: Batches, *, import_id: UUID, by: str, progress: Progress | None = None) -> ImportUndone:
    """
    Take back an import, in *batches*. A customer it added stays when anything has happened with it since (a check-in, a
    reminder, a hand-over, an edit, another list); a field it changed stays when somebody changed it again. People who
    were told that they got customers by it are told that they are gone.

    Raises:
        NotFound: no such import.
        NotAllowed: *by* neither imported it nor is a manager ("bot" stands for the command line).
        AlreadyDone: it was undone before, or it or another import is running.
    """
    return go_on_undoing(batches, run=batches.write(start_undo, import_id=import_id, by=by), progress=progress)


def go_on_undoing(batches: Batches, *, run: ImportRun, progress: Progress | None = None) -> ImportUndone:
    """Undo what a *run* has not undone yet."""
    with interrupting(batches, run):
        while (done := batches.write(undo_part, run=run, limit=batches.limit)) is not None:
            if progress:
                progress(*done)
        return batches.write(finish_undo, run=run)


def start_undo(session: Session, *, import_id: UUID, by: str, now: datetime) -> ImportRun:
    """
    Begin to undo an import, or go on, and cancel the messages about it that weren't sent.

    Raises:
        NotFound, NotAllowed, AlreadyDone: as `run_undo`.
    """
    made = require_import(session, import_id=import_id, by=by)
    if made.undone_at is not None:
        raise AlreadyDone(f"The import of {made.file_name} was undone already.")
    run = take_over(session, made, now=now)
    if made.state is not ImportState.UNDOING:
        made.state, made.undone_by, made.undoing = ImportState.UNDOING, by, _NOTHING_UNDONE
        cancel_news(session, import_id, now=now)
        session.flush()
    return run.model_copy(update={"is_undo": True})


def undo_part(session: Session, *, run: ImportRun, limit: int, now: datetime) -> tuple[int, int] | None:
    """
    Undo what an import did to up to *limit* customers; return how many are done of how many, None when all are.

    Changes are restored first: a parent that the list itself gave is no use of a customer it added.

    Raises:
        AlreadyDone: another run has taken over; nothing is undone.
    """
    made = require_run(session, run)
    sofar = dict(made.undoing)
    changes = _next_changes(session, made, limit) or _next_changes(session, made, limit, added=True)
    if not changes:
        return None
    sofar.update(added=changes[-1].added, after=str(changes[-1].id), done=sofar["done"] + len(changes))
    if sofar["added"]:
        _remove(session, made, [change.customer_id for change in changes], sofar)
    else:
        restored, kept = _restore(session, made, changes, now=now)
        sofar["restored"] += restored
        _add_kept(sofar, kept)
    made.undoing, made.alive_at = sofar, now
    session.flush()
    return sofar["done"], made.added + made.changed


def finish_undo(session: Session, *, run: ImportRun, now: datetime) -> ImportUndone:
    """
    Record that an import is undone, and return what that did.

    Raises:
        AlreadyDone: another run has taken over.
    """
    made = require_run(session, run)
    sofar = made.undoing
    result = ImportUndone(
        id=made.id, file_name=made.file_name, removed=sofar["removed"], restored=sofar["restored"],
        kept=tuple((name, why) for name, why in sofar["kept"]), kept_total=sofar["kept_total"],
    )  # fmt: skip
    made.undone_at, made.undoing = now, {}
    end_run(session, made, ImportState.UNDONE)
    record(
        session, "customers.import_undone", by=made.undone_by or BOT, kind="import", subject=made.id, now=now,
        after={"removed": result.removed, "restored": result.restored, "kept": result.kept_total},
    )  # fmt: skip
    session.flush()
    tell_owners(session, made, by=made.undone_by or BOT, now=now)
    return result


def _next_changes(session: Session, made: Import, limit: int, *, added: bool = False) -> Sequence[ImportChange]:
    """Return the next changes to undo, the latest first, so that children go before their parents."""
    query = select(ImportChange).where(ImportChange.import_id == made.id, col(ImportChange.added).is_(added))
    if made.undoing["after"] and made.undoing["added"] is added:
        query = query.where(col(ImportChange.id) < UUID(made.undoing["after"]))
    elif made.undoing["added"]:
        return []
    return session.exec(query.order_by(col(ImportChange.id).desc()).limit(limit)).all()


def _remove(session: Session, made: Import, added: Sequence[UUID], sofar: dict[str, Any]) -> None:
    """Delete the *added* customers that nobody has used."""
    used = _used(session, made, added)
    removed = [customer_id for customer_id in added if customer_id not in used]
    names = {key: row.name for some in chunks(sorted(used)) for key, row in list_by_ids(session, some).items()}
    _add_kept(sofar, [(names[customer_id], USED) for customer_id in added if customer_id in used])
    delete_customers(session, removed)
    sofar["removed"] += len(removed)


def _add_kept(sofar: dict[str, Any], kept: Sequence[tuple[str, str]]) -> None:
    """Count what stays, and keep the first as examples."""
    sofar["kept"] = [*sofar["kept"], *kept][:MOST_EXAMPLES]
    sofar["kept_total"] += len(kept)


def _used(session: Session, made: Import, added: Sequence[UUID]) -> set[UUID]:
    """Return which of the *added* customers something refers to, was done with, or was said about by a later list."""
    used: set[UUID] = set()
    ours = sa.select(col(ImportChange.customer_id)).where(
        col(ImportChange.import_id) == made.id, col(ImportChange.added).is_(True)
    )
    for ids in chunks(added):
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
        children = select(Customer.parent_id).where(col(Customer.parent_id).in_(ids), col(Customer.id).not_in(ours))
        used |= {parent_id for parent_id in session.exec(children.distinct()).all() if parent_id}
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


def _restore(
    session: Session, made: Import, changes: Sequence[ImportChange], *, now: datetime
) -> tuple[int, list[tuple[str, str]]]:
    """Restore what the import changed; return how many customers that was, and (name, why) of what stays."""
    schedules = ScheduleBatch(session)
    updates, kept, restored = [], [], 0
    ids = [change.customer_id for change in changes]
    customers = {key: row for some in chunks(ids) for key, row in list_by_ids(session, some).items()}
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
    statuses = {key: values["status"] for key, values in updates if "status" in values}
    take_listed_losses_back(session, statuses, on=made.at.date(), by=made.by)
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
    for ids in chunks(customer_ids):
        children = sa.update(Customer).where(col(Customer.parent_id).in_(ids))
        session.execute(children.values(parent_id=None), execution_options=UNSYNCED)
        refused = sa.delete(RefusedParent).where(col(RefusedParent.parent_id).in_(ids))
        gone += session.exec(refused, execution_options=UNSYNCED).rowcount
        for table in (ImportChange, Alias, Contact, Loss, NamedParent, RefusedParent):
            theirs = sa.delete(table).where(col(table.customer_id).in_(ids))
            gone += session.exec(theirs, execution_options=UNSYNCED).rowcount
    for ids in chunks(customer_ids):
        them = sa.delete(Customer).where(col(Customer.id).in_(ids))
        gone += session.exec(them, execution_options=UNSYNCED).rowcount
    session.expire_all()
    return gone

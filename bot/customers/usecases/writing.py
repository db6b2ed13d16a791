"""Writing the rows of an import into the tables, in a few statements however many they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from bot.core import outbox
from bot.core.bulk import insert_many
from bot.core.clock import new_id
from bot.core.database import gather_statistics, workspace_of
from bot.customers.queries.due import MOVING_NAMES, ScheduleBatch
from bot.customers.queries.screens import imported_key
from bot.customers.rules.due import Status
from bot.customers.rules.names import name_key
from bot.customers.rules.rows import Note, Refusal, RowDraft
from bot.customers.schemas import CustomersHandedOver, ImportPlan, ListImported
from bot.customers.tables import Alias, Contact, Customer, Import, ImportChange
from bot.customers.usecases.matching import ListedCustomer
from bot.customers.usecases.scheduling import spread_first_calls
from bot.customers.usecases.undone import given_key
from bot.people.queries import find_person_row
from bot.people.rules import Mute
from bot.workspaces.usecases import BOT, record

Values = dict[str, Any]

MANY = 1000  # customers of one list, after which the database looks at its tables anew
SCHEDULE_INPUTS = frozenset({"owner_id", "cadence_days", "added_on"})
"""Columns that reschedule a customer when a list changes them."""

_BLANK: Values = {"status": Status.ACTIVE, "tags": [], "preferences": []}


@dataclass
class Prepared:
    """
    A list compared with the database: the new customers, and the differences of the others.

    *manages* says whether a manager imports it; *shares* how many new customers each person gets by sharing out.
    """

    new: list[ListedCustomer] = field(default_factory=list)
    changed: list[tuple[ListedCustomer, Values]] = field(default_factory=list)
    known: list[ListedCustomer] = field(default_factory=list)
    rows: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)
    manages: bool = False
    shares: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Batch:
    """Everything an import writes, row by row; `late` first calls find no room in their cadence."""

    customers: list[Values] = field(default_factory=list)
    updates: list[tuple[UUID, Values]] = field(default_factory=list)
    aliases: list[Values] = field(default_factory=list)
    contacts: list[Values] = field(default_factory=list)
    contact_updates: list[tuple[UUID, Values]] = field(default_factory=list)
    before: dict[UUID, Values] = field(default_factory=dict)
    after: dict[UUID, Values] = field(default_factory=dict)
    assigned: dict[str, list[str]] = field(default_factory=dict)
    late: int = 0

    def note(self, customer_id: UUID, column: str, before: Any, after: Any) -> None:
        """Store what a column was and becomes, for undoing."""
        self.before.setdefault(customer_id, {})[column] = as_json(before)
        self.after.setdefault(customer_id, {})[column] = as_json(after)


def build_batch(session: Session, prepared: Prepared, *, file_name: str, by: str, now: datetime) -> Batch:
    """Compute every row that an import writes, and write nothing."""
    schedules, batch = ScheduleBatch(session), Batch()
    batch.late = spread_first_calls(session, schedules, prepared.new, now=now)
    reason = f"said so by the list {file_name}"[:300]
    floor, workspace = schedules.workspace.cadence_floor_days, workspace_of(session)
    for target in sorted(prepared.new, key=_depth):  # parents before their children
        values = {**target.given, **_approvals(target.given, reason=reason, floor=floor, by=by)}
        schedule = schedules.compute(*map(values.get, MOVING_NAMES))
        own = {"id": target.id, "workspace_id": workspace, "changed_at": now}
        batch.customers.append({**_BLANK, **values, **schedule._asdict(), **own})
        if owner := values.get("owner_id"):
            batch.assigned.setdefault(owner, []).append(values["name"])
    for target, different in prepared.changed:
        values = {**different, **_approvals(different, reason=reason, floor=floor, by=by)}
        for column, value in values.items():
            batch.note(target.id, column, getattr(target.current, column), value)
        if SCHEDULE_INPUTS & values.keys():
            values |= schedules.schedule_of(target.current, **values)._asdict()
        batch.updates.append((target.id, {**values, "changed_at": now}))
        if (owner := values.get("owner_id")) and owner != target.current.owner_id:
            batch.assigned.setdefault(owner, []).append(target.name)
    _People(session, batch, prepared).build()
    return batch


def write_import(session: Session, batch: Batch, *, plan: ImportPlan, by: str, now: datetime) -> UUID:
    """Write *batch*, store what was before, notify new owners and who imported; return the import's id."""
    workspace = workspace_of(session)
    made = Import(
        by=by, at=now, file_name=plan.file_name[:200], source=plan.source, added=len(plan.added),
        changed=plan.changed, left_alone=plan.left_alone, refused=plan.refused,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _insert(session, Customer, batch.customers)
    update_rows(session, Customer, batch.updates)
    _insert(session, Alias, batch.aliases)
    _insert(session, Contact, batch.contacts)
    update_rows(session, Contact, batch.contact_updates)
    nothing: Values = {}
    changes = [(row["id"], True, nothing, nothing) for row in batch.customers]
    changes += [(key, False, batch.before[key], after) for key, after in batch.after.items()]
    _insert(session, ImportChange, [
        {"id": new_id(), "workspace_id": workspace, "import_id": made.id, "customer_id": customer_id, "added": added,
         "before": before, "after": after}
        for customer_id, added, before, after in changes
    ])  # fmt: skip
    numbers = {"added": made.added, "changed": made.changed, "file": made.file_name}
    record(session, "customers.imported", by=by, kind="import", subject=made.id, after=numbers, now=now)
    _notify(session, batch, made, plan, by=by, now=now)
    session.flush()
    if len(changes) >= MANY:
        gather_statistics(session.connection(), "customers", "customer_aliases", "contacts", "import_changes")
    return made.id


def update_rows(session: Session, table: type[SQLModel], updates: Iterable[tuple[UUID, Values]]) -> None:
    """Change many rows, each its own columns, with one statement for each set of columns."""
    target = SQLModel.metadata.tables[str(table.__tablename__)]
    groups: dict[tuple[str, ...], list[Values]] = {}
    for row_id, values in updates:
        columns = tuple(sorted(values))
        groups.setdefault(columns, []).append({"row_id": row_id, **{f"new_{name}": values[name] for name in columns}})
    for columns, rows in groups.items():
        statement = (
            sa.update(target)
            .where(target.c.workspace_id == workspace_of(session), target.c.id == sa.bindparam("row_id"))
            .values({name: sa.bindparam(f"new_{name}", type_=target.c[name].type) for name in columns})
        )
        session.connection().execute(statement, rows)


def as_json(value: Any) -> Any:
    """Return a column's value as JSON stores it."""
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case _:
            return value


def _depth(target: ListedCustomer) -> int:
    """Return how many of a customer's ancestors the list names."""
    steps, above = 0, target.parent
    while above is not None:
        steps, above = steps + 1, above.parent
    return steps


def _approvals(values: Mapping[str, Any], *, reason: str, floor: int, by: str) -> Values:
    """Return the reason and the responsible person of a new status and cadence."""
    approvals: Values = {}
    if "status" in values:
        why, who = (None, None) if values["status"] is Status.ACTIVE else (reason, by)
        approvals = {"status_reason": why, "status_by": who, "status_until": None}
    if "cadence_days" in values:
        approvals["cadence_approved_by"] = by if (values["cadence_days"] or 0) > floor else None
    return approvals


class _People:
    """Computes the rows of aliases and contacts."""

    def __init__(self, session: Session, batch: Batch, prepared: Prepared) -> None:
        self.batch, self.prepared, self.workspace = batch, prepared, workspace_of(session)
        self.aliases: dict[UUID, set[str]] = {}
        self.contacts: dict[UUID, list[Values]] = {}
        known = prepared.known
        if any("aliases" in target.given for target in known):
            query = sa.select(col(Alias.customer_id), col(Alias.name_key))
            for customer_id, key in session.execute(query):
                self.aliases.setdefault(customer_id, set()).add(key)
        if any(_has_contact(row) for target in known for row in target.rows):
            contacts = SQLModel.metadata.tables["contacts"]
            for row in session.execute(sa.select(contacts).where(contacts.c.workspace_id == self.workspace)).mappings():
                self.contacts.setdefault(row["customer_id"], []).append(dict(row))

    def build(self) -> None:
        """Add the rows of aliases and contacts to the batch."""
        for target in (*self.prepared.new, *self.prepared.known):
            self._add_aliases(target)
            for row in target.rows:
                if _has_contact(row):
                    self._add_contact(target, row)

    def _add_aliases(self, target: ListedCustomer) -> None:
        named = [alias for row in target.rows for alias in row.aliases or ()]
        has = self.aliases.setdefault(target.id, set()) if named else set()
        own = name_key(target.name) if named else ""
        added = []
        for alias in named:
            key = name_key(alias)
            if key and key != own and key not in has:
                has.add(key)
                added.append(alias)
                owner = {"workspace_id": self.workspace, "customer_id": target.id}
                self.batch.aliases.append({"id": new_id(), **owner, "name": alias, "name_key": key})
        if added and target.current is not None:
            self.batch.note(target.id, "aliases", [], added)

    def _add_contact(self, target: ListedCustomer, row: RowDraft) -> None:
        says = _contact(row)
        contacts = self.contacts.setdefault(target.id, [])
        known = next((contact for contact in contacts if _is_same_person(contact, says)), None)
        if known is None:
            made = {
                "id": new_id(), "workspace_id": self.workspace, "customer_id": target.id, "role": None, "email": None,
                "phone": None, "do_not_contact": False, **says,
            }  # fmt: skip
            contacts.append(made)
            self.batch.contacts.append(made)
            if target.current is not None:
                self.batch.note(target.id, f"contact:{made['id']}", None, says)
            return
        different = {name: value for name, value in says.items() if name != "name" and known[name] != value}
        if different:
            before = {name: known[name] for name in different}
            known.update(different)
            self.batch.contact_updates.append((known["id"], different))
            if target.current is not None:
                self.batch.note(target.id, f"contact:{known['id']}", before, different)


def _has_contact(row: RowDraft) -> bool:
    return bool(row.contact_name or row.contact_email or row.contact_phone)


def _contact(row: RowDraft) -> Values:
    """Return the contact that a row describes; without a name, it goes by the address or number."""
    says: Values = {"name": row.contact_name or row.contact_email or row.contact_phone}
    for column, value in (("role", row.contact_role), ("email", row.contact_email), ("phone", row.contact_phone)):
        if value is not None:
            says[column] = value
    if row.contact_do_not_contact:
        says["do_not_contact"] = True
    return says


def _is_same_person(contact: Mapping[str, Any], says: Mapping[str, Any]) -> bool:
    if contact["email"] and says.get("email"):
        return bool(contact["email"].casefold() == says["email"].casefold())
    return name_key(contact["name"]) == name_key(says["name"])


def _insert(session: Session, table: type[SQLModel], rows: Sequence[Values]) -> None:
    """Insert rows with one statement that names only the columns that any of them has."""
    if rows:
        columns = sorted(set().union(*rows))
        insert_many(session.connection(), SQLModel.metadata.tables[str(table.__tablename__)], columns, rows)


def _notify(session: Session, batch: Batch, made: Import, plan: ImportPlan, *, by: str, now: datetime) -> None:
    for owner, names in batch.assigned.items():
        person = find_person_row(session, owner)
        if owner != by and person is not None and Mute.NEWS not in person.mutes:
            schema = CustomersHandedOver(names=tuple(sorted(names)[:5]), total=len(names), by=by)
            outbox.enqueue(session, schema, to=owner, key=given_key(made.id, owner), now=now)
    if by != BOT:
        notification = ListImported(
            import_id=made.id, file_name=made.file_name, added=made.added, changed=made.changed,
            left_alone=made.left_alone, refused=made.refused, remarks=len(plan.remarks),
            first_refusals=tuple(f"Row {refusal.row_number}: {refusal.reason}" for refusal in plan.refusals[:3]),
            unowned=plan.unowned, may_share=plan.may_share,
        )  # fmt: skip
        outbox.enqueue(session, notification, to=by, key=imported_key(made.id), now=now)

"""Writing parts of an import into the tables, each in a few statements however many rows it has."""

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from bot.core import outbox
from bot.core.bulk import insert_many
from bot.core.clock import new_id
from bot.core.database import each_among, gather_statistics, insert_new, workspace_of
from bot.customers.queries.due import MOVING_NAMES, ScheduleBatch
from bot.customers.queries.screens import imported_key
from bot.customers.rules.batches import ImportState
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text, name_key
from bot.customers.rules.rows import Note, Refusal, RowDraft
from bot.customers.schemas import CustomersHandedOver, ImportPlan
from bot.customers.schemas.importing import ImportRun, ListImported
from bot.customers.tables import NAME_LENGTH, Alias, Contact, Customer, Import, ImportChange, NamedParent
from bot.customers.usecases.losses import end_losses, keep_listed_losses
from bot.customers.usecases.matching import ListedCustomer
from bot.customers.usecases.running import end_run, require_run
from bot.customers.usecases.stale import find_stale
from bot.customers.usecases.undone import given_key
from bot.people.queries import find_person_row
from bot.people.rules import Mute
from bot.workspaces.usecases import BOT, record

Values = dict[str, Any]
NAMES_TOLD = 5
MANY = 1000  # customers of one list, after which the database looks at its tables anew
FILLED = ("customers", "customer_aliases", "contacts", "imports", "import_changes", "customer_tally")
SCHEDULE_INPUTS = frozenset({"owner_id", "cadence_days", "added_on"})
"""Columns that reschedule a customer when a list changes them."""

_BLANK: Values = {"status": Status.ACTIVE, "tags": [], "preferences": []}


@dataclass
class Prepared:
    """
    A list compared with the database: new customers and known ones, whose differences they carry.

    *manages* says whether a manager imports it; *shares* how many new customers each person gets by sharing out; *late*
    how many first calls find no room in their cadence. *stored* are all customers that the list was compared with, and
    *written* those that an earlier run of the same import wrote, with whether it added them.
    """

    import_id: UUID
    rows: int = 0
    manages: bool = False
    new: list[ListedCustomer] = field(default_factory=list)
    known: list[ListedCustomer] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)
    shares: Mapping[str, int] = field(default_factory=dict)
    late: int = 0
    stored: Mapping[UUID, ListedCustomer] = field(default_factory=dict)
    written: Mapping[UUID, bool] = field(default_factory=dict)

    @property
    def changed(self) -> list[ListedCustomer]:
        """The known customers that have differences."""
        return [target for target in self.known if target.different]

    def list_unwritten(self) -> list[ListedCustomer]:
        """List what is to be written: new customers, parents before their children, then known ones."""
        every = [*sorted(self.new, key=_depth), *self.list_known_to_write()]
        return [target for target in every if target.id not in self.written]

    def list_known_to_write(self) -> list[ListedCustomer]:
        """List the known customers that have differences, or perhaps other names or contacts."""
        return list(filter(is_to_write, self.known))


def is_to_write(target: ListedCustomer) -> bool:
    """Return whether a known customer has differences, or its rows perhaps other names or contacts."""
    return bool(target.different) or any(map(_has_people, target.rows))


@dataclass
class Batch:
    """What an import writes, row by row."""

    customers: list[Values] = field(default_factory=list)
    updates: list[tuple[UUID, Values]] = field(default_factory=list)
    aliases: list[Values] = field(default_factory=list)
    contacts: list[Values] = field(default_factory=list)
    contact_updates: list[tuple[UUID, Values]] = field(default_factory=list)
    named_parents: list[Values] = field(default_factory=list)
    before: dict[UUID, Values] = field(default_factory=dict)
    after: dict[UUID, Values] = field(default_factory=dict)

    def note(self, customer_id: UUID, column: str, before: Any, after: Any) -> None:
        """Store what a column was and becomes, for undoing."""
        self.before.setdefault(customer_id, {})[column] = as_json(before)
        self.after.setdefault(customer_id, {})[column] = as_json(after)


def build_batch(
    session: Session, targets: Sequence[ListedCustomer], *, file_name: str, by: str, now: datetime
) -> Batch:
    """Compute every row that an import writes about *targets*, and write nothing."""
    owners = {target.given.get("owner_id") for target in targets}
    owners |= {target.current.owner_id for target in targets if not target.is_new}
    schedules, batch = ScheduleBatch(session, owners), Batch()
    reason = f"said so by the list {file_name}"[:300]
    floor, workspace = schedules.workspace.cadence_floor_days, workspace_of(session)
    for target in targets:
        if target.is_new:
            values = {**target.given, **_approvals(target.given, reason=reason, floor=floor, by=by)}
            schedule = schedules.compute(*map(values.get, MOVING_NAMES))
            own = {"id": target.id, "workspace_id": workspace, "changed_at": now}
            batch.customers.append({**_BLANK, **values, **schedule._asdict(), **own})
        elif target.different:
            values = {**target.different, **_approvals(target.different, reason=reason, floor=floor, by=by)}
            for column, value in values.items():
                batch.note(target.id, column, getattr(target.current, column), value)
            if SCHEDULE_INPUTS & values.keys():
                values |= schedules.schedule_of(target.current, **values)._asdict()
            batch.updates.append((target.id, {**values, "changed_at": now}))
    batch.named_parents = [
        {"customer_id": target.id, "name": clean_text(target.named_parent, NAME_LENGTH), "name_key": key}
        for target in targets
        if (key := name_key(target.named_parent) if target.named_parent else "")
    ]
    _People(session, batch, targets).build()
    return batch


@dataclass(frozen=True)
class Written:
    """What became of a part of a list: the known customers that were *changed*, and what is *stale*, by id."""

    changed: frozenset[UUID]
    stale: frozenset[UUID]


def write_part(
    session: Session,
    *,
    part: Sequence[ListedCustomer],
    prepared: Prepared,
    run: ImportRun,
    has_grown: bool = False,
    now: datetime,
) -> Written:
    """
    Write a part of a list, with what was before, as part of a *run*; what is stale is left out.

    When a table *has_grown* by much, PostgreSQL looks at them anew before it plans the checks of the next part.

    Raises:
        AlreadyDone: another run has taken over; nothing is written.
    """
    made = require_run(session, run)
    stale = find_stale(session, part, import_id=run.id, stored=prepared.stored)
    fresh = [target for target in part if target.id not in stale]
    batch = build_batch(session, fresh, file_name=run.file_name, by=run.by, now=run.at)
    _insert(session, Customer, batch.customers)
    update_rows(session, Customer, batch.updates)
    served = {Status.ACTIVE, Status.PAUSED}
    end_losses(session, [key for key, row in batch.updates if row.get("status") in served], on=run.at.date())
    listed = [*((row["id"], row) for row in batch.customers), *batch.updates]
    lost = [key for key, row in listed if row.get("status") is Status.LOST]
    keep_listed_losses(session, lost, on=run.at.date(), by=run.by)
    _insert(session, Alias, batch.aliases)
    _insert(session, Contact, batch.contacts)
    update_rows(session, Contact, batch.contact_updates)
    insert_new(session, NamedParent, batch.named_parents)
    nothing: Values = {}
    changes = [(row["id"], True, nothing, nothing) for row in batch.customers]
    changes += [(key, False, batch.before[key], after) for key, after in batch.after.items()]
    workspace = workspace_of(session)
    _insert(session, ImportChange, [
        {"id": new_id(), "workspace_id": workspace, "import_id": run.id, "customer_id": customer_id, "added": added,
         "before": before, "after": after}
        for customer_id, added, before, after in changes
    ])  # fmt: skip
    made.added, made.changed, made.alive_at = made.added + len(batch.customers), made.changed + len(batch.after), now
    session.flush()
    if has_grown:
        gather_statistics(session.connection(), *FILLED)
    return Written(frozenset(batch.after), frozenset(stale))


def list_assigned(session: Session, *, run: ImportRun, now: datetime) -> dict[str, CustomersHandedOver]:  # noqa: ARG001 - every query takes the time
    """Return what to tell each owner to whom an import gave customers, reading some of those at a time."""
    owner = sa.case(
        (col(ImportChange.added), col(Customer.owner_id)),
        else_=cast("Any", ImportChange.after)["owner_id"].as_string(),
    )
    query = (
        select(owner, Customer.name)
        .join(ImportChange, col(ImportChange.customer_id) == col(Customer.id))
        .where(ImportChange.import_id == run.id, owner.is_not(None))
    )
    totals, names = Counter[str](), dict[str, list[str]]()
    for owner_id, name in session.exec(query, execution_options={"yield_per": MANY}):
        totals[owner_id] += 1
        insort(names.setdefault(owner_id, []), name)
        del names[owner_id][NAMES_TOLD:]
    return {
        owner_id: CustomersHandedOver(names=tuple(names[owner_id]), total=total, by=run.by)
        for owner_id, total in totals.items()
    }


def finish_import(
    session: Session, *, run: ImportRun, plan: ImportPlan, assigned: Mapping[str, CustomersHandedOver], now: datetime
) -> None:
    """
    Record that every batch of an import is written, and notify new owners and who imported; it can be undone then.

    Raises:
        AlreadyDone: another run has taken over.
    """
    made = require_run(session, run)
    made.left_alone, made.refused = plan.left_alone, plan.refused
    end_run(session, made, ImportState.IMPORTED)
    numbers = {"added": made.added, "changed": made.changed, "file": made.file_name}
    record(session, "customers.imported", by=made.by, kind="import", subject=made.id, after=numbers, now=now)
    _notify(session, assigned, made, plan, now=now)
    session.flush()
    if made.added + made.changed >= MANY:
        gather_statistics(session.connection(), *FILLED)


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

    def __init__(self, session: Session, batch: Batch, targets: Sequence[ListedCustomer]) -> None:
        self.batch, self.targets, self.workspace = batch, targets, workspace_of(session)
        self.aliases: dict[UUID, set[str]] = {}
        self.contacts: dict[UUID, list[Values]] = {}
        known = [target for target in targets if not target.is_new]
        named = [target.id for target in known if any(row.aliases for row in target.rows)]
        for is_theirs in each_among(session, col(Alias.customer_id), named):
            query = sa.select(col(Alias.customer_id), col(Alias.name_key)).where(is_theirs)
            for customer_id, key in session.execute(query):
                self.aliases.setdefault(customer_id, set()).add(key)
        contacts = SQLModel.metadata.tables["contacts"]
        theirs = sa.select(contacts).where(contacts.c.workspace_id == self.workspace)
        with_contact = [target.id for target in known if any(map(_has_contact, target.rows))]
        for is_theirs in each_among(session, contacts.c.customer_id, with_contact):
            for row in session.execute(theirs.where(is_theirs)).mappings():
                self.contacts.setdefault(row["customer_id"], []).append(dict(row))

    def build(self) -> None:
        """Add the rows of aliases and contacts to the batch."""
        for target in self.targets:
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
        if added and not target.is_new:
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
            if not target.is_new:
                self.batch.note(target.id, f"contact:{made['id']}", None, says)
            return
        different = {name: value for name, value in says.items() if name != "name" and known[name] != value}
        if different:
            before = {name: known[name] for name in different}
            known.update(different)
            self.batch.contact_updates.append((known["id"], different))
            if not target.is_new:
                self.batch.note(target.id, f"contact:{known['id']}", before, different)


def _has_people(row: RowDraft) -> bool:
    return bool(row.aliases) or _has_contact(row)


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


def _notify(
    session: Session, assigned: Mapping[str, CustomersHandedOver], made: Import, plan: ImportPlan, *, now: datetime
) -> None:
    for owner, schema in assigned.items():
        person = find_person_row(session, owner)
        if owner != made.by and person is not None and Mute.NEWS not in person.mutes:
            outbox.enqueue(session, schema, to=owner, key=given_key(made.id, owner), now=now)
    if made.by != BOT:
        notification = ListImported(
            import_id=made.id, file_name=made.file_name, added=made.added, changed=made.changed,
            left_alone=made.left_alone, refused=made.refused, remarks=len(plan.remarks),
            first_refusals=tuple(f"Row {refusal.row_number}: {refusal.reason}" for refusal in plan.refusals[:3]),
            unowned=plan.unowned, may_share=plan.may_share, spread=plan.spread,
        )  # fmt: skip
        outbox.enqueue(session, notification, to=made.by, key=imported_key(made.id), now=now)

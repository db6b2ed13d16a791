"""Comparing a list with the database: which of its customers are new, and what differs in the others."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.core.database import chunks
from bot.core.errors import InvalidInput
from bot.customers.rules.due import Status
from bot.customers.rules.grouping import Grouper, RowGroup, combine
from bot.customers.rules.headers import Field
from bot.customers.rules.names import name_key
from bot.customers.rules.rows import Note, Refusal
from bot.customers.schemas import Drafts
from bot.customers.usecases import known
from bot.customers.usecases.matching import NOTHING, ListedCustomer, Matcher, resolve_parents
from bot.customers.usecases.owners import Owners
from bot.customers.usecases.writing import Prepared, is_to_write
from bot.people.usecases import may_manage, require_here
from bot.workspaces.queries import get_workspace
from bot.workspaces.usecases import BOT

N = TypeVar("N", bound=Note)

Progress = Callable[[int, int], None]
"""`progress(done, total)`: called now and then during long work."""

ONLY_MANAGERS = ("cadence", "status")
"""Fields of rows of which only managers may change what is stored to some values."""
ERASABLE = {
    Field.DOMAIN: "domain", Field.OWNER: "owner_id", Field.CADENCE: "cadence_days", Field.PARENT: "parent_id",
    Field.ANNUAL_VALUE: "annual_value", Field.CURRENCY: "currency", Field.HEADCOUNT: "headcount",
    Field.COUNTRY: "country", Field.ZONE: "zone", Field.TAGS: "tags", Field.PREFERENCES: "preferences",
}  # fmt: skip
_SAME_IN_BOTH = ("domain", "annual_value", "currency", "headcount", "country", "zone")


@dataclass(frozen=True)
class ImportOptions:
    """
    How a list is imported, besides what it says itself.

    Rows *apart* are customers of their own, whatever else says that they are one with other rows. New customers without
    an owner are shared out *share_among* these people, or left without one: by the *room* that each has, else evenly.
    """

    erase_blanks: bool = False
    apart: Collection[int] = ()
    share_among: Sequence[str] = ()
    room: Mapping[str, int] = field(default_factory=dict)


class Comparison:
    """Compares a list with the database."""

    def __init__(self, session: Session, drafts: Drafts, options: ImportOptions, *, by: str, import_id: UUID) -> None:
        if drafts.problems:
            raise InvalidInput(" ".join(drafts.problems))
        manages = by == BOT or may_manage(require_here(session, by=by))
        self.drafts, self.options = drafts, options
        self.prepared = Prepared(
            import_id, rows=len(drafts.rows), manages=manages, refusals=list(drafts.refusals),
            remarks=list(drafts.remarks),
        )  # fmt: skip
        self.builder = _ChangeBuilder(session, drafts.columns, by=by, manages=manages, prepared=self.prepared)
        self._groups = _group(drafts, self.prepared, options.apart)
        find_owner = self.builder.owners.find
        self.matcher = Matcher(session, self._groups, find_owner=find_owner, import_id=import_id)
        self.prepared.stored = self.matcher.by_uuid

    def run(self, progress: Progress | None = None) -> Prepared:
        """Return the new and the known customers of the list, with what differs."""
        accepted = self._list_allowed(self._match())
        self.prepared.remarks += under_headings(resolve_parents(accepted, self.matcher), self.drafts)
        erased = [column for column in ERASABLE if self.options.erase_blanks and column in self.drafts.columns]
        done = 0
        for part in chunks(accepted, known.AT_ONCE):
            self.matcher.details.read(part)
            for target in part:
                self._compare(target, erased)
            done += len(part)
            if progress:
                progress(done, len(accepted))
        return self.prepared

    def _match(self) -> list[ListedCustomer]:
        """Return the customers that the rows are about, in the order of the rows; unfit rows are refused."""
        prepared, matcher = self.prepared, self.matcher
        targets = matcher.match(self._groups)
        self._groups.clear()
        prepared.refusals += under_headings(matcher.refusals, self.drafts)
        prepared.remarks += under_headings(matcher.remarks, self.drafts)
        prepared.remarks += (note for target in targets for row in target.rows for note in row.notes)
        return targets

    def _list_allowed(self, targets: Sequence[ListedCustomer]) -> Sequence[ListedCustomer]:
        """Refuse what only managers may change; return the other customers."""
        if self.prepared.manages:
            return targets
        self.matcher.details.read(target for target in targets if any(map(target.says, ONLY_MANAGERS)))
        return [target for target in targets if self.builder.is_allowed(target)]

    def _compare(self, target: ListedCustomer, erased: Sequence[Field]) -> None:
        """Find out what the rows of a customer say that isn't stored; where that is nothing, forget what is stored."""
        target.given, _ = combine(target.rows)
        after = self.builder.values(target, erased, self.drafts)
        if target.is_new:
            target.given = after
            self.prepared.new.append(target)
            return
        self.prepared.known.append(target)
        stored, target.given = target.current, NOTHING
        target.different = {
            name: value for name, value in after.items() if not _same(getattr(stored, name), value)
        } or None
        if not is_to_write(target):
            target.current = None


def _group(drafts: Drafts, prepared: Prepared, apart: Collection[int]) -> list[RowGroup]:
    grouper = Grouper(drafts.rows, apart=frozenset(apart), of_people=drafts.of_people)
    prepared.refusals += under_headings(grouper.refusals, drafts)
    return grouper.groups


def under_headings(notes: Iterable[N], drafts: Drafts) -> list[N]:
    """Return *notes* about fields with the list's own headings."""
    return [replace(note, column=_heading(drafts.columns, note.column)) for note in notes]


def _heading(headings: Mapping[Field, str], column: str) -> str:
    """Return the list's own heading of a field, the field's name where it has none."""
    return headings.get(Field(column), column)


class _ChangeBuilder:
    """Computes the columns that rows change, as far as *by* is allowed to change them."""

    def __init__(
        self, session: Session, headings: Mapping[Field, str], *, by: str, manages: bool, prepared: Prepared
    ) -> None:
        self.headings = headings
        self.owners, self.by, self.manages, self.prepared = Owners(session), by, manages, prepared
        workspace = get_workspace(session)
        self.floor, self.zone = workspace.cadence_floor_days, workspace.zone

    def is_allowed(self, target: ListedCustomer) -> bool:
        """Refuse rows that change what only managers may; return whether none was refused."""
        cadence, status = map(target.says, ONLY_MANAGERS)
        had = target.current
        if not self.manages and cadence and cadence > self.floor and (had is None or had.cadence_days != cadence):
            reason = f"A cadence above {self.floor} days needs a manager's approval; ask one to import this row."
            self._refuse(target, "cadence", str(cadence), reason)
        was = had.status if had is not None else Status.ACTIVE
        if not self.manages and status and status != was and Status.EXCLUDED in {status, was}:
            reason = "Only managers can exclude a customer or take that back; ask one to import this row."
            self._refuse(target, "status", status.value, reason)
        return not target.is_refused

    def values(self, target: ListedCustomer, erased: Iterable[Field], drafts: Drafts) -> dict[str, Any]:
        """Return the columns that the rows have values for."""
        wants, had = target.given, target.current
        after: dict[str, Any] = {name: wants[name] for name in _SAME_IN_BOTH if name in wants}
        if had is None or not target.by_name:
            after["name"] = wants["name"]
            after["name_key"] = target.name_key if had is None else name_key(wants["name"])
        for name, column in (("cadence", "cadence_days"), ("status", "status")):
            if name in wants:
                after[column] = wants[name]
        for name in ("tags", "preferences"):
            if name in wants:
                after[name] = list(wants[name])
        if "external_id" in wants and (had is None or had.external_id is None):
            after["external_id"], after["source"] = wants["external_id"], wants.get("source", "")
        if target.parent is not None:
            after["parent_id"] = target.parent.id
        self._owner(target, after)
        self._days(target, after)
        if had is not None:
            self._erase(target, after, erased, drafts)
        return after

    def _days(self, target: ListedCustomer, after: dict[str, Any]) -> None:
        """Add the dates; an instant falls on a day of the owner's calendar, else of the workspace's."""
        wants, had = target.given, target.current
        owner = after.get("owner_id") or (had.owner_id if had is not None else None)
        for name, column in (("added_on", "added_on"), ("last_contact", "last_contact_on")):
            if name not in wants or (had is not None and column == "last_contact_on"):
                continue
            moment = wants[name]
            if isinstance(moment, datetime):
                moment = moment.astimezone(ZoneInfo(self.owners.zone_of(owner) or self.zone)).date()
            after[column] = moment

    def _owner(self, target: ListedCustomer, after: dict[str, Any]) -> None:
        words, had = target.given.get("owner"), target.current
        if words is None:
            return
        owner = self.owners.find(words)
        if owner is None:
            place = "stays with its owner" if had is not None and had.owner_id else "has no owner"
            self._remark(target, "owner", words, f"Nobody here is called “{words}”, so the customer {place}.")
        elif had is None or had.owner_id in {None, owner, self.by} or self.manages:
            after["owner_id"] = owner
        else:
            self._remark(
                target, "owner", words, f"Only managers can take {target.name} from its owner; it stays there."
            )

    def _erase(self, target: ListedCustomer, after: dict[str, Any], erased: Iterable[Field], drafts: Drafts) -> None:
        unread = {note.column for row in target.rows for note in row.notes}
        for column in erased:
            name = ERASABLE[column]
            may = column is not Field.OWNER or self.manages or target.current.owner_id == self.by
            if column.value not in target.given and drafts.columns[column] not in unread and may:
                after[name] = [] if name in {"tags", "preferences"} else None

    def _refuse(self, target: ListedCustomer, column: str, value: str, reason: str) -> None:
        target.is_refused = True
        heading = _heading(self.headings, column)
        self.prepared.refusals += [Refusal(row.row_number, heading, reason, value) for row in target.rows]

    def _remark(self, target: ListedCustomer, column: str, value: str, reason: str) -> None:
        heading = _heading(self.headings, column)
        self.prepared.remarks.append(Note(target.rows[0].row_number, heading, reason, value))


def _same(before: Any, after: Any) -> bool:
    if isinstance(after, Decimal) and before is not None:
        return float(before) == float(after)  # as exact as SQLite keeps money
    return bool(before == after)

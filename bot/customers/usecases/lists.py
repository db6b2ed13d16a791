"""
Importing a list of customers, or planning to, in one transaction.

A blank erases nothing unless that is asked for. `last contact` is stored for new customers only, since check-ins are
more reliable. A new customer without `added on` was added today. Aliases are added; tags and preferences are replaced.
A list sets do-not-contact and never lifts it. It assigns new and ownerless customers; only managers can take one from
its owner, exclude one, set a cadence above the floor, share the new ones out, and import more than fifty at a time.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.core.collecting import without_collecting
from bot.core.errors import InvalidInput, NotAllowed
from bot.customers.queries import list_owner_ids
from bot.customers.rules.due import Status
from bot.customers.rules.grouping import Grouper
from bot.customers.rules.headers import Field
from bot.customers.rules.likeness import KnownNames
from bot.customers.rules.names import name_key
from bot.customers.rules.rows import Note, Refusal
from bot.customers.schemas import Changed, Drafts, ImportDone, ImportPlan, SampleRow, TakenAsOne
from bot.customers.usecases import writing
from bot.customers.usecases.matching import ListedCustomer, Matcher, resolve_parents
from bot.customers.usecases.owners import Owners
from bot.customers.usecases.sharing import check_among, list_unowned, share_out_new
from bot.customers.usecases.writing import Batch, Prepared
from bot.people.queries import list_names
from bot.people.usecases import may_manage, require_here, whom_to_ask
from bot.workspaces.queries import get_workspace
from bot.workspaces.usecases import BOT

N = TypeVar("N", bound=Note)

Progress = Callable[[int, int], None]
"""`progress(done, total)`: called now and then during long work."""

STRIDE = 1000  # rows between two calls of a progress
MEMBERS_MOST = 50
"""Customers that a member may add and change with one list; a mistake in a longer one is a manager's to answer for."""
SAMPLE_ROWS = 3
MOST_PROPOSED = 10
"""People that a preview proposes to share customers out among."""
MOST_COMPARISONS = 500_000  # names looked at for look-alikes: a few seconds; they are only suggestions

ERASABLE = {
    Field.DOMAIN: "domain", Field.OWNER: "owner_id", Field.CADENCE: "cadence_days", Field.PARENT: "parent_id",
    Field.ANNUAL_VALUE: "annual_value", Field.CURRENCY: "currency", Field.HEADCOUNT: "headcount",
    Field.COUNTRY: "country", Field.ZONE: "zone", Field.TAGS: "tags", Field.PREFERENCES: "preferences",
}  # fmt: skip
_SAME_IN_BOTH = ("domain", "annual_value", "currency", "headcount", "country", "zone")


@without_collecting()
def plan_import(
    session: Session,
    *,
    drafts: Drafts,
    by: str,
    now: datetime,
    erase_blanks: bool = False,
    apart: Collection[int] = (),
    progress: Progress | None = None,
) -> ImportPlan:
    """
    Return what importing *drafts* would do, and change nothing. Rows *apart* are customers of their own.

    Raises:
        InvalidInput: the list's columns have problems that must be settled first.
        NotAllowed: *by* is no full member ("bot" stands for the command line).
    """
    prepared, matcher = _prepare(session, drafts, by=by, erase_blanks=erase_blanks, apart=apart, progress=progress)
    batch = writing.build_batch(session, prepared, file_name=drafts.file_name, by=by, now=now)
    prepared.remarks += _under_headings(_look_alikes(prepared.new, matcher), drafts)
    plan = _plan(session, drafts, prepared, batch)
    proposed = list_owner_ids(session, most=MOST_PROPOSED) if prepared.manages and plan.unowned else ()
    return plan.model_copy(update={"proposed": proposed, "only_managers": _only_managers(session, prepared)})


@without_collecting()
def apply_import(
    session: Session,
    *,
    drafts: Drafts,
    by: str,
    now: datetime,
    erase_blanks: bool = False,
    apart: Collection[int] = (),
    share_among: Sequence[str] = (),
    progress: Progress | None = None,
) -> ImportDone:
    """
    Import every row of *drafts* that can be, and notify new owners; the import can be undone.

    Rows *apart* are customers of their own, whatever else says that they are one with other rows. New customers
    without an owner are shared out evenly *share_among* these people, or left without one.

    Raises:
        InvalidInput: as `plan_import`; or one of *share_among* can't own customers, field `among`.
        NotAllowed: as `plan_import`; or only a manager may import so many, or share customers out.
    """
    prepared, _ = _prepare(session, drafts, by=by, erase_blanks=erase_blanks, apart=apart, progress=progress)
    if refused := _only_managers(session, prepared):
        raise NotAllowed(refused)
    if share_among:
        check_among(session, among=share_among, by=by, now=now)
        share_out_new(prepared, share_among)
    batch = writing.build_batch(session, prepared, file_name=drafts.file_name, by=by, now=now)
    plan = _plan(session, drafts, prepared, batch)
    import_id = writing.write_import(session, batch, plan=plan, by=by, now=now)
    return ImportDone(id=import_id, plan=plan)


def _prepare(
    session: Session,
    drafts: Drafts,
    *,
    by: str,
    erase_blanks: bool,
    apart: Collection[int],
    progress: Progress | None,
) -> tuple[Prepared, Matcher]:
    if drafts.problems:
        raise InvalidInput(" ".join(drafts.problems))
    manages = by == BOT or may_manage(require_here(session, by=by))
    prepared = Prepared(rows=len(drafts.rows), refusals=list(drafts.refusals), manages=manages)
    prepared.remarks += drafts.remarks
    builder = _ChangeBuilder(session, drafts.columns, by=by, manages=manages, prepared=prepared)
    matcher = Matcher(session, find_owner=builder.owners.find)
    targets = _match(drafts, matcher, prepared, apart)
    erased = [column for column in ERASABLE if erase_blanks and column in drafts.columns]
    accepted = [target for target in targets if builder.is_allowed(target)]
    prepared.remarks += _under_headings(resolve_parents(accepted, matcher), drafts)
    for done, target in enumerate(accepted, start=1):
        if progress and (done % STRIDE == 0 or done == len(accepted)):
            progress(done, len(accepted))
        after = builder.values(target, erased, drafts)
        if target.current is None:
            target.given = after
            prepared.new.append(target)
            continue
        prepared.known.append(target)
        different = {name: value for name, value in after.items() if not _same(getattr(target.current, name), value)}
        if different:
            prepared.changed.append((target, different))
    return prepared, matcher


def _only_managers(session: Session, prepared: Prepared) -> str:
    """Return why *prepared* is too much for who imports it; empty when it isn't."""
    count = len(prepared.new) + len(prepared.changed)
    if prepared.manages or count <= MEMBERS_MOST:
        return ""
    return (
        f"Only managers can import more than {MEMBERS_MOST} customers at once, and this list holds {count:,}; "
        f"ask {whom_to_ask(session)}, or import a shorter list."
    )


def _match(drafts: Drafts, matcher: Matcher, prepared: Prepared, apart: Collection[int]) -> list[ListedCustomer]:
    """Return the customers that the rows are about, in the order of the rows; unfit rows are refused."""
    grouper = Grouper(drafts.rows, apart=frozenset(apart), of_people=drafts.of_people)
    targets = matcher.match(grouper.groups)
    prepared.refusals += _under_headings((*grouper.refusals, *matcher.refusals), drafts)
    prepared.remarks += _under_headings(matcher.remarks, drafts)
    prepared.remarks += (note for target in targets for row in target.rows for note in row.notes)
    return targets


def _under_headings(notes: Iterable[N], drafts: Drafts) -> list[N]:
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
        cadence, status = target.given.get("cadence"), target.given.get("status")
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


def _plan(session: Session, drafts: Drafts, prepared: Prepared, batch: Batch) -> ImportPlan:
    changed = batch.after
    return ImportPlan(
        file_name=drafts.file_name, source=drafts.system, late=batch.late, changed=len(changed),
        added=tuple(target.given["name"] for target in prepared.new),
        added_rows=tuple(target.rows[0].row_number for target in prepared.new),
        changed_rows=tuple(target.rows[0].row_number for target in prepared.known if target.id in changed),
        changes=tuple(change for target, different in prepared.changed for change in _in_words(target, different)),
        left_alone=sum(target.id not in changed for target in prepared.known),
        taken_as_one=tuple(map(_taken_as_one, filter(_has_several_rows, (*prepared.new, *prepared.known)))),
        refusals=tuple(sorted(prepared.refusals, key=lambda refusal: (refusal.row_number, refusal.column))),
        remarks=tuple(sorted(prepared.remarks, key=lambda note: (note.row_number, note.column))),
        sample=_sample(session, prepared.new[:SAMPLE_ROWS]), unowned=len(list_unowned(prepared)),
        may_share=prepared.manages, shares=_shares(session, prepared.shares),
    )  # fmt: skip


def _has_several_rows(target: ListedCustomer) -> bool:
    return len(target.rows) > 1


def _taken_as_one(target: ListedCustomer) -> TakenAsOne:
    names = tuple(dict.fromkeys(row.name for row in target.rows))
    return TakenAsOne(rows=tuple(row.row_number for row in target.rows), names=names, why=target.why)


def _sample(session: Session, targets: Sequence[ListedCustomer]) -> tuple[SampleRow, ...]:
    owners = [target.given.get("owner_id") for target in targets]
    names = list_names(session, owners)
    return tuple(
        SampleRow(
            name=target.given["name"], domain=target.given.get("domain") or "", owner_name=names.get(owner or "", "")
        )
        for target, owner in zip(targets, owners, strict=True)
    )


def _shares(session: Session, shares: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    names = list_names(session, shares)
    return tuple(sorted((names[person], count) for person, count in shares.items()))


def _in_words(target: ListedCustomer, different: dict[str, Any]) -> list[Changed]:
    return [
        Changed(
            row_number=target.rows[0].row_number, name=target.name, before=_shown(getattr(target.current, name)),
            after=_shown(value), field=name.removesuffix("_id").removesuffix("_days").replace("_", " "),
        )
        for name, value in different.items()
        if name != "name_key"
    ]  # fmt: skip


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _look_alikes(new: Sequence[ListedCustomer], matcher: Matcher) -> list[Note]:
    """Note new customers whose names look like those of known ones; different domains say that they differ."""
    known = [target for target in matcher.by_uuid.values() if target.current is not None]
    remarks = []
    names = {one.name_key: one.name for one in known}
    everyone, without_domain = KnownNames(names), KnownNames(one.name_key for one in known if not one.domain)
    for target in new[: MOST_COMPARISONS // len(known)] if known else ():
        if alike := (without_domain if target.domain else everyone).find_look_alike(target.name_key):
            reason = f"{target.name} looks like {names[alike]}, whom we have. It will be added as a new customer."
            remarks.append(Note(target.rows[0].row_number, "name", reason, target.name))
    return remarks

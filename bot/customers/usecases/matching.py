"""Matching what a list says to customers: by external id, then by domain and name."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.customers.rules.batches import id_of_row, ids_of_rows
from bot.customers.rules.grouping import RowGroup, combine, repeated
from bot.customers.rules.names import name_key
from bot.customers.rules.rows import Note, Refusal, RowDraft
from bot.customers.tables import Alias, Customer
from bot.customers.usecases.namesakes import Comparison, pair_the_same, pair_up

COMPARED_COLUMNS = (
    "id", "name", "name_key", "domain", "owner_id", "parent_id", "external_id", "source", "cadence_days", "status",
    "annual_value", "currency", "headcount", "country", "zone", "tags", "preferences", "added_on", "last_contact_on",
    "first_due_on", "sooner_on", "sooner_since", "levelled_on", "levelled_from", "levelled_since", "status_reason",
    "status_by", "status_until", "cadence_approved_by", "changed_at",
)  # fmt: skip
"""The columns of customers that a list is compared with."""
_SHARED = tuple(
    COMPARED_COLUMNS.index(name)
    for name in COMPARED_COLUMNS
    if name.endswith(("_on", "_since", "_from", "_until", "_by", "owner_id", "source", "currency", "country", "zone"))
)
"""The places of columns that hold few different values, which are kept once however many customers have them."""
_LISTS = (COMPARED_COLUMNS.index("tags"), COMPARED_COLUMNS.index("preferences"))
"""The places of lists, which most customers have the same of; equal ones are kept once, too, so nobody changes them."""
Stored = namedtuple("Stored", COMPARED_COLUMNS)  # type: ignore[misc]  # noqa: PYI024 - the names are a constant
AT_ONCE = 1000  # customers that are read at once


@dataclass(slots=True, eq=False)
class ListedCustomer:
    """
    A customer that rows of a list are about.

    `current` is the stored row (None: it is new); `given` holds the rows' values without blanks, `different` those that
    differ from the stored row; `why` says why several rows were taken as one; `by_name` says that only the name
    identified it.
    """

    id: UUID
    current: Any = None
    rows: Sequence[RowDraft] = ()
    given: dict[str, Any] = field(default_factory=dict)
    different: dict[str, Any] | None = None
    name_key: str = ""
    domain: str | None = None
    external_id: str | None = None
    source: str = ""
    why: str = ""
    by_name: bool = False
    parent: "ListedCustomer | None" = None
    named_parent: str = ""
    is_refused: bool = False

    @property
    def name(self) -> str:
        """Return what it is called, by the list if it adds it."""
        return str(self.current.name if self.current is not None else self.given["name"])


class Matcher:
    """
    Finds the stored customers that the rows of a list are about.

    A stored customer is what one group of rows is about at most, so that each of several namesakes finds its own.
    """

    def __init__(self, session: Session, *, find_owner: Callable[[str], str | None], import_id: UUID) -> None:
        """
        Read every customer of the workspace except those that the import itself has added before an interruption.

        *find_owner* returns the person whom words in a list mean.
        """
        self.by_uuid: dict[UUID, ListedCustomer] = {}
        self.by_id: dict[tuple[str, str], ListedCustomer] = {}
        self.refusals: list[Refusal] = []
        self.remarks: list[Note] = []
        self._by_domain: dict[str, list[ListedCustomer]] = {}
        self._by_name: dict[str, list[ListedCustomer]] = {}
        self._found: list[ListedCustomer] = []
        self._import_id = import_id
        nothing: dict[str, Any] = {}  # of a stored customer until rows are about it: one for all of them
        for row in _read_stored(session, import_id):
            source = row.source or ""
            self._index(
                ListedCustomer(row.id, row, (), nothing, None, row.name_key, row.domain, row.external_id, source)
            )
        for customer_id, key in session.execute(sa.select(col(Alias.customer_id), col(Alias.name_key))):
            target = self.by_uuid.get(customer_id)
            if target is not None and target.name_key != key:
                self._by_name.setdefault(key, []).append(target)
        self._comparison = Comparison(session, find_owner, self.find_parents)

    def find_parents(self, words: str, source: str) -> list[ListedCustomer]:
        """Return the customers that *words* name by an id of *source*, else those that are spelt or called so."""
        if (known := self.by_id.get((source, words))) and not known.is_refused:
            return [known]
        named = [target for target in self._by_name.get(name_key(words), ()) if not target.is_refused]
        return [target for target in named if target.name == words] or named

    def match(self, groups: Sequence[RowGroup]) -> list[ListedCustomer]:
        """
        Return the customers that *groups* are about, new ones where none fits, in the order of the rows.

        Groups that fit two customers are refused; `refusals` and `remarks` say so.
        """
        parted = self._part(groups)
        left = [group for group in parted if not self._match_by_id(group)]
        self._match_by_name(left)
        shared, called = repeated(group.domain for group in parted), repeated(group.key for group in parted)
        for group in left:
            alone = group.domain not in shared
            if not group.is_settled and not self._match_by_domain(group, alone=alone):
                self._add_new(group, alone=alone, has_namesake=group.key in called)
        return sorted(self._found, key=lambda target: target.rows[0].row_number)

    def _part(self, groups: Sequence[RowGroup]) -> list[RowGroup]:
        """Divide the groups each row of which has a stored customer of its own: somebody has kept those rows apart."""
        parts = {id(group): group.apart() for group in groups if len(group.rows) > 1}
        keys = {part.key for each in parts.values() for part in each} & self._by_name.keys()
        by_key: dict[str, list[tuple[int, RowGroup]]] = {}
        for group in groups:
            for at, part in enumerate(parts.get(id(group), (group,))):
                if part.key in keys:
                    by_key.setdefault(part.key, []).append((at, part))
        found: set[int] = set()
        for key, namesakes in by_key.items():
            by_turns = sorted(namesakes, key=lambda each: each[0])
            first, others = (
                [(part, self._list_fitting(part, key)) for at, part in by_turns if (at > 0) is later]
                for later in (False, True)
            )
            found |= {id(part) for part, _ in pair_the_same(first, others, self._comparison)}
        parted: list[RowGroup] = []
        for group in groups:
            each = parts.get(id(group), ())
            parted += each if each and all(id(part) in found for part in each) else [group]
        return parted

    def _list_fitting(self, part: RowGroup, key: str) -> list[ListedCustomer]:
        """Return the customer that has the id of *part*, else those called *key* that it may mean."""
        ids = () if part.is_without_id else part.ids.items()
        known = [target for pair in ids if (target := self.by_id.get(pair)) is not None]
        return [target for target in known or self._by_name[key] if self._fits(part, target)]

    def _fits(self, group: RowGroup, target: ListedCustomer) -> bool:
        """Return whether *group* may mean its namesake *target*: no row does yet, and no id or domain forbids it."""
        if target.rows or not _may_be(target, group):
            return False
        if group.domain and target.domain:
            return group.domain == target.domain
        return not group.domain or group.domain not in self._by_domain

    def _match_by_id(self, group: RowGroup) -> bool:
        known = () if group.is_without_id else (self.by_id.get(pair) for pair in group.ids.items())
        found = next((target for target in known if target is not None and not target.rows), None)
        if found is not None:
            self._take(group, found)
        return found is not None

    def _match_by_name(self, groups: Sequence[RowGroup]) -> None:
        by_key: dict[str, list[RowGroup]] = {}
        for group in groups:
            if group.key in self._by_name:
                by_key.setdefault(group.key, []).append(group)
        for key, namesakes in by_key.items():
            known = self._by_name[key]
            wanting = [(group, [target for target in known if self._fits(group, target)]) for group in namesakes]
            pairs, unclear = pair_up(wanting, self._comparison)
            for group, target in pairs:
                target.by_name = not group.domain or group.domain != target.domain
                self._take(group, target)
            for group, targets in unclear:
                is_shared = bool(group.domain) and all(target.domain == group.domain for target in targets)
                what = f"the domain {group.domain}" if is_shared else "that name"
                self._refuse(group, "domain" if is_shared else "name", _fits_several(targets, what))

    def _match_by_domain(self, group: RowGroup, *, alone: bool) -> bool:
        """Match a group to the only customer of its domain, if it is the only one of the list there."""
        known = self._by_domain.get(group.domain or "", ())
        sharing = [target for target in known if not target.rows and _may_be(target, group)]
        bare = [target for target in self._by_name.get(group.key, ()) if not target.domain and not target.rows]
        if sharing and bare:
            reason = (
                f"Its domain is that of {sharing[0].name}, its name that of another customer: "
                "give the row an external id, or mend one of the two."
            )
            self._refuse(group, "domain", reason)
        elif len(known) == 1 and sharing and alone:
            self._take(group, sharing[0])
        return group.is_settled

    def _add_new(self, group: RowGroup, *, alone: bool, has_namesake: bool) -> None:
        shares = bool(group.domain) and (not alone or group.domain in self._by_domain)
        row = group.rows[0]
        target = ListedCustomer(id_of_row(self._import_id, row.row_number))
        self._take(group, target)
        if has_namesake:
            reason = f"“{row.name}” has a namesake in this list: the rows differ, so each is a customer of its own."
            self.remarks.append(Note(row.row_number, "name", reason, row.name))
        elif shares:
            reason = f"“{group.domain}” is the domain of another customer too: the names differ, so both are kept."
            self.remarks.append(Note(row.row_number, "domain", reason, group.domain or ""))

    def _take(self, group: RowGroup, target: ListedCustomer) -> None:
        """Add what the rows say to a customer."""
        group.is_settled = True
        self._found.append(target)
        target.given, left_out = combine(group)
        target.rows, target.why = group.rows, group.why
        if target.name_key and group.key != target.name_key:
            self._by_name.setdefault(group.key, []).append(target)
        target.name_key = target.name_key or group.key
        target.domain = group.domain or target.domain
        if not target.external_id and (key := target.given.get("external_id")):
            target.external_id, target.source = key, target.given.get("source", "")
            if target.current is not None:
                self.by_id.setdefault((target.source, key), target)
        self.remarks += left_out

    def _refuse(self, group: RowGroup, column: str, reason: str) -> None:
        group.is_settled = True
        for row in group.rows:
            value = (row.domain if column == "domain" else row.name) or ""
            self.refusals.append(Refusal(row.row_number, column, reason, value))

    def index_new(self, targets: Iterable[ListedCustomer]) -> None:
        """Make the customers that the list adds findable as parents."""
        for target in targets:
            if target.current is None:
                self._index(target)

    def _index(self, target: ListedCustomer) -> None:
        self.by_uuid[target.id] = target
        self._by_name.setdefault(target.name_key, []).append(target)
        if target.domain and target.current is not None:
            self._by_domain.setdefault(target.domain, []).append(target)
        if target.external_id:
            self.by_id.setdefault((target.source, target.external_id), target)


def _read_stored(session: Session, import_id: UUID) -> Iterator[Any]:
    """Yield every customer of the workspace that the import hasn't added, in as little memory as they need."""
    stored = sa.select(*(getattr(Customer, name) for name in COMPARED_COLUMNS)).where(not_added_by(import_id))
    known: dict[Any, Any] = {}
    for row in session.execute(stored, execution_options={"yield_per": AT_ONCE}):
        values = list(row)
        for at in _SHARED:
            values[at] = known.setdefault(values[at], values[at])
        for at in _LISTS:
            values[at] = known.setdefault(tuple(values[at]), values[at])
        yield Stored._make(values)


def not_added_by(import_id: UUID) -> sa.ColumnElement[bool]:
    """SQL: a customer isn't one that this import has added."""
    return sa.not_(col(Customer.id).between(*ids_of_rows(import_id)))


def _may_be(target: ListedCustomer, group: RowGroup) -> bool:
    """Return whether *group* may mean *target*; two ids of one system are two customers."""
    if not target.external_id or group.is_without_id:
        return True
    return group.ids.get(target.source, target.external_id) == target.external_id


def _fits_several(targets: Sequence[ListedCustomer], what: str) -> str:
    one, other = targets[:2]
    return (
        f"{len(targets)} customers have {what} ({one.name}, {other.name}{'…' if len(targets) > 2 else ''}): "  # noqa: PLR2004 - those two are named
        "say which one is meant with an external id or its own domain."
    )


def resolve_parents(targets: Sequence[ListedCustomer], matcher: Matcher) -> list[Note]:
    """
    Set the parent that each customer's row names by external id or name.

    Returns a note for each that isn't found, fits several, or would make a circle; those stay without a parent.
    """
    remarks: list[Note] = []
    naming = [target for target in targets if target.given.get("parent")]
    if naming:
        matcher.index_new(targets)
    for target in sorted(naming, key=lambda target: (target.source, target.external_id or "", target.name_key)):
        words = target.given["parent"]
        found = _find_parent(words, target, matcher)
        if isinstance(found, str):
            remarks.append(Note(target.rows[0].row_number, "parent", f"{found} It was left without.", words))
            target.named_parent = words
        else:
            target.parent = found
    return remarks


def _find_parent(words: str, target: ListedCustomer, matcher: Matcher) -> ListedCustomer | str:
    named = matcher.find_parents(words, target.source)
    if not named:
        return f"The parent “{words}” is neither in this list nor among the customers."
    if len(named) > 1:
        return f"Several customers are called “{words}”: name the parent by its external id."
    if _would_circle(target, named[0], matcher):
        return f"“{words}” can't be the parent, since it belongs to {target.name} itself."
    return named[0]


def _would_circle(target: ListedCustomer, parent: ListedCustomer, matcher: Matcher) -> bool:
    above: ListedCustomer | None = parent
    seen: set[UUID] = set()
    while above is not None and above.id not in seen:
        if above is target:
            return True
        seen.add(above.id)
        stored: Any = above.current.parent_id if above.current is not None else None
        above = above.parent or matcher.by_uuid.get(stored)
    return False

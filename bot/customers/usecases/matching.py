"""Matching what a list says to customers: by external id, then by domain and name."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.customers.rules.batches import id_of_row
from bot.customers.rules.grouping import RowGroup, combine, repeated
from bot.customers.rules.names import name_key
from bot.customers.rules.rows import Note, Refusal, RowDraft
from bot.customers.tables import Alias
from bot.customers.usecases.known import Details, read_keys
from bot.customers.usecases.namesakes import Comparison, Namesakes

NOTHING: dict[str, Any] = {}
"""What is given about stored customers except while rows are compared with them: one for all of them."""


@dataclass(slots=True, eq=False)
class ListedCustomer:
    """
    A customer that rows of a list are about.

    `stored_name` (None: it is new) and `parent_id` are of the stored row; `current` is all of it while it is needed:
    when the rows are compared with it, and then on if it is to be written. `given` holds the values of a new customer,
    and `different` those of a known one that differ from the stored row; `why` says why several rows were taken as one;
    `by_name` says that only the name identified it, `is_meant` that rows of the list have its id.
    """

    id: UUID
    stored_name: str | None = None
    parent_id: UUID | None = None
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
    is_meant: bool = False
    parent: "ListedCustomer | None" = None
    named_parent: str = ""
    is_refused: bool = False

    @property
    def name(self) -> str:
        """Return what it is called, by the list if it adds it."""
        return self.rows[0].name if self.stored_name is None else self.stored_name

    @property
    def is_new(self) -> bool:
        """Return whether the list adds it."""
        return self.stored_name is None

    def says(self, field: str) -> Any:
        """Return what the first of the rows says that says anything in a field of one value; None if none does."""
        return next((value for row in self.rows if (value := getattr(row, field)) is not None), None)

    def was(self, column: str) -> Any:
        """Return the stored name, domain or external id of a known customer, whatever rows say."""
        return getattr(self if self.current is None else self.current, column)


class _Index:
    """Customers by texts that most of them have for themselves alone: only several of one text take a list."""

    def __init__(self) -> None:
        self._found: dict[str, ListedCustomer | list[ListedCustomer]] = {}

    def add(self, text: str, target: ListedCustomer) -> None:
        """Make a customer be found by *text*, behind others."""
        found = self._found.setdefault(text, target)
        if isinstance(found, list):
            found.append(target)
        elif found is not target:
            self._found[text] = [found, target]

    def get(self, text: str | None) -> Sequence[ListedCustomer]:
        """Return the customers that are found by *text*."""
        found = self._found.get(text or "", ())
        return [found] if isinstance(found, ListedCustomer) else found

    def __contains__(self, text: str | None) -> bool:
        return text in self._found


class Matcher:
    """
    Finds the stored customers that the rows of a list are about.

    A stored customer is what one group of rows is about at most. It is told by what tells the rows of a list apart (see
    `Grouper`), in the same order: an id, then name and domain, then all that is said. So what a list has made customers
    of leads back to them, and the same list changes nothing when it comes again.
    """

    def __init__(
        self,
        session: Session,
        groups: Sequence[RowGroup],
        *,
        find_owner: Callable[[str], str | None],
        import_id: UUID,
    ) -> None:
        """
        Read what the customers of the workspace are found by, for `match`ing *groups* to them.

        Those that the import itself has added before an interruption are left out. *find_owner* returns the person whom
        words in a list mean.
        """
        self.by_uuid: dict[UUID, ListedCustomer] = {}
        self.details = Details(session)
        self.refusals: list[Refusal] = []
        self.remarks: list[Note] = []
        self._by_id: dict[str, dict[str, ListedCustomer]] = {}  # by the system of the id
        self._by_domain, self._by_name = _Index(), _Index()
        self._found: list[ListedCustomer] = []
        self._import_id = import_id
        for key, name, name_key_, domain, external_id, source, parent_id in read_keys(
            session, groups, import_id=import_id
        ):
            self._index(ListedCustomer(
                key, stored_name=name, parent_id=parent_id, given=NOTHING, name_key=name_key_,
                domain=domain, external_id=external_id, source=source or "",
            ))  # fmt: skip
        for customer_id, key in session.execute(sa.select(col(Alias.customer_id), col(Alias.name_key))):
            target = self.by_uuid.get(customer_id)
            if target is not None and target.name_key != key:
                self._by_name.add(key, target)
        self._comparison = Comparison(session, find_owner, self.find_parents)

    def find_parents(self, words: str, source: str) -> list[ListedCustomer]:
        """Return the customers that *words* name by an id of *source*, else those that are spelt or called so."""
        if (known := self._find_by_id(source, words)) and not known.is_refused:
            return [known]
        named = [target for target in dict.fromkeys(self._by_name.get(name_key(words))) if not target.is_refused]
        return [target for target in named if target.name == words] or named

    def match(self, groups: Sequence[RowGroup]) -> list[ListedCustomer]:
        """
        Return the customers that *groups* are about, new ones where none fits, in the order of the rows.

        An id decides first, then the name, then the domain. Groups that fit two customers are refused; `refusals` and
        `remarks` say so.
        """
        for group in groups:
            for target in self._list_meant(group):
                target.is_meant = True
        namesakes = Namesakes(self._comparison, self._by_name.get, self._fits)
        parted = self._part(groups, namesakes)
        shared, called = repeated(group.domain for group in parted), repeated(group.key for group in parted)
        left = [group for group in parted if not self._match_by_id(group)]
        self._match_by_name(left, namesakes)
        for group in left:
            alone = group.domain not in shared
            if not group.is_settled and not self._match_by_domain(group, alone=alone):
                self._add_new(group, alone=alone, has_namesake=group.key in called)
        return sorted(self._found, key=lambda target: target.rows[0].row_number)

    def _part(self, groups: Sequence[RowGroup], namesakes: Namesakes) -> list[RowGroup]:
        """
        Pair groups with the customers that they agree with, and return them.

        A group each row of which agrees with a customer of its own is divided: somebody has kept its rows apart. Groups
        that agree with nobody as a whole are divided first.
        """
        parts = dict(self._list_parts(groups))
        named = (group for group in groups if group.key in self._by_name)
        wanting = [group for group in named if group in parts or not self._list_meant(group)]
        shared = repeated(group.key for group in wanting) | {part.key for each in parts.values() for part in each}
        wanting = [group for group in wanting if group.key in shared or len(self._by_name.get(group.key)) > 1]
        keys = shared.union(group.key for group in wanting)
        self.details.read(target for key in keys for target in self._by_name.get(key))
        for group in wanting:
            namesakes.pair(group)
        for group in sorted(parts, key=lambda group: namesakes.get(group) is not None):
            if not namesakes.divide(group, parts[group]):
                del parts[group]
        return [part for group in groups for part in parts.get(group, (group,))]

    def _list_parts(self, groups: Sequence[RowGroup]) -> Iterator[tuple[RowGroup, list[RowGroup]]]:
        """Yield groups for each row of which there may be a customer, with a group for each of their rows."""
        for group in groups:
            parts = group.apart() if len(group.rows) > 1 else []
            known = [len(self._by_name.get(key)) for key in {part.key for part in parts}]
            if parts and all(known) and sum(known) >= len(parts):
                yield group, parts

    def _list_meant(self, group: RowGroup) -> list[ListedCustomer]:
        """Return the customers that have the ids of *group*."""
        ids = () if group.is_without_id else group.ids.items()
        return [target for pair in ids if (target := self._find_by_id(*pair)) is not None]

    def _fits(self, group: RowGroup, target: ListedCustomer) -> bool:
        """Return whether *group* may mean its namesake *target*: by its id, or because no id or domain forbids it."""
        meant = self._list_meant(group)
        if meant or target.is_meant:
            return target in meant
        if not _may_be(target, group):
            return False
        if group.domain and target.domain:
            return group.domain == target.domain
        return not group.domain or group.domain not in self._by_domain

    def _match_by_id(self, group: RowGroup) -> bool:
        found = next((target for target in self._list_meant(group) if not target.rows), None)
        if found is not None:
            self._take(group, found)
        return found is not None

    def _match_by_name(self, groups: Sequence[RowGroup], namesakes: Namesakes) -> None:
        by_key: dict[str, list[RowGroup]] = {}
        for group in groups:
            if group.key in self._by_name:
                by_key.setdefault(group.key, []).append(group)
        for each in by_key.values():
            for group, targets in namesakes.pair_similar(each):
                is_shared = bool(group.domain) and all(target.domain == group.domain for target in targets)
                what = f"the domain {group.domain}" if is_shared else "that name"
                self._refuse(group, "domain" if is_shared else "name", _fits_several(targets, what))
        for group in groups:
            if (target := namesakes.get(group)) is not None:
                target.by_name = not group.domain or group.domain != target.domain
                self._take(group, target)

    def _match_by_domain(self, group: RowGroup, *, alone: bool) -> bool:
        """Match a group to the only customer of its domain, if it is the only one of the list there."""
        known = self._by_domain.get(group.domain)
        sharing = [target for target in known if not target.rows and _may_be(target, group)]
        bare = [target for target in self._by_name.get(group.key) if not target.domain and not target.rows]
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
        target = ListedCustomer(id_of_row(self._import_id, row.row_number), given=NOTHING)
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
        target.rows, target.why = group.own_rows(), group.why
        if target.name_key and group.key != target.name_key:
            self._by_name.add(group.key, target)
        target.name_key = target.name_key or group.key
        target.domain = group.domain or target.domain
        if not target.external_id and (key := target.says("external_id")):
            target.external_id, target.source = key, target.says("source") or ""
            if not target.is_new:
                self._by_id.setdefault(target.source, {}).setdefault(key, target)
        if len(group.rows) > 1:
            self.remarks += combine(target.rows)[1]

    def _refuse(self, group: RowGroup, column: str, reason: str) -> None:
        group.is_settled = True
        for row in group.rows:
            value = (row.domain if column == "domain" else row.name) or ""
            self.refusals.append(Refusal(row.row_number, column, reason, value))

    def index_new(self, targets: Iterable[ListedCustomer]) -> None:
        """Make the customers that the list adds findable as parents, and all by the other names that it gives them."""
        for target in targets:
            if target.is_new:
                self._index(target)
            for row in target.rows:
                for alias in row.aliases or ():
                    self._by_name.add(name_key(alias), target)

    def _index(self, target: ListedCustomer) -> None:
        self.by_uuid[target.id] = target
        self._by_name.add(target.name_key, target)
        if target.domain and not target.is_new:
            self._by_domain.add(target.domain, target)
        if target.external_id:
            self._by_id.setdefault(target.source, {}).setdefault(target.external_id, target)

    def _find_by_id(self, source: str, external_id: str) -> ListedCustomer | None:
        return self._by_id.get(source, {}).get(external_id)


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
    naming = [target for target in targets if target.says("parent")]
    if naming:
        matcher.index_new(targets)
    for target in sorted(naming, key=lambda target: (target.source, target.external_id or "", target.name_key)):
        words = target.says("parent")
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
        above = above.parent or (matcher.by_uuid.get(above.parent_id) if above.parent_id is not None else None)
    return False

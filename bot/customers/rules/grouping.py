"""Telling which rows of one list are about one customer, and what their cells say together."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeVar

from bot.customers.rules.domains import own_domain
from bot.customers.rules.due import Status
from bot.customers.rules.likeness import is_look_alike
from bot.customers.rules.names import clean_text, name_key
from bot.customers.rules.rows import LONGEST_SHOWN, Note, Refusal, RowDraft

SAME_ID, SAME_DOMAIN, SAME_ROWS, SAME_COMPANY = (
    "they have one id", "they have one domain", "the rows are the same", "they are of one company",
)  # fmt: skip
"""Why rows were taken as one."""

NOT_COLUMNS = frozenset({
    "row_number", "notes", "fingerprint", "is_of_parent", "contact_name", "contact_role", "contact_email",
    "contact_phone", "contact_do_not_contact",
})  # fmt: skip
"""What a draft holds besides the customer's own fields."""
_OWN = tuple(one.name for one in fields(RowDraft) if one.name not in NOT_COLUMNS)
_own_values = attrgetter(*_OWN)
JOINED = frozenset({"aliases", "tags", "preferences"})
"""Fields of which a customer gets what any of its rows says."""
_KEPT_OF_TWO = {(Status.ACTIVE, Status.PAUSED), (Status.ACTIVE, Status.LOST), (Status.PAUSED, Status.LOST)}
"""Statuses of which the first is kept where an earlier row says the second: nobody is missed for one closed deal."""
MOST_COMPARED = 20
"""Names in one domain that another one is compared with."""


@dataclass(slots=True, eq=False)
class RowGroup:
    """
    Rows of a list that are about one customer, in the order of the file; *why* says what tells so.

    With *is_without_id*, another customer of the list has the id that these rows carry. *is_settled* says that the
    group's customer was found, or its rows refused.
    """

    key: str
    rows: list[RowDraft]
    why: str = ""
    is_without_id: bool = False
    domain: str | None = None
    is_settled: bool = False
    _ids: dict[str, str] | None = None  # most groups have one row, whose id needs no dictionary

    @property
    def ids(self) -> dict[str, str]:
        """The ids that the rows carry, by their systems."""
        return _ids_of(self.rows) if self._ids is None else self._ids

    def own_rows(self) -> tuple[RowDraft, ...]:
        """Return the rows, without the id that another customer of the list has."""
        if not self.is_without_id:
            return tuple(self.rows)
        return tuple(replace(row, external_id=None, source=None) for row in self.rows)

    def add(self, row: RowDraft) -> None:
        """Add a row, and what it says about the id and domain."""
        if self.rows:
            self._ids = self.ids
            _add_id(self._ids, row)
        self.rows.append(row)
        self.domain = self.domain or row.domain

    def apart(self, numbers: Container[int] | None = None) -> "list[RowGroup]":
        """
        Return a group for each row, or for each of the rows *numbers* and one for the others.

        The groups are in the order of their rows, and only the first one has the id.
        """
        others = [row for row in self.rows if numbers is not None and row.row_number not in numbers]
        each = [[row] for row in self.rows if numbers is None or row.row_number in numbers]
        groups: list[RowGroup] = []
        for rows in sorted(filter(None, [others, *each]), key=lambda rows: rows[0].row_number):
            has_id = self.is_without_id or any(
                row.external_id in group.ids.values() for row in rows if row.external_id for group in groups
            )
            group = RowGroup(name_key(rows[0].name), [], self.why if len(rows) > 1 else "", is_without_id=has_id)
            for row in rows:
                group.add(row)
            groups.append(group)
        return groups

    def may_hold(self, row: RowDraft) -> bool:
        """Return whether *row* carries no other id of a system that the group has one of."""
        return not row.external_id or self.ids.get(row.source or "", row.external_id) == row.external_id


def _ids_of(rows: Iterable[RowDraft]) -> dict[str, str]:
    ids: dict[str, str] = {}
    for row in rows:
        _add_id(ids, row)
    return ids


def _add_id(ids: dict[str, str], row: RowDraft) -> None:
    if row.external_id:
        ids.setdefault(row.source or "", row.external_id)


Mark = tuple[str, ...]
T = TypeVar("T")


class Grouper:
    """
    Groups the rows of one list by customer.

    Rows of one id are one customer, and so are rows of one domain whose names are equal or look alike. A name alone
    makes rows one only where they are the same in every cell; in a list *of people* or things of the customers', also
    where it is spelt alike.
    Rows in *apart* are customers of their own; they are taken out of their groups last, so that the same list without
    *apart* has the same groups.
    """

    def __init__(self, rows: Sequence[RowDraft], *, apart: Container[int] = (), of_people: bool = False) -> None:
        self.apart, self.of_people = apart, of_people
        self.refusals: list[Refusal] = []
        self._keys = {row.row_number: name_key(row.name) for row in rows}
        self._shared_keys = repeated(self._keys.values())
        self._shared_domains = repeated(self._domain(row, self._keys[row.row_number]) for row in rows)
        self._shared_ids = repeated((row.source or "", row.external_id) for row in rows if row.external_id)
        self._marked: dict[Mark, dict[str | None, list[RowGroup]]] = {}  # by the system of the group's id
        self._names_in: dict[str, list[str]] = {}
        self._of_id: dict[tuple[str, str | None], RowGroup] = {}
        self.groups = self._grouped(rows)

    def _grouped(self, rows: Sequence[RowDraft]) -> list[RowGroup]:
        groups, alone = list[RowGroup](), list[RowGroup]()
        for row in sorted(rows, key=_sureness):
            key = self._keys[row.row_number]
            if self._is_alone(row, key):
                alone.append(RowGroup(key, [row], domain=row.domain))
                continue
            first = self._of_id.get((row.source or "", row.external_id))
            if first and (refusal := _contradiction(first, row, key)):
                self.refusals.append(refusal)
                continue
            found = self._find(row, key)
            if found is None:
                found = RowGroup(key, [])
                groups.append(found)
            found.add(row)
            if row.external_id:
                self._of_id.setdefault((row.source or "", row.external_id), found)
            for mark in self._marks(row, key):
                self._mark(mark, found)
        for group in groups:
            group.rows.sort(key=lambda row: row.row_number)
            group.key = self._keys[group.rows[0].row_number]  # `combine` gives the customer the first row's name
            group.is_without_id = any(self._of_id[pair] is not group for pair in group.ids.items())
        parted = [part for group in groups for part in self._part(group)]
        return sorted(parted + alone, key=lambda group: group.rows[0].row_number)

    def _part(self, group: RowGroup) -> list[RowGroup]:
        is_one = len(group.rows) == 1 or not any(row.row_number in self.apart for row in group.rows)
        return [group] if is_one else group.apart(self.apart)

    def _is_alone(self, row: RowDraft, key: str) -> bool:
        """Return whether *row* has nothing by which another one could be told to be about the same customer."""
        return (
            key not in self._shared_keys
            and row.domain not in self._shared_domains
            and (not row.external_id or (row.source or "", row.external_id) not in self._shared_ids)
        )

    def _mark(self, mark: Mark, group: RowGroup) -> None:
        marked = self._marked.setdefault(mark, {}).setdefault(next(iter(group.ids), None), [])
        if not marked or marked[-1] is not group:
            marked.append(group)

    def _marked_with(self, mark: Mark, row: RowDraft) -> list[RowGroup]:
        """Return the first two groups with *mark* that *row* could belong to."""
        found: list[RowGroup] = []
        for system, groups in self._marked.get(mark, {}).items():
            if row.external_id and system == (row.source or "") and mark[0] != SAME_ID:
                continue  # two ids of one system are two customers
            for group in groups:
                if group.may_hold(row):
                    found.append(group)
                if len(found) > 1:
                    return found
        return found

    def _marks(self, row: RowDraft, key: str) -> Iterator[Mark]:
        """Yield everything by which another row can be told to be about the same customer, the surest first."""
        if row.external_id:
            yield SAME_ID, row.source or "", row.external_id
        if domain := self._domain(row, key):
            yield SAME_DOMAIN, domain, key
        if key in self._shared_keys:
            yield SAME_ROWS, row.name, str(row.fingerprint)
            if self.of_people:
                yield SAME_COMPANY, row.name

    def _domain(self, row: RowDraft, key: str) -> str | None:
        """Return a row's domain; without one, that of its contact's address, where others have the same name."""
        if row.domain or not row.contact_email or key not in self._shared_keys:
            return row.domain
        return own_domain(row.contact_email, row.name)

    def _find(self, row: RowDraft, key: str) -> RowGroup | None:
        for mark in self._marks(row, key):
            why = mark[0]
            if why in {SAME_ROWS, SAME_COMPANY} and (row.external_id or row.domain):
                return None
            marked = self._marked_with(mark, row)
            if why == SAME_DOMAIN:
                marked = marked or self._look_alikes(row, mark[1], key)
            if not marked or (why != SAME_ROWS and len(marked) > 1):
                continue
            marked[0].why = marked[0].why or why
            return marked[0]
        return None

    def _look_alikes(self, row: RowDraft, domain: str, key: str) -> list[RowGroup]:
        names = self._names_in.setdefault(domain, [])
        if len(names) < MOST_COMPARED and key not in names:
            names.append(key)
        alike = [name for name in names if name != key and is_look_alike(name, key)]
        return [group for name in alike for group in self._marked_with((SAME_DOMAIN, domain, name), row)]


def repeated(values: Iterable[T | None]) -> set[T]:
    """Return which *values* there are more than once, without None."""
    once, again = set[T](), set[T]()
    for value in values:
        if value is not None:
            (again if value in once else once).add(value)
    return again


def _sureness(row: RowDraft) -> int:
    """Return the rank of a row: those that have an id go before those that have a domain."""
    return 0 if row.external_id else 1 if row.domain else 2


def _contradiction(group: RowGroup, row: RowDraft, key: str) -> Refusal | None:
    """Refuse a row that has the id of another one, and neither its domain nor a name like its name."""
    first = group.rows[0]
    words, others = set(key.split()), set(group.key.split())
    if words <= others or others <= words or is_look_alike(key, group.key):
        return None
    if row.domain and row.domain == first.domain:
        return None
    reason = (
        f"Row {first.row_number} has the same id and is called {first.name}: "
        "give one of the two another id, or mend its name."
    )
    return Refusal(row.row_number, "external_id", reason, row.external_id or "")


def combine(rows: Iterable[RowDraft]) -> tuple[dict[str, Any], list[Note]]:
    """
    Return the fields of a group's rows together, without blanks, and what was left out.

    Of aliases, tags and preferences all are kept, of last contacts the latest, and of statuses, unless the first one is
    excluded, the one by which the customer is contacted; else what the first row says.
    """
    given: dict[str, Any] = {}
    left_out: list[Note] = []
    said_in = 0
    for row in rows:
        has_value = "annual_value" in given
        for name, value in says(row):
            if name not in given:
                if name != "currency" or not has_value:
                    given[name] = value
                    said_in = row.row_number if name == "status" else said_in
            elif name in JOINED:
                given[name] = tuple(dict.fromkeys((*given[name], *value)))
            elif name == "last_contact":
                given[name] = max(given[name], value, key=_day)
            elif name == "status" and (value, given[name]) in _KEPT_OF_TWO:
                left_out.append(_left_out(said_in, name, given[name], "another"))
                given[name], said_in = value, row.row_number
            elif value != given[name] and name not in {"name", "source"}:
                left_out.append(_left_out(row.row_number, name, value, "an earlier"))
    return given, left_out


def _left_out(row_number: int, name: str, value: object, which: str) -> Note:
    shown = clean_text(str(value), LONGEST_SHOWN)
    reason = f"“{shown}” was left out: {which} row of the same customer says something else."
    return Note(row_number, name, reason, shown)


def says(row: RowDraft) -> Iterable[tuple[str, Any]]:
    """Yield the names and values of a row's own fields, without blanks."""
    return ((name, value) for name, value in zip(_OWN, _own_values(row), strict=True) if value is not None)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment

"""Matching the rows of a list to customers: by external id, then by domain, then by exact name."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.clock import new_id
from bot.customers.rules.names import name_key
from bot.customers.rules.rows import Note, Refusal, RowDraft
from bot.customers.tables import Alias, Customer
from bot.people.tables import Person

NOT_COLUMNS = frozenset({
    "row_number", "notes", "contact_name", "contact_role", "contact_email", "contact_phone", "contact_do_not_contact"
})  # fmt: skip
"""What a draft holds besides the customer's own fields."""

COMPARED_COLUMNS = (
    "id", "name", "name_key", "domain", "owner_id", "parent_id", "external_id", "source", "cadence_days", "status",
    "annual_value", "currency", "headcount", "country", "zone", "tags", "preferences", "added_on", "last_contact_on",
    "first_due_on", "sooner_on", "sooner_since", "status_reason", "status_by", "status_until", "cadence_approved_by",
)  # fmt: skip
"""The columns of customers that a list is compared with."""


@dataclass(slots=True, eq=False)
class ListedCustomer:
    """
    A customer that rows of a list are about.

    `current` is the stored row (None: it is new); `given` holds the rows' values without blanks; `by_name` says that
    only the name identified it.
    """

    id: UUID
    current: Any = None
    rows: list[RowDraft] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    name_key: str = ""
    domain: str | None = None
    external_id: str | None = None
    source: str = ""
    by_name: bool = False
    parent: "ListedCustomer | None" = None
    is_refused: bool = False

    @property
    def name(self) -> str:
        """Return what it is called, by the list if it adds it."""
        return str(self.current.name if self.current is not None else self.given["name"])


Index = dict[Any, dict[str | None, list[ListedCustomer]]]
"""Customers by a key, and then by the system of their external id (None: they have none)."""


class Matcher:
    """
    Finds the stored or earlier listed customer that a row is about.

    However many customers share a name or a domain, no more than the first two that fit are looked at.
    """

    def __init__(self, session: Session) -> None:
        """Read every customer of the workspace."""
        self.by_uuid: dict[UUID, ListedCustomer] = {}
        self.by_id: dict[tuple[str, str], ListedCustomer] = {}
        self._by_domain: Index = {}
        self._by_name: Index = {}
        self._by_both: Index = {}
        for row in session.execute(sa.select(*(getattr(Customer, name) for name in COMPARED_COLUMNS))):
            target = ListedCustomer(row.id, row, [], {}, row.name_key, row.domain, row.external_id, row.source or "")
            self.by_uuid[target.id] = target
            self._index(target, target.name_key)
        for customer_id, key in session.execute(sa.select(col(Alias.customer_id), col(Alias.name_key))):
            self._index(self.by_uuid[customer_id], key)

    def find_by_name(self, key: str) -> list[ListedCustomer]:
        """Return up to two customers whose name or alias has that key."""
        found: dict[UUID, ListedCustomer] = {}
        for target in chain.from_iterable(self._by_name.get(key, {}).values()):
            if not target.is_refused:
                found[target.id] = target
            if len(found) > 1:
                break
        return list(found.values())

    def match(self, draft: RowDraft) -> ListedCustomer | Refusal:
        """
        Return the customer *draft* is about, a new one when none fits, with what the draft says added to it.

        A row that fits two customers, or contradicts an earlier row about the same one, is refused.
        """
        key = name_key(draft.name)
        found = self._find(draft, key)
        if isinstance(found, Refusal):
            return found
        if found is None:
            found = ListedCustomer(id=new_id())
            self.by_uuid[found.id] = found
        elif found.rows and (refusal := _contradiction(found, draft, key)):
            return refusal
        self._add(found, draft, key)
        return found

    def _find(self, draft: RowDraft, key: str) -> "ListedCustomer | Refusal | None":
        if draft.external_id and (known := self.by_id.get((draft.source or "", draft.external_id))):
            return known
        named = self._named(draft, key)
        if draft.domain:
            sharing = _first_two(self._by_domain, draft.domain, draft, domains={draft.domain})
            of_both = [target for target in named if target.domain == draft.domain]
            fitting = of_both if len(sharing) > 1 and of_both else sharing
            if len(fitting) > 1:
                return _refuse(draft, "domain", draft.domain, _fits(fitting, f"the domain {draft.domain}"))
            if fitting:
                return _unless_named_otherwise(draft, fitting[0], named)
        if len(named) > 1:
            return _refuse(draft, "name", draft.name, _fits(named, "that name"))
        if named and not named[0].rows:
            named[0].by_name = True
        return named[0] if named else None

    def _named(self, draft: RowDraft, key: str) -> list[ListedCustomer]:
        """Return up to two customers of that name (of each: those of the row's domain, and those without one)."""
        if not draft.domain:
            return _first_two(self._by_name, key, draft)
        ours, bare = (
            _first_two(self._by_both, (key, domain), draft, domains={None, draft.domain})
            for domain in (draft.domain, None)
        )
        return ours + [target for target in bare if target not in ours]

    def _add(self, target: ListedCustomer, draft: RowDraft, key: str) -> None:
        says = {name: value for name, value in draft.__dict__.items() if value is not None and name not in NOT_COLUMNS}
        if not target.rows:
            target.given = says
        else:
            aliases = (*target.given.get("aliases", ()), *says.get("aliases", ()))
            target.given = {**says, **target.given}
            if aliases:
                target.given["aliases"] = tuple(dict.fromkeys(aliases))
        target.rows.append(draft)
        target.name_key = target.name_key or key
        target.domain = draft.domain or target.domain
        if draft.external_id and not target.external_id:
            target.external_id, target.source = draft.external_id, draft.source or ""
        self._index(target, key)

    def _index(self, target: ListedCustomer, key: str) -> None:
        system = target.source if target.external_id else None
        if target.external_id:
            self.by_id.setdefault((target.source, target.external_id), target)
        if target.domain:
            _add_to_index(self._by_domain, target.domain, system, target)
        _add_to_index(self._by_name, key, system, target)
        _add_to_index(self._by_both, (key, target.domain), system, target)


def _add_to_index(index: Index, key: object, system: str | None, target: ListedCustomer) -> None:
    found = index.setdefault(key, {}).setdefault(system, [])
    if not found or found[-1] is not target:
        found.append(target)


def _first_two(
    index: Index, key: object, draft: RowDraft, domains: Container[str | None] | None = None
) -> list[ListedCustomer]:
    """Return the first two customers under *key* that *draft* could mean."""
    found: list[ListedCustomer] = []
    for system, targets in index.get(key, {}).items():
        if draft.external_id and system == (draft.source or ""):
            continue  # two ids of one system are two customers
        for target in targets:
            if (domains is None or target.domain in domains) and target not in found:
                found.append(target)
                if len(found) > 1:
                    return found
    return found


def _may_be(target: ListedCustomer, draft: RowDraft) -> bool:
    """Return whether *draft* may mean *target*; two ids of one system are two customers."""
    same_system = target.external_id and draft.external_id and target.source == (draft.source or "")
    return not same_system or target.external_id == draft.external_id


def _unless_named_otherwise(
    draft: RowDraft, found: ListedCustomer, named: list[ListedCustomer]
) -> "ListedCustomer | Refusal":
    """Return the customer of that domain, unless another one is called just like the row."""
    if named and all(target is not found for target in named):
        reason = (
            f"Its domain is that of {found.name}, its name that of another customer: "
            "give the row an external id, or mend one of the two."
        )
        return _refuse(draft, "domain", draft.domain or "", reason)
    return found


def _contradiction(target: ListedCustomer, draft: RowDraft, key: str) -> Refusal | None:
    """Refuse a draft that contradicts earlier rows about the same customer."""
    for name, value in draft.__dict__.items():
        said = target.given.get(name)
        if value is None or said is None or name in NOT_COLUMNS or name == "aliases" or said == value:
            continue
        if name == "name" and key == name_key(said):
            continue
        reason = (
            f"Row {target.rows[0].row_number} is about the same customer and says “{_words(said)}” here: "
            "keep one of the two rows, or give each an external id of its own."
        )
        return _refuse(draft, name, _words(value), reason)
    return None


def _words(value: object) -> str:
    text = "; ".join(value) if isinstance(value, tuple) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - as much as a sentence holds


def _fits(targets: list[ListedCustomer], what: str) -> str:
    one, other = targets
    return (
        f"2 customers have {what} ({one.name}, {other.name}…): "
        "say which one is meant with an external id or its own domain."
    )


def _refuse(draft: RowDraft, column: str, value: str, reason: str) -> Refusal:
    return Refusal(draft.row_number, column, reason, value)


_MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;]+@[^\s<>()\[\],;]+")


class Owners:
    """Finds people by everything a list may call them: e-mail, Slack id, handle, name."""

    def __init__(self, session: Session) -> None:
        """Read everybody the workspace knows."""
        self._ids: set[str] = set()
        self._called: dict[str, set[str]] = {}
        self._away: set[str] = set()
        self._zones: dict[str, str] = {}
        for person in session.exec(select(Person)):
            if person.is_deactivated or person.is_bot or person.is_guest:
                self._away.add(person.id)
            self._ids.add(person.id)
            self._zones[person.id] = person.zone
            for word in filter(None, (person.email, person.handle, person.name_key)):
                self._called.setdefault(word.casefold(), set()).add(person.id)
        self._known: dict[str, str | None] = {}

    def find(self, words: str) -> str | None:
        """Return the one person that *words* mean and who can look after customers, or None."""
        if words not in self._known:
            self._known[words] = self._find(words.strip())
        return self._known[words]

    def zone_of(self, person_id: str | None) -> str | None:
        """Return a person's time zone, None if it isn't known."""
        return self._zones.get(person_id or "")

    def _find(self, words: str) -> str | None:
        mentioned = _MENTION.fullmatch(words)
        if mentioned or words in self._ids:
            found = {mentioned[1] if mentioned else words} & self._ids
        elif address := _ADDRESS.search(words):
            found = self._called.get(address[0].casefold(), set())
        else:
            found = self._called.get(words.removeprefix("@").casefold()) or self._called.get(name_key(words), set())
        here = found - self._away
        return here.pop() if len(here) == 1 else None


def resolve_parents(targets: Iterable[ListedCustomer], matcher: Matcher) -> list[Note]:
    """
    Set the parent that each customer's row names by external id or name.

    Returns a note for each that isn't found, fits several, or would make a circle; those stay without a parent.
    """
    remarks: list[Note] = []
    naming = [target for target in targets if target.given.get("parent")]
    for target in sorted(naming, key=lambda target: (target.source, target.external_id or "", target.name_key)):
        words = target.given["parent"]
        found = _find_parent(words, target, matcher)
        if isinstance(found, str):
            remarks.append(Note(target.rows[0].row_number, "parent", f"{found} It was left without.", words))
        else:
            target.parent = found
    return remarks


def _find_parent(words: str, target: ListedCustomer, matcher: Matcher) -> ListedCustomer | str:
    known = matcher.by_id.get((target.source, words))
    named = [known] if known and not known.is_refused else matcher.find_by_name(name_key(words))
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

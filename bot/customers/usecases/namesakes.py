"""Pairing rows of a list with stored customers of the same name, so that each group of rows finds its own."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.customers.rules.grouping import RowGroup, combine
from bot.customers.rules.names import name_key
from bot.customers.tables import Contact

if TYPE_CHECKING:
    from bot.customers.usecases.matching import ListedCustomer

Wanting = Sequence[tuple[RowGroup, "Sequence[ListedCustomer]"]]
"""Groups of rows, each with the customers that it may be about."""
Values = Mapping[str, Any]
Pairs = list[tuple[RowGroup, "ListedCustomer"]]
Unclear = list[tuple[RowGroup, "list[ListedCustomer]"]]

MOST_PAIRS = 10_000
"""Pairs of rows and namesakes that are compared: more of one name are told apart only where they are the same."""

_NOT_COMPARED = frozenset({"aliases", "external_id", "source", "last_contact"})
_COLUMNS = {"cadence": "cadence_days", "owner": "owner_id", "parent": "parent_id"}


class Comparison:
    """Compares what rows say with what is stored about customers."""

    def __init__(
        self,
        session: Session,
        find_owner: Callable[[str], str | None],
        find_parents: "Callable[[str, str], Sequence[ListedCustomer]]",
    ) -> None:
        """
        Compare with what *session* holds.

        *find_owner* returns the person whom words in a list mean, *find_parents* the customers that they may mean for
        rows whose ids are of a system.
        """
        self._session, self._find_owner, self._find_parents = session, find_owner, find_parents
        self._contacts: dict[UUID, set[str]] | None = None

    def said(self, group: RowGroup) -> Values:
        """Return what the rows of a group say, as `stored` has it."""
        given, _ = combine(group.own_rows())
        values = {name: value for name, value in given.items() if name not in _NOT_COMPARED}
        if isinstance(values.get("added_on"), datetime):
            del values["added_on"]  # its day depends on the owner
        if "owner" in values and (owner := self._find_owner(values.pop("owner"))):
            values["owner"] = owner
        if "parent" in values:
            parents = self._find_parents(values.pop("parent"), given.get("source", ""))
            values |= {"parent": parents[0].id} if len(parents) == 1 else {}
        return {name: _comparable(value) for name, value in values.items()}

    def stored(self, target: "ListedCustomer", name: str) -> Any:
        """Return what is stored about a customer in the place of a field of lists."""
        return _comparable(getattr(target.current, _COLUMNS.get(name, name)))

    def knows_contact(self, target: "ListedCustomer", group: RowGroup) -> bool:
        """Return whether the group's first row names no contact, or one of a customer's."""
        row = group.rows[0]
        return not (row.contact_email or row.contact_name) or self.has_contact(target, group)

    def has_contact(self, target: "ListedCustomer", group: RowGroup) -> bool:
        """Return whether a contact of the group's first row is one of a customer's."""
        if self._contacts is None:
            self._contacts = {}
            query = sa.select(col(Contact.customer_id), col(Contact.name), col(Contact.email))
            for customer_id, name, email in self._session.execute(query):
                self._contacts.setdefault(customer_id, set()).update({name_key(name), (email or "").casefold()})
        row = group.rows[0]
        word = row.contact_email.casefold() if row.contact_email else name_key(row.contact_name or "")
        return bool(word) and word in self._contacts.get(target.id, ())


def _comparable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return tuple(value) if isinstance(value, list) else value


def pair_up(wanting: Wanting, comparison: Comparison) -> tuple[Pairs, Unclear]:
    """
    Return which customer each group is about, and the groups that may be about several.

    A customer of which the group says nothing new goes first, then one that is spelt alike, then the most similar one;
    each is taken once. A group for which no customer is left is in neither list.
    """
    if len(wanting) == 1 and len(wanting[0][1]) <= 1:
        ((group, targets),) = wanting
        return [(group, target) for target in targets], []
    pairing = _Pairing(wanting, comparison)
    pairing.pair_the_same(wanting)
    return pairing.pairs, pairing.pair_the_similar()


def pair_the_same(first: Wanting, others: Wanting, comparison: Comparison) -> Pairs:
    """Pair groups with customers of which they say nothing new, nor a new contact; *others* get what *first* leave."""
    pairing = _Pairing([*first, *others], comparison)
    for wanting in (first, others):
        pairing.pair_the_same(wanting, with_contact=True)
    return pairing.pairs


class _Pairing:
    """The groups and customers of one name, of which pairs are found."""

    def __init__(self, wanting: Wanting, comparison: Comparison) -> None:
        self.wanting, self.comparison = wanting, comparison
        self.pairs: Pairs = []
        self._taken: set[UUID] = set()
        self._paired: set[int] = set()
        self._said = {id(group): comparison.said(group) for group, _ in wanting}
        self._everybody = {target.id: target for _, targets in wanting for target in targets}
        self._tables: dict[tuple[str, ...], dict[tuple[Any, ...], list[ListedCustomer]]] = {}

    def _pair(self, group: RowGroup, target: "ListedCustomer") -> None:
        self.pairs.append((group, target))
        self._taken.add(target.id)
        self._paired.add(id(group))

    def _left(self, wanting: Wanting) -> Unclear:
        """Return those of *wanting* that have no customer yet, with those that are left for them."""
        return [
            (group, [target for target in targets if target.id not in self._taken])
            for group, targets in wanting
            if id(group) not in self._paired
        ]

    def pair_the_same(self, wanting: Wanting, *, with_contact: bool = False) -> None:
        """
        Pair those of *wanting* with customers of which they say nothing new, unless several are so and fewer say it.

        *with_contact*: a contact that the customer doesn't have is new, too.
        """
        wanted = Counter(map(_signature, self._said.values()))
        for by_contact in (True, False):
            for group, targets in self._left(wanting):
                names, values = signature = _signature(self._said[id(group)])
                may = {target.id for target in targets} - self._taken
                same = [target for target in self._table(names).get(values, ()) if target.id in may]
                if with_contact:
                    same = [target for target in same if self.comparison.knows_contact(target, group)]
                if len(same) > 1 and by_contact:
                    same = [target for target in same if self.comparison.has_contact(target, group)]
                if len(same) == 1 or (not by_contact and 0 < len(same) <= wanted[signature]):
                    self._pair(group, same[0])

    def _table(self, names: tuple[str, ...]) -> dict[tuple[Any, ...], list["ListedCustomer"]]:
        """Return all customers by what is stored of them in the place of some fields."""
        if names not in self._tables:
            table = self._tables.setdefault(names, {})
            for target in self._everybody.values():
                stored = tuple(self.comparison.stored(target, name) for name in names)
                table.setdefault(stored, []).append(target)
        return self._tables[names]

    def pair_the_similar(self) -> Unclear:
        """Pair each group that is left with the customer most similar to it; return those that have several such."""
        if sum(len(targets) for _, targets in self._left(self.wanting)) <= MOST_PAIRS:
            while self._pair_most_similar():
                pass
        for group, targets in self._left(self.wanting):
            if len(targets) == 1 and targets[0].id not in self._taken:
                self._pair(group, targets[0])
        return [(group, targets) for group, targets in self._left(self.wanting) if targets]

    def _pair_most_similar(self) -> bool:
        """Pair what is most similar first; return whether any pair was found."""
        ranked = []
        for at, (group, targets) in enumerate(self._left(self.wanting)):
            costs = [self._cost(group, target) for target in targets]
            if costs and costs.count(least := min(costs)) == 1:
                ranked.append((least, at, group, targets[costs.index(least)]))
        before = len(self.pairs)
        for _, _, group, target in sorted(ranked, key=lambda pair: pair[:2]):
            if target.id not in self._taken and id(group) not in self._paired:
                self._pair(group, target)
        return len(self.pairs) > before

    def _cost(self, group: RowGroup, target: "ListedCustomer") -> tuple[bool, bool, int]:
        said = self._said[id(group)]
        return (
            not group.domain or group.domain != target.domain,
            target.name not in {row.name for row in group.rows},
            sum(self.comparison.stored(target, name) != value for name, value in said.items()),
        )


def _signature(said: Values) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    names = tuple(sorted(said))
    return names, tuple(said[name] for name in names)

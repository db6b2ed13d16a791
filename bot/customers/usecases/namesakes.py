"""
Pairing groups of rows with stored customers of the same name, so that each group finds its own.

A group *agrees* with a customer of which it says nothing new. Every customer that a list has made agrees with the rows
that it was made from. So when the list comes again, all groups can be paired with customers that they agree with, and
then nothing changes; `Namesakes` finds such pairs whenever there are any, whatever the order of the rows.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
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

Values = tuple[tuple[str, Any], ...]
Fitting = list[tuple[RowGroup, "list[ListedCustomer]"]]
"""Groups of rows, each with customers that it may be about."""

MOST_PAIRS = 10_000
"""Pairs of rows and namesakes that are compared: more of one name are told apart only where they agree."""

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
        """Return what the rows of a group say, as `stored` has it, by the names of fields."""
        given, _ = combine(group.own_rows())
        values = {name: value for name, value in given.items() if name not in _NOT_COMPARED}
        if isinstance(values.get("added_on"), datetime):
            del values["added_on"]  # its day depends on the owner
        if "owner" in values and (owner := self._find_owner(values.pop("owner"))):
            values["owner"] = owner
        if "parent" in values:
            parents = self._find_parents(values.pop("parent"), given.get("source", ""))
            values |= {"parent": parents[0].id} if len(parents) == 1 else {}
        return tuple((name, _comparable(values[name])) for name in sorted(values))

    def stored(self, target: "ListedCustomer", name: str) -> Any:
        """Return what is stored about a customer in the place of a field of lists."""
        return _comparable(getattr(target.current, _COLUMNS.get(name, name)))

    def knows(self, target: "ListedCustomer", contacts: Iterable[str]) -> bool:
        """Return whether a customer has all *contacts*."""
        return all(contact in self.contacts_of(target) for contact in contacts)

    def contacts_of(self, target: "ListedCustomer") -> Collection[str]:
        """Return the names and addresses of a customer's contacts."""
        if self._contacts is None:
            self._contacts = {}
            query = sa.select(col(Contact.customer_id), col(Contact.name), col(Contact.email))
            for customer_id, name, email in self._session.execute(query):
                self._contacts.setdefault(customer_id, set()).update({name_key(name), (email or "").casefold()})
        return self._contacts.get(target.id, ())


def _comparable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return tuple(value) if isinstance(value, list) else value


def _contacts_in(group: RowGroup) -> tuple[str, ...]:
    """Return the address, else the name, of each contact in the rows of a group."""
    words = (row.contact_email or name_key(row.contact_name or row.contact_phone or "") for row in group.rows)
    return tuple(dict.fromkeys(word.casefold() for word in words if word))


class Namesakes:
    """
    Pairs groups of rows with stored customers of their names, each with one at most.

    As many groups as can be at once are paired with customers that they agree with (a maximum matching): where all that
    a group agrees with are taken, others that agree with a further customer give way.
    """

    def __init__(
        self,
        comparison: Comparison,
        called: "Callable[[str], Sequence[ListedCustomer]]",
        fits: "Callable[[RowGroup, ListedCustomer], bool]",
    ) -> None:
        """Pair groups with those customers *called* by the key of a group's name that the group *fits*."""
        self._comparison, self._called, self._fits = comparison, called, fits
        self._targets: dict[RowGroup, ListedCustomer] = {}
        self._groups: dict[UUID, RowGroup] = {}
        self._agreeing: dict[RowGroup, list[ListedCustomer]] = {}
        self._alike: dict[tuple[Any, ...], list[ListedCustomer]] = {}
        self._tables: dict[tuple[Any, ...], dict[tuple[Any, ...], list[ListedCustomer]]] = {}

    def get(self, group: RowGroup) -> "ListedCustomer | None":
        """Return the customer that *group* is paired with."""
        return self._targets.get(group)

    def pair(self, group: RowGroup) -> bool:
        """Pair *group* with a customer that it agrees with; return whether there is one for it."""
        reached: dict[UUID, RowGroup] = {}
        waiting, seen = deque([group]), set[int]()
        while waiting:
            each = waiting.popleft()
            agreeing = self._list_agreeing(each)
            if id(agreeing) in seen:
                continue
            seen.add(id(agreeing))
            for target in agreeing:
                if target.id in reached:
                    continue
                reached[target.id] = each
                if target.id not in self._groups:
                    self._give_way(target, reached)
                    return True
                waiting.append(self._groups[target.id])
        return False

    def _give_way(self, free: "ListedCustomer", reached: dict[UUID, RowGroup]) -> None:
        """Pair a free customer with the group that has *reached* it, and what that had with the one before."""
        target: ListedCustomer | None = free
        while target is not None:
            group = reached[target.id]
            before = self._targets.get(group)
            self._put(group, target)
            target = before

    def _put(self, group: RowGroup, target: "ListedCustomer") -> None:
        self._targets[group], self._groups[target.id] = target, group

    def _drop(self, groups: Iterable[RowGroup]) -> None:
        for group in groups:
            if target := self._targets.pop(group, None):
                del self._groups[target.id]

    def divide(self, group: RowGroup, parts: Sequence[RowGroup]) -> bool:
        """Pair the *parts* of a group in its place if each agrees with a customer; return whether they are."""
        was_paired = group in self._targets
        self._drop([group])
        is_divided = all(map(self.pair, parts))
        if not is_divided:
            self._drop(parts)
            if was_paired:
                self.pair(group)
        return is_divided

    def _list_agreeing(self, group: RowGroup) -> "list[ListedCustomer]":
        """Return the customers that *group* agrees with; groups that say the same share the list."""
        if group not in self._agreeing:
            said, contacts = self._comparison.said(group), _contacts_in(group)
            aliases = tuple({name_key(alias): None for row in group.rows for alias in row.aliases or ()})
            ids = () if group.is_without_id else tuple(group.ids.items())
            says = (group.key, said, contacts, aliases, group.domain, group.is_without_id, ids)
            if says not in self._alike:
                self._alike[says] = [
                    target
                    for target in self._list_storing(group.key, said, contacts)
                    if (target.external_id or not ids)
                    and self._fits(group, target)
                    and all(target in self._called(alias) for alias in aliases if alias not in {"", group.key})
                ]
            self._agreeing[group] = self._alike[says]
        return self._agreeing[group]

    def _list_storing(self, key: str, said: Values, contacts: Sequence[str]) -> "list[ListedCustomer]":
        """Return the customers called *key* of which all that is *said* is stored, and the *contacts*."""
        names = tuple(name for name, _ in said)
        table = self._tables.get((key, bool(contacts), names))
        if table is None:
            table = self._tables[key, bool(contacts), names] = {}
            for target in self._called(key):
                stored = tuple((name, self._comparison.stored(target, name)) for name in names)
                for contact in self._comparison.contacts_of(target) if contacts else ("",):
                    table.setdefault((contact, *stored), []).append(target)
        storing = table.get((contacts[0] if contacts else "", *said), ())
        return [target for target in storing if self._comparison.knows(target, contacts[1:])]

    def pair_similar(self, groups: Sequence[RowGroup]) -> Fitting:
        """
        Pair those of all *groups* of one name that agree with nobody; return those that fit several, with these.

        What is most similar goes first: of one domain, then spelt alike, then with the fewest differences.
        """
        self._drop_unclear(groups)
        fitting = self._list_fitting(groups)
        if 1 < sum(len(targets) for _, targets in fitting) <= MOST_PAIRS:
            while self._pair_most_similar(self._left(fitting)):
                pass
        for group, targets in fitting:
            if group not in self._targets and len(free := self._list_free(targets)) == 1:
                self._put(group, free[0])
        return self._left(fitting)

    def _drop_unclear(self, groups: Iterable[RowGroup]) -> None:
        """Undo the pairs of *groups* that agree with a customer, too, that no group needs: either may be meant."""
        alike: dict[int, list[RowGroup]] = {}
        for group in groups:
            if group in self._targets:
                alike.setdefault(id(self._agreeing[group]), []).append(group)
        unclear = list(alike.values())
        while unclear:
            unclear = [each for each in alike.values() if self._list_free(self._agreeing[each[0]])]
            for each in unclear:
                del alike[id(self._agreeing[each[0]])]
                self._drop(each)

    def _list_free(self, targets: "Iterable[ListedCustomer]") -> "list[ListedCustomer]":
        return [target for target in targets if target.id not in self._groups]

    def _list_fitting(self, groups: Iterable[RowGroup]) -> Fitting:
        """Return those of *groups* that have no customer yet, with the free ones of their name that they fit."""
        left = [group for group in groups if group not in self._targets]
        free = self._list_free(self._called(left[0].key)) if left else []
        return [(group, [target for target in free if self._fits(group, target)]) for group in left]

    def _left(self, fitting: Fitting) -> Fitting:
        """Return what is left of *fitting*: groups that have no customer yet, and customers that are free."""
        left = [(group, self._list_free(targets)) for group, targets in fitting if group not in self._targets]
        return [(group, targets) for group, targets in left if targets]

    def _pair_most_similar(self, left: Fitting) -> bool:
        """Pair what is most similar first; return whether any pair was found."""
        ranked = []
        for at, (group, targets) in enumerate(left):
            costs = [self._cost(group, target) for target in targets]
            if costs.count(least := min(costs)) == 1:
                ranked.append((least, at, group, targets[costs.index(least)]))
        for _, _, group, target in sorted(ranked, key=lambda pair: pair[:2]):
            if target.id not in self._groups:
                self._put(group, target)
        return bool(ranked)

    def _cost(self, group: RowGroup, target: "ListedCustomer") -> tuple[bool, bool, int]:
        said = self._comparison.said(group)
        return (
            not group.domain or group.domain != target.domain,
            target.name not in {row.name for row in group.rows},
            sum(self._comparison.stored(target, name) != value for name, value in said)
            + (not self._comparison.knows(target, _contacts_in(group))),
        )

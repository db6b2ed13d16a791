"""Puts the customers of a period into groups: by size, owner, tag, country, or how long they have been customers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from bot.customers.rules.limits import band_words
from bot.customers.rules.names import clean_text
from bot.people.queries import list_names
from bot.reviews.queries.care import Care, CarePeriod
from bot.reviews.rules import Band
from bot.reviews.rules.groups import Age, Grouping, age_at

NONE = "-"
"""The key of those without an owner, tag or country."""
NAME_SHOWN = 60
_WITHOUT = {Grouping.OWNER: "No owner", Grouping.TAG: "No tag", Grouping.COUNTRY: "Country not known"}


@dataclass(frozen=True)
class Group:
    """Customers that have something in common, by id; *key* says what, *words* what it is called."""

    key: str
    words: str
    customers: Sequence[UUID]


def list_groups(session: Session, care: Care, period: CarePeriod, by: Grouping) -> list[Group]:
    """Return the groups of a period, in their order where they have one; a customer is in the group of each tag."""
    keys_of: Mapping[Grouping, Callable[[UUID, Any], Sequence[str]]] = {
        Grouping.SIZE: lambda key, _: [period.bands[key]],
        Grouping.OWNER: lambda _, facts: [facts.owner_id or NONE],
        Grouping.TAG: lambda _, facts: list(dict.fromkeys(facts.tags)) or [NONE],
        Grouping.COUNTRY: lambda _, facts: [facts.country or NONE],
        Grouping.AGE: lambda key, _: [age_at(period.until, care.customers[key].added_on)],
    }
    found: dict[str, list[UUID]] = {}
    for customer, facts in period.facts.items():
        for key in keys_of[by](customer, facts):
            found.setdefault(key, []).append(customer)
    words = _words(session, by, list(found), limited=period.limits is not None)
    order = {str(key): place for place, key in enumerate((*Band, *Age))}
    keys = sorted(found, key=lambda key: (order.get(key, 0), key == NONE, words[key].casefold(), key))
    return [Group(key, words[key], found[key]) for key in keys]


def _words(session: Session, by: Grouping, keys: Sequence[str], *, limited: bool) -> dict[str, str]:
    """Return what the groups are called, by their keys."""
    words = {key: clean_text(key, NAME_SHOWN) for key in keys}
    if by is Grouping.SIZE:
        words = {key: band_words(Band(key), limited=limited) for key in keys}
    elif by is Grouping.AGE:
        words = {key: f"Customers for {key}" for key in keys}
    elif by is Grouping.OWNER:
        names = list_names(session, keys)
        words = {key: clean_text(names.get(key, "Somebody"), NAME_SHOWN) for key in keys}
    return words | ({NONE: _WITHOUT[by]} if by in _WITHOUT and NONE in words else {})

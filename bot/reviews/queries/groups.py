"""Puts the customers of a period into groups: by size, owner, tag, country, or how long they have been customers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from bot.customers.rules.limits import band_words
from bot.customers.rules.names import clean_text
from bot.people.queries import list_names
from bot.reviews.rules import Band
from bot.reviews.rules.groups import Age, Grouping, age_at

if TYPE_CHECKING:
    from bot.reviews.queries.care import CarePeriod

NONE = "-"
"""The key of those without an owner, tag or country."""
NAME_SHOWN = 60
_WITHOUT = {Grouping.OWNER: "No owner", Grouping.TAG: "No tag", Grouping.COUNTRY: "Country not known"}


@dataclass(frozen=True)
class Group:
    """Customers that have something in common, by *places* in a period; *key* says what, *words* what it is called."""

    key: str
    words: str
    places: Any


def list_groups(session: Session, period: "CarePeriod", by: Grouping) -> list[Group]:
    """Return the groups of a period, in their order where they have one; a customer is in the group of each tag."""
    ways: Mapping[Grouping, Callable[[], Mapping[Any, Any]]] = {
        Grouping.SIZE: period.by_band,
        Grouping.OWNER: period.by_owner,
        Grouping.TAG: period.by_tag,
        Grouping.COUNTRY: period.by_country,
        Grouping.AGE: lambda: period.by_added(partial(age_at, period.until)),
    }
    found = {str(key or NONE): places for key, places in ways[by]().items()}
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

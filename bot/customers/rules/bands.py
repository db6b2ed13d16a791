"""How customers are divided into bands by size: fifths, and those whose size nobody knows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

Key = TypeVar("Key")


class Band(StrEnum):
    """A fifth of the customers by size; those whose size nobody knows are a band of their own."""

    SMALLEST = "smallest"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"
    LARGEST = "largest"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """The band as it is named on screens."""
        return {Band.THIRD: "Middle fifth", Band.UNKNOWN: "Size not known"}.get(self, f"{self.value.title()} fifth")


FIFTHS = (Band.SMALLEST, Band.SECOND, Band.THIRD, Band.FOURTH, Band.LARGEST)


class Size(NamedTuple):
    """What is known about how large a customer is."""

    annual_value: Decimal | None = None
    currency: str | None = None
    headcount: int | None = None


def main_currency(sizes: Iterable[Size]) -> str | None:
    """Return the currency that most customers are valued in; None when no value has a currency."""
    counts = Counter(size.currency for size in sizes if size.annual_value is not None and size.currency)
    return min(counts, key=lambda currency: (-counts[currency], currency)) if counts else None


def divide_into_bands(sizes: Mapping[Key, Size]) -> dict[Key, Band]:
    """
    Return the band of each customer.

    Those valued in the main currency are divided into fifths by value, those without such a value by headcount. Values
    in other currencies aren't compared with them. Equal sizes are always in one band.
    """
    currency = main_currency(sizes.values())
    valued = {key: size.annual_value for key, size in sizes.items() if _is_valued(size, currency)}
    counted = {key: size.headcount for key, size in sizes.items() if key not in valued and size.headcount is not None}
    return dict.fromkeys(sizes, Band.UNKNOWN) | _fifths(valued) | _fifths(counted)


def _is_valued(size: Size, currency: str | None) -> bool:
    return size.annual_value is not None and (size.currency or None) == currency


def _fifths(amounts: Mapping[Key, Any]) -> dict[Key, Band]:
    """Divide customers by amount; the place of equal ones is the middle of the places that they take together."""
    counts = Counter(amounts.values())
    band_of, before = {}, 0
    for amount in sorted(counts):
        middle = before + counts[amount] / 2
        band_of[amount] = FIFTHS[min(int(len(FIFTHS) * middle / len(amounts)), len(FIFTHS) - 1)]
        before += counts[amount]
    return {key: band_of[amount] for key, amount in amounts.items()}

"""By what customers are compared, and what is counted of them besides their waits."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Grouping(StrEnum):
    """By what the customers of a proof are put into groups."""

    SIZE = "size"
    OWNER = "owner"
    TAG = "tag"
    COUNTRY = "country"
    AGE = "age"


class Age(StrEnum):
    """How long somebody has been a customer, up to the end of a period."""

    NEW = "up to 90 days"
    YOUNG = "91 days to a year"
    KNOWN = "one to three years"
    OLD = "more than three years"


_AGES = ((90, Age.NEW), (365, Age.YOUNG), (3 * 365, Age.KNOWN))


def age_at(until: date, added_on: date) -> Age:
    """Return how long a customer that was added on a day has been one."""
    days = (until - added_on).days
    return next((age for most, age in _AGES if days <= most), Age.OLD)


class Counts(NamedTuple):
    """
    What is counted in a period: of *promises* whose day came, those *kept* on it; of *problems* whose answer was due,
    those *answered* in time; of problems *fixed*, those *avoidable*, and how often the customers *asked*; of *mentions*
    that somebody took, those *told*: answered in time.
    """

    promises: int = 0
    kept: int = 0
    problems: int = 0
    answered: int = 0
    fixed: int = 0
    avoidable: int = 0
    asked: int = 0
    mentions: int = 0
    told: int = 0


def add_up(counts: Iterable[Counts]) -> Counts:
    """Return the sums of *counts*."""
    each = list(counts)
    return Counts(*(sum(numbers) for numbers in zip(*each, strict=True))) if each else Counts()

"""
The stored customers that a list is compared with.

What they are found by is read of everybody; the rest, which takes more memory, of those that a part of the list is
about.
"""

from collections import namedtuple
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core.database import chunks, each_among
from bot.customers.rules.batches import ids_of_rows
from bot.customers.rules.grouping import RowGroup
from bot.customers.tables import Customer

if TYPE_CHECKING:
    from bot.customers.usecases.matching import ListedCustomer

COMPARED_COLUMNS = (
    "id", "name", "name_key", "domain", "owner_id", "parent_id", "external_id", "source", "cadence_days", "status",
    "annual_value", "currency", "headcount", "country", "zone", "tags", "preferences", "added_on", "last_contact_on",
    "first_due_on", "sooner_on", "sooner_since", "levelled_on", "levelled_from", "levelled_since", "status_reason",
    "status_by", "status_until", "cadence_approved_by", "changed_at",
)  # fmt: skip
"""The columns of customers that a list is compared with."""
KEY_COLUMNS = ("id", "name", "name_key", "domain", "external_id", "source", "parent_id")
"""The columns of customers by which rows and children find them."""
_SHARED = tuple(
    COMPARED_COLUMNS.index(name)
    for name in COMPARED_COLUMNS
    if name.endswith(("_on", "_since", "_from", "_until", "_by", "owner_id", "source", "currency", "country", "zone"))
)
"""The places of columns that hold few different values, which are kept once however many customers have them."""
_LISTS = (COMPARED_COLUMNS.index("tags"), COMPARED_COLUMNS.index("preferences"))
"""The places of lists, which most customers have the same of; equal ones are kept once, too, so nobody changes them."""
Stored = namedtuple("Stored", COMPARED_COLUMNS)  # type: ignore[misc]  # noqa: PYI024 - the names are a constant
AT_ONCE = 1000
"""Customers that are read at once."""


def read_keys(session: Session, groups: Sequence[RowGroup], *, import_id: UUID) -> Iterator[tuple[Any, ...]]:
    """
    Yield the `KEY_COLUMNS` of every customer of the workspace that the import hasn't added.

    A text that a list's *groups* hold, too, is theirs, so that it is in memory once.
    """
    stored = sa.select(*(getattr(Customer, name) for name in KEY_COLUMNS)).where(not_added_by(import_id))
    texts: dict[Any, str] = {}
    for rows in session.execute(stored, execution_options={"yield_per": AT_ONCE}).partitions():
        texts = texts or _texts_of(groups)
        for customer_id, *words, source, parent_id in rows:
            yield customer_id, *(texts.get(word, word) for word in words), texts.setdefault(source, source), parent_id


def _texts_of(groups: Sequence[RowGroup]) -> dict[Any, str]:
    return {
        text: text
        for group in groups
        for text in (group.key, group.domain, group.rows[0].name, group.rows[0].external_id)
        if text
    }


class Details:
    """Reads everything that a list is compared with."""

    def __init__(self, session: Session) -> None:
        """Read from *session*."""
        self._session = session
        self._values: dict[Any, Any] = {}

    def read(self, targets: Iterable["ListedCustomer"]) -> None:
        """Read the stored rows of those of *targets* that are known, in statements of `AT_ONCE`, into `current`."""
        unread = {target.id: target for target in targets if not target.is_new and target.current is None}
        for ids in chunks(list(unread), AT_ONCE):
            for is_one in each_among(self._session, col(Customer.id), ids):
                for row in self._session.execute(sa.select(*_COMPARED).where(is_one)):
                    unread[row.id].current = self._kept_once(row)

    def _kept_once(self, row: Iterable[Any]) -> Any:
        values = list(row)
        for at in _SHARED:
            values[at] = self._values.setdefault(values[at], values[at])
        for at in _LISTS:
            values[at] = self._values.setdefault(tuple(values[at]), values[at])
        return Stored._make(values)


_COMPARED = [getattr(Customer, name) for name in COMPARED_COLUMNS]


def not_added_by(import_id: UUID) -> sa.ColumnElement[bool]:
    """SQL: a customer isn't one that this import has added."""
    return sa.not_(col(Customer.id).between(*ids_of_rows(import_id)))

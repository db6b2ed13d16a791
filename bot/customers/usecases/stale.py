"""What people have changed between the comparison of a list and the writing of one of its parts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core.database import each_among
from bot.customers.rules.families import is_in_circle
from bot.customers.tables import Customer
from bot.customers.usecases.known import COMPARED_COLUMNS, not_added_by
from bot.customers.usecases.matching import ListedCustomer


def find_stale(
    session: Session, part: Sequence[ListedCustomer], *, import_id: UUID, stored: Mapping[UUID, ListedCustomer]
) -> set[UUID]:
    """
    Return which customers of a list must be compared again.

    Those are: known ones that were changed or erased since; new ones whose name, domain or external id another customer
    has got since; children of either, or of one that isn't there; and those that belong to their new parent by now.
    """
    stale = _find_changed(session, [target for target in part if not target.is_new])
    stale |= _find_taken(session, part, import_id=import_id, stored=stored)
    return stale | _find_orphans(session, part, stale) | _find_circles(session, part)


def _find_changed(session: Session, known: Sequence[ListedCustomer]) -> set[UUID]:
    columns = [getattr(Customer, name) for name in COMPARED_COLUMNS]
    current, same = {target.id: target.current for target in known}, set[UUID]()
    for is_one in each_among(session, col(Customer.id), list(current)):
        rows = session.execute(sa.select(*columns).where(is_one))
        same |= {row.id for row in rows if tuple(row) == current[row.id]}
    return current.keys() - same


def _find_taken(
    session: Session, part: Sequence[ListedCustomer], *, import_id: UUID, stored: Mapping[UUID, ListedCustomer]
) -> set[UUID]:
    """Return the customers of the list whose name, domain or external id others have that the list never saw so."""
    stale: set[UUID] = set()
    for column, source, wanted in _list_wanted(part):
        for value in _values_taken(session, column, source, list(wanted), import_id=import_id, stored=stored):
            stale.update(wanted[value])
    return stale


def _list_wanted(part: Sequence[ListedCustomer]) -> Iterator[tuple[str, str | None, dict[str, list[UUID]]]]:
    """
    Yield which customers of a list get which name, domain or external id.

    Ids are told by their source, too: it stands before them in the index.
    """
    new = [target for target in part if target.is_new]
    for column in ("name_key", "domain"):
        wanted: dict[str, list[UUID]] = {}
        for target in new:
            if value := target.given.get(column):
                wanted.setdefault(value, []).append(target.id)
        yield column, None, wanted
    ids: dict[str, dict[str, list[UUID]]] = {}
    for target in part:
        values = (target.given if target.is_new else target.different) or {}
        if value := values.get("external_id"):
            ids.setdefault(target.source, {}).setdefault(value, []).append(target.id)
    for source, wanted in ids.items():
        yield "external_id", source, wanted


def _values_taken(
    session: Session,
    column: str,
    source: str | None,
    values: Sequence[str],
    *,
    import_id: UUID,
    stored: Mapping[UUID, ListedCustomer],
) -> Iterator[str]:
    wanted: Any = getattr(Customer, column)
    of_source = sa.true() if source is None else col(Customer.source) == source
    for is_one in each_among(session, wanted, values):
        query = sa.select(col(Customer.id), wanted).where(of_source, is_one, not_added_by(import_id))
        for customer_id, value in session.execute(query):
            seen = stored.get(customer_id)
            if seen is None or seen.was(column) != value:
                yield value


def _find_orphans(session: Session, part: Sequence[ListedCustomer], stale: set[UUID]) -> set[UUID]:
    """Return the customers whose parent is neither stored nor written with them; parents stand before children."""
    parents = {target.parent.id for target in part if target.parent is not None}
    there: set[UUID] = set()
    for is_one in each_among(session, col(Customer.id), list(parents)):
        there |= set(session.execute(sa.select(col(Customer.id)).where(is_one)).scalars())
    orphans: set[UUID] = set()
    for target in part:
        if target.parent is not None and target.parent.id not in there:
            orphans.add(target.id)
        elif target.is_new and target.id not in stale:
            there.add(target.id)
    return orphans


def _find_circles(session: Session, part: Sequence[ListedCustomer]) -> set[UUID]:
    """Return the known customers that would become their own ancestors, since somebody has moved others meanwhile."""
    moved = {target.id: target.parent.id for target in part if target.parent is not None and not target.is_new}
    above: dict[UUID, UUID | None] = {}
    level = set(moved.values())
    while level:
        query = sa.select(col(Customer.id), col(Customer.parent_id))
        rows = [
            row
            for is_one in each_among(session, col(Customer.id), list(level))
            for row in session.execute(query.where(is_one)).all()
        ]
        above |= dict(rows)
        level = {parent_id for _, parent_id in rows if parent_id is not None} - above.keys()
    above |= moved
    return {key for key in moved if is_in_circle(key, above)}

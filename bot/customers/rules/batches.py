"""How an import stands, and the ids of what it adds."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

LEASE = timedelta(minutes=2)
"""How long after its last batch an import counts as running; comparing a list of 300,000 rows takes one."""

_ROWS = (1 << 32) - 1


class ImportState(StrEnum):
    """What has been done with a list."""

    IMPORTING = "importing"
    IMPORTED = "imported"
    UNDOING = "undoing"
    UNDONE = "undone"


UNFINISHED = (ImportState.IMPORTING, ImportState.UNDOING)


def is_running(alive_at: datetime | None, *, now: datetime) -> bool:
    """Return whether a run that wrote its last batch at *alive_at* may still be at work."""
    return alive_at is not None and now - alive_at < LEASE


def id_of_row(import_id: UUID, row_number: int) -> UUID:
    """Return the id of the customer that an import makes of a row: the same when an interrupted import goes on."""
    return UUID(int=import_id.int & ~_ROWS | row_number)


def ids_of_rows(import_id: UUID) -> tuple[UUID, UUID]:
    """Return the lowest and the highest id that `id_of_row` can return."""
    return id_of_row(import_id, 0), id_of_row(import_id, _ROWS)

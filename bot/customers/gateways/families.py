"""Finds the parents that a list names before its customers, as QuickBooks does: "Vestlake:Vestlake Leeds"."""

from collections.abc import Sequence

from bot.customers.gateways.tables import Table, rows_above_footers
from bot.customers.rules.headers import Field, HeaderMap


def parents_in_names(table: Table, mapping: HeaderMap) -> frozenset[str]:
    """Return what stands before colons in names and is the name of another row; none where a column has the parents."""
    at = mapping.columns.get(Field.NAME)
    if at is None or Field.PARENT in mapping.columns:
        return frozenset()
    before = {name.rpartition(":")[0] for row in rows_above_footers(table) if ":" in (name := _cell(row.cells, at))}
    return frozenset(before & {_cell(row.cells, at) for row in rows_above_footers(table)}) if before else frozenset()


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""

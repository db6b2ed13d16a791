"""Tells whether the first line of a list of which no heading is known is a row."""

import itertools
from dataclasses import replace

from bot.customers.gateways.tables import SAMPLE_ROWS, TITLES_SHOWN, Table, repeats
from bot.customers.rules.names import clean_text
from bot.customers.rules.rows import Note
from bot.customers.rules.values import is_row

FEWEST_AGAIN = 2
"""Cells of the first line that stand again in their columns from which it is a row."""


def values_above(table: Table) -> set[int]:
    """Return the columns whose first cell stands again below it: several such cells are a row's values, no headings."""
    again: set[int] = set()
    for row in itertools.islice(table.rows(), SAMPLE_ROWS):
        if not repeats(row, table.headers):
            pairs = enumerate(zip(row.cells, table.headers, strict=False))
            again |= {at for at, (cell, first) in pairs if first and cell.strip() == first}
    return again if len(again) >= FEWEST_AGAIN else set()


def without_headings(table: Table, *, is_told: bool = False) -> Table:
    """
    Return a table of which no heading is known as one whose columns have numbers, if its first line is a row, as it is
    *told* to be or looks.

    Else a remark says that the first line was taken for the headings.
    """
    first = table.headers
    quoted = ", ".join(f"“{clean_text(cell, 40)}”" for cell in first[:TITLES_SHOWN])
    if not (is_told or is_row(first)):
        told = f"The first line ({quoted}) was taken for the headings. If it is a customer, write headings above it."
        return replace(table, remarks=(*table.remarks, Note(table.headings_line, "", told, first[0])))
    told = f"The first line ({quoted}) is no line of headings, so the columns are called by their numbers."
    return replace(
        table, headers=tuple(f"Column {at}" for at in range(1, len(first) + 1)), headings_line=table.headings_line - 1,
        has_headings=False, remarks=(*table.remarks, Note(table.headings_line, "", told, first[0])),
    )  # fmt: skip

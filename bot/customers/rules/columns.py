"""Which column of a list holds what, for lists of other things than customers, whose few headings are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from bot.customers.rules.headings import spelling
from bot.customers.rules.rows import too_many

Column = TypeVar("Column", bound=StrEnum)


@dataclass(frozen=True)
class ColumnMap(Generic[Column]):
    """The index of each column that is read; *problem* is why the list can't be read, in one sentence."""

    headers: tuple[str, ...]
    columns: Mapping[Column, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def unmapped(self) -> tuple[str, ...]:
        """The headings of columns that aren't read."""
        read = set(self.columns.values())
        return tuple(header for at, header in enumerate(self.headers) if at not in read and header.strip())

    def heading(self, column: Column) -> str:
        """Return the list's own heading of a column."""
        at = self.columns.get(column)
        return self.headers[at] if at is not None else column.value.capitalize()

    def cell(self, cells: Sequence[str], column: Column) -> str:
        """Return what a row's *cells* hold in a column; "" where the list or the row hasn't got it."""
        at = self.columns.get(column, len(cells))
        return cells[at] if at < len(cells) else ""

    def surplus(self, cells: Sequence[str]) -> str:
        """Return what is wrong with a row that says something beyond the last heading; "" if it doesn't."""
        named = len(self.headers)
        return too_many(len(cells), named) if any(cell.strip() for cell in cells[named:]) else ""


def find_columns(headers: Sequence[str], synonyms: Mapping[Column, str]) -> dict[Column, int]:
    """
    Return the index of each column that is among a list's headings, in any case and spelling.

    *synonyms* are what a column may be called, divided by `|`; the first that the list has is read.
    """
    spelt = [spelling(header) for header in headers]
    columns: dict[Column, int] = {}
    for column, words in synonyms.items():
        free = {word: at for at, word in reversed(list(enumerate(spelt))) if at not in columns.values()}
        at = next((free[wanted] for word in words.split("|") if (wanted := spelling(word)) in free), None)
        if at is not None:
            columns[column] = at
    return columns

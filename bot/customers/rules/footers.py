"""Lines that reports print below their table: totals, dates, copyright."""

import itertools
import re
from collections.abc import Sequence
from contextlib import suppress

from bot.customers.rules.cells import Unclear, read_money
from bot.customers.rules.names import WORDS

MOST_FOOTERS = 20
"""Lines at the end of a list that are looked at."""
_TOTAL, _NOTICE = (re.compile(rf"(?:{WORDS['footers'][kind]})\W*", re.IGNORECASE) for kind in ("total", "notice"))
_SECTION, _IN_SECTION = (frozenset(WORDS["footers"][kind].split("|")) for kind in ("section", "in_section"))
NARROWEST_WITH_SECTIONS = 3
"""Columns from which a cell that stands alone may be the title of a section."""
FEWEST_ABOVE = 2
"""Rows from which numbers below them may be their sums."""
_SUM = re.compile(r"[^\w]{0,3}\d[\d.,'’ ]*\W{0,2}(?:[A-Z]{3})?")
_NUMBER = re.compile(r"[^\w]*\d[\d.,'’ ]*\s*\W*(?:[A-Z]{3})?\W*|\W*")


def count_footers(rows: Sequence[Sequence[str]], width: int) -> int:
    """
    Return how many of the last *rows* of a list with *width* columns are no customers'.

    They begin with a total, or a notice in a cell of its own, or hold sums alone; lines of one cell may follow.
    """
    footers = 0
    for count, cells in enumerate(reversed(rows), start=1):
        filled = [cell.strip() for cell in cells if cell.strip()]
        if is_footer(filled, width) or are_sums(cells, rows[:-count]):
            footers = count
        elif len(filled) != 1 or width == 1:
            break
    return footers


def is_footer(filled: Sequence[str], width: int) -> bool:
    """Return whether the *filled* cells of a row are a notice, or a total in a list of several columns."""
    if len(filled) == 1 and _NOTICE.fullmatch(filled[0]):
        return True
    return bool(filled) and width > 1 and bool(_TOTAL.fullmatch(filled[0])) and all(map(_NUMBER.fullmatch, filled[1:]))


def is_section(cells: Sequence[str], width: int) -> bool:
    """Return whether a row of a list with *width* columns is the title of a section: "GOLD", "Past sponsors 2025"."""
    filled = list(itertools.islice(filter(str.strip, cells), 2))  # of most rows, only two cells are looked at
    if len(filled) != 1 or width < NARROWEST_WITH_SECTIONS:
        return False
    words = [word for word in re.findall(r"[^\W_]+", "".join(filled).casefold()) if not word.isdecimal()]
    return not _SECTION.isdisjoint(words) and all(word in _SECTION or word in _IN_SECTION for word in words)


def are_sums(cells: Sequence[str], above: Sequence[Sequence[str]]) -> bool:
    """
    Return whether *cells* are sums of the rows *above*: numbers below numbers, none smaller than those, and nothing in
    the first column and below words.
    """
    if len(above) < FEWEST_ABOVE or not any(cells) or cells[0].strip():
        return False
    columns = [[row[at].strip() for row in above if at < len(row) and row[at].strip()] for at in range(len(cells))]
    have_words = any(len(column) == len(above) and not any(map(_SUM.fullmatch, column)) for column in columns)
    sums = [(cell.strip(), column) for cell, column in zip(cells, columns, strict=True) if cell.strip()]
    return have_words and bool(sums) and all(_is_sum(cell, column) for cell, column in sums)


def _is_sum(cell: str, column: Sequence[str]) -> bool:
    if not column or not all(map(_SUM.fullmatch, (cell, *column))):
        return False
    with suppress(Unclear):
        return read_money(cell)[0] >= max(read_money(each)[0] for each in column)
    return False

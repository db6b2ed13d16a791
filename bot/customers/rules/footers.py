"""Lines that reports print below their table: totals, dates, copyright."""

import re
from collections.abc import Sequence

from bot.customers.rules.names import WORDS

MOST_FOOTERS = 20
"""Lines at the end of a list that are looked at."""
_TOTAL, _NOTICE = (re.compile(rf"(?:{WORDS['footers'][kind]})\W*", re.IGNORECASE) for kind in ("total", "notice"))
_NUMBER = re.compile(r"[^\w]*\d[\d.,'’ ]*\s*\W*(?:[A-Z]{3})?\W*|\W*")


def count_footers(rows: Sequence[Sequence[str]], width: int) -> int:
    """
    Return how many of the last *rows* of a list with *width* columns are no customers'.

    They begin with a total, or a notice in a cell of its own; lines of one cell may follow.
    """
    footers = 0
    for count, cells in enumerate(reversed(rows), start=1):
        filled = [cell.strip() for cell in cells if cell.strip()]
        if is_footer(filled, width):
            footers = count
        elif len(filled) != 1 or width == 1:
            break
    return footers


def is_footer(filled: Sequence[str], width: int) -> bool:
    """Return whether the *filled* cells of a row are a notice, or a total in a list of several columns."""
    if len(filled) == 1 and _NOTICE.fullmatch(filled[0]):
        return True
    return bool(filled) and width > 1 and bool(_TOTAL.fullmatch(filled[0])) and all(map(_NUMBER.fullmatch, filled[1:]))

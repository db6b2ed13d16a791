"""Finds the column of the customers' ids where no heading that everybody knows says so, and words in it for none."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from bot.customers.gateways.tables import Table, rows_above_footers
from bot.customers.rules.cells import NO_VALUE, is_blank
from bot.customers.rules.headers import Field, HeaderMap, short
from bot.customers.rules.headings import is_id_by_trade, names_one

FEWEST_CODES = 3
"""Rows from which a column under a heading of names may hold codes."""
_CODE = re.compile(r"[^\W\d_]{0,6}[-_./ #]?\d[\dA-Z]*(?:[-_./]\d+)*")
_DIGITS = re.compile(r"\d+")


def are_codes(cells: Sequence[str]) -> bool:
    """Return whether a column's filled cells are codes of one kind, each another one: "C-0017", "C-0018"."""
    codes = [cell.strip() for cell in cells]
    shapes = {_DIGITS.sub("0", code) for code in codes}
    is_told = len(codes) >= FEWEST_CODES and len({*codes}) == len(codes) and len(shapes) == 1
    return is_told and all(map(_CODE.fullmatch, codes))


def find_id(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> int | None:
    """
    Return a column that has the ids where nothing else does and each row has its own: `exhibitor_id`, or `Customer`
    with codes beside a column of names.
    """
    if Field.EXTERNAL_ID in mapping.columns or mapping.person:
        return None
    for at, header in enumerate(mapping.headers):
        if header in mapping.unmapped and at not in by_hand and (is_id_by_trade(header) or names_one(header)):
            ids = [cells[at] for cells in sample if at < len(cells) and not is_blank(cells[at])]
            is_told = is_id_by_trade(header) or are_codes(ids)
            if ids and len({*ids}) == len(sample) and is_told:
                return at
    return None


def no_ids(table: Table, mapping: HeaderMap) -> Mapping[str, int]:
    """
    Return the words among the ids that are none, folded, with their rows.

    "NA", "unknown" and zeros may be an id where a single row says so, but never that of several rows.
    """
    at = mapping.columns.get(Field.EXTERNAL_ID)
    if at is None:
        return {}
    said = Counter("".join(row.cells[at : at + 1]).strip().casefold() for row in rows_above_footers(table))
    none = {word for word, rows in said.items() if rows > 1 and (word in NO_VALUE or not word.strip("0"))}
    return {word: said[word] for word in sorted(none) if not is_blank(word)}


def tell_no_ids(mapping: HeaderMap, found: Mapping[str, int]) -> list[str]:
    """Return the sentences about words that are no ids."""
    heading = short(mapping.heading(Field.EXTERNAL_ID))
    return [
        f"{rows:,} rows say “{short(word)}” under “{heading}”: that is no id, and was left blank."
        for word, rows in found.items()
    ]

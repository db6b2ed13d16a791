"""Finds the column of the customers' ids where no heading that everybody knows says so, and words in it for none."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from bot.customers.rules.cells import NO_VALUE, is_blank
from bot.customers.rules.domains import own_domain
from bot.customers.rules.headers import Field, HeaderMap, short, with_columns
from bot.customers.rules.headings import (
    KNOWN,
    THINGS,
    ids_of_rows,
    is_bare_number,
    is_id_by_trade,
    is_id_by_word,
    is_id_of_customers,
    is_id_of_place,
    may_hold_names,
    names_one,
    spell_heading,
)
from bot.customers.rules.values import filled_cells

FEWEST_CODES = 3
"""Rows from which a column under a heading of names may hold codes, and one that is called an id the customers' ids."""
MOST_NUMBERED = 0.5
"""The share of rows with a number from which a column that is just called so may hold the ids."""
FEWEST_CALLED = 10
"""Digits from which numbers that are just called so are those to call, beside people without any."""
_DIGIT = re.compile(r"\d")
_CODE = re.compile(r"[^\W\d_]{0,5}[-_./#]?\d[\dA-Z]*(?:[-_./]\d+)*")
_DIGITS = re.compile(r"\d+")


def are_codes(cells: Sequence[str]) -> bool:
    """Return whether a column's filled cells are codes of one kind, each another one: "C-0017", "C-0018"."""
    codes = [cell.strip() for cell in cells]
    shapes = {_DIGITS.sub("0", code) for code in codes}
    is_told = len(codes) >= FEWEST_CODES and len({*codes}) == len(codes) and len(shapes) == 1
    return is_told and all(map(_CODE.fullmatch, codes))


def leave_bare_numbers(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> HeaderMap:
    """
    Return *mapping* without a column just called number as the ids, unless most rows have one, each another one.

    Such a column may hold the numbers of houses, or those to call.
    """
    at = mapping.columns.get(Field.EXTERNAL_ID)
    if at is None or at in by_hand or not is_bare_number(mapping.headers[at]):
        return mapping
    numbers = filled_cells(sample, at)
    are_own = len({*numbers}) == len(numbers) and len(numbers) >= MOST_NUMBERED * len(sample)
    has_people = mapping.person or {Field.CONTACT_NAME, Field.CONTACT_EMAIL} & {*mapping.columns}
    if has_people and Field.CONTACT_PHONE not in mapping.columns:
        are_own = are_own and not all(len(_DIGIT.findall(number)) >= FEWEST_CALLED for number in numbers)
    return mapping if are_own else with_columns(mapping, {Field.EXTERNAL_ID: None})


def find_id(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> int | None:
    """
    Return a column that has the ids where nothing else does and each row has its own: `exhibitor_id`, `CCN`, or
    `Customer` with codes beside a column of names.
    """
    if Field.EXTERNAL_ID in mapping.columns or mapping.person:
        return None
    for at, header in mapping.unread(by_hand):
        ids = filled_cells(sample, at)
        is_each = bool(ids) and len({*ids}) == len(ids) == len(sample)
        is_told = is_id_by_word(header) and len(ids) >= FEWEST_CODES
        if is_each and (
            is_id_by_trade(header)
            or (names_one(header) and are_codes(ids))
            or (is_told and (is_id_of_place(header) or not _is_of_rows(mapping, sample)))
        ):
            return at
    return None


def _is_of_rows(mapping: HeaderMap, sample: Sequence[Sequence[str]]) -> bool:
    """Return whether several rows have one name and one host, so that an id of each row is none of the customers'."""
    name = mapping.columns.get(Field.NAME)
    if name is None:
        return False
    marks = [mapping.columns[field] for field in (Field.DOMAIN, Field.CONTACT_EMAIL) if field in mapping.columns]
    several = Counter[tuple[str, str]]()
    for cells in sample:
        hosts = {own_domain(cells[at], "") for at in marks if at < len(cells)}
        several.update(("".join(cells[name : name + 1]).strip().casefold(), host) for host in hosts if host)
    return any(count > 1 for count in several.values())


def own_ids(mapping: HeaderMap, sample: Sequence[Sequence[str]], rivals: Sequence[int]) -> Sequence[int]:
    """Return the columns of *rivals* that may be the customers' ids: none that customers of several names share."""
    name = mapping.columns.get(Field.NAME)
    if name is None:
        return rivals
    rows = {at: [row for row in sample if max(at, name) < len(row) and not is_blank(row[at])] for at in rivals}
    return [at for at in rivals if _has_one_each(rows[at], at, name)] or rivals


def ids_for_names(mapping: HeaderMap) -> int | None:
    """
    Return the column of ids in a list of orders, deals or the like that has no names of customers: `Client Code` beside
    `Deal Name`. They stand for the names then.
    """
    own = mapping.columns.get(Field.EXTERNAL_ID)
    if own is None or not is_id_of_customers(mapping.headers[own]):
        return None
    return own if THINGS in map(ids_of_rows, mapping.unmapped) else None


def name_by_ids(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> int | None:
    """
    Return the column with one name for each id, where the one that was taken for the names has several: a list of a
    company's sites has `warehouse_name` beside `chain` and `customer_id`. None where a heading plainly is the name's.
    """
    own, name = mapping.columns.get(Field.EXTERNAL_ID), mapping.columns.get(Field.NAME)
    if own is None or name is None or name in by_hand or spell_heading(mapping.headers[name]) in KNOWN:
        return None
    rows = [cells for cells in sample if max(own, name) < len(cells) and not is_blank(cells[own])]
    if _has_one_each(rows, own, name):
        return None
    for at, header in mapping.unread(by_hand):
        if may_hold_names(header):
            names = [cells[at] for cells in rows if at < len(cells) and any(map(str.isalpha, cells[at]))]
            if len(names) == len(rows) and _has_one_each(rows, own, at) and _has_one_each(rows, at, own):
                return at
    return None


def _has_one_each(rows: Sequence[Sequence[str]], key: int, at: int) -> bool:
    """Return whether rows with the same cell in the column *key* have the same one in the column *at*."""
    said: dict[str, str] = {}
    return all(said.setdefault(cells[key].strip(), cells[at].strip()) == cells[at].strip() for cells in rows)


def may_be_none(cell: str) -> bool:
    """Return whether an id is a word for none, as "NA", "unknown" and zeros are unless a single row says so."""
    word = cell.strip().casefold()
    return (word in NO_VALUE or not word.strip("0")) and not is_blank(word)


def tell_no_ids(mapping: HeaderMap, found: Mapping[str, int]) -> list[str]:
    """Return the sentences about words that are no ids, by the rows that say them."""
    heading = short(mapping.heading(Field.EXTERNAL_ID))
    return [
        f"{rows:,} rows say “{short(word)}” under “{heading}”: that is no id, and was left blank."
        for word, rows in sorted(found.items())
    ]

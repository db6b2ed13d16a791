"""Finds the column of ids that count people, orders or products of the customers, rather than the customers."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from bot.customers.gateways.tables import Table, rows_above_footers
from bot.customers.rules.cells import (
    NO_VALUE,
    Unclear,
    is_blank,
    known_status,
    propose_status,
    read_domain,
    status_word,
)
from bot.customers.rules.headers import Field, HeaderMap
from bot.customers.rules.headings import (
    IDS_OF_PEOPLE,
    KNOWN,
    PEOPLE,
    ids_of_rows,
    is_counter,
    is_stamp,
    names_company,
    spelling,
)
from bot.customers.rules.names import clean_text
from bot.customers.rules.rows import LONGEST_NAME
from bot.customers.rules.values import filled_cells

FEWEST_NAMES = 3
"""Names in several rows from which a column may count something else than the customers."""
MOST_OF_ROWS = 0.5
"""The share of rows with such names from which an id may be the person's though its heading doesn't say so."""
FEWEST_COLUMNS = 4
"""Columns in which something stands from which rows that differ only in their number are the same."""
SAMPLE_ROWS = 300
_STAMP = re.compile(r"\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_OF_ROWS = {Field.STATUS, Field.ANNUAL_VALUE, Field.CURRENCY, Field.ADDED_ON, Field.LAST_CONTACT}
"""What the people, orders and products of one company may differ in."""
_CONTACTS = {
    Field.CONTACT_NAME, Field.CONTACT_ROLE, Field.CONTACT_EMAIL, Field.CONTACT_PHONE, Field.CONTACT_DO_NOT_CONTACT
}  # fmt: skip


def find_row_ids(mapping: HeaderMap, table: Table, by_hand: AbstractSet[int]) -> int | None:
    """
    Return the column of ids that are those of each row's person, order or product; None where there is none.

    Every row has its own id, several names stand in more than one row, and the rows of one name agree in all that is
    read as the customer's own, as far as it is filled. Where the heading says whose ids they are, statuses, amounts and
    dates are those of each row, and may differ. Ids that parents refer to are the customers'.
    """
    columns = mapping.columns
    if mapping.person or Field.NAME not in columns or Field.PARENT in columns:
        return None
    own = columns.get(Field.EXTERNAL_ID)
    for at, header in enumerate(mapping.headers):
        is_open = at == own if own is not None else header in mapping.unmapped and spelling(header) not in KNOWN
        if is_open and at not in by_hand and _may_count_rows(mapping, header) and _counts_rows(mapping, table, at):
            return at
    return None


def find_row_people(mapping: HeaderMap, table: Table) -> int | None:
    """
    Return the column of contacts where rows of one company differ in these alone, in whatever else the list says.

    None where there are few such companies, or where ids or websites tell who is one.
    """
    columns = mapping.columns
    contact = columns.get(Field.CONTACT_NAME)
    if contact is None or mapping.person or {Field.EXTERNAL_ID, Field.DOMAIN, Field.PARENT} & {*columns}:
        return None
    if not names_company(mapping.heading(Field.NAME)):
        return None
    of_contacts = {at for field in (*_CONTACTS, Field.TAGS) for at in _columns_of(mapping, field)}
    rest = [at for at in range(len(mapping.headers)) if at not in of_contacts | mapping.counters]
    found = set[tuple[str, str]]()
    said: dict[str, dict[int, str]] = {}
    for name, cells in _named_rows(mapping, table):
        if not _agrees(said.setdefault(name, {}), name, cells, [(Field.NAME, at) for at in rest]):
            return None
        if not is_blank(each := _cell(cells, contact)):
            found.add((name, each))
    return contact if _are_several(found, 0) else None


def _columns_of(mapping: HeaderMap, field: Field) -> tuple[int, ...]:
    """Return the columns that are read as a field, the others where the first is empty behind it."""
    first = mapping.columns.get(field)
    return () if first is None else (first, *mapping.spares.get(field, ()))


def find_counters(mapping: HeaderMap, sample: Sequence[Sequence[str]]) -> frozenset[int]:
    """
    Return the unread columns that only number the rows, those without a heading, or called so, of rising numbers, and
    those that say when a program wrote them.

    None in a list that says little else, where rows of one name may be several customers.
    """
    read = {*mapping.columns.values(), *mapping.person, *itertools.chain(*mapping.spares.values())}
    if sum(bool(filled_cells(sample, at)) for at in range(len(mapping.headers))) < FEWEST_COLUMNS:
        return frozenset()
    return frozenset(
        at for at, header in enumerate(mapping.headers)
        if at not in read and _says_when_or_which(header, filled_cells(sample, at))
    )  # fmt: skip


def _says_when_or_which(header: str, cells: Sequence[str]) -> bool:
    """Return whether a column numbers the rows, or says when a program wrote each: `last_checked`."""
    if is_stamp(header):
        return bool(cells) and all(map(_STAMP.match, cells))
    return is_counter(header) and _are_rising(cells)


def _are_rising(cells: Sequence[str]) -> bool:
    numbers = [int(cell) for cell in cells if cell.strip().isdecimal()]
    return bool(cells) and len(numbers) == len(cells) and all(one < next_ for one, next_ in itertools.pairwise(numbers))


def has_ids_of_things(mapping: HeaderMap, sample: Sequence[Sequence[str]]) -> bool:
    """
    Return whether the rows are orders, deals or the like: an unread column has their ids, and several names stand in
    more than one row, or each row has an id of its own.
    """
    things = [at for at, header in mapping.unread() if ids_of_rows(header)]
    ids = [each for each in (filled_cells(sample, at) for at in things) if len(each) == len(sample) > 0]
    if any(len({*each}) == len(each) for each in ids):
        return True
    name = mapping.columns.get(Field.NAME)
    named = Counter(filled_cells(sample, name)) if ids and name is not None else Counter[str]()
    return sum(count > 1 for count in named.values()) >= FEWEST_NAMES


def fields_of_rows(mapping: HeaderMap, table: Table) -> dict[Field, str]:
    """
    Return the fields that are those of each row's person, order or product, with the reason: statuses and amounts that
    differ in the rows of one name, and statuses that no customer has.
    """
    read = [(field, mapping.columns[field]) for field in (Field.STATUS, Field.ANNUAL_VALUE) if field in mapping.columns]
    if Field.NAME not in mapping.columns or not read:
        return {}
    said: dict[str, dict[int, str]] = {}
    found: dict[Field, str] = {}
    words: set[str] = set()
    for name, cells in _named_rows(mapping, table):
        for field, at in read:
            if not _agrees(said.setdefault(name, {}), name, cells, [(field, at)]):
                found[field] = "it differs in the rows of one company"
            if field is Field.STATUS and not is_blank(cell := _cell(cells, at), words=NO_VALUE):
                words.add(status_word(cell))
    if words and not any(known_status(word) or propose_status(word) for word in words):
        found.setdefault(Field.STATUS, "none of its values is that of a customer")
    return found


def _named_rows(mapping: HeaderMap, table: Table) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the name and the cells of each row that has a name."""
    for row in rows_above_footers(table):
        name = clean_text(_cell(row.cells, mapping.columns[Field.NAME]), LONGEST_NAME)
        if not is_blank(name):
            yield name, row.cells


def _has_companies(mapping: HeaderMap) -> bool:
    """Return whether the customers are no people by the list's headings, so that contacts are others than they."""
    return Field.CONTACT_NAME in mapping.columns or names_company(mapping.heading(Field.NAME))


def _may_count_rows(mapping: HeaderMap, header: str) -> bool:
    """Return whether ids with that heading may be those of people or things."""
    if whose := ids_of_rows(header):
        return whose != PEOPLE or _has_companies(mapping)
    return spelling(header) in IDS_OF_PEOPLE and not mapping.system and Field.CONTACT_NAME in mapping.columns


def _counts_rows(mapping: HeaderMap, table: Table, at: int) -> bool:
    """
    Return whether the column *at* counts something else than the customers by its values.

    Where its heading doesn't say whose ids it has, most rows must be of companies with several contacts, the first ones
    as all.
    """
    is_told = bool(ids_of_rows(mapping.headers[at]))
    own = [each for each in _own_columns(mapping) if not is_told or each[0] not in _OF_ROWS]
    counted = at if is_told else mapping.columns[Field.CONTACT_NAME]
    ids, found = set[str](), set[tuple[str, str]]()
    said: dict[str, dict[int, str]] = {}
    for name, cells in _named_rows(mapping, table):
        key = _cell(cells, at)
        if is_blank(key) or key in ids or not _agrees(said.setdefault(name, {}), name, cells, own):
            return False
        ids.add(key)
        if not is_blank(each := _cell(cells, counted)):
            found.add((name, each))
        if len(ids) == SAMPLE_ROWS and not is_told and not _are_several(found, MOST_OF_ROWS * len(ids)):
            return False
    return _are_several(found, 0 if is_told else MOST_OF_ROWS * len(ids))


def _are_several(found: set[tuple[str, str]], fewest: float) -> bool:
    """Return whether several names have more than one of what was *found* with them, or few many; *fewest* in all."""
    several = [count for count in Counter(name for name, _ in found).values() if count > 1]
    are_many = len(several) >= FEWEST_NAMES or sum(several) > FEWEST_NAMES * 2
    return are_many and sum(several) >= fewest


def _own_columns(mapping: HeaderMap) -> list[tuple[Field, int]]:
    """Return the columns of the customers' own fields; contacts are, where a customer may be a person."""
    differ = {Field.NAME, Field.EXTERNAL_ID, Field.TAGS} | (_CONTACTS if _has_companies(mapping) else set())
    read = [field for field in mapping.columns if field not in differ]
    return [(field, at) for field in read for at in _columns_of(mapping, field)]


def _agrees(said: dict[int, str], name: str, cells: Sequence[str], own: Sequence[tuple[Field, int]]) -> bool:
    """Return whether a row says what earlier rows of its name *said*, which it completes."""
    for field, at in own:
        value = _value(field, _cell(cells, at), name)
        if value and said.setdefault(at, value) != value:
            return False
    return True


def _value(field: Field, cell: str, name: str) -> str:
    if is_blank(cell, words=NO_VALUE):
        return ""
    try:
        return read_domain(cell, name) if field is Field.DOMAIN else cell.casefold()
    except Unclear:
        return ""


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""

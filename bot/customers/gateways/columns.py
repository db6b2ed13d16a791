"""Decides which column is which field by what the columns hold, and asks what their values leave open."""

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date

from bot.customers.gateways.row_ids import find_row_ids
from bot.customers.gateways.tables import Table, rows_above_footers
from bot.customers.gateways.telling import filled_cells, leave_areas, leave_own_pages, tell_jobs
from bot.customers.rules.cells import (
    NO_VALUE,
    flag_of,
    is_blank,
    is_flag,
    known_status,
    propose_status,
    status_word,
)
from bot.customers.rules.dates import DateColumn
from bot.customers.rules.due import Status
from bot.customers.rules.headers import (
    ASKED,
    LEAVE_OUT,
    READ_WHERE_EMPTY,
    Field,
    HeaderMap,
    columns_by_hand,
    field_called,
    is_american,
    likely_names,
    map_headers,
    quoted,
    tell_fuller,
    with_columns,
)
from bot.customers.rules.headings import (
    is_id_by_trade,
    is_of_company,
    is_of_others,
    may_be_contact,
    may_be_no_status,
    says_active,
    speaks_of_phones,
)
from bot.customers.rules.questions import (
    MOST_STATUSES,
    ONE_PER_NAME,
    Question,
    Settled,
    are_in_full,
    ask_column,
    ask_dates,
    ask_rows,
    ask_statuses,
    settle,
    tell_serials,
)
from bot.customers.rules.values import own_values, tell_field

SAMPLE_ROWS = 300
"""Rows by which columns are told apart."""
_NUMBER = re.compile(r"\s*\d[\d.,' ]*%?\s*")
FEWEST_PEOPLE = 5
"""Names from which a column tells by them whose people they are."""
MOST_OWNERS = 0.5
"""The share of names that differ up to which they may be owners'."""
MOST_COPIES = 0.8
"""The share of contacts' names from which those that repeat the customers' are none."""
CLEARLY_MORE = 1.5
"""How many values of the customers' own a column needs for each one that only another column has."""
BY_VALUES = {
    Field.DOMAIN: ("website", "web addresses"),
    Field.CONTACT_EMAIL: ("contact’s e-mail address", "e-mail addresses"),
    Field.CONTACT_PHONE: ("contact’s phone number", "phone numbers"),
}
"""The fields that a column's values tell where no heading does, and the words for both."""
DATES = (Field.ADDED_ON, Field.LAST_CONTACT)


@dataclass
class Columns:
    """
    How a list is read: its columns, the questions about them and their values with the answers, and what is odd.

    With *is_one_per_name*, rows of one name are one customer's people, orders or products.
    """

    mapping: HeaderMap
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    settled: Settled = field(default_factory=Settled)
    is_one_per_name: bool = False


def settle_columns(table: Table, by_hand: Mapping[str, str], answers: Mapping[str, str], *, today: date) -> Columns:
    """Return how *table* is read, with the columns mapped *by_hand* and the *answers* to questions, by id."""
    sample = [row.cells for row in itertools.islice(rows_above_footers(table), SAMPLE_ROWS)]
    columns = Columns(_map(table, by_hand, sample))
    if Field.DOMAIN not in map(field_called, by_hand.values()):
        columns.mapping, said = leave_own_pages(columns.mapping, sample)
        columns.remarks += said
    _tell_contacts(columns, sample)
    columns.mapping = tell_jobs(leave_areas(columns.mapping, sample), sample)
    if table.has_headings:
        _find_by_values(columns, sample, columns_by_hand(columns.mapping.headers, by_hand))
    _find_id(columns, sample, by_hand)
    _settle_name(columns, table, sample, answers)
    if not columns.mapping.problems:
        _settle_rivals(columns, table, answers)
        _settle_rows(columns, table, by_hand, answers)
        _settle_values(columns, table, sample, answers, today)
        if (at := columns.mapping.columns.get(Field.COUNTRY)) is not None:
            countries = filled_cells(sample, at)
            columns.settled = replace(columns.settled, has_countries_in_full=are_in_full(countries))
    return columns


def _map(table: Table, by_hand: Mapping[str, str], sample: Sequence[Sequence[str]]) -> HeaderMap:
    """Map the columns of *table*; one that is empty comes last, and one of yes and no, or of numbers, is no name."""
    width = range(len(table.headers))
    empty = {at for at in width if sample and not filled_cells(sample, at)}
    flags = {at for at in width if _is_of_flags(sample, at)}
    numbers = {at for at in width if _is_of_numbers(sample, at)}
    mapping = map_headers(table.headers, by_hand, empty, flags, numbers)
    if not table.has_headings:
        return _map_by_values(mapping, sample, by_hand)
    if Field.NAME in mapping.columns or mapping.person or not flags | numbers:
        return mapping
    return map_headers(table.headers, by_hand, empty)  # the only company may be called "T"


def _map_by_values(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: Mapping[str, str]) -> HeaderMap:
    """Map columns without headings by what they hold, the first of each field, besides those mapped *by_hand*."""
    chosen: dict[Field, int | None] = {}
    for at, header in enumerate(mapping.headers):
        cells = filled_cells(sample, at)
        told = tell_field(cells) if cells and header not in by_hand else None
        if told is not None and told not in mapping.columns:
            chosen.setdefault(told, at)
    return with_columns(mapping, chosen)


def _is_of_flags(sample: Sequence[Sequence[str]], at: int) -> bool:
    """Return whether a column says yes and no."""
    cells = filled_cells(sample, at)
    return bool(cells) and all(map(is_flag, cells))


def _is_of_numbers(sample: Sequence[Sequence[str]], at: int) -> bool:
    """Return whether a column counts something."""
    cells = filled_cells(sample, at)
    return bool(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)


def _settle_name(columns: Columns, table: Table, sample: Sequence[Sequence[str]], answers: Mapping[str, str]) -> None:
    """
    Ask which column holds the names where no heading says so, and propose one by its values.

    Without any headings, the only column that may hold names is read without a question.
    """
    mapping = columns.mapping
    if Field.NAME in mapping.columns or mapping.person or len(mapping.problems) > 1:
        return
    cells = {at: filled_cells(sample, at) for at in range(len(mapping.headers))}
    likely = likely_names(mapping, cells, rows=len(sample))
    if likely:
        question = ask_column(Field.NAME, {at: mapping.headers[at] for at in likely}, likely[0])
        if table.has_headings or len(likely) > 1:
            columns.questions.append(question)
        chosen: dict[Field, int | None] = {Field.NAME: int(question.choose(answers))}
        if mapping.columns.get(Field.CONTACT_ROLE) == chosen[Field.NAME]:
            chosen[Field.CONTACT_ROLE] = None
        columns.mapping = with_columns(mapping, chosen)


def _find_by_values(columns: Columns, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> None:
    """Read columns as websites, e-mail addresses and numbers to call where no heading says so and their values do."""
    for wanted, (called, values) in BY_VALUES.items():
        mapping = columns.mapping
        known = mapping.columns.get(wanted)
        if known is not None and (known in by_hand or filled_cells(sample, known)):
            continue
        at = _column_of_own(wanted, mapping, sample, by_hand)
        if at is None:
            continue
        found = with_columns(mapping, {wanted: at})
        if _may_have_names(found, sample) or not _may_have_names(mapping, sample):
            columns.mapping = found
            columns.remarks.append(
                f"{quoted([mapping.headers[at]])} was read as the {called}: its values are {values}."
            )


def _column_of_own(
    wanted: Field, mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]
) -> int | None:
    """
    Return the unread column that has the most values of the customers' own, or None.

    It has clearly more than any other column has besides those: a second column with the same ones doesn't count.
    """
    name = mapping.columns.get(Field.NAME)
    own: dict[int, set[str]] = {}
    for at, header in enumerate(mapping.headers):
        if header in mapping.unmapped and at not in by_hand and not is_of_others(header):
            rows = [cells for cells in sample if at < len(cells) and not is_blank(cells[at])]
            names = [] if name is None else ["".join(cells[name : name + 1]) for cells in rows]
            values = [cells[at] for cells in rows]
            own[at] = own_values(wanted, values, names, is_called_so=speaks_of_phones(header))
    best = max(own, key=lambda at: len(own[at]), default=None)
    if best is None or not own[best]:
        return None
    others = max(len(values - own[best]) for values in own.values())
    return best if len(own[best]) > CLEARLY_MORE * others else None


def _may_have_names(mapping: HeaderMap, sample: Sequence[Sequence[str]]) -> bool:
    """Return whether a column of *mapping* holds the names, or may."""
    if Field.NAME in mapping.columns or mapping.person:
        return True
    cells = {at: filled_cells(sample, at) for at in range(len(mapping.headers))}
    return bool(likely_names(mapping, cells, rows=len(sample)))


def _find_id(columns: Columns, sample: Sequence[Sequence[str]], by_hand: Mapping[str, str]) -> None:
    """Read a column such as `exhibitor_id` as the id where nothing else is one and each row has its own."""
    mapping = columns.mapping
    if Field.EXTERNAL_ID in mapping.columns or mapping.person:
        return
    for at, header in enumerate(mapping.headers):
        if header in mapping.unmapped and header not in by_hand and is_id_by_trade(header):
            ids = filled_cells(sample, at)
            if ids and len({*ids}) == len(ids) == len(sample):
                columns.mapping = with_columns(mapping, {Field.EXTERNAL_ID: at})
                return


def _tell_contacts(columns: Columns, sample: Sequence[Sequence[str]]) -> None:
    """Read people as the customers' own where most of them differ, and names that repeat the customers' not at all."""
    mapping = columns.mapping
    owner, contact = mapping.columns.get(Field.OWNER), mapping.columns.get(Field.CONTACT_NAME)
    if owner is not None and is_of_company(mapping.headers[owner]) and may_be_contact(mapping.headers[owner]):
        mapping = columns.mapping = with_columns(mapping, {Field.OWNER: None, Field.CONTACT_NAME: contact or owner})
        owner, contact = None, contact or owner
    if owner is not None and contact is None and not mapping.person and may_be_contact(mapping.headers[owner]):
        people = filled_cells(sample, owner)
        if len(people) >= FEWEST_PEOPLE and len({*people}) > MOST_OWNERS * len(people):
            columns.mapping = with_columns(mapping, {Field.OWNER: None, Field.CONTACT_NAME: owner})
            told = "was read as the contact’s name, not as the owner: most of its values differ."
            columns.remarks.append(f"{quoted([mapping.headers[owner]])} {told}")
    name = mapping.columns.get(Field.NAME)
    if contact is None or name is None:
        return
    rows = [cells for cells in sample if len(cells) > max(name, contact) and not is_blank(cells[contact])]
    copies = sum(cells[name].casefold() == cells[contact].casefold() for cells in rows)
    if len(rows) >= FEWEST_PEOPLE and copies >= MOST_COPIES * len(rows):
        columns.mapping = with_columns(mapping, {Field.CONTACT_NAME: None})


def _settle_rivals(columns: Columns, table: Table, answers: Mapping[str, str]) -> None:
    """Read the fuller of several columns for a lesser field, and say so; ask about the others."""
    mapping = columns.mapping
    rivals = {at for _, found in mapping.rivals for at in found}
    if not rivals:
        return
    filled: Counter[int] = Counter()
    for row in rows_above_footers(table):
        filled.update(at for at in rivals if not is_blank("".join(row.cells[at : at + 1])))
    chosen: dict[Field, int | None] = {}
    for wanted, found in mapping.rivals:
        best = max(found, key=lambda at: (filled[at], -at))
        chosen[wanted] = best
        if wanted not in ASKED:
            columns.remarks.append(tell_fuller(mapping, wanted, best, found))
            if wanted in READ_WHERE_EMPTY:
                others = sorted(set(found) - {best}, key=lambda at: (-filled[at], at))
                mapping = replace(mapping, spares={**mapping.spares, wanted: tuple(others)})
        elif sum(filled[at] > 0 for at in found) > 1:
            question = ask_column(wanted, {at: mapping.headers[at] for at in found if filled[at]}, best)
            columns.questions.append(question)
            answer = question.choose(answers)
            chosen[wanted] = None if answer == LEAVE_OUT else int(answer)
    columns.mapping = with_columns(mapping, chosen)


def _settle_rows(columns: Columns, table: Table, by_hand: Mapping[str, str], answers: Mapping[str, str]) -> None:
    """Ask whether a column is the id of people or things; as proposed, rows of one name are one customer's."""
    at = find_row_ids(columns.mapping, table, by_hand)
    if at is None:
        return
    question = ask_rows(columns.mapping.headers[at])
    columns.questions.append(question)
    if question.choose(answers) == ONE_PER_NAME:
        columns.is_one_per_name = True
        columns.mapping = with_columns(columns.mapping, {Field.EXTERNAL_ID: None})


def _settle_values(
    columns: Columns, table: Table, sample: Sequence[Sequence[str]], answers: Mapping[str, str], today: date
) -> None:
    """Look at all statuses and dates of the list, and ask what they leave open."""
    mapping = columns.mapping
    status_at = mapping.columns.get(Field.STATUS)
    date_columns = {mapping.columns[each]: DateColumn(today) for each in DATES if each in mapping.columns}
    if status_at is None and not date_columns:
        return
    statuses: Counter[str] = Counter()
    plain: dict[str, Status] = {}
    for row in rows_above_footers(table):
        cells = row.cells
        for at, column in date_columns.items():
            if at < len(cells) and cells[at]:
                column.add(cells[at])
        if status_at is not None and status_at < len(cells) and not is_blank(cells[status_at], words=NO_VALUE):
            statuses[cells[status_at]] += 1
    if statuses and says_active(mapping.heading(Field.STATUS)):
        plain = _ask_active(columns, statuses)
    elif statuses:
        _ask_statuses(columns, statuses)
    orders = _ask_dates(columns, table.delimiter, sample, date_columns, today)
    settled = settle(columns.questions, answers, orders)
    columns.settled = replace(settled, statuses={**settled.statuses, **plain})


def _ask_active(columns: Columns, statuses: Counter[str]) -> dict[str, Status]:
    """Return what yes means in a column of active customers, and ask what no does; ask about other values as usual."""
    flags = {cell: flag_of(cell) for cell in statuses}
    if None in flags.values():
        _ask_statuses(columns, statuses)
        return {}
    asked = ask_statuses(
        columns.mapping.heading(Field.STATUS), {cell: statuses[cell] for cell in statuses if not flags[cell]}
    )
    columns.questions += [replace(question, proposed=Status.PAUSED.value) for question in asked]
    return {status_word(cell): Status.ACTIVE for cell in statuses if flags[cell]}


def _ask_statuses(columns: Columns, statuses: Counter[str]) -> None:
    """Ask about unknown statuses; a column of many words, or under a heading that means other things, may hold none."""
    mapping = columns.mapping
    words = {status_word(cell) for cell in statuses}
    heading = mapping.heading(Field.STATUS)
    is_other = may_be_no_status(heading) and not any(map(propose_status, words))
    if (is_other or len(words) > MOST_STATUSES) and not any(map(known_status, words)):
        columns.mapping = with_columns(mapping, {Field.STATUS: None})
        columns.remarks.append(
            f"{quoted([heading])} was not read as the status: none of its {len(words):,} values is one."
        )
    else:
        columns.questions += ask_statuses(heading, statuses)


def _ask_dates(
    columns: Columns,
    delimiter: str,
    sample: Sequence[Sequence[str]],
    date_columns: Mapping[int, DateColumn],
    today: date,
) -> dict[Field, bool]:
    """
    Ask how dates are meant, and return the order of day and month that fields reveal; one column speaks for all.

    Programs divide cells by semicolons where decimals have a comma, and there the day is written first.
    """
    mapping = columns.mapping
    by_field = {each: date_columns[mapping.columns[each]] for each in DATES if each in mapping.columns}
    orders = set().union(*(column.orders for column in by_field.values()))
    looked_at: Sequence[Sequence[str]] = ()
    if not orders and any(column.two_ways for column in by_field.values()):
        looked_at = sample
        orders = {True} if delimiter == ";" else _orders_elsewhere(sample, today)
    order = orders.pop() if len(orders) == 1 else None
    for wanted, column in by_field.items():
        heading = mapping.heading(wanted)
        if column.serials:
            columns.remarks.append(tell_serials(heading, column))
        likely = column.is_day_first_likely
        proposed = not is_american(mapping.headers, looked_at) if likely is None else likely
        columns.questions += ask_dates(wanted, heading, column, order=order, proposed=proposed)
    return {} if order is None else dict.fromkeys(by_field, order)


def _orders_elsewhere(sample: Sequence[Sequence[str]], today: date) -> set[bool]:
    """Return the orders of day and month that dates in other columns reveal."""
    column = DateColumn(today)
    for cell in itertools.chain.from_iterable(sample):
        if cell[:1].isdecimal():
            column.add(cell)
    return column.orders

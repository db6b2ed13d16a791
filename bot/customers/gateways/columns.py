"""Decides which column is which field by what the columns hold, and asks which where that leaves it open."""

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date

from bot.customers.gateways.contacts import tell_contacts
from bot.customers.gateways.ids import are_codes, find_id, ids_for_names, leave_bare_numbers, name_by_ids, own_ids
from bot.customers.gateways.row_ids import (
    fields_of_rows,
    find_counters,
    find_row_ids,
    find_row_people,
    has_ids_of_things,
)
from bot.customers.gateways.settling import Columns, settle_values
from bot.customers.gateways.tables import Table, rows_above_footers
from bot.customers.gateways.telling import (
    add_spare_phones,
    leave_areas,
    leave_forms_of_address,
    leave_own_pages,
    leave_owners_codes,
    tell_jobs,
)
from bot.customers.rules.cells import is_blank, is_flag
from bot.customers.rules.headers import (
    ASKED,
    LEAVE_OUT,
    WITH_SPARES,
    Field,
    HeaderMap,
    columns_by_hand,
    field_called,
    likely_names,
    map_headers,
    quoted,
    tell_fuller,
    with_columns,
)
from bot.customers.rules.headings import ids_of_rows, is_of_others, speaks_of_phones
from bot.customers.rules.questions import ONE_PER_NAME, are_in_full, ask_column, ask_rows
from bot.customers.rules.values import filled_beside, filled_cells, own_values, tell_field

SAMPLE_ROWS = 300
"""Rows by which columns are told apart."""
_NUMBER = re.compile(r"\s*\d[\d.,' ]*%?\s*")
CLEARLY_MORE = 1.5
"""How many values of the customers' own a column needs for each one that only another column has."""
BY_VALUES = {
    Field.DOMAIN: ("website", "web addresses"),
    Field.CONTACT_EMAIL: ("contact’s e-mail address", "e-mail addresses"),
    Field.CONTACT_PHONE: ("contact’s phone number", "phone numbers"),
}
"""The fields that a column's values tell where no heading does, and the words for both."""


def settle_columns(table: Table, by_hand: Mapping[str, str], answers: Mapping[str, str], *, today: date) -> Columns:
    """Return how *table* is read, with the columns mapped *by_hand* and the *answers* to questions, by id."""
    sample = [row.cells for row in itertools.islice(rows_above_footers(table), SAMPLE_ROWS)]
    columns = Columns(_map(table, by_hand, sample))
    chosen = columns_by_hand(columns.mapping.headers, by_hand)
    if Field.DOMAIN not in map(field_called, by_hand.values()):
        columns.mapping, remarks = leave_own_pages(columns.mapping, sample)
        columns.remarks += remarks
    columns.mapping = leave_bare_numbers(columns.mapping, sample, chosen)
    columns.mapping, remarks = tell_contacts(columns.mapping, sample, chosen)
    columns.remarks += remarks
    columns.mapping, remarks = leave_owners_codes(columns.mapping, sample, chosen)
    columns.remarks += remarks
    for tell in (leave_areas, leave_forms_of_address, tell_jobs):
        columns.mapping = tell(columns.mapping, sample, chosen)
    if table.has_headings:
        _find_by_values(columns, sample, chosen)
        columns.mapping = add_spare_phones(columns.mapping, sample, chosen)
    if (id_at := find_id(columns.mapping, sample, chosen)) is not None:
        columns.mapping = with_columns(columns.mapping, {Field.EXTERNAL_ID: id_at})
    columns.mapping = replace(columns.mapping, counters=find_counters(columns.mapping, sample))
    if (name_at := name_by_ids(columns.mapping, sample, chosen)) is not None:
        ids = quoted([columns.mapping.heading(Field.EXTERNAL_ID)])
        columns.mapping = with_columns(columns.mapping, {Field.NAME: name_at})
        columns.remarks.append(
            f"{quoted([columns.mapping.headers[name_at]])} was read as the name: each {ids} has one."
        )
    _settle_name(columns, table, sample, answers)
    if not columns.mapping.problems:
        _settle_rivals(columns, table, sample, answers)
        _settle_rows(columns, table, sample, chosen, answers)
        settle_values(columns, table, sample, answers, today)
        if (at := columns.mapping.columns.get(Field.COUNTRY)) is not None:
            countries = filled_cells(sample, at)
            columns.settled = replace(columns.settled, has_countries_in_full=are_in_full(countries))
    return columns


def _map(table: Table, by_hand: Mapping[str, str], sample: Sequence[Sequence[str]]) -> HeaderMap:
    """Map the columns of *table*; one that is empty comes last, and one of yes and no, numbers or codes is no name."""
    width = range(len(table.headers))
    empty = {at for at in width if sample and not filled_cells(sample, at)}
    flags = {at for at in width if _is_of_flags(sample, at)}
    numbers = {at for at in width if _is_of_numbers(sample, at) or are_codes(filled_cells(sample, at))}
    mapping = map_headers(table.headers, by_hand, empty, flags, numbers)
    if not table.has_headings:
        return _map_by_values(mapping, sample, by_hand)
    if not flags | numbers or _may_have_names(mapping, sample):
        return mapping
    return map_headers(table.headers, by_hand, empty)  # the only company may be called "T"


def _map_by_values(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: Mapping[str, str]) -> HeaderMap:
    """Map columns without headings by what they hold, the first of each field, besides those mapped *by_hand*."""
    chosen: dict[Field, int | None] = {}
    left_alone = columns_by_hand(mapping.headers, by_hand)
    for at in range(len(mapping.headers)):
        cells = filled_cells(sample, at)
        told = tell_field(cells) if cells and at not in left_alone else None
        if told is not None and told not in mapping.columns:
            chosen.setdefault(told, at)
    return with_columns(mapping, chosen)


def _is_of_flags(sample: Sequence[Sequence[str]], at: int) -> bool:
    """Return whether a column says yes and no, also by 1 and 0 if by both."""
    cells = filled_cells(sample, at)
    return bool(cells) and (all(map(is_flag, cells)) or {cell.strip() for cell in cells} == {"0", "1"})


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
    if (ids := ids_for_names(mapping)) is not None:
        likely = [ids, *(at for at in likely if not ids_of_rows(mapping.headers[at]))]
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
    for at, header in mapping.unread(by_hand):
        if not is_of_others(header):
            values, names = (filled_cells(sample, at), []) if name is None else filled_beside(sample, at, name)
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


def _settle_rivals(columns: Columns, table: Table, sample: Sequence[Sequence[str]], answers: Mapping[str, str]) -> None:
    """Read the fuller of several columns for a lesser field, and say so; ask about the others."""
    mapping = columns.mapping
    rivals = {at for _, found in mapping.rivals for at in found}
    if not rivals:
        return
    filled: Counter[int] = Counter()
    for row in rows_above_footers(table):
        filled.update(at for at in rivals if not is_blank("".join(row.cells[at : at + 1])))
    chosen: dict[Field, int | None] = {}
    for wanted, several in mapping.rivals:
        found = own_ids(mapping, sample, several) if wanted is Field.EXTERNAL_ID else several
        best = max(found, key=lambda at: (filled[at], -at))
        chosen[wanted] = best
        if wanted in WITH_SPARES:
            continue
        if wanted not in ASKED:
            columns.remarks.append(tell_fuller(mapping, wanted, best, found))
        elif sum(filled[at] > 0 for at in found) > 1:
            question = ask_column(wanted, {at: mapping.headers[at] for at in found if filled[at]}, best)
            columns.questions.append(question)
            answer = question.choose(answers)
            chosen[wanted] = None if answer == LEAVE_OUT else int(answer)
    columns.mapping = with_columns(mapping, chosen)


def _settle_rows(
    columns: Columns,
    table: Table,
    sample: Sequence[Sequence[str]],
    by_hand: AbstractSet[int],
    answers: Mapping[str, str],
) -> None:
    """
    Ask whether a column tells people or things of the customers; as proposed, rows of one name are one customer's.

    Statuses and amounts that differ in the rows of one customer are those of its orders or people then, and nobody's.
    """
    ids = find_row_ids(columns.mapping, table, by_hand)
    at = find_row_people(columns.mapping, table) if ids is None else ids
    if at is not None:
        question = ask_rows(columns.mapping.headers[at], are_people=ids is None)
        columns.questions.append(question)
        if question.choose(answers) != ONE_PER_NAME:
            return
        columns.is_one_per_name = True
    elif not has_ids_of_things(columns.mapping, sample):
        return
    for field, why in fields_of_rows(columns.mapping, table).items():
        said = quoted([columns.mapping.heading(field)])
        columns.remarks.append(f"{said} was not read as the {field.header.lower()}: {why}.")
        columns.mapping = with_columns(columns.mapping, {field: None})
    if columns.is_one_per_name:
        columns.mapping = with_columns(columns.mapping, {Field.EXTERNAL_ID: None})

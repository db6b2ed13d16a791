"""Asks what the values of a list leave open: statuses, marks in names, and dates."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.customers.gateways.ids import may_be_none, tell_no_ids
from bot.customers.gateways.tables import Table, rows_above_footers
from bot.customers.rules.called import mark_in
from bot.customers.rules.cells import (
    NO_VALUE,
    flag_of,
    is_blank,
    known_status,
    propose_status,
    status_word,
)
from bot.customers.rules.dates import DateColumn
from bot.customers.rules.due import Status
from bot.customers.rules.headers import Field, HeaderMap, is_american, quoted, with_columns
from bot.customers.rules.headings import may_be_no_status, says_active, says_gone
from bot.customers.rules.questions import (
    MOST_STATUSES,
    Question,
    Settled,
    ask_dates,
    ask_marks,
    ask_statuses,
    settle,
    tell_serials,
)

DATES = (Field.ADDED_ON, Field.LAST_CONTACT)
FEWEST_TOLD = 0.3
"""The share of rows whose words may be statuses from which a column that may be something else holds them."""


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


def settle_values(
    columns: Columns, table: Table, sample: Sequence[Sequence[str]], answers: Mapping[str, str], today: date
) -> None:
    """Look at all statuses, dates, names and ids of the list, once, and ask what they leave open."""
    mapping = columns.mapping
    status_at = mapping.columns.get(Field.STATUS)
    date_columns = {mapping.columns[each]: DateColumn(today) for each in DATES if each in mapping.columns}
    name_at, id_at = (mapping.columns.get(each, len(table.headers)) for each in (Field.NAME, Field.EXTERNAL_ID))
    statuses, marks, no_ids = Counter[str](), Counter[str](), Counter[str]()
    heads: set[str] = set()
    plain: dict[str, Status | None] = {}
    for row in rows_above_footers(table):
        cells = row.cells
        for at, column in date_columns.items():
            if at < len(cells) and cells[at]:
                column.add(cells[at])
        if status_at is not None and status_at < len(cells) and not is_blank(cells[status_at], words=NO_VALUE):
            statuses[cells[status_at]] += 1
        name = cells[name_at] if name_at < len(cells) else ""
        if status_at is None and (mark := mark_in(name)):
            marks[mark] += 1
        if ":" in name:
            heads.add(name.rpartition(":")[0].strip())
        if id_at < len(cells) and may_be_none(cells[id_at]):
            no_ids[cells[id_at].strip().casefold()] += 1
    columns.questions += ask_marks(mapping.heading(Field.NAME), marks)
    said = mapping.heading(Field.STATUS)
    if statuses and (says_active(said) or says_gone(said)):
        plain = _ask_flags(columns, statuses, is_gone=says_gone(said))
    elif statuses:
        _ask_statuses(columns, statuses)
    orders = _ask_dates(columns, table.delimiter, sample, date_columns, today)
    settled = settle(columns.questions, answers, orders)
    repeated = {word: rows for word, rows in no_ids.items() if rows > 1}
    columns.remarks += tell_no_ids(mapping, repeated)
    columns.settled = replace(
        settled, statuses={**settled.statuses, **plain}, no_ids=frozenset(repeated),
        parents=_names_among(heads, table, name_at) if Field.PARENT not in mapping.columns else frozenset(),
    )  # fmt: skip


def _names_among(heads: set[str], table: Table, name_at: int) -> frozenset[str]:
    """Return those of *heads*, which stand before colons in names, that are the name of a row: QuickBooks' parents."""
    if not heads:
        return frozenset()
    return frozenset(heads & {"".join(row.cells[name_at : name_at + 1]).strip() for row in rows_above_footers(table)})


def _ask_flags(columns: Columns, statuses: Counter[str], *, is_gone: bool) -> dict[str, Status | None]:
    """
    Return what yes means in a column of active customers, and ask what no does; ask about other values as usual.

    In a column that says who *is gone*, no says nothing, and it is asked what yes means.
    """
    flags = {cell: flag_of(cell) for cell in statuses}
    if None in flags.values():
        _ask_statuses(columns, statuses)
        return {}
    asked = ask_statuses(
        columns.mapping.heading(Field.STATUS), {cell: statuses[cell] for cell in statuses if flags[cell] is is_gone}
    )
    columns.questions += [replace(question, proposed=Status.PAUSED.value) for question in asked]
    told = None if is_gone else Status.ACTIVE
    return {status_word(cell): told for cell in statuses if flags[cell] is not is_gone}


def _ask_statuses(columns: Columns, statuses: Counter[str]) -> None:
    """Ask about unknown statuses; a column of many words, or under a heading that means other things, may hold none."""
    mapping = columns.mapping
    words = {status_word(cell) for cell in statuses}
    heading = mapping.heading(Field.STATUS)
    told = [cell for cell in statuses if propose_status(status_word(cell))]
    is_other = may_be_no_status(heading) and sum(statuses[cell] for cell in told) < FEWEST_TOLD * statuses.total()
    if (is_other or len(words) > MOST_STATUSES) and not any(map(known_status, words)):
        columns.mapping = with_columns(mapping, {Field.STATUS: None})
        which = f"only “{told[0]}” of" if len(told) == 1 else "few of" if told else "none of"
        few = f"{which} its {len(words):,} values {'are' if len(told) > 1 else 'is'} one"
        none = few if len(words) > 1 else "its only value is none"
        columns.remarks.append(f"{quoted([heading])} was not read as the status: {none}.")
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

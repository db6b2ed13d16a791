"""
Parsing one row of a customer list.

A row is refused when importing it would make the bot wrong about whom to contact or when: it has no name, or a date or
cadence that can't be read. Other cells that can't be read (size, country, a phone number) are left blank and noted.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bot.customers.rules import cells as read
from bot.customers.rules.cells import LONGEST_TYPED, NO_VALUE, NOTHING, Unclear
from bot.customers.rules.due import Status
from bot.customers.rules.headers import Field, HeaderMap
from bot.customers.rules.names import clean_text, country_code, nearest_country

LONGEST_NAME = 200
"""Characters of a name that are kept."""
LONGEST_NAME_READ = 1000
"""Characters beyond which a cell holds no name at all, but a file gone wrong."""
LONGEST_ID = 120
LONGEST_SHOWN = 60
"""Characters of a refused cell that are repeated in the answer."""

_ESSENTIAL = frozenset({
    Field.NAME, Field.EXTERNAL_ID, Field.CADENCE, Field.STATUS, Field.ADDED_ON, Field.LAST_CONTACT,
    Field.CONTACT_DO_NOT_CONTACT,
})  # fmt: skip
"""Columns whose unreadable cells refuse the row; those of the others are left blank and noted."""

_TEXT_LIMITS: Mapping[Field, int] = {
    Field.OWNER: 200, Field.SOURCE: 60, Field.PARENT: LONGEST_NAME, Field.CONTACT_NAME: 200, Field.CONTACT_ROLE: 120,
    Field.CONTACT_PHONE: 60,
}  # fmt: skip
_LIST_LIMITS: Mapping[Field, tuple[int, int]] = {  # how many, how long each
    Field.ALIASES: (50, LONGEST_NAME),
    Field.TAGS: (50, 60),
    Field.PREFERENCES: (50, 300),
}


@dataclass(frozen=True)
class Note:
    """What is odd about an imported row: the line it begins on, the column's heading, a sentence, and the cell."""

    row_number: int
    column: str
    reason: str
    value: str


@dataclass(frozen=True)
class Refusal(Note):
    """Why a row is not imported; the column is "" where it is the whole row."""


@dataclass(frozen=True)
class RowDraft:
    """
    A customer as a row describes it; None is a blank, which erases nothing.

    `country` is an ISO code of two letters, or the words as they stood where we know no such country (then noted).
    `added_on` and `last_contact` are instants where the list tells the time and its zone. Rows whose cells are all the
    same have the same `fingerprint`.
    """

    row_number: int
    name: str
    aliases: tuple[str, ...] | None = None
    domain: str | None = None
    owner: str | None = None
    cadence: int | None = None
    status: Status | None = None
    external_id: str | None = None
    source: str | None = None
    parent: str | None = None
    annual_value: Decimal | None = None
    currency: str | None = None
    headcount: int | None = None
    country: str | None = None
    zone: str | None = None
    tags: tuple[str, ...] | None = None
    preferences: tuple[str, ...] | None = None
    added_on: date | datetime | None = None
    contact_name: str | None = None
    contact_role: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    contact_do_not_contact: bool | None = None
    last_contact: date | datetime | None = None
    notes: tuple[Note, ...] = ()
    fingerprint: int = dataclasses.field(default=0, compare=False)


def parse_row(
    row_number: int,
    cells: Sequence[str],
    mapping: HeaderMap,
    *,
    today: date,
    default_source: str = "",
    day_first: bool | None = None,
) -> RowDraft | list[Refusal]:
    """
    Return the draft of one row, or everything that is wrong with it.

    Dates after *today* are refused. *default_source* names the list's origin where no column does. *day_first* says how
    05/03/2026 is meant in this list (None: such dates are refused).
    """
    if len(cells) > len(mapping.headers) and any(cell.strip() for cell in cells[len(mapping.headers) :]):
        return [refuse(row_number, too_many(len(cells), len(mapping.headers)))]
    reader = _RowReader(row_number, cells, mapping, today, day_first)
    values = reader.read()
    if reader.refusals:
        return reader.refusals
    return RowDraft(
        row_number=row_number,
        notes=tuple(reader.notes),
        fingerprint=hash(tuple(map(str.strip, cells))),
        **{"source": clean_text(default_source, 60) or None, **values},
    )


def refuse(row_number: int, reason: str) -> Refusal:
    """Return a refusal of the whole row."""
    return Refusal(row_number=row_number, column="", reason=reason, value="")


def too_many(found: int, named: int) -> str:
    """Return what is wrong with a row of more cells than the first line names columns."""
    return (
        f"This row has {found} cells, but the first line names {named} columns: "
        "put quotation marks around a cell that holds the separator."
    )


class _RowReader:
    """Reads the cells of one row and collects what is wrong with them."""

    def __init__(
        self, row_number: int, cells: Sequence[str], mapping: HeaderMap, today: date, day_first: bool | None
    ) -> None:
        self.row_number, self.cells, self.mapping = row_number, cells, mapping
        self.today, self.day_first = today, day_first
        self.values: dict[Field, Any] = {}
        self.refusals: list[Refusal] = []
        self.notes: list[Note] = []

    def read(self) -> dict[str, Any]:
        """Return the values of the row's cells, without blanks."""
        for field, at in self.mapping.columns.items():
            cell = self.cells[at] if at < len(self.cells) else ""
            if cell and not read.is_blank(cell, words=NO_VALUE if field in _TYPED else NOTHING):
                self._read_cell(field, cell)
        self._read_person()
        named = self.mapping.heading(Field.NAME)
        if Field.NAME not in self.values and all(refusal.column != named for refusal in self.refusals):
            self._refuse(Field.NAME, "", "The row has no name: write what the customer is called.")
        return {field.value: value for field, value in self.values.items() if value is not None}

    def _read_cell(self, field: Field, cell: str) -> None:
        try:
            if field in _TEXT_LIMITS:
                self.values[field] = clean_text(cell, _TEXT_LIMITS[field]) or None
            elif field in _LIST_LIMITS:
                self.values[field] = _several(cell, *_LIST_LIMITS[field])
            elif field in _SHORT:
                self.values[field] = _SHORT[field](_typed(cell))
            elif field in _LONG:
                self.values[field] = _LONG[field](cell)
            else:
                self.values[field] = _METHODS[field](self, cell)
        except Unclear as unclear:
            reason = f"“{_shown(cell)}” {unclear}."
            if field in _ESSENTIAL:
                self._refuse(field, cell, reason)
            else:
                self._note(field, cell, f"{reason} It was left blank.")

    def _read_person(self) -> None:
        """Make first and last name the contact, and without a company also the customer."""
        words = " ".join(self.cells[at] for at in self.mapping.person if at < len(self.cells))
        person = clean_text(words, LONGEST_NAME)
        if not person or read.is_blank(person):
            return
        self.values[Field.CONTACT_NAME] = person
        name_at = self.mapping.columns.get(Field.NAME, len(self.cells))
        if name_at >= len(self.cells) or read.is_blank(self.cells[name_at]):
            self.values[Field.NAME] = person

    def _refuse(self, field: Field, cell: str, reason: str) -> None:
        self.refusals.append(Refusal(self.row_number, self.mapping.heading(field), reason, _shown(cell)))

    def _note(self, field: Field, cell: str, reason: str) -> None:
        self.notes.append(Note(self.row_number, self.mapping.heading(field), reason, _shown(cell)))

    def name(self, cell: str) -> str:
        name = clean_text(cell, LONGEST_NAME_READ + 1)
        if len(name) > LONGEST_NAME_READ:
            raise Unclear(f"is too long for a name; write at most {LONGEST_NAME} characters")
        if not name:
            raise Unclear("holds nothing that can be shown; write what the customer is called")
        if len(name) <= LONGEST_NAME:
            return name
        self._note(Field.NAME, cell, f"“{_shown(cell)}” is a long name; its first {LONGEST_NAME} characters were kept.")
        return clean_text(name, LONGEST_NAME)

    def external_id(self, cell: str) -> str | None:
        key = clean_text(cell, LONGEST_ID + 1)
        if len(key) > LONGEST_ID:
            raise Unclear(f"is too long for an id; write at most {LONGEST_ID} characters")
        if read.looks_shortened(key):
            raise Unclear("is an id that a spreadsheet has shortened; format the column as text and save it again")
        return key or None

    def past_date(self, cell: str) -> date | datetime:
        moment = read.read_moment(_typed(cell), day_first=self.day_first)
        day = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
        if day > self.today:
            raise Unclear(f"is after today ({self.today}); write a date that has been")
        return moment

    def money(self, cell: str) -> Decimal:
        amount, currency = read.read_money(_typed(cell))
        self.values.setdefault(Field.CURRENCY, currency)
        return amount

    def country(self, cell: str) -> str | None:
        words = clean_text(cell, LONGEST_SHOWN)
        code = country_code(words)
        if not code and words:
            nearest = nearest_country(words)
            hint = f"did you mean {nearest}?" if nearest else "write its English name or its code, such as DE."
            self._note(Field.COUNTRY, cell, f"“{words}” is no country we know; {hint} It was kept as it stands.")
        return code or words or None


_METHODS: Mapping[Field, Callable[[_RowReader, str], object]] = {
    Field.NAME: _RowReader.name, Field.EXTERNAL_ID: _RowReader.external_id, Field.ADDED_ON: _RowReader.past_date,
    Field.LAST_CONTACT: _RowReader.past_date, Field.ANNUAL_VALUE: _RowReader.money, Field.COUNTRY: _RowReader.country,
}  # fmt: skip
_SHORT: Mapping[Field, Callable[[str], object]] = {
    Field.CADENCE: read.read_cadence, Field.STATUS: read.read_status, Field.CONTACT_DO_NOT_CONTACT: read.read_flag,
    Field.CURRENCY: read.read_currency, Field.HEADCOUNT: read.read_headcount, Field.ZONE: read.read_zone,
}  # fmt: skip
_LONG: Mapping[Field, Callable[[str], object]] = {
    Field.DOMAIN: read.read_domain, Field.CONTACT_EMAIL: read.read_email,
}  # fmt: skip
_TYPED = frozenset(_SHORT) | frozenset(_LONG) | {Field.ADDED_ON, Field.LAST_CONTACT, Field.ANNUAL_VALUE}


def _several(cell: str, most: int, longest: int) -> tuple[str, ...] | None:
    cleaned = (clean_text(part, longest) for part in read.split_words(cell))
    return tuple(dict.fromkeys(part for part in cleaned if part))[:most] or None


def _typed(cell: str) -> str:
    """Return the text of a cell that holds a date, a number or a code; those are never long."""
    text = clean_text(cell, LONGEST_TYPED + 1)
    if len(text) > LONGEST_TYPED:
        raise Unclear("is far too long for this column; write a date, a number or a word")
    return text


def _shown(cell: str) -> str:
    return clean_text(cell, LONGEST_SHOWN)

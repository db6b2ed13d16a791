"""
One row of a customer list, made sense of.

A row is refused when it would make the bot wrong about whom to contact or when: no name, a date or a cadence that
can't be read. What nothing depends on (size, country, a phone number) never costs a customer its place: it is left
blank, and noted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.customers.rules import cells as read
from bot.customers.rules.cells import LONGEST_TYPED, NO_VALUE, NOTHING, Unclear
from bot.customers.rules.due import Status
from bot.customers.rules.headers import Field, HeaderMap
from bot.customers.rules.names import clean_text, country_code, nearest_country, registrable_domain

LONGEST_NAME = 200
"""Characters of a name that are kept."""
LONGEST_NAME_READ = 1000
"""Characters beyond which a cell holds no name at all, but a file gone wrong."""
LONGEST_ID = 120
LONGEST_SHOWN = 60
"""Characters of a refused cell that are repeated in the answer."""

_TEXT_LIMITS: Mapping[Field, int] = {
    Field.OWNER: 200,
    Field.SOURCE: 60,
    Field.PARENT: LONGEST_NAME,
    Field.CONTACT_NAME: 200,
    Field.CONTACT_ROLE: 120,
    Field.CONTACT_PHONE: 60,
}
_LIST_LIMITS: Mapping[Field, tuple[int, int]] = {  # how many, how long each
    Field.ALIASES: (50, LONGEST_NAME),
    Field.TAGS: (50, 60),
    Field.PREFERENCES: (50, 300),
}


@dataclass(frozen=True)
class Refusal:
    """Why a row is not imported: the line it begins on, the column's heading ("" = whole row), a sentence, the cell."""

    row_number: int
    column: str
    reason: str
    value: str


@dataclass(frozen=True)
class Note:
    """What was left blank in an imported row, and why."""

    row_number: int
    column: str
    reason: str
    value: str


@dataclass(frozen=True)
class RowDraft:
    """
    A customer as a row describes it; None is a blank, which erases nothing.

    `country` is an ISO code of two letters, or the words as they stood where we know no such country (then noted).
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
    added_on: date | None = None
    contact_name: str | None = None
    contact_role: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    contact_do_not_contact: bool | None = None
    last_contact: date | None = None
    notes: tuple[Note, ...] = ()


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
    Read one row, or return everything that is wrong with it.

    *today* tells dates that can't have been yet; *default_source* names the list's origin where no column does;
    *day_first* says how 05/03/2026 is meant in this list (None: such dates are refused).
    """
    if any(cell.strip() for cell in cells[len(mapping.headers) :]):
        return [refuse(row_number, too_many(len(cells), len(mapping.headers)))]
    reader = _RowReader(row_number, cells, mapping, today, day_first)
    values = reader.read()
    if reader.refusals:
        return reader.refusals
    return RowDraft(
        row_number=row_number,
        notes=tuple(reader.notes),
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
        self.row_number = row_number
        self.cells = cells
        self.mapping = mapping
        self.today = today
        self.day_first = day_first
        self.values: dict[Field, Any] = {}
        self.refusals: list[Refusal] = []
        self.notes: list[Note] = []

    def read(self) -> dict[str, Any]:
        """Return the values of the row's cells, without blanks."""
        for field, at in self.mapping.columns.items():
            cell = self.cells[at] if at < len(self.cells) else ""
            if not read.is_blank(cell, words=NO_VALUE if field in _TYPED else NOTHING):
                self._read_cell(field, cell)
        self._read_person()
        if Field.NAME not in self.values and not any(r.column == self.heading(Field.NAME) for r in self.refusals):
            self._refuse(Field.NAME, "", "The row has no name: write what the customer is called.")
        return {field.value: value for field, value in self.values.items() if value is not None}

    def heading(self, field: Field) -> str:
        return self.mapping.heading(field)

    def _read_cell(self, field: Field, cell: str) -> None:
        try:
            if field in _TEXT_LIMITS:
                self.values[field] = clean_text(cell, _TEXT_LIMITS[field]) or None
            elif field in _LIST_LIMITS:
                self.values[field] = _several(cell, *_LIST_LIMITS[field])
            elif field in _ESSENTIAL:
                self.values[field] = _ESSENTIAL[field](self, cell)
            else:
                _BESIDE[field](self, cell)
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
        self.refusals.append(Refusal(self.row_number, self.heading(field), reason, _shown(cell)))

    def _note(self, field: Field, cell: str, reason: str) -> None:
        self.notes.append(Note(self.row_number, self.heading(field), reason, _shown(cell)))

    # Essential cells: what can't be read refuses the row.

    def name(self, cell: str) -> str:
        name = clean_text(cell, LONGEST_NAME_READ + 1)
        if len(name) > LONGEST_NAME_READ:
            raise Unclear(f"is too long for a name; write at most {LONGEST_NAME} characters")
        if not name:
            raise Unclear("holds nothing that can be shown; write what the customer is called")
        if len(name) > LONGEST_NAME:
            self._note(
                Field.NAME, cell, f"“{_shown(cell)}” is a long name; its first {LONGEST_NAME} characters were kept."
            )
        return clean_text(name, LONGEST_NAME)

    def external_id(self, cell: str) -> str | None:
        key = clean_text(cell, LONGEST_ID + 1)
        if len(key) > LONGEST_ID:
            raise Unclear(f"is too long for an id; write at most {LONGEST_ID} characters")
        if read.looks_shortened(key):
            raise Unclear("is an id that a spreadsheet has shortened; format the column as text and save it again")
        return key or None

    def cadence(self, cell: str) -> int:
        return read.read_cadence(_typed(cell))

    def status(self, cell: str) -> Status:
        return read.read_status(_typed(cell))

    def do_not_contact(self, cell: str) -> bool:
        return read.read_flag(_typed(cell))

    def past_date(self, cell: str) -> date:
        day = read.read_date(_typed(cell), day_first=self.day_first)
        if day > self.today:
            raise Unclear(f"is after today ({self.today}); write a date that has been")
        return day

    # Cells beside the point: what can't be read is noted.

    def domain(self, cell: str) -> None:
        self.values[Field.DOMAIN] = registrable_domain(clean_text(cell, 2048))
        if self.values[Field.DOMAIN] is None:
            raise Unclear("is no domain of the customer's own, such as acme.com")

    def money(self, cell: str) -> None:
        amount, currency = read.read_money(_typed(cell))
        self.values[Field.ANNUAL_VALUE] = amount
        self.values.setdefault(Field.CURRENCY, currency)

    def currency(self, cell: str) -> None:
        self.values[Field.CURRENCY] = read.read_currency(_typed(cell))

    def headcount(self, cell: str) -> None:
        self.values[Field.HEADCOUNT] = read.read_headcount(_typed(cell))

    def country(self, cell: str) -> None:
        words = clean_text(cell, LONGEST_SHOWN)
        code = country_code(words)
        self.values[Field.COUNTRY] = code or words or None
        if not code and words:
            nearest = nearest_country(words)
            hint = f"did you mean {nearest}?" if nearest else "write its English name or its code, such as DE."
            self._note(Field.COUNTRY, cell, f"“{words}” is no country we know; {hint} It was kept as it stands.")

    def zone(self, cell: str) -> None:
        self.values[Field.ZONE] = read.read_zone(_typed(cell))

    def email(self, cell: str) -> None:
        self.values[Field.CONTACT_EMAIL] = read.read_email(clean_text(cell, 400))


_ESSENTIAL: Mapping[Field, Callable[[_RowReader, str], object]] = {
    Field.NAME: _RowReader.name,
    Field.EXTERNAL_ID: _RowReader.external_id,
    Field.CADENCE: _RowReader.cadence,
    Field.STATUS: _RowReader.status,
    Field.ADDED_ON: _RowReader.past_date,
    Field.LAST_CONTACT: _RowReader.past_date,
    Field.CONTACT_DO_NOT_CONTACT: _RowReader.do_not_contact,
}
_BESIDE: Mapping[Field, Callable[[_RowReader, str], None]] = {
    Field.DOMAIN: _RowReader.domain,
    Field.ANNUAL_VALUE: _RowReader.money,
    Field.CURRENCY: _RowReader.currency,
    Field.HEADCOUNT: _RowReader.headcount,
    Field.COUNTRY: _RowReader.country,
    Field.ZONE: _RowReader.zone,
    Field.CONTACT_EMAIL: _RowReader.email,
}


_TYPED = (frozenset(_ESSENTIAL) | frozenset(_BESIDE)) - {Field.NAME, Field.EXTERNAL_ID, Field.COUNTRY}


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

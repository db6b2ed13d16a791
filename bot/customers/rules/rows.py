"""
Parsing one row of a customer list.

Only a row without a name, or one whose cells don't fit the headings, is refused. A cell that can't be read is left
blank and noted: the bot then knows less, and contacts the customer sooner, never later.
"""

import dataclasses
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bot.customers.rules import cells as read
from bot.customers.rules.called import check_name, mark_in
from bot.customers.rules.cells import LONGEST_TYPED, NO_VALUE, NOTHING, Unclear
from bot.customers.rules.countries import country_code, nearest_country
from bot.customers.rules.dates import read_moment
from bot.customers.rules.domains import LONGEST_ADDRESS, page_on_shared_host
from bot.customers.rules.due import Status
from bot.customers.rules.headers import OUR_OWN, WITH_SPARES, Field, HeaderMap
from bot.customers.rules.names import clean_text
from bot.customers.rules.questions import Settled
from bot.customers.rules.values import join_last, part_contact, rejoin, without_columns

LONGEST_NAME = 200
"""Characters of a name that are kept."""
LONGEST_NAME_READ = 1000
"""Characters beyond which a cell holds no name at all, but a file gone wrong."""
LONGEST_ID = 120
LONGEST_PHONE = 60
LONGEST_SHOWN = 60
"""Characters of a refused cell that are repeated in the answer."""

_TEXT_LIMITS: Mapping[Field, int] = {
    Field.SOURCE: 60, Field.PARENT: LONGEST_NAME, Field.CONTACT_NAME: 200, Field.CONTACT_ROLE: 120,
}  # fmt: skip
_ADDRESS_BEHIND = re.compile(r"\s*\(https?://[^)]*\)")
"""What Notion writes behind the name of a person or page."""
_MOST_TAGS, _LONGEST_TAG = 50, 60
_LIST_LIMITS: Mapping[Field, tuple[int, int]] = {  # how many, how long each
    Field.ALIASES: (50, LONGEST_NAME),
    Field.PREFERENCES: (50, 300),
}


@dataclass(frozen=True, slots=True)
class Note:
    """What is odd about an imported row: the line it begins on, the column's heading, a sentence, and the cell."""

    row_number: int
    column: str
    reason: str
    value: str


@dataclass(frozen=True, slots=True)
class Refusal(Note):
    """Why a row is not imported; the column is "" where it is the whole row."""


@dataclass(frozen=True, slots=True)
class RowDraft:
    """
    A customer as a row describes it; None is a blank, which erases nothing.

    `country` is an ISO code of two letters, or the words as they stood where we know no such country (then noted).
    `added_on` and `last_contact` are instants where the list tells the time and its zone. `is_of_parent` says that the
    row is a person or an address of its parent's. Rows whose cells are all the same have the same `fingerprint`.
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
    is_of_parent: bool = dataclasses.field(default=False, compare=False)
    fingerprint: int = dataclasses.field(default=0, compare=False)


def parse_row(
    row_number: int,
    cells: Sequence[str],
    mapping: HeaderMap,
    *,
    today: date,
    default_source: str = "",
    settled: Settled = Settled(),  # noqa: B008  # frozen
) -> RowDraft | list[Refusal]:
    """
    Return the draft of one row, or everything that is wrong with it.

    Dates after *today* are left blank. *default_source* names the list's origin where no column does. *settled* says
    how unknown statuses and dates such as 05/03/2026 are meant in this list.
    """
    notes: list[Note] = []
    if len(cells) > len(mapping.headers) and any(cell.strip() for cell in cells[len(mapping.headers) :]):
        joined = rejoin(cells, len(mapping.headers)) or join_last(cells, mapping)
        if joined is None:
            return [refuse(row_number, too_many(len(cells), len(mapping.headers)))]
        cells, whole = joined
        said = _shown(whole)
        notes.append(Note(row_number, "", f"“{said}” was taken as one cell, with the comma in it.", said))
    reader = _RowReader(row_number, cells, mapping, today, settled)
    reader.notes += notes
    values = reader.read()
    if reader.refusals:
        return reader.refusals
    return RowDraft(
        row_number=row_number,
        notes=tuple(reader.notes),
        fingerprint=hash(
            tuple(map(str.strip, without_columns(cells, mapping.counters) if mapping.counters else cells))
        ),
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
        self, row_number: int, cells: Sequence[str], mapping: HeaderMap, today: date, settled: Settled
    ) -> None:
        self.row_number, self.cells, self.mapping = row_number, cells, mapping
        self.today, self.settled = today, settled
        self.values: dict[Field, Any] = {}
        self.refusals: list[Refusal] = []
        self.notes: list[Note] = []

    def read(self) -> dict[str, Any]:
        """Return the values of the row's cells, without blanks."""
        for field, at in self.mapping.columns.items():
            cell = self._cell(at)
            if field is Field.DOMAIN or not cell:
                continue
            if not read.is_blank(cell, words=NOTHING if field in _FREE else NO_VALUE):
                self._read_cell(field, cell)
        self._read_person()
        self._part_contact()
        self._read_others()
        self._read_domain()
        self._read_owners_address()
        named = self.mapping.heading(Field.NAME)
        if Field.NAME not in self.values and all(refusal.column != named for refusal in self.refusals):
            self._refuse(Field.NAME, "", "The row has no name: write what the customer is called.")
        return {field.value: value for field, value in self.values.items() if value is not None}

    def _cell(self, at: int) -> str:
        return self.cells[at] if at < len(self.cells) else ""

    def _read_cell(self, field: Field, cell: str) -> None:
        try:
            if field in _TEXT_LIMITS:
                self.values[field] = clean_text(cell, _TEXT_LIMITS[field]) or None
            elif field in _LIST_LIMITS:
                self.values[field] = _several(read.split_words(cell), *_LIST_LIMITS[field])
            elif field in _SHORT:
                self.values[field] = _SHORT[field](_typed(cell))
            elif field is Field.CONTACT_EMAIL:
                self.values[field] = read.read_email(cell)
            elif field is Field.CONTACT_PHONE:
                self.values[field] = clean_text(read.read_phone(cell), LONGEST_PHONE) or None
            elif field in _DATES:
                self.values[field] = self._past_date(field, cell)
            else:
                self.values[field] = _METHODS[field](self, cell)
        except Unclear as unclear:
            reason = f"“{_shown(cell)}” {unclear}."
            if field is Field.NAME:
                self._refuse(field, cell, reason)
            else:
                self._note(field, cell, f"{reason} It was left blank.")

    def _read_person(self) -> None:
        """Make first and last name the contact, and without a company also the customer."""
        words = " ".join(word for word in map(self._cell, self.mapping.person) if any(map(str.isalnum, word)))
        person = clean_text(words, LONGEST_NAME)
        if not person or read.is_blank(person):
            return
        self.values[Field.CONTACT_NAME] = person
        name_at = self.mapping.columns.get(Field.NAME, len(self.cells))
        if read.is_blank(self._cell(name_at)):
            self.values[Field.NAME] = person

    def _part_contact(self) -> None:
        """Take an address or number out of the contact's name, where it has no column of its own."""
        if not (contact := self.values.get(Field.CONTACT_NAME)):
            return
        name, email, phone = part_contact(contact)
        for field, found in ((Field.CONTACT_EMAIL, email), (Field.CONTACT_PHONE, phone)):
            if found:
                self.values[Field.CONTACT_NAME] = name or None
                self.values.setdefault(field, found)

    def _read_others(self) -> None:
        """Take the customer's name and lesser fields from another column where their own is empty."""
        for field, spares in self.mapping.spares.items():
            if (field is Field.NAME or field in WITH_SPARES) and field not in self.values:
                words = NOTHING if field in _FREE else NO_VALUE
                own = self._cell(self.mapping.columns.get(field, len(self.cells)))
                cells = map(self._cell, spares if read.is_blank(own, words=words) else ())
                if cell := next((cell for cell in cells if not read.is_blank(cell, words=words)), ""):
                    self._read_cell(field, cell)

    def _read_domain(self) -> None:
        """Read the first column with a domain of the customer's own; a page on a shared host becomes another name."""
        own = self.mapping.columns.get(Field.DOMAIN)
        if own is None:
            return
        unread: list[tuple[int, str, str]] = []
        for at in (own, *self.mapping.spares.get(Field.DOMAIN, ())):
            cell = self._cell(at)
            if read.is_blank(cell, words=NO_VALUE):
                continue
            try:
                self.values[Field.DOMAIN] = read.read_domain(cell, self.values.get(Field.NAME, ""))
                break
            except Unclear as unclear:
                unread.append((at, cell, str(unclear)))
        for at, cell, why in unread:
            kept = " (the page is kept under “Also called”)" if self._keep_page(cell) else ""
            instead = "Another column was read." if Field.DOMAIN in self.values else "It was left blank."
            reason = f"“{_shown(cell)}” {why}{kept}. {instead}"
            self.notes.append(Note(self.row_number, self.mapping.headers[at], reason, _shown(cell)))

    def _keep_page(self, cell: str) -> bool:
        """Keep the page on a shared host that a cell names as another name; return whether it does."""
        page = page_on_shared_host(clean_text(cell, LONGEST_ADDRESS))
        if not page or len(page) > LONGEST_NAME:
            return False
        self.values[Field.ALIASES] = tuple(dict.fromkeys((*(self.values.get(Field.ALIASES) or ()), page)))
        return True

    def _read_owners_address(self) -> None:
        """Put the owner's address behind the name, so that either of them finds the person."""
        for cell in map(self._cell, self.mapping.spares.get(Field.OWNER, ())):
            owner = self.values.get(Field.OWNER) or ""
            if "@" in cell and "@" not in owner:
                self.values[Field.OWNER] = clean_text(f"{owner} ({cell.strip()})" if owner else cell, LONGEST_NAME)

    def _refuse(self, field: Field, cell: str, reason: str) -> None:
        self.refusals.append(Refusal(self.row_number, self.mapping.heading(field), reason, _shown(cell)))

    def _note(self, field: Field, cell: str, reason: str) -> None:
        self.notes.append(Note(self.row_number, self.mapping.heading(field), reason, _shown(cell)))

    def name(self, cell: str) -> str:
        name = clean_text(_ADDRESS_BEHIND.sub("", cell), LONGEST_NAME_READ + 1)
        if len(name) > LONGEST_NAME_READ:
            raise Unclear(f"is too long for a name; write at most {LONGEST_NAME} characters")
        if not name:
            raise Unclear("holds nothing that can be shown; write what the customer is called")
        check_name(name)
        if Field.STATUS not in self.mapping.columns and (word := mark_in(name)):
            self.values[Field.STATUS] = self.settled.statuses.get(word)
        if (parent := name.rpartition(":")[0]) in self.settled.parents:
            self.values[Field.PARENT] = parent
        if len(name) <= LONGEST_NAME:
            return name
        self._note(Field.NAME, cell, f"“{_shown(cell)}” is a long name; its first {LONGEST_NAME} characters were kept.")
        return clean_text(name, LONGEST_NAME)

    def external_id(self, cell: str) -> str | None:
        if cell.strip().casefold() in self.settled.no_ids or not any(map(str.isalnum, cell)):
            return None
        key = clean_text(cell, LONGEST_ID + 1)
        if len(key) > LONGEST_ID:
            raise Unclear(f"is too long for an id; write at most {LONGEST_ID} characters")
        key = read.plain_key(key)
        if read.looks_shortened(key):
            raise Unclear("is an id that a spreadsheet has shortened; format the column as text and save it again")
        return key or None

    def owner(self, cell: str) -> str | None:
        return sys.intern(clean_text(_ADDRESS_BEHIND.sub("", cell), LONGEST_NAME)) or None  # stands in many rows

    def status(self, cell: str) -> Status | None:
        word = read.status_word(_typed(cell))
        if word in self.settled.statuses:
            return self.settled.statuses[word]
        return read.read_status(cell)

    def do_not_contact(self, cell: str) -> bool:
        try:
            return read.read_flag(_typed(cell))
        except Unclear:
            reason = f"“{_shown(cell)}” is neither yes nor no; it was taken as “do not contact”, to be safe."
            self._note(Field.CONTACT_DO_NOT_CONTACT, cell, reason)
            return True

    def tags(self, cell: str) -> tuple[str, ...] | None:
        parts = read.split_words(cell) if self.mapping.system == OUR_OWN else read.split_tags(cell)
        return _several(parts, _MOST_TAGS, _LONGEST_TAG)

    def money(self, cell: str) -> Decimal:
        (amount, currency), is_range = read.lower_bound(_typed(cell), read.read_money)
        self.values.setdefault(Field.CURRENCY, currency)
        if is_range:
            self._note_range(Field.ANNUAL_VALUE, cell)
        return amount

    def headcount(self, cell: str) -> int:
        count, is_range = read.lower_bound(_typed(cell), read.read_headcount)
        if is_range:
            self._note_range(Field.HEADCOUNT, cell)
        return count

    def _note_range(self, field: Field, cell: str) -> None:
        self._note(field, cell, f"“{_shown(cell)}” is a range; its lower bound was kept.")

    def _past_date(self, field: Field, cell: str) -> date | datetime:
        settled = self.settled
        moment = read_moment(
            _typed(cell),
            today=self.today,
            day_first=settled.day_first.get(field),
            from_today=field in settled.from_today,
        )
        day = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
        if day > self.today:
            raise Unclear(f"is after today ({self.today}); write a date that has been")
        return moment

    def country(self, cell: str) -> str | None:
        words = "" if self.settled.is_missing_country(cell) else clean_text(cell, LONGEST_SHOWN)
        code = country_code(words)
        if not code and words:
            nearest = nearest_country(words)
            hint = f"did you mean {nearest}?" if nearest else "write its English name or its code, such as DE."
            self._note(Field.COUNTRY, cell, f"“{words}” is no country we know; {hint} It was kept as it stands.")
        return code or words or None


_METHODS: Mapping[Field, Callable[[_RowReader, str], object]] = {
    Field.NAME: _RowReader.name, Field.EXTERNAL_ID: _RowReader.external_id, Field.OWNER: _RowReader.owner,
    Field.STATUS: _RowReader.status, Field.TAGS: _RowReader.tags, Field.COUNTRY: _RowReader.country,
    Field.ANNUAL_VALUE: _RowReader.money, Field.HEADCOUNT: _RowReader.headcount,
    Field.CONTACT_DO_NOT_CONTACT: _RowReader.do_not_contact,
}  # fmt: skip
_SHORT: Mapping[Field, Callable[[str], object]] = {
    Field.CADENCE: read.read_cadence, Field.CURRENCY: read.read_currency, Field.ZONE: read.read_zone
}  # fmt: skip
_DATES = frozenset({Field.ADDED_ON, Field.LAST_CONTACT})
_FREE = frozenset({Field.NAME, Field.ALIASES, Field.TAGS, Field.SOURCE, Field.EXTERNAL_ID, Field.COUNTRY})
"""Fields in which words such as NA may be meant: a share's symbol, Namibia."""


def _several(parts: Iterable[str], most: int, longest: int) -> tuple[str, ...] | None:
    cleaned = (clean_text(part, longest) for part in parts)
    return tuple(dict.fromkeys(sys.intern(part) for part in cleaned if part))[:most] or None


def _typed(cell: str) -> str:
    """Return the text of a cell that holds a date, a number or a code; those are never long."""
    text = clean_text(cell, LONGEST_TYPED + 1)
    if len(text) > LONGEST_TYPED:
        raise Unclear("is far too long for this column; write a date, a number or a word")
    return text


def _shown(cell: str) -> str:
    return clean_text(cell, LONGEST_SHOWN)

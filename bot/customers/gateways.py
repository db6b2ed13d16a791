"""Reading customer lists as people's programs write them, and writing them so that spreadsheets open them safely."""

import codecs
import csv
import gzip
import io
import itertools
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import IO, TYPE_CHECKING, cast

from bot.core.collecting import without_collecting
from bot.core.errors import InvalidInput
from bot.customers.rules.headers import Field, HeaderMap, map_headers
from bot.customers.rules.rows import Refusal, RowDraft, parse_row, refuse
from bot.customers.schemas import Drafts
from bot.people.rules.days import day_order

if TYPE_CHECKING:
    from _csv import Reader

LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_CELL = 1024 * 1024
MOST_COLUMNS = 1000
SAMPLE_CHARACTERS = 64 * 1024
SAMPLE_ROWS = 50
MOST_REPAIRS = 20
"""Quotation marks never closed, after which a file is given up on: each costs another look at what follows."""

_DELIMITERS = ("\t", ";", "|", ",")  # of two that divide a file equally well, the one rarer in prose
_CHUNK = 256 * 1024
_BOMS = (  # the four-byte ones first: UTF-32's begins like UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GZIP = b"\x1f\x8b"
_OTHER_KINDS = (
    (b"PK\x03\x04", "an Excel or other packed file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a Word document"),
)
_SEPARATOR_LINE = re.compile(r"sep=([^\w \r\n\"'])\s*", re.IGNORECASE)  # what Excel writes to tell itself the separator
_GUARDED = re.compile(r"'+[=+\-@|\t\r]")
_NUL_SHARE_OF_TEXT = 0.1


class UnreadableFile(InvalidInput):
    """A file without rows that can be read; the message says what to do about it."""


@dataclass(frozen=True)
class Row:
    """One row: the line it begins on (from 1), its cells, and what keeps it from being read, if anything."""

    number: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """A file of rows under headings. `rows()` reads it from the start, a row at a time."""

    name: str
    headers: tuple[str, ...]
    encoding: str
    delimiter: str
    _data: bytes
    _headings_end: int

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the headings that hold anything."""
        with closing(_open_text(self._data, self.encoding)) as text:
            for row in _records(text, self.delimiter):
                if row.number > self._headings_end and (row.problem or any(cell.strip() for cell in row.cells)):
                    yield row


def read_table(data: bytes, *, name: str) -> Table:
    """
    Return the table in *data*, the content of the file called *name*; gzip is unpacked.

    Raises:
        UnreadableFile: it is empty, no text, larger than 200 MB, or something else than rows divided by , ; | or tab.
    """
    _refuse_other_kinds(data, name)
    encoding = _encoding(data, name)
    with closing(_open_text(data, encoding)) as text:
        sample = text.read(SAMPLE_CHARACTERS)
    said = _SEPARATOR_LINE.fullmatch(sample.partition("\n")[0])
    delimiter = said[1] if said else _sniff(sample)
    with closing(_open_text(data, encoding)) as text:
        first = next(_headings(text, delimiter, skip=1 if said else 0), None)
    if first is None:
        raise UnreadableFile(f"{name} is empty: put headings in the first line and one row in each line below.")
    row, end = first
    if row.problem or len(row.cells) > MOST_COLUMNS:
        trouble = row.problem or f"It has more than {MOST_COLUMNS} cells."
        raise UnreadableFile(f"The first line of {name} holds no headings we can read. {trouble}")
    headers = tuple(" ".join(cell.split()) for cell in row.cells)
    return Table(name, headers, encoding, delimiter, data, end)


def parse_rows(
    table: Table, mapping: HeaderMap, *, today: date, default_source: str = "", day_first: bool | None = None
) -> Iterator[RowDraft | list[Refusal]]:
    """Yield a draft, or what is wrong, for every row of *table*."""
    for row in table.rows():
        if row.problem:
            yield [refuse(row.number, row.problem)]
        else:
            yield parse_row(
                row.number, row.cells, mapping, today=today, default_source=default_source, day_first=day_first
            )


def date_order(table: Table, columns: Sequence[int]) -> bool | None:
    """
    Return whether the dates in *columns* (from 0) are written day first (True) or month first (False), where they say
    so themselves: some can be read in one way only, and none contradicts them. Else None.
    """
    if not columns:
        return None
    orders = {day_order(row.cells[at]) for row in table.rows() for at in columns if at < len(row.cells)} - {None}
    return orders.pop() if len(orders) == 1 else None


def _refuse_other_kinds(data: bytes, name: str) -> None:
    for magic, kind in _OTHER_KINDS:
        if data.startswith(magic):
            raise UnreadableFile(f"{name} is {kind}: save it as CSV (in Excel: Save as, “CSV UTF-8”) and send that.")


def _open_bytes(data: bytes) -> IO[bytes]:
    packed = io.BytesIO(data)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=packed)) if data.startswith(_GZIP) else packed


def _open_text(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_open_bytes(data), encoding=encoding, newline="")


def _encoding(data: bytes, name: str) -> str:
    """Return the encoding: by its mark, else UTF-8 if it decodes, else Windows-1252; guesses do worse on real files."""
    beginning = b"".join(itertools.islice(_chunks(data, name), 1))[:4096]
    marked = next((encoding for bom, encoding in _BOMS if beginning.startswith(bom)), "")
    if not marked and beginning.count(0) > _NUL_SHARE_OF_TEXT * len(beginning):
        raise UnreadableFile(f"{name} is no text file: save it as CSV (in Excel: Save as, “CSV UTF-8”) and send that.")
    candidates = [marked] if marked else ["utf-8", "cp1252"]
    checks = {encoding: codecs.getincrementaldecoder(encoding)() for encoding in candidates}
    for chunk in _chunks(data, name):
        _keep_decodable(checks, chunk, final=False)
    _keep_decodable(checks, b"", final=True)
    if not checks:
        raise UnreadableFile(
            f"{name} is written neither in UTF-8 nor in Windows-1252: save it as “CSV UTF-8” and send that."
        )
    return next(iter(checks))


def _keep_decodable(checks: dict[str, codecs.IncrementalDecoder], chunk: bytes, *, final: bool) -> None:
    for encoding in list(checks):
        try:
            checks[encoding].decode(chunk, final)
        except UnicodeError:
            del checks[encoding]


def _chunks(data: bytes, name: str) -> Iterator[bytes]:
    """Yield the unpacked content piece by piece, up to the largest size allowed."""
    size = 0
    with _open_bytes(data) as file:
        while chunk := _next_chunk(file, name):
            size += len(chunk)
            if size > LARGEST_UNPACKED:
                raise UnreadableFile(f"{name} holds more than 200 MB: split it into smaller files.")
            yield chunk


def _next_chunk(file: IO[bytes], name: str) -> bytes:
    try:
        return file.read(_CHUNK)
    except (OSError, EOFError, zlib.error):
        raise UnreadableFile(f"{name} can't be unpacked: it is damaged or cut short; send it again.") from None


def _sniff(sample: str) -> str:
    """Return the delimiter that gives most of the first rows as many cells as the headings have."""
    lines = list(io.StringIO(sample, newline=""))
    if len(sample) == SAMPLE_CHARACTERS and len(lines) > 1:
        lines.pop()  # cut off in the middle
    return max(_DELIMITERS, key=lambda delimiter: _fit(lines, delimiter)) if lines else ","


def _fit(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Return how well *delimiter* divides the lines: the share of rows as wide as the first, then the width."""
    rows = (row for row in _records(lines, delimiter) if not row.problem and any(cell.strip() for cell in row.cells))
    widths = [len(row.cells) for row in itertools.islice(rows, SAMPLE_ROWS)]
    if not widths or widths[0] == 1:
        return (0.0, delimiter == ",")
    return (Counter(widths)[widths[0]] / len(widths), widths[0])


def _headings(text: Iterable[str], delimiter: str, skip: int) -> Iterator[tuple[Row, int]]:
    """Yield rows that aren't blank, with the last line that each stands on."""
    lines = _Lines(text)
    for row in _parsed(lines, delimiter):
        if row.number > skip and (row.problem or any(cell.strip() for cell in row.cells)):
            yield row, lines.number


def _records(text: Iterable[str], delimiter: str) -> Iterator[Row]:
    return _parsed(_Lines(text), delimiter)


class _Lines:
    """An iterator of lines that counts them, and can return to the second line of an unfinished row."""

    def __init__(self, text: Iterable[str]) -> None:
        self._ahead: list[str] = []
        self._text = iter(text)
        self.of_row: list[str] = []
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._ahead.pop() if self._ahead else next(self._text)
        self.number += 1
        self.of_row.append(line)
        return line

    def put_back_all_but_first(self) -> None:
        """Return to the row's second line, so that each further line is read as a row of its own."""
        self._ahead.extend(reversed(self.of_row[1:]))
        self.number -= len(self.of_row) - 1


def _parsed(lines: _Lines, delimiter: str) -> Iterator[Row]:
    """
    The rows in *lines*. A quotation mark that is never closed would swallow the rest of the file: its own line is
    reported, and the lines after it are read as rows again.
    """
    csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(lines, delimiter=delimiter)
    repairs = 0
    while True:
        lines.of_row.clear()
        start = lines.number + 1
        row = _next_row(reader, start)
        if row is None:
            return
        if not _is_closed(lines.of_row, delimiter):
            row = Row(start, [], "A quotation mark opened in this row is never closed: close it or take it out.")
            repairs += 1
            if repairs > MOST_REPAIRS:
                yield Row(start, [], "Too many quotation marks are never closed: nothing from here on was read.")
                return
            lines.put_back_all_but_first()
            reader = csv.reader(lines, delimiter=delimiter)
        yield row


def _next_row(reader: "Reader", start: int) -> Row | None:
    try:
        cells = next(reader)
    except StopIteration:
        return None
    except csv.Error:
        return Row(start, [], f"A cell of this row is longer than {LARGEST_CELL:,} characters: shorten it.")
    return Row(start, [_unguarded(cell) for cell in cells] if any("'" in cell[:1] for cell in cells) else cells)


def _is_closed(of_row: list[str], delimiter: str) -> bool:
    """Return whether a row ends where its last quotation mark is closed, rather than with the file."""
    if len(of_row) == 1 and of_row[0].count('"') % 2 == 0:
        return True
    closing_line = [*of_row[:-1], of_row[-1].rstrip("\r\n") + "\n", "end\n"]
    several = len(of_row) > 1  # where lines were joined, what closes must close neatly: else it opens another cell
    probe = csv.reader(closing_line, delimiter=delimiter, strict=several)
    try:
        next(probe)
        return next(probe, None) == ["end"]
    except csv.Error:
        return False


def _unguarded(cell: str) -> str:
    """Return the cell without the apostrophe that keeps spreadsheets from running it as a formula."""
    return cell[1:] if _GUARDED.match(cell) else cell


OUR_OWN = "Evenhand"
DATES = frozenset({Field.ADDED_ON, Field.LAST_CONTACT})
STRIDE = 1000  # rows between two calls of a progress


@without_collecting()
def read_drafts(
    data: bytes,
    *,
    name: str,
    by_hand: Mapping[str, str] | None = None,
    today: date,
    default_source: str = "",
    progress: Callable[[int], None] | None = None,
) -> Drafts:
    """
    Read the customers in the file called *name*; *by_hand* maps headings to fields ("Company" → "name").

    External ids belong to the system the list is recognised to come from, unless a column or *default_source* says
    otherwise. Columns that can't be told come back as `problems`, without rows. *progress* hears the rows read so far.

    Raises:
        UnreadableFile: the bytes are no table we can read; the message says what to do.
    """
    table = read_table(data, name=name)
    mapping = map_headers(table.headers, by_hand)
    system = default_source or ("" if mapping.system == OUR_OWN else mapping.system)
    rows: list[RowDraft] = []
    refusals: list[Refusal] = []
    if not mapping.problems:
        order = date_order(table, [at for field, at in mapping.columns.items() if field in DATES])
        parsed = parse_rows(table, mapping, today=today, default_source=system, day_first=order)
        for done, row in enumerate(parsed, start=1):
            if isinstance(row, RowDraft):
                rows.append(row)
            else:
                refusals += row
            if progress and done % STRIDE == 0:
                progress(done)
    return Drafts(
        file_name=name,
        system=mapping.system,
        headers=mapping.headers,
        columns=_columns(mapping),
        unmapped=mapping.unmapped,
        problems=mapping.problems,
        rows=tuple(rows),
        refusals=tuple(refusals),
    )


def _columns(mapping: HeaderMap) -> dict[Field, str]:
    """Map fields to the headings they are read from; first and last name together are the contact's name."""
    columns = {field: mapping.headers[at] for field, at in mapping.columns.items()}
    if mapping.person:
        columns[Field.CONTACT_NAME] = " + ".join(mapping.headers[at] for at in mapping.person)
    return columns


Cell = str | int | float | Decimal | bool | date | Sequence[str] | None
"""What may stand in a list; several words are joined by "; "."""

_RUN_BY_SPREADSHEETS = re.compile(r"'*[=+\-@|\t\r]")


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """
    Return a CSV file in UTF-8 with its mark, lines ending in CR LF, every cell quoted.

    Text that a spreadsheet would run (it begins with = + - @ | tab or CR) gets an apostrophe, which `read_table` takes
    off again; numbers stay numbers.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(header) for header in headers])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def safe_cell(cell: Cell) -> str:  # noqa: PLR0911  # one line for each kind of cell
    """Return a cell as text that no spreadsheet takes for a formula."""
    match cell:
        case None:
            return ""
        case StrEnum() | str():
            return _guarded(str(cell))
        case bool():
            return "yes" if cell else "no"
        case int() | float():
            return str(cell)
        case Decimal():
            return f"{cell:f}"
        case datetime() | date():
            return cell.isoformat()
        case _:
            return _guarded("; ".join(cell))


def _guarded(text: str) -> str:
    plain = text.replace("\0", "")
    return f"'{plain}" if _RUN_BY_SPREADSHEETS.match(plain) else plain

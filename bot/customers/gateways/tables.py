"""Reads tables as people's programs write them: their encoding, what divides their cells, where their headings are."""

import codecs
import csv
import gzip
import io
import itertools
import re
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from bot.core.errors import InvalidInput
from bot.customers.rules.encodings import guess_encoding
from bot.customers.rules.footers import MOST_FOOTERS, count_footers, is_section
from bot.customers.rules.names import clean_text
from bot.customers.rules.rows import Note

if TYPE_CHECKING:
    from _csv import Reader

LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_CELL = 1024 * 1024
MOST_COLUMNS = 1000
SAMPLE_CHARACTERS = 64 * 1024
SAMPLE_ROWS = 50
MOST_TITLES = 20
"""Lines above the headings that are looked at."""
TITLES_SHOWN = 3
FEWEST_KNOWN = 2
"""Known headings by which a row below the first line is taken for the headings."""
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

    @property
    def is_blank(self) -> bool:
        """Return whether it holds nothing, not even a problem."""
        return not self.problem and not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """A file of rows under headings. `rows()` reads it from the start, a row at a time; `remarks` say what is odd."""

    name: str
    headers: tuple[str, ...]
    encoding: str
    delimiter: str
    remarks: tuple[Note, ...]
    headings_line: int
    _data: bytes
    has_headings: bool = True

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the headings that hold anything."""
        with closing(_open_text(self._data, self.encoding)) as text:
            for row in _records(_Lines(text), self.delimiter):
                if row.number > self.headings_line and not row.is_blank:
                    yield row


def rows_above_footers(table: Table, no_rows: list[Row] | None = None) -> Iterator[Row]:
    """
    Yield the rows of *table* without lines below it, such as totals, and without titles of sections and headings that
    are repeated between its rows, with a title above them; those lines are added to *no_rows*.
    """
    held: deque[Row] = deque()
    lines = [] if no_rows is None else no_rows
    for row in table.rows():
        if repeats(row, table.headers):
            lines += [held.pop()] if table.headings_line > 1 and _is_title(held) else []
            lines.append(row)
            continue
        if is_section(row.cells, len(table.headers)):
            lines.append(row)
            continue
        held.append(row)
        if len(held) > MOST_FOOTERS:
            yield held.popleft()
    last = list(held)
    above = len(last) - count_footers([row.cells for row in last], len(table.headers))
    lines += last[above:]
    yield from last[:above]


def _is_title(rows: Sequence[Row]) -> bool:
    """Return whether the last of *rows* has one cell and stands below an empty line."""
    return len(rows) > 1 and _filled(rows[-1]) == 1 and rows[-1].number > rows[-2].number + 1


def repeats(row: Row, headers: Sequence[str]) -> bool:
    """Return whether a row is the headings once more."""
    cells = row.cells
    return cells[:1] == [*headers[:1]] and tuple(" ".join(cell.split()) for cell in cells) == tuple(headers)


def read_table(data: bytes, *, name: str, count_known: Callable[[Sequence[str]], int] | None = None) -> Table:
    """
    Return the table in *data*, the content of the file called *name*; gzip is unpacked.

    *count_known* counts the headings that are known among cells: lines above those headings are skipped.

    Raises:
        UnreadableFile: it is empty, no text, larger than 200 MB, or something else than rows divided by , ; | or tab.
    """
    for magic, kind in _OTHER_KINDS:
        if data.startswith(magic):
            sheet = "open the right sheet and " if "Excel" in kind else ""
            raise UnreadableFile(
                f"{name} is {kind}: {sheet}save it as CSV (in Excel: Save as, “CSV UTF-8”) and send that."
            )
    encoding, remarks = _encoding(data, name)
    with closing(_open_text(data, encoding)) as text:
        lines = _sample_lines(text)
    said = _SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    above = 1 if said else 0
    if count_known and (titles := _titles(lines[above:], [said[1]] if said else _DELIMITERS, count_known)):
        *titles, headings = titles
        remarks.append(left_out(titles, "above the headings", above))
        above += headings.number - 1
    delimiter = said[1] if said else _sniff(lines[above:])
    with closing(_open_text(data, encoding)) as text:
        first = next(_headings(text, delimiter, skip=above), None)
    if first is None:
        raise UnreadableFile(f"{name} is empty: put headings in the first line and one row in each line below.")
    row, end = first
    if row.problem or len(row.cells) > MOST_COLUMNS:
        trouble = row.problem or f"It has more than {MOST_COLUMNS} cells."
        raise UnreadableFile(f"The first line of {name} holds no headings we can read. {trouble}")
    headers = tuple(" ".join(cell.split()) for cell in row.cells)
    return Table(name, headers, encoding, delimiter, tuple(remarks), end, data)


def _open_bytes(data: bytes) -> IO[bytes]:
    packed = io.BytesIO(data)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=packed)) if data.startswith(_GZIP) else packed


def _open_text(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_open_bytes(data), encoding=encoding, newline="")


def _encoding(data: bytes, name: str) -> tuple[str, list[Note]]:
    """
    Return the encoding, and a remark where it isn't certain.

    It is known by its mark, or UTF-8 if it decodes, else Windows-1252 or Mac Roman. Guessing libraries do worse on real
    files.
    """
    beginning = b"".join(itertools.islice(_chunks(data, name), 1))[:4096]
    marked = next((encoding for bom, encoding in _BOMS if beginning.startswith(bom)), "")
    if not marked and beginning.count(0) > _NUL_SHARE_OF_TEXT * len(beginning):
        raise UnreadableFile(f"{name} is no text file: save it as CSV (in Excel: Save as, “CSV UTF-8”) and send that.")
    with suppress(UnicodeError):
        for _ in codecs.iterdecode(_chunks(data, name), marked or "utf-8"):
            pass
        return marked or "utf-8", []
    guessed = None if marked else guess_encoding(_chunks(data, name))
    if guessed is None:
        raise UnreadableFile(
            f"{name} is written neither in UTF-8 nor in Windows-1252 nor in Mac Roman: save it as “CSV UTF-8” and send "
            "that."
        )
    if guessed.is_sure:
        return guessed.encoding, []
    told = (
        f"The file isn't in UTF-8, so it was read as {guessed.label}, with “{clean_text(guessed.word, 60)}” in this "
        "line. If that looks wrong, save the file as “CSV UTF-8” and send it again."
    )
    return guessed.encoding, [Note(guessed.line, "", told, guessed.word)]


def _chunks(data: bytes, name: str) -> Iterator[bytes]:
    """Yield the unpacked content piece by piece, up to the largest size allowed."""
    size = 0
    with _open_bytes(data) as file:
        while True:
            try:
                chunk = file.read(_CHUNK)
            except (OSError, EOFError, zlib.error):
                raise UnreadableFile(f"{name} can't be unpacked: it is damaged or cut short; send it again.") from None
            if not chunk:
                return
            size += len(chunk)
            if size > LARGEST_UNPACKED:
                raise UnreadableFile(f"{name} holds more than 200 MB: split it into smaller files.")
            yield chunk


def _sample_lines(text: io.TextIOBase) -> list[str]:
    """Return the first lines of *text*, without one that was cut off in the middle."""
    sample = text.read(SAMPLE_CHARACTERS)
    lines = list(io.StringIO(sample, newline=""))
    return lines[:-1] if len(sample) == SAMPLE_CHARACTERS and len(lines) > 1 else lines


def _titles(lines: list[str], delimiters: Iterable[str], count_known: Callable[[Sequence[str]], int]) -> list[Row]:
    """
    Return the rows that stand above the headings, and the headings; none if the headings stand at the top.

    The headings are the first row, if it has several cells and one is known, or the first with two known ones; else,
    below a title and an empty line, the first row of several cells.
    """
    best: tuple[int, list[Row]] = (0, [])
    for delimiter in delimiters:
        rows = list(itertools.islice(_records(_Lines(lines), delimiter), MOST_TITLES + 1))
        known = [count_known(row.cells) for row in rows]
        stands_first = bool(rows) and 0 < known[0] < _filled(rows[0])
        at = 0 if stands_first else next((at for at, count in enumerate(known) if count >= FEWEST_KNOWN), None)
        at = _below_title(rows, known) if at is None else at
        if at is not None and known[at] + 1 > best[0]:
            best = (known[at] + 1, [row for row in rows[: at + 1] if not row.is_blank])
    return best[1] if len(best[1]) > 1 else []


def _below_title(rows: Sequence[Row], known: Sequence[int]) -> int | None:
    """Return the index of the first row of several cells below a title and an empty line, if the list begins so."""
    filled = [_filled(row) for row in rows]
    at = next((at for at, count in enumerate(filled) if count > 1), None)
    has_title = at is not None and any(filled[:at]) and not any(known[:at]) and not filled[at - 1]
    return at if has_title else None


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row.cells)


def left_out(rows: Sequence[Row], where: str, above: int = 0) -> Note:
    """Return what to say about lines that are no rows; *above* lines before them were not counted."""
    words = [clean_text(" ".join(row.cells), 60) for row in rows]
    more = f" and {len(words) - TITLES_SHOWN} more" if len(words) > TITLES_SHOWN else ""
    stood = "1 line" if len(words) == 1 else f"{len(words)} lines"
    shown = ", ".join(f"“{each}”" for each in words[:TITLES_SHOWN])
    return Note(rows[0].number + above, "", f"{stood} {where} left out: {shown}{more}.", words[0])


def _sniff(lines: list[str]) -> str:
    """Return the delimiter that gives most of the first rows as many cells as the headings have."""
    return max(_DELIMITERS, key=lambda delimiter: _fit(lines, delimiter)) if lines else ","


def _fit(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Return how well *delimiter* divides the lines: the share of rows as wide as the first, then the width."""
    rows = (row for row in _records(_Lines(lines), delimiter) if not (row.problem or row.is_blank))
    widths = [len(row.cells) for row in itertools.islice(rows, SAMPLE_ROWS)]
    if not widths or widths[0] == 1:
        return (0.0, delimiter == ",")
    return (Counter(widths)[widths[0]] / len(widths), widths[0])


def _headings(text: Iterable[str], delimiter: str, skip: int) -> Iterator[tuple[Row, int]]:
    """Yield rows that aren't blank, with the last line that each stands on."""
    lines = _Lines(text)
    for row in _records(lines, delimiter):
        if row.number > skip and not row.is_blank:
            yield row, lines.number


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


def _records(lines: _Lines, delimiter: str) -> Iterator[Row]:
    """
    Yield the rows in *lines*.

    A quotation mark that is never closed would include the rest of the file in its cell. Its own line is reported, and
    the lines after it are parsed as rows.
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
    return Row(start, [_unguarded(cell) for cell in cells] if "'" in "".join(cells) else cells)


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

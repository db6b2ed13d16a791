"""Reading customer lists as people's programs write them, and writing them so that spreadsheets open them safely."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.core.collecting import without_collecting
from bot.customers.gateways.columns import settle_columns
from bot.customers.gateways.first_lines import values_above, without_headings
from bot.customers.gateways.tables import Row, Table, left_out, read_table, rows_above_footers
from bot.customers.rules.headers import OUR_OWN, Field, HeaderMap
from bot.customers.rules.headings import count_known, is_heading, is_name_by_trade
from bot.customers.rules.people import PeopleTold, join_people
from bot.customers.rules.rows import Note, Refusal, RowDraft, parse_row, refuse
from bot.customers.schemas import Cell, Drafts, UploadSchema

STRIDE = 1000  # rows between two calls of a progress


@without_collecting()
def read_drafts(
    data: bytes,
    *,
    name: str,
    by_hand: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    today: date,
    default_source: str = "",
    progress: Callable[[int], None] | None = None,
) -> Drafts:
    """
    Return the customers in the file called *name*; *by_hand* maps headings to fields ("Company" → "name").

    `questions` are what the list leaves open; *answers* are given by their ids, and the proposed ones hold for others.
    External ids belong to the recognised system, unless a column or *default_source* says otherwise. Where no column
    can hold the names, `problems` says so and there are no rows. *progress* is called with the number of rows read so
    far.

    Raises:
        UnreadableFile: the bytes are no table we can read; the message says what to do.
    """
    table = open_list(data, name=name, by_hand=by_hand or {})
    read = settle_columns(table, by_hand or {}, answers or {}, today=today)
    mapping = read.mapping
    system = default_source or ("" if mapping.system == OUR_OWN else mapping.system)
    rows: list[RowDraft] = []
    refusals: list[Refusal] = []
    no_rows: list[Row] = []
    if not mapping.problems:
        drafts = parse_rows(table, mapping, today=today, default_source=system, settled=read.settled, no_rows=no_rows)
        for done, draft in enumerate(drafts, start=1):
            if isinstance(draft, RowDraft):
                rows.append(draft)
            else:
                refusals += draft
            if progress and done % STRIDE == 0:
                progress(done)
    remarks = [*table.remarks, *(Note(table.headings_line, "", said, "") for said in read.remarks)]
    numbers = [row.row_number for row in rows] + [refusal.row_number for refusal in refusals]
    remarks += _left_out(no_rows, max(numbers, default=0))
    columns = {field: mapping.headers[at] for field, at in mapping.columns.items()}
    if mapping.person:  # first and last name together are the contact's name
        columns[Field.CONTACT_NAME] = " + ".join(mapping.headers[at] for at in mapping.person)
    return Drafts(
        file_name=name, system=mapping.system, headers=mapping.headers, columns=columns, unmapped=mapping.unmapped,
        spares={field: [mapping.headers[at] for at in spare] for field, spare in mapping.spares.items()},
        problems=mapping.problems, rows=tuple(join_people(rows)), refusals=tuple(refusals), remarks=tuple(remarks),
        questions=tuple(read.questions), of_people=bool(mapping.person) or read.is_one_per_name,
    )  # fmt: skip


def open_list(data: bytes, *, name: str, by_hand: Mapping[str, str]) -> Table:
    """Return the table in a list of customers, without the lines above its headings; raises as `read_table` does."""
    table = read_table(data, name=name, count_known=lambda cells: count_known(cells, by_hand))
    values = values_above(table)
    words = [cell for at, cell in enumerate(table.headers) if at not in values]
    is_known = count_known(words, by_hand) or any(is_name_by_trade(cell) or is_heading(cell) for cell in words)
    return table if is_known else without_headings(table, is_told=bool(values))


def _left_out(no_rows: Sequence[Row], last: int) -> list[Note]:
    """Return what to say about lines that are no rows, between them and behind the *last* of them."""
    between = [row for row in no_rows if row.number <= last]
    below = [row for row in no_rows if row.number > last]
    where = ((between, "between the rows"), (below, "below the table"))
    return [left_out(lines, stood) for lines, stood in where if lines]


def read_upload(upload: UploadSchema) -> Drafts:
    """Return the customers in a list that was sent, read as its sender has chosen and answered so far."""
    return read_drafts(
        upload.content, name=upload.file_name, by_hand=upload.by_hand, answers=upload.answers, today=upload.today,
        default_source=str(upload.choices.get("source") or ""),
    )  # fmt: skip


def parse_rows(
    table: Table, mapping: HeaderMap, *, no_rows: list[Row] | None = None, **options: Any
) -> Iterator[RowDraft | list[Refusal]]:
    """
    Yield a draft, or what is wrong, for every row of *table*; *options* are those of `parse_row`.

    Lines between and below the rows that are none are added to *no_rows* instead.
    """
    people = PeopleTold(table.headers)
    for row in rows_above_footers(table, no_rows):
        if row.problem:
            yield [refuse(row.number, row.problem)]
        else:
            draft = parse_row(row.number, row.cells, mapping, **options)
            yield people.tell(draft, row.cells) if isinstance(draft, RowDraft) else draft


_RUN_BY_SPREADSHEETS = re.compile(r"'*[=+\-@|\t\r]")


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """
    Return a CSV file in UTF-8 with a byte order mark, lines ending in CR LF, every cell quoted.

    Text that a spreadsheet would run (it begins with = + - @ | tab or CR) gets an apostrophe, which `read_table`
    removes again; numbers stay numbers.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(header) for header in headers])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def safe_cell(cell: Cell) -> str:
    """Return a cell as text that no spreadsheet takes for a formula."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int() | float() | Decimal():
            return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
        case date():
            return cell.isoformat()
    plain = (cell if isinstance(cell, str) else "; ".join(cell)).replace("\0", "")
    return f"'{plain}" if _RUN_BY_SPREADSHEETS.match(plain) else plain

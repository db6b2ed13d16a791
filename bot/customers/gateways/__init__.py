"""Reading customer lists as people's programs write them, and writing them so that spreadsheets open them safely."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.core.collecting import without_collecting
from bot.customers.gateways.tables import SAMPLE_ROWS, Table, date_order, read_table
from bot.customers.rules.cells import is_blank, is_flag
from bot.customers.rules.headers import LEAVE_OUT, Field, HeaderMap, count_known, map_headers, settle_rivals
from bot.customers.rules.rows import Note, Refusal, RowDraft, parse_row, refuse
from bot.customers.schemas import Cell, Drafts

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
    Return the customers in the file called *name*; *by_hand* maps headings to fields ("Company" → "name").

    External ids belong to the recognised system, unless a column or *default_source* says otherwise. Where columns are
    ambiguous, `problems` says so and there are no rows. *progress* is called with the number of rows read so far.

    Raises:
        UnreadableFile: the bytes are no table we can read; the message says what to do.
    """
    table = read_table(data, name=name, count_known=lambda cells: count_known(cells, by_hand))
    mapping, remarks = _map_table(table, by_hand or {})
    system = default_source or ("" if mapping.system == OUR_OWN else mapping.system)
    rows: list[RowDraft] = []
    refusals: list[Refusal] = []
    if not mapping.problems:
        day_first = date_order(table, [at for field, at in mapping.columns.items() if field in DATES])
        drafts = parse_rows(table, mapping, today=today, default_source=system, day_first=day_first)
        for done, draft in enumerate(drafts, start=1):
            if isinstance(draft, RowDraft):
                rows.append(draft)
            else:
                refusals += draft
            if progress and done % STRIDE == 0:
                progress(done)
    columns = {field: mapping.headers[at] for field, at in mapping.columns.items()}
    if mapping.person:  # first and last name together are the contact's name
        columns[Field.CONTACT_NAME] = " + ".join(mapping.headers[at] for at in mapping.person)
    return Drafts(
        file_name=name, system=mapping.system, headers=mapping.headers, columns=columns, unmapped=mapping.unmapped,
        problems=mapping.problems, rows=tuple(rows), refusals=tuple(refusals), remarks=(*table.remarks, *remarks),
        of_people=bool(mapping.person),
    )  # fmt: skip


def parse_rows(table: Table, mapping: HeaderMap, **options: Any) -> Iterator[RowDraft | list[Refusal]]:
    """Yield a draft, or what is wrong, for every row of *table*; *options* are those of `parse_row`."""
    for row in table.rows():
        if row.problem:
            yield [refuse(row.number, row.problem)]
        else:
            yield parse_row(row.number, row.cells, mapping, **options)


def _map_table(table: Table, by_hand: Mapping[str, str]) -> tuple[HeaderMap, list[Note]]:
    """Map the columns of *table*: a column of yes and no is no name; of two for a lesser field, the fuller is read."""
    mapping = map_headers(table.headers, by_hand)
    name_at = mapping.columns.get(Field.NAME)
    if name_at is not None and table.headers[name_at] not in by_hand and _is_of_flags(table, name_at):
        without = map_headers(table.headers, {**by_hand, mapping.headers[name_at]: LEAVE_OUT})
        mapping = without if Field.NAME in without.columns else mapping  # the only company may be called "T"
    columns = {at for _, rivals in mapping.rivals for at in rivals}
    if not columns:
        return mapping, []
    filled = Counter(at for row in table.rows() for at in columns if not is_blank("".join(row.cells[at : at + 1])))
    mapping, said = settle_rivals(mapping, filled)
    return mapping, [Note(table.headings_line, "", sentence, "") for sentence in said]


def _is_of_flags(table: Table, at: int) -> bool:
    """Return whether a column says yes and no."""
    cells = (cell for row in table.rows() for cell in row.cells[at : at + 1] if not is_blank(cell))
    first = list(itertools.islice(cells, SAMPLE_ROWS))
    return bool(first) and all(map(is_flag, first))


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

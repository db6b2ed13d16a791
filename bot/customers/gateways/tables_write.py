"""Writing a list that spreadsheets open safely and that reads back as it was."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Cell = str | int | float | Decimal | bool | date | Sequence[str] | None
"""What may stand in a list; several words are joined by "; "."""

_RUN_BY_SPREADSHEETS = re.compile(r"'*[=+\-@|\t\r]")


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """
    A CSV file in UTF-8 with its mark, lines ending in CR LF, every cell quoted.

    Text that a spreadsheet would run (it begins with = + - @ | tab or CR) gets an apostrophe, which `read_table` takes
    off again; numbers stay numbers.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(header) for header in headers])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def safe_cell(cell: Cell) -> str:  # noqa: PLR0911  # one line for each kind of cell
    """One cell as text that no spreadsheet takes for a formula."""
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

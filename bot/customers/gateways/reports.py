"""What became of the rows of a list, as CSV files that hold the list's own columns."""

import codecs
from collections.abc import Iterable, Iterator, Mapping

from bot.customers.gateways import open_list, write_csv
from bot.customers.gateways.tables import Row, Table
from bot.customers.rules.rows import Note
from bot.customers.schemas import Drafts, ImportPlan

WHY_REFUSED = "Why it was refused"
REPORT_COLUMNS = ("Row", "What became of it", "Why")
"""The columns of a report behind the list's own."""
LEFT_OUT = "left out"
_LAST_HEADINGS = write_csv(REPORT_COLUMNS, ()).removeprefix(codecs.BOM_UTF8).rstrip()


def write_refused(content: bytes, *, name: str, by_hand: Mapping[str, str], plan: ImportPlan) -> bytes:
    """Return the refused rows as CSV: the cells as they stand in the list, and in the last column why."""
    table = open_list(content, name=name, by_hand=by_hand)
    reasons = _reasons(plan.refusals)
    rows = [row for row in table.rows() if row.number in reasons]
    return _write(table, (WHY_REFUSED,), ((row, (reasons[row.number],)) for row in rows), _width(table, rows))


def write_report(
    content: bytes, *, name: str, by_hand: Mapping[str, str], drafts: Drafts, plan: ImportPlan, done: bool
) -> bytes:
    """
    Return every row of a list as CSV: its cells, the line it begins on, what became of it, and why.

    What became of it is "added", "changed", "left alone", "taken as one with row 2", "refused", or "left out" for
    lines below the table; not *done*, "would be added" and so on.
    """
    table = open_list(content, name=name, by_hand=by_hand)
    became, why = _outcomes(drafts, plan, done=done), _reasons([*plan.refusals, *_told(plan)])
    rows = ((row, (row.number, became.get(row.number, LEFT_OUT), why.get(row.number, ""))) for row in table.rows())
    return _write(table, REPORT_COLUMNS, rows, _width(table, table.rows()))


def is_report(beginning: bytes) -> bool:
    """Return whether a file that begins so is a report that was written before."""
    return beginning.partition(b"\r\n")[0].endswith(_LAST_HEADINGS)


def _outcomes(drafts: Drafts, plan: ImportPlan, *, done: bool) -> dict[int, str]:
    """Return what became of each row by its number."""
    would = "" if done else "would be "
    became = {row.row_number: "left alone" for row in drafts.rows}
    became |= dict.fromkeys(plan.added_rows, f"{would}added") | dict.fromkeys(plan.changed_rows, f"{would}changed")
    for group in plan.taken_as_one:
        became |= dict.fromkeys(group.rows[1:], f"taken as one with row {group.rows[0]}")
    return became | {refusal.row_number: "refused" for refusal in plan.refusals}


def _told(plan: ImportPlan) -> Iterator[Note]:
    """Yield everything that is said about rows that were taken."""
    for group in plan.taken_as_one:
        yield from (Note(row, "", f"{group.why[0].upper()}{group.why[1:]}.", "") for row in group.rows[1:])
    for change in plan.changes:
        yield Note(change.row_number, change.field, f"“{change.before}” → “{change.after}”.", "")
    yield from plan.remarks


def _reasons(notes: Iterable[Note]) -> dict[int, str]:
    """Return what is said about each row, each sentence once."""
    said: dict[int, dict[str, None]] = {}
    for note in notes:
        said.setdefault(note.row_number, {})[f"{note.column}: {note.reason}" if note.column else note.reason] = None
    return {row: " ".join(sentences) for row, sentences in said.items()}


def _width(table: Table, rows: Iterable[Row]) -> int:
    return max([len(table.headers), *(len(row.cells) for row in rows)])


def _write(table: Table, columns: Iterable[str], rows: Iterable[tuple[Row, Iterable[int | str]]], width: int) -> bytes:
    """Return rows of a list with further columns, all of them *width* cells behind the first."""
    return write_csv(
        [*table.headers, *[""] * (width - len(table.headers)), *columns],
        ([*row.cells, *[""] * (width - len(row.cells)), *more] for row, more in rows),
    )

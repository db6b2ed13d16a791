"""A list we wrote opens safely in a spreadsheet and reads back as it was."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.gateways import Cell, parse_rows, safe_cell, write_csv
from bot.customers.gateways.tables import read_table
from bot.customers.rules.cells import is_blank
from bot.customers.rules.due import Status
from bot.customers.rules.headers import Field, map_headers
from bot.customers.rules.names import clean_text
from bot.customers.rules.rows import RowDraft

STORED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://x")', "+49 30 1", "-1+1", "@SUM(A1)", "|cmd", "\tx", "\rx", "'=1", "''@x"]
)
def test_nothing_a_spreadsheet_would_run_is_written(cell: str) -> None:
    """Such text gets an apostrophe, which our reading takes off again."""
    assert safe_cell(cell) == f"'{cell}"
    found = read_table(write_csv(["Name"], [[cell]]), name="x.csv")
    assert [row.cells for row in found.rows()] == [[cell]]


def test_numbers_dates_and_lists_are_written_plainly() -> None:
    """A negative number stays a number; several words are one cell."""
    cells: list[Cell] = [
        -5,
        Decimal("-1E+3"),
        1.5,
        True,
        False,
        None,
        date(2026, 3, 5),
        ("gold", "north"),
        Status.ACTIVE,
        "'tis",
    ]
    assert [safe_cell(cell) for cell in cells] == [
        "-5", "-1000", "1.5", "yes", "no", "", "2026-03-05", "gold; north", "active", "'tis",
    ]  # fmt: skip
    assert safe_cell(("=a", "b")) == "'=a; b"
    assert safe_cell(datetime(2026, 3, 5, 9, tzinfo=UTC)) == "2026-03-05T09:00:00+00:00"


def test_the_file_is_one_that_excel_opens() -> None:
    """UTF-8 with its mark, lines ending in CR LF, every cell in quotation marks."""
    assert write_csv(["Name", "Owner"], [["Zoë; Co", None]]) == '\ufeff"Name","Owner"\r\n"Zoë; Co",""\r\n'.encode()


def test_characters_that_no_file_can_hold_are_replaced() -> None:
    """NUL and lone surrogates never stop an export."""
    assert write_csv(["Name"], [["A\0c\udcffme"]]).decode("utf-8-sig") == '"Name"\r\n"Ac?me"\r\n'


@given(st.lists(st.tuples(STORED, STORED), max_size=8))
def test_any_text_comes_back_as_it_was(rows: list[tuple[str, str]]) -> None:
    """Whatever was stored: quotation marks, line breaks, apostrophes, formulas."""
    found = read_table(write_csv(["Name", "Note"], rows), name="x.csv")
    assert [tuple(row.cells) for row in found.rows()] == [row for row in rows if any(cell.strip() for cell in row)]


WORDS = (  # as they are stored: cleaned, and no word for nothing
    st.from_regex(r"[A-Za-zÅß=+@'\-][A-Za-z0-9 ,.&'’=-]{0,20}[a-z]", fullmatch=True)
    .map(lambda words: clean_text(words, 60))
    .filter(lambda words: not is_blank(words))
)
DRAFTS = st.builds(
    RowDraft,
    row_number=st.just(2),
    name=WORDS,
    aliases=st.none() | st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple),
    domain=st.sampled_from([None, "acme.co.uk", "xn--mnchen-3ya.de"]),
    owner=st.none() | WORDS,
    cadence=st.none() | st.integers(1, 365),
    status=st.none() | st.sampled_from(Status),
    external_id=st.none() | st.from_regex(r"[0-9A-Z]{1,12}", fullmatch=True),
    annual_value=st.none() | st.decimals(0, 10**12, places=2),
    currency=st.sampled_from([None, "EUR", "USD"]),
    headcount=st.none() | st.integers(0, 10**6),
    country=st.sampled_from([None, "DE", "NA", "GB"]),
    zone=st.sampled_from([None, "Europe/Lisbon", "Etc/GMT+5", "UTC"]),
    tags=st.none() | st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple),
    added_on=st.none() | st.dates(date(1800, 1, 1), date(2026, 1, 1)),
    contact_phone=st.none() | st.from_regex(r"\+[0-9]{3,12}", fullmatch=True),
    contact_do_not_contact=st.none() | st.booleans(),
    last_contact=st.none() | st.dates(date(1800, 1, 1), date(2026, 1, 1)),
)


@given(DRAFTS)
def test_an_exported_customer_imports_as_itself(draft: RowDraft) -> None:
    """Export and import again: not one field changes."""
    data = write_csv([field.header for field in Field], [[getattr(draft, field) for field in Field]])
    found = read_table(data, name="x.csv")
    (again,) = parse_rows(found, map_headers(found.headers), today=date(2026, 1, 1))
    assert again == draft

"""Files as people's programs write them are read, or refused in one sentence."""

import csv
import gzip
import io
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import BotError
from bot.customers.gateways import parse_rows, tables
from bot.customers.gateways.tables import LARGEST_CELL, Table, UnreadableFile, read_table
from bot.customers.rules.headers import Field, HeaderMap, map_headers
from bot.customers.rules.questions import Settled
from bot.customers.rules.rows import Refusal, RowDraft
from bot.mentions.gateways.lists import date_order

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "customers"
TODAY = date(2026, 11, 22)


def table(text: str | bytes, name: str = "list.csv") -> Table:
    """The table in a text."""
    return read_table(text.encode() if isinstance(text, str) else text, name=name)


def rows(text: str | bytes) -> list[tuple[int, list[str]]]:
    """Line and cells of each row."""
    return [(row.number, row.cells) for row in table(text).rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    """Accents and the euro sign arrive whatever program saved the file."""
    found = table("Name,Owner\r\nCafé Łódź,Zoë\r\n".replace("Łódź", "Luleå €").encode(encoding))
    assert found.headers == ("Name", "Owner")
    assert [row.cells for row in found.rows()] == [["Café Luleå €", "Zoë"]]


@pytest.mark.parametrize("bom", [b"\xff\xfe", b"\xfe\xff"])
def test_both_byte_orders_of_excels_unicode_text_are_read(bom: bytes) -> None:
    """Excel's "Unicode text" is UTF-16 with tabs."""
    content = "Name\tLand\r\nÅre\tSE\r\n".encode("utf-16-le" if bom == b"\xff\xfe" else "utf-16-be")
    assert rows(bom + content) == [(2, ["Åre", "SE"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found(delimiter: str) -> None:
    """Comma, semicolon, tab and stroke, also where cells hold the others in quotation marks."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([["Name", "Note", "Value"], ["Acme", "a,b;c|d\te", "1,5"], ["Bee, Inc; Ltd", "x", "2,5"]])
    found = table(text.getvalue())
    assert found.delimiter == delimiter
    assert [row.cells[0] for row in found.rows()] == ["Acme", "Bee, Inc; Ltd"]


def test_excels_separator_line_is_obeyed() -> None:
    """A first line "sep=;" says the separator and is no heading."""
    assert rows("sep=;\r\nName;Value, EUR\r\nAcme;1,5\r\n") == [(3, ["Acme", "1,5"])]


def test_a_single_column_is_a_list_too() -> None:
    """Names alone, one a line."""
    found = table("Company\nAcme\nBee; Sons | Co\n")
    assert [row.cells for row in found.rows()] == [["Acme"], ["Bee; Sons | Co"]]


def test_rows_are_numbered_by_the_line_they_begin_on() -> None:
    """Blank lines and line breaks inside cells don't shift the numbers that people look up."""
    assert rows('\nName,Note\nAcme,"two\nlines"\n\n,\nBee,x\n') == [(3, ["Acme", "two\nlines"]), (7, ["Bee", "x"])]
    assert rows("Name\rAcme\rBee\r") == [(2, ["Acme"]), (3, ["Bee"])]


def test_a_table_is_read_again_from_the_start() -> None:
    """A dry run and the import that follows see the same rows."""
    found = table("Name\nAcme\n")
    assert list(found.rows()) == list(found.rows())


def test_a_packed_list_is_unpacked() -> None:
    """Gzip is known by its content, whatever the name."""
    assert rows(gzip.compress(b"Name,Owner\nAcme,Mara\n")) == [(2, ["Acme", "Mara"])]


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unpacks to more than the limit is refused before it fills the memory."""
    monkeypatch.setattr(tables, "LARGEST_UNPACKED", 1_000_000)
    with pytest.raises(UnreadableFile, match="more than 200 MB"):
        table(gzip.compress(b"a" * 2_000_000))


PACKED = gzip.compress(b"Name\nAcme\n" * 1000, mtime=0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n,,\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        ("Name\nAcme\n".encode("utf-16-le"), "no text file"),
        (b"Name\nAcm\x81\xe9\n", "neither in UTF-8 nor in Windows-1252"),
        (b"\xff\xfeN\x00\x00\xd8", "neither in UTF-8"),
        (PACKED[:-9], "damaged"),
        (PACKED[:15] + b"\0\0\0" + PACKED[18:], "damaged"),
        (b"\x1f\x8bnot really", "damaged"),
        (b",".join([b"x"] * 1001), "more than 1000 cells"),
        (b"x" * (LARGEST_CELL + 1), "shorten it"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_a_sentence(content: bytes, words: str) -> None:
    """The sentence names the file and says what to do."""
    with pytest.raises(UnreadableFile, match=words) as refused:
        table(content, "customers.xlsx")
    assert "customers.xlsx" in str(refused.value)
    assert isinstance(refused.value, BotError)


def test_headings_without_rows_are_an_empty_table() -> None:
    """Nothing to import is no error of the file."""
    assert table("Name,Owner\n").headers == ("Name", "Owner")
    assert rows("Name,Owner") == []


def test_a_cell_of_more_than_a_megabyte_costs_only_its_row() -> None:
    """The row is reported with its line; the others are read."""
    text = f"Name,Note\nAcme,{'x' * (LARGEST_CELL + 1)}\nBee,y\n"
    bad, good = list(table(text).rows())
    assert (bad.number, bad.cells) == (2, [])
    assert "longer than 1,048,576 characters" in bad.problem
    assert (good.number, good.cells) == (3, ["Bee", "y"])


def test_a_quotation_mark_never_closed_costs_only_its_row() -> None:
    """The rest of the file isn't swallowed by it."""
    found = list(table('Name,Note\nAcme,"oops\nBee,y\nCee,"a ""fine"" one"\n"Dee').rows())
    assert [(row.number, row.cells, bool(row.problem)) for row in found] == [
        (2, [], True),
        (3, ["Bee", "y"], False),
        (4, ["Cee", 'a "fine" one'], False),
        (5, [], True),
    ]


def test_inches_inside_a_cell_are_no_quotation() -> None:
    """A quotation mark in the middle of a cell is a character like others."""
    assert rows('Name,Note\nAcme 5" Pipes,x\n') == [(2, ['Acme 5" Pipes', "x"])]


def test_a_file_of_quotation_marks_that_never_pair_is_given_up_on() -> None:
    """Hostile input ends with a row that says so, before all of it is read as one cell."""
    text = "Name,Note\n" + 'a","\n' * 20_000
    found = list(table(text).rows())
    assert found[-1].problem.startswith("Too many quotation marks")


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0'")), min_size=2, max_size=2),
        max_size=8,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_program_wrote_is_what_is_read(cells: list[list[str]], delimiter: str, encoding: str) -> None:
    """Any cells, quoted as CSV quotes them, come back as they were; only rows without anything are left out."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["Name", "Note"], *cells])
    found = [row.cells for row in table(text.getvalue().encode(encoding)).rows()]
    assert found == [row for row in cells if any(cell.strip() for cell in row)]


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_sentence(data: bytes) -> None:
    """No content crashes the reading."""
    sentence = ""
    try:
        numbers = [row.number for row in read_table(data, name="x.csv").rows()]
    except UnreadableFile as refused:
        numbers, sentence = [], str(refused)
    assert numbers == sorted(set(numbers))
    assert not sentence or sentence.endswith(".")


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["03/04/2026", "25/12/2025"], True),
        (["03/04/2026 10:00", "12/25/2025 9:00 AM"], False),
        (["03/04/2026", "2025-12-25", "25.12.2025"], None),
        (["25/12/2025", "12/25/2025"], None),
        ([], None),
    ],
)
def test_a_list_tells_the_order_of_its_dates_itself(dates: list[str], order: bool | None) -> None:
    """One date that can be read in one way only settles the others; contradictions settle nothing."""
    found = table("Name,Last contact\n" + "".join(f"Acme,{day}\n" for day in dates))
    mapping = map_headers(found.headers)
    assert date_order(found, [1]) is order
    settled = Settled(day_first={} if order is None else {Field.LAST_CONTACT: order})
    noted = [row for row in parse_rows(found, mapping, today=TODAY, settled=settled) if row.notes]
    assert len(noted) == (order is None and dates[:1] == ["03/04/2026"])


def test_a_list_without_dates_has_no_order() -> None:
    """Nothing to settle."""
    found = table("Name\nAcme\n")
    assert date_order(found, []) is None


def read_file(name: str) -> tuple[Table, HeaderMap, list[RowDraft], list[list[Refusal]]]:
    """A real file with what its rows became."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the real data is not here: {path.name}")
    found = read_table(path.read_bytes(), name=name)
    mapping = map_headers(found.headers)
    assert not mapping.problems
    parsed = list(parse_rows(found, mapping, today=TODAY, default_source="file"))
    taken = [row for row in parsed if isinstance(row, RowDraft)]
    return found, mapping, taken, [row for row in parsed if not isinstance(row, RowDraft)]


@pytest.mark.data
def test_the_crm_accounts_are_read_without_help() -> None:
    """All 85, with their 15 parents; the one misspelt country is noted."""
    _, _, taken, refused = read_file("crm_accounts.csv")
    assert len(taken) == 85
    assert not refused
    assert sum(row.parent is not None for row in taken) == 15
    assert len({row.parent for row in taken if row.parent}) == 7
    assert [note.value for row in taken for note in row.notes] == ["Philipines"]
    assert all(row.headcount and row.annual_value for row in taken)


@pytest.mark.data
def test_the_northwind_customers_are_read_without_help() -> None:
    """Accents arrive; the 24 rows whose address holds a bare comma are put together again, not shifted."""
    _, _, taken, refused = read_file("northwind_customers.csv")
    assert (len(taken), len(refused)) == (91, 0)
    assert sum("was taken as one cell" in note.reason for row in taken for note in row.notes) == 24
    assert "Berglunds snabbköp" in {row.name for row in taken}
    assert all(row.country and len(row.country) == 2 for row in taken)
    assert not any("NULL" in str(row) for row in taken)


@pytest.mark.data
def test_the_sp500_is_read_without_help() -> None:
    """Both Alphabets are kept apart by their ids."""
    _, _, taken, refused = read_file("sp500_constituents.csv")
    assert len(taken) == 503
    assert not refused
    assert len({row.external_id for row in taken}) == 503
    assert not any(row.added_on for row in taken)  # 1957 is when a share was listed, not when we met them


@pytest.mark.data
def test_chinooks_people_are_all_customers() -> None:
    """Who has no company is a customer in their own name."""
    _, _, taken, refused = read_file("chinook_customers.csv")
    assert len(taken) == 59
    assert not refused
    assert {row.name for row in taken} >= {"JetBrains s.r.o.", "Leonie Köhler"}
    assert all(row.contact_name and row.contact_email and row.country for row in taken)


@pytest.mark.data
def test_forty_seven_thousand_companies_are_read_whole() -> None:
    """The whole file, a row at a time: not one is refused."""
    _, _, taken, refused = read_file("financedatabase_companies.csv.gz")
    assert len(taken) == 46_964
    assert not refused
    assert sum(row.domain is not None for row in taken) > 28_000
    assert sum(bool(row.country) for row in taken) == 42_477


@pytest.mark.data
def test_reading_a_row_at_a_time_keeps_memory_small() -> None:
    """Going through the 6 MB file holds no more than a few rows of it."""
    path = DATA / "financedatabase_companies.csv.gz"
    if not path.exists():
        pytest.skip(f"the real data is not here: {path.name}")
    found = read_table(path.read_bytes(), name=path.name)
    tracemalloc.start()
    try:
        count = sum(1 for _ in found.rows())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 46_964
    assert peak < 4_000_000

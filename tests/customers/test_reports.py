"""The report of an import: every row of the list, what became of it, and why."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.gateways.reports import REPORT_COLUMNS, is_report, write_report
from bot.customers.usecases.lists import plan_import
from tests.customers.lists import read, take_in
from tests.makers import MARA, Office

ROWS = (
    "Customers of November,,,,\n\nName,Domain,Headcount,Owner,Website\n"
    "Acme,acme.com,13,,\nACME Inc.,acme.com,,,\nBolt,,many,Nobody,\nCora,,,,\n,,,,\n,,7,,\n=Dora,,,,facebook.com/dora\n"
    "Total,,20,,\n"
)


MANY = "“many” is no number of people; write it like 250. It was left blank."
NOBODY = "Nobody here is called “Nobody”, so the customer has no owner."
SHARED = (
    "“facebook.com/dora” is on a host that many companies share, and no domain of the customer's own, such as acme.com "
    "(the page is kept under “Also called”). It was left blank."
)


def report(office: Office, text: str, *, done: bool = False) -> list[list[str]]:
    """What the report of importing a list says."""
    drafts = read(text)
    plan = take_in(office, drafts).plan if done else office.do(plan_import, drafts=drafts, by=MARA)
    content = write_report(text.encode(), name="list.csv", by_hand={}, drafts=drafts, plan=plan, done=done)
    assert is_report(content)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_row_says_what_became_of_it_and_why(office: Office) -> None:
    """With the list's own cells, and the line that each row begins on; nothing in it runs in a spreadsheet."""
    take_in(office, "Name,Domain,Headcount\nAcme,acme.com,12\nCora,,\n")
    assert report(office, ROWS) == [
        ["Name", "Domain", "Headcount", "Owner", "Website", *REPORT_COLUMNS],
        ["Acme", "acme.com", "13", "", "", "4", "would be changed", "headcount: “12” → “13”."],
        ["ACME Inc.", "acme.com", "", "", "", "5", "taken as one with row 4", "They have one domain."],
        ["Bolt", "", "many", "Nobody", "", "6", "would be added", f"Headcount: {MANY} Owner: {NOBODY}"],
        ["Cora", "", "", "", "", "7", "left alone", ""],
        ["", "", "7", "", "", "9", "refused", "Name: The row has no name: write what the customer is called."],
        ["'=Dora", "", "", "", "facebook.com/dora", "10", "would be added", f"Website: {SHARED}"],
        ["Total", "", "20", "", "", "11", "left out", "1 line below the table left out: “Total 20”."],
    ]  # fmt: skip
    assert [row[6] for row in report(office, ROWS, done=True)][1:4] == ["changed", "taken as one with row 4", "added"]


def test_rows_of_any_width_are_reported_under_the_right_heading(office: Office) -> None:
    """A row that is too wide is refused; what is said stands in one column all the same."""
    rows = report(office, "Name,Headcount\nAcme,1,2,3\nBolt\n")
    assert [row[-2] for row in rows] == ["What became of it", "refused", "would be added"]
    assert {len(row) for row in rows} == {7}


@pytest.mark.parametrize(
    ("beginning", "known"),
    [
        (b"", False),
        (b"Name,Owner\nAcme,\n", False),
        (b'\xef\xbb\xbf"Name","Row","What became of it","Why"\r\n', True),
        (b"\xff\xfe\x00", False),
    ],
)
def test_only_an_earlier_report_is_taken_for_one(beginning: bytes, known: bool) -> None:
    """Another file is never written over."""
    assert is_report(beginning) == known


@given(st.binary(max_size=300))
def test_any_file_is_a_report_or_not(beginning: bytes) -> None:
    """Whatever stands there, the answer is yes or no."""
    assert is_report(beginning) in {True, False}

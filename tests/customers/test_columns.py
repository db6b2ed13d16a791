"""What a column of dates says as a whole, the questions that a list leaves open, and lines that aren't customers."""

from collections.abc import Sequence
from datetime import date

import pytest

from bot.customers.rules.cells import split_tags
from bot.customers.rules.dates import DateColumn, Unclear, days_ago, full_year, is_serial, read_moment, read_serial
from bot.customers.rules.due import Status
from bot.customers.rules.footers import count_footers, is_footer
from bot.customers.rules.headers import Field, likely_names, map_headers
from bot.customers.rules.questions import (
    FROM_TODAY,
    LEAVE_EMPTY,
    MONTH_FIRST,
    MOST_STATUSES,
    Option,
    Question,
    Settled,
    ask_column,
    ask_dates,
    ask_statuses,
    settle,
    tell_serials,
)
from bot.customers.rules.rows import Note, Refusal, RowDraft, parse_row
from bot.customers.rules.values import rejoin

TODAY = date(2026, 3, 10)
WANTED = Field.LAST_CONTACT


def column(*cells: str) -> DateColumn:
    """A column of dates, read on Tuesday, 10 March 2026."""
    made = DateColumn(TODAY)
    for cell in cells:
        made.add(cell)
    return made


def asked(*cells: str, order: bool | None = None, proposed: bool = False) -> list[Question]:
    """The questions that a column leaves open."""
    return ask_dates(WANTED, "Last contact", column(*cells), order=order, proposed=proposed)


# --- dates -----------------------------------------------------------------------------------------------------------


def test_a_column_collects_what_its_cells_leave_open() -> None:
    """The first example of each kind stands for the others."""
    found = column(" 3/4/2026 ", "5/6/2026", "45987", "45988", "last week", "3 days ago", "2026-01-05", "25/12/2025")
    assert (found.two_ways, found.example, found.readings) == (2, "3/4/2026", (date(2026, 4, 3), date(2026, 3, 4)))
    assert (found.serials, found.serial_example) == (2, "45987")
    assert (found.ago, found.ago_example) == (2, "last week")
    assert found.orders == {True}
    assert column("12/25/2025", "25/12/2025", "2026-01-05").orders == {True, False}


def test_an_empty_column_leaves_nothing_open() -> None:
    """Nor do cells that are far too long to hold a date."""
    for found in (column(), column("3/4/2026" + " " * 500)):
        assert (found.two_ways, found.ago, found.serials, found.orders) == (0, 0, 0, set())
        assert (found.example, found.ago_example, found.serial_example) == ("", "", "")
        assert found.is_day_first_likely is None


def test_the_order_with_fewer_dates_to_come_is_likelier() -> None:
    """Nobody was called tomorrow; a date of today or before says nothing, and equal numbers neither."""
    assert column("3/4/2026").is_day_first_likely is False
    assert column("4/3/2026").is_day_first_likely is True
    assert column("4/3/2026", "3/4/2026").is_day_first_likely is None
    assert column("1/2/2026").is_day_first_likely is None
    assert column("10/3/2026").is_day_first_likely is True
    assert column("3/10/2026").is_day_first_likely is False


def test_dates_that_can_be_read_two_ways_are_asked_about_once() -> None:
    """With the first of them in both readings; one date is one, and a known order asks nothing."""
    (question,) = asked("3/4/2026", "5/6/2026", proposed=True)
    assert question == Question(
        "order:last_contact", "Last contact", "3/4/2026", 2,
        "2 dates under “Last contact” can be read two ways. Which day is 3/4/2026?",
        (Option("day_first", "3 April 2026"), Option("month_first", "4 March 2026"),
         Option("empty", "Leave them empty")),
        "day_first",
    )  # fmt: skip
    (single,) = asked("3/4/2026")
    assert single.text.startswith("1 date under “Last contact”")
    assert single.proposed == MONTH_FIRST
    assert asked("3/4/2026", order=True) == asked("3/4/2026", order=False) == asked("2026-04-03") == []


def test_words_for_a_day_are_asked_about_once() -> None:
    """Beside the question of the order, whether that is known or not."""
    (question,) = asked("Last  week", "yesterday", order=True)
    assert question == Question(
        "ago:last_contact", "Last contact", "Last week", 2,
        "2 rows say words such as “Last week” under “Last contact”. When was that?",
        (Option("from_today", "Count back from today"), Option("empty", "Leave them empty")), "from_today",
    )  # fmt: skip
    assert asked("yesterday")[0].text.startswith("1 row says words such as “yesterday”")
    assert [one.id for one in asked("3/4/2026", "yesterday")] == ["order:last_contact", "ago:last_contact"]


def test_a_spreadsheets_numbers_are_told_with_the_first_as_a_date() -> None:
    """One cell is one cell."""
    assert tell_serials("Seen", column("45987")) == (
        "1 cell holds a spreadsheet’s number for a date under “Seen”: 45987 is 2025-11-26."
    )
    assert tell_serials("Seen", column("45987.5", *["45000"] * 1000)).startswith("1,001 cells hold a spreadsheet’s")


def test_a_spreadsheets_number_is_a_date_of_our_time() -> None:
    """Five digits and perhaps a time of day; others are no dates."""
    assert (read_serial(" 45987 "), read_serial("45987.75")) == (date(2025, 11, 26), date(2025, 11, 26))
    assert [is_serial(cell) for cell in (" 45987 ", "20000", "69999,5", "19999", "70000", "459870", "4598")] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("3/4/26", "3/4/2026"), ("3/4/27", "3/4/1927"), ("3-4-25", "3-4-2025"), ("3. Nov 25", "3. Nov 2025"),
        ("3 Nov '25", "3 Nov 2025"), ("Nov 3, 25", "Nov 3, 2025"), ("3/4/26 at 10:30", "3/4/2026"),
        ("3/4/2026", "3/4/2026"), ("3 Nov", "3 Nov"), ("", ""),
    ],
)  # fmt: skip
def test_a_short_year_is_the_last_one_that_ends_so(text: str, written: str) -> None:
    """This century up to this year, then the one before."""
    assert full_year(text, TODAY) == written


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Yesterday", 1), ("today", 0), ("last  week", 7), ("3 days ago", 3), ("a week ago", 7), ("vor 3 Tagen", 3),
        ("il y a 2 mois", 60), ("2 weeks ago", 14), ("tomorrow", None), ("3 days", None), ("", None),
    ],
)  # fmt: skip
def test_words_tell_how_long_ago_a_day_is(text: str, days: int | None) -> None:
    """In several languages."""
    assert days_ago(text) == days


@pytest.mark.parametrize(
    ("cell", "day"),
    [("3 Nov", date(2025, 11, 3)), ("9 March", date(2026, 3, 9)), ("March 10", date(2026, 3, 10)),
     ("11 March", date(2025, 3, 11)), ("45987", date(2025, 11, 26)), ("3 nov 24", date(2024, 11, 3))],
)  # fmt: skip
def test_a_day_without_a_year_is_the_last_one(cell: str, day: date) -> None:
    """Today counts; tomorrow was a year ago."""
    assert read_moment(cell, today=TODAY) == day


def test_words_for_a_day_count_only_where_somebody_said_so() -> None:
    """Else they tell no date by themselves."""
    assert read_moment("3 days ago", today=TODAY, from_today=True) == date(2026, 3, 7)
    assert read_moment("today", today=TODAY, from_today=True) == TODAY
    for cell in ("3 days ago", "today"):
        with pytest.raises(Unclear, match="tells no date by itself; write it like 2026-03-05"):
            read_moment(cell, today=TODAY)


# --- questions -------------------------------------------------------------------------------------------------------


def test_unknown_statuses_are_asked_about_the_most_frequent_first() -> None:
    """Spellings of one word are one; known statuses, and cells too long to hold one, ask nothing."""
    questions = ask_statuses("Stage", {"At  risk": 1, "operating": 2, "at risk": 1, "active": 9, "x" * 61: 9})
    assert [(one.id, one.column, one.value, one.rows) for one in questions] == [
        ("status:at risk", "Stage", "At risk", 2), ("status:operating", "Stage", "operating", 2),
    ]  # fmt: skip
    assert questions[0].text == "2 rows say “At risk” under “Stage”. Which status is that?"
    assert questions[0].options[-1] == Option(LEAVE_EMPTY, "Leave it empty")
    assert [option.answer for option in questions[0].options[:-1]] == list(Status)
    assert questions[0].options[0].label == "Active"
    many = ask_statuses("Stage", {f"stage {chr(97 + at)}": at + 1 for at in range(MOST_STATUSES + 3)})
    assert [one.rows for one in many] == list(range(MOST_STATUSES + 3, 3, -1))
    assert len(ask_statuses("Stage", {"x" * 60: 1})) == 1


def test_which_column_is_meant_may_be_left_open_except_for_the_name() -> None:
    """The proposed column is named; a customer without a name is none."""
    owner = ask_column(Field.OWNER, {1: "Owner", 3: "Account   owner"}, 3)
    assert (owner.id, owner.column, owner.value, owner.rows) == ("column:owner", "Account   owner", "", 0)
    assert (owner.text, owner.proposed) == ("Which column is the owner?", "3")
    assert owner.options == (Option("1", "Owner"), Option("3", "Account owner"), Option("ignore", "None of them"))
    name = ask_column(Field.NAME, {0: "A", 2: "B"}, 0)
    assert (name.text, name.proposed) == ("Which column is the customer’s name?", "0")
    assert name.options == (Option("0", "A"), Option("2", "B"))


def test_answers_settle_how_the_list_is_read() -> None:
    """Those given, and the proposed ones where an answer is missing or isn't among the options."""
    statuses = ask_statuses("Stage", {"operating": 2, "at risk": 1})
    open_dates = asked("3/4/2026", "yesterday")
    questions = [*statuses, *open_dates]
    orders = {Field.ADDED_ON: True}
    assert settle(questions, {}, orders) == Settled(
        {"operating": Status(statuses[0].proposed), "at risk": Status(statuses[1].proposed)},
        {Field.ADDED_ON: True, WANTED: False}, frozenset({WANTED}),
    )  # fmt: skip
    given = {
        "status:operating": "paused", "status:at risk": LEAVE_EMPTY, "order:last_contact": "day_first",
        "ago:last_contact": LEAVE_EMPTY,
    }  # fmt: skip
    assert settle(questions, given, orders) == Settled(
        {"operating": Status.PAUSED, "at risk": None}, {Field.ADDED_ON: True, WANTED: True}, frozenset()
    )
    empty = settle(questions, {"order:last_contact": LEAVE_EMPTY, "ago:last_contact": FROM_TODAY}, {})
    assert (empty.day_first, empty.from_today) == ({}, {WANTED})
    assert open_dates[0].choose({"order:last_contact": "nonsense"}) == MONTH_FIRST


# --- rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "width", "joined"),
    [
        (["Acme", " Inc.", "x"], 2, (["Acme, Inc.", "x"], "Acme, Inc.")),
        (["Acme", " Inc.", "a", " b", " c"], 2, (["Acme, Inc.", "a, b, c"], "Acme, Inc.")),
        (["Acme", "Inc.", "x"], 2, None), (["Acme", "  Inc.", "x"], 2, None), (["", " Inc.", "x"], 2, None),
        ([" Acme", "Inc."], 2, ([" Acme", "Inc."], "")), (["Acme", " ", "x"], 2, None),
        (["Acme", " Inc.", "x"], 3, None),
    ],
)  # fmt: skip
def test_text_with_a_comma_and_a_space_is_put_together_again(
    cells: list[str], width: int, joined: tuple[list[str], str] | None
) -> None:
    """Where that leaves as many cells as there are columns."""
    assert rejoin(cells, width) == joined


def test_a_row_with_a_comma_too_many_is_read_with_a_remark_or_refused() -> None:
    """Empty cells behind the last column are none."""
    mapping = map_headers(["name", "owner"])
    read = parse_row(4, ["Acme", " Inc.", "ana"], mapping, today=TODAY)
    assert isinstance(read, RowDraft)
    assert (read.name, read.owner) == ("Acme, Inc.", "ana")
    assert read.notes == (Note(4, "", "“Acme, Inc.” was taken as one cell, with the comma in it.", "Acme, Inc."),)
    assert parse_row(4, ["Acme", "Inc.", "ana"], mapping, today=TODAY) == [
        Refusal(4, "", "This row has 3 cells, but the first line names 2 columns: "
                "put quotation marks around a cell that holds the separator.", ""),
    ]  # fmt: skip
    whole = parse_row(4, ["Acme", "ana", " ", ""], mapping, today=TODAY)
    assert isinstance(whole, RowDraft)
    assert whole.notes == ()


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("a, b", ("a", "b")), ("a; b, c", ("a", "b, c")), ("a ::: b", ("a", "b")),
        ("* myContacts ::: b", ("myContacts", "b")),
        ("['SaaS', \"B2B\"]", ("SaaS", "B2B")), ("[a", ("[a",)), ("a]", ("a]",)), ("it's", ("it's",)), ("", ()),
        ("a|b|a", ("a", "b")),
    ],
)  # fmt: skip
def test_tags_of_a_cell_are_told_apart(cell: str, tags: Sequence[str]) -> None:
    """By the strongest separator there is."""
    assert split_tags(cell) == tags


# --- lines below the table -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filled", "width", "footer"),
    [
        (["Total"], 3, True), (["Total", "12", "€ 1,200.50"], 3, True), (["Total", "Paris"], 3, False),
        (["Total"], 1, False), ([], 3, False), (["Acme", "12"], 3, False), (["Totalenergies", "12"], 3, False),
        (["Grand Total", "12"], 2, True), (["Grand total: 43 records", "12,300"], 3, True),
        (["Total: 12 companies"], 3, True), (["Total customers", "43"], 3, True), (["Total Companies Ltd"], 3, False),
        (["Copyright (c) 2026 Acme"], 1, True),
        (["Copyright (c) 2026 Acme", "12"], 2, False), (["Acme"], 3, False),
    ],
)  # fmt: skip
def test_totals_and_notices_are_no_customers(filled: Sequence[str], width: int, footer: bool) -> None:
    """A total is followed by numbers; a notice stands in a cell of its own."""
    assert is_footer(filled, width) is footer


@pytest.mark.parametrize(
    ("rows", "footers"),
    [
        ([], 0), ([["Acme", "3"]], 0), ([["Acme", "3"], ["Total", "3"]], 1),
        ([["Acme", "3"], ["Total", "3"], ["from our CRM", ""]], 2), ([["Acme", "3"], ["from our CRM", ""]], 0),
        ([["Total", "3"], ["Acme", "3"]], 0),
        ([["Acme", "3"], ["Vest", "4"], ["", "7"]], 1), ([["Acme", "€3.50"], ["Vest", ""], ["", "7 EUR"]], 1),
        ([["Acme", "1,200.50"], ["Vest", "900"], ["", "2,100.50"]], 1), ([["Acme", "8"], ["Vest", "4"], ["", "7"]], 0),
        ([["Acme", "3"], ["", "3"]], 0), ([["Acme", "x"], ["Vest", "4"], ["", "7"]], 0),
        ([["Acme", "3"], ["Vest", "4"], ["7", ""]], 0), ([["7", "Acme"], ["8", "Vest"], ["9", ""]], 0),
        ([["1", "3"], ["2", "4"], ["", "7"]], 0), ([["Acme", "3"], ["Vest", "4"], ["", "Oslo"]], 0),
        ([["Acme", "3"], ["", "4"], ["", "7"]], 0),
    ],
)  # fmt: skip
def test_what_a_report_prints_below_its_table_is_counted_from_the_end(
    rows: Sequence[Sequence[str]], footers: int
) -> None:
    """Lines of one cell may follow a total or sums, and a customer ends the search; a row may have lost its name."""
    assert count_footers(rows, 2) == footers


# --- columns of names ------------------------------------------------------------------------------------------------


def likely(cells: Sequence[Sequence[str]], rows: int, *headers: str) -> list[int]:
    """The columns that may hold the customers' names."""
    return likely_names(map_headers(headers), dict(enumerate(cells)), rows=rows)


def test_a_column_of_different_words_may_hold_names() -> None:
    """Not one of numbers, codes, addresses, or of the same few words again and again."""
    names = ["Acme Ltd", "Bolt", "Cord", "Dune"]
    columns = [names, ["1", "2", "3", "4"], ["AB1", "AB2", "AB3", "AB4"], ["a@b.de", "b@b.de", "c@b.de", "d@b.de"],
               ["north", "north", "north", "south"]]  # fmt: skip
    assert likely(columns, 4, "Aaa", "Bbb", "Ccc", "Ddd", "Eee") == [0, 4]
    assert likely([["north"] * 4], 4, "Eee") == []
    assert likely([names[:2]], 4, "Aaa") == []
    assert likely([names[:3]], 4, "Aaa") == [0]
    assert likely([[*names[:2], *["north"] * 8]], 10, "Aaa") == []
    assert likely([names, names], 4, "", "Aaa") == [1]
    assert likely([[]], 0, "Aaa") == []


def test_the_likeliest_column_of_names_comes_first_and_the_left_one_of_equals() -> None:
    """A contact's name is the customer's only where nothing else is."""
    names = ["Acme Ltd", "Bolt", "Cord", "Dune"]
    assert likely([names[:3], names], 4, "Aaa", "Bbb") == [1, 0]
    assert likely([names, names[::-1]], 4, "Aaa", "Bbb") == [0, 1]
    assert likely([names, names], 4, "Contact name", "Aaa") == [1]
    assert likely([names, []], 4, "Contact name", "Aaa") == [0]
    assert likely([[], []], 4, "Contact name", "Aaa") == []

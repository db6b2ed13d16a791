"""Lists that tell little: without headings, with numbered rows, with stages that are no statuses."""

from collections.abc import Sequence

import pytest

from bot.customers.rules.due import Status
from tests.customers.lists import read, take_in
from tests.customers.test_apart import again, joined
from tests.makers import Office

MERCHANTS = (
    "1001,Vest Book Fairs,Retail,Berlin,EU\n1002,Nord Diner,Dining,Hamburg,EU\n1003,Teal Deli,Dining,Berlin,EU\n"
    "1004,Moor Grille,Retail,Kiel,EU\n"
)
NAMES = ("Vest Book Fairs", "Nord Diner", "Teal Deli", "Moor Grille")


def test_a_first_line_whose_cells_stand_again_below_is_a_customer() -> None:
    """Headings don't come again in their own columns: nobody is taken for them, which a remark says."""
    drafts = read(MERCHANTS)
    assert tuple(row.name for row in drafts.rows) == NAMES
    assert drafts.headers[:2] == ("Column 1", "Column 2")
    (note,) = drafts.remarks
    told = "is no line of headings, so the columns are called by their numbers."
    assert note.reason == f"The first line (“1001”, “Vest Book Fairs”, “Retail”) {told}"


@pytest.mark.parametrize("word", ["Customer", "Restaurant", "Industry"])
def test_a_value_that_is_a_heading_elsewhere_makes_none_of_a_customer(word: str) -> None:
    """`Customer` stands below itself, so it says what the customer is."""
    assert tuple(row.name for row in read(MERCHANTS.replace("Retail", word)).rows) == NAMES


def test_headings_that_a_report_repeats_stay_headings() -> None:
    """A line that is the same as the headings in every cell tells nothing."""
    drafts = read("Company,Kind,Place\nVest,Retail,Kiel\nCompany,Kind,Place\nNord,Dining,Kiel\n")
    assert [row.name for row in drafts.rows] == ["Vest", "Nord"]


def test_one_cell_that_stands_again_is_too_little() -> None:
    """A customer of the kind “Kind” doesn't undo the headings."""
    assert [row.name for row in read("Company,Kind\nVest,Kind\nNord,Retail\n").rows] == ["Vest", "Nord"]


def test_days_are_never_proposed_as_names() -> None:
    """Neither `Mar 9 2015 2:08 PM` nor `May 16, 2017`."""
    rows = [f'{at},{name},Mar {at} 2015 2:0{at} PM,"May {at}, 2017"' for at, name in enumerate(NAMES, start=1)]
    assert [row.name for row in read("\n".join(["Nr,What,Since,Until", *rows])).rows] == [*NAMES]


# --- rows that are numbered ------------------------------------------------------------------------------------------

FOUND = (
    "Vest Diner,brunch,4.8,Graça",
    "Nord Tap,bar,4.4,Pena",
    "Vest Diner,brunch,4.8,Graça",
    "Vest Diner,bar,4.4,Pena",
)


@pytest.mark.parametrize("heading", ["", "#", "No.", "S.No", "Unnamed: 0", "index"])
def test_rows_that_differ_only_in_their_number_are_the_same(office: Office, heading: str) -> None:
    """What a program numbered twice is one customer, who can be kept apart; another namesake isn't touched."""
    text = "\n".join([f"{heading},name,kind,stars,place", *(f"{at},{row}" for at, row in enumerate(FOUND))])
    plan = take_in(office, text).plan
    assert plan.added == ("Vest Diner", "Nord Tap", "Vest Diner")
    assert joined(plan) == [((2, 4), ("Vest Diner",), "the rows are the same")]
    again(office, text, plan)


@pytest.mark.parametrize(
    ("heading", "numbers"),
    [("", "1 3 2 4"), ("", "1 2 2 3"), ("", "a b c d"), ("stars given", "1 2 3 4"), ("id", "1 2 3 4")],
    ids=["no order", "not each its own", "no numbers", "another heading", "an id"],
)
def test_other_numbers_tell_rows_apart(heading: str, numbers: str) -> None:
    """They may say something about the customer."""
    rows = [f"{number},{row}" for number, row in zip(numbers.split(), FOUND, strict=True)]
    first, _, third, _ = read("\n".join([f"{heading},name,kind,stars,place", *rows])).rows
    assert first.fingerprint != third.fingerprint or first.external_id != third.external_id


def test_numbered_names_without_anything_else_stay_apart() -> None:
    """Two rows that have a name and a number may be two customers of one name."""
    first, second = read("No,Company\n1,Loop\n2,Loop\n").rows
    assert first.fingerprint != second.fingerprint


# --- stages that are no statuses -------------------------------------------------------------------------------------


def staged(stages: Sequence[str]) -> str:
    """A list of companies in those stages."""
    return "\n".join(["company,stage", *(f"Vest {at},{stage}" for at, stage in enumerate(stages))])


def test_rounds_of_funding_are_no_statuses_though_one_is_called_new() -> None:
    """Nothing is asked about Series A; a remark says which word was left."""
    drafts = read(staged(["Series A", "Series B", "Seed", "New", "Debt", "Seed"]))
    assert (drafts.questions, {row.status for row in drafts.rows}) == ((), {None})
    assert [note.reason for note in drafts.remarks] == [
        "“stage” was not read as the status: only “New” of its 5 values is one."
    ]
    few = read(staged([*["Series A", "Series B", "Seed"] * 3, "New", "Open"]))
    assert [note.reason for note in few.remarks] == ["“stage” was not read as the status: few of its 5 values are one."]


def test_stages_of_which_enough_may_be_statuses_are_asked_about() -> None:
    """A pipeline's new, won and in talks; and one known status is enough."""
    asked = read(staged(["New", "Won", "In talks", "New"])).questions
    assert [question.value for question in asked] == ["New", "In talks", "Won"]
    churned = read(staged(["Series A", "Series B", "Seed", "Churned"]))
    assert churned.rows[3].status is Status.LOST


def test_not_found_is_nothing() -> None:
    """What a search wrote where it found no contact is neither a contact nor worth a remark."""
    (row,) = read("Company,Contact name,Email\nVest,Not Found,Not Found\n").rows
    assert (row.contact_name, row.contact_email, row.notes) == (None, None, ())


@pytest.mark.parametrize(
    "below", [',,"12,300"', '"Grand total: 2 records",,"12,300"', ',,"12,300"\nprinted for Ana,,', "Total customers,2,"]
)
def test_sums_below_a_table_are_no_customers(below: str) -> None:
    """They have no name, but aren't refused for it: they are named as lines below the table."""
    drafts = read(f"Company,Place,Revenue\nVest,Kiel,5000\nNord,Oslo,7300\n{below}\n")
    assert ([row.name for row in drafts.rows], drafts.refusals) == (["Vest", "Nord"], ())
    (note,) = drafts.remarks
    assert "below the table left out" in note.reason


def test_a_last_customer_who_has_no_name_is_refused() -> None:
    """A number to call is no sum."""
    (refusal,) = read("Company,Place,Phone\nVest,Kiel,55501\nNord,Oslo,55502\n,,44403\n").refusals
    assert refusal.row_number == 4


# --- commas without quotation marks ----------------------------------------------------------------------------------


def test_services_behind_the_website_may_hold_commas() -> None:
    """The website stands in its place, so the customer comes in; a remark says what was taken as one cell."""
    drafts = read(
        "name,website,rating,services\nVest,https://vest.com,4.9,ads,video,print\nNord,nord.com,4.8,ads\n"
        "Teal,www.teal.io/about,4.7,ads,web\n"
    )
    assert [(row.name, row.domain) for row in drafts.rows] == [
        ("Vest", "vest.com"), ("Nord", "nord.com"), ("Teal", "teal.io")
    ]  # fmt: skip
    assert drafts.refusals == ()
    assert [[note.reason for note in row.notes] for row in drafts.rows] == [
        ["“ads,video,print” was taken as one cell, with the comma in it."],
        [],
        ["“ads,web” was taken as one cell, with the comma in it."],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "name,website,services\nVest,Inc.,vest.com,ads\n", "name,website,services\nVest,,ads,web\n",
        "name,website,tags\nVest,vest.com,ads,web\n", "name,city,services\nVest,Kiel,ads,web\n",
        "name,phone,services\nVest,1200,ads,web\n",
    ],
    ids=["a comma in the name", "no website", "the last column is read", "nothing that tells", "no plain number"],
)  # fmt: skip
def test_other_rows_with_too_many_cells_are_refused(text: str) -> None:
    """Who knows which cell the comma belongs to."""
    (refusal,) = read(text).refusals
    assert "put quotation marks around a cell" in refusal.reason


@pytest.mark.parametrize("contact", ["phone", "email"])
def test_addresses_and_numbers_tell_as_well(contact: str) -> None:
    """Where they stand behind all else that is read."""
    cell = {"phone": "+49 30 5550101", "email": "ida@vest.com"}[contact]
    (row,) = read(f"name,city,{contact},services\nVest,Kiel,{cell},ads,web\n").rows
    assert (row.name, getattr(row, f"contact_{contact}")) == ("Vest", cell)

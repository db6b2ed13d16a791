"""Lists of shops, schools and start-ups that name their own people: owners, principals, founders."""

from collections.abc import Sequence

import pytest

from bot.customers.rules.headers import Field
from tests.customers.lists import read

PEOPLE = (
    "Ana Lima", "Bob Ray", "Ida Berg", "Otto Moor", "Zoé Lark", "Kim Teal", "Lea Sand", "Max Dorn", "Noa Fink",
    "Pia Holm",
)  # fmt: skip
SHOPS = [f"Vest Diner {at}" for at in range(len(PEOPLE))]


def shops(headings: str, *columns: Sequence[str]) -> str:
    """A list of ten shops with more *columns*."""
    return "\n".join([f"Shop Name,{headings}", *map(",".join, zip(SHOPS, *columns, strict=True))])


@pytest.mark.parametrize("heading", ["owner_name", "Owner", "Owner Name", "Proprietario"])
def test_owners_who_are_others_in_each_row_are_the_shops_own(heading: str) -> None:
    """They are the contacts, which a remark says, and nobody of ours is looked for by their names."""
    drafts = read(shops(heading, PEOPLE))
    assert [(row.owner, row.contact_name) for row in drafts.rows] == [(None, person) for person in PEOPLE]
    assert [note.reason for note in drafts.remarks] == [
        f"“{heading}” was read as the contact’s name, not as the owner: most of its values differ."
    ]
    assert drafts.questions == ()


@pytest.mark.parametrize(
    ("heading", "people"),
    [
        ("Owner", [*PEOPLE[:-1], PEOPLE[0]]), ("Account Owner", PEOPLE), ("Sales owner", PEOPLE),
        ("Owner", [f"{person.split()[0].lower()}@ours.example" for person in PEOPLE]),
    ],
    ids=["one of them twice", "of accounts", "of sales", "addresses"],
)  # fmt: skip
def test_owners_of_accounts_are_ours(heading: str, people: Sequence[str]) -> None:
    """A person who has two customers, a heading that says whose owners they are, or an address makes an owner."""
    assert [row.owner for row in read(shops(heading, people)).rows] == [*people]


def test_nine_owners_are_too_few_to_tell() -> None:
    """They are read as the heading says: each of our people may have one of a few customers."""
    rows = [f"{shop},{person}" for shop, person in zip(SHOPS[:9], PEOPLE, strict=False)]
    assert [row.owner for row in read("\n".join(["Shop Name,Owner", *rows])).rows] == [*PEOPLE[:9]]


def test_whom_somebody_maps_as_owners_stay_owners() -> None:
    """A column that was mapped or left out by hand is not told by its values."""
    text = shops("Owner,Responsable,Principal", PEOPLE, PEOPLE, PEOPLE)
    row = read(text, {"owner": "owner", "Responsable": "ignore", "Principal": "ignore"}).rows[0]
    assert (row.owner, row.contact_name) == (PEOPLE[0], None)
    text = shops("Contact,Number", SHOPS, [f"98480{at}1234" for at in range(10)])
    row = read(text, {"Contact": "contact_name", "Number": "ignore"}).rows[0]
    assert (row.contact_name, row.contact_phone) == (SHOPS[0], None)
    row = read("Company,Contact,Poste,Zone\nVest,Ida,Chef,Nord\n", {"Poste": "ignore", "Zone": "zone"}).rows[0]
    assert row.contact_role is None


def test_the_owners_in_a_programs_export_are_ours() -> None:
    """The program monday calls people of ours so, however many there are."""
    rows = [f"{shop},,{person}" for shop, person in zip(SHOPS, PEOPLE, strict=True)]
    assert read("\n".join(["Name,Subitems,Owner", *rows])).rows[0].owner == PEOPLE[0]


def test_an_owners_address_and_number_are_the_contacts_then() -> None:
    """Unless the shop's own ones stand there."""
    mails, phones = [f"o{at}@web.example" for at in range(10)], [f"617 555 01{at}" for at in range(10)]
    row = read(shops("Owner Name,Owner Email,Owner Phone", PEOPLE, mails, phones)).rows[1]
    assert (row.contact_name, row.contact_email, row.contact_phone) == (PEOPLE[1], mails[1], phones[1])
    beside = read(shops("Email,Owner Name,Owner Email", ["shop@vest.example"] * 10, PEOPLE, mails))
    assert (beside.rows[1].contact_email, beside.unmapped) == ("shop@vest.example", ("Owner Email",))


@pytest.mark.parametrize("heading", ["Principal Name", "CEO", "Co-Founder/CEO", "Head teacher", "Schulleitung"])
def test_whoever_is_at_the_head_of_a_customer_is_its_contact(heading: str) -> None:
    """Where nobody else is."""
    drafts = read(f"School Name,{heading},Mail\nVest School,Ida Berg,ida@vest.example\n")
    assert (drafts.rows[0].contact_name, drafts.rows[0].contact_email) == ("Ida Berg", "ida@vest.example")
    beside = read(f"School Name,Contact,{heading}\nVest School,Ana Lima,Ida Berg\n")
    assert (beside.rows[0].contact_name, beside.unmapped) == ("Ana Lima", (heading,))


@pytest.mark.parametrize("cells", [["yes", "no"], ["3", "2"], ["", ""]], ids=["flags", "numbers", "nothing"])
def test_a_column_of_other_things_names_nobody(cells: Sequence[str]) -> None:
    """`Principal` may say which office is the main one, and `Director` how many there are."""
    drafts = read("\n".join(["Company,Principal", *(f"Vest {at},{cell}" for at, cell in enumerate(cells))]))
    assert (Field.CONTACT_NAME in drafts.columns, drafts.unmapped) == (False, ("Principal",))


@pytest.mark.parametrize("heading", ["Agency Contacts Name", "Dealer Contact", "Store contact person"])
def test_a_contact_may_be_called_by_the_customers_trade(heading: str) -> None:
    """The other column that names somebody by trade has the customers' names then."""
    drafts = read(f"{heading},Agency Name\nIda Berg,Vest Agency\n")
    assert (drafts.rows[0].name, drafts.rows[0].contact_name, drafts.questions) == ("Vest Agency", "Ida Berg", ())


def test_a_number_beside_people_is_what_to_call() -> None:
    """By its ten digits; a remark says so."""
    rows = [f"{shop},{person},98480{at}1234" for at, (shop, person) in enumerate(zip(SHOPS, PEOPLE, strict=True))]
    drafts = read("\n".join(["Shop Name,Contact,Number", *rows]))
    assert drafts.rows[1].contact_phone == "9848011234"
    assert [note.reason for note in drafts.remarks] == [
        "“Number” was read as the contact’s phone number, by its values."
    ]


@pytest.mark.parametrize(
    ("headings", "number"),
    [
        ("Shop Name,Contact,Number", "17"), ("Shop Name,City,Number", "9848011234"),
        ("Shop Name,Contact,Member", "9848011234"), ("Shop Name,Contact,Number", "9848011234 same"),
    ],
    ids=["short", "nobody to call", "another heading", "words"],
)  # fmt: skip
def test_another_number_is_left_unread(headings: str, number: str) -> None:
    """It may count anything."""
    rows = [f"{shop},{person},{number[:-1]}{at}" for at, (shop, person) in enumerate(zip(SHOPS, PEOPLE, strict=True))]
    assert {row.contact_phone for row in read("\n".join([headings, *rows])).rows} == {None}

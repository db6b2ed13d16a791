"""Lists whose headings may mean several things, which their values decide; and cells that hold two things at once."""

import pytest

from bot.customers.rules.countries import country_code
from bot.customers.rules.headers import Field
from tests.customers.lists import read

PERSONS = ("Ida Berg", "Bo Ray", "Eva-Lou O’Neil", "Zoé M. Lark", "Kim Teal", "Jan de Wit")
FIRMS = ("Vestlake plc", "Nord Co-op", "Teal", "Sul Ltda", "Moor & Sons", "Fink 24")
NUMBERS = ("12", "7", "3a", "12", "44", "9")


def rows(headings: str, *columns: tuple[str, ...]) -> str:
    """A list of six rows."""
    return "\n".join([headings, *map(",".join, zip(*columns, strict=True))])


def test_a_name_beside_the_company_is_the_contact_where_it_names_persons() -> None:
    """Also without an e-mail address; names of other shops of the firm are nobody's."""
    drafts = read(rows("Company,Name,Phone", FIRMS, PERSONS, ("",) * 6))
    assert [(row.name, row.contact_name) for row in drafts.rows] == [*zip(FIRMS, PERSONS, strict=True)]
    shops = ("Vestlake 24", "Nord Co-op", "Teal", "Sul Ltda", "The Moor", "Fink")
    drafts = read(rows("Company,Name,Email", FIRMS, shops, tuple(f"o{at}@web.example" for at in range(6))))
    assert ({row.contact_name for row in drafts.rows}, [row.name for row in drafts.rows]) == ({None}, [*FIRMS])
    by_hand = read(rows("Company,Name", FIRMS, PERSONS), {"Name": "ignore"})
    assert {row.contact_name for row in by_hand.rows} == {None}


def test_a_plain_number_is_the_id_where_each_row_has_its_own() -> None:
    """Numbers of houses aren't, nor an empty column of them, nor what to call beside people without a phone."""
    ids = ("101", "102", "103", "104", "105", "")
    assert [row.external_id for row in read(rows("Empresa,Numero", FIRMS, ids)).rows[:5]] == [*ids[:5]]
    for numbers in (NUMBERS, ("",) * 6):
        drafts = read(rows("Nome,Rua,Numero", FIRMS, ("Rua Vest",) * 6, numbers))
        assert (Field.EXTERNAL_ID in drafts.columns, drafts.unmapped) == (False, ("Rua", "Numero"))
    called = tuple(f"5076382521{at}" for at in range(6))
    drafts = read(rows("Empresa,Contacto,Numero", FIRMS, PERSONS, called))
    assert (drafts.rows[0].contact_phone, drafts.rows[0].external_id) == (called[0], None)
    assert read(rows("Empresa,Numero", FIRMS, called)).rows[0].external_id == called[0]
    by_hand = read(rows("Empresa,Numero", FIRMS, NUMBERS), {"Numero": "external_id"})
    assert by_hand.rows[0].external_id == "12"


@pytest.mark.parametrize("heading", ["Depto/Estado", "Contact_Type_Business"])
def test_what_else_a_heading_of_statuses_may_mean_is_told_by_its_values(heading: str) -> None:
    """A remark says that it was not read; nothing is asked."""
    drafts = read(rows(f"Company,{heading}", FIRMS, ("Norte", "Sul", "Norte", "Sul", "Norte", "Sul")))
    assert (drafts.questions, Field.STATUS in drafts.columns) == ((), False)
    assert drafts.remarks[0].reason == f"“{heading}” was not read as the status: none of its 2 values is one."


@pytest.mark.parametrize("heading", ["Subsidiary", "Member", "Part"])
def test_what_a_company_may_be_the_parent_of_is_no_parent(heading: str) -> None:
    """Accounting programs call one's own company so; a column `Subsidiary of` names the parent."""
    drafts = read(f"Company,{heading}\nVestlake,Our Own Ltd\n")
    assert (Field.PARENT in drafts.columns, drafts.unmapped) == (False, (heading,))
    assert read(f"Company,{heading} of\nVestlake,Nord\n").rows[0].parent == "Nord"


ORDERS = (
    "Order Number,Order Line,Sales,Status,Company\n"
    "10107,1,2871,Shipped,Vestlake\n10107,2,30,Shipped,Vestlake\n10121,1,12,Disputed,Nord\n10134,1,12,Shipped,Nord\n"
    "10145,1,7,Shipped,Teal\n10146,1,7,Shipped,Teal\n"
)


def test_amounts_and_statuses_of_orders_are_not_the_customers() -> None:
    """A list of lines of orders, whose order numbers repeat: two remarks, and no question about "Shipped"."""
    drafts = read(ORDERS)
    assert {(row.status, row.annual_value) for row in drafts.rows} == {(None, None)}
    assert [note.reason for note in drafts.remarks[:2]] == [
        "“Sales” was not read as the annual value: it differs in the rows of one company.",
        "“Status” was not read as the status: it differs in the rows of one company.",
    ]
    assert [question.id for question in drafts.questions if question.id.startswith("status")] == []


def test_statuses_of_orders_are_told_by_their_words_too() -> None:
    """Where each company's orders have the same one."""
    drafts = read(ORDERS.replace("Disputed", "Shipped"))
    assert drafts.remarks[1].reason == "“Status” was not read as the status: none of its values is that of a customer."


def test_one_order_a_customer_tells_nothing() -> None:
    """A list with the last order of each customer has the customer's status."""
    drafts = read("Company,Status,Last Order Number\nVest,Shipped,7\nNord,Shipped,7\n")
    assert [question.value for question in drafts.questions] == ["Shipped"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("[FR] Frankreich", "FR"), ("(GB) Vereinigtes Königreich", "GB"), ("USA - United States", "US"),
        ("DE – Deutschland", "DE"), ("[XX] Nowhere", None), ("(the) Gambia", "GM"), ("Guinea - Bissau", "GW"),
    ],
)  # fmt: skip
def test_a_code_before_a_country_tells_it(said: str, code: str | None) -> None:
    """As ERP programs write it; what isn't a code is left to the whole name."""
    assert country_code(said) == code


@pytest.mark.parametrize(
    ("cell", "email"),
    [
        ("ida@vest.example · bo@vest.example", "ida@vest.example"), ("ida@vest.examplewww.vest.example", None),
        ("ida@www.vest.example", None),
    ],
)  # fmt: skip
def test_addresses_run_together_are_left_blank_and_several_give_the_first(cell: str, email: str | None) -> None:
    """A website that a page printed behind an address makes another address of it."""
    drafts = read(f"Company,Email\nVestlake,{cell}\n")
    assert (drafts.rows[0].contact_email, len(drafts.rows[0].notes)) == (email, email is None)


@pytest.mark.parametrize("name", ["Sem nome", "No Name", "(ohne Name)", "SANS NOM"])
def test_a_row_that_says_that_it_has_no_name_has_none(name: str) -> None:
    """It is refused with what to do."""
    drafts = read(f"Company,City\n{name},Faro\nNord,Faro\n")
    assert [row.name for row in drafts.rows] == ["Nord"]
    assert [refusal.reason for refusal in drafts.refusals] == [
        f"“{name}” is no name; write what the customer is called."
    ]


@pytest.mark.parametrize(
    "heading", ["persona_riferimento", "owner_or_contact", "exhibitor_person_name", "Hauptansprechpartner"]
)
def test_more_headings_of_contacts(heading: str) -> None:
    """As registers, lead lists and fairs call them."""
    assert read(f"Company,{heading}\nVestlake,Ida Berg\n").rows[0].contact_name == "Ida Berg"

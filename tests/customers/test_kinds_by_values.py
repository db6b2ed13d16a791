"""Lists whose headings may mean several things, which their values decide; and cells that hold two things at once."""

import pytest

from bot.customers.rules.columns import ColumnMap
from bot.customers.rules.countries import country_code
from bot.customers.rules.footers import are_sums
from bot.customers.rules.headers import Field
from bot.customers.rules.headings import is_heading, is_name_by_trade
from bot.customers.rules.questions import ask_rows
from bot.customers.rules.values import is_row, own_values
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


def test_a_line_is_a_row_by_what_only_rows_hold() -> None:
    """The same word twice, or a legal form behind a name; a legal form alone may be a heading."""
    assert is_row(["Vest", "", "vest "])
    assert is_row(["Vest Ltd.", "Faro"])
    assert not is_row(["Ltd", "", ""])


def test_a_heading_that_everybody_knows_has_four_letters() -> None:
    """`City` tells that a line is one of headings; fewer letters may be a value."""
    assert [is_heading(word) for word in ("City", "Zip", "no", "Vest")] == [True, False, False, False]


@pytest.mark.parametrize("heading", ["Type magasin", "Nom complet"])
def test_a_trade_needs_a_name_before_it(heading: str) -> None:
    """What "Nom du magasin" holds are the names of shops; other words with it, or other names, are not."""
    assert is_name_by_trade("Nom du magasin")
    assert not is_name_by_trade(heading)


def test_seven_of_ten_rows_are_enough_for_a_column_of_numbers_to_call() -> None:
    """A column of the customers' own has them in as many rows, and each another one."""
    numbers = [f"+351 21 555 01{at:02}" for at in range(7)]
    assert own_values(Field.CONTACT_PHONE, [*numbers, "none", "none", "none"]) == {*numbers}
    assert own_values(Field.CONTACT_PHONE, [*numbers[:6], "none", "none", "none"]) == set()


def test_sums_stand_below_numbers_alone() -> None:
    """They hold nothing in the first column, and are no smaller than what stands above."""
    above = [["Vest", "Faro", "7"], ["Nord", "Faro", "5"]]
    assert are_sums(["", "", "12"], above) is True
    assert [are_sums(cells, above) for cells in (["", "", "6"], ["", "", ""], ["Sum", "", "12"], ["", "x", "12"])] == [
        False
    ] * 4


def test_the_question_about_rows_counts_none() -> None:
    """It is about a column, however many rows."""
    question = ask_rows("Lead ID", are_people=False)
    assert (question.rows, question.value, question.column) == (0, "", "Lead ID")


def test_a_row_too_short_for_a_column_says_nothing_there() -> None:
    """The last cells of a row may be missing."""
    columns = ColumnMap(("Name", "Owner"), {Field.NAME: 0, Field.OWNER: 1})
    assert [columns.cell(["Vest"], each) for each in (Field.NAME, Field.OWNER, Field.PARENT)] == ["Vest", "", ""]


def test_a_name_beside_a_surname_is_the_first_one() -> None:
    """Together they are the person's, who is the customer where no company stands there; a sign is no part of it."""
    drafts = read("name;surname;email\nIda ;Berg;ida@web.example\nVESTLAKE INC.;.;\n")
    assert [row.name for row in drafts.rows] == ["Ida Berg", "VESTLAKE INC."]
    beside = read("Company,Name,Surname\nVestlake,Ida,Berg\n").rows[0]
    assert (beside.name, beside.contact_name) == ("Vestlake", "Ida Berg")
    assert read("Name,Nom\nVestlake,Berg\n").rows[0].name == "Vestlake"


@pytest.mark.parametrize("heading", ["Company Type", "User ID", "Salesperson"])
def test_no_program_is_told_by_headings_that_anybody_writes(heading: str) -> None:
    """Odoo's exports have more of their own."""
    assert read(f"Name,{heading}\nVestlake,other\n").system == ""
    assert read(f"Complete Name,{heading}\nVestlake,other\n").system == "Odoo"


def test_a_line_of_dashes_is_no_id() -> None:
    """Rows that have none aren't refused for sharing it."""
    drafts = read("Empresa,RUC,Ciudad\nVestlake,----------,Lima\nNord,----------,Cusco\nTeal,20100,Lima\n")
    assert ([row.external_id for row in drafts.rows], drafts.refusals) == ([None, None, "20100"], ())


def test_a_column_of_ones_and_noughts_is_no_website() -> None:
    """It says whether there is one."""
    drafts = read("nom,site_web\nVestlake,1\nNord,0\nTeal,1\n")
    assert (Field.DOMAIN in drafts.columns, drafts.unmapped) == (False, ("site_web",))
    assert all(row.notes == () for row in drafts.rows)


@pytest.mark.parametrize("heading", ["Nome scuola", "Praktijk naam", "Praktijknaam", "Escuela"])
def test_more_headings_that_name_customers_by_trade(heading: str) -> None:
    """Beside the surname of somebody there."""
    drafts = read(f"{heading},Cognome Docente\nVest,Berg\nNord,Ray\n")
    assert ([row.name for row in drafts.rows], drafts.questions) == (["Vest", "Nord"], ())

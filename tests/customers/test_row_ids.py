"""Lists with a row for each person, order or product of a company, whose ids are none of the company's."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.customers.gateways import read_drafts
from bot.customers.rules.due import Status
from bot.customers.rules.headers import Field
from bot.customers.rules.headings import PEOPLE, THINGS, ids_of_rows
from bot.customers.rules.questions import ONE_PER_NAME, ONE_PER_ROW
from bot.customers.schemas import Drafts
from tests.customers.lists import TODAY, read, take_in
from tests.customers.screens import shown, window
from tests.customers.test_apart import again, everyone, joined, numbers, planned
from tests.customers.test_import_properties import empty_office, schemas
from tests.customers.test_import_story import TITLE, everybody, looked_at, world
from tests.makers import MARA, Office
from tests.world import World

__all__ = ["empty_office", "world"]

PEOPLE_ROWS = (
    "1,Loja Vest,Ana,ana@lojavest.com\n2,Loja Vest,Bia,bia@lojavest.com\n3,Loja Vest,Caio,\n"
    "4,Casa Nord,Duda,duda@web.example\n5,Casa Nord,Edu,edu@mail.example\n"
    "6,Rio Teal,Eva,\n7,Rio Teal,Gil,\n8,Sul,Hugo,\n"
)
LEADS = f"lead_id,empresa,nome,email\n{PEOPLE_ROWS}"
FOUR = ("Loja Vest", "Casa Nord", "Rio Teal", "Sul")
JOBS = (
    "job_id,company,title,website\n1,Vestlake,Cook,vestlake.com\n2,Vestlake,Waiter,https://www.vestlake.com/jobs\n"
    "3,Nord,Clerk,\n4,Nord,Smith,\n5,Teal,Baker,teal.io\n6,Teal,Cook,\n"
)


def answered(text: str, answer: str) -> Drafts:
    """A list, with an answer to its only question."""
    (question,) = read(text).questions
    return read_drafts(text.encode(), name="list.csv", answers={question.id: answer}, today=TODAY)


def test_the_people_of_a_company_are_one_customer(office: Office) -> None:
    """The list is asked about once; as proposed, each company is a customer with all its contacts."""
    drafts = read(LEADS)
    (question,) = drafts.questions
    assert (
        question.text == "“lead_id” differs in the rows of one company: is it the id of each row’s person or product?"
    )
    assert [option.label for option in question.options] == ["Yes: one customer per name", "No: one customer per row"]
    assert question.proposed == ONE_PER_NAME
    assert (Field.EXTERNAL_ID in drafts.columns, drafts.unmapped) == (False, ("lead_id",))
    plan = take_in(office, drafts).plan
    assert (plan.added, numbers(plan), plan.remarks) == (FOUR, (4, 0, 0, 4, 0), ())
    assert joined(plan) == [
        ((2, 3, 4), ("Loja Vest",), "they have one domain"),
        ((5, 6), ("Casa Nord",), "they are of one company"),
        ((7, 8), ("Rio Teal",), "they are of one company"),
    ]
    assert {customer.external_id for customer in everyone(office)} == {None}
    again(office, drafts, plan)


def test_the_answer_no_makes_each_row_a_customer_with_its_id(office: Office) -> None:
    """Two ids are two customers, as ever."""
    drafts = answered(LEADS, ONE_PER_ROW)
    plan = take_in(office, drafts).plan
    assert (len(plan.added), plan.taken_as_one) == (8, ())
    assert [customer.external_id for customer in everyone(office)] == list("12345678")
    again(office, drafts, plan)


def test_rows_that_were_taken_as_one_can_be_kept_apart(office: Office) -> None:
    """All rows of one company, while the others stay one; the list is known again without the press."""
    plan = take_in(office, LEADS, apart={2, 3, 4}).plan
    assert plan.added == ("Loja Vest", "Loja Vest", "Loja Vest", "Casa Nord", "Rio Teal", "Sul")
    again(office, LEADS, plan)


def test_jobs_of_a_company_are_one_customer_though_nobody_read_their_ids(office: Office) -> None:
    """A job's id isn't read as the company's anyway; a domain in one of the rows is the company's."""
    drafts = read(JOBS)
    assert [question.id for question in drafts.questions] == ["rows:jobid"]
    plan = take_in(office, drafts).plan
    assert plan.added == ("Vestlake", "Nord", "Teal")
    assert [customer.domain for customer in everyone(office)] == ["vestlake.com", None, "teal.io"]
    again(office, drafts, plan)


def test_the_answer_no_leaves_rows_of_things_as_they_are(office: Office) -> None:
    """Rows that have no domain and differ are customers of their own."""
    assert planned(office, answered(JOBS, ONE_PER_ROW)).added == ("Vestlake", "Nord", "Nord", "Teal", "Teal")


@pytest.mark.parametrize("heading", ["id", "Record ID", "Contact ID", "Rechnungsnummer", "N° de facture", "SKU"])
def test_the_heading_or_the_contacts_tell_whose_ids_they_are(heading: str) -> None:
    """A bare id is the person's where most rows are of companies with several contacts."""
    assert [question.proposed for question in read(f"{heading},empresa,nome,email\n{PEOPLE_ROWS}").questions] == [
        ONE_PER_NAME
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"Account ID,empresa,nome,email\n{PEOPLE_ROWS}",
        LEADS.replace("8,Sul", "7,Sul"),
        LEADS.replace("8,Sul", ",Sul"),
        LEADS.replace("7,Rio Teal", "7,Rio Tea"),
        "id,empresa,cidade\n1,Vest,Rio\n2,Vest,Sul\n3,Nord,Rio\n4,Nord,Sul\n5,Teal,Rio\n6,Teal,Sul\n",
        f"id,empresa,nome,email\n{PEOPLE_ROWS}" + "".join(f"{at},Firma {at},Jo,\n" for at in range(9, 20)),
        "contact_id,name,email\n1,Ida,i@a.com\n2,Ida,i@b.com\n3,Bo,b@a.com\n4,Bo,b@b.com\n5,Jo,j@a.com\n6,Jo,j@b.com\n",
        "order_id,name,email\n1,Ida,i@a.com\n2,Ida,i@b.com\n3,Bo,b@a.com\n4,Bo,b@b.com\n5,Jo,j@a.com\n6,Jo,j@b.com\n",
        f"lead_id,empresa,parent id,email\n{PEOPLE_ROWS}",
    ],
    ids=[
        "an account's", "not unique", "not everywhere", "two names only", "shops of a chain", "few have several",
        "a person's own", "people who order", "parents refer to them",
    ],
)  # fmt: skip
def test_nothing_is_asked_where_the_ids_may_be_the_customers(text: str) -> None:
    """Every row stays as it is: whoever isn't surely one with another is a customer of their own."""
    drafts = read(text)
    assert (drafts.questions, drafts.of_people) == ((), False)


@pytest.mark.parametrize(
    ("heading", "value"),
    [("owner", "Ana,Ben"), ("country", "DE,FR"), ("headcount", "5,9")],
)
def test_nothing_is_merged_where_one_company_differs_in_what_is_its_own(heading: str, value: str) -> None:
    """One name with two owners is two customers; an empty cell says nothing."""
    one, other = value.split(",")
    head, *rows = JOBS.splitlines()
    says = [one, "", other, other, "", other]
    text = "\n".join([f"{head},{heading}", *(f"{row},{said}" for row, said in zip(rows, says, strict=True))])
    assert read(text).of_people
    drafts = read(text.replace("Waiter,https://www.vestlake.com/jobs,", f"Waiter,,{other}"))
    assert (drafts.questions, drafts.of_people) == ((), False)


DEALS = (
    "Deal Name,Company Name,Amount,Deal Stage\nVest Plan,Vest,500,Won\nVest more,Vest,250,Demo\nNord 1,Nord,350,Demo\n"
    "Nord 2,Nord,600,Won\nTeal 1,Teal,200,Demo\nTeal 2,Teal,450,Won\nMoor,Moor,9,Won\n"
)


def test_deals_that_have_names_and_no_ids_are_their_companys(office: Office) -> None:
    """A deal's name differs in each row like an id, and amounts are its own."""
    drafts = read(DEALS.replace("Amount", "Annual value"))
    assert [question.id for question in drafts.questions] == ["rows:dealname"]
    plan = take_in(office, drafts).plan
    assert plan.added == ("Vest", "Nord", "Teal", "Moor")
    again(office, drafts, plan)


@pytest.mark.parametrize("heading", ["Annual value", "Currency", "Added on", "Last contact"])
def test_orders_of_one_company_may_differ_in_what_is_their_own(heading: str) -> None:
    """Amounts and dates are the order's; the first amount and the last contact are kept, and a remark names others."""
    says = {"Annual value": ("5", "9"), "Currency": ("EUR", "USD")}.get(heading, ("2026-05-01", "2026-06-02"))
    rows = [f"{at},{('Vest', 'Nord', 'Teal')[at // 2]},{says[at % 2]}" for at in range(6)]
    assert read("\n".join([f"Order ID,Company,{heading}", *rows])).of_people


def test_a_status_that_differs_in_the_rows_of_one_company_is_the_orders() -> None:
    """It isn't read, so that a cancelled order loses no customer; one that all its rows agree in is the company's."""
    rows = [f"{at},{('Vest', 'Nord', 'Teal')[at // 2]},{('active', 'cancelled')[at % 2]}" for at in range(6)]
    drafts = read("\n".join(["Order ID,Company,Status", *rows]))
    assert ({row.status for row in drafts.rows}, drafts.of_people) == ({None}, True)
    assert [note.reason for note in drafts.remarks] == [
        "“Status” was not read as the status: it differs in the rows of one company."
    ]
    agree = read("\n".join(["Order ID,Company,Status", *(row.replace("cancelled", "active") for row in rows)]))
    assert ({row.status for row in agree.rows}, agree.of_people, agree.remarks) == ({Status.ACTIVE}, True, ())


def test_orders_beside_their_customers_ids_have_their_own_status() -> None:
    """Nothing is asked about `Shipped`, and the customer whose first order was cancelled isn't lost."""
    text = "Order ID,Customer ID,Company,Status\n1,C1,Vest,Cancelled\n2,C1,Vest,Shipped\n3,C2,Nord,Shipped\n"
    drafts = read(text)
    assert ({row.status for row in drafts.rows}, drafts.questions) == ({None}, ())
    assert [row.external_id for row in drafts.rows] == ["C1", "C1", "C2"]
    assert read(text.replace("Order ID", "Colour")).rows[0].status is Status.LOST


@pytest.mark.parametrize(
    ("things", "customers"), [("Deal Name", "Client Code"), ("sub_id", "account_id"), ("Order No", "Customer Number")]
)
def test_deals_that_name_no_customer_are_of_the_customers_ids(things: str, customers: str) -> None:
    """The ids stand for the names, which is asked; nobody is called like a deal."""
    rows = ("North plan,C01,Open", "South plan,C02,Open", "West plan,C01,Won")
    drafts = read("\n".join([f"{things},{customers},Deal Stage", *rows]))
    assert [(row.name, row.external_id) for row in drafts.rows] == [("C01", "C01"), ("C02", "C02"), ("C01", "C01")]
    (question,) = drafts.questions
    assert (question.id, question.column) == ("column:name", customers)
    assert things not in [option.label for option in question.options]


def test_a_list_that_only_has_deals_names_offers_them() -> None:
    """Without an id of customers there is nothing better."""
    (question,) = read("Deal Name,Amount\nNorth plan,5\nSouth plan,6\nWest plan,7\n").questions
    assert question.column == "Deal Name"


def test_many_people_of_two_companies_are_enough() -> None:
    """An agency's eight people and another's two tell as much as three companies' pairs."""
    rows = [f"{at},Ida {'ABCDEFGHIJ'[at]}berg,{'Vest Agency' if at < 8 else 'Nord Agency'}" for at in range(10)]
    drafts = read("\n".join(["Contact ID,Agency Contacts Name,Agency Name", *rows]))
    assert ([question.id for question in drafts.questions], drafts.of_people) == (["rows:contactid"], True)
    assert (drafts.rows[0].name, drafts.rows[0].contact_name) == ("Vest Agency", "Ida Aberg")


@pytest.mark.parametrize("heading", ["place_id", "Place ID", "CCN", "License Number", "Aff No"])
def test_an_id_of_each_rows_own_is_the_customers(heading: str) -> None:
    """Two namesakes with two ids are then two customers, whatever else the rows say."""
    rows = "017,Vest,a@vest.com,vest.com\n018,Nord,b@nord.com,nord.com\n019,Vest,,\n"
    drafts = read(f"{heading},name,email,website\n{rows}")
    assert ([row.external_id for row in drafts.rows], drafts.questions) == (["017", "018", "019"], ())


@pytest.mark.parametrize(
    "text",
    [
        "place_id,name\n1,Vest\n1,Nord\n2,Teal\n", "place_id,name\n1,Vest\n,Nord\n2,Teal\n",
        "place_id,name\n1,Vest\n2,Nord\n", "parent_id,name\n1,Vest\n2,Nord\n3,Teal\n",
        "Logo ID,name\n1,Vest\n2,Nord\n3,Teal\n", "booking_id,name\n1,Vest\n2,Nord\n3,Teal\n",
        "listing_id,name,website\n1,Vest,vest.com\n2,Vest,https://www.vest.com/shop\n3,Teal,\n",
        "listing_id,name,email\n1,Vest,a@vest.com\n2,Vest,b@vest.com\n3,Teal,\n",
        "valid,name\n1,Vest\n2,Nord\n3,Teal\n",
    ],
    ids=["one id twice", "one without", "two rows", "parents'", "a logo's", "a booking's", "one website", "one host",
         "another word"],
)  # fmt: skip
def test_other_ids_are_left_unread(text: str) -> None:
    """They say nothing about who is who."""
    assert {row.external_id for row in read(text).rows} <= {None}


ROWS = st.lists(
    st.tuples(st.sampled_from(["Loop", "Ring", "Teal", "LOOP Inc."]), st.sampled_from(["Jo", "Bo", ""]), st.booleans()),
    max_size=7,
)
DOMAINS = {"Loop": "loop.com", "LOOP Inc.": "loop.com", "Ring": "ring.io", "Teal": ""}


@pytest.mark.slow
@given(rows=ROWS, pressed=st.sets(st.integers(0, 3)))
@settings(max_examples=25)
def test_a_list_of_people_is_known_again(
    empty_office: Any, rows: list[tuple[str, str, bool]], pressed: set[int]
) -> None:
    """Whatever was kept apart the first time, nothing is added or changed the second time."""
    office: Office = empty_office()
    always = [(name, person, True) for name in ("Loop", "Ring", "Teal") for person in ("Ana", "Ida")]
    lines = [
        f"{at},{name},{person},{DOMAINS[name] if says_domain else ''}"
        for at, (name, person, says_domain) in enumerate([*always, *rows], start=1)
    ]
    drafts = read("\n".join(["lead_id,Company,Contact name,Domain", *lines]))
    assert drafts.of_people
    groups = planned(office, drafts).taken_as_one
    take_in(office, drafts, apart={row for at, group in enumerate(groups) if at in pressed for row in group.rows})
    before = schemas(office)
    plan = take_in(office, drafts).plan
    assert (plan.added, plan.changes) == ((), ())
    assert schemas(office) == before


def test_a_column_mapped_by_hand_is_not_asked_about() -> None:
    """Whoever maps it has decided."""
    drafts = read(LEADS, by_hand={"lead_id": "external_id"})
    assert (drafts.questions, drafts.columns[Field.EXTERNAL_ID]) == ((), "lead_id")


@pytest.mark.parametrize(
    ("heading", "whose"),
    [
        ("lead_id", PEOPLE), ("idContato", PEOPLE), ("Job No.", THINGS), ("orderNumber", THINGS),
        ("Ticketnummer", THINGS), ("Número do pedido", THINGS), ("Deal Name", THINGS), ("Invoice", ""),
        ("Order", ""), ("id", ""), ("Kundennummer", ""), ("exhibitor_id", ""), ("Customer Number", ""),
    ],
)  # fmt: skip
def test_a_heading_says_whose_ids_stand_below(heading: str, whose: str) -> None:
    """In the words of several languages; a thing without a word for its id is none."""
    assert ids_of_rows(heading) == whose


async def test_the_window_asks_once_and_shows_who_was_taken_as_one(world: World) -> None:
    """As proposed, companies are shown with their rows; the answer no makes each row a customer."""
    preview = await looked_at(world, MARA, LEADS.encode())
    assert "One question about this list" in shown(preview)
    assert "“lead_id” differs in the rows of one company" in shown(preview)
    assert "3 rows were taken as one: Loja Vest (rows 2, 3, 4: they have one domain)" in shown(preview)
    await world.as_(MARA).fill(preview, customers_answer="No: one customer per row")
    await world.as_(MARA).submit(preview)
    await window(world, MARA, TITLE, "is in.")
    assert len(everybody(world)) == 8


CONTACTS = (
    "Company,Contact Name,Contact Email,Tags,City\n"
    "Vestlake,Ana,ana@mail.example,vip,Faro\nVestlake,Bia,bia@mail.example,west,Faro\n"
    "Nord,Caio,,,Porto\nNord,Duda,,,\nTeal,Edu,,,\nTeal,Eva,,,\nSul,Gil,,,\n"
)


def test_rows_of_a_company_that_differ_in_their_contacts_alone_are_its_people(office: Office) -> None:
    """Without any id, a row for each contact is asked about once; as proposed, a company has all contacts and tags."""
    drafts = read(CONTACTS)
    (question,) = drafts.questions
    assert (
        question.text == "“Contact Name” differs in the rows of one company: does each row name another person of it?"
    )
    assert (question.proposed, drafts.columns[Field.CONTACT_NAME]) == (ONE_PER_NAME, "Contact Name")
    plan = take_in(office, drafts).plan
    assert (plan.added, numbers(plan)) == (("Vestlake", "Nord", "Teal", "Sul"), (4, 0, 0, 3, 0))
    assert joined(plan)[1:] == [
        ((4, 5), ("Nord",), "they are of one company"),
        ((6, 7), ("Teal",), "they are of one company"),
    ]
    again(office, drafts, plan)


def test_rows_for_contacts_stay_customers_of_their_own_when_so_answered(office: Office) -> None:
    """Somebody who says that each row is a customer has seven."""
    plan = take_in(office, answered(CONTACTS, ONE_PER_ROW)).plan
    assert numbers(plan)[0] == 7


@pytest.mark.parametrize(
    "text",
    [
        CONTACTS.replace("Bia,bia@mail.example,west,Faro", "Bia,bia@mail.example,west,Braga"),  # two towns
        CONTACTS.replace("Company", "Name", 1),  # perhaps people, who share a name
        CONTACTS.replace("Nord,Duda,,,", "Norden,Duda,,,"),  # hardly any has two
        CONTACTS.replace("City", "Website", 1).replace("Faro", "vest.example").replace("Porto", "nord.example"),
        CONTACTS.replace("City", "Customer Number", 1).replace("Faro", "7").replace("Porto", "8"),
    ],
)
def test_rows_that_may_be_customers_of_their_own_are_not_asked_about(text: str) -> None:
    """Where a list says more of a company than its contacts, ids and websites tell, or nothing does."""
    assert [question.id for question in read(text).questions if question.id.startswith("rows:")] == []

"""People and addresses between the companies of a list, as Odoo exports them."""

import pytest
from sqlmodel import select

from bot.customers.rules.due import Status
from bot.customers.tables import Contact
from tests.customers.lists import read, take_in
from tests.makers import Office

ODOO = (
    "id,active,parent_id:id,name,is_company,type,country_id:id,email\n"
    "P1,1,,Vest Sirop,1,contact,base.ca,\n"
    "P1-C1,1,P1,Ida Berg,0,contact,base.ca,ida@vest.example\n"
    "P1-E1,0,P1,Cabane Vest,0,delivery,base.ca,\n"
    "P2,1,,Otto Holm,0,contact,base.ca,\n"
    "P3-C1,1,P3,Bo Ray,0,contact,base.ca,\n"
)


def test_people_and_addresses_of_a_company_are_no_customers(office: Office) -> None:
    """They are its contacts; a person is a customer without a company, or where the list hasn't got it."""
    plan = take_in(office, ODOO).plan
    assert (list(plan.added), plan.joined, plan.refused) == (
        ["Vest Sirop", "Otto Holm", "Bo Ray"],
        2,
        0,
    )
    contacts = office.look(lambda session: session.exec(select(Contact)).all())
    assert [(contact.name, contact.email) for contact in contacts] == [("Ida Berg", "ida@vest.example")]
    drafts = read(ODOO)
    assert [(row.name, row.external_id, row.contact_name, row.parent) for row in drafts.rows] == [
        ("Vest Sirop", "P1", None, None), ("Vest Sirop", "P1", "Ida Berg", None), ("Vest Sirop", "P1", None, None),
        ("Otto Holm", "P2", None, None), ("Bo Ray", "P3-C1", None, "P3"),
    ]  # fmt: skip
    assert (drafts.rows[0].country, drafts.rows[0].status, drafts.rows[2].status) == ("CA", Status.ACTIVE, None)


@pytest.mark.parametrize(
    ("heading", "company", "person"),
    [("Is a Company", "True", "False"), ("Company Type", "Company", "Individual"), ("Es una empresa", "sí", "no")],
)
def test_what_is_no_company_is_told_in_several_ways(heading: str, company: str, person: str) -> None:
    """By yes and no, or in words."""
    drafts = read(f"ID,Name,{heading},Parent ID\n1,Vest,{company},\n2,Ida Berg,{person},1\n")
    assert [(row.name, row.contact_name) for row in drafts.rows] == [("Vest", None), ("Vest", "Ida Berg")]


def test_a_company_below_a_company_stays_a_customer() -> None:
    """With its parent; and without a column that says what is a company, all are."""
    drafts = read("ID,Name,Is a Company,Parent ID\n1,Vest,True,\n2,Vest Lab,True,1\n")
    assert [(row.name, row.parent) for row in drafts.rows] == [("Vest", None), ("Vest Lab", "1")]
    assert [row.name for row in read("ID,Name,Parent ID\n1,Vest,\n2,Ida Berg,1\n").rows] == ["Vest", "Ida Berg"]

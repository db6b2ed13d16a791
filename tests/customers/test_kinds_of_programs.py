"""Lists as sales, support, billing and planning programs export them, and as account managers keep them by hand."""

from decimal import Decimal

import pytest

from bot.customers.gateways import read_drafts
from bot.customers.rules.headers import Field
from tests.customers.lists import TODAY, Kind, read, read_kind, take_in
from tests.makers import Office

KINDS = {
    "SAP's customer master": Kind(
        "KUNNR,NAME1,ORT01,LAND1,TELF1,SMTP_ADDR\n0000100017,Vestlake plc,Leeds,GB,0113 496 0142,ap@vestlake.com\n"
        "0000100018,Nord A/S,Odense,DK,,\n",
        ("Vestlake plc", "Nord A/S"),
        says={"external_id": "0000100017", "contact_phone": "0113 496 0142", "contact_email": "ap@vestlake.com"},
    ),
    "SAP Business One": Kind(
        "CardCode,CardName,CntctPrsn,SlpName,Phone1,E_Mail\nC20000,Vestlake,Ida Berg,Ana Lima,,ida@vestlake.com\n",
        ("Vestlake",), says={"external_id": "C20000", "contact_name": "Ida Berg", "owner": "Ana Lima"},
    ),
    "Business Central": Kind(
        "No.,Name,Responsibility Center,Location Code,Phone No.,Contact,Salesperson Code\n"
        "10000,Vestlake,,BLUE,,Ida Berg,AL\n20000,Nord,,,,,AL\n",
        ("Vestlake", "Nord"), says={"external_id": "10000", "owner": "AL", "contact_name": "Ida Berg"},
        system="Business Central",
    ),
    "Salesforce's own fields": Kind(
        "Name,Customer_Status__c,ARR__c,Primary_Contact__c,Last_QBR__c\nVestlake,Churned,12000,Ida Berg,2026-03-02\n",
        ("Vestlake",), says={"status": "lost", "annual_value": Decimal(12000), "contact_name": "Ida Berg"},
    ),
    "Salesforce's active customers": Kind(
        "Id,IsDeleted,Name,ParentId,Active__c\n001A,FALSE,Vestlake,,Yes\n001B,FALSE,Nord,,\n",
        ("Vestlake", "Nord"), says={"external_id": "001A", "status": "active"},
    ),
    "renewals": Kind(
        "Opportunity Name,Renewal Date,Opportunity Owner,Health\nVestlake 2027,6/27/2027,Ana Lima,green\n",
        ("Vestlake 2027",), says={"owner": "Ana Lima"},
    ),
    "Chargebee": Kind(
        "customer[id],customer[first_name],customer[last_name],customer[email],customer[company]\n"
        "AzqYd1,Ida,Berg,ida@vestlake.com,Vestlake\n",
        ("Vestlake",), says={"external_id": "AzqYd1", "contact_name": "Ida Berg"},
    ),
    "Recurly": Kind(
        "account_code,first_name,last_name,company,email,account_status,parent_account_code\n"
        "vest,Ida,Berg,Vestlake,ida@vestlake.com,active,nord\n",
        ("Vestlake",), says={"external_id": "vest", "parent": "nord", "status": "active"},
    ),
    "Sage": Kind(
        "Account Reference,Account Name,Contact Name,Telephone Number,E-Mail,Web Address\n"
        "VEST001,Vestlake,Ida Berg,,,www.vestlake.com\n",
        ("Vestlake",), says={"external_id": "VEST001", "domain": "vestlake.com"},
    ),
    "vtiger": Kind(
        "Organization Name,Organization No,Primary Phone,Primary Email,Assigned To\n"
        "Vestlake,ACC17,617 555 0142,ida@vestlake.com,Ana Lima\n",
        ("Vestlake",), says={"external_id": "ACC17", "contact_phone": "617 555 0142", "owner": "Ana Lima"},
    ),
    "an ERP's customers, by number": Kind(
        "Customer,Name,City,Country\n415,Vestlake,Leeds,UK\n1925,Nord A/S,Odense,Denmark\n83,Teal,York,UK\n",
        ("Vestlake", "Nord A/S", "Teal"), says={"external_id": "415"},
    ),
    "an ERP's customers, by code": Kind(
        "Business Partner,Business Partner Full Name,Customer\nBP0017,Vestlake,C1\nBP0018,Nord A/S,C2\n"
        "BP0019,Teal,C3\n",
        ("Vestlake", "Nord A/S", "Teal"), says={"external_id": "BP0017"},
    ),
    "dealers by code": Kind(
        "Dealer,Dealer Name,City\nD-017,Vestlake Motors,Leeds\nD-018,Nord Motors,York\nD-101,Teal Cars,Hull\n",
        ("Vestlake Motors", "Nord Motors", "Teal Cars"), says={"external_id": "D-017"},
    ),
    "a success manager's sheet": Kind(
        "Customer,Success Manager,Main POC,POC Email,POC Phone,Designation,Last Met\n"
        "Vestlake,Ana Lima,Ida Berg,ida@vestlake.com,617 555 0142,CFO,2026-10-05\n",
        ("Vestlake",),
        says={"owner": "Ana Lima", "contact_name": "Ida Berg", "contact_role": "CFO", "contact_phone": "617 555 0142"},
    ),
    "a list of leads": Kind(
        "Company,Email,FunnelStage\nVestlake,ida@vestlake.com,churned\nNord,,customer\nTeal,,marketing-qualified\n",
        ("Vestlake", "Nord", "Teal"), ("marketing-qualified",), {"status": "lost"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("program", KINDS)
def test_a_list_of_each_program_comes_in_as_its_keepers_read_it(program: str) -> None:
    """Names, ids, owners, contacts and statuses stand under the words that the program uses for them."""
    read_kind(KINDS[program])


@pytest.mark.parametrize("word", ["NA", "n/a", "-", "unknown", "0", "000"])
def test_a_word_for_no_id_is_no_id_of_several_customers(office: Office, word: str) -> None:
    """Rows that say "NA" or the like for their id come in as customers of their own, without one."""
    drafts = read(f"Customer ID,Company\nC1,Vestlake\n{word},Nord\n{word},Teal\n{word},Sul\n")
    assert [row.external_id for row in drafts.rows] == ["C1", None, None, None]
    plan = take_in(office, drafts).plan
    assert (plan.added, plan.refusals) == (("Vestlake", "Nord", "Teal", "Sul"), ())


def test_words_for_no_id_are_named_unless_everybody_leaves_them_blank() -> None:
    """Ids of "NA" are told; "n/a", which is nothing in any column, is not."""
    assert [note.reason for note in read("Id,Company\nNA,Vest\nna,Nord\nC3,Teal\n").remarks] == [
        "2 rows say “na” under “Id”: that is no id, and was left blank."
    ]
    assert read("Id,Company\nn/a,Vest\nn/a,Nord\nC3,Teal\n").remarks == ()


def test_an_id_that_looks_like_a_word_for_none_is_kept_where_it_is_one() -> None:
    """A share's symbol may be "NA", and a number 0, in a row of its own."""
    assert [row.external_id for row in read("Symbol,Company\nNA,Nano\nVST,Vest\n0,Nord\n").rows] == ["NA", "VST", "0"]


@pytest.mark.parametrize("heading", ["Exhibitor ID", "exhibitor_id", "EXHIBITOR ID ", "ExhibitorId"])
def test_a_column_left_out_by_hand_is_no_id_however_it_is_spelt(heading: str) -> None:
    """What a person leaves out stays out, in any case, spelling and with blanks."""
    text = "Exhibitor ID,Company\n7,Vest\n8,Nord\n"
    assert [row.external_id for row in read(text).rows] == ["7", "8"]
    left_out = read(text, {heading: "ignore"})
    assert ([row.external_id for row in left_out.rows], left_out.unmapped) == ([None, None], ("Exhibitor ID",))


@pytest.mark.parametrize("heading", ["lead_id", "Lead ID", " LEAD ID"])
def test_a_column_of_row_ids_mapped_by_hand_is_not_asked_about_however_it_is_spelt(heading: str) -> None:
    """The question whose ids they are has its answer."""
    text = "lead_id,empresa,nome,email\n1,Vest,Ana,\n2,Vest,Bia,\n3,Nord,Edu,\n4,Nord,Eva,\n5,Teal,Gil,\n6,Teal,Ida,\n"
    assert [question.column for question in read(text).questions] == ["lead_id"]
    assert read(text, {heading: "external_id"}).questions == ()


@pytest.mark.parametrize("heading", ["Column 2", "column 2", "COLUMN_2 "])
def test_a_column_without_a_heading_left_out_by_hand_is_not_known_by_its_values(heading: str) -> None:
    """A column of websites isn't read where a person left it out."""
    drafts = read("Vest,vest.be\nNord,nord.dk\nTeal,teal.io\n", {heading: "ignore"})
    assert [row.domain for row in drafts.rows] == [None] * 3


def test_a_column_with_one_value_that_is_no_status_is_told_in_the_singular() -> None:
    """A state's column is told to be no status, whether it has one value or several."""
    head = "Empresa,Estado\nVest,Jalisco\nNord,"
    (one,), (several,) = read(f"{head}Jalisco\n").remarks, read(f"{head}Sonora\n").remarks
    assert one.reason == "“Estado” was not read as the status: its only value is none."
    assert several.reason == "“Estado” was not read as the status: none of its 2 values is one."


def test_a_number_that_is_missing_in_the_fuller_column_is_taken_from_the_other() -> None:
    """A phone and a mobile number never stop a list; each contact has the one that is there."""
    drafts = read("Company,Phone,Mobile\nAcme,,555 0101\nBolt,n/a,555 0102\nCondax,555 0103,\nDeep,555 0104,555 0105\n")
    assert [row.contact_phone for row in drafts.rows] == ["555 0101", "555 0102", "555 0103", "555 0105"]
    assert (drafts.remarks, drafts.unmapped) == ((), ())
    assert ("Mobile, else Phone", Field.CONTACT_PHONE) in drafts.list_columns()


def test_second_addresses_numbers_and_countries_are_read_where_the_first_are_missing() -> None:
    """The contact of a row that has only a second address is reached there."""
    drafts = read(
        "Company,Email,2nd Email,Main Phone,Alt. Phone,Billing Country,Shipping Country\n"
        "Acme,ida@acme.com,bo@acme.com,,555 0101,,Norway\nBolt,,eva@bolt.io,555 0102,555 0103,Chile,Peru\n"
    )
    assert [(row.contact_email, row.contact_phone, row.country) for row in drafts.rows] == [
        ("ida@acme.com", "555 0101", "NO"),
        ("eva@bolt.io", "555 0102", "CL"),
    ]
    assert drafts.unmapped == ()


def test_a_cell_that_cannot_be_read_is_told_and_not_replaced_by_another() -> None:
    """The first address is mistyped: that is said, so that somebody mends it."""
    (row,) = read("Company,Email,2nd Email\nAcme,ida.acme.com,bo@acme.com\n").rows
    assert row.contact_email is None
    assert [note.column for note in row.notes] == ["Email"]


def test_a_column_of_yes_and_no_is_no_contact() -> None:
    """Whether somebody is the primary contact isn’t what they are called, and nobody is told so."""
    drafts = read("Contact Name,Company,Primary Contact\nIda Berg,Vestlake,Yes\nBo Lund,Nord,No\n")
    assert ([row.contact_name for row in drafts.rows], drafts.remarks) == (["Ida Berg", "Bo Lund"], ())
    assert read("Company,Primary Contact\nVestlake,Yes\nNord,No\n").rows[0].contact_name is None


def test_a_display_name_beside_the_company_is_no_contact() -> None:
    """QuickBooks has the customer's name twice, sometimes cut short, or only once."""
    drafts = read(
        "ListID,Name,CompanyName,Email\n8-1,Vestlake Inc,Vestlake,ap@vestlake.com\n8-2,Nord,,\n8-3,Teal,teal Ltd,\n"
        "8-4,Sul,Sul,\n8-5,Rio,Rio,\n8-6,Holm and Daughters,Holm and Daught,\n8-7,Berg,Berg,\n8-8,Lund,Lund,\n"
    )
    assert {row.contact_name for row in drafts.rows} == {None}
    assert [row.name for row in drafts.rows][:3] == ["Vestlake", "Nord", "teal Ltd"]
    assert drafts.rows[0].external_id == "8-1"


@pytest.mark.parametrize(
    "name", ["***DO NOT USE***", "**DO NOT USE-CLOSED ACCOUNT**", "Do not use (duplicate)", "Test account"]
)
def test_a_row_that_is_not_to_be_used_is_no_customer(name: str) -> None:
    """The row is refused, with the cell, and the others come in."""
    drafts = read(f"Id,Name,City\n7,{name},Leeds\n8,Vestlake,York\n")
    assert [row.name for row in drafts.rows] == ["Vestlake"]
    (refusal,) = drafts.refusals
    assert refusal.reason == (
        f"“{name}” is no name, but says that the row isn't to be used; write what the customer is called."
    )


def test_customers_whose_names_say_that_they_are_gone_are_asked_about_once() -> None:
    """As proposed, those that a program has deleted are paused and those that have closed lost, under their names."""
    text = (
        "Customer,Total\nVestlake (deleted),7\nNord A/S - INACTIVE,3\nTeal,2\nSul/Inactive,1\n(closed) Rio,4\n"
        "Closed Loop Partners,1\nInactive,2\nHolm (DELETED) ,1\n"
    )
    drafts = read(text)
    assert [(question.text, question.proposed) for question in drafts.questions] == [
        ("2 names say “deleted”. Which status is that?", "paused"),
        ("2 names say “inactive”. Which status is that?", "paused"),
        ("1 name says “closed”. Which status is that?", "lost"),
    ]
    assert [(row.name, row.status) for row in drafts.rows] == [
        ("Vestlake (deleted)", "paused"), ("Nord A/S - INACTIVE", "paused"), ("Teal", None), ("Sul/Inactive", "paused"),
        ("(closed) Rio", "lost"), ("Closed Loop Partners", None), ("Inactive", None), ("Holm (DELETED)", "paused"),
    ]  # fmt: skip
    answers = {"status:deleted": "lost", "status:inactive": "empty"}
    again = read_drafts(text.encode(), name="list.csv", answers=answers, today=TODAY)
    assert [row.status for row in again.rows] == ["lost", None, None, None, "lost", None, None, "lost"]


def test_a_column_of_statuses_speaks_for_names_that_say_something_else() -> None:
    """Nothing is asked about a name where the list has the status."""
    drafts = read("Customer,Status\nVestlake (deleted),Active\nNord (deleted),\n")
    assert (drafts.questions, [row.status for row in drafts.rows]) == ((), ["active", None])


def test_names_that_look_like_codes_stay_names() -> None:
    """Companies are called 3M and A10, or by a number where the list has no other names."""
    mixed = read("Customer,Name\n3M,Ida Berg\nA10 Networks,Bo Lund\n7-Eleven,Eva Dahl\n")
    assert [row.name for row in mixed.rows] == ["3M", "A10 Networks", "7-Eleven"]
    alone = read("Customer,City\nC-017,Leeds\nC-018,York\nC-019,Hull\n")
    assert [(row.name, row.external_id) for row in alone.rows] == [("C-017", None), ("C-018", None), ("C-019", None)]


def test_numbers_under_a_heading_of_names_are_no_ids_where_two_rows_share_one() -> None:
    """A column may count a company's clients rather than number it."""
    drafts = read("Client,Name\n12,Vestlake\n12,Nord\n40,Teal\n")
    assert [(row.name, row.external_id) for row in drafts.rows] == [("Vestlake", None), ("Nord", None), ("Teal", None)]


def test_a_customer_below_another_in_quickbooks_belongs_to_it(office: Office) -> None:
    """QuickBooks writes the parent before the customer; a colon in other names says nothing."""
    drafts = read(
        "Customer,Phone\nVestlake,\nVestlake:Vestlake Leeds,\nVestlake:Vestlake Leeds:Kitchen,\nNord:Nord York,\n"
        "Project: Zero,\n"
    )
    assert [(row.name, row.parent) for row in drafts.rows] == [
        ("Vestlake", None), ("Vestlake:Vestlake Leeds", "Vestlake"),
        ("Vestlake:Vestlake Leeds:Kitchen", "Vestlake:Vestlake Leeds"), ("Nord:Nord York", None),
        ("Project: Zero", None),
    ]  # fmt: skip
    assert take_in(office, drafts).plan.remarks == ()
    own = read("Customer,Parent\nVestlake,\nVestlake:Leeds,Nord\nVestlake:York,\nNord,\n")
    assert [row.parent for row in own.rows] == [None, "Nord", None, None]


def test_the_names_of_a_list_of_sites_are_those_that_each_id_has_one_of(office: Office) -> None:
    """Warehouses of a chain share the customer's id; they are one customer, called like the chain."""
    text = (
        "customer_id,site_no,grocery_chain,town,warehouse_name\nVEST,V1,Vestlake,Leeds,Vestlake Depot North\n"
        "VEST,V2,Vestlake,York,Vestlake Depot South\nNORD,N1,Nord,Hull,Nord Hub\nNORD,N2,Nord,Leeds,Nord Stores\n"
    )
    drafts = read(text)
    assert [note.reason for note in drafts.remarks] == [
        "“grocery_chain” was read as the name: each “customer_id” has one."
    ]
    plan = take_in(office, drafts).plan
    assert (plan.added, plan.refusals) == (("Vestlake", "Nord"), ())
    by_hand = read(text, {"Warehouse Name": "name"})
    assert [row.name for row in by_hand.rows][:2] == ["Vestlake Depot North", "Vestlake Depot South"]


def test_names_under_a_plain_heading_stay_where_ids_repeat() -> None:
    """What is called the customer's name is it, though rows of one id contradict each other."""
    drafts = read(
        "Customer ID,Customer Name,Chain\n1,Vestlake North,Vestlake\n1,Vestlake South,Vestlake\n2,Nord,Nord\n"
    )
    assert [row.name for row in drafts.rows] == ["Vestlake North", "Vestlake South", "Nord"]


def test_names_with_a_number_behind_them_are_no_codes() -> None:
    """Shops of a chain are called "Shop 1" and "Shop 2", in the column of the customers and not in that of contacts."""
    drafts = read("Customer,Name\nShop 1,Ida Berg\nShop 2,Bo Lund\nShop 3,Eva Dahl\n")
    assert [(row.name, row.external_id) for row in drafts.rows] == [
        ("Shop 1", None),
        ("Shop 2", None),
        ("Shop 3", None),
    ]


def test_ids_that_several_customers_share_are_not_asked_about() -> None:
    """An account's own id is its id; that of the client whom several accounts belong to isn't, and nobody is asked."""
    head = "account_id,account_name,client_id\n"
    drafts = read(f"{head}acc_1,Vestlake,c_1\nacc_2,Nord,c_2\nacc_3,Teal,c_1\n")
    assert ([row.external_id for row in drafts.rows], drafts.questions) == (["acc_1", "acc_2", "acc_3"], ())
    (question,) = read(f"{head}acc_1,Vestlake,c_1\nacc_2,Nord,c_2\n").questions
    assert question.text == "Which column is the external id?"


def test_a_list_of_ids_alone_has_no_names() -> None:
    """An id is never proposed as the customer's name; the list says that it has none."""
    drafts = read("account_id,crm_account_id,owner,notes\nacc_001,crm_001,Ana,Net-new\nacc_002,crm_002,Bo,Weak fit\n")
    (problem,) = drafts.problems
    assert problem.startswith("No column holds the customer's name")
    assert not any(question.text == "Which column is the customer’s name?" for question in drafts.questions)


def test_places_of_accounts_are_no_websites() -> None:
    """Salesforce's `Site` is read where the website is empty only if it ever holds one."""
    drafts = read("Account Name,Website,Site,Account Number\nVestlake,,Plant 5,A17\nNord,nord.com,,A18\n")
    assert ([row.domain for row in drafts.rows], drafts.remarks, drafts.unmapped) == ([None, "nord.com"], (), ("Site",))
    sites = read("Account Name,Website,Site\nVestlake,,vestlake.com\nNord,nord.com,\n")
    assert [row.domain for row in sites.rows] == ["vestlake.com", "nord.com"]


@pytest.mark.parametrize("titles", [("Ms", "Dr."), ("Frau", "Herr"), ("Mme", "M.")])
def test_how_to_address_somebody_is_no_job(titles: tuple[str, str]) -> None:
    """`Title` holds either; beside it, `Job Title` is read without a word, and alone it is left out."""
    rows = [
        f"{name},Ida Berg,{title},{job}"
        for name, title, job in zip(("Vestlake", "Nord"), titles, ("COO", ""), strict=True)
    ]
    drafts = read("\n".join(["Company,Contact,Title,Job Title", *rows]))
    assert ([row.contact_role for row in drafts.rows], drafts.remarks, drafts.unmapped) == (
        ["COO", None],
        (),
        ("Title",),
    )
    alone = read(f"Company,Contact,Title\nVestlake,Ida Berg,{titles[0]}\n")
    assert (alone.rows[0].contact_role, alone.unmapped) == (None, ("Title",))
    by_hand = read(f"Company,Contact,Title\nVestlake,Ida Berg,{titles[0]}\n", {"Title": "contact_role"})
    assert by_hand.rows[0].contact_role == titles[0]
    job = read("Company,Contact,Title\nVestlake,Ida Berg,Dr.\nNord,Bo Ray,Buyer\n")
    assert job.rows[0].contact_role == "Dr."

"""Lists of suppliers, contacts and clients as small firms keep them, made up by kind: what is read, what is asked."""

import pytest

from tests.customers.lists import Kind, read, read_kind

KINDS = {
    "suppliers, in Italian": Kind(
        "id_fornitore,nome,contatto,paese\n1,Vest Srl,Ida Berg,Italia\n2,Nord Srl,Otto Holm,Germania\n",
        ("Vest Srl", "Nord Srl"), says={"external_id": "1", "contact_name": "Ida Berg", "country": "IT"},
    ),
    "suppliers of a sample database": Kind(
        "supplier_id;company_name;contact_name;contact_title;country\n7;Vest Ltd;Ida Berg;Owner;UK\n",
        ("Vest Ltd",), says={"external_id": "7", "contact_role": "Owner", "country": "GB"},
    ),
    "vendors, whose own words go first": Kind(
        "Vendor ID,Vendor Name,Vendor Website,ID\n7,Vest,vest.com,1\n", ("Vest",),
        says={"external_id": "1", "domain": "vest.com"},
    ),
    "leads, with a number to call": Kind(
        "Client Name,Email ID,Contact Number,Sent Status\nVest,ida@vest.in,044-4040,Yes\n", ("Vest",),
        says={"contact_phone": "044-4040", "contact_email": "ida@vest.in", "status": None},
    ),
    "a register with two spellings of the name": Kind(
        "id,companyName,name1,name2,phoneNum,webAddr\n5,Vest,Vest Werke GmbH,,+49 89 1,vest.de\n6,,Nord Bau GmbH,,,\n",
        ("Vest", "Nord Bau GmbH"), says={"contact_phone": "+49 89 1", "external_id": "5", "domain": "vest.de"},
    ),
    "a Dutch consultancy's, with partners and a yes for the active ones": Kind(
        "Bedrijfsnaam;Branche;Actief;Klantpartner\nVest BV;;True;ana@x.nl\nNord BV;;True;\nTeal BV;;False;bob@x.nl\n",
        ("Vest BV", "Nord BV", "Teal BV"), ("False",), {"owner": "ana@x.nl", "status": "active"},
    ),
    "leads, with those who work on them": Kind(
        "empresa,nome_proprietario,responsavel_sdr\nVest,Ida Berg,ana@x.nl\nNord,,ana@x.nl\nTeal,Otto Holm,bob@x.nl\n",
        ("Vest", "Nord", "Teal"), says={"owner": "ana@x.nl", "contact_name": "Ida Berg"},
    ),
    "grants, by organisation": Kind("Org,City,Grant\nVest,Evora,100\nNord,Porto,200\n", ("Vest", "Nord")),
    "people with their posts, in French, not their extensions": Kind(
        "nom,poste,poste occupé,entreprise,email\nIda Berg,2201,DRH,Vest,i@v.example\n", ("Vest",),
        says={"contact_name": "Ida Berg", "contact_role": "DRH"},
    ),
    "countries as Latin America writes them": Kind(
        "empresa,pais\nVest,Rep. Dominicana\n", ("Vest",), says={"country": "DO"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_each_kind_comes_in(kind: str) -> None:
    """With its customers' names, and only the questions that somebody who knows the list would ask."""
    read_kind(KINDS[kind])


PEOPLE = ("Ana", "Bob", "Ida", "Otto", "Zoé", "Kim")


def test_a_responsible_person_is_the_customers_own_where_each_row_names_another() -> None:
    """Owners are few: six rows with six names have contacts, and with two names owners; a remark says so."""
    rows = [f"Vest {at},{person},55{at}" for at, person in enumerate(PEOPLE)]
    drafts = read("\n".join(["Nome,Responsável,Telefone", *rows]))
    assert [(row.owner, row.contact_name) for row in drafts.rows] == [(None, person) for person in PEOPLE]
    assert [note.reason for note in drafts.remarks] == [
        "“Responsável” was read as the contact’s name, not as the owner: most of its values differ."
    ]
    few = read("\n".join(["Nome,Responsável,Telefone", *(f"Vest {at},{PEOPLE[at % 2]}," for at in range(6))]))
    assert {row.owner for row in few.rows} == {"Ana", "Bob"}
    beside = read("\n".join(["Nome,Responsável,Contato", *(f"Vest {at},{each},C" for at, each in enumerate(PEOPLE))]))
    assert [row.owner for row in beside.rows] == [*PEOPLE]


def test_contacts_that_repeat_the_customers_name_are_none() -> None:
    """A directory's “person” is then the company itself; a contact of one's own is kept."""
    copies = read("\n".join(["Company,Contact name", *(f"Vest {at},VEST {at}" for at in range(6))]))
    assert [row.contact_name for row in copies.rows] == [None] * 6
    assert "Contact name" in copies.unmapped
    people = read("\n".join(["Company,Contact name", *(f"Vest {at},{each}" for at, each in enumerate(PEOPLE))]))
    assert [row.contact_name for row in people.rows] == [*PEOPLE]


def test_active_is_a_status_only_where_it_says_yes_and_no() -> None:
    """Yes needs no question; counts of active things are no status, and a column of statuses goes before it."""
    drafts = read("Name,Active\nVest,1\nNord,0\nTeal,\n")
    assert [row.status for row in drafts.rows] == ["active", "paused", None]
    (question,) = drafts.questions
    assert (question.value, question.proposed) == ("0", "paused")
    counts = read("Name,Active\nVest,12\nNord,7\n")
    assert (counts.questions, [row.status for row in counts.rows]) == ((), [None, None])
    words = read("Name,Active\nVest,Churned\nNord,True\n")
    assert [row.status for row in words.rows] == ["lost", "active"]
    assert read("Name,Active,Status\nVest,True,Churned\n").rows[0].status == "lost"


def test_a_list_without_headings_is_known_by_what_its_columns_hold() -> None:
    """Domains, addresses and numbers to call are read, and the only column of words is the name, without a question."""
    drafts = read(
        "Vest Salon, vest.be,ida@vest.be,+32 2 555 01 42\nNord,https://nord.dk/shop,otto@nord.dk,\n"
        "Teal, ,,02 555 01 43\n"
    )
    assert [(row.name, row.domain) for row in drafts.rows] == [
        ("Vest Salon", "vest.be"), ("Nord", "nord.dk"), ("Teal", None),
    ]  # fmt: skip
    assert (drafts.rows[0].contact_email, drafts.rows[0].contact_phone) == ("ida@vest.be", "+32 2 555 01 42")
    assert drafts.questions == ()
    by_hand = read("Vest,vest.be\nNord,nord.dk\n", {"Column 2": "aliases"})
    assert [(row.domain, row.aliases) for row in by_hand.rows] == [(None, ("vest.be",)), (None, ("nord.dk",))]


@pytest.mark.parametrize(
    "line",
    ["Vest,Vest,Dijk 8,Bergen", "Vest,Dijk 8,4701 HV  Bergen", "Vest Logistics B.V.,Bergen", "Vest,Allee 3,80331 Berg"],
    ids=["the same twice", "a Dutch postal code", "a legal form", "a postal code and a place"],
)
def test_the_first_customer_of_a_list_without_headings_isnt_lost(line: str) -> None:
    """A line that says the same twice, where a place stands behind its code, or a legal form ends a cell, is a row."""
    rows = ["Nord,Nord,Plein 2,Breda", "Teal,Teal,Laan 3,Delft"]
    drafts = read("\n".join([line, *(row if line.count(",") == 3 else row[:10] for row in rows)]))
    assert drafts.rows[0].name == line.split(",", maxsplit=1)[0]
    assert "is no line of headings" in drafts.remarks[0].reason


def test_headings_that_nobody_knows_are_headings() -> None:
    """Where nothing in the first line is data."""
    drafts = read("Ditta seguita,Nota 2024,Zona 1\nVest,x,y\nNord,x,z\n")
    assert [row.name for row in drafts.rows] == ["Vest", "Nord"]


def test_a_contacts_address_or_number_stands_behind_the_name() -> None:
    """It is read where it has no column of its own, and never stays in the name."""
    drafts = read(
        "nome,contatto\nVest,Ida Berg - ida@vest.example\nNord,Otto Holm (02 456 78 90)\nTeal,bo@teal.example\n"
        "Gold,Ana Lima\nBlau,Team 24\n"
    )
    assert [(row.contact_name, row.contact_email, row.contact_phone) for row in drafts.rows] == [
        ("Ida Berg", "ida@vest.example", None), ("Otto Holm", None, "02 456 78 90"), (None, "bo@teal.example", None),
        ("Ana Lima", None, None), ("Team 24", None, None),
    ]  # fmt: skip
    both = read("nome,contatto,email\nVest,Ida <ida@vest.example>,office@vest.example\n")
    assert (both.rows[0].contact_name, both.rows[0].contact_email) == ("Ida", "office@vest.example")


def test_marks_around_an_address_dont_count() -> None:
    """Such as what was left when somebody copied it."""
    drafts = read("Company,Email\nVest,ida@vest.example>\nNord,otto@nord.example;\n")
    assert [row.contact_email for row in drafts.rows] == ["ida@vest.example", "otto@nord.example"]
    assert drafts.rows[0].notes == ()


def test_a_column_of_numbers_to_call_holds_numbers() -> None:
    """A spreadsheet's decimals go, commas alone are nothing, and words are no number, which is said."""
    drafts = read('Name,Phone\nVest,648913284.0\nNord,", , "\nTeal,web\nGold,1-888-MIDLAND\n')
    assert [row.contact_phone for row in drafts.rows] == ["648913284", None, None, "1-888-MIDLAND"]
    assert [note.reason for row in drafts.rows for note in row.notes] == [
        "“web” is no phone number; write it like +1 617 555 0142. It was left blank."
    ]


def test_headings_that_nobody_reads_are_no_customer() -> None:
    """*Prospect* names the customers, and *Industry* beside an unknown heading tells that both are headings."""
    drafts = read("prospect,industry,route in\nVest,Energy,partner\nNord,Food,fair\n")
    assert ([row.name for row in drafts.rows], drafts.questions, drafts.remarks) == (["Vest", "Nord"], (), ())
    drafts = read("Impresa seguita,Industry\nVest,Energy\nNord,Food\n")
    assert [row.name for row in drafts.rows] == ["Vest", "Nord"]
    assert drafts.remarks == ()


def test_references_to_other_records_are_no_ids() -> None:
    """Odoo's `…_id/id` is another record's id; a tax number is one where there is no other."""
    drafts = read("id,property_payment_term_id/id,name,is_company\nV1,term.15,Vest,True\n")
    assert (drafts.rows[0].external_id, drafts.questions) == ("V1", ())
    assert read("cuit,razon_social\n20304050607,Vest SRL\n").rows[0].external_id == "20304050607"
    assert read("codigo,cuit,razon_social\n7,20304050607,Vest SRL\n").rows[0].external_id == "7"


def test_a_bare_name_beside_a_company_is_its_persons() -> None:
    """Where there are addresses; without a company the person is the customer, and another contact goes before it."""
    drafts = read("name,company,email,stage\nIda Berg,Vest,ida@vest.example,novo\nOtto Holm,,otto@holm.example,\n")
    assert [(row.name, row.contact_name) for row in drafts.rows] == [("Vest", "Ida Berg"), ("Otto Holm", "Otto Holm")]
    assert read("Name,Company,Contact,Email\nNord,Vest,Ida,ida@v.example\n").rows[0].contact_name == "Ida"
    assert read("Name,Company\nNord,Vest\n").rows[0].contact_name is None
    assert read("Name,Customer,Email\nVest,C1,ida@v.example\n").rows[0].contact_name is None
    by_hand = read("Name,Company,Email\nNord,Vest,ida@v.example\n", {"Name": "ignore"})
    assert (by_hand.rows[0].contact_name, "Name" in by_hand.unmapped) == (None, True)


def test_a_full_name_is_the_customers_where_nothing_else_is() -> None:
    """A register's keys of other records are none, and of a list of people's contacts the company is the customer."""
    drafts = read("No,Short name,Full name,Partner DID\n1,VST,Vest Institute,did:oyd:zQm1\n2,NRD,Nord,did:oyd:zQm2\n")
    assert [(row.name, row.aliases, row.contact_name) for row in drafts.rows] == [
        ("Vest Institute", ("VST",), None), ("Nord", ("NRD",), None),
    ]  # fmt: skip
    assert drafts.questions == ()
    assert read("Full name,Company\nIda Berg,Vest\n").rows[0].contact_name == "Ida Berg"


def test_the_first_of_two_addresses_is_read() -> None:
    """However they are divided."""
    drafts = read("nombre,contacto_nombre,email,prospect_id\nVest,Ida / Otto,a@v.example / b@v.example,P-1\n")
    row = drafts.rows[0]
    assert (row.contact_email, row.contact_name, row.external_id) == ("a@v.example", "Ida / Otto", "P-1")
    assert read("name,email\nVest,a@v.example  b@v.example\n").rows[0].contact_email == "a@v.example"
    assert read("name,email\nVest,ida b@v.example\n").rows[0].contact_email == "b@v.example"

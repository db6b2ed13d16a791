"""Lists as strangers' programs write them: encodings, title lines, headings and dates."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.customers.gateways import read_drafts
from bot.customers.rules.dates import read_moment
from bot.customers.rules.encodings import guess_encoding
from bot.customers.rules.headers import Field, map_headers
from bot.customers.schemas import Drafts
from tests.customers.lists import TODAY, read, take_in
from tests.customers.test_importing import everyone
from tests.makers import Office

FORMATS = Path(__file__).parents[3] / "shared" / "data" / "formats"

NAMES = (
    "Café Zürich", "Böhme & Söhne", "Straße 12", "São Paulo Açúcar", "Ångström AB", "Ørsted", "Ærø Bageri", "L’Oréal",
    "“Acme” Ltd", "García e Hijos", "López", "España Telecom", "Île de Ré", "Crème Brûlée", "CAFÉ DE PARIS",
    "Østerås", "Große Bäckerei", "École Normale", "Übermut", "Caffè Nero", "Perù Città", "Malmö", "Hôtel Noël",
    "5 € im Monat", "Société Générale", "RHÖN-KLINIKUM AG", "D’Angelo", "Nestlé® – Vevey", "Peña Óptica", "Köln",
)  # fmt: skip


def names_in(drafts: Drafts) -> list[str]:
    """The customers of a list."""
    return [row.name for row in drafts.rows]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_a_word_tells_windows_from_mac(name: str, encoding: str) -> None:
    """The same bytes are other letters on a Mac: `Café` would come in as `CafŽ`."""
    guessed = guess_encoding([f"Name\n{name}, Größe, Señor Muñoz\n".encode(encoding)])
    assert guessed is not None
    assert guessed.encoding == encoding


def test_a_list_from_a_mac_comes_in_as_written_with_a_remark() -> None:
    """The remark quotes a word of the list, so that a person can tell whether it is right."""
    drafts = read("Company\rCafé Müller\rEspaña\r".encode("mac_roman"))
    assert names_in(drafts) == ["Café Müller", "España"]
    (remark,) = drafts.remarks
    assert remark.row_number == 2
    assert "read as Mac Roman, with “Café” in this line" in remark.reason
    assert "save the file as “CSV UTF-8”" in remark.reason


def test_a_list_from_windows_needs_no_remark_unless_it_is_unclear() -> None:
    """Only a place that no language writes makes Windows-1252 doubtful."""
    assert read("Company\nCafé Müller\n".encode("cp1252")).remarks == ()
    (remark,) = read("Company\nCafé Müller\nFoo¤bar\n".encode("cp1252")).remarks
    assert "read as Windows-1252, with “Café” in this line" in remark.reason


def test_the_word_is_found_in_whatever_piece_of_the_file_it_stands() -> None:
    """A file is looked at piece by piece; lines count on."""
    guessed = guess_encoding([b"Name\nA\n", b"B\n", "Zoë\nBäcker".encode("mac_roman")])
    assert guessed is not None
    assert (guessed.line, guessed.word) == (4, "Zoë")
    parted = guess_encoding([b"Name\nAn", b"na\nBo", "b\nZoë".encode("cp1252")])
    assert parted is not None
    assert (parted.line, parted.word) == (4, "Zoë")


@pytest.mark.parametrize(("letters", "makes_sense"), [(9, False), (10, True)])
def test_mac_roman_may_be_odd_in_a_tenth_of_its_letters(letters: int, makes_sense: bool) -> None:
    """More than that is no language, whatever the encoding."""
    raw = ("Café " * (letters - 1) + "x‡y").encode("mac_roman")
    assert (guess_encoding([raw]) is not None) == makes_sense


def test_bytes_that_make_no_sense_in_either_are_no_text() -> None:
    """What Windows-1252 can't hold and Mac Roman makes nonsense of is refused."""
    assert guess_encoding([b"\x81\xe9\x8d\xe8\x8f\xf9a\x90"]) is None


@pytest.mark.parametrize(
    ("text", "line", "remark"),
    [
        ('Bank of Evora\nAccounts on 1 Nov 2026\n\n"Company";"Owner"\nAcme;Ana\n', 5,
         "2 lines above the headings left out: “Bank of Evora”, “Accounts on 1 Nov 2026”."),
        ("Customers,,\n,,\nCompany,Owner,Site\nAcme,Ana,\n", 4,
         "1 line above the headings left out: “Customers”."),
        ('Notes:\n"One, two,\nthree"\n\nFirst Name\tCompany\tPosition\nJo\tAcme\tCFO\n', 6,
         "2 lines above the headings left out: “Notes:”, “One, two, three”."),
        ("sep=;\nReport\nCompany;Owner\nAcme;Ana\n", 4, "1 line above the headings left out: “Report”."),
        ("a\nb\nc\nd\nCompany,Owner\nAcme,Ana\n", 6,
         "4 lines above the headings left out: “a”, “b”, “c” and 1 more."),
    ],
)  # fmt: skip
def test_lines_above_the_headings_are_left_out_and_named(text: str, line: int, remark: str) -> None:
    """A bank writes its name, the day and an empty line first; rows keep the line they stand on."""
    drafts = read(text)
    assert [(row.name, row.row_number) for row in drafts.rows] == [("Acme", line)]
    assert [note.reason for note in drafts.remarks] == [remark]


def test_unknown_headings_below_a_title_and_an_empty_line_are_offered_for_choice() -> None:
    """Nobody knows `Impresa`, but it isn't the title that is asked about."""
    drafts = read("Kundenliste\n\nImpresa;Ort\nAcme;Evora\n")
    assert drafts.headers == ("Impresa", "Ort")
    (question,) = drafts.questions
    assert [option.label for option in question.options] == ["Impresa"]
    assert names_in(read("Kundenliste\n\nImpresa;Ort\nAcme;Evora\n", {"Impresa": "name"})) == ["Acme"]


@pytest.mark.parametrize(
    "text",
    [
        "Company,Note\nAcme,x\nOwner,Country\n",
        "Impresa\nAcme, Ana\nBolt, Bob\n",
        "Name,Owner\n\nAcme,Ana\n",
    ],
)
def test_a_first_line_of_headings_stays_the_first_line(text: str) -> None:
    """Rows that look like headings are rows."""
    drafts = read(text, {"Impresa": "name"} if text.startswith("Impresa") else None)
    assert drafts.headers[0] == text.partition("\n")[0].partition(",")[0]
    assert drafts.remarks == ()


SYSTEMS = {
    "SuiteCRM": (
        "name,id,website,phone_office,email1,assigned_user_name,billing_address_country,employees,parent_name",
        {"name", "external_id", "domain", "contact_phone", "contact_email", "owner", "country", "headcount", "parent"},
    ),
    "EspoCRM": (
        "Name,Website,Email Address,Phone Number,Billing Address Country,Assigned User,Created At,ID",
        {"name", "domain", "contact_email", "contact_phone", "country", "owner", "external_id"},
    ),
    "Twenty": (
        "Id,Name,Domain Name / Link URL,Employees,Account Owner,ARR / Amount,ARR / Currency,Address / Address Country",
        {"external_id", "name", "domain", "headcount", "owner", "annual_value", "currency", "country"},
    ),
    "Zoho": (
        "Record Id,Account Owner.id,Account Owner,Account Name,Phone,Website,Account Number,Tag,Currency",
        {"external_id", "owner", "name", "contact_phone", "domain", "tags", "currency"},
    ),
    "Odoo": (
        "External ID,Display Name,Company Type,Related Company,Email,Phone,Mobile,Website,Country,Salesperson,Tags",
        {"external_id", "name", "parent", "contact_email", "contact_phone", "domain", "country", "owner", "tags"},
    ),
    "ERPNext": (
        "ID,Customer Name,Customer Group,Territory,Account Manager,Email Id,Mobile No,Website,Billing Currency",
        {"external_id", "name", "owner", "contact_email", "contact_phone", "domain", "currency"},
    ),
    "Salesforce": (
        "Id,Name,Website,Site,AccountNumber,ParentId",
        {"external_id", "name", "domain", "parent"},
    ),
    "Xero": (
        "*ContactName,AccountNumber,EmailAddress,FirstName,LastName,POCountry,PhoneNumber,MobileNumber,Website,TaxNumber",
        {"name", "external_id", "contact_email", "country", "contact_phone", "domain"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_programs_export_is_read_without_a_question(system: str) -> None:
    """Its headings are known, and so is the program, so that its ids are its own."""
    line, fields = SYSTEMS[system]
    mapping = map_headers(line.split(","))
    assert mapping.problems == ()
    assert mapping.system == system
    assert {field.value for field in mapping.columns} == fields


def test_salesforces_id_is_the_id_and_its_site_no_domain() -> None:
    """`AccountNumber` is an id only where there is no other."""
    headers = SYSTEMS["Salesforce"][0].split(",")
    columns = map_headers(headers).columns
    assert [headers[columns[field]] for field in (Field.EXTERNAL_ID, Field.DOMAIN, Field.PARENT)] == [
        "Id", "Website", "ParentId",
    ]  # fmt: skip
    assert map_headers(["Name", "AccountNumber"]).columns[Field.EXTERNAL_ID] == 1


COMMON = "name domain owner headcount country last_contact"


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("Kundennummer;Firma;Ansprechpartner;E-Mail;Land;Webseite;Umsatz;Mitarbeiter;Betreuer;Letzter Kontakt",
         "external_id name contact_name contact_email country domain annual_value headcount owner last_contact"),
        ("Raison sociale;Site web;Chargé de compte;Effectif;Pays;Dernier contact", COMMON),
        ("Razón social;Sitio web;Propietario;Empleados;País;Último contacto", COMMON),
        ("Razão social;Site;Responsável;Funcionários;País;Último contato", COMMON),
        ("Ragione sociale;Sito web;Responsabile;Dipendenti;Paese;Ultimo contatto", COMMON),
        ("Bedrijfsnaam;Website;Eigenaar;Medewerkers;Land;Laatste contact", COMMON),
    ],
)  # fmt: skip
def test_headings_are_read_in_seven_languages(line: str, fields: str) -> None:
    """In the order in which they stand."""
    mapping = map_headers(line.split(";"))
    assert mapping.problems == ()
    assert [field.value for field, _ in sorted(mapping.columns.items(), key=lambda each: each[1])] == fields.split()


@pytest.mark.parametrize("headings", ["Prénom,Nom", "Nombre,Apellidos", "Nome,Cognome", "Voornaam,Achternaam"])
def test_first_and_last_name_make_a_person_in_other_languages(headings: str) -> None:
    """`Nom` beside `Prénom` is no company."""
    mapping = map_headers(headings.split(","))
    assert mapping.person == (0, 1)
    assert mapping.problems == ()


def test_a_column_of_yes_and_no_is_no_name() -> None:
    """Odoo's `Customer` says whether one is, not which."""
    drafts = read("Name,Customer\nVestlake,TRUE\nAcme,FALSE\n")
    assert names_in(drafts) == ["Vestlake", "Acme"]
    assert "Customer" in drafts.unmapped
    assert names_in(read("Name,Customer\nVestlake,Acme\nJo,No\n")) == ["Acme", "No"]
    assert names_in(read("Name,Customer\nVestlake,yes\n", {"Customer": "name"})) == ["yes"]


def test_of_two_phone_columns_the_fuller_is_read_and_the_other_where_it_is_empty() -> None:
    """A phone and a mobile number never stop a list; both are named."""
    drafts = read("Company,Phone,Mobile\nAcme,,555 0101\nBolt,n/a,555 0102\nCondax,555 0103,\n")
    assert [row.contact_phone for row in drafts.rows] == ["555 0101", "555 0102", "555 0103"]
    assert [note.reason for note in drafts.remarks] == [
        "“Mobile” was read as the contact phone, since it is the fuller column, and “Phone” where it is empty."
    ]
    assert drafts.spares == {Field.CONTACT_PHONE: ["Phone"]}
    assert drafts.unmapped == ()
    assert read("Company,Phone,Mobile\nAcme,1,2\n").columns[Field.CONTACT_PHONE] == "Phone"


@pytest.mark.parametrize(
    ("headings", "advice"),
    [
        (["Rank", "Impresa", "Ort"], '--map "Impresa=name"'),
        (["id", "Notes", "Owner"], "add one with the heading Company"),
    ],
)
def test_nobody_is_advised_to_take_a_rank_or_note_for_the_name(headings: list[str], advice: str) -> None:
    """The advice is one that a person could follow."""
    (problem,) = map_headers(headings).problems
    assert advice in problem


def test_a_lead_source_is_no_source_of_ids() -> None:
    """A trade fair gives no ids; only our own lists, and columns that say so, name their system."""
    (row,) = read("Company,Id,Source\nAcme,7,Trade fair\n").rows
    assert (row.external_id, row.source) == ("7", None)
    assert read("Company,Id,Source system\nAcme,7,ERP\n").rows[0].source == "ERP"


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-03-05T23:30:00Z", datetime(2026, 3, 5, 23, 30, tzinfo=UTC)),
        ("2026-03-05 23:30 UTC", datetime(2026, 3, 5, 23, 30, tzinfo=UTC)),
        ("2026-03-05T23:30:00.125+0000", datetime(2026, 3, 5, 23, 30, 0, 125000, tzinfo=UTC)),
        ("2026-03-05T23:30:00 +02:00", datetime(2026, 3, 5, 21, 30, tzinfo=UTC)),
        ("1772753400000", datetime(2026, 3, 5, 23, 30, tzinfo=UTC)),
        ("1772668800000", date(2026, 3, 5)),
        ("2026-03-05T00:00:00.000Z", date(2026, 3, 5)),
        ("2026-03-05 23:30:00", date(2026, 3, 5)),
        ("5 March 2026", date(2026, 3, 5)),
    ],
)
def test_a_cell_with_a_time_and_zone_is_an_instant(cell: str, moment: date) -> None:
    """Midnight UTC is how programs write a day."""
    assert read_moment(cell, today=TODAY) == moment


def test_an_instant_that_isnt_in_the_calendar_is_said_so() -> None:
    """The customer comes in without it."""
    (row,) = read("Company,Last contact\nAcme,2026-02-30T10:00Z\n").rows
    assert row.last_contact is None
    assert "is no day in the calendar" in row.notes[0].reason


def test_an_instant_falls_on_the_day_of_the_owners_calendar(office: Office) -> None:
    """Else on the workspace's: 23:30 in London is the next day in Auckland."""
    take_in(
        office,
        "Company,Owner,Last contact,Added on\nAcme,Kiri Walker,2026-03-05T23:30:00Z,2026-03-04T23:30:00Z\n"
        "Bolt,,2026-03-05T23:30:00Z,\nCondax,Kiri Walker,2026-03-05,\nDelta,Kiri Walker,1772753400000,\n"
        "East,Bob Chen,2026-03-06T02:00:00Z,\n",
    )
    assert {name: row.last_contact_on for name, row in everyone(office).items()} == {
        "Acme": date(2026, 3, 6), "Bolt": date(2026, 3, 5), "Condax": date(2026, 3, 5), "Delta": date(2026, 3, 6),
        "East": date(2026, 3, 5),
    }  # fmt: skip
    assert everyone(office)["Acme"].added_on == date(2026, 3, 5)


@pytest.mark.data
def test_the_twelve_formats_come_in_without_a_question() -> None:
    """Every file's customers are found, whatever program wrote it."""
    if not FORMATS.exists():
        pytest.skip("the formats are not in ../shared/data")
    found = {
        path.name: names_in(read_drafts(path.read_bytes(), name=path.name, today=TODAY))
        for path in sorted(FORMATS.glob("*.csv"))
    }
    two = ["Vestlake Optics", "Nordhavn Foods ApS"]
    assert found == {
        "cs_sheet.csv": [*two, "Teal & Sons"],
        "de_erp_cp1252.csv": ["Müller Präzision GmbH", "Nordhavn Foods ApS"],
        "google_contacts.csv": ["Vestlake Optics", "Otto Holm"],
        "google_contacts_old.csv": ["Vestlake Optics"],
        **dict.fromkeys(
            ["hubspot_companies.csv", "linkedin_connections.csv", "pipedrive_list_view.csv", "pipedrive_orgs.csv",
             "quickbooks_customers.csv", "salesforce_report.csv", "xero_contacts.csv", "zoho_accounts.csv"], two,
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["#NAME?", "#REF!", "#value!", "#DIV/0!", "#WERT!"])
def test_a_spreadsheets_error_is_no_name(name: str) -> None:
    """The row is refused with what to do; the others come in."""
    drafts = read(f"Company,Owner\n{name},Ana\nAcme,Ana\n#1 Bikes,Ana\n")
    assert names_in(drafts) == ["Acme", "#1 Bikes"]
    (refusal,) = drafts.refusals
    assert (refusal.row_number, refusal.column) == (2, "Company")
    assert "is a spreadsheet's error; mend the formula, or write what the customer is called" in refusal.reason


def test_a_total_below_the_table_asks_nothing() -> None:
    """What stands in its cells is no status and no date of a customer."""
    drafts = read("Company,Status,Last contact\nAcme,operating,2026-03-05\nTotal,6,\n")
    assert [question.value for question in drafts.questions] == ["operating"]
    assert names_in(drafts) == ["Acme"]

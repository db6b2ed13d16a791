"""Lists as people keep them by hand and programs write them: what their cells and headings say beside a plain value."""

import pytest

from bot.customers.rules.due import Status
from bot.customers.rules.footers import is_section
from bot.customers.rules.headers import Field
from bot.customers.rules.phones import divide_numbers, is_hidden
from tests.customers.lists import Kind, read, read_kind


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("7362814 7341767", "7362814, 7341767"),
        ("0143 635755 · 3339273965", "0143 635755, 3339273965"),
        ("965519*965625", "965519, 965625"),
        ("021 555 0142 / 021 555 0143", "021 555 0142, 021 555 0143"),
        ("021 555 0142 oder 021 555 0143", "021 555 0142, 021 555 0143"),
        ("021 555 0142; 021 555 0142", "021 555 0142"),
        ("https://wa.me/5521990511347", "+5521990511347"),
        ("https://api.whatsapp.com/send?phone=5521990511347&text=Oi", "+5521990511347"),
        ("tel:+49301234567", "+49301234567"),
    ],
)
def test_several_numbers_in_a_cell_are_divided(cell: str, numbers: str) -> None:
    """Nobody dials two as one, and a link is the number that it calls."""
    assert divide_numbers(cell) == numbers
    assert read(f'Company,Phone\nVest,"{cell}"\n').rows[0].contact_phone == numbers


@pytest.mark.parametrize(
    "cell",
    [
        "+49 30 123456", "030/1234567", "0611 / 123456-12", "(01805) 302203", "555 0142 ext. 12", "0212 5551234",
        "1234567 12345678", "ask for Ida / 5550142", "5550142/", "+44 (0)20 7946 0018",
    ],
)  # fmt: skip
def test_a_single_number_stays_as_it_is_written(cell: str) -> None:
    """Whatever stands between its digits."""
    assert divide_numbers(cell) == cell


@pytest.mark.parametrize(
    ("cell", "hidden"),
    [("+552****1347", True), ("555-XXXX", True), ("***5550", True), ("965519*965625", False), ("555 0142 x12", False)],
)
def test_a_number_with_hidden_digits_is_none(cell: str, hidden: bool) -> None:
    """Nobody can call it."""
    assert is_hidden(cell) is hidden
    draft = read(f"Company,Phone\nVest,{cell}\n").rows[0]
    assert (draft.contact_phone is None, bool(draft.notes)) == (hidden, hidden)


@pytest.mark.parametrize(
    ("cells", "is_title"),
    [
        (["GOLD", "", ""], True), (["Silver Members", "", ""], True), (["", "2025 Past Sponsors", ""], True),
        (["NEW SPONSOR REQUESTS FOR 2026"], True), (["Bestandskunden", "", ""], True), (["Gold", "x", ""], False),
        (["Gold Coast", "", ""], False), (["New", "", ""], False), (["2026", "", ""], False), (["", "", ""], False),
    ],
)  # fmt: skip
def test_titles_of_sections_are_no_customers(cells: list[str], is_title: bool) -> None:
    """They stand alone in their row and say what the rows below are."""
    assert is_section(cells, 3) is is_title
    assert is_section(cells, 2) is False


def test_titles_of_sections_are_told() -> None:
    """As lines between the rows."""
    text = "Company,Contact,Phone\nGOLD,,\nVestlake,Ida Berg,5550142\nSILVER\nNord,Jo Ray,5550143\nTeal,,\n"
    drafts = read(text)
    assert [row.name for row in drafts.rows] == ["Vestlake", "Nord", "Teal"]
    assert [remark.reason for remark in drafts.remarks] == ["2 lines between the rows left out: “GOLD”, “SILVER”."]


@pytest.mark.parametrize("heading", ["Agent ID", "Sales rep ID", "Betreuer", "OwnerId"])
def test_codes_are_nobodys_names(heading: str) -> None:
    """The column is left out in one sentence, rather than each customer remarked on."""
    drafts = read(f"Company,{heading}\nVestlake,AG001\nNord,AG002\nTeal,0056g0000011OsEAAU\nBlue,\n")
    assert (Field.OWNER in drafts.columns, drafts.unmapped) == (False, (heading,))
    assert [remark.reason for remark in drafts.remarks] == [
        f"“{heading}” was not read as the owner: it holds codes, and people are found by name or e-mail address."
    ]


@pytest.mark.parametrize("second", ["Ida Berg", "ida@web.example", "U0123ABCD", "ida2"])
def test_codes_beside_names_are_read_as_the_owner(second: str) -> None:
    """A column in which anybody is named names the owners."""
    assert read(f"Company,Owner\nVestlake,AG001\nNord,{second}\n").rows[1].owner == second
    by_hand = read("Company,Agent ID\nVestlake,AG001\n", by_hand={"Agent ID": "owner"})
    assert by_hand.rows[0].owner == "AG001"


@pytest.mark.parametrize("heading", ["Gesperrt", "Blocked", "IsDeleted", "Archived", "Inactif", "Bloqueado"])
def test_only_the_yes_of_a_column_of_blocked_customers_is_asked(heading: str) -> None:
    """A no says nothing about a customer's status."""
    drafts = read(f"Company,{heading}\nVestlake,no\nNord,yes\nTeal,no\n")
    assert [(question.value, question.proposed) for question in drafts.questions] == [("yes", "paused")]
    assert [row.status for row in drafts.rows] == [None, Status.PAUSED, None]
    assert read(f"Company,{heading}\nVestlake,no\nNord,no\n").questions == ()


def test_a_status_is_read_before_a_flag() -> None:
    """A column of blocked customers is read where nothing else says their status; one of other words isn't."""
    assert read("Company,Blocked,Status\nVestlake,no,lost\n").rows[0].status is Status.LOST
    drafts = read("Company,Archived\nVestlake,2026-03-05\nNord,2026-03-06\n")
    assert (Field.STATUS in drafts.columns, drafts.questions) == (False, ())


KINDS = [
    Kind(
        "schule.name,schule.ort,schule.kontakt.telefon,schule.kontakt.email\nVest,Kiel,+49 431 5550142,ida@vest.com\n"
        "Nord,Bonn,+49 228 5550143,jo@nord.com\n",
        ("Vest", "Nord"), says={"contact_phone": "+49 431 5550142", "contact_email": "ida@vest.com"},
    ),
    Kind(
        "Société,Prénom du contact,Nom du contact\nVest,Ida,Berg\nNord,Jo,Ray\n",
        ("Vest", "Nord"), says={"contact_name": "Ida Berg"},
    ),
    Kind(
        "Firma,Vorname Ansprechpartner,Nachname Ansprechpartner\nVest,Ida,Berg\nNord,Jo,Ray\n",
        ("Vest", "Nord"), says={"contact_name": "Ida Berg"},
    ),
    Kind(
        "Ragione sociale,Nome titolare,Cognome titolare\nVest,Ida,Berg\nNord,Jo,Ray\n",
        ("Vest", "Nord"), says={"contact_name": "Ida Berg"},
    ),
    Kind(
        "bedrijf,voornaam,tussenvoegsel,achternaam\nVest,Ida,van den,Berg\nNord,Jo,,Ray\n",
        ("Vest", "Nord"), says={"contact_name": "Ida van den Berg"},
    ),
    Kind(
        "target_account_id,organisation_entity_id,account_name\nacct_01,org_9,Vest\nacct_02,org_8,Nord\n",
        ("Vest", "Nord"), says={"external_id": "acct_01"},
    ),
    Kind(
        "Name,Firma,Handy,Büro\nIda Berg,Vest,,+49 431 5550142\nJo Ray,Nord,+49 171 5550143,+49 228 5550143\n",
        ("Vest", "Nord"), says={"contact_phone": "+49 431 5550142"},
    ),
    Kind(
        "Produit;Nom de l'exploitation\nVin;Domaine Vest\nMiel;Ferme Nord\n", ("Domaine Vest", "Ferme Nord"),
    ),
    Kind(
        "Verein,ZVR-Zahl,Bezirk\nVest,1670187874,18\nNord,[nicht dokumentiert],9\nTeal,[nicht dokumentiert],3\n",
        ("Vest", "Nord", "Teal"), says={"external_id": "1670187874"},
    ),
    Kind(
        "LidNummer,ActiefLid,Voornaam,Achternaam\n5,1,Ida,Berg\n6,0,Jo,Ray\n",
        ("Ida Berg", "Jo Ray"), ("0",), says={"external_id": "5", "status": Status.ACTIVE},
    ),
    Kind(
        "Instellingsnaam,Vestigingsnummer,Plaats\nVest,01GH01,Goes\nNord,00LJ00,Tiel\nNord,00LJ01,Delft\n",
        ("Vest", "Nord", "Nord"), says={"external_id": "01GH01"},
    ),
    Kind(
        "empresa,cidade,status_funil\nVest,Faro,Perdido\nNord,Braga,Ativo\n",
        ("Vest", "Nord"), says={"status": Status.LOST},
    ),
    Kind(
        "Account_Name,Parent_Company_1__name,Contact 1\nVest,Nord,Ida Berg\nNord,,Jo Ray\n",
        ("Vest", "Nord"), says={"parent": "Nord", "contact_name": "Ida Berg"},
    ),
    Kind(
        "Nombre,Web,Place ID\nVest,https://vest.es/reus,ChIJO30ey\nVest,https://vest.es/lugo,ChIJR2ihi\n"
        "Nord,https://nord.es,ChIJjVx5T\n",
        ("Vest", "Vest", "Nord"), says={"external_id": "ChIJO30ey", "domain": "vest.es"},
    ),
    Kind(
        "Sponsor,City,Giving Status\nVest,Kiel,Y\nNord,Bonn,N\n",
        ("Vest", "Nord"), ("N", "Y"), says={"status": Status.ACTIVE},
    ),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.text[:24])
def test_kinds(kind: Kind) -> None:
    """Each comes in whole, with what stands there."""
    read_kind(kind)


@pytest.mark.parametrize("heading", ["Fax", "Telefono asesor", "Handelsregister", "Notiz"])
def test_not_every_column_of_numbers_is_a_second_phone(heading: str) -> None:
    """Those of faxes and of our own people aren't, nor numbers of other things."""
    drafts = read(f"Firma,Handy,{heading}\nVest,,123456\nNord,+49 171 5550143,234567\n")
    assert [row.contact_phone for row in drafts.rows] == [None, "+49 171 5550143"]


@pytest.mark.parametrize(
    ("heading", "count"), [("last_checked", 1), ("Scraped at", 1), ("updated_at", 1), ("Next visit", 2)]
)
def test_rows_that_differ_in_when_they_were_written_are_the_same(heading: str, count: int) -> None:
    """A program found one customer twice; other days are the customers' own."""
    rows = "Vest,vest,greenhouse,2026-09-11T15:38:27\nVest,vest,greenhouse,2026-09-11T15:01:19\n"
    drafts = read(f"company,token,platform,{heading}\n{rows}")
    assert len({row.fingerprint for row in drafts.rows}) == count


@pytest.mark.parametrize("name", ["XXXXXX", "xxxx"])
def test_crossed_out_names_are_none(name: str) -> None:
    """Somebody has hidden them."""
    refused = read(f"Company,City\n{name},Kiel\nXXX Lutz,Bonn\n")
    assert ([row.name for row in refused.rows], len(refused.refusals)) == (["XXX Lutz"], 1)


def test_a_contacts_full_name_stays_beside_a_surname() -> None:
    """A heading that just says name, in English, is no first name of a contact."""
    drafts = read("Company,Contact name,Contact last name\nVest,Ida Berg,Berg\n")
    assert drafts.rows[0].contact_name == "Ida Berg"


@pytest.mark.parametrize(
    ("word", "proposed"),
    [("En negociación", "active"), ("in Verhandlung", "active"), ("Descartado", "lost"), ("disqualified", "lost")],
)
def test_words_of_prospects_are_proposed(word: str, proposed: str) -> None:
    """One is still talked to, or was let go."""
    drafts = read(f"Empresa,Estado\nVest,{word}\nNord,Activo\n")
    assert [(question.value, question.proposed) for question in drafts.questions] == [(word, proposed)]


@pytest.mark.parametrize(
    ("cell", "is_none"), [("[not available]", True), ("[n/a]", True), ("[Ida]", False), ("[]", True)]
)
def test_words_for_nothing_in_brackets_are_nothing(cell: str, is_none: bool) -> None:
    """Programs and people mark what they don't know so."""
    assert (read(f"Company,Contact\nVest,{cell}\n").rows[0].contact_name is None) is is_none

"""Headings and countries as people write them in the seven languages, and columns that are nobody's name."""

import pytest

from bot.customers.rules.countries import country_code
from bot.customers.rules.headers import Field, map_headers
from tests.customers.lists import read

HEADINGS = {
    Field.LAST_CONTACT: "Date of last contact|Datum letzter Kontakt|Letzte Kontaktaufnahme|Data do último contato|"
    "Data ultimo contatto|Data dell'ultimo contatto|Datum laatste contact|Laatste contactmoment|Date of Last Activity",
    Field.OWNER: "Zuständiger Mitarbeiter|Außendienst|Chargé d'affaires|Suivi par|Responsable comercial|"
    "Responsabile commerciale|Managed by|Contactbeheerder",
    Field.EXTERNAL_ID: "Cust ID|Nº de cliente|Klantnr",
    Field.DOMAIN: "Sito|Domäne|Dominio|Domínio|Domeinnaam|web_address",
    Field.STATUS: "Étape du cycle de vie|Lebenszyklusphase|Relationship status",
    Field.COUNTRY: "País o región|Ländercode|Code pays|Stato/Paese|Nation",
    Field.CONTACT_EMAIL: "Email de contacto|E-mail do contato",
    Field.CONTACT_PHONE: "N° de téléphone|Work phone|Rufnummer|Mobilnummer",
    Field.CONTACT_ROLE: "Função|Mansione",
    Field.TAGS: "Tag List|Etiketten|Schlagwörter|Stichworte|Mots-clés",
    Field.PARENT: "Mutterunternehmen|Casa madre|Ultimate parent",
    Field.HEADCOUNT: "Nº de colaboradores|employees_range",
}


@pytest.mark.parametrize(
    ("field", "heading"), [(field, each) for field, words in HEADINGS.items() for each in words.split("|")]
)
def test_a_heading_of_another_program_is_read(field: Field, heading: str) -> None:
    """Whatever the language in which a program wrote it."""
    assert map_headers(["Company", heading]).columns == {Field.NAME: 0, field: 1}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Weißrussland", "BY"), ("Biélorussie", "BY"), ("Elfenbeinküste", "CI"), ("Costa d'Avorio", "CI"),
        ("EE.UU.", "US"), ("EEUU", "US"), ("EUA", "US"), ("VS", "US"), ("United States of America (USA)", "US"),
        ("Vietnã", "VN"), ("Irã", "IR"), ("Irlanda", "IE"), ("Cingapura", "SG"), ("VAE", "AE"), ("Palästina", "PS"),
        ("The Bahamas", "BS"), ("Moldawien", "MD"), ("Mazedonien", "MK"), ("RDC", "CD"), ("Bosnië", "BA"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_everyday_name(name: str, code: str) -> None:
    """Which often isn't the one of the standard."""
    assert country_code(name) == code


@pytest.mark.parametrize(
    "heading", ["Remarks", "Bemerkung", "Commentaires", "Observaciones", "Osservazioni", "Notities"]
)
def test_a_note_is_never_taken_for_the_name(heading: str) -> None:
    """Without a column of names, the list is refused with a sentence, in every language."""
    drafts = read(f"Rank,{heading}\n1,good one\n2,asked for a price\n")
    assert (drafts.rows, drafts.questions) == ((), ())
    assert "No column holds the customer's name" in drafts.problems[0]


def test_a_column_of_yes_and_no_is_no_name_where_another_may_hold_names() -> None:
    """Though its heading is Customer and that of the names is unknown; the only company may still be called "No"."""
    drafts = read("Customer,Vestlake group\nTRUE,Pebble\nFALSE,Grain\n")
    assert [row.name for row in drafts.rows] == ["Pebble", "Grain"]
    assert [row.name for row in read("Customer,Since\nNo,2019\n").rows] == ["No"]


@pytest.mark.parametrize("word", ["Churned Customer", "Lost - churned", "Former client", "Ex-client", "Kunde verloren"])
def test_a_customer_that_left_is_lost_without_a_question(word: str) -> None:
    """However a program writes it; "Closed Lost" may be a deal's, and is asked about."""
    drafts = read(f"Company,Lifecycle Stage\nVest,{word}\nNord,Closed Lost\n")
    assert drafts.rows[0].status == "lost"
    assert [question.value for question in drafts.questions] == ["Closed Lost"]


@pytest.mark.parametrize(
    "cell", ["ab 50", "mindestens 50", "au moins 50", "à partir de 50 salariés", "about 50", "ca. 50"]
)
def test_at_least_fifty_people_are_fifty(cell: str) -> None:
    """In the words of each language."""
    drafts = read(f"Company,Employees\nVest,{cell}\n")
    assert drafts.rows[0].headcount == 50


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Inactive Customer", "paused"), ("Customer - Active", "active"), ("Live account", "active"),
        ("Client inactif", "paused"), ("Closed account", "lost"), ("Customer", "active"), ("Customer zombie", "empty"),
    ],
)  # fmt: skip
def test_whose_status_it_is_doesnt_change_what_is_proposed(word: str, status: str) -> None:
    """An inactive customer is asked about like inactive; a word that nobody knows stays open."""
    drafts = read(f"Company,Status\nVest,{word}\nNord,Active\n")
    proposed = [str(question.proposed) for question in drafts.questions]
    assert proposed == ([] if word == "Customer" else [status])

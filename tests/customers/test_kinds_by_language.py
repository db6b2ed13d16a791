"""Lists as programs write them in German, French, Spanish, Portuguese, Italian and Dutch, made up by kind."""

from datetime import date

import pytest

from bot.customers.rules.due import Status
from bot.customers.rules.headers import Field
from bot.customers.rules.values import own_values
from tests.customers.lists import Kind, read, read_kind

NAMES = ("Vest Bau", "Nord Holz", "Teal Optik", "Moor Glas", "Lark Druck", "Reed Metall")

KINDS = {
    "people of companies, in German": Kind(
        "name,ansprechpartner_name,ansprechpartner_rolle,E-Mail Ansprechpartner\nVest Bau,Ida Berg,Einkauf,i@v.de\n",
        ("Vest Bau",), says={"contact_name": "Ida Berg", "contact_role": "Einkauf", "contact_email": "i@v.de"},
    ),
    "people of companies, in Dutch": Kind(
        "KlantID;NaamKlant;Contactpersoon;TitelContactpersoon;FunctieContactpersoon\n7;Vest BV;Ida Berg;Mw.;Inkoper\n",
        ("Vest BV",), says={"external_id": "7", "contact_name": "Ida Berg", "contact_role": "Inkoper"},
    ),
    "people of companies, in Portuguese": Kind(
        "Empresa;Nome do contato;Função do contato;Telefone do contato\nVest Ltda;Ida Berg;Compras;(11) 5555-0142\n",
        ("Vest Ltda",),
        says={"contact_name": "Ida Berg", "contact_role": "Compras", "contact_phone": "(11) 5555-0142"},
    ),
    "providers, in German": Kind("ID,Anbieter,Kosten\n1,Vest e.V.,frei\n2,Nord,10 €\n", ("Vest e.V.", "Nord")),
    "shops to sell to, in Spanish": Kind(
        "N,Nombre del Negocio,Categoria,WhatsApp_Telefono\n1,Vivero Vest,Vivero,11-5555-0142\n2,Nord Deco,Deco,-\n",
        ("Vivero Vest", "Nord Deco"), says={"contact_phone": "11-5555-0142", "tags": ("Vivero",)},
    ),
    "deals, with their companies, in Spanish": Kind(
        "Nombre del negocio,Associated Company\nVest 2026,Vest SL\n", ("Vest SL",),
    ),
    "owners of shops beside the shops, in Spanish": Kind(
        "Nombre,Nombre del negocio,Correo\nIda Berg,Vivero Vest,ida@vest.example\n", ("Vivero Vest",),
        says={"contact_name": "Ida Berg"},
    ),
    "accounts of a bookkeeping program, in Italian": Kind(
        "Codice;Ragione Sociale;Cellulare;Telefono Cli For;Email Cli For;Cod. Agente\n7;Vest;;0444 555014;i@v.it;A1\n",
        ("Vest",),
        says={"external_id": "7", "contact_phone": "0444 555014", "contact_email": "i@v.it", "owner": None},
    ),
    "third parties of a French program": Kind(
        "Tiers;Code client;Commercial affecté;Téléphone Portable\nVest SARL;CU7;Ana;06 55 50 14 22\n", ("Vest SARL",),
        says={"external_id": "CU7", "owner": "Ana", "contact_phone": "06 55 50 14 22"},
    ),
    "relations of a Dutch program": Kind(
        "Relatiecode;Relatienaam;Vertegenwoordiger\nR7;Vest BV;Ana\n", ("Vest BV",),
        says={"external_id": "R7", "owner": "Ana"},
    ),
    "master data of a program, by its names of fields": Kind(
        "KUNNR;NAME1;LAND1;TELF1;SMTP_ADDR\n0000007;Vest GmbH;DE;089 5550142;i@v.de\n", ("Vest GmbH",),
        says={"external_id": "0000007", "country": "DE", "contact_phone": "089 5550142", "contact_email": "i@v.de"},
    ),
    "firms of a database that puts a word before its columns, in German": Kind(
        "kun_id;kun_firmename;kun_anspr_person;kun_ort;kun_country;user_id\n7;Vest GmbH;Ida Berg;Ulm;DE;3\n",
        ("Vest GmbH",), says={"external_id": "7", "contact_name": "Ida Berg", "country": "DE"},
    ),
    "clients of a database, in Spanish": Kind(
        "cli_codigo,cli_razon_social,cli_pais,cli_gerente_general\nC7,Vest SAC,EE.UU.,Ida Berg\n", ("Vest SAC",),
        says={"external_id": "C7", "country": "US", "contact_name": "Ida Berg"},
    ),
    "people of a database, which names whose the columns are": Kind(
        "contact_id,contact_name,contact_country,contact_company\n7,Ida Berg,DE,Vest\n", ("Vest",),
        says={"contact_name": "Ida Berg"},
    ),
    "prospects with the day of contact, in Spanish": Kind(
        "Empresa;Fecha_contacto;Estado\nVest SL;2026-04-13;Activo\nNord SA;;\n", ("Vest SL", "Nord SA"),
        says={"last_contact": date(2026, 4, 13)},
    ),
    "prospects, with whether they were contacted": Kind(
        "Nom;Email;Contacté\nVest;i@v.fr;Non\nNord;;Oui\n", ("Vest", "Nord"), says={"last_contact": None},
    ),
    "members on a website, exported": Kind(
        "Title,Content,Permalink,Slogan,Plaats(en)\nVest,<p>Wij bouwen</p>,https://fair.nl/vest,Samen,Delft & Breda\n"
        "Nord,,https://fair.nl/nord,,Breda\n", ("Vest", "Nord"), system="WordPress",
    ),
    "people by their full names, in Spanish": Kind(
        "NOMBRE COMPLETO,CORREO ELECTRONICO,NOMBRE DE LA EMPRESA\nIda Berg,ida@vest.example,Vest\n", ("Vest",),
        says={"contact_name": "Ida Berg", "contact_email": "ida@vest.example"},
    ),
    "schools, in Dutch, with a heading that stands there twice": Kind(
        "GEMEENTENAAM\tPLAATS\tINSTELLINGSNAAM VESTIGING\tADRES\tPLAATS\nDELFT\tDELFT\tVest College\tDijk 8\tDELFT\n"
        "BREDA\tBREDA\tNord Lyceum\tPlein 2\tBREDA\n", ("Vest College", "Nord Lyceum"),
    ),
    "clubs, in German": Kind(
        "Name des Vereins;Nr\nVest e.V.;1\n", ("Vest e.V.",),
    ),
    "places to stay, in Italian, with what they have": Kind(
        "PISCINA;CODICE IDENTIFICATIVO;DENOMINAZIONE;SITO WEB;RESPONSABILE\nFALSO;975;Vest Rooms;VERO;FALSO\n"
        "VERO;976;Nord Rooms;FALSO;VERO\n", ("Vest Rooms", "Nord Rooms"),
        says={"external_id": "975", "domain": None, "owner": None, "notes": ()},
    ),
    "companies with their heads, in French": Kind(
        "ENTREPRISE,EMAIL,DIRIGEANT\nVest SARL,\"['ida@vest.fr', 'i.berg@vest.fr']\",Ida Berg\n", ("Vest SARL",),
        says={"contact_email": "ida@vest.fr", "contact_name": "Ida Berg"},
    ),
    "what stands for nothing, in six languages": Kind(
        "Firma,Website,Telefon,Betreuer\nVest,n.d.,keine,n.v.t.\nNord,não informado,ninguno,nessuno\n",
        ("Vest", "Nord"),
        says={"domain": None, "contact_phone": None, "owner": None, "notes": ()},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_each_kind_comes_in(kind: str) -> None:
    """With its customers' names, and only the questions that somebody who knows the list would ask."""
    drafts = read_kind(KINDS[kind])
    assert not KINDS[kind].system or drafts.system == KINDS[kind].system


def a_list(heading: str, cells: list[str]) -> str:
    """Return a list of companies with one more column."""
    rows = zip(NAMES[: len(cells)], cells, strict=True)
    return "\n".join([f"Firma;{heading}", *(f"{name};{cell}" for name, cell in rows)])


def test_the_person_responsible_for_the_company_is_the_companys_own() -> None:
    """However few there are; the one responsible for an account is its owner, and so is one named by few rows."""
    drafts = read("Raison Sociale;Responsable de l'entreprise\nVest;Ida Berg\nNord;\n")
    assert [(row.owner, row.contact_name) for row in drafts.rows] == [(None, "Ida Berg"), (None, None)]
    assert drafts.remarks == ()
    drafts = read("Raison Sociale;Responsable du compte\nVest;Ida Berg\nNord;\n")
    assert [(row.owner, row.contact_name) for row in drafts.rows] == [("Ida Berg", None), (None, None)]
    both = read("Azienda;Responsabile azienda;Referente\nVest;Ida Berg;Otto Holm\n")
    assert (both.rows[0].owner, both.rows[0].contact_name) == (None, "Otto Holm")


@pytest.mark.parametrize(
    ("field", "heading"),
    [("domain", "Site web"), ("contact_email", "E-Mail"), ("contact_phone", "Telefon"), ("owner", "Betreuer")],
)
def test_a_column_of_yes_and_no_holds_no_addresses_and_no_people(field: str, heading: str) -> None:
    """It tells whether there is one; nothing is read and nothing is said."""
    drafts = read(a_list(heading, ["true", "false", "ja"]))
    assert [getattr(row, field) for row in drafts.rows] == [None] * 3
    assert (drafts.remarks, [row.notes for row in drafts.rows], drafts.unmapped) == ((), [()] * 3, (heading,))
    beside = read("nom,site_web,url\nVest,true,vest.com\nNord,false,\n")
    assert [row.domain for row in beside.rows] == ["vest.com", None]
    assert read("Name,Country\nVest,NO\nNord,NO\n").rows[0].country == "NO"


def test_the_address_of_the_directory_is_no_customers_domain() -> None:
    """Most rows have it, though they name different companies; a remark says so, and another column is read."""
    directory = ["http://www.fair.com", *["fair.com"] * 4, "www.reed.com"]
    drafts = read(a_list("Website", directory))
    assert [row.domain for row in drafts.rows] == [None] * 6
    assert [note.reason for note in drafts.remarks] == [
        "“Website” was not read as the domain: 5 of its 6 addresses are fair.com."
    ]
    rows = [f"{name};fair.com;{name[:4].lower()}.com" for name in NAMES]
    beside = read("\n".join(["Firma;Website;Homepage", *rows]))
    assert [row.domain for row in beside.rows][:2] == ["vest.com", "nord.com"]
    by_hand = read(a_list("Website", directory), {"Website": "domain"})
    assert by_hand.rows[0].domain == "fair.com"


def test_branches_of_one_company_keep_its_domain() -> None:
    """Where fewer than most rows have it, or the rows are of one name."""
    half = [*["fair.com"] * 3, "vest.com", "nord.com", "teal.com"]
    assert read(a_list("Website", half)).rows[0].domain == "fair.com"
    rows = "\n".join(f"Fair;fair.com;{at}" for at in range(6))
    assert read(f"Firma;Website;Kundennummer\n{rows}\n").rows[0].domain == "fair.com"


@pytest.mark.parametrize("status", ["ATIVA desde 03/11/2005", "aktiv seit 2019", "Active since 2020-05-01", "attiva"])
def test_a_status_with_its_date_is_the_status(status: str) -> None:
    """In the words of each language, and as an adjective of either gender."""
    drafts = read(f"Empresa;Situação\nVest;{status}\n")
    assert (drafts.rows[0].status, drafts.questions) == (Status.ACTIVE, ())


@pytest.mark.parametrize(
    ("word", "proposed"),
    [("Contacté", "active"), ("Pendiente", "active"), ("In attesa", "active"), ("gewonnen", "active"),
     ("Interessado", "active"), ("in behandeling", "active"), ("stillgelegt", "paused"), ("Inativa", "paused"),
     ("encerrada", "lost"), ("fermé", "lost"), ("No interesado", "empty")],
)  # fmt: skip
def test_statuses_of_each_language_are_proposed_as_their_english_words_are(word: str, proposed: str) -> None:
    """A person is asked once."""
    (question,) = read(f"Nome;Status\nVest;{word}\n").questions
    assert question.proposed == proposed


def test_the_status_of_a_lead_is_a_status() -> None:
    """Where nothing else is one."""
    drafts = read("Empresa,Estado_lead\nVest,Activo\n")
    assert drafts.rows[0].status == Status.ACTIVE
    beside = read("Empresa,Estado del lead,Estado del cliente\nVest,Nuevo,Activo\n")
    assert (beside.rows[0].status, beside.questions) == (Status.ACTIVE, ())


def test_a_zone_is_a_time_zone_only_where_one_stands_there() -> None:
    """Else it is an area, which nobody reads and nothing is said about."""
    drafts = read("entreprise,zone\nVest,Paris 15e\nNord,Lyon\n")
    assert ([row.zone for row in drafts.rows], [row.notes for row in drafts.rows]) == ([None, None], [(), ()])
    assert drafts.unmapped == ("zone",)
    zones = read("entreprise,zone\nVest,Europe/Paris\nNord,Lyon\n")
    assert (zones.rows[0].zone, len(zones.rows[1].notes)) == ("Europe/Paris", 1)
    assert len(read("entreprise,fuseau horaire\nVest,Lyon\n").rows[0].notes) == 1


def test_a_post_is_the_contacts_job_where_it_is_in_words() -> None:
    """In French; where it is in digits, it is an extension, which nobody reads."""
    drafts = read("nom,poste,entreprise,email\nIda Berg,DRH,Vest,i@v.example\nOtto Holm,PDG,Nord,o@n.example\n")
    assert [row.contact_role for row in drafts.rows] == ["DRH", "PDG"]
    digits = read(
        "entreprise,contact,telephone,poste\nVest,Ida,01 55 50 14 22,2201\nNord,Otto,01 55 50 14 23,poste 7\n"
    )
    assert [row.contact_role for row in digits.rows] == [None, None]
    assert digits.unmapped == ("poste",)
    assert read("entreprise,poste\nVest,Technicien\nNord,Soudeur\n").rows[0].contact_role is None
    named = read("entreprise,contact,fonction,poste\nVest,Ida,DRH,Accueil\n")
    assert named.rows[0].contact_role == "DRH"
    without = read("nom,poste,entreprise,email\nIda Berg,DRH,,i@v.example\nOtto Holm,PDG,Nord,o@n.example\n")
    assert [row.name for row in without.rows] == ["Ida Berg", "Nord"]


@pytest.mark.parametrize(
    "cells",
    [
        ["05 63 55 01 42", "06.63.55.01.43", "05 63 55 01 44"],
        ["044 555 01 42", "079 555 01 43", "061 555 01 44"],
        ["617-555-0142", "312-555-0143", "(212) 555-0144"],
        ["0444 555014", "049 5550143", "02 55501422"],
        ["05205-55 01", "0231/5550142", "030-55 50-14 3"],
    ],
    ids=["French", "Swiss", "American", "Italian", "German"],
)
def test_numbers_as_each_country_writes_them_are_known_by_their_looks(cells: list[str]) -> None:
    """Under a heading that nobody knows, by a grouping that only numbers to call have, or by area codes that differ."""
    assert own_values(Field.CONTACT_PHONE, cells) == {*cells}
    assert [row.contact_phone for row in read(a_list("Erreichbar", cells)).rows] == cells


@pytest.mark.parametrize(
    "cells",
    [
        ["01310-100", "01311-200", "04538-133"],
        ["0444 555014", "0445 555015", "0446 555016"],
        ["05-03-2026", "06-03-2026", "07-03-2026"],
        ["0604511800", "0503460530", "0200811802"],
        ["21/815/08150", "07/345/67890", "012/345/6789"],
        ["732 829 320", "552 100 554", "383 474 814"],
        ["0.12 345678", "01.5", "02.75"],
    ],
    ids=["postal codes", "codes of one length", "dates", "banks", "tax numbers", "companies", "decimals"],
)
def test_other_numbers_of_a_country_are_none_to_call(cells: list[str]) -> None:
    """Under a heading that nobody knows."""
    assert own_values(Field.CONTACT_PHONE, cells) == set()


def test_a_heading_that_speaks_of_phones_needs_less_certain_numbers() -> None:
    """Any that differ; a column that is empty doesn't go before it, and one of fax numbers is never read."""
    numbers = ["5550142", "55 50 14 3", "5550144"]
    assert [row.contact_phone for row in read(a_list("Festnetz-Telefon Zentrale", numbers)).rows] == numbers
    rows = [f"{name};;{number}" for name, number in zip(NAMES, numbers, strict=False)]
    beside = read("\n".join(["Firma;Handy;Tel. Lager", *rows]))
    assert [row.contact_phone for row in beside.rows] == numbers
    assert read(a_list("Telefon Fax", numbers)).rows[0].contact_phone is None
    assert read(a_list("Telefonvertrag Nr", ["A-1", "A-2", "A-3"])).rows[0].contact_phone is None

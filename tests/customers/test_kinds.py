"""One made-up list of each kind that strangers keep: what its customers are called, and what is asked about it."""

from decimal import Decimal

import pytest

from tests.customers.lists import Kind, read, read_kind

KINDS = {
    "Salesforce": Kind(
        "Id,Name,Website,Site,AccountNumber,ParentId,OwnerId\n001A,Vestlake,vestlake.com,HQ,C1,,005\n"
        "001B,Nord,,,C2,001A,005\n",
        ("Vestlake", "Nord"), says={"external_id": "001A", "domain": "vestlake.com"}, system="Salesforce",
    ),
    "Zoho": Kind(
        "Record Id,Account Owner.id,Account Owner,Account Name,Website,Account Number\n"
        "zcrm_1,zcrm_9,Ana Lima,Vestlake,vestlake.com,0\n",
        ("Vestlake",), says={"external_id": "zcrm_1", "owner": "Ana Lima"}, system="Zoho",
    ),
    "Odoo": Kind("Name,Customer\nVestlake,TRUE\nNord,FALSE\n", ("Vestlake", "Nord")),
    "Xero": Kind(
        "*ContactName,AccountNumber,EmailAddress,FirstName,LastName,POAttentionTo\nVestlake,V1,ida@vestlake.com,Ida,Berg,\n",
        ("Vestlake",), says={"external_id": "V1", "contact_name": "Ida Berg"}, system="Xero",
    ),
    "QuickBooks": Kind(
        "Example Ltd,,,\nCustomer Contact List,,,\n,,,\nCustomer,Phone Numbers,Full Name,Billing Address\n"
        "Vestlake,Phone:(617) 555-0142 Mobile:(617) 555-0143,Ida Berg,\n",
        ("Vestlake",), says={"contact_phone": "(617) 555-0142", "contact_name": "Ida Berg"}, system="QuickBooks",
    ),
    "LinkedIn": Kind(
        'Notes:\n"Some addresses are missing, see ""Help"""\n\nFirst Name,Last Name,URL,Email Address,Company,Position,'
        "Connected On\nIda,Berg,https://www.linkedin.com/in/ida,,Vestlake,CFO,03 Nov 2026\n",
        ("Vestlake",), says={"contact_name": "Ida Berg", "contact_role": "CFO"}, system="LinkedIn",
    ),
    "Google Contacts": Kind(
        "First Name,Last Name,Organization Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Value\n"
        "Ida,Berg,Vestlake,* myContacts ::: Clients,Work,ida@v.com ::: i@v.com,+1 617 ::: +1 618\nOtto,Holm,,,,,\n",
        ("Vestlake", "Otto Holm"),
        says={"contact_email": "ida@v.com", "contact_phone": "+1 617", "tags": ("myContacts", "Clients")},
    ),
    "HubSpot": Kind(
        "Record ID,Company name,Company owner,Lifecycle Stage,Company Domain Name,Website URL\n"
        "1,Vestlake,Ana,Churned,facebook.com,https://vestlake.com\n2,Nord,,Customer,nord.dk,\n3,Teal,,Opportunity,,\n",
        ("Vestlake", "Nord", "Teal"), ("Opportunity",), {"status": "lost", "domain": "vestlake.com"}, "HubSpot",
    ),
    "Crunchbase": Kind(
        "permalink,name,homepage_url,category_list,status,country_code,founded_at\n"
        "/o/1,#vest,http://www.vest.com,|Games|Politics|,operating,USA,2012-06-01\n/o/2,Nord,,,acquired,EST,\n",
        ("#vest", "Nord"), ("acquired", "operating"), {"domain": "vest.com", "country": "US", "status": "active"},
    ),
    "Y Combinator": Kind(
        "id,name,website,team_size,batch,status,tags\n1,Vest,https://vest.com,12,W21,Active,\"['SaaS', 'B2B']\"\n"
        "2,Nord,,,S20,Inactive,[]\n3,Teal,,300,S12,Public,[]\n",
        ("Vest", "Nord", "Teal"), ("Inactive", "Public"), {"tags": ("SaaS", "B2B"), "headcount": 12},
    ),
    "Pipedrive's list": Kind(
        "Name,Label,Owner,Closed deals,Open deals,ID\nVestlake,Customer,Ana,2,1,17\n",
        ("Vestlake",), says={"external_id": "17"}, system="Pipedrive",
    ),
    "Insightly": Kind(
        "Record Id,Organization Name,Organization Owner\n1,Vestlake,Ana\n", ("Vestlake",), system="Insightly"
    ),
    "Copper": Kind(
        "Copper ID,Name,Email Domain,Owned By,Contact Type,Last Contacted\n"
        "1,Vest,vest.com,Ana,Current Customer,11/3/2026\n2,Nord,,,Customer,10/14/2026\n",
        ("Vest", "Nord"), says={"owner": "Ana", "domain": "vest.com"},
    ),
    "Capsule, companies and people": Kind(
        "Type,Id,Organisation,First Name,Last Name,Email Address,Website\nOrganisation,1,Vest,,,,vest.com\n"
        "Person,2,Vest,Ida,Berg,ida@vest.com,\nPerson,3,,Otto,Holm,,\n",
        ("Vest", "Vest", "Otto Holm"), says={"external_id": None},
    ),
    "Mailchimp": Kind(
        'Email Address,First Name,Last Name,Company,TAGS\nida@v.com,Ida,Berg,Vest,"""vip"",""news"""\n',
        ("Vest",), says={"tags": ("vip", "news")},
    ),
    "monday": Kind(
        "Clients,,,\n,,,\nActive clients,,,\nName,Subitems,Person,Email\nVest,,Ana,\n,,,\nFormer clients,,,\n"
        "Name,Subitems,Person,Email\nNord,,Bob,\n",
        ("Vest", "Nord"), says={"owner": "Ana"}, system="monday",
    ),
    "Notion": Kind(
        "Name,Owner\nVest (https://www.notion.so/Vest-12),Ana (https://www.notion.so/Ana-3)\n", ("Vest",),
        says={"owner": "Ana"},
    ),
    "two languages": Kind(
        "No.,Firma / Company,Betreuer/in,Letzter Kontakt am\n1,Vest GmbH,Ana,3.11.26\n", ("Vest GmbH",),
        says={"owner": "Ana"},
    ),
    "Sage": Kind(
        "Account Reference,Account Name,Account Status\nV1,Vest,0\nN1,Nord,0\n", ("Vest", "Nord"), ("0",),
        {"external_id": "V1", "status": None},
    ),
    "customer success": Kind(
        "Account,CSM,CSM Email,Account Executive,Stage\nVest,Ana,ana@example.test,Bob,Adopting\n", ("Vest",),
        says={"owner": "Ana (ana@example.test)", "status": "active"},
    ),
    "a charity's register": Kind(
        "Charity Name,Charity Number,Charity Status,Website\nVest Trust,SC1,Active,vest.org\nNord Fund,SC2,Removed,\n",
        ("Vest Trust", "Nord Fund"), says={"domain": "vest.org"},
    ),
    "vendors and their people": Kind(
        "VENDOR_FORMAL_NAME,VENDOR_DBA,FIRST_NAME,LAST_NAME,WEBADDR\nVest LLC,Vest,Ida,Berg,vest.com\n,,Otto,Holm,\n",
        ("Vest LLC", "Otto Holm"), says={"contact_name": "Ida Berg", "domain": "vest.com"},
    ),
    "HubSpot's contacts": Kind(
        "Record ID,First Name,Last Name,Email,Contact owner,Associated Company\n51,Ida,Berg,ida@vest.com,Ana,Vest\n"
        "52,Bo,Ray,bo@vest.com,Ana,Vest\n",
        ("Vest", "Vest"), says={"external_id": None, "owner": "Ana", "contact_name": "Ida Berg"},
    ),
    "by trade": Kind("institution,url,user name\nMIT,mit.edu,ana\nETH,ethz.ch,bob\n", ("MIT", "ETH")),
    "two names by trade": Kind(
        "Store,Dealer Name,Street\nVest Main,Ida Motors,1\nNord Hill,Ida Motors,2\n", ("Vest Main", "Nord Hill"),
        ("Store",),
    ),
    "Salesforce in Spanish": Kind(
        "Propietario de la cuenta,Nombre de la cuenta,País de facturación,Última actividad,Id. de la cuenta,"
        "Cuenta principal,Sitio web\n"
        "Ana,Vest SL,España,25/10/2026,001a,,vest.es\nBob,Nord SA,Dinamarca,03/11/2026,001b,Vest SL,\n",
        ("Vest SL", "Nord SA"), says={"owner": "Ana", "country": "ES", "external_id": "001a", "domain": "vest.es"},
        system="Salesforce",
    ),
    "Salesforce in French": Kind(
        "Propriétaire du compte;Nom du compte;Pays de facturation;ID de compte;Compte principal;Revenu annuel;"
        "Employés\nAna;Vest SA;France;001a;;1 200 000 €;250\nBob;Nord;Danemark;001b;Vest SA;;\n",
        ("Vest SA", "Nord"), says={"owner": "Ana", "currency": "EUR", "headcount": 250}, system="Salesforce",
    ),
    "HubSpot in German": Kind(
        "Datensatz-ID,Unternehmensname,Zuständiger Mitarbeiter für Unternehmen,Datum der letzten Aktivität,Land/Region,"
        "Lifecycle-Phase,Domainname des Unternehmens\n1,Vest GmbH,Ana,2026-11-03 10:00,Deutschland,Kunde,vest.de\n",
        ("Vest GmbH",), says={"owner": "Ana", "country": "DE", "domain": "vest.de", "status": "active"},
        system="HubSpot",
    ),
    "HubSpot in Portuguese": Kind(
        "ID do registro,Nome da empresa,Proprietário da empresa,Número de telefone,País/região,Fase do ciclo de vida,"
        "Receita anual,Nome de domínio da empresa\n1,Vest,Ana,11 555,Brasil,Oportunidade,1200,vest.com.br\n",
        ("Vest",), ("Oportunidade",), {"owner": "Ana", "contact_phone": "11 555", "domain": "vest.com.br"}, "HubSpot",
    ),
    "Pipedrive in German": Kind(
        "Organisation - ID;Organisation - Name;Organisation - Besitzer;Organisation - Land der Adresse;Organisation - "
        "Datum der letzten Aktivität\n17;Vest GmbH;Ana;Deutschland;2026-11-03\n",
        ("Vest GmbH",), says={"external_id": "17", "owner": "Ana", "country": "DE"},
    ),
    "Dynamics in German": Kind(
        "Kontoname;Telefon (Hauptanschluss);Primärer Kontakt;E-Mail (Primärer Kontakt);Besitzer;Status\n"
        "Vest GmbH;089;Ida Berg;ida@vest.de;Ana;Aktiv\n",
        ("Vest GmbH",), says={"contact_name": "Ida Berg", "contact_email": "ida@vest.de", "owner": "Ana"},
    ),
    "DATEV": Kind(
        "Konto;Name (Adressattyp Unternehmen);Name (Adressattyp natürl. Person);Vorname (Adressattyp natürl. Person);"
        "Anrede;Land\n10001;Vest GmbH;;;Firma;DE\n10002;;Holm;Otto;Herr;DK\n",
        ("Vest GmbH", "Otto Holm"), says={"external_id": "10001", "country": "DE"}, system="DATEV",
    ),
    "ActiveCampaign, which isn't Salesforce": Kind(
        "Account ID,Account Name,Account URL,Account Owner,Number of contacts\n1,Vest,vest.com,Ana,4\n",
        ("Vest",), says={"external_id": "1", "domain": "vest.com", "owner": "Ana"},
    ),
    "Zendesk, whose links are its own": Kind(
        "id,url,name,shared_tickets,domain_names\n36,https://x.zendesk.com/api/36.json,Vest,false,vest.com v.com\n"
        "37,https://x.zendesk.com/api/37.json,Nord,false,\n",
        ("Vest", "Nord"), says={"external_id": "36", "domain": "vest.com"}, system="Zendesk",
    ),
    "Airtable, with signs before the status": Kind(
        "Company,Status,CSM,Last Call\nVest,🟢 Active,Ana,2026-11-03\nNord,🔴 Churned,Bob,\nTeal,1. On hold,,\n",
        ("Vest", "Nord", "Teal"), says={"status": "active", "owner": "Ana"},
    ),
    "Attio": Kind(
        "Record ID,Name,Domains,Primary location > Country,Employee range,Last interaction > When\n"
        "r1,Vest,vest.com,Spain,250,2026-11-03T10:00:00Z\n",
        ("Vest",), says={"external_id": "r1", "country": "ES", "headcount": 250},
    ),
    "NetSuite": Kind(
        "Internal ID,ID,Name,Sales Rep,Status\n881,CUST1,Vest,Ana,CUSTOMER-Closed Won\n",
        ("Vest",), ("CUSTOMER-Closed Won",), {"external_id": "881", "status": "active"},
    ),
    "SAP": Kind(
        "BP Code\tBP Name\tPhone 1\tContact Person\tSales Employee\nC1\tVest\t617\tIda Berg\tAna\n",
        ("Vest",), says={"external_id": "C1", "contact_phone": "617", "owner": "Ana"},
    ),
    "Omie, with a state of Brazil": Kind(
        "Código do Cliente;Razão Social;Nome Fantasia;Cidade;Estado;Vendedor;Situação\n"
        "1;Vest Ltda;Vest;Recife;PE;Ana;Ativo\n",
        ("Vest Ltda",), says={"aliases": ("Vest",), "owner": "Ana", "status": "active", "external_id": "1"},
    ),
    "Sage in French": Kind(
        "Code tiers;Raison sociale;Pays;SIRET;Représentant;CA N-1;Date dernier contact\n"
        "C1;Vest SARL;France;123;Ana;1 234,50;25/10/2026\n",
        ("Vest SARL",), says={"external_id": "C1", "owner": "Ana", "annual_value": Decimal("1234.50")},
    ),
    "sevDesk, with two numbers": Kind(
        "Kunden-Nr.;Nachname;Vorname;Organisation;Land;Debitoren-Nr.\n1001;;;Vest GmbH;Deutschland;10001\n",
        ("Vest GmbH",), says={"external_id": "1001", "country": "DE"},
    ),
    "an insurer's policies": Kind(
        "Policyholder,Policy Number,Agent,Premium\nVest Marine Ltd,P-1,Ana,1200\n", ("Vest Marine Ltd",),
        says={"owner": "Ana"},
    ),
    "in Polish": Kind(
        "Nazwa firmy;Opiekun;NIP;Ostatni kontakt\nVest Sp. z o.o.;Ana;123;03.11.2026\n", ("Vest Sp. z o.o.",),
        says={"owner": "Ana", "external_id": "123"},
    ),
    "in Swedish": Kind(
        "Företag;Kontaktperson;Ansvarig säljare;Organisationsnummer;Senaste kontakt\nVest AB;Ida;Ana;556;2026-11-03\n",
        ("Vest AB",), says={"owner": "Ana", "contact_name": "Ida", "external_id": "556"},
    ),
    "a stock exchange's": Kind(
        "cik_str,ticker,title\n320193,AAPL,Apple Inc.\n789019,MSFT,Microsoft Corp\n", ("Apple Inc.", "Microsoft Corp"),
        ("title",), {"external_id": "AAPL", "contact_role": None},
    ),
    "universities, with lists in cells": Kind(
        "name,country,domains\nVest University,Spain,\"['vest.edu', 'vest.org']\"\n", ("Vest University",),
        says={"domain": "vest.edu", "country": "ES"},
    ),
    "grants, whose phase is no status": Kind(
        "Company,Award Title,Phase,POC\nVest LLC,Optics,Phase II,Ida Berg\n", ("Vest LLC",),
        says={"status": None, "contact_name": "Ida Berg"},
    ),
    "partners of a forum, with its pages": Kind(
        "organization_name,organization_site,link\nVest,http://vest.com/,https://forum.org/o/vest\n"
        "Nord,https://nord.dk/about,https://forum.org/o/nord\n",
        ("Vest", "Nord"), says={"domain": "vest.com"},
    ),
    "a directory, with categories beside tags": Kind(
        "id,slug,name,categories,tags,websiteUrls\no:vest,vest,Vest,Apps|Data,b2b|apps,https://vest.com|https://v.io\n",
        ("Vest",), says={"tags": ("b2b", "apps"), "domain": "vest.com", "external_id": "o:vest"},
    ),
    "a program's lists in cells": Kind(
        "id,name,domain_names,tags\n1,Vest,\"['(vest.com)', 'v.com']\",[]\n2,Nord,[],['vip']\n", ("Vest", "Nord"),
        says={"domain": "vest.com", "tags": None},
    ),
    "exhibitors, with their ids": Kind(
        "exhibitor_id,name,booth\n001Pp,Vest,8700\n001Pq,Nord,8701\n", ("Vest", "Nord"), says={"external_id": "001Pp"}
    ),
    "a consortium, in short and in full": Kind(
        "No,Short name,Full name,Country,Partner DID\n1,VST,VEST LABORATORY,Greece,did:oyd:zQmciJaGKx3\n"
        "2,NRD,NORD S.A.,Portugal,did:oyd:zQmRCQtN5r\n",
        ("VEST LABORATORY", "NORD S.A."), says={"aliases": ("VST",), "contact_name": None, "country": "GR"},
    ),
    "startups by their rounds": Kind(
        "Startup,Country HQ,Sector,Amount,Date\nVest,Kenya,Energy,31,January\nNord,UK,Jobs,2,May\n", ("Vest", "Nord"),
        says={"country": "KE"},
    ),
    "a chamber of commerce's, with decimals": Kind(
        "Organisation,KvK number,clean_name\nVest B.V.,16051874.0,vest\n", ("Vest B.V.",),
        says={"external_id": "16051874"},
    ),
    "a register, with trading names": Kind(
        "business_entity_name,trading_name,abn\nVest Pty Ltd,Vest Advisory,36128\n,Nord,36129\n",
        ("Vest Pty Ltd", "Nord"), says={"aliases": ("Vest Advisory",), "external_id": "36128"},
    ),
    "a sales sheet, with brackets in its headings": Kind(
        '"PRIORITY (A-D)\n(DropDown)",Organizations,"SEGMENT\n(DropDown)","PRIMARY ACCT. MANAGER \n(DropDown)",PHONE\n'
        "A,Vest Diner,Casual,Ana,617\nB,Nord Tap,,,\n",
        ("Vest Diner", "Nord Tap"), says={"owner": "Ana", "tags": ("Casual",), "contact_phone": "617"},
    ),
    "chambers, with their members counted": Kind(
        ',,PARTNER INFO,,\nChamber Name,Owner,Email,# Members,Available?\nVest Chamber,Ana,i@vest.org,"1,900",Yes\n'
        "Nord Chamber,Bob,,675,No\n",
        ("Vest Chamber", "Nord Chamber"), says={"owner": "Ana"},
    ),
    "people, whose contact type is no status": Kind(
        'First Name,Last Name,Company,Contact Type\nIda,Berg,Vest,"NGOs, Universities"\n'
        'Bo,Ray,Nord,"NGOs, Universities"\n',
        ("Vest", "Nord"), says={"status": None, "contact_name": "Ida Berg"},
    ),
    "partners, with websites by trade": Kind(
        "partner_name,url_slug,partner_website,portal_type\nVest Homes,vest,http://www.vest.com/,AppFolio\n",
        ("Vest Homes",), says={"domain": "vest.com"},
    ),
    "offices, in headings of one word": Kind(
        "agencyName,agencyAcronym,agencyWebsite\nOficina de Puertos,ODP,https://puertos.pr.gov\n"
        "Oficina del Agua,ODA,http://www.agua.pr.gov/\n",
        ("Oficina de Puertos", "Oficina del Agua"), says={"domain": "puertos.pr.gov", "aliases": ("ODP",)},
    ),
    "partners, in Spanish": Kind(
        "Pais,Socio,Logo\nPeru,Vest,https://vest.pe/logo.png\nChile,Nord,https://nord.cl/logo.png\n", ("Vest", "Nord"),
        says={"country": "PE"},
    ),
    "publishers, with ids of a registry": Kind(
        "Publisher Name,Publisher Registry Id,Files\nVest,1-vs,2\nNord,nord,2\n", ("Vest", "Nord"),
        says={"external_id": "1-vs"},
    ),
    "gathered from websites, with prose for what isn't there": Kind(
        "Organization Name,URL,Email,Phone\nVest,https://vest.org/,Not listed on website,Information not available\n"
        "Nord,https://nord.org/,i@nord.org,206 555 0100\n",
        ("Vest", "Nord"), says={"contact_email": None, "contact_phone": None},
    ),
    "a statistician's, where NA isn't Namibia": Kind(
        "id,name,country,hall\n1,Vest,NA,NA\n2,Nord,Denmark,NA\n3,Teal,NA,17\n", ("Vest", "Nord", "Teal"),
        says={"country": None, "external_id": "1"},
    ),
    "airports, no headings": Kind(
        '1,"Goroka Airport",Goroka,-6.081\n2,"Madang Airport",Madang,-5.207\n3,"Mendi Airport",Mendi,-6.14\n',
        ("Goroka Airport", "Madang Airport", "Mendi Airport"), ("Column 2",),
    ),
    "no headings": Kind(
        "Vestlake,vestlake.com,Ana Lima\nNord,nord.dk,Bob Chen\nTeal,,Ana Lima\n", ("Vestlake", "Nord", "Teal"),
        ("Column 1",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_each_kind_comes_in(kind: str) -> None:
    """With its customers' names, and only the questions that somebody who knows the list would ask."""
    wanted = KINDS[kind]
    drafts = read_kind(wanted)
    assert drafts.system == wanted.system
    assert any("The first line" in note.reason for note in drafts.remarks) == ("no headings" in kind)


def test_what_statisticians_write_for_nothing_is_no_owner_contact_or_status() -> None:
    """Nobody is asked which status NA is, and nobody hears that no colleague is called so."""
    headings = "Company,Account Manager,Contact name,Phone,Email,Parent,Status"
    drafts = read(f"{headings}\nVest,NA,NA,NA,NA,NA,NA\nNord,TBD,Unknown,unknown,NA,NA,NA\n")
    assert (drafts.questions, drafts.remarks, drafts.refusals) == ((), (), ())
    for row in drafts.rows:
        assert (row.owner, row.parent, row.status, row.contact_phone, row.contact_name, row.notes) == (*[None] * 5, ())


def test_a_first_line_that_may_be_a_customer_is_named() -> None:
    """A single column of names without a heading can't be told from one with a heading nobody knows."""
    drafts = read("Vestlake\nNord\nTeal\n")
    assert [row.name for row in drafts.rows] == ["Nord", "Teal"]
    assert [note.reason for note in drafts.remarks] == [
        "The first line (“Vestlake”) was taken for the headings. If it is a customer, write headings above it."
    ]
    (remark,) = read("Vestlake,vestlake.com\nNord,nord.dk\n").remarks
    assert remark.reason.startswith("The first line (“Vestlake”, “vestlake.com”) is no line of headings, so ")


def test_columns_without_headings_are_mapped_by_number() -> None:
    """Every line is a row then."""
    text = "Vestlake,vestlake.com,Ana Lima\nNord,nord.dk,Bob Chen\n"
    drafts = read(text, {"Column 1": "name", "Column 2": "domain", "Column 3": "owner"})
    assert [(row.name, row.domain, row.owner, row.row_number) for row in drafts.rows] == [
        ("Vestlake", "vestlake.com", "Ana Lima", 1), ("Nord", "nord.dk", "Bob Chen", 2),
    ]  # fmt: skip
    assert drafts.questions == ()


def test_headings_that_are_repeated_between_the_rows_are_left_out_and_named() -> None:
    """With the title of the group below it, which is no customer; the last row of a list before another one is."""
    drafts = read(KINDS["monday"].text)
    assert [note.reason for note in drafts.remarks] == [
        "2 lines above the headings left out: “Clients”, “Active clients”.",
        "2 lines between the rows left out: “Former clients”, “Name Subitems Person Email”.",
    ]
    drafts = read("Company,Owner\nAcme,Ana\nBolt,\nCompany,Owner\nCora,Ana\nTotal,3\n")
    assert [row.name for row in drafts.rows] == ["Acme", "Bolt", "Cora"]


def test_an_id_is_a_persons_only_where_people_stand_beside_companies() -> None:
    """A list of people without companies keeps its ids, and so does one whose id is the customer's by name."""
    people = "Id,First name,Last name{}\n1,Ida,Berg{}\n2,Bo,Ray{}\n"
    assert [row.external_id for row in read(people.format("", "", "")).rows] == ["1", "2"]
    beside = read(people.format(",Company", ",Vest", ",Vest"))
    assert [(row.name, row.external_id) for row in beside.rows] == [("Vest", None), ("Vest", None)]
    assert "Id" in beside.unmapped
    named = people.replace("Id", "Customer id").format(",Company", ",Vest", ",Nord")
    assert [row.external_id for row in read(named).rows] == ["1", "2"]


def test_links_to_a_programs_own_pages_are_no_domains() -> None:
    """All on one host; another column is read then, a remark says so, and a person may still choose the column."""
    rows = "".join(f"C{at},https://crm.vest.com/accounts/{at},c{at}.com\n" for at in range(3))
    drafts = read("Name,Url,Website\n" + rows)
    assert [row.domain for row in drafts.rows] == ["c0.com", "c1.com", "c2.com"]
    drafts = read("Name,Url\n" + rows.replace(",c0.com", "").replace(",c1.com", "").replace(",c2.com", ""))
    assert [row.domain for row in drafts.rows] == [None] * 3
    assert [note.reason for note in drafts.remarks] == [
        "“Url” was not read as the domain: all its pages are on crm.vest.com."
    ]
    chosen = read("Name,Url\n" + rows.replace(",c", ",").replace(",0.com", ""), {"Url": "domain"})
    assert chosen.rows[0].domain == "vest.com"


def test_what_programs_write_for_nothing_is_no_cause_for_remarks() -> None:
    """An empty list, a lone full stop, "not available"."""
    drafts = read("Name,Domains,Tags,Phone,Email\nVest,[],[],.,not available\nNord,Not applicable,{},n.a.,NaN\n")
    assert drafts.remarks == ()
    assert [(row.domain, row.tags, row.contact_phone, row.contact_email) for row in drafts.rows] == [(None,) * 4] * 2


def test_brackets_in_headings_count_where_they_hold_a_unit() -> None:
    """Revenue in millions isn't read as money; other words in brackets are left out."""
    drafts = read("Company,Revenue ($M),Employees (approx.)\nVest,12,250\n")
    assert (drafts.rows[0].annual_value, drafts.rows[0].headcount) == (None, 250)
    assert read("Company,Revenue (million)\nVest,12\n").rows[0].annual_value is None
    assert read("Name,Country\nVest,NA\n").rows[0].country == "NA"


def test_an_id_by_trade_is_read_where_each_row_has_its_own() -> None:
    """A shop that several customers go to is no id of theirs, nor is it one beside another or by a person's choice."""
    text = "{},Name\n1,Vest\n{},Nord\n"
    assert [row.external_id for row in read(text.format("Vendor No.", 2)).rows] == ["1", "2"]
    assert [row.external_id for row in read(text.format("Store ID", 1)).rows] == [None, None]
    assert [row.external_id for row in read(text.format("Store ID", "")).rows] == [None, None]
    assert [row.external_id for row in read(text.format("Store ID", 2), {"Store ID": "ignore"}).rows] == [None, None]
    assert read("Vendor ID,Id,Name\n7,1,Vest\n").rows[0].external_id == "1"


def test_a_column_of_technical_ids_is_not_proposed_as_the_name() -> None:
    """Nor one of long tokens; what is left is proposed."""
    token = "x" * 40
    drafts = read(f"Did,Hash,Whatever\ndid:oyd:zQmciJaGKx3,{token}1,Vest Ltd\ndid:oyd:zQmRCQtN5r,{token}2,Nord Ltd\n")
    assert [question.proposed for question in drafts.questions] == ["2"]
    assert [row.name for row in drafts.rows] == ["Vest Ltd", "Nord Ltd"]


def test_states_of_a_country_are_no_statuses() -> None:
    """*Estado* is a status where its values are, and a state in an address where they aren't."""
    drafts = read("Empresa,Ciudad,Estado\nVest,Guadalajara,Jalisco\nNord,Monterrey,Nuevo León\n")
    assert (drafts.questions, "Estado" in drafts.unmapped) == ((), True)
    assert [note.reason for note in drafts.remarks] == [
        "“Estado” was not read as the status: none of its 2 values is one."
    ]
    drafts = read("Empresa,Estado\nVest,Activo\nNord,Prospecto\n")
    assert [row.status for row in drafts.rows] == ["active", "active"]
    assert [question.value for question in drafts.questions] == ["Prospecto"]


def test_whose_a_value_is_doesnt_count_unless_another_column_has_the_bare_heading() -> None:
    """*Account Site* is no website, *Business Owner* none of ours, and a person's own *Phone* goes before others."""
    drafts = read("Account Name,Account Site,Phone,Company Phone\nVest,HQ,617,618\n")
    assert (drafts.rows[0].domain, drafts.rows[0].contact_phone) == (None, "617")
    assert (drafts.unmapped, drafts.spares) == (("Account Site",), {"contact_phone": ["Company Phone"]})
    assert read("Business Name,Business Owner\nVest,Ida Berg\n").rows[0].owner is None

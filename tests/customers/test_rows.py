"""A row becomes a customer, or is refused with a reason one can act on."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.rules import cells, dates
from bot.customers.rules.cells import Unclear
from bot.customers.rules.countries import country_code, nearest_country
from bot.customers.rules.due import Status
from bot.customers.rules.headers import Field, map_headers
from bot.customers.rules.rows import LONGEST_NAME, Refusal, RowDraft, parse_row

TODAY = date(2026, 3, 10)


def parse(**fields: str) -> RowDraft | list[Refusal]:
    """A row with these cells under our own headings, on line 7."""
    mapping = map_headers(list(fields))
    return parse_row(7, list(fields.values()), mapping, today=TODAY, default_source="crm")


def draft(**fields: str) -> RowDraft:
    """The customer that a row named Acme with these cells becomes."""
    parsed = parse(**({"name": "Acme"} | fields))
    assert isinstance(parsed, RowDraft), parsed
    return parsed


def refusal(**fields: str) -> Refusal:
    """The one reason why a row named Acme with these cells is refused."""
    parsed = parse(**({"name": "Acme"} | fields))
    assert isinstance(parsed, list), parsed
    (only,) = parsed
    return only


def test_a_full_row_becomes_a_customer() -> None:
    """Every field arrives typed."""
    row = draft(
        name=" Acme  Corporation ",
        aliases="Acme; ACME Corp|Acme",
        domain="https://www.acme.co.uk/x",
        owner="mara@us.example",
        cadence="30 days",
        status="Churned",
        external_id="00123",
        source="Salesforce",
        parent="Golddex",
        annual_value="€ 12k",
        currency="",
        headcount="1,185",
        country="Deutschland",
        zone="europe/berlin",
        tags="gold; north",
        preferences="takes calls before ten; coffee black",
        added_on="2024-02-29T10:00:00Z",
        contact_name="Ann Li",
        contact_role="CFO",
        contact_email="Ann Li <ann@acme.co.uk>",
        contact_phone="+44 20 555",
        contact_do_not_contact="no",
        last_contact="05.03.2026",
    )
    assert row == RowDraft(
        row_number=7,
        name="Acme Corporation",
        aliases=("Acme", "ACME Corp"),
        domain="acme.co.uk",
        owner="mara@us.example",
        cadence=30,
        status=Status.LOST,
        external_id="00123",
        source="Salesforce",
        parent="Golddex",
        annual_value=Decimal("12000.00"),
        currency="EUR",
        headcount=1185,
        country="DE",
        zone="Europe/Berlin",
        tags=("gold", "north"),
        preferences=("takes calls before ten", "coffee black"),
        added_on=datetime(2024, 2, 29, 10, tzinfo=UTC),
        contact_name="Ann Li",
        contact_role="CFO",
        contact_email="ann@acme.co.uk",
        contact_phone="+44 20 555",
        contact_do_not_contact=False,
        last_contact=date(2026, 3, 5),
    )


@pytest.mark.parametrize("word", ["", "  ", "NULL", "n/a", "N/A", "-", "none", "—", "#N/A"])
def test_words_for_nothing_are_blanks(word: str) -> None:
    """A blank is no value: it will erase nothing."""
    fields = {field.value: word for field in Field if field is not Field.NAME}
    assert draft(**fields) == RowDraft(row_number=7, name="Acme", source="crm")


def test_a_row_without_a_name_is_refused() -> None:
    """A name is the one thing every customer has."""
    assert refusal(name="NULL", owner="mara").reason == "The row has no name: write what the customer is called."
    assert "nothing that can be shown" in refusal(name="\u202e\0\u200b").reason


def test_a_row_with_more_cells_than_headings_is_refused() -> None:
    """A separator inside an unquoted cell shifts everything after it; nothing of such a row is believed."""
    mapping = map_headers(["name", "country"])
    refused = parse_row(9, ["Acme", "Berlin", "DE"], mapping, today=TODAY, default_source="")
    assert isinstance(refused, list)
    (only,) = refused
    assert (only.row_number, only.column) == (9, "")
    assert "has 3 cells, but the first line names 2 columns" in only.reason
    assert isinstance(parse_row(9, ["Acme", "DE", "", " "], mapping, today=TODAY, default_source=""), RowDraft)
    assert isinstance(parse_row(9, ["Acme"], mapping, today=TODAY, default_source=""), RowDraft)


def test_everything_wrong_with_a_row_is_said_at_once() -> None:
    """One import is enough to learn of all of a row's faults, each under its own heading."""
    mapping = map_headers(["Company name", "Cadence", "Last contact", "Status"])
    refusals = parse_row(3, ["-", "0", "yesterday", "fine"], mapping, today=TODAY, default_source="")
    assert isinstance(refusals, list)
    assert [r.column for r in refusals] == ["Company name"]
    row = parse_row(3, ["Acme", "0", "someday", "fine"], mapping, today=TODAY, default_source="")
    assert isinstance(row, RowDraft)
    assert [note.column for note in row.notes] == ["Cadence", "Status", "Last contact"]
    assert row.notes[0].reason == (
        "“0” is no cadence; write the days between contacts, from 1 to 365. It was left blank."
    )


@pytest.mark.parametrize(
    ("field", "cell", "words"),
    [
        ("last_contact", "2026-03-11", "after today (2026-03-10)"),
        ("added_on", "03/04/2026", "could be 03 April or 04 March; write 2026-04-03 or 2026-03-04"),
        ("added_on", "1/2/26", "could be 01 February or 02 January"),
        ("added_on", "last week", "tells no date by itself"),
        ("added_on", "31.02.2026", "no day in the calendar"),
        ("external_id", "1.23E+11", "spreadsheet has shortened"),
        ("external_id", "x" * 121, "at most 120"),
        ("status", "lukewarm", "active, paused, lost, excluded"),
        ("cadence", "366", "from 1 to 365"),
        ("cadence", "9" * 5000, "far too long"),
    ],
)
def test_what_cannot_be_read_is_left_blank_and_noted(field: str, cell: str, words: str) -> None:
    """Dates, cadence, status and ids are never guessed, and never cost a customer; the sentence says what to write."""
    row = draft(**{field: cell})
    assert getattr(row, field) is None
    (note,) = row.notes
    assert words in note.reason
    assert note.row_number == 7
    assert len(note.value) <= 60
    assert len(note.reason) < 300


def test_a_name_that_is_none_refuses_the_row() -> None:
    """A megabyte is no name; the answer stays short."""
    found = refusal(name="x" * 1_048_576)
    assert "at most 200" in found.reason
    assert len(found.value) <= 60


def test_an_unclear_do_not_contact_is_taken_as_one() -> None:
    """Nobody is written to by mistake: a date of unsubscribing is a yes."""
    row = draft(contact_do_not_contact="2024-05-01")
    assert row.contact_do_not_contact is True
    assert "taken as “do not contact”, to be safe" in row.notes[0].reason


@pytest.mark.parametrize(
    ("field", "cell", "words"),
    [
        ("annual_value", "12.500", "12500 or 12.5"),
        ("annual_value", "a lot", "write it like 12500.50"),
        ("annual_value", "-5", "below zero"),
        ("currency", "euros", "three letters"),
        ("headcount", "many", "250"),
        ("zone", "Atlantis/Capital", "Europe/Lisbon"),
        ("contact_email", "ann at acme", "mara@acme.com"),
        ("domain", "https://facebook.com/acme", "acme.com"),
    ],
)
def test_what_nothing_depends_on_costs_no_customer_its_place(field: str, cell: str, words: str) -> None:
    """An unreadable size, zone or address is left blank and noted; the customer is taken."""
    row = draft(**{field: cell})
    assert getattr(row, field) is None
    (note,) = row.notes
    assert words in note.reason
    assert note.reason.endswith("It was left blank.")


def test_a_misspelt_country_is_kept_with_a_suggestion() -> None:
    """Nothing is guessed: the words stay and a person sees what may be meant."""
    row = draft(country="Philipines")
    assert row.country == "Philipines"
    assert "did you mean Philippines?" in row.notes[0].reason


def test_a_long_name_is_cut_and_noted() -> None:
    """A name of a few hundred characters is still a customer."""
    row = draft(name="Depositary share " * 20)
    assert len(row.name) == LONGEST_NAME
    assert "first 200 characters" in row.notes[0].reason


def test_a_person_without_a_company_is_the_customer() -> None:
    """In a list of people nobody is left out for having no company."""
    mapping = map_headers(["First name", "Last name", "Company", "Email"])
    alone = parse_row(2, ["Ann", "Li", "", "ann@gmail.com"], mapping, today=TODAY, default_source="")
    employed = parse_row(3, ["Ann", "Li", "Acme", "ann@acme.com"], mapping, today=TODAY, default_source="")
    assert isinstance(alone, RowDraft)
    assert isinstance(employed, RowDraft)
    assert (alone.name, alone.contact_name) == ("Ann Li", "Ann Li")
    assert (employed.name, employed.contact_name) == ("Acme", "Ann Li")


def test_the_lists_own_source_goes_before_the_default() -> None:
    """Where a row came from is what it says, else what the file is known as."""
    assert draft(source_system="Pipedrive").source == "Pipedrive"
    assert draft().source == "crm"


@pytest.mark.parametrize(
    "name", ["<!channel>", '=HYPERLINK("x")', "👩‍🚀 Space", "שלום בע״מ", "Robert'); DROP TABLE x;--", "@here"]
)
def test_hostile_names_are_names(name: str) -> None:
    """A name is kept as it is; showing it safely is the screens' part."""
    assert draft(name=name).name == name


@pytest.mark.parametrize(
    ("cell", "amount", "currency"),
    [
        ("1.100,04", "1100.04", None),
        ("1,100.04", "1100.04", None),
        ("1100.04", "1100.04", None),
        ("1 100,04 €", "1100.04", "EUR"),
        ("1'100.04 CHF", "1100.04", "CHF"),
        ("1,100", "1100.00", None),
        ("1.234.567", "1234567.00", None),
        ("12,34,567.5", "1234567.50", None),
        ("€ 12k", "12000.00", "EUR"),
        ("US$1.5M", "1500000.00", "USD"),
        ("$ 99", "99.00", None),
        ("GBP 3 mio", "3000000.00", "GBP"),
        ("4,5", "4.50", None),
        ("0.125", "0.12", None),
        ("1.1E+09", "1100000000.00", None),
    ],
)
def test_money_is_read_in_anybodys_notation(cell: str, amount: str, currency: str | None) -> None:
    """Signs, codes, thousands and decimals of many countries."""
    assert cells.read_money(cell) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "cell", ["12.500", "1,2,3", "1.2.3,4,5", "abc", "€", "1e99", "9" * 40, "12 parsecs", "1..2", ""]
)
def test_money_that_can_be_two_things_is_none(cell: str) -> None:
    """No amount is guessed."""
    with pytest.raises(Unclear):
        cells.read_money(cell)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_money_we_write_is_money_we_read(amount: Decimal) -> None:
    """A plain amount with two decimals, and the same with thousands parted in both ways, comes back."""
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert {cells.read_money(text)[0] for text in (f"{amount:f}", english, german)} == {amount}


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ("250", 250), ("1,185", 1185), ("1.185", 1185), ("2822.0", 2822), ("51-200", 51), ("10,001+", 10001),
        ("~40", 40), ("Ca. 1.185 employees", 1185), ("20 à 49 salariés", 20), ("5k", 5000), ("1 to 5k", 1000),
        ("über 500 Mitarbeiter", 500), ("1,001-5,000 employees", 1001), ("11 – 50", 11),
    ],
)  # fmt: skip
def test_headcounts_are_read(cell: str, people: int) -> None:
    """Of a range the smaller number counts."""
    assert cells.lower_bound(cell, cells.read_headcount)[0] == people


@pytest.mark.parametrize(
    ("cell", "amount", "currency"),
    [
        ("$10M-$50M", "10000000", None), ("€1-5 million", "1000000", "EUR"), ("850 tkr", "850000", None),
        ("1.2M", "1200000", None), ("5k", "5000", None), ("$50M+", "50000000", None), ("~ 500", "500", None),
        ("10 bis 20 Mio. EUR", "10000000", "EUR"), ("1M to 10M USD", "1000000", "USD"),
    ],
)  # fmt: skip
def test_of_a_range_of_money_the_lower_bound_is_read(cell: str, amount: str, currency: str | None) -> None:
    """The unit behind the upper bound is that of the lower, too."""
    assert cells.lower_bound(cell, cells.read_money)[0] == (Decimal(amount), currency)


def test_a_range_is_noted() -> None:
    """The remark says which bound was kept."""
    row = draft(annual_value="$10M-$50M", headcount="51-200")
    assert (row.annual_value, row.headcount) == (Decimal(10_000_000), 51)
    assert [note.reason for note in row.notes] == [
        "“$10M-$50M” is a range; its lower bound was kept.", "“51-200” is a range; its lower bound was kept.",
    ]  # fmt: skip
    assert draft(annual_value="~500", headcount="10,001+").notes == ()


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("Customer, Hot lead", ("Customer", "Hot lead")), ("a; b, c|d", ("a", "b, c", "d")),
        ("* myContacts ::: Clients", ("myContacts", "Clients")), ("gold", ("gold",)),
    ],
)  # fmt: skip
def test_tags_in_one_cell_are_split(cell: str, tags: tuple[str, ...]) -> None:
    """A comma divides them only where nothing else does."""
    assert draft(tags=cell).tags == tags


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-05", "2026/3/5", "20260305", "05.03.2026", "5.3.2026", "5 March 2026", "5 Mar 2026", "5-Mar-2026",
        "March 5, 2026", "Mar 5 2026", "Thursday, March 5, 2026", "5. März 2026", "2026-03-05 23:59",
        "2026-03-05T23:59:59.123Z",
        "2026-03-05T08:00:00+13:00", "5 March 2026 8:00 PM",
    ],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(cell: str) -> None:
    """The calendar day as written, whatever stands behind it."""
    assert dates.read_date(cell) == date(2026, 3, 5)


def test_day_and_month_are_told_apart_only_where_they_can_be() -> None:
    """13/03 explains itself; 05/03 needs the list's own order."""
    assert dates.read_date("13/03/2026") == dates.read_date("03/13/2026") == date(2026, 3, 13)
    assert dates.read_date("05/05/2026") == date(2026, 5, 5)
    assert dates.read_date("05/03/2026", day_first=True) == date(2026, 3, 5)
    assert dates.read_date("05-03-2026", day_first=False) == date(2026, 5, 3)
    for cell in ("05/03/2026", "5-3-2026", "0/3/2026", "99/99/2026", "2026-13-01", "0001-01-01", "soon"):
        with pytest.raises(Unclear):
            dates.read_date(cell)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("45987", date(2025, 11, 26)), ("45987.5", date(2025, 11, 26)), ("1772668800", date(2026, 3, 5)),
        ("3/4/26", date(2026, 4, 3)), ("3/4/98", date(1998, 4, 3)), ("05.03.26", date(2026, 3, 5)),
        ("5-Mar-26", date(2026, 3, 5)), ("Mar 5, 26", date(2026, 3, 5)), ("13/3/25 9:15 AM", date(2025, 3, 13)),
        ("last week", date(2026, 4, 2)), ("vor 3 Tagen", date(2026, 4, 6)), ("il y a 2 mois", date(2026, 2, 8)),
        ("yesterday", date(2026, 4, 8)), ("a week ago", date(2026, 4, 2)), ("hace 2 días", date(2026, 4, 7)),
        ("3 giorni fa", date(2026, 4, 6)), ("2 weken geleden", date(2026, 3, 26)), ("há um mês", date(2026, 3, 10)),
    ],
)  # fmt: skip
def test_other_ways_to_write_a_date(cell: str, day: date) -> None:
    """Numbers of spreadsheets, seconds, years of two digits, and days told by their distance from 9 April 2026."""
    assert dates.read_moment(cell, today=date(2026, 4, 9), day_first=True, from_today=True) == day


@given(st.dates(min_value=date(1800, 1, 1)))
def test_every_date_we_write_is_a_date_we_read(day: date) -> None:
    """ISO, dotted and spelt-out dates come back."""
    assert dates.read_date(day.isoformat()) == day
    assert dates.read_date(f"{day:%d.%m.}{day.year:04}") == day
    assert dates.read_date(f"{day:%d %B} {day.year:04}") == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"), ("de", "DE"), ("DEU", "DE"), ("UK", "GB"), ("U.S.A.", "US"), ("United States", "US"),
        ("Côte d’Ivoire", "CI"), ("Ivory Coast", "CI"), ("Korea", "KR"), ("South Korea", "KR"), ("Vietnam", "VN"),
        ("Republic of the Congo", "CG"), ("NA", "NA"), ("Türkiye", "TR"), ("Czechia", "CZ"),
        ("Trinidad and Tobago", "TT"),
        ("Atlantis", None), ("", None),
    ],
)  # fmt: skip
def test_countries_by_name_or_code(text: str, code: str | None) -> None:
    """Names in English and the commonest others, codes of two and three letters; nothing else."""
    assert country_code(text) == code


def test_na_is_a_blank_only_where_a_value_belongs() -> None:
    """The word NA is Namibia, a share and a name, but no revenue and no date."""
    row = draft(name="Na", country="NA", external_id="NA", annual_value="NA", last_contact="na", headcount="nil")
    assert row == RowDraft(row_number=7, name="Na", country="NA", external_id="NA", source="crm")
    assert nearest_country("Atlantis") is None


@pytest.mark.parametrize(
    "cell", ["(GMT+01:00) Central European Time (Europe/Berlin)", "europe_slash_berlin", "Europe/Berlin"]
)
def test_zones_in_other_systems_spelling(cell: str) -> None:
    """Salesforce and HubSpot write zones in their own ways."""
    assert cells.read_zone(cell) == "Europe/Berlin"


@given(st.dictionaries(st.sampled_from([field.value for field in Field]), st.text(max_size=40), min_size=1))
def test_no_cell_whatever_breaks_the_reading(row: dict[str, str]) -> None:
    """Any text in any column gives a customer or reasons."""
    parsed = parse(**row)
    assert isinstance(parsed, RowDraft) or all(refused.reason.endswith((".", "?")) for refused in parsed)
    if isinstance(parsed, RowDraft):
        assert parsed.name


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "x" * 1000}, "its first 200 characters were kept"),
        ({"name": "x" * 200}, ""),
        ({"external_id": "x" * 120}, ""),
        ({"last_contact": "2026-03-10"}, ""),
    ],
)
def test_a_cell_may_be_as_long_and_as_late_as_the_limit(fields: dict[str, str], sentence: str) -> None:
    """Today included; only a name that is cut is noted."""
    assert " ".join(note.reason for note in draft(**fields).notes).endswith(f"{sentence}." if sentence else "")
    assert len(draft(**fields).notes) == bool(sentence)


def test_a_cell_of_two_hundred_characters_is_read() -> None:
    """A longer one is refused unread, and so is a name of more than a thousand."""
    assert "is no cadence" in draft(cadence="9" * 200).notes[0].reason
    assert "far too long" in draft(cadence="9" * 201).notes[0].reason
    assert "too long for a name" in refusal(name="x" * 1001).reason


def test_a_list_of_people_may_have_short_rows_and_blanks() -> None:
    """Who has a first name alone is called by it; a stroke is no name."""
    people = map_headers(["First name", "Last name"])
    ann = parse_row(2, ["Ann"], people, today=TODAY)
    assert isinstance(ann, RowDraft)
    assert (ann.name, ann.contact_name) == ("Ann", "Ann")
    assert isinstance(parse_row(3, ["-"], people, today=TODAY), list)


def test_the_name_of_a_lists_origin_is_cut_to_fit() -> None:
    """Sixty characters are kept."""
    row = parse_row(2, ["Acme"], map_headers(["name"]), today=TODAY, default_source="s" * 61)
    assert isinstance(row, RowDraft)
    assert len(row.source or "") == 60


def test_a_page_on_a_shared_host_is_no_domain_and_is_kept_as_another_name() -> None:
    """Nothing that was said is lost; the company of the host keeps its domain."""
    row = draft(name="Bob's Books", domain="https://www.amazon.com/shops/bob", aliases="Bobs")
    assert (row.domain, row.aliases) == (None, ("Bobs", "amazon.com/shops/bob"))
    assert row.notes[0].reason == (
        "“https://www.amazon.com/shops/bob” is on a host that many companies share, and no domain of the customer's "
        "own, such as acme.com (the page is kept under “Also called”). It was left blank."
    )
    assert draft(name="Amazon", domain="amazon.com").domain == "amazon.com"
    joes = draft(name="Joe's Diner", domain="joes.business.site")
    assert (joes.domain, joes.aliases, len(joes.notes)) == (None, None, 1)
    assert draft(domain="facebook.com/" + "a" * 300).aliases is None


def test_another_column_is_read_where_the_plainer_has_no_domain() -> None:
    """What the plainer one said is noted; an empty one needs no word."""
    row = draft(**{"Company domain name": "facebook.com", "Website URL": "https://acme.com/"})
    assert row.domain == "acme.com"
    assert [note.reason.rpartition(". ")[2] for note in row.notes] == ["Another column was read."]
    row = draft(**{"Company domain name": "", "Website URL": "acme.com"})
    assert (row.domain, row.notes) == ("acme.com", ())
    row = draft(**{"Company domain name": "acme", "Website URL": "nothing here"})
    assert row.domain is None
    assert [(note.column, note.reason.endswith("It was left blank.")) for note in row.notes] == [
        ("Company domain name", True), ("Website URL", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "owner"),
    [
        ({"CSM": "Ana", "CSM Email": "ana@example.test"}, "Ana (ana@example.test)"),
        ({"Owner name": "Ana", "Owner e-mail": "ana@example.test"}, "Ana (ana@example.test)"),
        ({"CSM": "", "CSM Email": "ana@example.test"}, "ana@example.test"),
        ({"CSM": "ana@example.test", "CSM Email": "other@example.test"}, "ana@example.test"),
        ({"CSM": "Ana", "CSM Email": "none yet"}, "Ana"),
        ({"Account owner": "Ana", "CSM Email": "bob@example.test"}, "Ana"),
        ({"Account Owner.id": "zcrm_7", "Account Owner": "Ana"}, "Ana"),
    ],
)
def test_an_owners_address_stands_beside_the_name(fields: dict[str, str], owner: str) -> None:
    """Whoever is called otherwise in Slack is found by it; an id says nothing where a name stands."""
    assert draft(**fields).owner == owner


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("Phone:(617) 555-0142", "(617) 555-0142"),
        ("Phone:(617) 555-0142 Mobile:(617) 555-0199", "(617) 555-0142"),
        ("+1 617 555 0142 ::: +1 617 555 0143", "+1 617 555 0142"),
        ("Tel. : 089 5550142", "089 5550142"),
        ("089 5550142 (work)", "089 5550142 (work)"),
        ("Phone:", None),
    ],
)
def test_the_first_of_several_phone_numbers_is_kept_without_its_kind(cell: str, phone: str | None) -> None:
    """QuickBooks and Google write several into one cell."""
    assert draft(contact_phone=cell).contact_phone == phone


@pytest.mark.parametrize(
    "cell", ["jo@acme.com ::: bo@acme.com", "jo@acme.com; bo@acme.com", "Ito, Jo <jo@acme.com>", "mailto:jo@acme.com"]
)
def test_the_first_of_several_addresses_is_kept(cell: str) -> None:
    """One cell may hold several people's."""
    assert draft(contact_email=cell).contact_email == "jo@acme.com"

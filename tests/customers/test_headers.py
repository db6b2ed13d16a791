"""A list's headings find their fields, or one sentence says what is missing."""

import pytest

from bot.customers.rules.headers import Field, map_headers

HUBSPOT = (
    "Record ID,Company name,Company Domain Name,Company owner,Number of Employees,Annual Revenue,Associated Company IDs"
)
SALESFORCE = "Account ID,Account Name,Account Owner,Website,Annual Revenue,Employees,Parent Account,Last Activity"
PIPEDRIVE = "Organization - ID,Organization - Name,Organization - Owner"


def found(line: str) -> dict[str, str]:
    """Heading by field."""
    mapping = map_headers(line.split(","))
    assert not mapping.problems
    return {field.value: mapping.headers[at] for field, at in mapping.columns.items()}


def test_a_hubspot_export_is_read_without_help() -> None:
    """HubSpot's headings are known, and so is HubSpot."""
    assert found(HUBSPOT) == {
        "external_id": "Record ID",
        "name": "Company name",
        "domain": "Company Domain Name",
        "owner": "Company owner",
        "headcount": "Number of Employees",
        "annual_value": "Annual Revenue",
    }
    mapping = map_headers(HUBSPOT.split(","))
    assert mapping.system == "HubSpot"
    assert mapping.unmapped == ("Associated Company IDs",)


def test_other_columns_of_names_stand_in_where_the_customers_name_is_empty() -> None:
    """The best rank first; the column that is read is none of them, nor is one that says something else."""
    assert map_headers(["Name", "Company", "Customer", "Owner"]).spares == {Field.NAME: (2, 0)}
    assert map_headers(["Company", "Account name", "Notes"]).spares == {Field.NAME: (0,)}
    assert map_headers(["Owner", "Owner email", "Company"]).spares == {Field.OWNER: (1,)}
    assert map_headers(["Company", "City"]).spares == {}


def test_a_salesforce_export_is_read_without_help() -> None:
    """Salesforce's headings are known, and so is Salesforce."""
    fields = found(SALESFORCE)
    assert fields["parent"] == "Parent Account"
    assert fields["last_contact"] == "Last Activity"
    assert fields["domain"] == "Website"
    assert map_headers(SALESFORCE.split(",")).system == "Salesforce"


def test_a_pipedrive_export_is_read_without_help() -> None:
    """Pipedrive's headings are known, and so is Pipedrive."""
    assert set(found(PIPEDRIVE)) == {"external_id", "name", "owner"}
    assert map_headers(PIPEDRIVE.split(",")).system == "Pipedrive"


def test_our_own_list_comes_back_whole() -> None:
    """Every heading we write is one we read, as the field it was."""
    headers = [field.header for field in Field]
    mapping = map_headers(headers)
    assert mapping.columns == {field: at for at, field in enumerate(Field)}
    assert mapping.system == "Evenhand"
    assert not mapping.problems
    assert map_headers([field.value for field in Field]).columns == mapping.columns


@pytest.mark.parametrize("heading", ["companyName", "COMPANY_NAME", " Company-Name ", "company name:"])
def test_case_and_punctuation_of_a_heading_do_not_matter(heading: str) -> None:
    """One heading, however spelt."""
    assert map_headers([heading]).columns == {Field.NAME: 0}


def test_a_missing_name_is_one_sentence_with_the_way_out() -> None:
    """Without a name column the reader learns what was seen and what to type."""
    mapping = map_headers(["Impresa", "Ort"])
    assert mapping.problems == (
        'No column holds the customer\'s name among “Impresa”, “Ort”: say which one with --map "Impresa=name".',
    )
    assert "names no columns" in map_headers(["", " "]).problems[0]


def test_two_columns_for_one_field_are_rivals() -> None:
    """Two equally good columns are left to their cells, until one is chosen or left out by hand."""
    headers = ["Account", "Customer", "Owner"]
    found = map_headers(headers)
    assert (found.rivals, found.problems) == (((Field.NAME, [0, 1]),), ())
    assert map_headers(headers, {"customer": "name"}).columns[Field.NAME] == 1
    left_out = map_headers(headers, {"Customer": "ignore"})
    assert left_out.columns[Field.NAME] == 0
    assert not left_out.problems
    assert left_out.unmapped == ("Customer",)


def test_of_two_columns_the_plainer_one_is_read() -> None:
    """A domain goes before a website, a company before a bare name; the other stands in where it says nothing."""
    mapping = map_headers(["Name", "Company", "Website", "Company Domain Name"])
    assert mapping.columns == {Field.NAME: 1, Field.DOMAIN: 3}
    assert mapping.spares == {Field.NAME: (0,), Field.DOMAIN: (2,)}
    assert mapping.unmapped == ()


def test_mapping_by_hand_goes_first_and_its_mistakes_are_named() -> None:
    """A column or field that doesn't exist, or a field given twice, is said in a sentence."""
    headers = ["Betrieb", "Art"]
    assert map_headers(headers, {"Betrieb": "Name", "Art": "tags"}).columns == {Field.NAME: 0, Field.TAGS: 1}
    assert "no column called “Nix”" in map_headers(headers, {"Nix": "name"}).problems[0]
    assert "no field called “bogus”" in map_headers(headers, {"Art": "bogus", "Betrieb": "name"}).problems[0]
    assert "could all be the name" in map_headers(headers, {"Art": "name", "Betrieb": "name"}).problems[0]


def test_first_and_last_name_make_a_person() -> None:
    """A list of people is read too: their names are the contacts'."""
    mapping = map_headers(["FirstName", "LastName", "Company"])
    assert mapping.person == (0, 1)
    assert map_headers(["First name", "Last name"]).problems == ()
    assert map_headers(["First name"]).problems


def test_a_sentence_about_a_thousand_columns_stays_short() -> None:
    """Only some of many headings are repeated."""
    (problem,) = map_headers([f"column {at} " + "x" * 500 for at in range(1000)]).problems
    assert "and 988 more" in problem
    assert len(problem) < 1000


def test_columns_of_one_heading_are_told_apart_by_their_number() -> None:
    """Each can be chosen or left out by hand, by the name that the problem gives it."""
    headers = ("Company", "Owner", "Owner", "", "", "Owner")
    found = map_headers(headers)
    assert found.headers == ("Company", "Owner", "Owner (2)", "", "", "Owner (3)")
    assert found.rivals == ((Field.OWNER, [1, 2, 5]),)
    chosen = map_headers(headers, {"Owner (2)": "owner", "Owner": "ignore", "Owner (3)": "ignore"})
    assert chosen.problems == ()
    assert chosen.columns[Field.OWNER] == 2
    left_out = map_headers(headers, {"Owner": "ignore", "Owner (2)": "ignore"})
    assert left_out.columns[Field.OWNER] == 5


@pytest.mark.parametrize("heading", ["Create Date", "Created", "Customer since", "Date added", "Start date"])
def test_a_crms_old_dates_dont_make_customers_neglected(heading: str) -> None:
    """The wait begins when we learn of a customer; only our own "Added on" says otherwise."""
    assert Field.ADDED_ON not in map_headers(["Company name", heading]).columns
    assert Field.ADDED_ON in map_headers(["Company name", "Added on"]).columns
    assert Field.ADDED_ON in map_headers(["Company name", heading], {heading: "added_on"}).columns


@pytest.mark.parametrize(("length", "shown"), [(40, "c" * 40), (41, "c" * 39 + "…")])
def test_a_heading_is_repeated_in_forty_characters(length: int, shown: str) -> None:
    """In the sentence and in the way out."""
    (problem,) = map_headers(["c" * length]).problems
    assert f"“{shown}”" in problem
    assert f'--map "{shown}=name"' in problem


@pytest.mark.parametrize(("count", "more"), [(12, ": say"), (13, " and 1 more: say"), (14, " and 2 more: say")])
def test_twelve_headings_are_named_and_the_others_counted(count: int, more: str) -> None:
    """So that the sentence stays one."""
    (problem,) = map_headers([f"Z{at}" for at in range(count)]).problems
    assert f"“Z11”{more}" in problem


def test_of_three_columns_the_first_is_offered_and_the_last_left_out() -> None:
    """Each way out is one that works."""
    owners = dict.fromkeys(["Owner", "Account owner", "Lead owner"], "owner")
    problem = map_headers([*owners, "Company"], owners).problems[0]
    assert '--map "Owner=owner"' in problem
    assert '--map "Account owner=ignore"' in problem


def test_a_contacts_name_goes_before_first_and_last_name() -> None:
    """And a column that somebody mapped by hand is no part of a name."""
    assert map_headers(["First name", "Last name", "Company", "Contact name"]).person == ()
    taken = map_headers(["First name", "Last name", "Company"], {"First name": "tags"})
    assert (taken.person, taken.columns[Field.TAGS]) == ((), 0)
    assert map_headers(["First name", "Last name", "Company"], {"First name": "ignore"}).person == ()
    assert map_headers(["First name", "Last name", "First name", "Company"]).person == (0, 1)
    assert map_headers(["Company", "Colour"]).system == ""

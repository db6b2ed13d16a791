"""What the cells of a list hold: numbers at their limits, words for choices, contacts line by line."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.rules import cells
from bot.customers.rules.cells import ContactDetails, Unclear, UnclearContact, read_contacts, write_contact
from bot.customers.rules.due import Status

PARTS = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("read", "cell", "value"),
    [
        (cells.read_cadence, "1", 1), (cells.read_cadence, "365 days", 365), (cells.read_cadence, "every 14 d", 14),
        (cells.read_cadence, " Every  Two Weeks ", 14), (cells.read_cadence, "Half-yearly", 182),
        (cells.read_flag, " Ja ", True), (cells.read_flag, "0", False),
        (cells.read_status, "Do_Not-Contact", Status.EXCLUDED), (cells.read_status, " On  hold", Status.PAUSED),
        (cells.read_currency, " chf ", "CHF"), (cells.read_currency, "NZ$", "NZD"), (cells.read_currency, "€", "EUR"),
        (cells.read_headcount, "2147483647", 2**31 - 1), (cells.read_headcount, "0", 0),
        (cells.read_headcount, "1.185 employees", 1185), (cells.read_headcount, "1.234.567", 1_234_567),
        (cells.read_email, "mailto:jo@acme.com", "jo@acme.com"),
        (cells.read_email, " Jo < jo@acme.com > ", "jo@acme.com"),
        (cells.read_email, "jo@acme.com  \tbo@acme.com", "jo@acme.com"),
        (cells.read_email, "Jo jo@acme.com", "jo@acme.com"), (cells.plain_key, "'007", "007"),
        (cells.plain_key, "16051874.0", "16051874"), (cells.plain_key, "A1.0", "A1.0"),
        (cells.read_zone, "America/New York", "America/New_York"), (cells.read_zone, " utc ", "UTC"),
        (cells.split_words, "gold| north;;gold; - ", ("gold", "north")),
    ],
)  # fmt: skip
def test_a_cell_is_read_in_the_words_people_use(read: Callable[[str], object], cell: str, value: object) -> None:
    """In any case and spacing, up to the largest that fits."""
    assert read(cell) == value


@pytest.mark.parametrize(
    ("read", "cell", "words"),
    [
        (cells.read_cadence, "often", "no cadence"), (cells.read_cadence, "0 days", "no cadence"),
        (cells.read_cadence, "366", "from 1 to 365"), (cells.read_flag, "", "neither yes nor no"),
        (cells.read_status, "", "no status"), (cells.read_currency, "EURO", "three letters"),
        (cells.read_headcount, "2147483648", "no number of people"),
        (cells.read_headcount, "2.5", "no number of people"),
        (cells.read_email, "jo@acme", "no e-mail"), (cells.read_zone, "posix/UTC", "no time zone"),
        (cells.read_money, "(5)", "below zero"), (cells.read_money, "1E15", "more money than there is"),
    ],
)  # fmt: skip
def test_a_cell_that_is_none_is_unclear(read: Callable[[str], object], cell: str, words: str) -> None:
    """The sentence says how to write it."""
    with pytest.raises(Unclear, match=words):
        read(cell)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("999999999999999.99", "999999999999999.99"), ("123,456", "123456"), ("1234,567", "1234.57"),
        ("0,125", "0.12"), ("0.500", "0.50"), ("1234.500", "1234.50"), ("12.5k", "12500"), ("2 bn EUR", "2000000000"),
    ],
)  # fmt: skip
def test_a_lone_separator_parts_thousands_only_where_it_can(cell: str, amount: str) -> None:
    """A comma before exactly three digits, unless nought stands before it; elsewhere it is the decimal one."""
    assert cells.read_money(cell)[0] == Decimal(amount)


@pytest.mark.parametrize(
    ("cell", "words"), [("12.500", "12500 or 12.5;"), ("12.000", "12000 or 12.0;"), ("123.456", "123456 or 123.456;")]
)
def test_an_amount_that_can_be_two_is_told_as_both(cell: str, words: str) -> None:
    """So that a person can choose."""
    with pytest.raises(Unclear) as refused:
        cells.read_money(cell)
    assert words in str(refused.value)


def test_an_address_fits_in_a_mail() -> None:
    """At most 254 characters, 64 of them before the sign."""
    longest = "a" * 64 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + ".com"
    longest = longest.replace("@", "@" + "e" * (254 - len(longest)))
    assert len(longest) == 254
    assert cells.read_email(longest) == longest
    for cell in (longest.replace("@", "@e"), "a" * 65 + "@acme.com"):
        with pytest.raises(Unclear):
            cells.read_email(cell)


@pytest.mark.parametrize(
    ("key", "shortened"), [("1.23E+11", True), ("1,2e+5", True), ("1.23E11", False), ("12", False)]
)
def test_an_id_that_a_spreadsheet_shortened_is_known(key: str, shortened: bool) -> None:
    """Several ids look alike in that form."""
    assert cells.looks_shortened(key) is shortened


@pytest.mark.parametrize(
    ("cell", "blank"),
    [(" N/A ", True), ("", True), ("na", False), ("Acme", False), (" " * 199, True), (" " * 300, False)],
)
def test_a_blank_is_short(cell: str, blank: bool) -> None:
    """A long cell isn't looked through for words that mean nothing."""
    assert cells.is_blank(cell) is blank


def test_the_parts_of_a_contact_are_told_apart_by_how_they_look() -> None:
    """In any order, with blank lines and blank parts between; three digits make a phone number."""
    found = read_contacts(
        "\nJo Ito; DNC;; +351 21; buyer ;jo@acme.com\n \nBo; 12\nCy; (123)\nDi; don’t contact; 12a4\n"
    )
    assert found == (
        ContactDetails(name="Jo Ito", role="buyer", email="jo@acme.com", phone="+351 21", do_not_contact=True),
        ContactDetails(name="Bo", role="12"),
        ContactDetails(name="Cy", phone="(123)"),
        ContactDetails(name="Di", role="12a4", do_not_contact=True),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" ; x", "Each line begins with a name: Jo Ito; buyer; jo@acme.com; +351 21 000."),
        ("Jo; a@", "Jo: “a@” is no e-mail address; write it like mara@acme.com."),
        ("Jo; a; b", "Jo has two entries for the role: “a” and “b”; keep one."),
        ("Jo; 123; 456", "Jo has two entries for the phone: “123” and “456”; keep one."),
        ("Jo\n" * 51, "At most 50 contacts fit; leave some out."),
    ],
)
def test_a_line_that_names_nobody_is_refused(text: str, sentence: str) -> None:
    """In one sentence; fifty lines are allowed."""
    with pytest.raises(UnclearContact) as refused:
        read_contacts(text)
    assert str(refused.value) == sentence
    assert len(read_contacts("Jo\n" * 50)) == 50


@given(
    st.lists(
        st.builds(
            ContactDetails,
            name=PARTS,
            role=st.none() | PARTS,
            email=st.none(),
            phone=st.none(),
            do_not_contact=st.booleans(),
        ),
        max_size=5,
    )
)
def test_contacts_we_write_are_contacts_we_read(contacts: list[ContactDetails]) -> None:
    """Whoever is in the form stays as they were when it is sent."""
    contacts = [one for one in contacts if (one.role or "").casefold() != "dnc"]
    assert read_contacts("\n".join(map(write_contact, contacts))) == tuple(contacts)


def test_parts_of_a_contact_fit_their_columns() -> None:
    """What is longer is cut."""
    (jo,) = read_contacts(f"{'J' * 300}; {'r' * 150}; {'1' * 100}")
    assert (len(jo.name), len(jo.role or ""), len(jo.phone or "")) == (200, 120, 60)
    assert write_contact(ContactDetails(name="Jo; Ito", role="a;b")) == "Jo, Ito; a,b"

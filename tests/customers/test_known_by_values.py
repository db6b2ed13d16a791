"""Columns under headings that nobody knows: websites, e-mail addresses and numbers are known by how they look."""

from collections.abc import Sequence

import pytest

from bot.customers.rules.headers import Field
from bot.customers.rules.values import own_values
from tests.customers.lists import read

NAMES = ("Vest", "Nord", "Teal", "Moor", "Lark")
SITES = [f"https://www.{name.lower()}.com/" for name in NAMES]
MAILS = [f"ida@{name.lower()}.com" for name in NAMES]
PHONES = [f"+49 89 555 01 4{at}" for at in range(5)]
DOMAINS = [f"{name.lower()}.com" for name in NAMES]
NONE = [None] * 5


def a_list(**columns: Sequence[str]) -> str:
    """Return a list of five companies with more *columns* by heading; "_" in one stands for a blank."""
    headings = ["Company", *(heading.replace("_", " ") for heading in columns)]
    return "\n".join([",".join(headings), *map(",".join, zip(NAMES, *columns.values(), strict=True))])


@pytest.mark.parametrize("heading", ["Link", "Netzseite", "Auftritt_im_Netz", "mapping_target", "capital"])
@pytest.mark.parametrize("cells", [SITES, DOMAINS, [f"{site}about/us" for site in SITES]], ids=["URL", "bare", "page"])
def test_a_column_of_web_addresses_is_the_website_whatever_it_is_called(heading: str, cells: Sequence[str]) -> None:
    """A remark says why, and no question is asked."""
    drafts = read(a_list(**{heading: cells}))
    assert [row.domain for row in drafts.rows] == DOMAINS
    called = heading.replace("_", " ")
    assert [note.reason for note in drafts.remarks] == [
        f"“{called}” was read as the website: its values are web addresses."
    ]
    assert (drafts.questions, drafts.unmapped) == ((), ())


def test_a_contacts_address_and_number_are_known_by_their_looks() -> None:
    """Beside a column of websites, too; each is named in a remark of its own."""
    drafts = read(a_list(Erreichbar=MAILS, Durchwahl=PHONES, Link=SITES))
    assert [(row.domain, row.contact_email, row.contact_phone) for row in drafts.rows] == [
        *zip(DOMAINS, MAILS, PHONES, strict=True)
    ]
    assert [note.reason for note in drafts.remarks] == [
        "“Link” was read as the website: its values are web addresses.",
        "“Erreichbar” was read as the contact’s e-mail address: its values are e-mail addresses.",
        "“Durchwahl” was read as the contact’s phone number: its values are phone numbers.",
    ]


@pytest.mark.parametrize(
    "cells",
    [
        [f"https://fair.com/exhibitors/{at}" for at in range(5)],
        [f"https://{name.lower()}.fair.com" for name in NAMES],
        [f"https://facebook.com/{name}" for name in NAMES],
        [f"{name}.wixsite.com" for name in NAMES],
        ["daily.com/1", "daily.com/2", "times.com/1", "times.com/2", "post.com/9"],
        [*SITES[:3], "ask Ida", "none yet"],
        [*SITES[:2], "", "", ""],
        ["vest.berg", "nord.holm", "teal.ray", "moor.x", "lark.y"],
        ["1.5", "2.5", "3.5", "4.5", "5.5"],
        ["see https://vest.com", "see https://nord.com", *["see below"] * 3],
    ],
    ids=["pages of one host", "one host's subdomains", "social pages", "a builder's hosts", "a few papers", "mixed",
         "too few", "names of users", "decimals", "sentences"],
)  # fmt: skip
def test_a_column_of_other_things_is_no_website(cells: Sequence[str]) -> None:
    """Nothing is read, no customer becomes one with another, and nothing is said."""
    drafts = read(a_list(Link=cells))
    assert [row.domain for row in drafts.rows] == NONE
    assert (len(drafts.rows), drafts.remarks, drafts.unmapped) == (5, (), ("Link",))


@pytest.mark.parametrize(
    "heading",
    ["LinkedIn", "Logo_URL", "logoUrl", "Source", "API", "api_docs", "Privacy_link", "Policy_URL", "RSS", "Map",
     "Bild", "Parent_site", "Press_Reviews"],
)  # fmt: skip
def test_a_heading_that_names_somebody_elses_page_is_left_unread(heading: str) -> None:
    """Though its values are addresses of different hosts."""
    drafts = read(a_list(**{heading: SITES}))
    assert [row.domain for row in drafts.rows] == NONE
    assert drafts.unmapped == (heading.replace("_", " "),)


@pytest.mark.parametrize("heading", ["Created by", "Fax", "Modified by mail", "ownerBox"])
def test_colleagues_addresses_and_fax_numbers_are_no_contacts(heading: str) -> None:
    """A heading that says so is believed."""
    for cells in (MAILS, PHONES):
        drafts = read(a_list(**{heading: cells}))
        assert [(row.contact_email, row.contact_phone) for row in drafts.rows] == [(None, None)] * 5


def test_the_same_few_addresses_in_all_rows_are_no_contacts() -> None:
    """They are those of colleagues rather than of customers."""
    drafts = read(a_list(Zentral=[MAILS[at % 2] for at in range(5)], Durchwahl=PHONES[:1] * 5))
    assert [(row.contact_email, row.contact_phone) for row in drafts.rows] == [(None, None)] * 5


@pytest.mark.parametrize(
    "cells",
    [
        ["0012345678", "0012345679", "0012345680", "0012345681", "0012345682"],
        ["01.02.2020", "02.02.2020", "03.02.2020", "04.02.2020", "05.02.2020"],
        ["+48.137154", "+48.137155", "+48.137156", "+48.137157", "+48.137158"],
        ["(12.345.678)", "(12.345.679)", "(12.345.680)", "(12.345.681)", "(12.345.682)"],
        ["089 5550141", "089 5550142", "089 5550143", "089 5550144", "089 5550145"],
    ],
    ids=["ids", "dates", "coordinates", "debts", "numbers that may be anything"],
)
def test_a_number_is_one_to_call_only_beyond_doubt(cells: Sequence[str]) -> None:
    """Ids, dates, coordinates and amounts look alike."""
    assert own_values(Field.CONTACT_PHONE, cells) == set()
    assert len(own_values(Field.CONTACT_PHONE, PHONES)) == 5
    in_brackets = ["(089) 555-0141", "(020) 555-0142", "(0151) 555-01-43", "by mail"]
    assert own_values(Field.CONTACT_PHONE, in_brackets) == {*in_brackets[:3]}


def test_of_two_columns_of_websites_the_clearly_fuller_one_is_read() -> None:
    """Where they are about equally full, neither is."""
    other = [f"https://{name.lower()}.org" for name in NAMES]
    fuller = read(a_list(Treffer=[*other[:3], "", ""], Link=SITES))
    assert [row.domain for row in fuller.rows] == DOMAINS
    for filled in (other, [*other[:4], ""]):
        drafts = read(a_list(Treffer=filled, Link=SITES))
        assert [row.domain for row in drafts.rows] == NONE
        assert drafts.unmapped == ("Treffer", "Link")


def test_of_two_columns_that_say_the_same_the_first_is_read() -> None:
    """Such as the bare domain beside the address it was taken from."""
    drafts = read(a_list(roh=SITES, sauber=DOMAINS))
    assert [row.domain for row in drafts.rows] == DOMAINS
    assert drafts.unmapped == ("sauber",)


def test_a_heading_and_a_persons_choice_go_first() -> None:
    """A website by its heading, one that was chosen, and a column left out, in any spelling, stay as they are."""
    other = [f"https://{name.lower()}.org" for name in NAMES]
    known = read(a_list(Link=SITES, Website=other))
    assert [row.domain for row in known.rows] == [f"{name.lower()}.org" for name in NAMES]
    chosen = read(a_list(Link=SITES, Treffer=other), {"Treffer": "domain"})
    assert [row.domain for row in chosen.rows] == [f"{name.lower()}.org" for name in NAMES]
    for by_hand in ({"Link": "ignore"}, {"LINK": "ignore"}, {"Link": "aliases"}):
        assert [row.domain for row in read(a_list(Link=SITES), by_hand).rows] == NONE


def test_rows_of_several_people_of_one_company_share_its_website() -> None:
    """What counts is that companies differ, not rows."""
    rows = "".join(f"{name},{person},{site}\n" for name, site in zip(NAMES, SITES, strict=True) for person in "ABCD")
    drafts = read(f"Company,Contact name,Link\n{rows}")
    assert {row.domain for row in drafts.rows} == {*DOMAINS}


def test_a_host_that_many_share_is_its_own_companys() -> None:
    """A list of platforms has their websites, and one of companies with pages there has none."""
    hosts = ["facebook.com", "vimeo.com", "twitch.tv", "yelp.com"]
    platforms = "".join(f"{host.partition('.')[0].title()},www.{host}\n" for host in hosts)
    assert [row.domain for row in read(f"Company,Rechner\n{platforms}").rows] == hosts
    others = "".join(f"{name},www.{host}\n" for name, host in zip(NAMES, hosts, strict=False))
    assert [row.domain for row in read(f"Company,Rechner\n{others}").rows] == [None] * 4


def test_links_to_a_programs_own_pages_make_room_for_the_customers_own() -> None:
    """A known heading whose pages are all on one host, beside a column that nobody knows."""
    pages = [f"https://crm.desk.com/accounts/{at}" for at in range(5)]
    drafts = read(a_list(Url=pages, Link=SITES))
    assert [row.domain for row in drafts.rows] == DOMAINS
    assert [note.reason for note in drafts.remarks] == [
        "“Url” was not read as the domain: all its pages are on crm.desk.com.",
        "“Link” was read as the website: its values are web addresses.",
    ]


def test_the_only_column_that_may_hold_the_names_is_left_to_them() -> None:
    """A list of bare domains has customers called like them; beside another column of names, they are websites."""
    alone = read("\n".join(["Ziel,Zahl", *(f"{domain},{at}" for at, domain in enumerate(DOMAINS))]))
    assert [(row.name, row.domain) for row in alone.rows] == [(domain, None) for domain in DOMAINS]
    beside = read("\n".join(["Ziel,Haus", *(f"{domain},{name}" for domain, name in zip(DOMAINS, NAMES, strict=True))]))
    assert [(row.name, row.domain) for row in beside.rows] == [*zip(NAMES, DOMAINS, strict=True)]

"""The domain that stands for a customer, out of whatever people write."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.rules.domains import own_domain, page_on_shared_host, registrable_domain


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://shop.acme.co.uk:8443/x?y=1#z", "acme.co.uk"),
        ("mara@mail.acme.co.uk", "acme.co.uk"),
        ("mailto:mara@acme.com", "acme.com"),
        ("ACME.com.", "acme.com"),
        ("//www.acme.com/", "acme.com"),
        ("http://user:secret@acme.com/", "acme.com"),
        ("acme.com:80", "acme.com"),
        ("https://münchen.de/", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("acme.com, acme.de", "acme.com"),
        ("['(acme.com)', 'acme.de']", "acme.com"),
        ("https://www.parks.ca.gov/hours", "parks.ca.gov"),
        ("www.ca.gov", "ca.gov"),
        ("old.parks.ca.gov", "parks.ca.gov"),
        ("health.nsw.gov.au", "health.nsw.gov.au"),
        ("http://aircraft_co.avic.com", "avic.com"),
        ("acme.myshopify.com", "acme.myshopify.com"),
        ("https://www.google.com/maps", "google.com"),
    ],
)
def test_one_domain_for_pages_addresses_and_bare_names(text: str, domain: str) -> None:
    """However the domain is written, the registrable one comes out."""
    assert registrable_domain(text) == domain
    assert own_domain(text) in {domain, None if "google" in text else domain}


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "acme", "localhost", "http://localhost:8000", "192.168.0.1", "http://[::1]/", "co.uk", "github.io",
        "bob@gmail.com", "https://www.facebook.com/acme", "linkedin.com/company/acme", "https://sites.google.com/acme",
        "https://x.com/acme", "not a domain", "http://", "@", "acme.invalidsuffix",
        "-acme-.com", "\0", "a" * 300 + ".com",
        "ü" * 80 + ".de", "http:///path",
    ],
)  # fmt: skip
def test_no_domain_where_none_is_the_customers_own(text: str) -> None:
    """Machines, suffixes, free mail and shared hosts stand for nobody."""
    assert own_domain(text) is None


@pytest.mark.parametrize(
    ("name", "text", "domain"),
    [
        ("Amazon", "amazon.com", "amazon.com"),
        ("Amazon.com, Inc.", "https://www.amazon.com/about", "amazon.com"),
        ("Amazon Web Services", "aws.amazon.com", "amazon.com"),
        ("Bob's Books", "amazon.com/shops/bob", None),
        ("Bob's Books", "amazon.com", None),
        ("Amazon Shop of Bob", "amazon.com/shops/bob", None),
        ("Hotel A", "booking.com/hotel/a", None),
        ("Booking Holdings Inc.", "https://booking.com", "booking.com"),
        ("Joe's Diner", "joes-diner.business.site", None),
        ("Joe's Diner", "https://joesdiner.wixsite.com/menu", None),
        ("Wix Sites of Joe", "joe.wixsite.com", None),
        ("Wixsite", "wixsite.com", None),
        ("Joe's Diner", "joesdiner.blogspot.com", None),
        ("Joe's Diner", "joe.github.io", None),
        ("Joe's Diner", "joe.myshopify.com", "joe.myshopify.com"),
        ("Joe's Diner", "g.page/joes", None),
        ("Joe's Diner", "https://bsky.app/profile/joe", None),
        ("Joe's Diner", "https://www.google.de/maps/place/Joe", None),
        ("Joe's Diner", "https://maps.app.goo.gl/x1", None),
        ("Joe's Diner", "facebook.com/joe, joes-diner.com", "joes-diner.com"),
        ("Google LLC", "https://www.google.com/maps", "google.com"),
        ("Alphabet", "google.com", "google.com"),
        ("Linktree Pty Ltd", "linktr.ee", "linktr.ee"),
        ("Meta (Facebook)", "facebook.com", None),
        ("X Corp.", "x.com", "x.com"),
        ("X Ray Clinic", "x.com", None),
        ("T-Online", "t-online.de", "t-online.de"),
        ("Sky", "bob@sky.com", "sky.com"),
        ("Sky Plumbing", "bob@sky.com", None),
        ("Telenet Group Holding NV", "http://investors.telenet.be", "telenet.be"),
        ("", "amazon.com", None),
    ],
)  # fmt: skip
def test_a_shared_host_is_the_domain_of_nobody_but_its_company(name: str, text: str, domain: str | None) -> None:
    """A page or a mailbox there asks for the very name; the host itself for a name that begins with it."""
    assert own_domain(text, name) == domain


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("https://www.Booking.com/hotel/a/", "booking.com/hotel/a"),
        ("linkedin.com/company/acme#about", "linkedin.com/company/acme"),
        ("joe.wixsite.com/menu", "joe.wixsite.com/menu"),
        ("https://facebook.com/profile.php?id=7", None),
        ("https://www.google.com/maps/place/Joe", None),
        ("https://facebook.com/", None),
        ("acme.com/contact", None),
        ("joe@gmail.com/x", None),
        ("", None),
    ],
)
def test_a_page_on_a_shared_host_is_told_by_its_path(text: str, page: str | None) -> None:
    """What stands behind a question mark tells nothing that a link to the page would repeat."""
    assert page_on_shared_host(text) == page


def test_the_network_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suffix list comes with the library."""

    def refuse(*_: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert registrable_domain("www.never-seen-before.com.br") == "never-seen-before.com.br"


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    """Whatever stands in the cell, the answer is a lower-case ASCII domain or none; asking twice gives the same."""
    domain = registrable_domain(text)
    assert domain is None or (domain.isascii() and domain == domain.lower() and registrable_domain(domain) == domain)
    own = own_domain(text, text)
    assert own is None or registrable_domain(own) == own
    assert "/" in (page_on_shared_host(text) or "/")


def test_a_host_of_253_characters_is_read() -> None:
    """A longer one is none."""
    host = ("a" * 62 + ".") * 3 + "b" * 55 + ".acme.com"
    assert len(host) == 253
    assert registrable_domain(host) == "acme.com"
    assert registrable_domain("x" + host) is None

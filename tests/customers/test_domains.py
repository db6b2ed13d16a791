"""The domain that stands for a customer, out of whatever people write."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.rules.names import registrable_domain


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
        ("http://aircraft_co.avic.com", "avic.com"),
        ("acme.myshopify.com", "acme.myshopify.com"),
        ("https://www.google.com/maps", "google.com"),
    ],
)
def test_one_domain_for_pages_addresses_and_bare_names(text: str, domain: str) -> None:
    """However the domain is written, the registrable one comes out."""
    assert registrable_domain(text) == domain


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
    assert registrable_domain(text) is None


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


def test_a_host_of_253_characters_is_read() -> None:
    """A longer one is none."""
    host = ("a" * 62 + ".") * 3 + "b" * 55 + ".acme.com"
    assert len(host) == 253
    assert registrable_domain(host) == "acme.com"
    assert registrable_domain("x" + host) is None

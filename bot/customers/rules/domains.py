"""The domain that stands for a company, and the hosts that stand for none, since many companies share them."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.customers.rules.names import key_words, name_key

if TYPE_CHECKING:
    from tldextract import TLDExtract

_HOSTS = tomllib.loads((files(__package__) / "hosts.toml").read_text(encoding="utf-8"))
BY_PATH, BY_SUBDOMAIN, SHARED_PAGES, _PARTS = (
    frozenset(_HOSTS[kind].split()) for kind in ("by_path", "by_subdomain", "pages", "parts")
)
"""Hosts of many owners' pages, told by path or subdomain, and hosts of one company that carry everybody's pages."""
GOVERNMENTS = frozenset(_HOSTS["governments"].split())
"""Domains below which each office of a government has one of its own."""
FREE_MAIL = frozenset(_HOSTS["free_mail"].split())
_HOSTS_OF_PARTS = frozenset(part.partition("/")[0] for part in _PARTS)
_WITH_PAGES = BY_PATH | BY_SUBDOMAIN
_SHARED = _WITH_PAGES | FREE_MAIL | SHARED_PAGES

_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?/{2,}|^mailto:", re.IGNORECASE)
_HOST_ENDS = re.compile(r"[/?#\\]")
_PORT = re.compile(r":\d*$")
_BETWEEN_SEVERAL = re.compile(r"[\s,;|<>\[\]()'\"]+")
_HOST = re.compile(r"(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-)[a-z0-9-]{1,63}(?<!-)\.(?!-)[a-z0-9-]{1,63}(?<!-)")
_PAGE = re.compile(r"/[^/?#\s]+")
LONGEST_HOST = 253  # RFC 1035, as text
LONGEST_ADDRESS = 2048
_FEWEST_LETTERS = 3  # of a host's name with which a longer name may begin


@cache
def _suffixes() -> "TLDExtract":
    """Return the public suffix list of the library's own copy; nothing is fetched."""
    import tldextract  # noqa: PLC0415 - six megabytes that a bot without lists to read needn't carry

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def registrable_domain(text: str) -> str | None:
    """
    Return "acme.co.uk" for "https://shop.acme.co.uk:8443/x", "mara@acme.co.uk" or "ACME.co.uk"; the first of several.

    Names in other scripts come in their ASCII form (xn--…), so that one domain has one spelling. None for addresses of
    machines, bare suffixes and hosts of a company that carry everybody's pages.
    """
    return _registrable(_host(next(_addresses(text), "")))


def _registrable(host: str) -> str | None:
    if not host or host.removeprefix("www.") in SHARED_PAGES:
        return None
    found = _suffixes()(host)
    domain = f"{found.domain}.{found.suffix}"
    office = found.subdomain.rpartition(".")[2] if domain in GOVERNMENTS else ""
    if office and office != "www":
        return f"{office}.{domain}"
    return domain if found.domain and found.suffix else None


def own_domain(text: str, name: str = "") -> str | None:
    """
    Return the first registrable domain in *text* that is the own one of the company called *name*, or None.

    Free mail and hosts that many companies share (`hosts.toml`) are nobody's own, except those of the company itself:
    amazon.com is Amazon's, and amazon.com/shops/bob nobody's.
    """
    for address in _addresses(text):
        host = _host(address)
        domain = _registrable(host)
        if domain and (not (shared := _shared(host, address)) or _is_host_of(name, shared, _is_page(address, shared))):
            return domain
    return None


def shared_host(text: str) -> str:
    """Return the host or part of one that many companies share, by which *text* is no company's own; "" if none is."""
    address = next(_addresses(text), "")
    return _shared(_host(address), address)


def _shared(host: str, address: str) -> str:
    """Return what of *host*, that of an *address*, many companies share; "" if nothing."""
    if not host:
        return ""
    end = host
    while end:
        if end in _SHARED:
            return end
        end = end.partition(".")[2]
    bare = host.removeprefix("www.")
    page = bare + "".join(_PAGE.findall(address.lower().partition(host)[2])[:1]) if bare in _HOSTS_OF_PARTS else ""
    return page if page in _PARTS else ""


def page_on_shared_host(text: str) -> str | None:
    """
    Return the page on a shared host that *text* names, such as "booking.com/hotel/acme", or None.

    An address that is told from others by what follows a question mark is none, and neither is a place on a map.
    """
    address = next(_addresses(text), "").lower()
    if "@" in address or "?" in address or shared_host(address) not in _WITH_PAGES:
        return None
    host = _host(address)
    path = "".join(_PAGE.findall(address.partition(host)[2]))
    return f"{host.removeprefix('www.')}{path}" if path else None


def page_host(text: str) -> str:
    """Return the host of an address that names a page on it, "" of another and where many companies share the host."""
    address = next(_addresses(text), "")
    host = _host(address)
    is_page = bool(re.search(r"[/?].", address.lower().partition(host)[2])) if host else False
    return host if is_page and "@" not in address and not _shared(host, address) else ""


def _is_page(address: str, shared: str) -> bool:
    """Return whether an address on a shared host names a page or mailbox there rather than the host itself."""
    host = _host(address)
    is_below = shared in BY_SUBDOMAIN and host.removeprefix("www.") != shared
    return is_below or "@" in address or bool(_PAGE.search(_SCHEME.sub("", address, count=1)))


def _is_host_of(name: str, shared: str, is_page: bool) -> bool:
    """Return whether the host is that of a company called *name*: Amazon's amazon.com, Linktree's linktr.ee."""
    domain = registrable_domain(shared) or ""
    hosts = {_letters(domain), _letters(domain.partition(".")[0])} - {""}
    words = key_words(name)
    whole = {_letters(name_key(name)), "".join(words)}
    if is_page:
        return bool(hosts & whole)
    beginnings = {"".join(words[:end]) for end in range(1, len(words) + 1)}
    return bool(hosts & whole) or any(len(each) >= _FEWEST_LETTERS for each in hosts & beginnings)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _addresses(text: str) -> Iterator[str]:
    """Yield the addresses that stand in *text* one beside the other."""
    return filter(None, _BETWEEN_SEVERAL.split(text[:LONGEST_ADDRESS].strip()))


def _host(address: str) -> str:
    """Return the ASCII host of an address, or "" when there is none that has a name."""
    place = _HOST_ENDS.split(_SCHEME.sub("", address, count=1), maxsplit=1)[0]
    host = ascii_host(_PORT.sub("", place.rpartition("@")[2]).strip(".").lower())
    return host if _HOST.fullmatch(host) else ""


def ascii_host(host: str) -> str:
    """Return a host in its ASCII form (xn--…), "" where it has none or is too long."""
    if host.isascii():
        return host if len(host) <= LONGEST_HOST else ""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""

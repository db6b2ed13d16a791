"""The domain that stands for a customer: acme.co.uk, whether given as a page, an address or a name."""

import ipaddress
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tldextract import TLDExtract

_FREE_MAIL = """
gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es outlook.it hotmail.com hotmail.co.uk hotmail.fr
hotmail.de hotmail.it hotmail.es live.com live.co.uk live.fr live.nl live.de msn.com yahoo.com yahoo.co.uk yahoo.fr
yahoo.de yahoo.it yahoo.es yahoo.ca yahoo.in yahoo.co.in yahoo.co.jp yahoo.no yahoo.com.br yahoo.com.ar yahoo.com.au
ymail.com rocketmail.com icloud.com me.com mac.com aol.com aol.de gmx.de gmx.net gmx.com gmx.at gmx.ch web.de
t-online.de freenet.de mail.com email.com mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net
proton.me protonmail.com pm.me tutanota.com tuta.io fastmail.com fastmail.fm hey.com zohomail.com qq.com 163.com
126.com sina.com sina.cn foxmail.com naver.com hanmail.net daum.net docomo.ne.jp rediffmail.com uol.com.br bol.com.br
terra.com.br ig.com.br sapo.pt orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr libero.it virgilio.it tin.it
alice.it tiscali.it btinternet.com sky.com virginmedia.com ntlworld.com comcast.net verizon.net att.net sbcglobal.net
cox.net bellsouth.net charter.net shaw.ca rogers.com sympatico.ca telus.net bigpond.com optusnet.com.au xtra.co.nz
surfeu.de surfeu.at jubii.dk ziggo.nl kpnmail.nl planet.nl home.nl telenet.be skynet.be bluewin.ch telia.com seznam.cz
wp.pl onet.pl o2.pl interia.pl abv.bg freemail.hu
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())
"""Mail for everybody: says nothing about which company the address belongs to."""

_SHARED_HOSTS = """
facebook.com fb.com fb.me instagram.com threads.net linkedin.com lnkd.in twitter.com x.com t.co youtube.com youtu.be
tiktok.com pinterest.com xing.com vk.com weibo.com whatsapp.com wa.me t.me telegram.me snapchat.com reddit.com
medium.com substack.com tumblr.com wordpress.com wix.com squarespace.com jimdo.com about.me linktr.ee bit.ly goo.gl
tinyurl.com etsy.com yelp.com tripadvisor.com crunchbase.com wikipedia.org github.com gitlab.com notion.so example.com
example.org example.net
"""
SHARED_HOSTS = frozenset(_SHARED_HOSTS.split())
"""Pages of many owners under one domain."""

_SHARED_PAGES = """
sites.google.com docs.google.com drive.google.com forms.google.com maps.google.com plus.google.com business.google.com
groups.google.com play.google.com apps.apple.com itunes.apple.com
"""
SHARED_PAGES = frozenset(_SHARED_PAGES.split())
"""Hosts of one company that carry everybody's pages; the company's other hosts are its own."""

_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?/{2,}|^mailto:", re.IGNORECASE)
_HOST_ENDS = re.compile(r"[/?#\\]")
_PORT = re.compile(r":\d*$")
_BETWEEN_SEVERAL = re.compile(r"[\s,;|<>]+")
_HOST = re.compile(r"(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-)[a-z0-9-]{1,63}(?<!-)\.(?!-)[a-z0-9-]{1,63}(?<!-)")
_LONGEST_HOST = 253  # RFC 1035, as text


@cache
def _suffixes() -> "TLDExtract":
    """The public suffix list from the library's own copy; the network is never asked."""
    import tldextract  # noqa: PLC0415 - six megabytes that a bot without lists to read needn't carry

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def registrable_domain(text: str) -> str | None:
    """
    "acme.co.uk" for "https://shop.acme.co.uk:8443/x", "mara@acme.co.uk" or "ACME.co.uk"; of several, the first one's.

    Names in other scripts come in their ASCII form (xn--…), so that one domain has one spelling. None for addresses of
    machines, bare suffixes, free mail and hosts that many companies share.
    """
    host = _host(text)
    if not host or host.removeprefix("www.") in SHARED_PAGES:
        return None
    found = _suffixes()(host)
    domain = f"{found.domain}.{found.suffix}" if found.domain and found.suffix else ""
    return None if not domain or domain in FREE_MAIL or domain in SHARED_HOSTS else domain


def _host(text: str) -> str:
    """The ASCII host in *text*, or "" when there is none that has a name."""
    first = next((part for part in _BETWEEN_SEVERAL.split(text[:2048].strip()) if part), "")
    place = _HOST_ENDS.split(_SCHEME.sub("", first, count=1), maxsplit=1)[0]
    host = _ascii(_PORT.sub("", place.rpartition("@")[2]).strip(".").lower())
    return host if _HOST.fullmatch(host) and not _is_machine(host) else ""


def _ascii(host: str) -> str:
    if host.isascii():
        return host if len(host) <= _LONGEST_HOST else ""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _is_machine(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

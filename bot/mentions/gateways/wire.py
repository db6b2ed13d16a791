"""One polite and careful request: public machines only, few redirects, little memory. Runs in the child process."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from bot.core.errors import InvalidInput
from bot.mentions.gateways.doors import Door, is_public
from bot.mentions.rules.outcomes import LONGEST_WAIT_SECONDS, Limits, Outcome, Trouble
from bot.mentions.rules.sources import web_address

_CHUNK = 64 * 1024
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, */*;q=0.5"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_LONGEST_MARK = 500
_PACKED = {"gzip", "x-gzip", "deflate"}
_ANY_HEADER = zlib.MAX_WBITS | 32  # gzip's or zlib's, whichever is there
_NO_HEADER = -zlib.MAX_WBITS


@dataclass(frozen=True)
class Answer:
    """What a server said in the end, the body unpacked; *moved_to* is where it lives from now on, if it has moved."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str
    moved_to: str = ""

    def mark(self, name: str) -> str:
        """A header that is handed back next time, when it is fit to be."""
        said = self.headers.get(name, "")
        return said if len(said) <= _LONGEST_MARK and said.isascii() and said.isprintable() else ""


def get(address: str, *, asked: Mapping[str, str], agent: str, limits: Limits, door: Door) -> Answer:
    """
    What stands at *address*; *asked* are the headers of a conditional request.

    Raises:
        Trouble: it lies where nothing is fetched, can't be reached, leads on too often or is too large.
    """
    at, moved = _allowed(address), ""
    for hop in range(limits.redirects + 1):
        answer, onward = _hop(at, asked, agent, limits, door)
        if not onward:
            return replace(answer, moved_to=moved)
        for_good = answer.status in _FOR_GOOD and (moved or hop == 0)
        at = _allowed(onward, redirect=True)
        moved = at if for_good else moved
    raise Trouble(Outcome.BROKEN, f"It leads on more than {limits.redirects} times; give the address where it ends.")


def _hop(at: str, asked: Mapping[str, str], agent: str, limits: Limits, door: Door) -> tuple[Answer, str]:
    """One answer, and where it leads on to; over a connection of its own, as servers close theirs at will."""
    with (
        _told(),
        _session(agent, limits, door) as session,
        session.get(at, headers=dict(asked), allow_redirects=False, stream=True) as response,
    ):
        target = session.get_redirect_target(response) if response.status_code in _REDIRECTS else None
        body = _body(response, limits.body_bytes) if response.ok and not target else b""
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, body, at), urljoin(at, target) if target else ""


def wait_asked(headers: Mapping[str, str]) -> int | None:
    """The seconds that Retry-After asks for, at most a day; a date is read against the server's own clock."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal() and said.isascii():
        return min(int(said[:9]), LONGEST_WAIT_SECONDS)
    try:
        seconds = (parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(int(seconds), 0), LONGEST_WAIT_SECONDS)


class _Pinned(IPFilterAdapter):  # type: ignore[misc]  # it comes without types
    """Connects to the address that was looked at, never to a second answer of the name's; and only to public ones."""

    def __init__(self, *, is_https_proto: bool, door: Door) -> None:
        self._door = door
        super().__init__(is_https_proto=is_https_proto, allow_loopback=bool(door.leads))

    def build_connection_pool_key_attributes(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Where to connect; raises InvalidIPAddress when that isn't public."""
        where, how = super().build_connection_pool_key_attributes(request, *args, **kwargs)
        address = where["host"].strip("[]")
        port = self._door.port(urlsplit(request.url).hostname or "", address)
        if port:
            where["port"] = port
        elif not is_public(address):
            raise InvalidIPAddress(address)
        return where, how


def _session(agent: str, limits: Limits, door: Door) -> HTTPSession:
    session = HTTPSession(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(limits.quiet_seconds, limits.quiet_seconds),
            user_agent_override=agent,
        )
    )
    session.trust_env = False  # a proxy would look names up anew, and .netrc holds passwords
    session.headers.update({"Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate", "Connection": "close"})
    for scheme in ("http", "https"):
        session.mount(f"{scheme}://", _Pinned(is_https_proto=scheme == "https", door=door))
    return session


def _allowed(address: str, *, redirect: bool = False) -> str:
    try:
        return web_address(address)
    except InvalidInput as refused:
        raise Trouble(
            Outcome.REFUSED, f"It leads on to another address. {refused}" if redirect else str(refused)
        ) from None


@contextmanager
def _told() -> Iterator[None]:
    """What can go wrong on the way, as sentences."""
    try:
        yield
    except InvalidIPAddress:
        raise Trouble(
            Outcome.REFUSED,
            "It lies in a private network, where nothing is fetched; use an address that everybody can open.",
        ) from None
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, ValueError):
        raise Trouble(Outcome.REFUSED, "That is no address that can be fetched; check its spelling.") from None
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        raise Trouble(Outcome.UNREACHABLE, "Its certificate isn't valid; it is tried again later.") from None
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
        raise Trouble(Outcome.UNREACHABLE, "Its server doesn't answer in time; it is tried again later.") from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        if "resolve" in str(error):
            sentence = "No server of that name can be found; check the address, it is tried again later."
        else:
            sentence = "Its server can't be reached or breaks off; it is tried again later."
        raise Trouble(Outcome.UNREACHABLE, sentence) from None


def _body(response: requests.Response, most: int) -> bytes:
    """The whole body, unpacked, read piece by piece so that it never takes more room than it may."""
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing not in _PACKED | {"", "identity"}:
        raise Trouble(Outcome.BROKEN, "It is packed in a way that nobody asked for; it is tried again later.")
    unpacker = _Unpacker() if packing in _PACKED else None
    body, packed = bytearray(), 0
    while piece := response.raw.read(_CHUNK, decode_content=False):
        packed += len(piece)
        body += unpacker.unpack(piece, most + 1 - len(body)) if unpacker else piece
        if max(packed, len(body)) > most:
            raise Trouble(
                Outcome.BROKEN, f"It is larger than {most // 1024 // 1024} MB; use a feed with fewer entries."
            )
    if unpacker and not unpacker.finished:
        raise Trouble(Outcome.BROKEN, "It arrives damaged or cut short; it is tried again later.")
    return bytes(body)


class _Unpacker:
    """gzip, zlib or bare deflate, never more of it than asked for."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_ANY_HEADER)
        self._begun = False

    @property
    def finished(self) -> bool:
        """Whether nothing is missing."""
        return self._inflate.eof or not self._begun

    def unpack(self, piece: bytes, most: int) -> bytes:
        """At most *most* bytes of what *piece* holds."""
        try:
            unpacked = self._inflate.decompress(piece, most)
        except zlib.error:
            if self._begun:
                raise Trouble(Outcome.BROKEN, "It arrives damaged; it is tried again later.") from None
            self._inflate = zlib.decompressobj(_NO_HEADER)
            unpacked = self._bare(piece, most)
        self._begun = True
        return unpacked

    def _bare(self, piece: bytes, most: int) -> bytes:
        try:
            return self._inflate.decompress(piece, most)
        except zlib.error:
            raise Trouble(Outcome.BROKEN, "It says it is packed, but isn't; it is tried again later.") from None

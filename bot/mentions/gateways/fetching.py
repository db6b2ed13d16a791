"""
Fetches sources over HTTP, from public addresses only, and has a child process parse what came back.

The bytes of strangers are never parsed in this process: only headers, redirects and compression are handled here.
"""

import asyncio
import base64
import json
import os
import signal
import socket
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

import bot
from bot.core.errors import InvalidInput
from bot.mentions.rules import sources as rules
from bot.mentions.rules.sources import LIMITS, Limits, Outcome, SourceKind, Trouble
from bot.mentions.schemas.items import FetchResult

_CHUNK = 64 * 1024
_HEADERS = {
    "Accept": "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, */*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "close",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_NOT_MODIFIED, _NO_CONTENT = 304, 204
_LONGEST_MARK = 500
_PRIVATE = "It lies in a private network, where nothing is fetched; use an address that everybody can open."
_FAULTS: tuple[tuple[type[Exception], Outcome, str], ...] = (
    (aiohttp.ClientSSLError, Outcome.UNREACHABLE, "Its certificate isn't valid; it is tried again later."),
    (ValueError, Outcome.REFUSED, "That is no address that can be fetched; check its spelling."),
    (aiohttp.ServerTimeoutError, Outcome.UNREACHABLE, "Its server doesn't answer in time; it is tried again later."),
    (
        aiohttp.ClientConnectorDNSError,
        Outcome.UNREACHABLE,
        "No server of that name can be found; check the address, it is tried again later.",
    ),
    (Exception, Outcome.UNREACHABLE, "Its server can't be reached or breaks off; it is tried again later."),
)
_COMPRESSIONS = {"gzip", "x-gzip", "deflate"}
_SPARE_SECONDS = 10  # for starting Python, on a machine that is busy
_LONGEST_ANSWER = 64 * 1024 * 1024
_PASSED_ON = {"PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT"}
"""All of our environment that the child process gets: none of the tokens."""


@dataclass(frozen=True)
class HostOverrides:
    """
    Host names that resolve elsewhere than the network says. Only tests and the demo make one; no setting does.

    *addresses* lists for a host the answers to its look-ups in turn, the last one again and again. "127.0.0.1:8123"
    allows connections to that address and port; an address without a port has to be public like any other.
    """

    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NO_OVERRIDES = HostOverrides()


class NotPublic(OSError):
    """An address that isn't one of the open internet."""


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only, and opens sockets to no others."""

    def __init__(self, overrides: HostOverrides = NO_OVERRIDES) -> None:
        self._network = aiohttp.ThreadedResolver()
        self._answers = {host: list(answers) for host, answers in overrides.addresses.items()}
        self._opened: set[tuple[str, int]] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the public addresses of *host*; raises NotPublic when it has none."""
        found = self._overridden(host, port) or await self._network.resolve(host, port, family)
        public = [each for each in found if self._is_open(each["host"], each["port"])]
        if not public:
            raise NotPublic(host)
        return public

    def open_socket(self, info: AddrInfoType) -> socket.socket:
        """
        Return a socket for the address that is about to be connected to, whether a name or a literal led there.

        Raises:
            NotPublic: it is none that is allowed.
        """
        family, kind, protocol, _, address = info
        if not self._is_open(*address[:2]):
            raise NotPublic(address[0])
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        """Release nothing: look-ups run in the event loop's own threads."""

    def _overridden(self, host: str, port: int) -> list[ResolveResult]:
        answers = self._answers.get(host)
        if not answers:
            return []
        address, _, own_port = (answers.pop(0) if len(answers) > 1 else answers[0]).partition(":")
        if own_port:
            self._opened.add((address, int(own_port)))
        return [
            ResolveResult(
                hostname=host, host=address, port=int(own_port or port), family=socket.AF_INET, proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]  # fmt: skip

    def _is_open(self, address: str, port: int) -> bool:
        return (address, port) in self._opened or rules.is_public(address)


@cache
def user_agent() -> str:
    """Return how the bot introduces itself to servers."""
    try:
        number = version("evenhand")
    except PackageNotFoundError:
        number = "0"
    return f"Evenhand/{number} (Slack bot for customer care; reads public feeds, slowly)"


async def fetch(
    kind: SourceKind, address: str, *, etag: str = "", last_modified: str = "", limits: Limits = LIMITS,
    overrides: HostOverrides = NO_OVERRIDES,
) -> FetchResult:  # fmt: skip
    """
    Return what *address* holds; *etag* and *last_modified* are those that the last fetch returned.

    Never raises over anything that a source does, and takes at most a minute.
    """
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {"User-Agent": user_agent(), **_HEADERS, **{name: mark for name, mark in conditions.items() if mark}}
    try:
        async with asyncio.timeout(limits.whole_seconds):
            response = await _get(_require_web_address(address), headers, limits, overrides)
        rules.refuse_status(response.status, wait_asked(response.headers))
    except TimeoutError:
        problem = f"Its server takes more than {limits.whole_seconds:g} seconds to answer; it is tried again later."
        return FetchResult(outcome=Outcome.UNREACHABLE, problem=problem)
    except Trouble as trouble:
        return FetchResult(outcome=trouble.outcome, problem=str(trouble), wait_seconds=trouble.wait_seconds)
    marks = {"etag": response.mark("etag"), "last_modified": response.mark("last-modified")}
    if response.status == _NOT_MODIFIED:
        marks = {"etag": marks["etag"] or etag, "last_modified": marks["last_modified"] or last_modified}
    if response.status in {_NOT_MODIFIED, _NO_CONTENT}:
        outcome = Outcome.UNCHANGED if response.status == _NOT_MODIFIED else Outcome.EMPTY
        return FetchResult(outcome=outcome, moved_to=response.moved_to, **marks)
    async with Parser(limits) as parser:
        content_type = response.headers.get("content-type", "")
        parsed = await parser.parse(kind, response.body, address=response.address, content_type=content_type)
    return parsed.model_copy(update=marks | {"moved_to": response.moved_to}) if parsed.outcome.is_well else parsed


def wait_asked(headers: Mapping[str, str]) -> int | None:
    """Return the seconds that Retry-After asks for, at most a day; a date is read against the server's own clock."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal() and said.isascii():
        return min(int(said[:9]), rules.LONGEST_WAIT_SECONDS)
    try:
        seconds = (parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(int(seconds), 0), rules.LONGEST_WAIT_SECONDS)


@dataclass(frozen=True)
class _Response:
    """The last response, its body decompressed; *moved_to* is the new address if it moved permanently."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str
    moved_to: str

    def mark(self, name: str) -> str:
        """Return a header that is sent back next time, "" when it isn't fit to be."""
        said = self.headers.get(name, "")
        return said if len(said) <= _LONGEST_MARK and said.isascii() and said.isprintable() else ""


async def _get(address: str, headers: Mapping[str, str], limits: Limits, overrides: HostOverrides) -> _Response:
    """
    Follow redirects from *address* and return the last response; each one gets a connection of its own.

    Raises:
        Trouble: it is no public address, can't be reached, redirects too often or is too large.
    """
    resolver, moved_to = PublicResolver(overrides), ""
    connector = aiohttp.TCPConnector(
        resolver=resolver, socket_factory=resolver.open_socket, use_dns_cache=False, force_close=True
    )
    timeout = aiohttp.ClientTimeout(sock_connect=limits.quiet_seconds, sock_read=limits.quiet_seconds)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        headers=headers,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        for hop in range(limits.redirects + 1):
            with _named_errors():
                async with session.get(_plain_host(address), allow_redirects=False) as response:
                    target = response.headers.get("location", "") if response.status in _REDIRECTS else ""
                    if not target:
                        body = await _read(response, limits.body_bytes) if response.ok else b""
                        said = {name.lower(): value for name, value in response.headers.items()}
                        return _Response(response.status, said, body, address, moved_to)
                    is_permanent = response.status in _PERMANENT and (moved_to or hop == 0)
                    address = _require_web_address(urljoin(address, target), redirected=True)
            moved_to = address if is_permanent else moved_to
    raise Trouble(Outcome.BROKEN, f"It leads on more than {limits.redirects} times; give the address where it ends.")


def _require_web_address(address: str, *, redirected: bool = False) -> str:
    try:
        return rules.web_address(address)
    except InvalidInput as refused:
        sentence = f"It leads on to another address. {refused}" if redirected else str(refused)
        raise Trouble(Outcome.REFUSED, sentence) from None


def _plain_host(address: str) -> str:
    """Return *address* with an IPv4 host in its usual spelling: 127.0.0.1 for 127.1, 2130706433 or 0x7f000001."""
    parts = urlsplit(address)
    try:
        host = socket.inet_ntoa(socket.inet_aton(parts.hostname or ""))
    except (OSError, UnicodeError):
        return address
    return parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()


@contextmanager
def _named_errors() -> Iterator[None]:
    """Raise what can go wrong on the network as Trouble."""
    try:
        yield
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(getattr(error, "os_error", None), NotPublic):
            raise Trouble(Outcome.REFUSED, _PRIVATE) from None
        found = ((outcome, sentence) for kind, outcome, sentence in _FAULTS if isinstance(error, kind))
        raise Trouble(*next(found)) from None


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Return the whole body, decompressed piece by piece so that it never takes more memory than it may."""
    compression = response.headers.get("content-encoding", "").strip().lower()
    if compression not in _COMPRESSIONS | {"", "identity"}:
        raise Trouble(Outcome.BROKEN, "It is packed in a way that nobody asked for; it is tried again later.")
    inflater = _Inflater() if compression in _COMPRESSIONS else None
    body, received = bytearray(), 0
    async for piece in response.content.iter_chunked(_CHUNK):
        received += len(piece)
        body += inflater.inflate(piece, most + 1 - len(body)) if inflater else piece
        if max(received, len(body)) > most:
            raise Trouble(
                Outcome.BROKEN, f"It is larger than {most // 1024 // 1024} MB; use a feed with fewer entries."
            )
    if inflater and not inflater.is_finished:
        raise Trouble(Outcome.BROKEN, "It arrives damaged or cut short; it is tried again later.")
    return bytes(body)


class _Inflater:
    """Decompresses gzip, zlib or bare deflate, never more of it than asked for."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip's or zlib's header, whichever is there
        self._begun = False

    @property
    def is_finished(self) -> bool:
        """Whether the stream is complete."""
        return self._stream.eof or not self._begun

    def inflate(self, piece: bytes, most: int) -> bytes:
        """Return at most *most* bytes of what *piece* holds."""
        begun, self._begun = self._begun, True
        try:
            return self._stream.decompress(piece, most)
        except zlib.error:
            if begun:
                raise Trouble(Outcome.BROKEN, "It arrives damaged; it is tried again later.") from None
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)  # no header
        try:
            return self._stream.decompress(piece, most)
        except zlib.error:
            raise Trouble(Outcome.BROKEN, "It says it is packed, but isn't; it is tried again later.") from None


class Parser:
    """A child process that parses bodies, started for the first one and again after its end."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def parse(self, kind: SourceKind, body: bytes, *, address: str = "", content_type: str = "") -> FetchResult:
        """Return what *body* holds, or a sentence about why it can't be parsed."""
        order = {
            "kind": kind, "address": address, "content_type": content_type, "body": base64.b64encode(body).decode(),
            "seconds": self._limits.reading_seconds,
        }  # fmt: skip
        line = b""
        try:
            async with asyncio.timeout(self._limits.reading_seconds + _SPARE_SECONDS):
                line = await self._ask(json.dumps(order).encode() + b"\n")
        except (TimeoutError, ConnectionError, ValueError):  # ValueError: a longer answer than any feed makes
            line = b""
        if line.endswith(b"\n"):
            return FetchResult.model_validate_json(line)
        problem = "It can't be read: reading it fails; use another feed."
        if await self._end() in {-signal.SIGPROF, -signal.SIGKILL}:
            problem = (
                f"It takes more than {self._limits.reading_seconds:g} seconds to read; use a feed with fewer entries."
            )
        return FetchResult(outcome=Outcome.BROKEN, problem=problem)

    async def _ask(self, order: bytes) -> bytes:
        process = self._process = self._process or await self._start()
        assert process.stdin  # noqa: S101 - both are pipes
        assert process.stdout  # noqa: S101
        process.stdin.write(order)
        await process.stdin.drain()
        return await process.stdout.readline()

    async def _start(self) -> asyncio.subprocess.Process:
        environment = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-W", "ignore", "-m", "bot.mentions.gateways.parsing",
            str(self._limits.memory_megabytes),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env=environment | {"PYTHONPATH": str(Path(bot.__file__).parents[1]), "PYTHONUTF8": "1"},
            limit=_LONGEST_ANSWER,
        )  # fmt: skip

    async def _end(self) -> int:
        """End the process, by force if need be; returns its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.stdin:
            process.stdin.close()
        try:
            async with asyncio.timeout(1):
                return await process.wait()
        except TimeoutError:
            process.kill()
            return await process.wait()

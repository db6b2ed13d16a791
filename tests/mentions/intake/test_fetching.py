"""What comes of a look at servers that behave well, badly, and as if they wanted to harm."""

import gzip
import socket
import zlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from bot.mentions.gateways.fetching import HostOverrides, NotPublic, PublicResolver, fetch, user_agent, wait_asked
from bot.mentions.rules.sources import Limits, Outcome, SourceKind
from bot.mentions.schemas.items import FetchResult
from tests.mentions.intake.local import FEED, HOST, Answer, serving

QUICK = Limits(whole_seconds=0.6, quiet_seconds=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A server that feeds.example leads to."""
    with serving() as made:
        yield made


Look = Callable[..., Awaitable[FetchResult]]


@pytest.fixture
def look(server: Any) -> Look:
    """Fetches a path at which the server answers as the test says."""

    async def look(answer: Answer, *, path: str = "/feed", **how: Any) -> FetchResult:
        return await fetch(SourceKind.FEED, server.at(path, answer), overrides=server.host_overrides(), **how)

    return look


async def test_a_feed_comes_with_its_items_and_marks_for_next_time(server: Any, look: Look) -> None:
    """Items are plain words; ETag and Last-Modified come back as they were."""
    brought = await look(lambda at: at.say(200, FEED, ETag='"v1"', Last_Modified="Mon, 23 Nov 2026 09:00:00 GMT"))
    assert (brought.outcome, brought.problem, brought.title) == (Outcome.NEWS, "", "What people say")
    assert [item.words for item in brought.items] == ["Golddex support never called me back"]
    assert (brought.etag, brought.last_modified) == ('"v1"', "Mon, 23 Nov 2026 09:00:00 GMT")


async def test_the_bot_says_who_it_is_and_what_it_has_already(server: Any, look: Look) -> None:
    """The request carries our name and the marks of the last look; 304 keeps them."""
    brought = await look(
        lambda at: at.say(304), path="/same", etag='"v1"', last_modified="Mon, 23 Nov 2026 09:00:00 GMT"
    )
    _, headers = server.asked[-1]
    assert headers["user-agent"] == user_agent()
    assert headers["user-agent"].startswith("Evenhand/")
    assert headers["host"] == HOST
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"v1"', "Mon, 23 Nov 2026 09:00:00 GMT")
    assert (brought.outcome, brought.etag, brought.problem) == (Outcome.UNCHANGED, '"v1"', "")


@pytest.mark.parametrize(("status", "outcome", "word"), [
    (204, Outcome.EMPTY, ""),
    (401, Outcome.REFUSED, "401"),
    (403, Outcome.REFUSED, "403"),
    (404, Outcome.REFUSED, "404"),
    (418, Outcome.REFUSED, "418"),
    (410, Outcome.GONE, "410"),
    (500, Outcome.UNREACHABLE, "500"),
    (503, Outcome.UNREACHABLE, "503"),
])  # fmt: skip
async def test_every_status_is_told_in_a_sentence(
    server: Any, look: Look, status: int, outcome: Outcome, word: str
) -> None:
    """What the server says, and what to do about it."""
    brought = await look(lambda at: at.say(status), path="/status")
    assert brought.outcome is outcome
    assert word in brought.problem
    assert bool(brought.problem) is not outcome.is_well


@pytest.mark.parametrize(("status", "said", "seconds"), [
    (429, {"Retry_After": "120"}, 120),
    (503, {"Retry_After": "60"}, 60),
    (429, {"Retry_After": "999999999999"}, 86_400),
    (429, {"Retry_After": "soon"}, None),
    (429, {}, None),
])  # fmt: skip
async def test_a_server_that_asks_to_wait_is_given_its_time(
    server: Any, look: Look, status: int, said: Any, seconds: int | None
) -> None:
    """Retry-After counts, up to a day."""
    brought = await look(lambda at: at.say(status, **said), path="/wait")
    assert (brought.outcome, brought.wait_seconds) == (Outcome.ASKED_TO_WAIT, seconds)


async def test_moving_for_good_is_remembered(server: Any, look: Look) -> None:
    """A 301 and a 308 in a row give the address where the feed lives from now on."""
    server.at("/old", lambda at: at.say(301, Location="/newer"))
    server.at("/newer", lambda at: at.say(308, Location=f"http://{HOST}/newest"))
    server.at("/newest", lambda at: at.say(200, FEED))
    brought = await fetch(SourceKind.FEED, f"http://{HOST}/old", overrides=server.host_overrides())
    assert (brought.outcome, brought.moved_to) == (Outcome.NEWS, f"http://{HOST}/newest")


async def test_moving_for_now_is_not_remembered(server: Any, look: Look) -> None:
    """Behind a 302 even a 301 is only for now."""
    server.at("/now", lambda at: at.say(302, Location="/then"))
    server.at("/then", lambda at: at.say(301, Location="/there"))
    server.at("/there", lambda at: at.say(200, FEED))
    brought = await fetch(SourceKind.FEED, f"http://{HOST}/now", overrides=server.host_overrides())
    assert (brought.outcome, brought.moved_to) == (Outcome.NEWS, "")


async def test_leading_on_and_on_ends(server: Any, look: Look) -> None:
    """After three redirects nobody follows any more."""
    brought = await look(lambda at: at.say(302, Location="/feed"))
    assert (brought.outcome, len(brought.items)) == (Outcome.BROKEN, 0)
    assert "more than 3 times" in brought.problem
    assert [path for path, _ in server.asked[-4:]] == ["/feed"] * 4


@pytest.mark.parametrize("target", [
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://[::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://[64:ff9b::a00:1]/",
    "http://localhost/",
])  # fmt: skip
async def test_nobody_is_led_inside(server: Any, look: Look, target: str) -> None:
    """A redirect to a private, shared, local or reserved address is refused, however it is spelt."""
    brought = await look(lambda at: at.say(302, Location=target), path="/trap")
    assert brought.outcome is Outcome.REFUSED
    assert "private network" in brought.problem
    assert brought.items == ()


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://feeds.example/", "http://feeds.example:22/", "gopher://x/"]
)
async def test_nobody_is_led_to_another_door(server: Any, look: Look, target: str) -> None:
    """A redirect to another scheme or port is refused."""
    brought = await look(lambda at: at.say(302, Location=target), path="/trap")
    assert brought.outcome is Outcome.REFUSED
    assert brought.problem.startswith("It leads on to another address.")


async def test_without_a_door_this_machine_is_refused(server: Any, look: Look) -> None:
    """What the tests can reach nobody else can: neither by its number nor by its name."""
    server.at("/feed", lambda at: at.say(200, FEED))
    asked = len(server.asked)
    for address in (f"http://{server.place}/feed", "http://127.0.0.1/feed", "http://localhost/feed"):
        brought = await fetch(SourceKind.FEED, address)
        assert brought.outcome is Outcome.REFUSED
    assert len(server.asked) == asked


async def test_an_open_door_opens_nothing_else(server: Any, look: Look) -> None:
    """With an override for one host, other local addresses are still refused."""
    brought = await fetch(
        SourceKind.FEED,
        "http://other.example/",
        overrides=HostOverrides({HOST: (server.place,), "other.example": ("127.0.0.2",)}),
    )
    assert brought.outcome is Outcome.REFUSED


async def test_a_name_that_changes_its_mind_gains_nothing(server: Any, look: Look) -> None:
    """A name is looked up once and connected to as looked up: the second answer is never used, or refused."""
    address = server.at("/feed", lambda at: at.say(200, FEED))
    pinned = await fetch(SourceKind.FEED, address, overrides=server.host_overrides("169.254.169.254"))
    server.at("/hop", lambda at: at.say(302, Location="/feed"))
    rebound = await fetch(SourceKind.FEED, f"http://{HOST}/hop", overrides=server.host_overrides("169.254.169.254"))
    assert pinned.outcome is Outcome.NEWS
    assert rebound.outcome is Outcome.REFUSED


async def test_a_name_that_leads_inside_is_refused() -> None:
    """A public name with a private address."""
    brought = await fetch(SourceKind.FEED, f"https://{HOST}/feed", overrides=HostOverrides({HOST: ("10.1.2.3",)}))
    assert (brought.outcome, "private network" in brought.problem) == (Outcome.REFUSED, True)


async def test_a_server_that_drips_is_left(server: Any, look: Look) -> None:
    """A byte at a time keeps nobody longer than the whole time allowed, in the headers or in the body."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
    for beginning in (head, head + b"\r\n<rss>"):
        brought = await look(lambda at, start=beginning: at.drip(after=start), path="/drip", limits=QUICK)
        assert brought.outcome is Outcome.UNREACHABLE
        assert "more than 0.6 seconds" in brought.problem
    assert server.left_alone.wait(5)


async def test_a_server_that_says_nothing_is_left(server: Any, look: Look) -> None:
    """Silence ends sooner than the whole time."""
    brought = await look(lambda _: server.closing.wait(2), path="/silent", limits=Limits(quiet_seconds=0.3))
    assert (brought.outcome, "in time" in brought.problem) == (Outcome.UNREACHABLE, True)


async def test_a_server_that_is_not_there(server: Any, look: Look) -> None:
    """Nobody listens, or nobody has that name."""
    silent = await fetch(SourceKind.FEED, f"http://{HOST}/", overrides=HostOverrides({HOST: ("127.0.0.1:9",)}))
    assert silent.outcome is Outcome.UNREACHABLE
    unknown = await fetch(SourceKind.FEED, "http://nobody.invalid/")
    assert unknown.outcome is Outcome.UNREACHABLE


async def test_a_body_that_is_too_large_is_left(server: Any, look: Look) -> None:
    """Beyond five megabytes nothing is read on."""
    brought = await look(lambda at: at.say(200, b" " * (5 * 1024 * 1024 + 1)), path="/large")
    assert (brought.outcome, "larger than 5 MB" in brought.problem) == (Outcome.BROKEN, True)


async def test_a_body_that_is_cut_short_is_told(server: Any, look: Look) -> None:
    """Fewer bytes than announced, or half a gzip."""
    short = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<rss>"
    assert (await look(lambda at: at.wfile.write(short), path="/short")).outcome is Outcome.UNREACHABLE
    half = gzip.compress(FEED.encode())[:-20]
    brought = await look(lambda at: at.say(200, half, Content_Encoding="gzip"), path="/half")
    assert (brought.outcome, "cut short" in brought.problem) == (Outcome.BROKEN, True)


@pytest.mark.parametrize(("packing", "body"), [
    ("gzip", gzip.compress(FEED.encode())),
    ("deflate", zlib.compress(FEED.encode())),
    ("deflate", zlib.compress(FEED.encode(), wbits=-15)),
    ("identity", FEED.encode()),
])  # fmt: skip
async def test_packed_bodies_are_unpacked(server: Any, look: Look, packing: str, body: bytes) -> None:
    """In each way that servers mean by gzip and deflate."""
    brought = await look(lambda at: at.say(200, body, Content_Encoding=packing), path="/packed")
    assert brought.outcome is Outcome.NEWS


@pytest.mark.parametrize("packing", ["br", "gzip, gzip", "gzip"])
async def test_what_is_packed_oddly_is_told(server: Any, look: Look, packing: str) -> None:
    """Packings that nobody asked for, and plain text that says it is packed."""
    brought = await look(lambda at: at.say(200, FEED, Content_Encoding=packing), path="/odd")
    assert (brought.outcome, brought.items) == (Outcome.BROKEN, ())


@pytest.mark.slow
async def test_attributes_by_the_hundred_thousand_do_no_harm(look: Look) -> None:
    """They are read in time or given up in a sentence, and the next look works."""
    attributes = " ".join(f'a{number}="x"' for number in range(100_000))
    page = f"<rss><channel><item><title {attributes}>x</title></item></channel></rss>"
    brought = await look(lambda at: at.say(200, page), path="/slow")
    assert (brought.outcome, bool(brought.problem)) in {(Outcome.NEWS, False), (Outcome.BROKEN, True)}
    assert (await look(lambda at: at.say(200, FEED), path="/next")).outcome is Outcome.NEWS


async def test_a_page_instead_of_a_feed_names_the_feed(server: Any, look: Look) -> None:
    """The sentence tells the address that the page links, made whole."""
    page = '<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/real.xml"></head></html>'
    brought = await look(lambda at: at.say(200, page), path="/page")
    assert (brought.outcome, f"use http://{HOST}/real.xml instead" in brought.problem) == (Outcome.BROKEN, True)


@pytest.mark.parametrize(("declared", "written"), [
    ("utf-8", "cp1252"),
    ("utf-8", "utf-8"),
    ("iso-8859-1", "cp1252"),
    ("utf-16", "utf-16"),
    ("windows-1252", "utf-8-sig"),
])  # fmt: skip
async def test_charsets_that_are_declared_wrongly_are_read(
    server: Any, look: Look, declared: str, written: str
) -> None:
    """Umlauts survive, whatever the feed says it is written in."""
    feed = FEED.replace("utf-8", declared).replace("never called", "nie zurückgerufen – schön")
    headers = {"Content_Type": "application/rss+xml"}
    brought = await look(lambda at: at.say(200, feed.encode(written), **headers), path="/charset")
    assert "nie zurückgerufen – schön" in brought.items[0].title + brought.items[0].words


async def test_retry_after_as_a_date_is_read_by_the_servers_own_clock(server: Any, look: Look) -> None:
    """Ten minutes after the Date of the same answer."""
    said = {"date": "Mon, 23 Nov 2026 09:00:00 GMT", "retry-after": "Mon, 23 Nov 2026 09:10:00 GMT"}
    assert wait_asked(said) == 600
    assert wait_asked(said | {"retry-after": "Mon, 23 Nov 2020 09:10:00 GMT"}) == 0
    assert wait_asked(said | {"date": "yesterday"}) is None


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "http://user:secret@feeds.example/", "", "http://", "http://[::1/", "http://a b/"],
)
async def test_what_is_no_address_is_refused_before_anything_is_asked(address: str) -> None:
    """One sentence, no request."""
    brought = await fetch(SourceKind.FEED, address)
    assert (brought.outcome, bool(brought.problem)) == (Outcome.REFUSED, True)


@pytest.mark.parametrize(("address", "public"), [
    ("93.184.215.14", True),
    ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
    ("127.1", False),
    ("2130706433", False),
    ("0x7f000001", False),
    ("::ffff:169.254.169.254", False),
    ("fe80::1%eth0", False),
    ("2606:2800:21f:cb07:6820:80da:af6b:8b2c%1", False),
    ("2002:7f00:1::", False),
    ("2001:0:7f00:1::1", False),
    ("fec0::1", False),
    ("localhost", False),
    ("", False),
])  # fmt: skip
async def test_sockets_are_opened_to_public_addresses_alone(address: str, public: bool) -> None:
    """Whatever name led there: the address that is connected to is looked at, in its usual spelling only."""
    resolver, family = PublicResolver(), socket.AF_INET6 if ":" in address else socket.AF_INET
    info = (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 443))
    if public:
        resolver.open_socket(info).close()
    else:
        with pytest.raises(NotPublic):
            resolver.open_socket(info)


async def test_a_port_that_is_opened_for_a_test_is_opened_once_it_was_looked_up() -> None:
    """The override's own address and port, and neither another port nor the address before its turn."""
    resolver = PublicResolver(HostOverrides({HOST: ("127.0.0.1:8123", "10.0.0.1")}))
    at = {
        port: (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port)) for port in (80, 8123)
    }
    with pytest.raises(NotPublic):
        resolver.open_socket(at[8123])
    assert [found["port"] for found in await resolver.resolve(HOST, 80)] == [8123]
    resolver.open_socket(at[8123]).close()
    with pytest.raises(NotPublic):
        resolver.open_socket(at[80])
    with pytest.raises(NotPublic):
        await resolver.resolve(HOST, 80)


async def test_no_cookie_and_no_mark_that_could_break_a_header_is_sent_back(server: Any, look: Look) -> None:
    """A redirect that sets a cookie is followed without it; a mark of a thousand characters is forgotten."""
    server.at("/cookie", lambda at: at.say(302, Location="/feed", Set_Cookie="id=7"))
    server.at("/feed", lambda at: at.say(200, FEED, ETag="x" * 1000))
    brought = await fetch(SourceKind.FEED, f"http://{HOST}/cookie", overrides=server.host_overrides())
    assert (brought.outcome, brought.etag) == (Outcome.NEWS, "")
    assert "cookie" not in server.asked[-1][1]


async def test_headers_without_end_are_left(server: Any, look: Look) -> None:
    """More of them than any server sends."""
    heads = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 4000) for n in range(2000)) + b"\r\n"
    brought = await look(lambda at: at.wfile.write(heads), path="/heads")
    assert (brought.outcome, bool(brought.problem)) == (Outcome.UNREACHABLE, True)

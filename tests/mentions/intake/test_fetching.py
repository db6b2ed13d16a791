"""What comes of a look at servers that behave well, badly, and as if they wanted to harm."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.mentions.gateways.doors import Door
from bot.mentions.gateways.fetching import Child, fetch, user_agent
from bot.mentions.rules.outcomes import Limits
from bot.mentions.rules.sources import SourceKind
from bot.mentions.schemas.found import Brought, Outcome
from tests.mentions.intake.local import FEED, HOST, Answer, serving

QUICK = Limits(whole_seconds=0.6, quiet_seconds=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A server that feeds.example leads to."""
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    """A process that looks, kept between tests."""
    with Child() as made:
        yield made


Look = Callable[..., Brought]


@pytest.fixture
def look(server: Any, child: Child) -> Look:
    """What a look brings when the server answers so."""

    def look(answer: Answer, *, path: str = "/feed", limits: Limits | None = None, **how: Any) -> Brought:
        address = server.at(path, answer)
        if limits:
            return fetch(SourceKind.FEED, address, door=server.door(), limits=limits, **how)
        return child.fetch(SourceKind.FEED, address, door=server.door(), **how)

    return look


def test_a_feed_comes_with_its_items_and_marks_for_next_time(server: Any, child: Child, look: Look) -> None:
    """Items are plain words; ETag and Last-Modified come back as they were."""
    brought = look(lambda at: at.say(200, FEED, ETag='"v1"', Last_Modified="Mon, 23 Nov 2026 09:00:00 GMT"))
    assert (brought.outcome, brought.problem, brought.title) == (Outcome.NEWS, "", "What people say")
    assert [item.words for item in brought.items] == ["Golddex support never called me back"]
    assert (brought.etag, brought.last_modified) == ('"v1"', "Mon, 23 Nov 2026 09:00:00 GMT")


def test_the_bot_says_who_it_is_and_what_it_has_already(server: Any, child: Child, look: Look) -> None:
    """The request carries our name and the marks of the last look; 304 keeps them."""
    brought = look(lambda at: at.say(304), path="/same", etag='"v1"', last_modified="Mon, 23 Nov 2026 09:00:00 GMT")
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
def test_every_status_is_told_in_a_sentence(
    server: Any, child: Child, look: Look, status: int, outcome: Outcome, word: str
) -> None:
    """What the server says, and what to do about it."""
    brought = look(lambda at: at.say(status), path="/status")
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
def test_a_server_that_asks_to_wait_is_given_its_time(
    server: Any, child: Child, look: Look, status: int, said: Any, seconds: int | None
) -> None:
    """Retry-After counts, up to a day."""
    brought = look(lambda at: at.say(status, **said), path="/wait")
    assert (brought.outcome, brought.wait_seconds) == (Outcome.ASKED_TO_WAIT, seconds)


def test_moving_for_good_is_remembered(server: Any, child: Child, look: Look) -> None:
    """A 301 and a 308 in a row give the address where the feed lives from now on."""
    server.at("/old", lambda at: at.say(301, Location="/newer"))
    server.at("/newer", lambda at: at.say(308, Location=f"http://{HOST}/newest"))
    server.at("/newest", lambda at: at.say(200, FEED))
    brought = child.fetch(SourceKind.FEED, f"http://{HOST}/old", door=server.door())
    assert (brought.outcome, brought.moved_to) == (Outcome.NEWS, f"http://{HOST}/newest")


def test_moving_for_now_is_not_remembered(server: Any, child: Child, look: Look) -> None:
    """Behind a 302 even a 301 is only for now."""
    server.at("/now", lambda at: at.say(302, Location="/then"))
    server.at("/then", lambda at: at.say(301, Location="/there"))
    server.at("/there", lambda at: at.say(200, FEED))
    brought = child.fetch(SourceKind.FEED, f"http://{HOST}/now", door=server.door())
    assert (brought.outcome, brought.moved_to) == (Outcome.NEWS, "")


def test_leading_on_and_on_ends(server: Any, child: Child, look: Look) -> None:
    """After three redirects nobody follows any more."""
    brought = look(lambda at: at.say(302, Location="/feed"))
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
def test_nobody_is_led_inside(server: Any, child: Child, look: Look, target: str) -> None:
    """A redirect to a private, shared, local or reserved address is refused, however it is spelt."""
    brought = look(lambda at: at.say(302, Location=target), path="/trap")
    assert brought.outcome is Outcome.REFUSED
    assert "private network" in brought.problem
    assert brought.items == ()


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://feeds.example/", "http://feeds.example:22/", "gopher://x/"]
)
def test_nobody_is_led_to_another_door(server: Any, child: Child, look: Look, target: str) -> None:
    """A redirect to another scheme or port is refused."""
    brought = look(lambda at: at.say(302, Location=target), path="/trap")
    assert brought.outcome is Outcome.REFUSED
    assert brought.problem.startswith("It leads on to another address.")


def test_without_a_door_this_machine_is_refused(server: Any, child: Child, look: Look) -> None:
    """What the tests can reach nobody else can: neither by its number nor by its name."""
    server.at("/feed", lambda at: at.say(200, FEED))
    asked = len(server.asked)
    for address in (f"http://{server.place}/feed", "http://127.0.0.1/feed", "http://localhost/feed"):
        brought = child.fetch(SourceKind.FEED, address)
        assert brought.outcome is Outcome.REFUSED
    assert len(server.asked) == asked


def test_an_open_door_opens_nothing_else(server: Any, child: Child, look: Look) -> None:
    """With a door to one place, the rest of this machine stays refused."""
    brought = fetch(
        SourceKind.FEED, "http://other.example/", door=Door({HOST: (server.place,), "other.example": ("127.0.0.2",)})
    )
    assert brought.outcome is Outcome.REFUSED


def test_a_name_that_changes_its_mind_gains_nothing(server: Any, child: Child, look: Look) -> None:
    """A name is looked up once and connected to as looked up: the second answer is never used, or refused."""
    address = server.at("/feed", lambda at: at.say(200, FEED))
    pinned = child.fetch(SourceKind.FEED, address, door=server.door("169.254.169.254"))
    server.at("/hop", lambda at: at.say(302, Location="/feed"))
    rebound = child.fetch(SourceKind.FEED, f"http://{HOST}/hop", door=server.door("169.254.169.254"))
    assert pinned.outcome is Outcome.NEWS
    assert rebound.outcome is Outcome.REFUSED


def test_a_name_that_leads_inside_is_refused(child: Child) -> None:
    """A public name with a private address."""
    brought = child.fetch(SourceKind.FEED, f"https://{HOST}/feed", door=Door({HOST: ("10.1.2.3",)}))
    assert (brought.outcome, "private network" in brought.problem) == (Outcome.REFUSED, True)


def test_a_server_that_drips_is_left(server: Any, child: Child, look: Look) -> None:
    """A byte at a time keeps nobody longer than the whole time allowed, in the headers or in the body."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
    for beginning in (head, head + b"\r\n<rss>"):
        brought = look(lambda at, start=beginning: at.drip(after=start), path="/drip", limits=QUICK)
        assert brought.outcome is Outcome.UNREACHABLE
        assert "more than 0.6 seconds" in brought.problem
    assert server.left_alone.wait(5)


def test_a_server_that_says_nothing_is_left(server: Any, child: Child, look: Look) -> None:
    """Silence ends sooner than the whole time."""
    brought = look(lambda _: server.closing.wait(2), path="/silent", limits=Limits(quiet_seconds=0.3))
    assert (brought.outcome, "in time" in brought.problem) == (Outcome.UNREACHABLE, True)


def test_a_server_that_is_not_there(server: Any, child: Child, look: Look) -> None:
    """Nobody listens, or nobody has that name."""
    assert (
        child.fetch(SourceKind.FEED, f"http://{HOST}/", door=Door({HOST: ("127.0.0.1:9",)})).outcome
        is Outcome.UNREACHABLE
    )
    unknown = child.fetch(SourceKind.FEED, "http://nobody.invalid/")
    assert unknown.outcome is Outcome.UNREACHABLE


def test_a_body_that_is_too_large_is_left(server: Any, child: Child, look: Look) -> None:
    """Beyond five megabytes nothing is read on."""
    brought = look(lambda at: at.say(200, b" " * (5 * 1024 * 1024 + 1)), path="/large")
    assert (brought.outcome, "larger than 5 MB" in brought.problem) == (Outcome.BROKEN, True)


def test_a_body_that_is_cut_short_is_told(server: Any, child: Child, look: Look) -> None:
    """Fewer bytes than announced, or half a gzip."""
    short = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<rss>"
    assert look(lambda at: at.wfile.write(short), path="/short").outcome is Outcome.UNREACHABLE
    half = gzip.compress(FEED.encode())[:-20]
    brought = look(lambda at: at.say(200, half, Content_Encoding="gzip"), path="/half")
    assert (brought.outcome, "cut short" in brought.problem) == (Outcome.BROKEN, True)


@pytest.mark.parametrize(("packing", "body"), [
    ("gzip", gzip.compress(FEED.encode())),
    ("deflate", zlib.compress(FEED.encode())),
    ("deflate", zlib.compress(FEED.encode(), wbits=-15)),
    ("identity", FEED.encode()),
])  # fmt: skip
def test_packed_bodies_are_unpacked(server: Any, child: Child, look: Look, packing: str, body: bytes) -> None:
    """In each way that servers mean by gzip and deflate."""
    brought = look(lambda at: at.say(200, body, Content_Encoding=packing), path="/packed")
    assert brought.outcome is Outcome.NEWS


@pytest.mark.parametrize("packing", ["br", "gzip, gzip", "gzip"])
def test_what_is_packed_oddly_is_told(server: Any, child: Child, look: Look, packing: str) -> None:
    """Packings that nobody asked for, and plain text that says it is packed."""
    brought = look(lambda at: at.say(200, FEED, Content_Encoding=packing), path="/odd")
    assert (brought.outcome, brought.items) == (Outcome.BROKEN, ())


def test_attributes_by_the_hundred_thousand_do_no_harm(child: Child, look: Look) -> None:
    """They are read in time or given up in a sentence, and the next look works."""
    attributes = " ".join(f'a{number}="x"' for number in range(100_000))
    page = f"<rss><channel><item><title {attributes}>x</title></item></channel></rss>"
    brought = look(lambda at: at.say(200, page), path="/slow")
    assert (brought.outcome, bool(brought.problem)) in {(Outcome.NEWS, False), (Outcome.BROKEN, True)}
    assert look(lambda at: at.say(200, FEED), path="/next").outcome is Outcome.NEWS


def test_a_page_instead_of_a_feed_names_the_feed(server: Any, child: Child, look: Look) -> None:
    """The sentence tells the address that the page links, made whole."""
    page = '<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/real.xml"></head></html>'
    brought = look(lambda at: at.say(200, page), path="/page")
    assert (brought.outcome, f"use http://{HOST}/real.xml instead" in brought.problem) == (Outcome.BROKEN, True)


@pytest.mark.parametrize(("declared", "written"), [
    ("utf-8", "cp1252"),
    ("utf-8", "utf-8"),
    ("iso-8859-1", "cp1252"),
    ("utf-16", "utf-16"),
    ("windows-1252", "utf-8-sig"),
])  # fmt: skip
def test_charsets_that_are_declared_wrongly_are_read(
    server: Any, child: Child, look: Look, declared: str, written: str
) -> None:
    """Umlauts survive, whatever the feed says it is written in."""
    feed = FEED.replace("utf-8", declared).replace("never called", "nie zurückgerufen – schön")
    headers = {"Content_Type": "application/rss+xml"}
    brought = look(lambda at: at.say(200, feed.encode(written), **headers), path="/charset")
    assert "nie zurückgerufen – schön" in brought.items[0].title + brought.items[0].words


def test_retry_after_as_a_date_is_read_by_the_servers_own_clock(server: Any, child: Child, look: Look) -> None:
    """Ten minutes after the Date of the same answer."""
    from bot.mentions.gateways.wire import wait_asked  # noqa: PLC0415 - only the child needs it otherwise

    said = {"date": "Mon, 23 Nov 2026 09:00:00 GMT", "retry-after": "Mon, 23 Nov 2026 09:10:00 GMT"}
    assert wait_asked(said) == 600
    assert wait_asked(said | {"retry-after": "Mon, 23 Nov 2020 09:10:00 GMT"}) == 0
    assert wait_asked(said | {"date": "yesterday"}) is None


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "http://user:secret@feeds.example/", "", "http://", "http://[::1/", "http://a b/"],
)
def test_what_is_no_address_is_refused_before_anything_is_asked(child: Child, address: str) -> None:
    """One sentence, no request."""
    brought = child.fetch(SourceKind.FEED, address)
    assert (brought.outcome, bool(brought.problem)) == (Outcome.REFUSED, True)

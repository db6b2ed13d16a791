"""What is read of a body: our own small samples of each kind, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.mentions.gateways.items import guess, make_item, select_items
from bot.mentions.gateways.parsing import read_body
from bot.mentions.rules.sources import MOST_ITEMS, Outcome, SourceKind, Trouble
from bot.mentions.rules.texts import clean_words, handles_in, language_code, links_in, read_instant, with_offset
from bot.mentions.schemas.items import FeedItem, FetchResult

OWN = Path(__file__).parent / "samples"
LAUGHS = '<?xml version="1.0"?><!-- x --><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><channel/></rss>'
OUTSIDE = '<!DOCTYPE rss SYSTEM "http://10.0.0.1/x.dtd"><rss><channel/></rss>'


def read(kind: SourceKind, said: Any, address: str = "https://feeds.example/feed") -> FetchResult:
    """What is read of JSON or text."""
    body = said if isinstance(said, bytes) else (said if isinstance(said, str) else json.dumps(said)).encode()
    return read_body(kind, body, address=address)


def one(kind: SourceKind, said: Any, address: str = "https://feeds.example/feed") -> FeedItem:
    """The only item."""
    (item,) = read(kind, said, address).items
    return item


@pytest.mark.parametrize(("name", "kind", "expected"), [
    ("rss.xml", SourceKind.FEED, {"title": "Fish & chips", "author": "Ana Lima", "language": "en"}),
    ("mastodon.xml", SourceKind.MASTODON, {"title": "", "words": "Thanks @golddex !", "place": "fosstodon.org"}),
    ("stack_overflow.xml", SourceKind.STACK_OVERFLOW, {"author": "jo", "title": "How do I log in to Golddex?"}),
    ("github.xml", SourceKind.GITHUB_DISCUSSIONS, {"place": "acme/widgets", "author": "octo"}),
    ("youtube.xml", SourceKind.YOUTUBE, {"words": "All about handles", "rating": None, "place": "Golddex Films"}),
    ("rdf.xml", SourceKind.FEED, {"title": "An RDF item", "address": "https://acme.example/rdf/1"}),
])  # fmt: skip
def test_each_recipe_reads_its_feed(name: str, kind: SourceKind, expected: dict[str, Any]) -> None:
    """The parts that people see."""
    item = one(kind, (OWN / name).read_bytes())
    assert {field: getattr(item, field) for field in expected} == expected


def test_a_forum_is_read_with_the_titles_of_its_threads() -> None:
    """Discourse gives posts and topics apart."""
    said = {
        "posts": [{"id": 9, "username": "jo", "blurb": "broken &amp; slow", "created_at": "2026-11-20T10:00:00Z",
                   "topic_id": 4, "post_number": 2}],
        "topics": [{"id": 4, "title": "Handles", "slug": "handles"}],
    }  # fmt: skip
    item = one(SourceKind.DISCOURSE, said, "https://forum.acme.example/search.json?q=x")
    assert (item.address, item.title, item.words) == (
        "https://forum.acme.example/t/handles/4/2",
        "Handles",
        "broken & slow",
    )
    assert read(SourceKind.DISCOURSE, {"grouped_search_result": {}}, "https://f.example/search.json?q=x").items == ()


def test_reviews_may_be_a_list_one_or_none() -> None:
    """Apple writes one review without a list, and none without the field."""
    review = {
        "id": {"label": "1"},
        "im:rating": {"label": "2"},
        "title": {"label": "Meh"},
        "content": {"label": "a < b"},
    }
    for entry in (review, [review]):
        item = one(SourceKind.APP_STORE, {"feed": {"entry": entry}})
        assert (item.rating, item.title, item.words) == (2.0, "Meh", "a < b")
    assert read(SourceKind.APP_STORE, {"feed": {}}).items == ()


def test_json_feed_is_read() -> None:
    """With authors of either version."""
    said = {
        "title": "T",
        "items": [{"id": 3, "url": "/a", "content_html": "<p>One</p><p>Two</p>", "authors": [{"name": "jo"}]}],
    }
    item = one(SourceKind.FEED, said)
    assert (item.address, item.words, item.author) == ("https://feeds.example/a", "One\n\nTwo", "jo")


@pytest.mark.parametrize(("body", "sentence"), [
    (LAUGHS, "DOCTYPE"),
    (LAUGHS.encode("utf-16"), "DOCTYPE"),
    (OUTSIDE, "DOCTYPE"),
    ("<!doctype html><p>Hello", "web page"),
    ("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "web page"),
    ("<recipe><egg/></recipe>", "no feed"),
    ("just words", "no feed"),
    ("", "nothing at this address"),
    ("{", "can't be read"),
    ("[" * 200_000, "can't be read"),
    ("[1]", "not a JSON Feed"),
])  # fmt: skip
def test_what_is_no_feed_is_told_in_a_sentence(body: str | bytes, sentence: str) -> None:
    """And never raises anything else."""
    with pytest.raises(Trouble) as trouble:
        read(SourceKind.FEED, body)
    assert trouble.value.outcome is Outcome.BROKEN
    assert sentence in str(trouble.value)


@pytest.mark.parametrize(("said", "words"), [
    ("<p>a &amp; b</p><script>alert(1)</script>", "a & b"),
    ("x<br>y<ul><li>z</li></ul>", "x\ny\n\nz"),
    ("&amp;amp; stays", "&amp; stays"),
    ("if a < b and b > c", "if a < b and b > c"),
    ("<img src=x onerror=alert(1)>hello", "hello"),
    ("a\u202eb\0c\ud800d\u200be", "abcde"),
    ("日本語 🎉 Zürich", "日本語 🎉 Zürich"),
])  # fmt: skip
def test_words_are_plain(said: str, words: str) -> None:
    """Markup and what nobody sees is gone, entities are undone once, every script stays."""
    assert make_item(words=guess(said)).words == words


def test_long_words_are_cut_and_said_to_be() -> None:
    """At the end of a word, within four thousand characters."""
    words, cut = clean_words("golddex " * 1000)
    assert (len(words) <= 4000, cut, words[-9:]) == (True, True, " golddex…")
    assert make_item(words=guess("x" * 100_000)).cut


def test_links_and_names_in_words_are_found() -> None:
    """Hidden behind words or written out; the item's own host doesn't count, nor do mail addresses."""
    said = (
        '<a href="https://golddex.com/?utm_source=x">here</a> and www.acme.example. @Ana @jo@fosstodon.org a@b.example'
    )
    item = make_item(
        address="https://forum.example/1", words=guess(said + ' <a href="https://forum.example/u/2">me</a>')
    )
    assert item.links == ("https://golddex.com/", "https://www.acme.example/")
    assert item.handles == ("ana", "jo@fosstodon.org", "jo")
    assert (handles_in("mail ana@acme.example"), links_in("acme")) == ((), [])


def test_an_address_that_many_share_tells_nothing_apart() -> None:
    """Items of a status page that all link to it are known by their ids; the same id twice is one item still."""
    shared = [make_item(external_id=str(n), address="https://acme.example/status", title=guess("Down")) for n in (1, 2)]
    assert [item.address for item in select_items(shared)] == ["", ""]
    assert select_items([shared[0], shared[0]])[0].address == "https://acme.example/status"


def test_silent_items_are_left_out_and_two_hundred_are_enough() -> None:
    """Neither title nor words says nothing to anybody."""
    assert select_items([make_item(address="https://acme.example/")]) == ()
    assert len(select_items(make_item(title=guess(f"t{n}")) for n in range(MOST_ITEMS + 5))) == MOST_ITEMS


@pytest.mark.parametrize(("said", "instant"), [
    ("2026-01-12T19:20:30+01:00", "2026-01-12T18:20:30+00:00"),
    ("2026-05-10 11:55:53.000", "2026-05-10T11:55:53+00:00"),
    ("1385518716", "2013-11-27T02:18:36+00:00"),
    ("1385518716000", "2013-11-27T02:18:36+00:00"),
    ("0001-01-01T00:00:00+14:00", None),
    ("1970-01-01T00:00:00Z", None),
    ("Mon, 05 Jun 2023 10:00:00 CEST", "2023-06-05T08:00:00+00:00"),
    ("Mon Jun 05 10:00:00 MESZ 2023", "2023-06-05T08:00:00+00:00"),
    ("Mon, 05 Jun 2023 10:00:00 IST", "2023-06-05T04:30:00+00:00"),
    ("2023-06-05 10:00:00 NST", "2023-06-05T13:30:00+00:00"),
    ("Mon, 05 Jun 2023 10:00:00 EST", "2023-06-05T15:00:00+00:00"),
    ("5 Jun 2023 10:00 aest", "2023-06-05T00:00:00+00:00"),
    ("Mon, 05 Jun 2023 10:00:00 +0100 (BST)", "2023-06-05T09:00:00+00:00"),
    ("Mon, 05 Jun 2023 10:00:00 XYZ", "2023-06-05T10:00:00+00:00"),
    ("soon", None),
])  # fmt: skip
def test_instants_are_read(said: str, instant: str | None) -> None:
    """ISO 8601, as in e-mail, or (milli)seconds; zones by offset or usual name."""
    read_as = read_instant(said)
    assert (read_as.isoformat() if read_as else None) == instant


@pytest.mark.parametrize(("written", "hour"), [
    ("Mon, 05 Jun 2023 10:00:00 CEST", 8), ("Mon, 05 Jun 2023 10:00:00 JST", 1),
    ("Mon, 05 Jun 2023 10:00:00 PDT", 17), ("Mon, 05 Jun 2023 10:00:00 +0300", 7), ("2023-06-05 10:00:00 CET", 9),
])  # fmt: skip
def test_a_feeds_zone_is_what_it_is(written: str, hour: int) -> None:
    """Also where the parser knows only North America's names."""
    item = one(SourceKind.FEED, f"<rss version='2.0'><channel><item><title>x</title><pubDate>{written}</pubDate>"
               "</item></channel></rss>")  # fmt: skip
    assert item.published_at is not None
    assert item.published_at.hour == hour


@pytest.mark.parametrize(("guid", "link", "address"), [
    ("<guid>t3_abc</guid>", "", ""),
    ("<guid>42</guid>", "<link>/posts/42</link>", "https://feeds.example/posts/42"),
    ("<guid>https://acme.example/1</guid>", "", "https://acme.example/1"),
    ("<guid isPermaLink='false'>https://acme.example/1</guid>", "", ""),
])  # fmt: skip
def test_an_id_that_is_no_address_makes_no_link(guid: str, link: str, address: str) -> None:
    """It tells the item from others, and nobody can open it."""
    found = one(
        SourceKind.FEED, f"<rss version='2.0'><channel><item><title>x</title>{guid}{link}</item></channel></rss>"
    )
    assert found.address == address
    assert found.external_id


@pytest.mark.parametrize(("title", "words", "said"), [
    ("Golddex never called", "Golddex never called me back", "Golddex never called me back"),
    ("Golddex never called…", "golddex  never\ncalled me", "golddex  never\ncalled me"),
    ("Third time", "Golddex never called", "Third time\nGolddex never called"),
    ("Third time", "", "Third time"),
    ("", "Golddex", "Golddex"),
    ("…", "Golddex", "Golddex"),
])  # fmt: skip
def test_a_title_that_begins_the_text_isnt_said_twice(title: str, words: str, said: str) -> None:
    """Programs make a title of the first words, often cut short."""
    assert FeedItem(title=title, words=words).said == said


def test_languages_are_two_letters() -> None:
    """Or nothing."""
    assert [language_code(said) for said in ("en-US", "DE", "english", "")] == ["en", "de", "", ""]


@pytest.mark.parametrize(
    ("text", "kept", "cut"),
    [
        ("x" * 4000, 4000, False),
        ("x" * 4001, 4000, True),
        ("x" + " " * 59_999, 1, False),
        ("x" + " " * 60_000, 1, True),
    ],
)
def test_four_thousand_characters_are_kept(text: str, kept: int, cut: bool) -> None:
    """What is left out is said to be, also where nothing but spaces is looked at."""
    words, is_cut = clean_words(text)
    assert (len(words), is_cut) == (kept, cut)


def test_accounts_have_sixty_characters_and_twenty_are_taken() -> None:
    """A longer one is nobody's."""
    assert handles_in("@" + "a" * 60) == ("a" * 60,)
    assert handles_in("@" + "a" * 61) == ()
    assert len(handles_in(" ".join(f"@ana{n}" for n in range(30)))) == 20


@pytest.mark.parametrize(
    ("said", "year"), [("1990-01-01T00:00:00Z", 1990), ("1989-12-31T23:59:59Z", None), ("100000000000", 5138)]
)
def test_nothing_was_written_before_there_was_a_web(said: str, year: int | None) -> None:
    """Seconds go on for three thousand years before they count as milliseconds."""
    at = read_instant(said)
    assert (at.year if at else None) == year


@pytest.mark.parametrize(
    ("said", "offset"),
    [("2026-11-24 10:00 CEST", "2026-11-24 10:00+0200"), ("2026-11-24 10:00 WET", "2026-11-24 10:00+0000"),
     ("Tue, 24 Nov 2026 10:00 EST", "Tue, 24 Nov 2026 10:00 -0500"), ("10:00", "10:00")],
)  # fmt: skip
def test_the_name_of_a_zone_becomes_its_offset(said: str, offset: str) -> None:
    """`-0000` would mean an unknown zone in an e-mail's date."""
    assert with_offset(said) == offset

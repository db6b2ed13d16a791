"""When two addresses are one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mentions.rules.texts import canonical, host_of
from bot.mentions.schemas.items import FeedItem


@pytest.mark.parametrize(("given_as", "kept_as"), [
    ("HTTPS://Acme.Example", "https://acme.example/"),
    ("http://acme.example:80/a b?utm_source=x&q=1#top", "http://acme.example/a%20b?q=1"),
    ("https://acme.example/a?fbclid=1&gclid=2&mc_cid=3&page=2", "https://acme.example/a?page=2"),
    ("https://acme.example/post#comment-12", "https://acme.example/post#comment-12"),
    ("https://www.google.com/url?rct=j&sa=t&url=https://site.example/a/?utm_x=1&ct=ga&usg=Q", "https://site.example/a/"),
    ("https://www.google.de/url?q=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttp%253A%252F%252Fa.example%252F", "http://a.example/"),
    ("https://www.google.com/url?q=javascript:alert(1)", "https://www.google.com/url?q=javascript:alert(1)"),
    ("https://user:secret@acme.example/", "https://acme.example/"),
    ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
    ("https://a.example/<!channel>|x", "https://a.example/%3C!channel%3E%7Cx"),
    ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ("javascript:alert(1)", ""),
    ("data:text/html,x", ""),
    ("//acme.example/a", ""),
    ("mailto:ana@acme.example", ""),
    ("http://", ""),
    ("http://[::1", ""),
    ("https://a.example/" + "a" * 3000, ""),
])  # fmt: skip
def test_an_address_has_one_spelling(given_as: str, kept_as: str) -> None:
    """Tracking off, wrapped links undone, fragments off unless they number a comment; nothing but http and https."""
    assert canonical(given_as) == kept_as


@given(
    st.text()
    | st.from_regex(r"https?://[a-z.:@\[\]]{1,12}/[ -~]{0,30}")
    | st.from_regex(r"https://www\.google\.com/url\?q=[ -~]{0,40}")
)
def test_putting_right_twice_changes_nothing(text: str) -> None:
    """What is canonical stays as it is, whatever it came from."""
    once = canonical(text)
    assert canonical(once) == once
    assert once == "" or once.startswith(("http://", "https://"))


@pytest.mark.parametrize(("one", "other"), [
    ("http://www.acme.example/a/", "https://acme.example/a"),
    ("https://old.reddit.com/r/x/comments/1/", "https://www.reddit.com/r/x/comments/1"),
    ("https://youtu.be/abc", "https://www.youtube.com/watch?v=abc"),
    ("https://acme.example/a?utm_source=rss", "https://acme.example/a#top"),
])  # fmt: skip
def test_one_item_through_several_sources_has_one_key(one: str, other: str) -> None:
    """The address decides, in any of its usual spellings, and not the source or the id."""
    first = FeedItem(address=one, external_id="1").fingerprint("a")
    assert first == FeedItem(address=other, external_id="2").fingerprint("b")


def test_without_an_address_the_id_decides_and_then_the_words() -> None:
    """Ids count within their source; words count everywhere, whatever their case and spacing."""
    item = FeedItem(external_id="7", words="Never called back")
    assert item.fingerprint("a") == FeedItem(external_id="7", words="edited").fingerprint("a")
    assert item.fingerprint("a") != item.fingerprint("b")
    said = FeedItem(words="Never  CALLED back")
    assert said.fingerprint("a") == FeedItem(words="never called back").fingerprint("b")
    assert len(said.fingerprint("a")) == 64


def test_two_comments_under_one_post_are_two() -> None:
    """A comment's number tells it apart."""
    keys = {FeedItem(address=f"https://acme.example/post#comment-{n}").fingerprint("a") for n in (1, 2)}
    assert len(keys) == 2


def test_the_host_of_an_address_comes_without_www() -> None:
    """As a place is shown."""
    assert host_of("https://www.acme.example/a") == "acme.example"
    assert host_of("nothing") == ""


@pytest.mark.parametrize(("length", "kept"), [(1999, True), (2000, True), (2001, False)])
def test_an_address_has_two_thousand_characters_at_most(length: int, kept: bool) -> None:
    """A longer one wouldn't fit behind a button."""
    address = "https://a.example/".ljust(length, "x")
    assert canonical(address) == (address if kept else "")


@pytest.mark.parametrize(("given_as", "kept_as"), [
    ("https://acme.example:443/", "https://acme.example/"),
    ("https://acme.example:80/", "https://acme.example:80/"),
    ("http://acme.example:443/", "http://acme.example:443/"),
    ("https://www.google.com/search?q=https://site.example/", "https://www.google.com/search?q=https://site.example/"),
    ("https://acme.example/url?q=https://site.example/", "https://acme.example/url?q=https://site.example/"),
    ("https://www.google.com/url?q=https://a.example/&q=https://b.example/", "https://a.example/"),
    ("https://acme..example/", ""), ("https://acme.example./", "https://acme.example/"), ("https://-/", ""),
])  # fmt: skip
def test_only_a_redirecting_page_is_looked_behind(given_as: str, kept_as: str) -> None:
    """And only a scheme's own port goes without saying."""
    assert canonical(given_as) == kept_as

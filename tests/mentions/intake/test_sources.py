"""The one word that each recipe asks for, and what is fetched for it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import InvalidInput
from bot.mentions.rules.sources import (
    LONGEST_WORD,
    Outcome,
    SourceKind,
    Trouble,
    fetch_address,
    host_pause,
    is_fetched,
    is_public,
    is_pushed,
    refuse_status,
)

CHANNEL = "UCK8sQmJBp8GCxrOtXWBpyEA"
TUBE = f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"
REVIEWS = "https://itunes.apple.com/{}/rss/customerreviews/page=1/id=1605206013/sortby=mostrecent/json"


@pytest.mark.parametrize(("kind", "word", "address"), [
    ("feed", "acme.example/feed", "https://acme.example/feed"),
    ("feed", "feed:https://acme.example/x", "https://acme.example/x"),
    ("feed", "<http://acme.example/x#top>", "http://acme.example/x"),
    ("google_alerts", "https://www.google.de/alerts/feeds/1/2", "https://www.google.com/alerts/feeds/1/2"),
    ("reddit", "golddex", "https://www.reddit.com/search.rss?q=golddex&sort=new"),
    ("reddit", "gold dex", "https://www.reddit.com/search.rss?q=%22gold+dex%22&sort=new"),
    ("reddit", "r/smallbusiness", "https://www.reddit.com/r/smallbusiness/new/.rss"),
    ("reddit", "https://www.reddit.com/r/smallbusiness/", "https://www.reddit.com/r/smallbusiness/new/.rss"),
    ("reddit", "r/all golddex", "https://www.reddit.com/r/all/search.rss?q=golddex&restrict_sr=1&sort=new"),
    ("hacker_news", "golddex", "https://hn.algolia.com/api/v1/search_by_date?query=golddex&tags=(story,comment)&hitsPerPage=50"),
    ("youtube", CHANNEL, TUBE),
    ("youtube", f"https://www.youtube.com/channel/{CHANNEL}", TUBE),
    ("mastodon", "#golddex", "https://mastodon.social/tags/golddex.rss"),
    ("mastodon", "golddex@fosstodon.org", "https://fosstodon.org/tags/golddex.rss"),
    ("mastodon", "https://fosstodon.org/tags/golddex", "https://fosstodon.org/tags/golddex.rss"),
    ("stack_overflow", "C++", "https://stackoverflow.com/feeds/tag/c%2B%2B"),
    ("stack_overflow", "https://stackoverflow.com/questions/tagged/google-sheets", "https://stackoverflow.com/feeds/tag/google-sheets"),
    ("discourse", "https://forum.acme.example/latest", "https://forum.acme.example/posts.rss"),
    ("discourse", "forum.acme.example gold dex", "https://forum.acme.example/search.json?q=gold+dex+order%3Alatest"),
    ("app_store", "https://apps.apple.com/gb/app/a-name/id1605206013", REVIEWS.format("gb")),
    ("app_store", "de 1605206013", REVIEWS.format("de")),
    ("app_store", "1605206013", REVIEWS.format("us")),
    ("github_discussions", "acme/widgets", "https://github.com/acme/widgets/discussions.atom"),
    ("github_discussions", "https://github.com/acme/widgets/discussions", "https://github.com/acme/widgets/discussions.atom"),
])  # fmt: skip
def test_a_word_becomes_an_address(kind: str, word: str, address: str) -> None:
    """In the forms that people paste."""
    assert fetch_address(SourceKind(kind), word) == address


@pytest.mark.parametrize(("kind", "word", "advice"), [
    ("feed", "", "Give the feed's address"),
    ("feed", "ftp://acme.example/", "begins with https://"),
    ("feed", "javascript:alert(1)", "begins with https://"),
    ("feed", "https://ana:secret@acme.example/", "name and password"),
    ("feed", "https://acme.example:8080/", "80 and 443"),
    ("feed", "http://[::1/", "paste it whole"),
    ("google_alerts", "https://www.google.com/alerts", "Deliver to: RSS feed"),
    ("google_alerts", "https://google.evil.example/alerts/feeds/1/2", "Deliver to: RSS feed"),
    ("youtube", "@golddex", "begins with UC"),
    ("mastodon", "gold dex", "#golddex@mastodon.social"),
    ("stack_overflow", "two tags", "one tag"),
    ("app_store", "golddex", "with a country"),
    ("github_discussions", "acme", "acme/widgets"),
    ("github_discussions", "acme/..", "acme/widgets"),
    ("webhook", "x", "Nothing is fetched for Webhook."),
])  # fmt: skip
def test_a_word_that_will_not_do_is_answered_with_advice(kind: str, word: str, advice: str) -> None:
    """One sentence that says what to give."""
    with pytest.raises(InvalidInput) as refused:
        fetch_address(SourceKind(kind), word)
    assert advice in str(refused.value)


@given(st.sampled_from([kind for kind in SourceKind if is_fetched(kind)]), st.text(max_size=60))
def test_whatever_people_type_nothing_but_a_web_address_comes_of_it(kind: SourceKind, word: str) -> None:
    """Or a sentence."""
    try:
        address = fetch_address(kind, word)
    except InvalidInput as refused:
        sentence = str(refused)
    else:
        sentence = "."
        assert address.startswith(("https://", "http://"))
    assert sentence.endswith(".")


def test_every_kind_has_a_name_and_one_way_in() -> None:
    """Fetched ones ask for a word; the others are sent, or come by hand."""
    assert all(kind.label for kind in SourceKind)
    assert {kind for kind in SourceKind if kind.asks_for} == {kind for kind in SourceKind if is_fetched(kind)}
    assert not any(is_fetched(kind) and is_pushed(kind) for kind in SourceKind)
    by_hand = {kind for kind in SourceKind if not is_fetched(kind) and not is_pushed(kind)}
    assert by_hand == {SourceKind.SLACK, SourceKind.CSV}


def test_reddit_is_asked_once_a_minute() -> None:
    """Whichever of its hosts."""
    assert host_pause("www.Reddit.com") == host_pause("reddit.com") == timedelta(seconds=60)
    assert host_pause("notreddit.com") == timedelta(seconds=1)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_open_internet_are_asked(address: str) -> None:
    """Of either version."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "fec0::1",
        "ff0e::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2001:0:53aa:64c::1",
        "2606:4700::1%eth0",
        "127.1", "0x7f000001", "2130706433", "acme.example", "",
    ],
)  # fmt: skip
def test_no_other_address_is_ever_asked(address: str) -> None:
    """Nothing of our own network, whatever spelling, tunnel or mapping it hides behind."""
    assert is_public(address) is False


@pytest.mark.parametrize("status", [200, 204, 299, 304])
def test_a_success_is_read(status: int) -> None:
    """And so is the answer that nothing has changed."""
    refuse_status(status, None)
    assert [one.value for one in Outcome if one.is_well] == ["news", "unchanged", "empty"]


@pytest.mark.parametrize(
    ("status", "wait", "outcome", "words"),
    [
        (199, None, "refused", "refuses (199)"), (300, None, "refused", "refuses (300)"),
        (401, None, "refused", "wants to know who asks"), (404, None, "refused", "Nothing is found"),
        (410, None, "gone", "gone for good"), (418, None, "refused", "refuses (418)"),
        (429, None, "asked_to_wait", "asks to wait (429)"), (429, 60, "asked_to_wait", "asks to wait (429)"),
        (503, 30, "asked_to_wait", "asks to wait (503)"), (503, None, "unreachable", "trouble of its own (503)"),
        (499, 30, "refused", "refuses (499)"), (500, 30, "unreachable", "trouble of its own (500)"),
    ],
)  # fmt: skip
def test_any_other_answer_is_told_in_a_sentence(status: int, wait: int | None, outcome: str, words: str) -> None:
    """With what happens next; a server that says how long to wait is believed."""
    with pytest.raises(Trouble) as trouble:
        refuse_status(status, wait)
    assert trouble.value.outcome is Outcome(outcome)
    assert words in str(trouble.value)
    assert trouble.value.wait_seconds == (wait if outcome == "asked_to_wait" else None)
    assert not trouble.value.outcome.is_well


def test_a_word_may_have_five_hundred_characters() -> None:
    """A longer one, or one with signs that nobody sees, is answered with advice."""
    assert fetch_address(SourceKind.REDDIT, "x" * LONGEST_WORD).count("x") == LONGEST_WORD
    for word in ("x" * (LONGEST_WORD + 1), "gold\x00dex", "<>"):
        with pytest.raises(InvalidInput, match="Give words to search for"):
            fetch_address(SourceKind.REDDIT, word)


@pytest.mark.parametrize(
    ("kind", "label"), [("youtube", "YouTube"), ("f5bot", "F5Bot"), ("hacker_news", "Hacker News")]
)
def test_a_kind_is_called_as_it_calls_itself(kind: str, label: str) -> None:
    """On every screen."""
    assert SourceKind(kind).label == label


@pytest.mark.parametrize(("kind", "word", "address"), [
    ("feed", "acme.example:443/feed", "https://acme.example:443/feed"),
    ("feed", "http://acme.example:80/feed", "http://acme.example:80/feed"),
    ("feed", "FEED://https://acme.example/x", "https://acme.example/x"),
    ("google_alerts", "google.co.uk/alerts/feeds/1/2/", "https://www.google.com/alerts/feeds/1/2"),
    ("reddit", "gold AND dex", "https://www.reddit.com/search.rss?q=gold+AND+dex&sort=new"),
    ("reddit", '"gold dex"', "https://www.reddit.com/search.rss?q=%22gold+dex%22&sort=new"),
    ("mastodon", "Golddex", "https://mastodon.social/tags/Golddex.rss"),
    ("discourse", "https://forum.acme.example/sub/top.json", "https://forum.acme.example/sub/posts.rss"),
    ("app_store", "https://apps.apple.com/app/id1605206013", REVIEWS.format("us")),
    ("app_store", "GB id1605206013", REVIEWS.format("gb")),
    ("github_discussions", "github.com/acme/widgets/discussions.atom", "https://github.com/acme/widgets/discussions.atom"),
])  # fmt: skip
def test_an_address_is_made_of_what_people_paste(kind: str, word: str, address: str) -> None:
    """With a port, a country, a query of their own."""
    assert fetch_address(SourceKind(kind), word) == address


@pytest.mark.parametrize(("kind", "word"), [
    ("feed", "https:///x"), ("feed", "https://acme.example/a b"), ("feed", "https://ana@acme.example/"),
    ("feed", "https://acme.example:8443/"), ("google_alerts", "https://acme.example/alerts/feeds/1/2"),
    ("github_discussions", "acme/."), ("stack_overflow", "[]"), ("app_store", "1234"),
])  # fmt: skip
def test_what_is_nearly_an_address_is_refused(kind: str, word: str) -> None:
    """Half an address is never completed to another one."""
    with pytest.raises(InvalidInput):
        fetch_address(SourceKind(kind), word)

"""The one word that each recipe asks for, and what is fetched for it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import InvalidInput
from bot.mentions.rules.sources import SourceKind, fetch_address, host_pause, is_fetched, is_pushed

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

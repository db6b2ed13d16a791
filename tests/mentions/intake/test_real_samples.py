"""Recorded answers of the real services, each through its recipe."""

import json
import re
from pathlib import Path

import pytest

from bot.mentions.gateways.fetching import Parser
from bot.mentions.gateways.webhooks import read_webhook
from bot.mentions.rules.sources import Outcome, SourceKind
from bot.mentions.schemas.items import FeedItem, FetchResult

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "feeds" / "samples"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not SAMPLES.exists(), reason="the recorded feeds aren't at ../shared/data/feeds"),
]


async def parse(kind: SourceKind, body: bytes, address: str = "") -> FetchResult:
    """What a process of its own reads in a body."""
    async with Parser() as parser:
        return await parser.parse(kind, body, address=address)


async def bring(kind: SourceKind, name: str, address: str = "https://feeds.example/feed") -> FetchResult:
    """What a recorded answer holds."""
    return await parse(kind, (SAMPLES / name).read_bytes(), address=address)


@pytest.mark.parametrize(("name", "kind", "count", "title"), [
    ("RSSWithComments.xml", "feed", 30, "Hacker News"),
    ("guardian.rss", "feed", 55, "The Guardian"),
    ("heise.atom", "feed", 15, "heise developer neueste Meldungen"),
    ("json_feed.json", "feed", 20, "inessential.com"),
    ("InvalidDateFormat.xml", "feed", 2, "Invalid date format feed"),
    ("google_alerts_atom.xml", "google_alerts", 20, "Google Alert - Slack"),
    ("youtube_atom.xml", "youtube", 15, "Google"),
    ("atom_mediarss_reddit_1.xml", "reddit", 25, "newest submissions : homelab"),
    ("appstore_customerreviews_2026.json", "app_store", 2, "App Store"),
])  # fmt: skip
async def test_a_real_feed_brings_its_items(name: str, kind: str, count: int, title: str) -> None:
    """All of them, under the name that the source gives itself."""
    brought = await bring(SourceKind(kind), name)
    assert (brought.outcome, brought.title) == (Outcome.NEWS, title)
    assert len(brought.items) == count
    assert all(item.published_at for item in brought.items)


async def test_google_alerts_lead_to_the_articles() -> None:
    """Links are unwrapped, bold keywords are plain, the place is the site."""
    first = (await bring(SourceKind.GOOGLE_ALERTS, "google_alerts_atom.xml")).items[1]
    assert first.address == "https://investorplace.com/2019/07/slack-stock-truly-compelling/"
    assert first.title == "Slack Stock Has a Compelling Story and the Numbers to Back It Up"
    assert first.place == "investorplace.com"


async def test_reddit_posts_come_without_reddits_own_words() -> None:
    """No "submitted by", and the subreddit as the place."""
    for name in (
        "rss_2.0_reddit.xml",
        "atom_mediarss_reddit_1.xml",
        "reddit-atom.rss",
        "reddit-home.rss",
        "reddit.rss",
    ):
        for item in (await bring(SourceKind.REDDIT, name)).items:
            assert "submitted by" not in item.words
            assert item.place == "" or re.match(r"r/\w", item.place)


async def test_a_link_that_a_reddit_post_is_about_counts() -> None:
    """Though nothing is written beside it."""
    (item,) = (await bring(SourceKind.REDDIT, "rss_2.0_reddit.xml")).items
    assert (item.author, item.place, item.domains, item.words) == ("u/kevincox_ca", "r/kevincox", ("kevincox.ca",), "")


async def test_reviews_have_stars_and_an_address_each() -> None:
    """Though Apple links all of them to one page."""
    address = "https://itunes.apple.com/in/rss/customerreviews/page=1/id=1592550875/sortby=mostrecent/json"
    items = (await bring(SourceKind.APP_STORE, "appstore_customerreviews_2026.json", address)).items
    assert [(item.rating, item.author, item.place) for item in items] == [
        (5.0, "Fatluga", "App Store IN"),
        (1.0, "Ankit", "App Store IN"),
    ]
    assert len({item.address for item in items}) == 2


async def test_hacker_news_answers_are_read() -> None:
    """Stories and comments, with entities undone."""
    answers = json.loads((SAMPLES / "hn_algolia_fixtures.json").read_text())
    items: list[FeedItem] = []
    async with Parser() as parser:
        for answer in answers:
            items += (await parser.parse(SourceKind.HACKER_NEWS, json.dumps(answer["reply"]).encode())).items
    assert len(items) > 20
    assert all(item.address.startswith("https://news.ycombinator.com/item?id=") for item in items)
    assert not any("&#x27;" in item.words or "<p>" in item.words for item in items)


async def test_a_page_in_place_of_a_feed_names_its_feed() -> None:
    """A recorded one."""
    problem = (await bring(SourceKind.FEED, "DuplicateContentAtomFeed.xml")).problem
    assert (
        problem
        == "That is a web page, not a feed; use http://www.tablix.org/~avian/blog/atom.xml instead, which it names."
    )


def test_f5bot_and_syften_are_read() -> None:
    """As their own documentation shows them."""
    (alert,) = read_webhook(SourceKind.F5BOT, (SAMPLES / "f5bot_webhook_example.json").read_bytes(), mapping={})
    assert (alert.words, alert.place) == ("Here is the excerpt of the text containing the keyword.", "r/technology")
    page = (SAMPLES / "syften_api_sample_output.md").read_text()
    listed = page[page.index("[\n  {") : page.rindex("]") + 1]
    items = read_webhook(SourceKind.SYFTEN, listed.encode(), mapping={})
    assert [item.place for item in items[:3]] == ["Bluesky", "Podcast", "r/dataengineering"]
    assert all(item.published_at and item.words for item in items)
    assert not any("<p>" in item.words for item in items)

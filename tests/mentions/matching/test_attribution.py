"""A text that only says where it comes from isn't about that; links count under the pages that somebody named."""

import pytest

from bot.customers.schemas import CustomerDetails
from bot.customers.usecases.details import edit_customer
from bot.mentions.queries.mentions import get_row
from bot.mentions.rules.addresses import page_keys
from bot.mentions.rules.attribution import is_publisher
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.items import FeedItem
from bot.mentions.usecases.ingest import save_mention
from tests.makers import ANA, Office
from tests.mentions.matching.helpers import match, matched
from tests.mentions.matching.test_tiers import seen

NAMES = ("YouTube", "eBay", "Twitter", "Reuters", "The Guardian", "New York Times", "Golddex", "Condax Metals")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Funny cats via @YouTube", ["ask YouTube"]),
        ("Funny cats (via @YouTube) https://youtu.be/x", ["ask YouTube"]),
        ("sold by eBay yesterday", ["ask eBay"]),
        ("I saw it on Twitter", ["ask Twitter"]),
        ("I saw it in the New York Times", ["ask New York Times"]),
        ("LONDON (Reuters) - shares fell", ["ask Reuters"]),
        ("LONDON (Reuters) shares fell", ["ask Reuters"]),
        ("[Reuters] shares fell", ["ask Reuters"]),
        ("Reuters - shares fell again today", ["ask Reuters"]),
        ("Reuters: shares fell again today", ["ask Reuters"]),
        ("shares fell, Reuters reports", ["ask Reuters"]),
        ("shares fell again today | The Guardian", ["ask Guardian"]),
        ("shares fell again today - New York Times", ["ask New York Times"]),
        ("— Reuters", ["ask Reuters"]),
        ("gelesen auf YouTube", ["ask YouTube"]),
        ("I liked a @YouTube video https://youtu.be/x", ["ask YouTube"]),
        ("shares fell, according to Reuters", ["ask Reuters"]),
        ("According to the New York Times, shares fell", ["ask New York Times"]),
        ("source: Condax Metals", ["ask Condax Metals"]),
        ("Quelle: Condax Metals", ["ask Condax Metals"]),
        ("h/t Condax Metals", ["ask Condax Metals"]),
        ("photo by Condax Metals in May", ["ask Condax Metals"]),
        ("photo courtesy of Condax Metals", ["ask Condax Metals"]),
        ("good read via Condax Metals", ["ask Condax Metals"]),
        ("good read via the Condax Metals https://t.example/x #steel", ["ask Condax Metals"]),
        ("nice, via @golddex, as always", ["ask golddex"]),
    ],
)
def test_where_a_text_comes_from_is_asked_about_at_most(text: str, expected: list[str]) -> None:
    """Whether the name is a platform's, a paper's, or anybody's behind a word of credit."""
    assert seen(text, NAMES) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("YouTube took my video down", ["linked YouTube"]),
        ("@YouTube fix your app", ["linked YouTube"]),
        ("eBay and its fees", ["linked eBay"]),
        ("my YouTube video is gone", ["linked YouTube"]),
        ("a letter to Reuters", ["likely Reuters"]),
        ("they broke a Golddex video screen", ["likely Golddex"]),
        ("the Reuters office closed", ["likely Reuters"]),
        ("we asked New York Times again", ["linked New York Times"]),
        ("let down by Condax Metals", ["linked Condax Metals"]),
        ("ordered via Condax Metals and it broke", ["linked Condax Metals"]),
        ("a report on Condax Metals", ["linked Condax Metals"]),
        ("the source of Condax Metals", ["linked Condax Metals"]),
        ("the end of Condax Metals", ["linked Condax Metals"]),
        ("my supplier (Condax Metals) never answers", ["linked Condax Metals"]),
        ("broken again - Condax Metals", ["linked Condax Metals"]),
        ("Condax Metals says no", ["linked Condax Metals"]),
    ],
)
def test_what_a_text_is_about_stays_as_sure_as_it_was(text: str, expected: list[str]) -> None:
    """The same names without such words, and other companies behind small words."""
    assert seen(text, NAMES) == expected


@pytest.mark.parametrize(
    "key", ["youtube", "@youtube", "youtu.be", "guardian", "@theguardian", "@newyorktimes", "wsj.com"]
)
def test_a_publisher_is_known_by_name_account_and_domain(key: str) -> None:
    """As the keys of customers are spelt."""
    assert is_publisher(key)


@pytest.mark.parametrize("key", ["golddex", "", "@", "# platforms", "platforms"])
def test_nothing_else_is_a_publisher(key: str) -> None:
    """The headings of the list aren't."""
    assert not is_publisher(key)


def test_an_account_or_link_in_the_words_is_judged_by_its_place(office: Office) -> None:
    """A feed tells the accounts of a post apart from its words; that makes none of them surer."""
    youtube = office.customer("YouTube", domain="youtube.com")
    assert matched(office, "Funny cats via @YouTube", handles=["youtube"]) == [(youtube, Tier.ASK)]
    assert matched(office, "@YouTube is down", handles=["youtube"]) == [(youtube, Tier.LINKED)]
    assert matched(office, "is down", handles=["youtube"]) == [(youtube, Tier.LINKED)]
    assert matched(office, "cats https://youtube.com/watch?v=1", domains=["youtube.com"]) == [(youtube, Tier.ASK)]
    assert matched(office, "cats", domains=["youtube.com"]) == [(youtube, Tier.ASK)]


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("https://www.Booking.com/hotel/Acme?x=1", ("booking.com/hotel/acme", "booking.com/hotel")),
        ("booking.com/a/b/c/d/e", tuple(f"booking.com/{path}" for path in ("a/b/c/d", "a/b/c", "a/b", "a"))),
        ("http://acme.com:80/x.", ("acme.com/x",)),
        (
            "https://booking.com/hotel/it/alba.de.html?x=1",
            tuple(f"booking.com/{path}" for path in ("hotel/it/alba", "hotel/it", "hotel")),
        ),
        ("acme.com/alba.html", ("acme.com/alba",)),
        ("acme.com/.html", ("acme.com/.html",)),
        ("https://acme.com/", ()),
        ("acme.com", ()),
        ("A/S", ()),
        (f"acme.com/{'x' * 300}", ()),
    ],
)
def test_a_page_is_known_by_its_host_and_path(address: str, keys: tuple[str, ...]) -> None:
    """Without what stands behind a question mark, and in any language; each folder above it, too."""
    assert page_keys(address) == keys


@pytest.mark.both_databases
def test_a_customer_with_a_page_is_found_by_links_below_it_only(office: Office) -> None:
    """Its name and account still count; on another host than its domain, a page takes nothing away."""
    acme = office.customer("Zathunicon", domain="booking.com")
    assert matched(office, "see https://booking.com/help") == [(acme, Tier.ASK)]
    page = CustomerDetails(name="Zathunicon", domain="booking.com", aliases=("booking.com/hotel/acme",))
    office.do(edit_customer, customer_id=acme, details=page, by=ANA)
    assert matched(office, "see https://booking.com/help") == []
    assert matched(office, "see https://www.booking.com/Hotel/Acme/reviews?lang=en") == [(acme, Tier.LINKED)]
    assert matched(office, "see this", links=["https://booking.com/hotel/acme"]) == [(acme, Tier.LINKED)]
    assert matched(office, "Zathunicon never called") == [(acme, Tier.LIKELY)]
    other = CustomerDetails(name="Zathunicon", domain="zathu.com", aliases=("facebook.com/zathu",))
    office.do(edit_customer, customer_id=acme, details=other, by=ANA)
    assert matched(office, "see https://zathu.com/help") == [(acme, Tier.LINKED)]
    assert matched(office, "see https://facebook.com/zathu/posts/1") == [(acme, Tier.LINKED)]
    assert match(office, "see https://facebook.com/other") == ()


def test_a_review_published_on_a_customers_page_is_about_it(office: Office) -> None:
    """The address of the review itself is a link, too."""
    acme = office.customer("Zathunicon")
    page = CustomerDetails(name="Zathunicon", aliases=("booking.com/hotel/acme",))
    office.do(edit_customer, customer_id=acme, details=page, by=ANA)
    item = FeedItem(address="https://www.booking.com/hotel/acme/review/7", words="the beds were hard")
    mention_id, _ = office.do(save_mention, item=item, by=ANA)
    assert office.look(lambda session: get_row(session, mention_id).customer_id) == acme

"""What others send: the services that are known, anybody's JSON, and what isn't theirs."""

import hmac
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import InvalidInput
from bot.mentions.gateways.webhooks import LARGEST_BODY, is_signed, read_webhook
from bot.mentions.rules.sources import SourceKind
from bot.mentions.schemas.items import FeedItem

NOW = 1_795_424_400.0
PUSHED = [SourceKind.WEBHOOK, SourceKind.OCTOLENS, SourceKind.F5BOT, SourceKind.SYFTEN]


def read(kind: SourceKind, said: Any, **mapping: str) -> tuple[FeedItem, ...]:
    """What is read of *said*."""
    return read_webhook(kind, json.dumps(said).encode(), mapping=mapping)


def test_octolens_sends_one_at_a_time() -> None:
    """With the subreddit as the place."""
    data = {
        "title": "Anyone else?",
        "body": "Golddex never calls back, see https://golddex.com/help", "author": "jo",
        "url": "https://www.reddit.com/r/smallbusiness/comments/1/x/?utm_source=o", "source": "reddit",
        "sourceId": "t3_1",
        "timestamp": "2026-11-20T10:00:00.000Z",
        "subreddit": "r/smallbusiness", "language": "en",
    }  # fmt: skip
    (item,) = read(SourceKind.OCTOLENS, {"action": "mention_created", "data": data})
    assert item == FeedItem(
        external_id="t3_1", address="https://www.reddit.com/r/smallbusiness/comments/1/x/", title="Anyone else?",
        words="Golddex never calls back, see https://golddex.com/help", author="jo", place="r/smallbusiness",
        published_at=datetime(2026, 11, 20, 10, tzinfo=UTC), language="en", links=("https://golddex.com/help",),
    )  # fmt: skip


def test_a_service_that_only_tries_is_answered_with_nothing() -> None:
    """Octolens has a button for that."""
    assert read(SourceKind.OCTOLENS, {"action": "test"}) == ()
    assert read(SourceKind.WEBHOOK, []) == ()


def test_f5bot_sends_an_excerpt_with_its_keyword_in_bold() -> None:
    """Markup goes, the place is read from the address."""
    said = {
        "id": "F5BOT-1", "url": "https://www.reddit.com/r/coffee/comments/2/",
        "title": "golddex - Reddit Comments - Beans",
        "content_html": "I like <b>golddex</b> &amp; co", "date_published": "2026-11-20T11:00:00+01:00",
        "username": "ana", "tags": ["golddex", "Reddit Comments"],
    }  # fmt: skip
    (item,) = read(SourceKind.F5BOT, said)
    assert (item.words, item.place, item.author) == ("I like golddex & co", "r/coffee", "ana")
    assert item.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_syften_sends_a_list() -> None:
    """Each with its item inside."""
    inside = {"backend": "Bluesky", "timestamp": "2026-11-20T10:00:00Z", "item_url": "https://bsky.app/profile/a/post/1",
              "author": "a", "text": "thanks @golddex", "title": "Bluesky post by a", "lang": "en"}  # fmt: skip
    (item,) = read(SourceKind.SYFTEN, [{"id": "1", "item": inside, "filter": "golddex"}])
    assert (item.place, item.handles, item.language) == ("Bluesky", ("golddex",), "en")


def test_anybodys_json_is_read_by_a_mapping() -> None:
    """Dotted paths lead to the list and into each of its objects."""
    said = {"payload": {"reviews": [{"txt": {"en": "Slow"}, "who": [{"nick": "jo"}], "stars_given": "2"}, "noise", 7]}}
    (item,) = read(
        SourceKind.WEBHOOK, said, items="payload.reviews", words="txt.en", author="who.0.nick", rating="stars_given"
    )
    assert (item.words, item.author, item.rating) == ("Slow", "jo", 2.0)


def test_usual_names_need_no_mapping() -> None:
    """One object with text and url."""
    (item,) = read(SourceKind.WEBHOOK, {"text": "Good", "url": "javascript:alert(1)", "rating": 9, "id": 5})
    assert (item.words, item.address, item.rating, item.external_id) == ("Good", "", None, "5")


@pytest.mark.parametrize(("body", "mapping", "sentence"), [
    (b"{", {}, "can't be read as JSON"),
    (b"\xff\xfe\xfd", {}, "can't be read as JSON"),
    (b"[" * 100_000, {}, "can't be read as JSON"),
    (b"1" * 5000, {}, "can't be read as JSON"),
    (b"7", {}, "neither an object nor a list"),
    (b"{}", {}, "looked for at words or text or title"),
    (b'{"a": 1}', {"items": "b.c"}, "No items lie at b.c"),
    (b'{"a": 1}', {"colour": "a"}, "“colour” is no part of a mention"),
    (b" " * (LARGEST_BODY + 1), {}, "More than 1 MB"),
])  # fmt: skip
def test_what_can_not_be_read_is_answered_in_a_sentence(body: bytes, mapping: dict[str, str], sentence: str) -> None:
    """That says what to mend."""
    with pytest.raises(InvalidInput) as refused:
        read_webhook(SourceKind.WEBHOOK, body, mapping=mapping)
    assert sentence in str(refused.value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(
            st.sampled_from(["data", "item", "text", "title", "url", "action", "tags", "rating", "id", "date"]), inside
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(PUSHED),
    st.binary() | _JSON.map(lambda said: json.dumps(said).encode()),
    st.dictionaries(st.text(), st.text(), max_size=2),
)
def test_whatever_is_sent_it_is_items_or_a_sentence(kind: SourceKind, body: bytes, mapping: dict[str, str]) -> None:
    """Never anything else."""
    try:
        items = read_webhook(kind, body, mapping=mapping)
    except InvalidInput as refused:
        sentence = str(refused)
    else:
        sentence = "."
        assert all(item.words or item.title for item in items)
    assert sentence.endswith(".")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """As a sender does it."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


def test_a_signature_made_with_either_live_secret_counts() -> None:
    """So that a secret can be changed without losing anything in between."""
    stamp = str(int(NOW))
    for secret in ("new", "old"):
        made = sign(secret, stamp, b"{}")
        assert is_signed(secrets=["new", "old"], timestamp=stamp, signature=f"sha256={made}", body=b"{}", now=NOW)
    assert not is_signed(secrets=["new"], timestamp=stamp, signature=sign("old", stamp, b"{}"), body=b"{}", now=NOW)


def test_a_signature_counts_for_its_body_and_five_minutes() -> None:
    """Not for another body, not later, not earlier, not without a secret."""
    stamp = str(int(NOW))
    made = sign("s", stamp, b"{}")
    assert is_signed(secrets=["s"], timestamp=stamp, signature=made, body=b"{}", now=NOW + 299)
    assert not is_signed(secrets=["s"], timestamp=stamp, signature=made, body=b"{} ", now=NOW)
    assert not is_signed(secrets=["s"], timestamp=stamp, signature=made, body=b"{}", now=NOW + 301)
    assert not is_signed(secrets=["s"], timestamp=stamp, signature=made, body=b"{}", now=NOW - 301)
    assert not is_signed(secrets=["", ""], timestamp=stamp, signature=sign("", stamp, b"{}"), body=b"{}", now=NOW)


@given(st.lists(st.text(), max_size=2), st.text(), st.text(), st.binary())
def test_no_signature_at_all_makes_trouble(secrets: list[str], stamp: str, signature: str, body: bytes) -> None:
    """Whatever stands in the headers."""
    assert not is_signed(secrets=secrets, timestamp=stamp, signature=signature, body=body, now=NOW)

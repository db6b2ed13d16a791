"""The digest of what customers say: counted on both databases, drawn within Slack's limits, posted over the wire."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot.core.schemas import DigestSlot, Line
from bot.digests.queries import find_kind
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.schemas.mentions import Day, MentionsDigest
from bot.mentions.usecases.acting import set_sentiment
from bot.mentions.usecases.answering import answer_mention, take_mention
from bot.mentions.views.cards import digest
from rehearsal.strict import check_message
from tests.checkins.test_views import HOSTILE
from tests.makers import ANA, Office
from tests.mentions.helpers import bring, item, source, stored

pytestmark = pytest.mark.both_databases

LAST = datetime(2026, 11, 30, 9, tzinfo=UTC)
NOW = LAST + timedelta(days=3)
PRAISE = "Golddex Widgets is wonderful, the best support I ever had, thank you so much"


def slot(**more: Any) -> DigestSlot:
    """A Thursday's, after a Monday's."""
    usual = {"digest_id": uuid4(), "kind": "mentions", "slot": NOW, "since": LAST, "made_at": NOW}
    return DigestSlot(**{**usual, "next_slot": NOW + timedelta(days=4), "zone": "Europe/London", **more})


def composed(office: Office) -> MentionsDigest | None:
    """What that Thursday's digest says."""
    kind = find_kind("mentions", office.runtime.features)
    assert kind is not None
    return office.look(lambda session: kind.compose(session, slot(), NOW))  # type: ignore[no-any-return]


def at(office: Office, **after: float) -> None:
    """So long after the last digest."""
    office.runtime.clock.move_to(LAST + timedelta(**after))  # type: ignore[attr-defined]  # it moves


def test_nothing_written_and_nothing_waiting_is_nothing_to_say(office: Office) -> None:
    """The digest's own line, or silence, stands in its place."""
    source(office)
    assert composed(office) is None


def test_the_period_is_counted_against_the_one_before(office: Office) -> None:
    """How it reads, what was answered in time, what waits longest, about whom, and one piece of praise."""
    office.customer("Golddex Widgets", owner=ANA)
    feed = source(office)
    at(office, days=-1)
    bring(office, feed, item(1))
    at(office, days=1)
    bring(office, feed, item(2), item(3, words=PRAISE))
    [old, answered, _] = stored(office)
    office.do(take_mention, mention_id=answered.id, by=ANA)
    office.do(answer_mention, mention_id=answered.id, words="We called them back.", link="", by=ANA)
    at(office, days=3)
    schema = composed(office)
    assert schema is not None
    assert (schema.total, schema.complaints, schema.praise, schema.before, schema.complaints_before) == (2, 1, 1, 1, 1)
    assert (schema.answered, schema.in_time, schema.open_now) == (1, 1, 2)
    assert schema.waiting[0].text.startswith("4 days · ")
    assert old.words[:40] in schema.waiting[0].text
    assert schema.top == (("Golddex Widgets", 2),)
    assert (schema.praise_words, schema.praise_about) == (PRAISE, "Golddex Widgets")
    assert [(day.label, day.praise, day.complaints) for day in schema.days if day.praise or day.complaints] == [
        ("29 Nov", 0, 1),
        ("1 Dec", 1, 1),
    ]
    message = digest(schema)
    assert message.text == (
        "2 mentions (▲1): 1 reads as a complaint, 1 as praise. 1 was answered. "
        "Mentions of the last 14 days: 2 read as complaints, 1 as praise, 0 as neither. Most on 1 Dec."
    )
    (drawn,) = [block for block in message.blocks if block["type"] == "data_visualization"]
    assert drawn["title"] == "What was written in 14 days"
    assert len(drawn["chart"]["axis_config"]["categories"]) == 14
    series = {one["name"]: sum(point["value"] for point in one["data"]) for one in drawn["chart"]["series"]}
    assert series == {"praise": 1, "complaints": 2, "neither": 0}
    assert "2 read as complaints, 1 as praise, 0 as neither" in str(message.without_charts().blocks)


def test_a_digest_without_days_has_neither_chart_nor_words_for_one() -> None:
    """A digest that was stored before it counted days is drawn without them."""
    schema = MentionsDigest(
        slot=slot(), total=1, complaints=0, praise=1, before=0, complaints_before=0, answered=0, in_time=0, open_now=0
    )
    message = digest(schema)
    assert message.text == "1 mention (▲1): 0 read as complaints, 1 as praise."
    assert message.count_charts() == 0
    assert check_message(message.body()) == []


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_the_digest_at_its_worst_is_taken_by_slack(number: int) -> None:
    """Hostile words in everything that came from outside; thousands of everything."""
    words = HOSTILE[number]
    schema = MentionsDigest(
        slot=slot(is_test=True),
        total=99_999, complaints=9_999, praise=9_999, before=1, complaints_before=99_999,
        answered=9_999, in_time=9_998, open_now=9_999,
        waiting=tuple(Line(text=words * 4, urgent=True) for _ in range(3)),
        top=tuple((words[:200], 9_999) for _ in range(3)),
        praise_words=(words * 9)[:300], praise_about=words[:200],
        days=tuple(Day(label="30 Nov", praise=1, complaints=2, others=3) for _ in range(14)),
    )  # fmt: skip
    message = digest(schema)
    drawn = message.body()
    assert check_message({"text": drawn["text"], "blocks": drawn["blocks"]}) == []
    assert "<!channel>" not in str(drawn)


def test_corrections_count_as_people_say(office: Office) -> None:
    """What somebody called praise isn't a complaint in the digest."""
    office.customer("Golddex Widgets", owner=ANA)
    feed = source(office)
    at(office, days=1)
    bring(office, feed, item(1))
    [row] = stored(office)
    assert composed(office).complaints == 1  # type: ignore[union-attr]  # it has something to say
    office.do(set_sentiment, mention_id=row.id, feeling=Sentiment.PRAISE, by=ANA)
    schema = composed(office)
    assert schema is not None
    assert (schema.complaints, schema.praise) == (0, 1)

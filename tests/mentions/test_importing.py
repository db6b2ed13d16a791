"""Lists of mentions, taken in: once, matched, read; history without a word, what is recent told."""

from datetime import timedelta
from uuid import UUID

import pytest

from bot.core.clock import MovableClock
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.core.outbox import OutboxMessage
from bot.customers.queries import get_customer
from bot.mentions.gateways.lists import read_list
from bot.mentions.queries.contributions import brief, timeline
from bot.mentions.queries.mentions import plan_list
from bot.mentions.rules.mentions import MentionState
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.rules.sources import SourceKind
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.mentions import ListPlan, ListRead
from bot.mentions.usecases.aliases import save_settings
from bot.mentions.usecases.ingest import import_mentions, keep_list, save_mention, take_list
from bot.workspaces.queries import list_audit
from bot.workspaces.usecases import BOT
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office
from tests.mentions.helpers import CHANNEL, bring, item, owed, post, source, stored

LIST = """Text,Link,Author,Date,Stars
Golddex Widgets support never called me back,https://g2.example/1,zed,2026-11-20,1
Golddex Widgets is wonderful,https://g2.example/2,amy,2025-03-05,5
Golddex Widgets closes on Mondays,https://g2.example/3,kim,,3
Broken,nowhere,,,
"""


def read(office: Office, text: str = LIST) -> ListRead:
    """A list, read at the office's time."""
    return read_list(text.encode(), name="reviews.csv", now=office.runtime.clock.now())


def imported(office: Office, text: str = LIST, by: str = MARA) -> ListPlan:
    """A list, taken in."""
    done: ListPlan = office.do(import_mentions, read=read(office, text), by=by)
    return done


def planned(office: Office, text: str = LIST) -> ListPlan:
    """What a list would do."""
    plan: ListPlan = office.ask(plan_list, read=read(office, text), viewer=MARA)
    return plan


def to_accounts(office: Office) -> None:
    """What people bring is posted to #accounts."""
    office.do(save_settings, answer_days=1, phrases=[], channel_id=CHANNEL, by=MARA)


def test_a_list_is_matched_read_and_only_its_recent_rows_are_told(office: Office) -> None:
    """The old praise and the row without a date are kept for the card; three days old is posted, and its owner told."""
    golddex = office.customer("Golddex Widgets", owner=ANA, waited=3)
    to_accounts(office)
    plan = planned(office)
    assert stored(office) == []
    assert imported(office) == plan == ListPlan(
        file_name="reviews.csv", new=3, recent=1, refused=1, channel_id=CHANNEL
    )  # fmt: skip
    rows = sorted(stored(office), key=lambda row: row.address)
    assert [(row.feeling, row.state) for row in rows] == [
        (Sentiment.COMPLAINT, MentionState.OPEN),
        (Sentiment.PRAISE, MentionState.KEPT),
        (Sentiment.NEUTRAL, MentionState.KEPT),
    ]
    assert {(row.kind, row.customer_id, row.tier, row.saved_by) for row in rows} == {
        (SourceKind.CSV, golddex, rows[0].tier, MARA)
    }  # fmt: skip
    assert rows[0].tier in {Tier.LINKED, Tier.LIKELY}
    assert post(office) == 1
    assert len(owed(office, "posted")) == 1
    assert len(owed(office, "complaint", to=ANA)) == 1
    assert office.look(lambda session: get_customer(session, golddex).due_on).isoformat() == "2026-11-25"


def test_the_same_list_twice_keeps_nothing_twice(office: Office) -> None:
    """Nor what a feed and a person brought before; nothing is posted or told again."""
    office.customer("Golddex Widgets", owner=ANA, waited=3)
    to_accounts(office)
    bring(office, source(office), item(words="Golddex Widgets", address="https://g2.example/1?utm_source=x"))
    office.do(save_mention, item=item(words="Golddex Widgets", address="http://www.g2.example/2/"), by=BOB)
    first = imported(office)
    assert (first.new, first.known) == (1, 2)
    post(office)
    told = len(owed(office))
    again = imported(office)
    assert (again.new, again.known, again.refused) == (0, 3, 1)
    assert (len(stored(office)), post(office), len(owed(office))) == (3, 0, told)


def test_rows_that_say_the_same_are_kept_once_and_counted(office: Office) -> None:
    """A file with the same review twice; two people with the same words are two."""
    twice = "Text,Author\nGreat,Ana\nGreat,Ana\nGreat,Bob\n"
    assert planned(office, twice) == imported(office, twice)
    assert len(stored(office)) == 2
    assert planned(office, twice) == ListPlan(file_name="reviews.csv", known=2, repeated=1)


def test_history_floods_neither_channel_nor_cards(office: Office, clock: MovableClock) -> None:
    """A thousand old reviews and a thousand without a date: no notification, no brief, the latest in the timeline."""
    golddex = office.customer("Golddex Widgets", owner=ANA, waited=3)
    to_accounts(office)
    rows = "".join(f"Golddex Widgets is awful number {n},202{n % 6}-01-{1 + n % 28:02}\n" for n in range(1000))
    undated = "".join(f"Golddex Widgets is awful without a date {n},\n" for n in range(1000))
    assert imported(office, f"Text,Date\n{rows}{undated}").recent == 0
    assert {row.state for row in stored(office)} == {MentionState.KEPT}
    assert (post(office), owed(office)) == (0, [])
    now = clock.now()
    assert office.look(lambda session: brief(session, [golddex], now)) == {}
    bring(office, source(office), item(words="Golddex Widgets opens at nine", published_at=now - timedelta(days=2)))
    [line] = office.look(lambda session: brief(session, [golddex], now))[golddex]
    assert "opens at nine" in line.text
    assert office.look(lambda session: session.get(OutboxMessage, golddex)) is None
    dated = [line.on for line in office.look(lambda session: timeline(session, golddex, now))]
    assert dated == sorted(dated, reverse=True)


def test_two_hundred_recent_ones_come_a_few_at_a_time(office: Office, clock: MovableClock) -> None:
    """Five cards and one list, as from a feed."""
    to_accounts(office)
    rows = "".join(f"We like it number {n},2026-11-22\n" for n in range(200))
    assert imported(office, f"Text,Date\n{rows}").recent == 200
    assert post(office) == 200
    assert len(owed(office, "posted")) == 5
    assert [one.body["total"] for one in owed(office, "listed")] == [195]
    clock.move(timedelta(minutes=16))
    assert post(office) == 0


def test_an_owner_hears_once_of_a_list_however_many_complaints_it_holds(office: Office) -> None:
    """Of the latest one a customer; each of them is posted and waits for an answer all the same."""
    for name in ("Golddex Widgets", "Silverdex Widgets"):
        office.customer(name, owner=ANA, waited=3)
    to_accounts(office)
    rows = "".join(
        f"{name} Widgets support never called back worst service {n},2026-11-{n}\n"
        for n in (20, 22, 21) for name in ("Golddex", "Silverdex")
    )  # fmt: skip
    assert imported(office, f"Text,Date\n{rows}").recent == 6
    told = [one.body["mention"]["words"][-2:] for one in owed(office, "complaint", to=ANA)]
    assert told == ["22", "22"]
    assert [row.state for row in stored(office)] == [MentionState.OPEN] * 6
    assert sorted(row.brought_forward for row in stored(office)) == [False] * 4 + [True] * 2


def test_a_list_opens_nothing_old_and_a_person_does(office: Office) -> None:
    """What a feed kept quietly stays so when a list says it again; saved by hand it is told, also if a list had it."""
    where = source(office)
    bring(office, where, item(1, words="Rain tomorrow"))
    imported(office, "Text,Link\nRain tomorrow,https://forum.example/post/1\nSnow,https://forum.example/post/2\n")
    assert {row.state for row in stored(office)} == {MentionState.KEPT}
    office.do(save_mention, item=item(2, words="Snow"), by=BOB)
    assert {row.words: row.state for row in stored(office)} == {
        "Rain tomorrow": MentionState.KEPT,
        "Snow": MentionState.OPEN,
    }


def test_only_managers_bring_lists_and_the_command_line_does(office: Office) -> None:
    """In the preview, with the file and with the word; each import stands in the audit trail."""
    found = read(office)
    for act in (
        lambda: office.ask(plan_list, read=found, viewer=ANA),
        lambda: office.do(keep_list, file_name="x.csv", content=b"", by=ANA),
        lambda: office.do(import_mentions, read=found, by=ANA),
    ):
        with pytest.raises(NotAllowed, match="Only managers can bring a list of mentions; ask Mara"):
            act()
    assert stored(office) == []
    imported(office, by=BOT)
    trail = office.look(lambda session: list_audit(session, subject_kind="workspace", subject_id=WORKSPACE))
    [entry] = [one for one in trail if one.action == "mentions.imported"]
    assert (entry.by, entry.after) == (
        BOT, {"file_name": "reviews.csv", "new": 3, "known": 0, "recent": 1, "refused": 1},
    )  # fmt: skip


def test_one_file_is_taken_in_once(office: Office) -> None:
    """A second word is told so; somebody else's file isn't there."""
    upload_id: UUID = office.do(keep_list, file_name="reviews.csv", content=LIST.encode(), by=MARA)
    with pytest.raises(AlreadyDone):
        office.do(take_list, upload_id=upload_id, read=read(office), by=BOB)
    assert office.do(take_list, upload_id=upload_id, read=read(office), by=MARA).new == 3
    with pytest.raises(AlreadyDone, match="imported already"):
        office.do(take_list, upload_id=upload_id, read=read(office), by=MARA)
    assert len(stored(office)) == 3


def test_a_list_without_words_is_refused_in_a_sentence(office: Office) -> None:
    """Also where nobody looked at it before."""
    with pytest.raises(InvalidInput, match="No column holds what was written"):
        imported(office, "Colour,Weight\nred,3\n")

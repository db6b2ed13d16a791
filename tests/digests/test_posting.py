"""A slot brings one message with the right numbers, and the whole list in its thread."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.checkins.usecases import hand_over_from_list
from bot.core.claiming import claim
from bot.core.feature import Feature
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.core.schemas import Count, Line
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.tables import Customer
from bot.digests.queries import list_due_digests
from bot.digests.queries.lists import get_digest_message
from bot.digests.usecases import post_test, stop_digest, take_customer
from tests.digests.digest_office import (
    digests,
    make,
    move_to_slot,
    owed_rows,
    pages,
    post,
    posts,
    pretend_sent,
    set_up,
    stops,
    the_digest,
)
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office

pytestmark = pytest.mark.both_databases


def due(office: Office) -> int:
    """How many digests wait to be posted."""
    with office.runtime.database.reading(None, across=True) as session:
        return len(list_due_digests(session, now=office.runtime.clock.now()))


def test_the_five_longest_waiting_stand_in_the_digest_by_their_own_cadence(office: Office) -> None:
    """A weekly customer at three weeks comes before a monthly one at two months."""
    office.customer("Monthly", waited=60, owner=ANA)
    office.customer("Weekly", waited=21, cadence_days=7, owner=BOB)
    for n in range(6):
        office.customer(f"Just over {n}", waited=46 + n, owner=KIRI)
    office.customer("Fine", waited=3, owner=ANA)
    set_up(office)
    move_to_slot(office)
    assert post(office) is not None
    (said,) = digests(office)
    assert [row.name for row in said.rows] == ["Weekly", "Monthly", "Just over 5", "Just over 4", "Just over 3"]
    assert [row.owner_name for row in said.rows[:3]] == ["Bob Chen", "Ana Lima", "Kiri Walker"]
    assert (said.active, said.neglected, said.in_cadence, said.more) == (9, 8, 1, 3)


def test_the_whole_list_is_in_the_thread(office: Office) -> None:
    """Everybody who waited too long stands in the thread once, the five of the message included."""
    for n in range(11):
        office.customer(f"Customer {n:02}", waited=60 + n, owner=ANA)
    set_up(office)
    move_to_slot(office)
    posted = post(office)
    assert posted is not None
    assert posted.pages == 1
    (page,) = pages(office)
    assert page.total == 11
    assert [line.split(" · ")[0] for line in page.lines] == [f"Customer {n:02}" for n in reversed(range(11))]
    main, threaded = owed_rows(office)
    assert threaded.reply_to == main.key
    assert main.recipient == threaded.recipient == "C0CARE"


def test_a_long_list_comes_in_pages_a_second_apart(office: Office) -> None:
    """Hundreds of customers are spread over the thread without keeping other messages waiting."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add_all(bulk(office, 700))
    set_up(office)
    move_to_slot(office)
    post(office)
    found = pages(office)
    assert len(found) > 2
    assert sum(len(page.lines) for page in found) == 700
    assert {page.pages for page in found} == {len(found)}
    threaded = [row for row in owed_rows(office) if row.reply_to]
    assert len({row.not_before for row in threaded}) == len(threaded)


def bulk(office: Office, count: int) -> list[Customer]:
    """Many neglected customers."""
    today = office.runtime.clock.now().date()
    return [
        Customer(
            name=f"Customer number {n}", name_key=f"customer number {n}", added_on=today - timedelta(days=99),
            effective_cadence_days=30, waiting_since=today - timedelta(days=99), due_on=today - timedelta(days=69),
            neglected_after=today - timedelta(days=54), changed_at=office.runtime.clock.now(),
        )
        for n in range(count)
    ]  # fmt: skip


def test_a_slot_is_posted_once(office: Office) -> None:
    """Asking again, at once or an hour later, posts nothing more."""
    office.customer("Bakery", waited=80, owner=ANA)
    set_up(office)
    move_to_slot(office)
    assert due(office) == 1
    assert post(office) is not None
    assert due(office) == 0
    assert post(office) is None
    office.runtime.clock.move(timedelta(hours=1))  # type: ignore[attr-defined]
    assert post(office) is None
    assert len(digests(office)) == len(posts(office)) == 1


def test_nothing_comes_before_its_time(office: Office) -> None:
    """Setting a digest up posts nothing by itself."""
    set_up(office)
    assert due(office) == 0
    assert post(office) is None
    assert owed_rows(office) == []


def test_missed_slots_are_caught_up_with_once(office: Office) -> None:
    """After two weeks of silence there is one digest, for the latest slot, and the next one comes on its day."""
    office.customer("Bakery", waited=80, owner=ANA)
    set_up(office)
    office.runtime.clock.move(timedelta(days=15, hours=2))  # type: ignore[attr-defined]
    posted = post(office)
    assert posted is not None
    assert posted.slot == datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
    assert post(office) is None
    assert the_digest(office).next_slot == datetime(2026, 12, 10, 9, 0, tzinfo=UTC)
    assert len(digests(office)) == 1


def test_the_next_one_tells_the_change_since_the_last(office: Office) -> None:
    """Half in cadence, then all but one: up by 25; nothing is said when nothing changed."""
    for n in range(2):
        office.customer(f"Waiting {n}", waited=80, owner=ANA)
    ids = [office.customer(f"Fine {n}", waited=1, owner=BOB) for n in range(2)]
    set_up(office)
    move_to_slot(office)
    post(office)
    move_to_slot(office)
    post(office)
    with office.runtime.database.transaction(WORKSPACE) as session:
        customer = session.get(Customer, ids[0])
        assert customer is not None
        customer.neglected_after = customer.due_on = customer.waiting_since - timedelta(days=1)
    move_to_slot(office)
    post(office)
    assert [said.change for said in digests(office)] == [None, 0, -25]
    assert [said.percent for said in digests(office)] == [50, 50, 25]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
def test_the_day_is_that_of_the_digests_zone(office: Office, zone: str) -> None:
    """A customer whose limit is today is neglected only where tomorrow has begun."""
    since = office.runtime.clock.now().date() - timedelta(days=45)
    office.customer("On the edge", added_on=since, last_contact_on=since, owner=ANA)
    set_up(office, zone=zone, days="0123456", hour=time(0))
    office.runtime.clock.move_to(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))  # type: ignore[attr-defined]
    office.do(post_test, by=MARA, features=())
    (said,) = digests(office)
    local = said.made_at.astimezone(ZoneInfo(zone)).date()
    assert said.neglected == (local > since + timedelta(days=45))


def test_a_customer_who_asked_to_be_left_alone_is_not_in_the_digest(office: Office) -> None:
    """Put off at their own wish, paused, lost and excluded ones aren't neglected; an own putting-off hides nobody."""
    asked, deferred = SnoozeReason.CUSTOMER_ASKED, SnoozeReason.DEFERRED
    later = office.runtime.clock.now().date() + timedelta(days=30)
    office.customer("Asked", waited=80, owner=ANA, snoozed_until=later, snooze_reason=asked)
    office.customer("Put off", waited=80, owner=ANA, snoozed_until=later, snooze_reason=deferred)
    office.customer("Paused", waited=80, owner=ANA, status=Status.PAUSED, status_reason="moving house")
    set_up(office)
    move_to_slot(office)
    post(office)
    (said,) = digests(office)
    assert [row.name for row in said.rows] == ["Put off"]
    assert (said.active, said.neglected) == (2, 1)


def test_all_clear_is_said_or_kept_to_oneself(office: Office) -> None:
    """With nobody neglected the message is one line, or nothing at all, as the setup says."""
    office.customer("Fine", waited=12, owner=ANA)
    set_up(office, days="0123456")
    move_to_slot(office)
    posted = post(office)
    assert posted is not None
    assert posted.said_something
    (said,) = digests(office)
    assert (said.rows, said.longest) == ((), (13, 30))
    set_up(office, days="0123456", silent_when_clear=True)
    move_to_slot(office)
    silent = post(office)
    assert silent is not None
    assert not silent.said_something
    assert len(digests(office)) == 1
    assert [row.said_something for row in posts(office)] == [True, False]


def test_silence_ends_when_somebody_waits(office: Office) -> None:
    """A digest that stays silent when all is well speaks up when it isn't."""
    office.customer("Fine", waited=44, owner=ANA)
    set_up(office, days="0123456", silent_when_clear=True)
    for _ in range(3):
        move_to_slot(office)
        post(office)
    assert [said.neglected for said in digests(office)] == [1, 1]


def test_customers_without_an_owner_are_counted(office: Office) -> None:
    """The pool is told even when nobody in it has waited too long."""
    office.customer("Nobody's", waited=2)
    office.customer("Nobody's either", waited=80)
    set_up(office)
    move_to_slot(office)
    post(office)
    (said,) = digests(office)
    assert said.pool == 2
    assert [row.owner_id for row in said.rows] == [None]


def test_other_features_stand_in_the_digest(office: Office) -> None:
    """What another feature counts is there; what it knows of one customer isn't, so that a row stays one line."""
    office.customer("Bakery", waited=80, owner=ANA)
    other = Feature(
        name="promises",
        brief=lambda _session, ids, _now: {customer: [Line(text="promised: price list, Fri")] for customer in ids},
        digest_section=lambda _session, _now: [Count(text="Promises: 2 due today", urgent=True)],
    )
    set_up(office)
    move_to_slot(office)
    post(office, features=(other, Feature(name="silent")))
    (said,) = digests(office)
    assert said.rows[0].words == ""
    assert said.counts == (Count(text="Promises: 2 due today", urgent=True),)


def test_who_is_late_is_named_only_where_the_digest_is_set_so(office: Office) -> None:
    """In the message and in its thread."""
    for n in range(6):
        office.customer(f"Waiting {n}", waited=80, owner=ANA)
    for names_owners in (False, True):
        set_up(office, names_owners=names_owners)
        move_to_slot(office)
        post(office)
    quiet, open_ = digests(office)
    assert (quiet.names_owners, open_.names_owners) == (False, True)
    assert ["Ana Lima" in line for page in pages(office) for line in page.lines] == [False] * 6 + [True] * 6


def test_an_old_digest_is_not_posted_after_the_next_one(office: Office) -> None:
    """What Slack couldn't take before the next slot has come is dropped, with its thread."""
    for n in range(7):
        office.customer(f"Waiting {n}", waited=80, owner=ANA)
    set_up(office)
    move_to_slot(office)
    post(office)
    move_to_slot(office)
    for _ in owed_rows(office):
        assert office.runtime.run_now(claim, workspace=None) == []
    assert {row.state for row in owed_rows(office)} == {DeliveryState.DEAD}


def test_a_gone_channel_stops_the_digest_and_managers_are_told_once(office: Office) -> None:
    """Slack says the channel is archived: no more tries, one message to each manager, and the setup mends it."""
    office.customer("Bakery", waited=80, owner=ANA)
    office.person("U0NIA", "Nia Adeyemi", role="manager")
    set_up(office)
    assert office.do(stop_digest, channel="C0CARE", reason="is_archived") == 1
    assert office.do(stop_digest, channel="C0CARE", reason="is_archived") == 0
    assert {row.recipient for row in owed_rows(office)} == {MARA, "U0NIA"}
    assert len(stops(office)) == 2
    assert the_digest(office).stopped_because == "The channel was archived."
    office.runtime.clock.move(timedelta(days=8))  # type: ignore[attr-defined]
    assert due(office) == 0
    assert post(office) is None
    set_up(office)
    assert the_digest(office).stopped_because is None
    move_to_slot(office)
    assert post(office) is not None


def test_a_passing_refusal_does_not_stop_the_digest(office: Office) -> None:
    """A reason that isn't about the channel is told, and the next slot is tried."""
    set_up(office)
    office.do(stop_digest, channel="C0CARE", reason="invalid_blocks")
    office.do(stop_digest, channel="C0CARE", reason="invalid_blocks")
    (told,) = stops(office)
    assert not told.is_over
    assert the_digest(office).stopped_because is None


def test_managers_who_muted_news_are_spared_unless_nobody_else_is_left(office: Office) -> None:
    """A stopped digest is told to those who listen; when none does, to all."""
    set_up(office)
    make(office, MARA, mutes=["news"])
    office.do(stop_digest, channel="C0CARE", reason="channel_not_found")
    assert [row.recipient for row in owed_rows(office)] == [MARA]


def test_a_message_in_another_channel_stops_nothing(office: Office) -> None:
    """Only the digest's own channel counts."""
    set_up(office)
    assert office.do(stop_digest, channel="C0OTHER", reason="is_archived") == 0
    assert stops(office) == []


def test_a_digest_shows_what_was_done_about_its_rows(office: Office) -> None:
    """Taken, talked to, paused, handed over by its owner or elsewhere: each row says so, and a taking can be undone."""
    taken = office.customer("Taken", waited=95, owner=ANA)
    talked = office.customer("Talked", waited=94, owner=ANA)
    paused = office.customer("Paused", waited=93, owner=ANA)
    handed = office.customer("Handed", waited=92, owner=ANA)
    moved = office.customer("Moved", waited=91, owner=ANA)
    set_up(office)
    move_to_slot(office)
    post(office)
    pretend_sent(office, channel="C0CARE", ts="1.1")
    action = office.do(take_customer, customer_id=taken, seen_owner=ANA, by=BOB).customer_action_id
    office.do(hand_over_from_list, customer_id=handed, to=BOB, by=ANA)
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.get_one(Customer, moved).owner_id = BOB
        session.get_one(Customer, talked).waiting_since = office.runtime.clock.now().date()
        row = session.get_one(Customer, paused)
        row.status, row.status_reason = Status.PAUSED, "fair"
    said = office.ask(get_digest_message, channel="C0CARE", ts="1.1")
    assert [(row.name, row.done) for row in said.rows] == [
        ("Taken", "taken"), ("Talked", "has been talked to"), ("Paused", "is paused now"), ("Handed", "handed"),
        ("Moved", "with"),
    ]  # fmt: skip
    taken_row, handed_row = said.rows[0], said.rows[3]
    assert (taken_row.owner_name, taken_row.undo_id) == ("Bob Chen", action)
    assert (handed_row.by, handed_row.owner_name) == ("Ana Lima", "Bob Chen")
    office.runtime.clock.move(timedelta(minutes=11))  # type: ignore[attr-defined]
    assert office.ask(get_digest_message, channel="C0CARE", ts="1.1").rows[0].undo_id is None
    assert office.ask(get_digest_message, channel="C0CARE", ts="9.9") is None


def test_another_workspace_sees_nothing_of_it(office: Office) -> None:
    """A digest of one workspace can't be posted or read from another."""
    office.customer("Bakery", waited=80, owner=ANA)
    set_up(office)
    move_to_slot(office)
    post(office)
    pretend_sent(office, channel="C0CARE", ts="1.1")
    digest_id = the_digest(office).id
    with office.runtime.database.reading("T0OTHER") as session:
        now = office.runtime.clock.now()
        assert get_digest_message(session, channel="C0CARE", ts="1.1", now=now) is None
        assert session.get(OutboxMessage, digest_id) is None

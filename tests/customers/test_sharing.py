"""Sharing the customers without an owner out: evenly, blind to size, told once, undone."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from bot.checkins.rules import Channel, Result
from bot.checkins.usecases.recording import record_checkin
from bot.core.batches import OneTransaction
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.customers.gateways import read_drafts
from bot.customers.queries import get_customer
from bot.customers.queries.sharing import list_shares
from bot.customers.queries.timeline import timeline
from bot.customers.rules.due import Status
from bot.customers.rules.sharing import UNIT, load_of, room_of, share_out
from bot.customers.schemas.sharing import PoolShared, ShareDone
from bot.customers.tables import Customer
from bot.customers.usecases import hand_over
from bot.customers.usecases.comparing import ImportOptions
from bot.customers.usecases.lists import run_import
from bot.customers.usecases.rescheduling import reschedule_workspace
from bot.customers.usecases.sharing import read_room, share_out_pool, undo_share_out
from bot.customers.views import sharing
from bot.features import FEATURES
from bot.people.queries import get_person
from bot.people.rules import Mute
from tests.customers.screens import answer, shown, told, window
from tests.makers import ANA, BOB, KIRI, MARA, START, Office
from tests.reviews.test_capacity import employ
from tests.world import World, open_world

PEOPLE = ["U1", "U2", "U3"]


def owners(office: Office) -> dict[str, str | None]:
    """Who owns each customer, by name."""
    return dict(office.look(lambda session: session.exec(select(Customer.name, Customer.owner_id)).all()))


def sent_to(office: Office, person: str) -> list[OutboxMessage]:
    """The messages to a person that weren't cancelled."""
    query = select(OutboxMessage).where(OutboxMessage.recipient == person, OutboxMessage.state != DeliveryState.DEAD)
    return list(office.look(lambda session: session.exec(query).all()))


@given(count=st.integers(0, 60), people=st.integers(1, 7))
def test_counts_differ_by_one_at_most(count: int, people: int) -> None:
    """However many customers and people there are."""
    among = [f"U{number}" for number in range(people)]
    counts = Counter(
        dict.fromkeys(among, 0) | Counter(share_out(dict.fromkeys(range(count)), dict.fromkeys(among, 0)).values())
    )
    assert sum(counts.values()) == count
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_family_goes_to_one_person_and_the_rest_evens_it_out() -> None:
    """Children, grandchildren and their parent; a circle or a parent elsewhere harms nothing."""
    shares = share_out({1: None, 2: 1, 3: 2, 4: 99, 5: 6, 6: 5, 7: None, 8: None}, {"U1": 0, "U2": 0})
    assert {shares[1], shares[2], shares[3]} == {"U1"}
    assert shares[5] == shares[6] == "U2"
    assert Counter(shares.values()) == {"U1": 4, "U2": 4}


def test_equal_ones_go_round_in_the_order_given() -> None:
    """So that the longest waits are shared out evenly, too."""
    assert list(share_out(dict.fromkeys("abcdef"), dict.fromkeys(PEOPLE, 0)).values()) == PEOPLE * 2
    with pytest.raises(ValueError, match="nobody"):
        share_out({"a": None}, {})


@given(
    cadences=st.lists(st.sampled_from([7, 30, 90]), max_size=30),
    room=st.dictionaries(st.sampled_from(PEOPLE), st.fractions(-1, 3), min_size=1),
)
def test_nobody_gets_above_their_room_while_another_has_some(cadences: list[int], room: dict[str, Fraction]) -> None:
    """Whoever ends above it had the most room left, and too little of it."""
    loads = {number: load_of(cadence) for number, cadence in enumerate(cadences)}
    shares = share_out(dict.fromkeys(loads), {person: int(one * UNIT) for person, one in room.items()}, loads)
    left = {person: int(one * UNIT) - sum(loads[key] for key, to in shares.items() if to == person)
            for person, one in room.items()}  # fmt: skip
    assert set(shares) == set(loads)
    largest = max(loads.values(), default=0)
    assert all(left[person] + largest >= max(left.values()) for person in shares.values())
    assert all(left[person] >= 0 for person in shares.values()) or max(left.values()) < largest


def test_room_is_what_is_left_and_of_others_that_of_the_one_in_the_middle() -> None:
    """Somebody who is new counts as the colleague in the middle; nobody known, all are alike."""
    limits, loads = {"U1": 9, "U2": 5, "U3": 1}, {"U1": 4, "U3": 2, "U4": 1}
    assert room_of(["U1", "U2", "U3", "U4"], limits, loads) == {"U1": 5, "U2": 5, "U3": -1, "U4": 4}
    assert room_of(["U4", "U5"], limits, loads) == {"U4": 0, "U5": 0}


def fill_pool(office: Office, count: int = 7) -> list[UUID]:
    """Customers without an owner, the last of them the largest, beside ones that aren't to be shared."""
    office.customer("Owned", owner=KIRI, waited=3)
    office.customer("Lost", status=Status.LOST, status_reason="gone")
    return [office.customer(f"Shop {number}", headcount=10**number) for number in range(count)]


def share(office: Office, *among: str, by: str = MARA) -> ShareDone:
    """Share the pool out."""
    done: ShareDone = office.do(share_out_pool, among=among, by=by)
    return done


def test_the_pool_is_shared_out_evenly_and_each_owner_is_told_once(office: Office) -> None:
    """Who shares hears how many each got, with *Undo*; owned and lost customers stay as they are."""
    fill_pool(office)
    done = share(office, ANA, BOB, MARA)
    assert (done.total, sorted(count for _, count in done.shares)) == (7, [2, 2, 3])
    assert [name for name, _ in done.shares] == ["Ana Lima", "Bob Chen", "Mara Okafor"]
    assert Counter(owners(office).values()) == {ANA: 3, BOB: 2, MARA: 2, KIRI: 1, None: 1}
    kinds = [[row.kind for row in sent_to(office, who)] for who in (ANA, BOB, MARA)]
    assert kinds == [["customers.handed_over"], ["customers.handed_over"], ["customers.shared_out"]]
    assert sent_to(office, ANA)[0].body["total"] == 3


def test_who_has_more_room_gets_more(office: Office) -> None:
    """Bob makes two contacts a day for ten customers; Ana one for fourteen; Kiri can do as much as Ana."""
    employ(office, ANA, 14, a_day=1)
    employ(office, BOB, 10, a_day=2)
    for number in range(20):
        office.customer(f"Pool {number}")
    done = office.do(share_out_pool, among=[ANA, BOB, KIRI], by=MARA, features=FEATURES)
    assert dict(done.shares) == {"Bob Chen": 15, "Kiri Walker": 5}
    office.do(undo_share_out, share_id=done.id, by=MARA)
    done = office.do(share_out_pool, among=[ANA, BOB], by=MARA, features=FEATURES)
    assert dict(done.shares) == {"Bob Chen": 20}


def test_a_list_is_shared_out_by_the_same_room(office: Office) -> None:
    """New customers count by the cadences that the list gives them."""
    employ(office, ANA, 14, a_day=1)
    employ(office, BOB, 10, a_day=2)
    room = office.ask(read_room, among=[ANA, BOB], features=FEATURES, viewer=MARA)
    rows = "Name,Cadence\n" + "".join(f"Shop {number},{60 if number % 2 else ''}\n" for number in range(40))
    drafts = read_drafts(rows.encode(), name="shops.csv", today=START.date())
    options = ImportOptions(share_among=[ANA, BOB], room=room)
    with office.runtime.database.transaction("T0EVENHAND") as session:
        done = run_import(OneTransaction(session, START), drafts=drafts, options=options, by=MARA)
    assert dict(done.plan.shares) == {"Ana Lima": 6, "Bob Chen": 34}
    with pytest.raises(NotAllowed, match="Only managers can share customers out"):
        office.ask(read_room, among=[ANA], features=FEATURES, viewer=ANA)


def test_size_plays_no_part_in_a_sharing(office: Office) -> None:
    """The same customers with sizes the other way round go to the same people."""
    ids = fill_pool(office)
    share(office, ANA, BOB)
    before = owners(office)
    with office.runtime.database.transaction("T0EVENHAND") as session:
        for place, key in enumerate(ids):
            customer = get_customer(session, key)
            customer.headcount, customer.owner_id = 10 ** (7 - place), None
    share(office, ANA, BOB)
    assert owners(office) == before


def test_first_calls_are_spread_over_the_days_of_the_new_owner(office: Office) -> None:
    """No more a day than the workspace allows, after those that they have already."""
    for number in range(40):
        office.customer(f"Shop {number}", added_on=START.date())
    share(office, ANA)
    days = Counter(office.look(lambda session: session.exec(select(Customer.due_on)).all()))
    assert sum(days.values()) == 40
    assert max(days.values()) <= 8
    assert min(days) > START.date()
    assert all(day.weekday() < 5 for day in days)


def was_told(office: Office, *people: str) -> None:
    """The messages to these people were delivered."""
    with office.runtime.database.transaction("T0EVENHAND") as session:
        for row in session.exec(select(OutboxMessage).where(col(OutboxMessage.recipient).in_(people))).all():
            row.state = DeliveryState.SENT


def of(office: Office, owner: str) -> list[Customer]:
    """Whom somebody owns, by name."""
    query = select(Customer).where(Customer.owner_id == owner).order_by(Customer.name)
    return list(office.look(lambda session: session.exec(query).all()))


def test_a_sharing_is_undone_and_what_was_handed_on_stays(office: Office) -> None:
    """A message that wasn't sent yet is cancelled; who was told hears of it; a second undo says so."""
    fill_pool(office, 4)
    done = share(office, ANA, BOB)
    first = of(office, ANA)[0]
    office.do(hand_over, customer_id=first.id, to=KIRI, by=ANA)
    was_told(office, BOB)
    undone = office.do(undo_share_out, share_id=done.id, by=MARA)
    assert (undone.back, undone.kept, undone.kept_names) == (3, 1, (first.name,))
    assert Counter(owners(office).values()) == {None: 4, KIRI: 2}
    assert {row.kind for row in sent_to(office, BOB)} == {"customers.handed_over", "customers.taken_back"}
    assert [row.kind for row in sent_to(office, ANA)] == []
    with pytest.raises(AlreadyDone, match="undone already"):
        office.do(undo_share_out, share_id=done.id, by=MARA)


def talk_to(office: Office, customer: Customer) -> None:
    """Somebody tried to call."""
    office.do(record_checkin, customer_id=customer.id, by=ANA, result=Result.TRIED, channel=Channel.CALL)


def test_customers_that_somebody_has_acted_on_stay_weeks_later(office: Office) -> None:
    """An attempt to call is enough; what only the bot did isn't; a message that waits names what is left."""
    fill_pool(office, 4)
    done = share(office, ANA, BOB)
    office.runtime.clock.move(timedelta(days=1))
    called, _ = of(office, ANA)
    talk_to(office, called)
    office.do(reschedule_workspace)
    office.runtime.clock.move(timedelta(days=20))
    undone = office.do(undo_share_out, share_id=done.id, by=MARA)
    assert (undone.back, undone.kept_names) == (3, (called.name,))
    assert [one.name for one in of(office, ANA)] == [called.name]
    (waiting,) = sent_to(office, ANA)
    assert (waiting.kind, waiting.body["names"], waiting.body["total"]) == (
        "customers.handed_over", [called.name], 1,
    )  # fmt: skip
    assert sent_to(office, BOB) == []


def test_a_sharing_of_which_all_is_in_work_takes_nothing_back(office: Office) -> None:
    """And offers no undo any more."""
    office.customer("Acme")
    done = share(office, ANA)
    office.runtime.clock.move(timedelta(hours=1))
    talk_to(office, of(office, ANA)[0])
    undone = office.do(undo_share_out, share_id=done.id, by=MARA)
    assert (undone.back, undone.kept) == (0, 1)
    assert sharing.unshared_message(undone).text == (
        "Nothing was taken back. Acme stays: it was handed on, or somebody has done something with it since."
    )
    assert office.look(lambda session: list_shares(session, viewer=MARA, now=START)) == ()


def test_the_sharings_of_a_week_are_listed_to_managers(office: Office) -> None:
    """Those that weren't undone, the latest first; nobody else may look."""
    office.customer("Acme")
    first = share(office, ANA)
    office.do(undo_share_out, share_id=first.id, by=MARA)
    office.runtime.clock.move(timedelta(hours=1))
    second = share(office, BOB)

    def shares(viewer: str, days: int) -> Any:
        later = START + timedelta(days=days)
        return office.look(lambda session: list_shares(session, viewer=viewer, now=later))

    assert [(one.id, one.by, one.total) for one in shares(MARA, 1)] == [(second.id, "Mara Okafor", 1)]
    assert shares(MARA, 8) == ()
    with pytest.raises(NotAllowed, match="Only managers can see what was shared out"):
        shares(ANA, 1)


def test_who_is_muted_or_gone_hears_nothing_of_an_undo(office: Office) -> None:
    """As of any other news."""
    office.customer("Acme")
    done = share(office, ANA)
    was_told(office, ANA)
    with office.runtime.database.transaction("T0EVENHAND") as session:
        get_person(session, ANA).mutes = [Mute.NEWS.value]
    office.do(undo_share_out, share_id=done.id, by=MARA)
    assert [row.kind for row in sent_to(office, ANA)] == ["customers.handed_over"]


def test_the_history_of_a_customer_says_who_gave_it(office: Office) -> None:
    """And that it was taken back."""
    key = office.customer("Acme")
    done = share(office, ANA)
    office.do(undo_share_out, share_id=done.id, by=MARA)
    lines = office.look(lambda session: [line.text for line in timeline(session, key, START)])
    assert lines == ["Mara Okafor left it without an owner", "Mara Okafor gave it to Ana Lima"]


def test_sharing_refuses_what_it_cannot_do(office: Office) -> None:
    """Members, nobody chosen, somebody who can't own customers, an empty pool, an undo of nothing."""
    with pytest.raises(AlreadyDone, match="has an owner"):
        share(office, ANA)
    office.customer("Acme")
    office.person("U0GUEST", "Gus", is_guest=True)
    with pytest.raises(NotAllowed, match="Only managers can share customers out; ask Mara Okafor"):
        share(office, ANA, by=ANA)
    for among, words in (
        ((), "at least one person"),
        (("U0GUEST",), "Gus can't look after"),
        (("U0X",), "don.t know this person"),
    ):
        with pytest.raises(InvalidInput, match=words) as refused:
            share(office, *among)
        assert set(refused.value.fields) == {"among"}
    assert owners(office) == {"Acme": None}
    with pytest.raises(NotFound, match="nothing to undo"):
        office.do(undo_share_out, share_id=UUID(int=1), by=MARA)
    done = share(office, ANA)
    with pytest.raises(NotAllowed, match="Only managers"):
        office.do(undo_share_out, share_id=done.id, by=ANA)


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot against the rehearsal."""
    async with open_world(sqlite_url) as opened:
        yield opened


async def test_a_manager_shares_the_pool_out_and_takes_it_back(world: World) -> None:
    """From the list of the pool: the form proposes the owners there are, the answer has *Undo*."""
    world.office.customer("Owned", owner=BOB, waited=3)
    for number in range(4):
        world.office.customer(f"Shop {number}", added_on=date(2026, 11, 20))
    assert "'customers.share_out'" not in shown(await answer(world, ANA, "/customers pool", "Shop 0"))
    pool = await answer(world, MARA, "/customers pool", "Shop 0")
    await world.as_(MARA).press(pool, "customers.share_out")
    form = await window(world, MARA, "Share out", "4 customers have no owner: *Shop")
    assert BOB in shown(form)
    await world.as_(MARA).fill(form, customers_among=[])
    assert set(await world.as_(MARA).submit(form) or {}) == {"customers.among"}
    await world.as_(MARA).fill(form, customers_among=[ANA, BOB])
    assert await world.as_(MARA).submit(form) is None
    result = await window(world, MARA, "Share out", "4 customers have owners now")
    assert "Ana Lima: 2" in shown(result)
    await world.run_jobs()
    await told(world, ANA, "gave you 2 customers to look after")
    await world.as_(MARA).press(result, "customers.share_undo")
    await window(world, MARA, "Share out", "4 customers have no owner again.")
    await world.run_jobs()
    await told(world, ANA, "took back 2 customers that were shared out to you")
    message = await told(world, MARA, "4 customers shared out")
    assert "undone by Mara Okafor" in shown(message)
    assert "'customers.share_undo'" not in shown(message)
    assert set(owners(world.office).values()) == {None, BOB}


async def shared_out(world: World, *among: str) -> None:
    """Mara shares the pool out and closes the window."""
    pool = await answer(world, MARA, "/customers pool", "without an owner")
    await world.as_(MARA).press(pool, "customers.share_out")
    form = await window(world, MARA, "Share out", "no owner")
    await world.as_(MARA).fill(form, customers_among=list(among))
    await world.as_(MARA).submit(form)
    await world.as_(MARA).close(await window(world, MARA, "Share out", "now."))


async def test_a_sharing_is_undone_from_its_message_days_later(world: World) -> None:
    """What the new owner has begun stays, and is said; who wasn't told yet hears nothing at all."""
    for number in range(4):
        world.office.customer(f"Shop {number}", added_on=date(2026, 11, 20))
    await shared_out(world, ANA, KIRI)
    await world.run_jobs()
    await told(world, ANA, "gave you 2 customers to look after")
    await world.move(days=2)
    begun = of(world.office, ANA)[0]
    talk_to(world.office, begun)
    before = len(world.as_(ANA).dm())
    message = await told(world, MARA, "4 customers have owners now. You shared them out.")
    assert "Ana Lima: 2" in shown(message)
    await world.as_(MARA).press(message, "customers.share_undo")
    undone = await told(world, MARA, "3 customers have no owner again.")
    assert f"*{begun.name}* stays: it was handed on, or somebody has done something with it since." in shown(undone)
    assert "'customers.share_undo'" not in shown(undone)
    await world.run_jobs()
    await told(world, ANA, "took back 1 customer that was shared out to you")
    assert len(world.as_(ANA).dm()) == before + 1


async def test_a_sharing_is_undone_from_the_list_of_the_pool_before_anybody_was_told(world: World) -> None:
    """By any manager, and nobody else sees it; the message to who shared them out loses its *Undo*."""
    world.office.customer("Acme", added_on=date(2026, 11, 20))
    await world.move(hours=12)
    await shared_out(world, ANA)
    await world.run_jobs()
    await told(world, MARA, "1 customer has an owner now.")
    assert "'customers.share_undo'" not in shown(await answer(world, BOB, "/customers pool", "Every customer has"))
    pool = await answer(world, MARA, "/customers pool", "1 customer shared out")
    await world.as_(MARA).press(pool, "customers.share_undo")
    pool = await told(world, MARA, "1 customer has no owner again.")
    assert "*Acme*" in shown(pool)
    await world.as_(MARA).until(lambda me: next((m for m in me.dm() if "undone by" in shown(m)), None))
    await world.move(days=1)
    assert not [message for message in world.as_(ANA).dm() if "gave you" in message.text or "took" in message.text]


def test_who_shares_hears_that_full_days_are_levelled(office: Office) -> None:
    """In the window and the message, where one person gets more of one day than the calls a day; not of first calls."""
    for number in range(9):
        office.customer(f"Called {number}", waited=20)
    done: ShareDone = office.do(share_out_pool, among=[ANA], by=MARA)
    assert done.is_evened
    assert sharing.EVENED in str(sharing.shared(done))
    [message] = [PoolShared.model_validate(one.body) for one in sent_to(office, MARA) if one.kind == PoolShared.kind]
    assert sharing.EVENED in str(sharing.shared_out(message).blocks)
    for number in range(9):
        office.customer(f"New {number}")
    assert not office.do(share_out_pool, among=[BOB], by=MARA).is_evened

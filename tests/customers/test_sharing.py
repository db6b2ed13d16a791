"""Sharing the customers without an owner out: evenly, blind to size, told once, undone."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.customers.queries import get_customer
from bot.customers.queries.screens import timeline
from bot.customers.rules.due import Status
from bot.customers.rules.sharing import UNDO_FOR, may_undo_sharing, share_evenly
from bot.customers.schemas import ShareDone
from bot.customers.tables import Customer
from bot.customers.usecases import hand_over
from bot.customers.usecases.sharing import share_out_pool, undo_share_out
from bot.people.queries import get_person
from bot.people.rules import Mute
from tests.customers.screens import answer, shown, told, window
from tests.makers import ANA, BOB, KIRI, MARA, START, Office
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
    counts = Counter(dict.fromkeys(among, 0) | Counter(share_evenly(dict.fromkeys(range(count)), among).values()))
    assert sum(counts.values()) == count
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_family_goes_to_one_person_and_the_rest_evens_it_out() -> None:
    """Children, grandchildren and their parent; a circle or a parent elsewhere harms nothing."""
    shares = share_evenly({1: None, 2: 1, 3: 2, 4: 99, 5: 6, 6: 5, 7: None, 8: None}, ["U1", "U2"])
    assert {shares[1], shares[2], shares[3]} == {"U1"}
    assert shares[5] == shares[6] == "U2"
    assert Counter(shares.values()) == {"U1": 4, "U2": 4}


def test_equal_ones_go_round_in_the_order_given() -> None:
    """So that the longest waits are shared out evenly, too."""
    assert list(share_evenly(dict.fromkeys("abcdef"), PEOPLE).values()) == PEOPLE * 2
    with pytest.raises(ValueError, match="nobody"):
        share_evenly({"a": None}, [])


def test_a_sharing_can_be_undone_for_a_day() -> None:
    """Not a second longer."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert may_undo_sharing(at, now=at + UNDO_FOR)
    assert not may_undo_sharing(at, now=at + UNDO_FOR + timedelta(seconds=1))


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
    """With a message each, but none to who did it; owned and lost customers stay as they are."""
    fill_pool(office)
    done = share(office, ANA, BOB, MARA)
    assert (done.total, sorted(count for _, count in done.shares)) == (7, [2, 2, 3])
    assert [name for name, _ in done.shares] == ["Ana Lima", "Bob Chen", "Mara Okafor"]
    assert Counter(owners(office).values()) == {ANA: 3, BOB: 2, MARA: 2, KIRI: 1, None: 1}
    assert [len(sent_to(office, who)) for who in (ANA, BOB, MARA)] == [1, 1, 0]
    assert sent_to(office, ANA)[0].body["total"] == 3


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


def test_a_sharing_is_undone_and_what_was_handed_on_stays(office: Office) -> None:
    """A message that wasn't sent yet is cancelled; who was told hears of it; a second undo says so."""
    ids = fill_pool(office, 4)
    done = share(office, ANA, BOB)
    first = next(key for key in ids if office.look(lambda session, key=key: get_customer(session, key).owner_id) == ANA)
    office.do(hand_over, customer_id=first, to=KIRI, by=ANA)
    with office.runtime.database.transaction("T0EVENHAND") as session:
        row = session.exec(select(OutboxMessage).where(OutboxMessage.recipient == BOB)).one()
        row.state = DeliveryState.SENT
    undone = office.do(undo_share_out, share_id=done.id, by=MARA)
    assert (undone.back, undone.kept) == (3, 1)
    assert Counter(owners(office).values()) == {None: 4, KIRI: 2}
    assert {row.kind for row in sent_to(office, BOB)} == {"customers.handed_over", "customers.taken_back"}
    assert [row.kind for row in sent_to(office, ANA)] == []
    with pytest.raises(AlreadyDone, match="undone already"):
        office.do(undo_share_out, share_id=done.id, by=MARA)


def test_who_is_muted_or_gone_hears_nothing_of_an_undo(office: Office) -> None:
    """As of any other news."""
    office.customer("Acme")
    done = share(office, ANA)
    with office.runtime.database.transaction("T0EVENHAND") as session:
        session.exec(select(OutboxMessage)).one().state = DeliveryState.SENT
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
    """Members, nobody chosen, somebody who can't own customers, an empty pool, an undo of nothing or too late."""
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
    office.runtime.clock.move(timedelta(days=1, seconds=1))
    with pytest.raises(NotAllowed, match="for a day"):
        office.do(undo_share_out, share_id=done.id, by=MARA)


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
    assert set(owners(world.office).values()) == {None, BOB}

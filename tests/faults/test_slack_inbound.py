"""What comes from Slack several times counts once: repeated events, events under other ids, replayed requests."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.checkins.tables import Checkin
from bot.followups.tables import Followup
from bot.promises.tables import Promise
from bot.workspaces.tables import AuditEntry
from tests.checkins.test_stories import reminded, window
from tests.conversations.talk import answer
from tests.faults.ledger import Ledger, read_ledger
from tests.makers import ANA, BOB, MARA
from tests.world import World, open_world

pytestmark = pytest.mark.slow


@pytest.fixture(params=[False, True], ids=["socket", "http"])
async def world(sqlite_url: str, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Run the bot in Socket Mode, and with signed HTTP."""
    async with open_world(sqlite_url, http=request.param) as made:
        yield made


def effects(world: World) -> Counter[str]:
    """Count what people's acts have changed: by kind, with the customer's id or the answer's thread."""
    look = world.office.look
    rows = [
        f"{table.__name__} {row.customer_id}"
        for table in (Checkin, Promise, Followup)
        for row in look(lambda session, table=table: session.exec(select(table)).all())
    ]
    taken = look(
        lambda session: session.exec(select(AuditEntry).where(AuditEntry.action == "customer.handed_over")).all()
    )
    answers = [f"answer {one.thread_ts}" for one in world.as_(ANA).dm() if one.bot_id and one.thread_ts]
    return Counter([*rows, *(f"taken {entry.subject_id}" for entry in taken), *answers])


async def say(world: World) -> None:
    """Ask the bot in a direct message."""
    await answer(world, "what about Acme")


async def type_promise(world: World) -> None:
    """Type a promise."""
    assert (await world.as_(ANA).command("/promise Acme friday send the new price list")).text.startswith("Noted")


async def type_followup(world: World) -> None:
    """Ask a colleague to follow up."""
    assert "Bob Chen has it" in (await world.as_(MARA).command("/assign @bob Acme friday call them")).text


async def press_take(world: World) -> None:
    """Take a customer from the pool."""
    pool = await (await world.as_(ANA).command("/customers pool")).reply()
    assert (await world.as_(ANA).press(pool, "customers.take")).acked


async def press_talked(world: World) -> None:
    """Press *Talked* on the row of a reminder."""
    assert (await world.as_(BOB).press(await reminded(world, BOB), "checkins.talked")).acked


async def submit_checkin(world: World) -> None:
    """Save the check-in form."""
    await world.as_(ANA).command("/checkin Acme")
    assert await world.as_(ANA).submit(await window(world.as_(ANA), "Check-in")) is None


Act = Callable[[World], Awaitable[None]]
ACTS: dict[str, tuple[Act, str]] = {
    "a message": (say, "what about Acme"),
    "a typed promise": (type_promise, "command=%2Fpromise"),
    "a typed follow-up": (type_followup, "command=%2Fassign"),
    "Take": (press_take, "customers.take"),
    "Talked": (press_talked, "checkins.talked"),
    "a form": (submit_checkin, "view_submission"),
}
"""What people do, and words in the request that Slack makes of it."""


async def set_scene(world: World) -> None:
    """Let Bob look after Acme, and nobody after the bakery; it is nine in New York."""
    world.office.customer("Acme", owner=BOB, waited=40)
    world.office.customer("Bakery", waited=40)
    await world.rehearsal.control.move(timedelta(hours=5))


@pytest.mark.parametrize(("act", "words"), ACTS.values(), ids=list(ACTS))
async def test_an_exact_replay_of_a_signed_request_does_nothing_more(database_url: str, act: Act, words: str) -> None:
    """Whoever recorded what Slack sent can send it again for five minutes; it was done once, and stays so."""
    async with open_world(database_url, http=True) as world:
        await set_scene(world)
        await act(world)
        await world.runtime.drain()
        done = effects(world)
        assert done.total() == 1
        for _ in range(3):
            assert await world.rehearsal.control.replay(words) == 200
        await world.runtime.drain()
        await world.rehearsal.drain()
        await world.run_jobs()
        Ledger(frozenset(done), effects(world)).assert_balanced()
        read_ledger(world.rehearsal, world.runtime.database).assert_balanced()


@pytest.mark.parametrize(("more", "new_ids"), [(3, False), (10, True)], ids=["four times", "eleven times, other ids"])
async def test_a_message_that_comes_several_times_is_answered_once(world: World, more: int, new_ids: bool) -> None:
    """Slack repeats the event though it was acknowledged, or sends it under other ids."""
    await set_scene(world)
    world.rehearsal.control.faults.duplicate_delivery(more, new_ids=new_ids)
    await say(world)
    await world.rehearsal.drain()
    await world.runtime.drain()
    assert effects(world).total() == 1


@pytest.mark.parametrize(("more", "new_ids"), [(3, False), (10, True)], ids=["four times", "eleven times, other ids"])
async def test_a_departure_that_comes_several_times_is_told_once(world: World, more: int, new_ids: bool) -> None:
    """Bob is deactivated: his customers are released once, and Mara reads it once."""
    await set_scene(world)
    world.rehearsal.control.faults.duplicate_delivery(more, new_ids=new_ids)
    await world.rehearsal.control.change_person(BOB, deleted=True)
    await world.rehearsal.drain()
    await world.run_jobs()
    [told] = world.as_(MARA).dm()
    assert told.text == "Bob Chen was deactivated in Slack; their one customer has no owner now."
    read_ledger(world.rehearsal, world.runtime.database).assert_balanced()

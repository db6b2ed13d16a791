"""A modal saved after half an hour: the address of the message it came from is over, and nothing is lost or silent."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.checkins import views
from bot.promises import views as promises
from rehearsal.actor import Actor
from rehearsal.state.messages import Message
from tests.makers import ANA
from tests.world import World, open_world

LATE = timedelta(minutes=31)


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot against the rehearsal, with one customer."""
    async with open_world(sqlite_url) as opened:
        opened.office.customer("Acme", owner=ANA, waited=50)
        yield opened


async def _told(world: World, ana: Actor) -> Message:
    """Return the direct message; Slack refused the address, and nothing else went wrong."""
    message = await ana.until(lambda me: me.dm()[-1] if me.dm() and me.dm()[-1].ephemeral_to is None else None)
    assert [problem.code for problem in world.rehearsal.problems] == ["expired_url"]
    world.rehearsal.problems.clear()
    return message


@pytest.mark.parametrize("command", ["/checkin acme", "/checkin"])
async def test_a_check_in_saved_after_half_an_hour_is_told_in_a_direct_message(world: World, command: str) -> None:
    """It says what was kept, with *Undo*, which works there; from the form of a command and from a row of the queue."""
    ana = world.as_(ANA)
    outcome = await ana.command(command, "accounts")
    if command == "/checkin":
        await ana.press(await outcome.reply(), views.LOG)
    view = await ana.modal_opened("Check-in")
    await ana.fill(view, checkins_result="We talked")
    await world.rehearsal.control.move(LATE)
    assert await ana.submit(view) is None
    message = await _told(world, ana)
    assert message.text.startswith("Acme: ")
    await ana.press(message, views.UNDO)
    await ana.until(lambda _: message.text.startswith("Undone. Acme is as it was"))


async def test_a_list_whose_address_is_over_is_told_in_a_direct_message(world: World) -> None:
    """A promise withdrawn from a list that is half an hour old brings the list as it is now."""
    ana = world.as_(ANA)
    assert (await ana.command("/promise acme tomorrow the price list")).acked
    listed = await (await ana.command("/promise list", "accounts")).reply()
    await ana.choose(listed, "promises.more", "Withdrawn")
    view = await ana.modal_opened()
    await ana.fill(view, **{promises.SAID: "they have it already"})
    await world.rehearsal.control.move(LATE)
    assert await ana.submit(view) is None
    assert "promise" in (await _told(world, ana)).text.lower()

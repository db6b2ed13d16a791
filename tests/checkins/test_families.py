"""Stories over the wire: what is told of a customer's family after a contact, and that nothing is told before."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from bot.checkins.rules import Result
from tests.checkins.office import log
from tests.checkins.test_stories import reads, reminded, told
from tests.checkins.test_stories import words as words_of
from tests.conversations.talk import answer
from tests.makers import ANA, MARA, Office
from tests.world import World, open_world

BY_THE_WAY = "By the way: this account belongs to Golddex, which has 3 companies with us; 1 is neglected and 1 is lost."


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


def family(office: Office) -> UUID:
    """Golddex, which is neglected, above a plant of Ana's that is due; return the plant."""
    top = office.customer("Golddex", owner=MARA, waited=80)
    office.customer("Lost Plant", waited=80, parent_id=top, status="lost", status_reason="price")
    return office.customer("Porto Plant", owner=ANA, waited=40, parent_id=top)


async def test_the_family_is_told_after_the_press_and_not_in_the_reminder(world: World) -> None:
    """Below the reminder, to who pressed; the message itself says nothing of it, before or after."""
    plant = family(world.office)
    ana = world.as_(ANA)
    message = await reminded(world)
    assert "Golddex" not in words_of(message.blocks)
    await ana.press(message, "checkins.talked", value=str(plant))
    assert "Golddex" not in await reads(ana, message, "✓ Porto Plant · talked")
    beside = await told(ana, "By the way")
    assert beside.text == BY_THE_WAY


async def test_the_family_is_told_in_the_row_of_what_was_done(world: World) -> None:
    """In the answer to `/checkin`, once it is logged; undoing takes it away."""
    plant = family(world.office)
    ana = world.as_(ANA)
    queue = (await ana.command("/checkin")).messages[0]
    assert "Golddex" not in words_of(queue.blocks)
    await ana.press(queue, "checkins.talked", value=str(plant))
    await reads(ana, queue, BY_THE_WAY)
    await ana.press(queue, "checkins.undo")
    assert "By the way" not in await reads(ana, queue, "Porto Plant is as it was")


async def test_the_family_is_told_when_what_was_said_is_saved(world: World) -> None:
    """Not in the proposal."""
    family(world.office)
    proposed = await answer(world, "talked to Porto Plant, they are happy")
    assert "Golddex" not in words_of(proposed.blocks)
    await world.as_(ANA).press(proposed, "conversations.save")
    await reads(world.as_(ANA), proposed, BY_THE_WAY)


def test_an_attempt_tells_nothing_and_neither_does_a_customer_without_a_parent(office: Office) -> None:
    """Nobody was talked to; the uppermost belongs to nobody."""
    plant = family(office)
    assert log(office, plant, Result.TRIED).aside == ""
    assert log(office, office.customer("Acme", owner=ANA)).aside == ""
    assert log(office, plant).aside == BY_THE_WAY

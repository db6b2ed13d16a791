"""Commands arrive with mentions as ids and three characters escaped, as the manifest asks for."""

from collections.abc import AsyncIterator

import pytest

from bot.manifest import MANIFEST
from rehearsal.strict.manifest import Manifest
from tests.makers import ANA, BOB
from tests.world import World, open_world


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot against the rehearsal, with one customer."""
    async with open_world(sqlite_url) as opened:
        opened.office.customer("Acme", owner=ANA)
        yield opened


def test_every_command_brings_people_as_ids() -> None:
    """A display name can be shared; an id can't."""
    commands = Manifest.load(MANIFEST).commands.values()
    assert [command.name for command in commands if not command.should_escape] == []


async def test_a_promise_of_somebody_else_is_theirs(world: World) -> None:
    """The mention before the customer says who promised."""
    outcome = await world.as_(ANA).command("/promise @bob Acme tomorrow the price list for R&D")
    assert outcome.acked
    listed = (await world.as_(BOB).command("/promise list")).messages[0]
    assert "the price list for R&amp;D" in str(listed.blocks)


async def test_the_words_of_a_problem_stand_as_they_were_typed(world: World) -> None:
    """In the form, nothing is escaped."""
    ana = world.as_(ANA)
    await ana.command("/escalate Acme R&D says <nothing> works")
    view = await ana.modal_opened()
    assert "R&D says <nothing> works" in str(view.payload)

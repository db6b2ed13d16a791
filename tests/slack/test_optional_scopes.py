"""Scopes that an admin may leave out: what needs them says so, and the rest works."""

from collections.abc import AsyncIterator

import pytest

from tests.makers import ANA, MARA
from tests.world import World, open_world

SAID = "I wasn't allowed to handle files here; ask a Slack admin to allow files for Evenhand."


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot against the rehearsal, with one customer, without permission for files."""
    async with open_world(sqlite_url) as opened:
        opened.office.customer("Acme", owner=ANA)
        opened.rehearsal.control.withdraw("files:read", "files:write")
        yield opened


async def test_an_export_says_that_files_arent_allowed(world: World) -> None:
    """And whom to ask; commands without files are answered."""
    mara = world.as_(MARA)
    outcome = await mara.command("/customers export")
    await mara.until(lambda me: next((one for one in me.sees() if one.text == SAID), None))
    assert outcome.acked
    assert "Acme" in (await mara.command("/customers acme")).text


async def test_an_uploaded_list_says_that_files_arent_allowed(world: World) -> None:
    """The modal shows the sentence in the place of the preview."""
    mara = world.as_(MARA)
    await mara.command("/customers import")
    view = await mara.modal_opened()
    await mara.upload(view, "customers.file", "list.csv", b"Company\nZephyr\n")
    await mara.submit(view)
    await mara.until(lambda me: SAID in str(me.modal().payload) + str(me.modal().errors) if me.modal() else None)

"""People check in while a long list comes in and goes away again; and what they see of one that was interrupted."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlmodel import select

from benchmarks.crowded import crowd
from bot.core.batches import ManyTransactions
from bot.customers.rules.batches import LEASE
from bot.customers.tables import Customer, Import
from bot.customers.usecases.uploads import import_upload, store_upload
from bot.customers.views import RESUME, UNDO
from rehearsal.state.messages import Message
from tests.customers.lists import read
from tests.customers.screens import shown, told, window
from tests.makers import MARA, WORKSPACE
from tests.world import World, open_world

TITLE = "Import customers"
ROWS, KNOWN = 1_500, 60
LIST = "Name\n" + "\n".join(f"Customer {number}" for number in range(300)) + "\n"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode against the rehearsal, with nobody to look after yet."""
    async with open_world(sqlite_url) as opened:
        yield opened


async def test_nobody_is_in_the_way_of_a_long_list(sqlite_url: str) -> None:
    """Each check-in that was saved is there, the list came in whole, and went away whole."""
    found = await crowd(sqlite_url, rows=ROWS, known=KNOWN, pause=0.05)
    assert found.failed == 0
    assert found.saved > 1
    assert found.customers == [KNOWN, KNOWN + ROWS, KNOWN]


class Killed(BaseException):
    """The process is gone: nothing is tidied up after this."""


class KilledAfterTwo(ManyTransactions):
    """Batches of a process that is killed when two of them are written."""

    steps = 0

    def write(self, use_case: Any, **inputs: Any) -> Any:
        """Run the step, unless three were: the first one starts the import."""
        self.steps += 1
        if self.steps > 3:
            raise Killed
        self.limit = 100
        result = super().write(use_case, **inputs)
        self.limit = 100
        return result


async def interrupted(world: World) -> Message:
    """The message about an import of Mara's whose process was killed."""
    office = world.office
    upload_id = office.do(store_upload, file_name="list.csv", content=LIST.encode(), by=MARA)
    batches = KilledAfterTwo(office.runtime, WORKSPACE)
    batches.limit = 100
    with pytest.raises(Killed):
        import_upload(batches, upload_id=upload_id, drafts=read(LIST), erase_blanks=False, by=MARA)
    await world.move(minutes=LEASE.total_seconds() / 60)
    return await told(world, MARA, "was interrupted")


def count(world: World) -> int:
    """How many customers there are."""
    return len(world.office.look(lambda session: session.exec(select(Customer.id)).all()))


async def test_a_killed_import_goes_on_from_its_message(world: World) -> None:
    """The message says how much is in; *Go on* brings the rest, and says so in its place."""
    message = await interrupted(world)
    assert "The import of list.csv was interrupted, with 200 customers in." in shown(message)
    assert count(world) == 200
    await world.as_(MARA).press(message, RESUME)
    assert "300 added" in shown(await told(world, MARA, "is in."))
    assert count(world) == 300
    await world.run_jobs()
    await told(world, MARA, "300 added, 0 changed")


async def test_a_killed_import_is_undone_from_its_message(world: World) -> None:
    """What was in goes away."""
    message = await interrupted(world)
    await world.as_(MARA).press(message, UNDO)
    await told(world, MARA, "200 customers removed")
    assert count(world) == 0


async def test_the_window_offers_both_ways_too(world: World) -> None:
    """Below the form; a second list is refused until one of them was taken."""
    await interrupted(world)
    mara = world.as_(MARA)
    await mara.command("/customers import")
    form = await window(world, MARA, TITLE, "The import was interrupted")
    await mara.fill(form, customers_file=("other.csv", b"Name\nOther\n"))
    await mara.submit(form)
    await mara.submit(await window(world, MARA, TITLE, "1 would be added"))
    await window(world, MARA, "That didn't work", "let it go on or undo it first")
    await mara.close(mara.modal(), everything=True)  # type: ignore[arg-type]  # it is there
    await mara.command("/customers import")
    await mara.press(await window(world, MARA, TITLE, "The import was interrupted"), RESUME)
    await window(world, MARA, TITLE, "is in.")
    assert (count(world), world.office.look(lambda session: session.exec(select(Import.added)).all())) == (300, [300])

"""The main paths of this feature once more, called by Slack over signed HTTP."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from bot.customers.tables import Customer
from tests.customers.screens import answer, customer, shown, told, window
from tests.makers import ANA, KIRI, MARA
from tests.world import World, open_world

TITLE = "Import customers"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot behind a request URL, with nobody to look after yet."""
    async with open_world(sqlite_url, http=True) as opened:
        yield opened


async def test_a_customer_is_added_edited_found_and_handed_over(world: World) -> None:
    """Errors under their fields, the card instead of the window, the news for the new owner."""
    ana = world.as_(ANA)
    await ana.command("/customers add Acme")
    form = await window(world, ANA, "Add a customer")
    await ana.fill(form, customers_domain="localhost")
    assert set(await ana.submit(form) or {}) == {"customers.domain"}
    await ana.fill(form, customers_domain="acme-labs.com")
    assert await ana.submit(form) is None
    card = await window(world, ANA, "Customer", "acme-labs.com")
    await ana.choose(card, "customers.card_menu", "Edit")
    form = await window(world, ANA, "Edit customer")
    await ana.fill(form, customers_cadence="120")
    assert set(await ana.submit(form) or {}) == {"customers.cadence"}
    await ana.fill(form, customers_cadence="14")
    assert await ana.submit(form) is None
    card = await window(world, ANA, "Customer", "every 14 days")
    await ana.choose(card, "customers.card_menu", "Hand over")
    form = await window(world, ANA, "Hand over")
    await ana.fill(form, customers_to=KIRI, customers_note="prefers mornings")
    assert await ana.submit(form) is None
    await window(world, ANA, "Customer", "Owner Kiri Walker")
    await world.move(hours=12)
    assert "prefers mornings" in shown(await told(world, KIRI, "gave you Acme"))
    found = await answer(world, MARA, "/customers acm labs", "No customer is called")
    await world.as_(MARA).press(found, "customers.card")
    await window(world, MARA, "Customer", "Owner Kiri Walker")


async def test_a_list_comes_in_and_goes_again(world: World) -> None:
    """Preview, columns by hand, confirm, the message with its way back, and the list of lists."""
    mara = world.as_(MARA)
    await mara.command("/customers import")
    form = await window(world, MARA, TITLE)
    await mara.fill(form, customers_file=("list.csv", b"Wer,Boss\n1860,ana@example.test\n4711,\n"))
    assert await mara.submit(form) is None
    columns = await window(world, MARA, TITLE, "No column holds")
    for index, field in enumerate(("Name", "Owner")):
        await mara.choose(columns, "customers.column", field, block_id=f"customers.column:{index}")
    assert await mara.submit(columns) is None
    preview = await window(world, MARA, TITLE, "2 would be added")
    assert await mara.submit(preview) is None
    await mara.close(await window(world, MARA, TITLE, "is in."))
    assert customer(world, "1860").owner_id == ANA
    await world.run_jobs()
    await mara.press(await told(world, MARA, "2 added"), "customers.undo")
    await told(world, MARA, "2 customers removed")
    assert world.office.look(lambda session: session.exec(select(Customer)).all()) == []
    await mara.command("/customers import")
    await window(world, MARA, TITLE, "undone by Mara Okafor")


async def test_a_file_that_is_no_list_is_answered(world: World) -> None:
    """In the window, also where the answer is there before Slack has its ack."""
    await world.as_(MARA).command("/customers import")
    form = await window(world, MARA, TITLE)
    await world.as_(MARA).fill(form, customers_file=("list.csv", b"PK\x03\x04rest"))
    await world.as_(MARA).submit(form)
    await window(world, MARA, "That didn't work", "save it as CSV")


async def test_the_pool_and_the_pages_are_walked_through(world: World) -> None:
    """Taking from the pool redraws it; Next and Back redraw the page; the export comes as a file."""
    for number in range(10):
        world.office.customer(f"Shop {number}", waited=number)
    pool = await answer(world, ANA, "/customers pool", "10 customers without an owner")
    await world.as_(ANA).press(pool, "customers.take", index=0)
    await told(world, ANA, "9 customers without an owner")
    assert customer(world, "Shop 9").owner_id == ANA
    first = await answer(world, ANA, "/customers shop", "Page 1 of 2")
    await world.as_(ANA).press(first, "customers.next")
    await told(world, ANA, "Page 2 of 2")
    await world.as_(ANA).command("/customers export")
    await world.as_(ANA).until(lambda me: next((m for m in me.dm() if m.files), None), timeout=10)

"""Stories over the wire: people find, add, edit, import, take and hand over customers in Slack."""

import csv
import io
from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from tests.customers.screens import answer, customer, shown, window
from tests.makers import ANA, BOB, KIRI, MARA
from tests.world import World, open_world


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot against the rehearsal, with nobody to look after yet."""
    async with open_world(sqlite_url) as opened:
        yield opened


async def test_somebody_adds_edits_and_finds_a_customer(world: World) -> None:
    """The window becomes the card; what is wrong stands under its field."""
    ana = world.as_(ANA)
    await ana.command("/customers add Acme & Söhne")
    form = await window(world, ANA, "Add a customer")
    await ana.fill(form, customers_domain="localhost", customers_contacts="Jo Ito; jo@")
    assert set(await ana.submit(form) or {}) == {"customers.domain", "customers.contacts"}
    contacts = "Jo Ito; buyer; jo@acme.test; do not contact"
    await ana.fill(form, customers_domain="www.acme-labs.com", customers_contacts=contacts)
    await ana.fill(form, customers_preferences="takes calls before ten\ncoffee black")
    assert await ana.submit(form) is None
    card = await window(world, ANA, "Customer", "takes calls before ten")
    assert "do not contact" in shown(card)
    await ana.choose(card, "customers.card_menu", "Edit")
    edit = await window(world, ANA, "Edit customer")
    await ana.fill(edit, customers_cadence="120")
    assert "manager" in (await ana.submit(edit) or {})["customers.cadence"]
    await ana.fill(edit, customers_cadence="14", customers_headcount="1234567")
    assert await ana.submit(edit) is None
    await window(world, ANA, "Customer", "every 14 days")
    acme = customer(world, "acme-labs.com")
    assert (acme.name, acme.owner_id, acme.cadence_days, acme.headcount) == ("Acme & Söhne", ANA, 14, 1234567)
    found = await answer(world, ANA, "/customers acme sohne", "Owner Ana Lima")
    assert "Acme &amp; Söhne" in shown(found)


async def test_an_unknown_name_leads_to_the_nearest_and_to_adding(world: World) -> None:
    """With a button for each, and one that adds it."""
    world.office.customer("Acmena", owner=BOB, waited=40)
    found = await answer(world, ANA, "/customers Acmenna", "No customer is called *Acmenna*")
    await world.as_(ANA).press(found, "customers.card")
    await window(world, ANA, "Customer", "Acmena")
    await world.as_(ANA).close(await window(world, ANA, "Customer"))
    await world.as_(ANA).press(found, "customers.add")
    form = await window(world, ANA, "Add a customer")
    assert "Acmenna" in shown(form)


async def test_a_long_list_has_pages(world: World) -> None:
    """Next and Back stay in the same message."""
    for number in range(20):
        world.office.customer(f"Shop {number:02}", owner=ANA, waited=number)
    first = await answer(world, ANA, "/customers shop", "Page 1 of 3")
    await world.as_(ANA).press(first, "customers.next")
    second = await world.as_(ANA).until(lambda me: next((m for m in me.dm() if "Page 2 of 3" in shown(m)), None))
    await world.as_(ANA).press(second, "customers.back")
    await world.as_(ANA).until(lambda me: next((m for m in me.dm() if "Page 1 of 3" in shown(m)), None))


async def test_the_pool_is_taken_from_and_a_card_hands_over(world: World) -> None:
    """Who gets a customer hears of it; who had it too."""
    world.office.customer("Acme", waited=3)
    pool = await answer(world, ANA, "/customers pool", "Acme")
    await world.as_(ANA).press(pool, "customers.take")
    await world.as_(ANA).until(lambda me: next((m for m in me.dm() if "is yours now" in shown(m)), None))
    assert customer(world, "Acme").owner_id == ANA
    found = await answer(world, ANA, "/customers acme", "Owner Ana Lima")
    await world.as_(ANA).choose(found, "customers.card_menu", "Hand over")
    form = await window(world, ANA, "Hand over")
    assert "one of the two" in (await world.as_(ANA).submit(form) or {})["customers.to"]
    await world.as_(ANA).fill(form, customers_to=KIRI, customers_note="prefers mornings")
    assert await world.as_(ANA).submit(form) is None
    await window(world, ANA, "Customer", "Owner Kiri Walker")
    await world.move(hours=12)
    await world.as_(KIRI).until(lambda me: next((m for m in me.dm() if "prefers mornings" in shown(m)), None))


async def test_a_customer_is_paused_with_a_reason_and_comes_back(world: World) -> None:
    """The card tells until when; on that day it is active again."""
    world.office.customer("Acme", owner=ANA, waited=3)
    card = await answer(world, ANA, "/customers acme", "Owner")
    await world.as_(ANA).choose(card, "customers.card_menu", "Status")
    form = await window(world, ANA, "Status")
    await world.as_(ANA).fill(form, customers_status_choice="paused", customers_until="2026-11-25")
    assert "why" in (await world.as_(ANA).submit(form) or {})["customers.reason"]
    await world.as_(ANA).fill(form, customers_reason="moving house")
    assert await world.as_(ANA).submit(form) is None
    await window(world, ANA, "Customer", "moving house")
    assert customer(world, "Acme").status is Status.PAUSED
    await world.move(days=3)
    assert customer(world, "Acme").status is Status.ACTIVE


async def test_a_list_is_looked_at_imported_and_undone(world: World) -> None:
    """Preview, confirm, the result as a message, and the way back."""
    mara = world.as_(MARA)
    await mara.command("/customers import")
    form = await window(world, MARA, "Import customers")
    await mara.fill(form, customers_file=("accounts.csv", b"Company,Boss\nAcme,Ana Lima\nBolt,Bob Chen\n,\nCora,x\n"))
    assert await mara.submit(form) is None
    preview = await window(world, MARA, "Import customers", "3 would be added")
    await mara.press(preview, "customers.columns")
    columns = await window(world, MARA, "Import customers", "Which column is what")
    await mara.choose(columns, "customers.column", "Owner", block_id="customers.column:1")
    assert await mara.submit(columns) is None
    preview = await window(world, MARA, "Import customers", "owner")
    assert await mara.submit(preview) is None
    await window(world, MARA, "Import customers", "3 added")
    assert (customer(world, "Acme").owner_id, customer(world, "Cora").owner_id) == (ANA, None)
    await world.run_jobs()
    told = await mara.until(lambda me: next((m for m in me.dm() if "3 added" in shown(m)), None))
    await mara.press(told, "customers.undo")
    await mara.until(lambda me: next((m for m in me.dm() if "3 customers removed" in shown(m)), None))
    assert world.office.look(lambda session: session.exec(select(Customer)).all()) == []


async def test_a_list_without_a_name_column_is_mapped_by_hand(world: World) -> None:
    """The window asks which column is what, and says why."""
    mara = world.as_(MARA)
    await mara.command("/customers import")
    form = await window(world, MARA, "Import customers")
    await mara.fill(form, customers_file=("list.csv", b"Wer,Wo\n1860,DE\n"))
    assert await mara.submit(form) is None
    columns = await window(world, MARA, "Import customers", "No column holds")
    await mara.choose(columns, "customers.column", "Name", block_id="customers.column:0")
    assert await mara.submit(columns) is None
    await window(world, MARA, "Import customers", "1 would be added")


@pytest.mark.parametrize(("name", "data", "words"), [
    ("a.csv", b"PK\x03\x04rest", "save it as CSV"), ("b.csv", b" ", "is empty"),
])  # fmt: skip
async def test_a_file_that_is_no_list_is_refused_in_a_sentence(
    world: World, name: str, data: bytes, words: str
) -> None:
    """The window says what to do."""
    await world.as_(MARA).command("/customers import")
    form = await window(world, MARA, "Import customers")
    await world.as_(MARA).fill(form, customers_file=(name, data))
    await world.as_(MARA).submit(form)
    await window(world, MARA, "That didn't work", words)


async def test_everything_is_exported_to_the_asker_alone(world: World) -> None:
    """As a file in their direct messages, with safe cells."""
    world.office.customer("=HYPERLINK(x)", owner=ANA, waited=3)
    world.office.customer("Bolt", waited=3)
    await world.as_(BOB).command("/customers export")
    sent = await world.as_(BOB).until(lambda me: next((m for m in me.dm() if m.files), None), timeout=10)
    stored = world.rehearsal.workspace.files[sent.files[0]["id"]]
    rows = list(csv.DictReader(io.StringIO((stored.data or b"").decode("utf-8-sig"))))
    assert sorted(row["Name"] for row in rows) == ["'=HYPERLINK(x)", "Bolt"]
    assert not [m for m in world.as_(ANA).dm() if m.files]

"""Hostile names, texts and cells that try to mention people, break out of markup, or cause errors."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.checkins.rules import Result
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.people.queries import find_person_row
from bot.people.tables import Person
from rehearsal.state.views import View
from tests.checkins.office import log, snooze
from tests.hostile.screens import (
    HOSTILE,
    assert_pings_nobody,
    close_modals,
    look_everywhere,
    run_command,
    set_up_digest,
    texts,
    wait_for_message,
    wait_for_modal,
    words,
)
from tests.makers import ANA, BOB, MARA
from tests.world import World, open_world

FORMULA = ("=", "+", "-", "@", "|", "\t", "\r")


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Run the bot against the rehearsal; a problem fails the test at its end."""
    async with open_world(sqlite_url) as opened:
        yield opened


def stored_customers(world: World) -> list[Customer]:
    """Return all stored customers."""
    return list(world.office.look(lambda session: session.exec(select(Customer)).all()))


async def wait_for_person(world: World, person: str) -> Person:
    """Wait until the bot has stored a person."""
    for _ in range(500):
        row: Person | None = world.office.look(lambda session: find_person_row(session, person))
        if row is not None:
            return row
        await asyncio.sleep(0.01)
    raise AssertionError(f"{person} is still unknown.")


async def no_formulas_in_export(world: World, person: str) -> None:
    """Assert that no cell of an export would be run as a formula."""
    actor = world.as_(person)
    await actor.command("/customers export")
    message = await actor.until(lambda me: next((m for m in me.dm() if m.files), None), 20)
    stored_rows = world.rehearsal.workspace.files[message.files[0]["id"]]
    rows = list(csv.DictReader(io.StringIO((stored_rows.data or b"").decode("utf-8-sig"))))
    assert len(rows) >= len(stored_customers(world))
    assert not [cell for row in rows for cell in row.values() if cell and cell.startswith(FORMULA)]


async def test_hostile_customers_pass_through_every_screen(world: World) -> None:
    """Every screen shows them as text and mentions nobody."""
    for hostile in HOSTILE.values():
        customer = world.office.customer(clean_text(hostile, 200), owner=ANA, waited=200)
        log(world.office, customer, Result.TRIED, note=hostile, next_step=hostile, quote=hostile)
    await set_up_digest(world)
    seen = await look_everywhere(world, ANA, list(HOSTILE.values()))
    shown = " ".join(words(one) for one in seen)
    for part in ("<!channel> & <!here> sons", "<@U0KIRI>", "Half a character", "👩‍👩‍👧‍👦", "=HYPERLINK", "line break"):
        assert part in shown, part
    await no_formulas_in_export(world, ANA)


@pytest.mark.parametrize("what", HOSTILE)
async def test_hostile_words_are_typed_into_every_field_of_the_form(world: World, what: str) -> None:
    """The card shows the values as text, or the field shows an error."""
    ana, hostile = world.as_(ANA), HOSTILE[what]
    await ana.command("/customers add")
    form = await wait_for_modal(ana, "Add a customer")
    await ana.fill(form, customers_name=hostile[:150], customers_aliases=f"alias {hostile[:100]}")
    await ana.fill(form, customers_tags=hostile[:60], customers_preferences=hostile[:1000])
    await ana.fill(form, customers_contacts=f"{hostile[:80]}; buyer")
    errors = await ana.submit(form)
    assert_pings_nobody(await wait_for_modal(ana))
    assert len(stored_customers(world)) == (errors is None)
    assert errors is None or all(errors.values())
    assert all(customer.name == clean_text(hostile[:150], 200) for customer in stored_customers(world))


@pytest.mark.parametrize("name", ["   ", "\u200b\u200e", "\x00" * 50])
async def test_a_name_of_nothing_is_told_under_its_field(world: World, name: str) -> None:
    """A name of spaces and invisible characters is refused with a reason."""
    assert list(await name_errors(world, name) or {}) == ["customers.name"]
    assert stored_customers(world) == []


async def test_a_name_of_a_megabyte_is_cut(world: World) -> None:
    """A name that bypassed Slack's length check is cut."""
    assert await name_errors(world, "M" * 1_000_000) is None
    assert_pings_nobody(await wait_for_modal(world.as_(ANA), "Customer", "MMMM"))
    assert [one.name for one in stored_customers(world)] == ["M" * 199 + "…"]


async def name_errors(world: World, name: str) -> dict[str, str] | None:
    """Return the errors when Ana adds a customer with this name, of any length."""
    ana = world.as_(ANA)
    await ana.command("/customers add")
    form = await wait_for_modal(ana, "Add a customer")
    block = next(block for block in form.blocks if block["block_id"] == "customers.name")
    block["element"]["max_length"] = 2_000_000
    await ana.fill(form, customers_name=name)
    return await ana.submit(form)


@pytest.mark.slow
async def test_hostile_notes_and_reasons_are_kept_as_words(world: World) -> None:
    """Snooze reasons, hand-over notes and status reasons mention nobody."""
    ana, bob = world.as_(ANA), world.as_(BOB)
    world.rehearsal.control.limit_rates(False)
    for number, hostile in enumerate(HOSTILE.values()):
        customer = world.office.customer(f"Shop {number}", owner=ANA, waited=31)
        snooze(world.office, customer, note=hostile)
        card = await run_command(ana, f"/customers Shop {number}")
        assert card is not None
        await ana.choose(card, "customers.card_menu", "Status")
        form = await wait_for_modal(ana, "Status")
        await ana.fill(form, customers_status_choice="paused", customers_reason=hostile[:290])
        assert await ana.submit(form) is None
        assert_pings_nobody(await wait_for_modal(ana, "Customer", "paused"))
        await close_modals(ana)
        await ana.choose(card, "customers.card_menu", "Hand over")
        form = await wait_for_modal(ana, "Hand over")
        await ana.fill(form, customers_to=BOB, customers_note=hostile[:290])
        assert await ana.submit(form) is None
        await close_modals(ana)
    await world.rehearsal.control.move(timedelta(hours=6))  # to Bob's hours in New York
    await world.run_jobs()
    await wait_for_message(bob, "=HYPERLINK")
    for message in (*bob.sees(), *ana.sees()):
        assert_pings_nobody(message)


def hostile_list() -> bytes:
    """Return a list with every hostile name in every column and a row of spaces, without lone surrogates."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "owner", "alias", "contact name", "preferences", "tags"])
    for name in [*HOSTILE.values(), "   "]:
        writer.writerow([name, "ana@example.test", f"also {name}", name, name, name])
    return out.getvalue().encode("utf-8", "ignore")


async def upload_list(world: World, data: bytes) -> View:
    """Return the text of the modal after Mara uploads a list."""
    mara = world.as_(MARA)
    await close_modals(mara)
    await mara.command("/customers import")
    form = await wait_for_modal(mara, "Import customers")
    await mara.fill(form, customers_file=(f"{HOSTILE['everybody']}.csv", data))
    assert await mara.submit(form) is None
    answer = await mara.until(lambda me: _settled(me.modal()), 20)
    assert_pings_nobody(answer)
    return answer


async def test_hostile_cells_are_imported_and_looked_at(world: World) -> None:
    """The preview shows them as text; rows without a name or with a sentence as name are refused, others imported."""
    mara = world.as_(MARA)
    preview = await upload_list(world, hostile_list())
    assert "10 would be added" in words(preview)
    assert await mara.submit(preview) is None
    assert_pings_nobody(await wait_for_modal(mara, "Import customers", "10 added"))
    assert {one.name for one in stored_customers(world)} == {
        clean_text(name, 200) for name in HOSTILE.values() if len(name) < 200
    }
    await set_up_digest(world)
    await look_everywhere(world, MARA, list(HOSTILE.values())[:3])
    await no_formulas_in_export(world, MARA)


async def test_half_a_character_in_a_list_is_told_with_what_to_do(world: World) -> None:
    """A file with lone surrogates is refused with advice."""
    answer = await upload_list(world, b"name\nHalf \xed\xa0\x80 and \x81\n")
    assert "save it as" in words(answer)
    assert stored_customers(world) == []


async def test_hostile_peoples_and_channels_names_ping_nobody(world: World) -> None:
    """People and channels called <!channel> mention nobody on Home, in lists and in the digest."""
    control = world.rehearsal.control
    for number, (what, hostile) in enumerate(HOSTILE.items()):
        if what == "half a character":
            continue  # Slack itself speaks UTF-8
        person = await control.join_team(f"p{number}", id=f"U0P{number}", real_name=hostile[:400], tz="Europe/Lisbon")
        await wait_for_person(world, person.id)
        world.office.customer(f"Shop {number}", owner=person.id, waited=200)
    control.add_channel(HOSTILE["a formula"], id="C0ODD", members=[MARA])
    await set_up_digest(world, "C0ODD")
    seen = await look_everywhere(world, MARA, list(HOSTILE.values()))
    shown = " ".join(words(one) for one in seen)
    for part in ("Shop 0", "<!channel> & <!here> sons", "=HYPERLINK"):
        assert part in shown, part


def _settled(view: View | None) -> View | None:
    """Return whether the modal is neither the upload form nor the progress view."""
    waits = view is None or "One moment" in words(view) or "List" in [label for _, label in texts(view.blocks)]
    return None if waits else view

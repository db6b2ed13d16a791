"""Any text after a command, and any forged value of a button, gets an answer and changes nothing."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from bot.core.clock import new_id
from bot.core.runtime import Runtime
from bot.workspaces.usecases import install_workspace
from rehearsal.fields import ActorError
from rehearsal.state.inputs import iter_elements
from rehearsal.state.messages import Message
from rehearsal.state.views import View
from tests.hostile.screens import (
    assert_pings_nobody,
    close_modals,
    open_home,
    run_command,
    set_up_digest,
    wait_for_message,
    wait_for_modal,
    words,
)
from tests.makers import ANA, BOB, LONG_AGO, MARA, add_customer, add_person
from tests.promises.helpers import promise
from tests.world import World, open_world

GARBAGE = {
    "backticks": "```",
    "four thousand characters": "x" * 4000,
    "only emoji": "🥐👩‍👩‍👧‍👦🇵🇹",
    "a negative number": "-1",
    "SQL": "'; DROP TABLE customers; --",
    "wildcards": "%_%\\",
    "nobody": "<@U0NOBODY>",
    "an empty mention": "<@>",
    "a channel": "<#C0NONE|none>",
    "an option": "--help",
    "escapes": "&lt;!channel&gt; &amp;amp;",
    "invisible": "\u200b\u202e\u2066",
    "JSON": '{"kind": "customer", "id": []}',
    "a path": "../../etc/passwd\x00",
}
FORGED = ("", "not JSON {", "null", "[]", "-1", "team -5", "team 99999999999", "\x00", "9" * 1900, "<!channel>")
QUIET = {"outbox", "inbox", "heartbeats", "people"}  # what the bot notes by itself
OTHER = "T0OTHER"
REFUSED = ".refused"  # what the audit trail says of a command or press that changed nothing


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Run the bot against the rehearsal, with one neglected customer."""
    async with open_world(sqlite_url) as opened:
        opened.rehearsal.control.limit_rates(False)
        bakery = opened.office.customer("Bakery", owner=ANA, waited=200)
        promise(opened.office, bakery, due_on=date(2026, 12, 31), by=BOB)
        opened.office.customer("Pool", waited=100)
        yield opened


def stored_rows(runtime: Runtime) -> dict[str, list[str]]:
    """Return all rows that people's actions could have changed."""
    found = {}
    with runtime.database.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if table.name not in QUIET:
                rows = (repr(tuple(row)) for row in connection.execute(sa.select(table)))
                found[table.name] = sorted(row for row in rows if REFUSED not in row)
        connection.rollback()
    return found


@pytest.mark.parametrize(
    "command",
    [
        "/checkin",
        "/customers",
        "/customers edit",
        "/customers add",
        "/neglected",
        "/evenhand",
        "/promise",
        "/promise list",
        "/escalate",
        "/escalate list",
    ],
)
async def test_garbage_after_a_command_is_answered_civilly(world: World, command: str) -> None:
    """A command with garbage gets a sentence, a list or a form, without technical details or changes."""
    before = stored_rows(world.runtime)
    for person in (ANA, MARA):
        actor = world.as_(person)
        for what, garbage in GARBAGE.items():
            message = await run_command(actor, f"{command} {garbage}")
            shown = words(message) if message else words(await wait_for_modal(actor))
            assert shown.strip(), (command, what)
            assert "Reference" not in shown, (command, what, shown)
    assert stored_rows(world.runtime) == before


@pytest.mark.slow
async def test_forged_values_of_every_button_change_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Forged values of all buttons and menus change nothing."""
    before, ana = await _with_screens(world), world.as_(ANA)
    others = await _another_workspaces_customer(world)
    for value in (*FORGED, str(new_id()), others, f"{others} {ANA} team 0", f"week:{others}"):
        for where in await _screens(world):
            for target in list(iter_elements(where.blocks)):
                with suppress(ActorError):  # the press before it has changed this screen
                    await _forge(ana, where, target, value)
    said = capsys.readouterr().out
    assert "listener.failed" not in said
    assert "unexpected" not in said
    assert _of_ours(world, before)


@pytest.mark.slow
async def test_forged_memories_of_every_window_change_nothing(world: World) -> None:
    """A form with forged `private_metadata` gets a sentence and changes nothing."""
    before, ana = await _with_screens(world), world.as_(ANA)
    others = await _another_workspaces_customer(world)
    opened = (("/checkin", "checkins.more", "Snooze"), ("/checkin", "checkins.more", "Hand over"))
    memories = (*FORGED, json.dumps({"customer_id": others}), json.dumps({"customer": others}), '{"origin": 7}')
    for command, menu, wish in opened:
        for memory in memories:
            message = await run_command(ana, command)
            assert message is not None
            option = next(o["text"]["text"] for s in iter_elements(message.blocks) if s.element["action_id"] == menu
                          for o in s.element["options"] if o["text"]["text"].startswith(wish))  # fmt: skip
            await ana.choose(message, menu, option)
            form = await wait_for_modal(ana, wish.split()[0] if wish.startswith("Snooze") else wish)
            form.payload["private_metadata"] = memory[:3000]
            if wish == "Hand over":
                await ana.fill(form, checkins_to="bob")
            errors = await ana.submit(form)
            assert errors, (wish, memory)
            await close_modals(ana)
    assert _of_ours(world, before)


async def _with_screens(world: World) -> dict[str, list[str]]:
    await set_up_digest(world)
    await world.move(days=3)
    await wait_for_message(world.as_(ANA), "to hear from you")
    return stored_rows(world.runtime)


async def _another_workspaces_customer(world: World) -> str:
    with world.runtime.database.transaction(OTHER) as session:
        install_workspace(session, name="Theirs", bot_user_id="U0BOT", zone="UTC", now=LONG_AGO)
        add_person(session, ANA, "Their Ana")
        return str(add_customer(session, "Theirs", owner=ANA, last_contact_on=LONG_AGO.date()).id)


def _of_ours(world: World, before: dict[str, list[str]]) -> bool:
    """Return whether our rows are the same as before the other workspace was added."""
    for name, rows in stored_rows(world.runtime).items():
        ours = [row for row in rows if OTHER not in row]
        assert ours == before[name], name
    return True


async def _screens(world: World) -> list[Message | View]:
    ana = world.as_(ANA)
    shown: list[Message | View] = [
        await open_home(ana),
        await wait_for_message(ana, "to hear from you"),
        await wait_for_message(ana, "in cadence"),
    ]
    for command in (
        "/checkin",
        "/customers",
        "/customers pool",
        "/neglected team",
        "/customers bakery",
        "/checkin zzz",
        "/promise list team",
    ):
        message = await run_command(ana, command)
        if message is not None:
            shown.append(message)
    return shown


async def _forge(actor: Any, where: Message | View, target: Any, value: str) -> None:
    """Press a button or choose in a menu with a forged value."""
    element = target.element
    if element["type"] == "button" and not element.get("url"):
        kept, element["value"] = element.get("value"), value
        await actor.press(where, element["action_id"], block_id=target.block["block_id"], value=value)
        element["value"] = kept
    elif element["type"] == "overflow":
        option = element["options"][0]
        kept, option["value"] = option["value"], value[:150]
        await actor.choose(where, element["action_id"], option["text"]["text"], block_id=target.block["block_id"])
        option["value"] = kept
    if view := actor.modal():
        assert_pings_nobody(view)
        await close_modals(actor)

"""Modals: the request is acknowledged first, and a trigger that has expired can be renewed by a button."""

import ast
from collections.abc import AsyncIterator

import pytest

from bot.slack.again import AGAIN, LATE
from rehearsal.wire.delivery import ACK_SECONDS
from tests.makers import ANA, BOB, KIRI, MARA, ROOT
from tests.world import ENOUGH_ACKS, SLOWEST_ACK_SECONDS, World, open_world

SLOW_SECONDS = ACK_SECONDS + 0.5


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot against the rehearsal, with one customer."""
    async with open_world(sqlite_url) as opened:
        opened.office.customer("Acme", owner=ANA)
        yield opened


def test_only_one_place_opens_modals() -> None:
    """It acknowledges first, so that no listener can open a modal before that."""
    openers = ("views_open", "views_push")
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in openers
    }
    assert found == {"bot/slack/callers.py"}


@pytest.mark.parametrize(
    "command",
    ["/checkin acme", "/escalate acme", "/promise acme", "/assign acme", "/customers add", "/evenhand setup"],
)
async def test_a_command_is_acknowledged_though_slack_is_slow_to_open_its_window(world: World, command: str) -> None:
    """Nobody reads `operation_timeout`, and the modal opens."""
    world.rehearsal.control.faults.slow("views.open", SLOW_SECONDS)
    mara = world.as_(MARA)
    outcome = await mara.command(command)
    assert outcome.acked
    assert outcome.messages == []
    assert (await mara.modal_opened()).payload["submit"]


async def test_an_expired_trigger_of_a_command_gets_a_button_that_opens_the_form(world: World) -> None:
    """The form opens as the command would have opened it, for the same customer."""
    world.rehearsal.control.faults.next("views.open", error="expired_trigger_id")
    ana = world.as_(ANA)
    reply = await (await ana.command("/checkin acme")).reply()
    assert reply.text == LATE
    await ana.press(reply, AGAIN)
    view = await ana.modal_opened("Check-in")
    await ana.fill(view, checkins_result="We talked")
    assert await ana.submit(view) is None
    assert "Acme" in (await ana.until(lambda me: next((m for m in me.sees() if "next" in m.text), None))).text


async def test_an_expired_trigger_of_a_button_gets_a_button_that_opens_the_form(world: World) -> None:
    """A button in an answer is repeated with the row it belongs to."""
    ana = world.as_(ANA)
    card = await (await ana.command("/customers acme")).reply()
    world.rehearsal.control.faults.next("views.open", error="expired_trigger_id")
    outcome = await ana.choose(card, "customers.card_menu", "Edit")
    assert outcome
    reply = await outcome.reply()
    assert reply.text == LATE
    await ana.press(reply, AGAIN)
    assert (await ana.modal_opened()).payload["callback_id"] == "customers.save_edit"


async def test_an_expired_trigger_of_a_shortcut_gets_a_direct_message(world: World) -> None:
    """A shortcut has no address to answer to; a repeated command that has an answer gives it."""
    ana = world.as_(ANA)
    world.rehearsal.control.faults.next("views.open", error="expired_trigger_id")
    await ana.shortcut("checkins.record")
    message = await ana.until(lambda me: next((one for one in me.dm() if one.text == LATE), None))
    world.office.customer("Acme Two", owner=ANA)
    await ana.press(message, AGAIN)
    assert (await ana.modal_opened()).title == "Check-in"


async def test_a_morning_of_commands_is_acknowledged_within_a_second(world: World) -> None:
    """Nineteen in twenty of them, by four people, with answers and with windows that Slack is slow to open."""
    commands = ("/checkin", "/checkin acme", "/customers acme", "/promise list", "/escalate acme", "/evenhand help")
    world.rehearsal.control.limit_rates(on=False)
    world.rehearsal.control.faults.slow("views.open", SLOW_SECONDS / 10, times=16)
    for command in commands:
        for person in (ANA, BOB, KIRI, MARA):
            actor = world.as_(person)
            actor.response_timeout = 0.0
            for _ in range(2):
                assert (await actor.command(command)).acked
    assert len(world.rehearsal.wire.delivery.ack_times) >= ENOUGH_ACKS
    assert world.rehearsal.ack_time() < SLOWEST_ACK_SECONDS

"""More check-in stories: other features' messages, two windows, others' logs, mutes; the main ones over HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core.schemas import Subject
from bot.people.rules import Mute
from bot.people.tables import Person
from tests.checkins.office import last_contact, row_of
from tests.checkins.test_stories import entries, reads, reminded, snoozed, told, window, words
from tests.hostile.screens import set_up_digest
from tests.makers import ANA, BOB, MARA, WORKSPACE
from tests.world import World, open_world


@pytest.fixture
async def called(sqlite_url: str) -> AsyncIterator[World]:
    """The bot called over signed HTTP."""
    async with open_world(sqlite_url, http=True) as made:
        yield made


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


async def test_what_is_logged_from_another_features_message_is_told_to_who_did_it(world: World) -> None:
    """A message to everybody stays as its feature drew it; *Undo* stands in the answer, which only Bob sees."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=92)
    await set_up_digest(world)
    await world.move(days=3)
    bob = world.as_(BOB)
    digest = await told(bob, "in cadence")
    row = next(block for block in digest.blocks if block.get("block_id") == f"digests.row:{bakery}")
    subject = Subject(kind="digest_row", id=str(bakery), customer_id=bakery, words="Bakery")
    row["accessory"] |= {"action_id": "checkins.log", "value": subject.model_dump_json()}
    before = words(digest.blocks)
    await bob.press(digest, "checkins.log")
    assert await bob.submit(await window(bob, "Check-in")) is None
    answer = await told(bob, "Bakery: talked")
    assert (answer.ephemeral_to, words(digest.blocks)) == (BOB, before)
    assert [entry.by for entry in entries(world, bakery)] == [BOB]
    await bob.press(answer, "checkins.undo")
    await told(bob, "Undone. Bakery is as it was")


async def test_a_row_that_somebody_else_logged_says_by_whom(world: World) -> None:
    """Mara logs Ana's customer; Ana's reminder tells so at its next redrawing."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    world.office.customer("Golddex", owner=ANA, waited=31)
    ana, mara = world.as_(ANA), world.as_(MARA)
    message = await reminded(world)
    await mara.command("/checkin bakery")
    assert await mara.submit(await window(mara, "Check-in")) is None
    await told(mara, "Bakery: talked")
    await ana.choose(message, "checkins.more", "Tried", index=1)
    shown = await reads(ana, message, "✓ Bakery · talked")
    assert MARA in shown
    assert last_contact(world.office, bakery) == world.now.date()


async def test_reminders_that_are_muted_dont_come_and_the_queue_is_there(world: World) -> None:
    """Who wants no reminder asks /checkin instead."""
    world.office.customer("Bakery", owner=ANA, waited=47)
    with world.runtime.database.transaction(WORKSPACE) as session:
        session.get_one(Person, (WORKSPACE, ANA)).mutes = [Mute.REMINDERS.value]
    await world.run_jobs()
    await world.move(days=1)
    ana = world.as_(ANA)
    assert not any("to hear from you" in message.text for message in ana.dm())
    assert (await ana.command("/checkin")).text == "Your queue: 1 neglected"


async def test_two_windows_for_one_customer_keep_both_check_ins(world: World) -> None:
    """A card over the queue, a form over the card: the second form is saved beside the first."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    [queue] = (await ana.command("/checkin")).messages
    await ana.press(queue, "checkins.log", value=str(bakery))
    first = await window(ana, "Check-in")
    await ana.fill(first, checkins_note="first")
    assert await ana.submit(first) is None
    await ana.command("/checkin bakery")
    second = await window(ana, "Check-in")
    await ana.fill(second, checkins_note="second")
    assert await ana.submit(second) is None
    await told(ana, "Bakery: talked")
    assert sorted(entry.note for entry in entries(world, bakery)) == ["first", "second"]


async def test_over_http_the_reminder_is_logged_and_undone_in_place(called: World) -> None:
    """As in Socket Mode."""
    bakery = called.office.customer("Bakery Lindqvist", owner=ANA, waited=47)
    ana = called.as_(ANA)
    message = await reminded(called)
    await ana.press(message, "checkins.log", value=str(bakery))
    form = await window(ana, "Check-in")
    await ana.fill(form, checkins_note="waiting for the invoice fix")
    assert await ana.submit(form) is None
    await reads(ana, message, "✓ Bakery Lindqvist · talked · next 23 Dec")
    await ana.press(message, "checkins.undo")
    await reads(ana, message, "*Bakery Lindqvist* · 47 days (every 30)")
    assert entries(called, bakery)[0].undone_at


async def test_over_http_the_queue_is_answered_in_the_ack_and_snoozed_from(called: World) -> None:
    """Put off for a week, and woken again."""
    bakery = called.office.customer("Bakery", owner=ANA, waited=31)
    ana = called.as_(ANA)
    outcome = await ana.command("/checkin", "general")
    assert outcome.text == "Your queue: 1 due"
    await snoozed(ana, outcome.messages[0])
    await reads(ana, outcome.messages[0], "✓ Bakery · snoozed until 30 Nov")
    assert row_of(called.office, bakery).snoozed_until == called.now.date() + timedelta(days=7)
    await ana.press(outcome.messages[0], "checkins.wake")
    await reads(ana, outcome.messages[0], "✓ Bakery · awake again")


async def test_over_http_a_message_is_logged_with_its_words(called: World) -> None:
    """The shortcut on a colleague's message."""
    bakery = called.office.customer("Bakery", owner=ANA, waited=47)
    ana, bob = called.as_(ANA), called.as_(BOB)
    said = await bob.say("general", "Bakery wrote: late again")
    await ana.shortcut("checkins.log_message", said)
    form = await window(ana, "Check-in")
    await ana.choose(form, "customers.options", "Bakery")
    await ana.choose(form, "checkins.result", "They contacted us")
    await reads(ana, form, "Next contact due")
    assert await ana.submit(form) is None
    await told(ana, "Bakery: they contacted us")
    assert entries(called, bakery)[0].quote == "Bakery wrote: late again"

"""Saying things to the bot over the wire: what the buttons do, who may press them, where it answers."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import select

from bot.checkins.queries.history import list_entries
from bot.conversations.listeners import NOT_HERE, is_said
from bot.conversations.tables import Note
from bot.customers.queries.screens import get_card
from bot.escalations.queries import get_list as list_problems
from bot.followups.queries import get_list as list_followups
from bot.promises.queries import get_list as list_promises
from rehearsal.state.messages import Message
from tests.checkins.test_stories import told, window, words
from tests.conversations.talk import PATIENCE, answer, buttons
from tests.escalations.helpers import escalate
from tests.makers import ANA, BOB, MARA
from tests.promises.helpers import promise
from tests.world import World

HAPPY = "talked to Bakery Lindqvist, they are happy with the invoice"


async def stands(world: World, message: Message, text: str) -> None:
    """Wait until a message begins with *text*."""
    await world.as_(ANA).until(lambda _: message.text.startswith(text), timeout=PATIENCE)


def entries(world: World, customer: Any) -> list[Any]:
    """The check-ins of a customer."""
    return list(world.office.look(lambda session: list_entries(session, customer_id=customer)))


async def test_a_check_in_is_saved_by_a_press_once_and_undone(world: World) -> None:
    """Said, saved, saved again, undone: one check-in, then none that counts."""
    lindqvist = world.office.customer("Bakery Lindqvist", owner=ANA, waited=47)
    ana = world.as_(ANA)
    message = await answer(world, HAPPY)
    assert entries(world, lindqvist) == []
    await ana.press(message, "conversations.save")
    await stands(world, message, '✓ We talked with Bakery Lindqvist today: "they are happy with the invoice". Next')
    [entry] = entries(world, lindqvist)
    assert (entry.by, entry.result, entry.note) == (ANA, "talked", "they are happy with the invoice")
    assert entry.happened_on == date(2026, 11, 23)
    await ana.press(message, "conversations.undo")
    await stands(world, message, "Undone: Bakery Lindqvist is as it was.")
    assert buttons(message) == []


async def test_pressing_twice_counts_once(world: World) -> None:
    """The second press finds the first one's save."""
    acme = world.office.customer("Acme", owner=ANA, waited=31)
    ana = world.as_(ANA)
    message = await answer(world, "called Acme")
    blocks = message.blocks
    await ana.press(message, "conversations.save")
    await stands(world, message, "✓ We talked with Acme today.")
    message.blocks = blocks  # a screen that isn't redrawn yet
    await ana.press(message, "conversations.save")
    await stands(world, message, "✓ We talked with Acme today.")
    assert len(entries(world, acme)) == 1


async def test_change_opens_the_check_in_form_filled_in(world: World) -> None:
    """What it saves stands in the place of the proposal, which is settled then."""
    acme = world.office.customer("Acme", owner=ANA, waited=31)
    ana = world.as_(ANA)
    message = await answer(world, "met Acme yesterday, they want more")
    await ana.press(message, "conversations.change")
    form = await window(ana, "Check-in")
    shown = str(form.blocks)
    assert "they want more" in shown
    assert "'initial_date': '2026-11-22'" in shown
    assert "'value': 'meeting'" in shown
    await ana.fill(form, checkins_note="they want twenty", checkins_mood="Content")
    assert await ana.submit(form) is None
    await stands(world, message, '✓ We met Acme yesterday: "they want twenty". Next contact')
    [entry] = entries(world, acme)
    assert (entry.note, entry.channel, entry.mood) == ("they want twenty", "meeting", "content")
    await ana.press(message, "conversations.undo")
    await stands(world, message, "Undone: Acme is as it was.")


async def test_not_this_customer_offers_the_others_and_a_menu(world: World) -> None:
    """The one that is chosen takes its place; the day is stated anew."""
    world.office.customer("Acme", owner=ANA, waited=31)
    acmena, harbour = world.office.customer("Acmena", owner=ANA, waited=31), world.office.customer("Harbour Bikes")
    ana = world.as_(ANA)
    message = await answer(world, "talked to Acme: all fine")
    await ana.press(message, "conversations.not_this")
    await stands(world, message, 'Which customer is it about? You said: "all fine"')
    assert buttons(message) == ["Acmena", "Not now"]
    await ana.press(message, f"conversations.customer:{acmena}")
    await stands(world, message, 'We talked with Acmena today: "all fine".')
    await ana.press(message, "conversations.not_this")
    await stands(world, message, "Which customer is it about?")
    await ana.choose(message, "customers.options", "Harbour Bikes")
    await stands(world, message, 'We talked with Harbour Bikes today: "all fine".')
    await ana.press(message, "conversations.save")
    await stands(world, message, "✓ We talked with Harbour Bikes")
    assert (len(entries(world, harbour)), len(entries(world, acmena))) == (1, 0)


async def test_an_unknown_name_can_be_added_or_left(world: World) -> None:
    """*Not now* saves nothing, and says so."""
    ana = world.as_(ANA)
    message = await answer(world, "called Zebra Prints, fine")
    assert message.text.startswith("No customer is called Zebra Prints.")
    assert buttons(message) == ["Add Zebra Prints", "Not now"]
    await ana.press(message, "customers.add")
    assert "Zebra Prints" in str((await window(ana, "Add a customer")).blocks)
    await ana.close(ana.modal())
    await ana.press(message, "conversations.drop")
    await stands(world, message, "Fine, nothing is saved.")


async def test_a_day_that_can_be_two_is_asked_for(world: World) -> None:
    """The button's day counts."""
    acme = world.office.customer("Acme", owner=ANA, waited=31)
    ana = world.as_(ANA)
    message = await answer(world, "spoke to Acme on monday")
    await ana.press(message, "conversations.day:2026-11-16")
    await stands(world, message, "We talked with Acme on Mon 16 Nov.")
    await ana.press(message, "conversations.save")
    await stands(world, message, "✓ We talked with Acme on Mon 16 Nov.")
    assert entries(world, acme)[0].happened_on == date(2026, 11, 16)


async def test_a_follow_up_to_oneself_is_saved_with_its_own_buttons(world: World) -> None:
    """From then on it is drawn as every follow-up is."""
    world.office.customer("Acme", owner=BOB)
    ana = world.as_(ANA)
    message = await answer(world, "remind me to call Acme about the invoice on friday")
    await ana.press(message, "conversations.save")
    await stands(world, message, "Acme: call them about the invoice, by Fri 27 Nov.")
    [row] = world.office.ask(list_followups, whose=f"p-{ANA}", viewer=ANA, page=0).rows
    assert (row.what, row.due_on, row.given_by) == ("call them about the invoice", date(2026, 11, 27), ANA)
    assert "Done" in buttons(message)


async def test_a_promise_without_a_day_is_written_down_through_the_form(world: World) -> None:
    """*Another day…* opens it, filled in; errors stand under their fields."""
    world.office.customer("Acme", owner=ANA)
    ana = world.as_(ANA)
    message = await answer(world, "promised Acme the new price list")
    assert buttons(message) == ["Tue 24 Nov", "Mon 30 Nov", "Another day…", "Not this customer"]
    await ana.press(message, "conversations.change")
    form = await window(ana, "Promise")
    assert "the new price list" in str(form.blocks)
    await ana.pick_date(form, "promises.due", "2026-11-20")
    assert await ana.submit(form) == {"promises.due": "That day is over; choose today or a later one."}
    await ana.pick_date(form, "promises.due", "2026-11-27")
    assert await ana.submit(form) is None
    await stands(world, message, "Acme: “the new price list”")
    assert [one.what for one in world.office.ask(list_promises, whose="team", viewer=ANA, page=0).rows] == [
        "the new price list"
    ]


async def test_a_problem_opens_its_form(world: World) -> None:
    """How bad it is has to be said; the message then shows its clock."""
    world.office.customer("Acme", owner=ANA)
    ana = world.as_(ANA)
    message = await answer(world, "problem at Acme: the line stands still")
    await ana.press(message, "conversations.change")
    form = await window(ana, "Record a problem")
    await ana.fill(form, escalations_severity="stops")
    assert await ana.submit(form) is None
    await ana.until(lambda _: "stops their work" in words(message.blocks), timeout=PATIENCE)
    [row] = world.office.ask(list_problems, whose="team", viewer=ANA, page=0).rows
    assert row.what == "the line stands still"
    await ana.press(message, "escalations.answer")
    assert await window(ana, "Answered")


async def test_a_reply_to_a_reminder_is_a_note_after_a_press(world: World) -> None:
    """To the one customer in it; it stands in the customer's history, and can be undone."""
    lindqvist = world.office.customer("Bakery Lindqvist", owner=ANA, waited=47)
    ana = world.as_(ANA)
    await world.run_jobs()
    reminder = await told(ana, "to hear from you")
    message = await answer(world, "they moved to the harbour", thread=reminder.ts)
    assert message.text == 'Save this as a note to Bakery Lindqvist? "they moved to the harbour"'
    assert buttons(message) == ["Save", "Not now"]
    await ana.press(message, "conversations.save")
    await stands(world, message, '✓ Noted for Bakery Lindqvist: "they moved to the harbour"')
    card = world.office.ask(get_card, customer_id=lindqvist, viewer=BOB, features=world.runtime.features)
    assert "Ana Lima noted: they moved to the harbour" in [line.text for line in card.timeline]
    assert entries(world, lindqvist) == []
    await ana.press(message, "conversations.undo")
    await stands(world, message, "Undone: Bakery Lindqvist is as it was.")
    assert world.office.look(lambda session: session.exec(select(Note)).all()) == []


async def test_a_reply_to_a_reminder_of_several_customers_asks_which(world: World) -> None:
    """Words that ask for something are no note, and a pronoun means the customers of the reminder."""
    for name in ("Acme", "Golddex"):
        world.office.customer(name, owner=ANA, waited=47)
    ana = world.as_(ANA)
    await world.run_jobs()
    reminder = await told(ana, "to hear from you")
    message = await answer(world, "they moved", thread=reminder.ts)
    assert message.text == 'Which customer is this note about? You said: "they moved"'
    assert buttons(message) == ["Acme", "Golddex", "Not now"]
    named = await answer(world, "golddex moved to the harbour", thread=reminder.ts)
    assert named.text == 'Save this as a note to Golddex? "golddex moved to the harbour"'
    talked = await answer(world, "talked to them, all fine", thread=reminder.ts)
    assert talked.text == 'Which customer is it about? You said: "all fine"'
    assert (await answer(world, "thanks", thread=reminder.ts)).text == "You're welcome."


async def test_a_reply_to_a_morning_message_is_about_whatever_stands_in_it(world: World) -> None:
    """A problem, a promise, a customer: those three are meant, in that order."""
    world.office.customer("Acme", owner=ANA, waited=47)
    bakery = world.office.customer("Bakery Lindqvist", owner=ANA, waited=3)
    promise(world.office, bakery, due_on=date(2026, 11, 24))
    escalate(world.office, world.office.customer("Golddex", owner=ANA, waited=3))
    await world.move_to(datetime(2026, 11, 24, 9, tzinfo=UTC))
    morning = await told(world.as_(ANA), "one promise is due")
    message = await answer(world, "they moved", thread=morning.ts)
    assert message.text == 'Which customer is this note about? You said: "they moved"'
    assert buttons(message) == ["Golddex", "Bakery Lindqvist", "Acme", "Not now"]
    await world.as_(ANA).press(message, f"conversations.customer:{bakery}")
    await stands(world, message, 'Save this as a note to Bakery Lindqvist? "they moved"')
    await world.as_(ANA).press(message, "conversations.save")
    await stands(world, message, '✓ Noted for Bakery Lindqvist: "they moved"')


async def test_only_who_said_it_may_press(world: World) -> None:
    """A colleague in the channel reads why; nothing is saved."""
    acme = world.office.customer("Acme", owner=ANA, waited=31)
    channel = world.rehearsal.workspace.find_channel("#general")
    channel.members.add(world.rehearsal.workspace.bot.id)
    bot = world.rehearsal.workspace.bot.name
    message = await answer(world, f"@{bot} talked to Acme: fine", channel="general")
    assert message.text.startswith('We talked with Acme today: "fine".')
    bob = world.as_(BOB)
    await bob.press(message, "conversations.save")
    refused = await bob.until(lambda me: next((one for one in me.sees(channel) if one.ephemeral_to == BOB), None))
    assert refused.text == "Only Ana Lima can press that; say it to me yourself."
    assert entries(world, acme) == []


async def test_what_is_told_about_customers_in_a_channel_is_for_one_person(world: World) -> None:
    """The queue and a card are seen by who asked; where outsiders read, the answer is a direct message."""
    world.office.customer("Acme", owner=ANA, waited=31)
    workspace = world.rehearsal.workspace
    channel = workspace.find_channel("#general")
    channel.members.add(workspace.bot.id)
    ana = world.as_(ANA)
    await ana.say(channel, f"@{workspace.bot.name} what about Acme")
    card = await ana.until(lambda me: next((one for one in me.sees(channel) if one.bot_id), None), timeout=PATIENCE)
    assert (card.ephemeral_to, card.text) == (ANA, "Acme: We last talked 31 days ago.")
    channel.is_ext_shared = True
    await ana.say(channel, f"@{workspace.bot.name} what about Acme")
    direct = await told(ana, NOT_HERE)
    assert direct.text == "Acme: We last talked 31 days ago."
    assert len([one for one in ana.sees(channel) if one.bot_id]) == 1


async def test_a_message_that_comes_twice_is_answered_once(world: World) -> None:
    """Slack repeats an event; edits, files without words and the bot's own messages are answered once or not at all."""
    ana = world.as_(ANA)
    world.rehearsal.control.faults.duplicate_delivery(2)
    await answer(world, "thanks")
    await world.rehearsal.drain()
    assert len([one for one in ana.dm() if one.bot_id and one.thread_ts]) == 1


async def test_who_may_not_read_customers_is_told_why(world: World) -> None:
    """A guest gets a sentence, not silence."""
    world.office.customer("Acme")
    world.rehearsal.control.add_person("gus", id="U0GUS", real_name="Gus Guest", is_restricted=True)
    await world.run_jobs()
    message = await answer(world, "what about Acme", by="U0GUS")
    assert message.text
    assert "Acme" not in message.text


async def test_a_slash_command_opens_what_a_part_of_a_name_means(world: World) -> None:
    """`/checkin harbour`, `/customers harb` and `/promise bikes …`."""
    world.office.customer("Harbour Bikes", owner=ANA, waited=31)
    mara = world.as_(MARA)
    await mara.command("/checkin harbour")
    assert "Harbour Bikes" in str((await window(mara, "Check-in")).blocks)
    await mara.close(mara.modal())
    assert (await mara.command("/customers harb")).text.startswith("Harbour Bikes:")
    await mara.command("/promise bikes friday the new price list")
    form = await window(mara, "Promise")
    assert "“bikes” is Harbour Bikes, isn't it?" in words(form.blocks)
    await mara.close(mara.modal())
    outcome = await mara.command("/assign ana Harbour Bikes tomorrow demo")
    assert outcome.text == "Ana Lima has it: Harbour Bikes: demo, by Tue 24 Nov."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, True),
        ({"subtype": "file_share"}, True),
        ({"subtype": "message_changed"}, False),
        ({"subtype": "message_deleted", "hidden": True}, False),
        ({"bot_id": "B1"}, False),
        ({"user": "USLACKBOT"}, False),
        ({"user": None}, False),
        ({"channel_type": "channel"}, False),
        ({"type": "app_mention", "channel_type": None}, True),
        ({"type": "app_mention"}, False),
    ],
)
def test_only_what_a_person_says_to_the_bot_is_answered(changes: dict[str, Any], said: bool) -> None:
    """Edits, deletions, other bots and messages of channels aren't; a mention in a direct message counts once."""
    assert is_said({"type": "message", "channel_type": "im", "user": ANA, **changes}) is said


async def test_an_answer_waits_when_slack_asks_to_wait(world: World) -> None:
    """It is posted once more after the pause."""
    world.rehearsal.control.faults.next("chat.postMessage", status=429, retry_after=1)
    assert (await answer(world, "thanks")).text == "You're welcome."

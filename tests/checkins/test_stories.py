"""Check-ins over the wire: the real bot in a rehearsal workspace, people acting on what they see."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.checkins.queries.history import list_entries
from bot.core.clock import new_id
from bot.customers.rules.due import SnoozeReason
from rehearsal.actor import Actor
from rehearsal.state.messages import Message
from rehearsal.state.views import View
from tests.checkins.office import go_away, row_of
from tests.makers import ANA, BOB, KIRI, MARA
from tests.world import World


def words(blocks: list[dict[str, Any]]) -> str:
    """What can be read in blocks, buttons too."""
    found: list[str] = []
    for block in blocks:
        found += [block["text"]["text"]] if isinstance(block.get("text"), dict) else []
        for element in (*block.get("elements", ()), block.get("accessory") or {}):
            text = element.get("text") or ""
            found.append(text["text"] if isinstance(text, dict) else text)
    return "\n".join(found)


async def reads(actor: Actor, where: Message | View, text: str) -> str:
    """What stands there, once it says *text*."""
    return await actor.until(lambda _: words(where.blocks) if text in words(where.blocks) else None)


async def told(actor: Actor, text: str) -> Message:
    """The latest message on somebody's screen that says *text*, waited for."""

    def look(me: Actor) -> Message | None:
        return next((one for one in reversed(me.sees()) if text in one.text or text in words(one.blocks)), None)

    return await actor.until(look)


async def reminded(world: World, person: str = ANA) -> Message:
    """That person's reminder, once it is there."""
    await world.run_jobs()
    return await told(world.as_(person), "to hear from you")


async def window(actor: Actor, title: str) -> View:
    """The window on top, once it has this title."""
    return await actor.modal_opened(title)


async def until(world: World, schema: Callable[[], bool]) -> None:
    """Wait until something is so in the database."""
    for _ in range(500):
        if schema():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"It was not so at {world.now}.")


def entries(world: World, customer: UUID) -> list[Any]:
    """The check-ins of a customer."""
    return list(world.office.look(lambda session: list_entries(session, customer_id=customer)))


async def test_logging_from_the_reminder_changes_its_row_and_undo_brings_it_back(world: World) -> None:
    """`✓ Bakery Lindqvist · talked · next 23 Dec · Undo`; the other row stays."""
    bakery = world.office.customer("Bakery Lindqvist", owner=ANA, waited=47)
    world.office.customer("Golddex", owner=ANA, waited=40)
    ana = world.as_(ANA)
    message = await reminded(world)
    assert message.text == "Bakery Lindqvist and one more customer wait to hear from you."
    await ana.press(message, "checkins.log", value=str(bakery))
    form = await window(ana, "Check-in")
    await ana.fill(form, checkins_note="waiting for the invoice fix", checkins_mood="Uneasy")
    assert await ana.submit(form) is None
    shown = await reads(ana, message, "✓ Bakery Lindqvist · talked · next 23 Dec")
    assert "Golddex" in shown
    assert message.text == "Golddex waits to hear from you."
    assert ana.modal() is None
    [entry] = entries(world, bakery)
    assert (entry.note, entry.mood, entry.channel) == ("waiting for the invoice fix", "uneasy", "call")
    await ana.press(message, "checkins.undo")
    await reads(ana, message, "*Bakery Lindqvist* · 47 days (every 30)")
    assert entries(world, bakery)[0].undone_at


async def test_the_form_tells_the_next_date_as_it_changes_and_refuses_a_day_to_come(world: World) -> None:
    """An attempt keeps the clock running; the error stands under the day's field, and nothing is lost."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    await ana.command("/checkin bakery")
    form = await window(ana, "Check-in")
    assert "47 days since the last contact" in words(form.blocks)
    assert "Next contact due Wed 23 Dec 2026 (every 30 days)" in words(form.blocks)
    await ana.fill(form, checkins_note="left a message")
    await ana.choose(form, "checkins.result", "tried")
    await reads(ana, form, "The clock keeps running: an attempt isn't a contact yet.")
    await ana.pick_date(form, "checkins.when", "2026-11-24")
    await reads(ana, form, "That day is still to come")
    assert await ana.submit(form) == {"checkins.when": "That day is still to come; choose today or an earlier one."}
    assert entries(world, bakery) == []
    await ana.pick_date(form, "checkins.when", "2026-11-20")
    assert await ana.submit(form) is None
    message = await told(ana, "Bakery: tried · the clock keeps running")
    [entry] = entries(world, bakery)
    assert (entry.note, entry.result, entry.happened_on.isoformat()) == ("left a message", "tried", "2026-11-20")
    await ana.press(message, "checkins.undo")
    await told(ana, "Undone. Bakery is as it was")


async def test_the_queue_is_answered_in_the_ack_and_changes_in_place(world: World) -> None:
    """Only its owner sees it; logging takes the row out and offers *Undo* on top."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    world.office.customer("Golddex", owner=ANA, waited=31)
    ana = world.as_(ANA)
    outcome = await ana.command("/checkin", "general")
    assert outcome.text == "Your queue: 1 neglected · 1 due"
    [queue] = outcome.messages
    assert queue.ephemeral_to == ANA
    assert world.as_(BOB).sees("general") == []
    await ana.press(queue, "checkins.log", value=str(bakery))
    form = await window(ana, "Check-in")
    assert await ana.submit(form) is None
    await reads(ana, queue, "✓ Bakery · talked · next 23 Dec")
    assert queue.text == "Your queue: 1 due"
    await ana.press(queue, "checkins.undo")
    await reads(ana, queue, "↩ Bakery is as it was")
    assert queue.text == "Your queue: 1 neglected · 1 due"


async def test_a_long_queue_is_turned_page_by_page(world: World) -> None:
    """Next, and back."""
    for number in range(9):
        world.office.customer(f"Customer {number}", owner=ANA, waited=50 + number)
    ana = world.as_(ANA)
    [queue] = (await ana.command("/checkin")).messages
    await ana.press(queue, "checkins.page_on")
    assert "Customer 0" in await reads(ana, queue, "Page 2 of 2")
    await ana.press(queue, "checkins.page_back")
    assert "Customer 8" in await reads(ana, queue, "Page 1 of 2")


async def snoozed(actor: Actor, message: Message) -> None:
    """Snooze the customer of the first row for a week, as its own people's wish."""
    await actor.choose(message, "checkins.more", "Snooze")
    form = await window(actor, "Snooze")
    await actor.choose(form, "checkins.reason", "They asked")
    await actor.until(lambda _: "1 week, until" in str(form.blocks))
    await actor.choose(form, "checkins.how_long", "1 week, until Mon 30 Nov")
    assert await actor.submit(form) is None


async def test_a_reminder_row_is_snoozed_and_woken_by_undo(world: World) -> None:
    """From the menu; the customer is as before after the undo."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=31)
    ana = world.as_(ANA)
    message = await reminded(world)
    await snoozed(ana, message)
    await reads(ana, message, "✓ Bakery · snoozed until 30 Nov, they asked")
    await ana.press(message, "checkins.undo")
    await reads(ana, message, "*Bakery* · 31 days")
    assert row_of(world.office, bakery).snoozed_until is None


async def test_the_snooze_form_offers_what_is_allowed(world: World) -> None:
    """With nine days left, our own choice may be a week but not two; what they asked may be both."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=36)
    ana = world.as_(ANA)
    message = await reminded(world)
    await ana.choose(message, "checkins.more", f"snooze_until:{bakery}")
    form = await window(ana, "Snooze")
    assert "By our own choice it can wait until Wed 2 Dec" in str(form.blocks)
    await ana.choose(form, "checkins.reason", "They asked")
    await ana.until(lambda _: "2 weeks, until Mon 7 Dec" in str(form.blocks))
    await ana.choose(form, "checkins.reason", "Our choice")
    await ana.until(lambda _: "2 weeks" not in str(form.blocks))
    assert "Wed 2 Dec at the latest" in str(form.blocks)
    await ana.choose(form, "checkins.how_long", "1 week, until Mon 30 Nov")
    assert await ana.submit(form) is None
    await reads(ana, message, "✓ Bakery · snoozed until 30 Nov")


async def test_a_week_that_is_too_long_opens_the_form_with_the_reason(world: World) -> None:
    """Somebody neglected can't be snoozed by us, which the form says once; nothing is chosen beforehand."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    message = await reminded(world)
    await ana.choose(message, "checkins.more", "Snooze")
    form = await window(ana, "Snooze")
    assert str(form.blocks).count("waited too long") == 1
    assert "Our choice" not in str(form.blocks)
    assert list(await ana.submit(form) or {}) == ["checkins.reason"]
    await ana.choose(form, "checkins.reason", "They asked")
    await ana.until(lambda _: "For how long" in str(form.blocks))
    await ana.choose(form, "checkins.how_long", "Until the day below")
    assert list(await ana.submit(form) or {}) == ["checkins.until"]
    await ana.pick_date(form, "checkins.until", "2027-01-04")
    await ana.fill(form, checkins_why="after the fair")
    assert await ana.submit(form) is None
    await reads(ana, message, "✓ Bakery · snoozed until 4 Jan, they asked")
    row = row_of(world.office, bakery)
    assert (row.snooze_reason, row.snooze_note) == (SnoozeReason.CUSTOMER_ASKED, "after the fair")
    [queue] = (await ana.command("/checkin")).messages
    assert '*Bakery* until Mon 4 Jan 2027, they asked ("after the fair")' in words(queue.blocks)
    await ana.press(queue, "checkins.wake")
    await reads(ana, queue, "✓ Bakery · awake again")
    assert row_of(world.office, bakery).snoozed_until is None


async def test_a_customer_is_handed_over_from_the_reminder(world: World) -> None:
    """The new owner is told; undo gives it back and tells too."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    message = await reminded(world)
    await ana.choose(message, "checkins.more", "Hand over")
    form = await window(ana, "Hand over")
    await ana.fill(form, checkins_to="bob", checkins_words="likes calls before ten")
    assert await ana.submit(form) is None
    await reads(ana, message, "✓ Bakery · handed over to Bob Chen")
    assert row_of(world.office, bakery).owner_id == BOB
    await ana.press(message, "checkins.undo")
    await reads(ana, message, "*Bakery* · 47 days")
    assert row_of(world.office, bakery).owner_id == ANA


async def test_a_double_click_has_one_effect(world: World) -> None:
    """Undo pressed twice: the second press is told; a form sent twice keeps one check-in."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    await ana.command("/checkin bakery")
    form = await window(ana, "Check-in")
    await asyncio.gather(ana.submit(form), ana.submit(form))
    await told(ana, "Bakery: talked · next 23 Dec")
    assert len(entries(world, bakery)) == 1
    message = await told(ana, "Bakery: talked")
    await asyncio.gather(ana.press(message, "checkins.undo"), ana.press(message, "checkins.undo"))
    await told(ana, "That is undone already")
    await told(ana, "Undone. Bakery is as it was")


@pytest.mark.both_databases
async def test_two_people_at_once_are_both_kept_and_the_message_shows_the_last(world: World) -> None:
    """Ana from her reminder, Mara by the command; nobody loses their words."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    ana, mara = world.as_(ANA), world.as_(MARA)
    message = await reminded(world)
    await ana.press(message, "checkins.log", value=str(bakery))
    await mara.command("/checkin bakery")
    first, second = await window(ana, "Check-in"), await window(mara, "Check-in")
    await ana.fill(first, checkins_note="from Ana")
    await mara.fill(second, checkins_note="from Mara")
    assert await asyncio.gather(ana.submit(first), mara.submit(second)) == [None, None]
    await reads(ana, message, "✓ Bakery · talked")
    assert sorted(entry.note for entry in entries(world, bakery)) == ["from Ana", "from Mara"]


async def test_rows_pressed_at_the_same_moment_all_stay_done(world: World) -> None:
    """The message is redrawn in order: no row goes back."""
    for number in range(4):
        world.office.customer(f"Customer {number}", owner=ANA, waited=31 + number)
    ana = world.as_(ANA)
    message = await reminded(world)
    await asyncio.gather(*(ana.choose(message, "checkins.more", "Tried", index=n) for n in range(4)))
    await ana.until(lambda _: words(message.blocks).count("✓") == 4)
    assert message.text == "You went through all of this; four customers are still past their cadence."


async def test_undo_is_refused_kindly_after_ten_minutes(world: World) -> None:
    """The row stays as it is."""
    world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    await ana.command("/checkin bakery")
    await ana.submit(await window(ana, "Check-in"))
    message = await told(ana, "Bakery: talked")
    await world.rehearsal.control.move(timedelta(minutes=11))
    await ana.press(message, "checkins.undo")
    await told(ana, "Undo lasts ten minutes, and they are over")


async def test_a_message_is_logged_with_its_link_and_words(world: World) -> None:
    """*Log as check-in*: the text can be shortened, the link is kept; the answer is Ana's alone."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    ana, bob = world.as_(ANA), world.as_(BOB)
    said = await bob.say("general", "Bakery wrote: the <invoice> is wrong & late")
    await ana.shortcut("checkins.log_message", said)
    form = await window(ana, "Check-in")
    await ana.choose(form, "customers.options", "Bakery")
    await reads(ana, form, "47 days since the last contact")
    await ana.choose(form, "checkins.result", "They contacted us")
    assert await ana.submit(form) is None
    message = await told(ana, "Bakery: they contacted us · next 23 Dec")
    assert message.ephemeral_to == ANA
    [entry] = entries(world, bakery)
    assert entry.quote == "Bakery wrote: the <invoice> is wrong & late"
    assert entry.link.startswith("https://")
    assert said.ts.replace(".", "") in entry.link
    assert entry.channel == "message"


async def test_the_shortcut_asks_for_a_customer_and_ends_with_undo(world: World) -> None:
    """From anywhere in Slack there is no message to change: the window tells, and undoes."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    await ana.shortcut("checkins.record")
    form = await window(ana, "Check-in")
    assert "The next date shows here once a customer is chosen." in words(form.blocks)
    await ana.choose(form, "customers.options", "Bakery")
    await reads(ana, form, "Next contact due Wed 23 Dec 2026")
    assert await ana.submit(form) is None
    done = await window(ana, "Saved")
    assert "✓ Bakery · talked · next 23 Dec" in words(done.blocks)
    await ana.press(done, "checkins.undo")
    await window(ana, "Undone")
    assert entries(world, bakery)[0].undone_at


async def test_names_that_fit_several_or_none_are_offered_as_buttons(world: World) -> None:
    """An ambiguous name asks which, an unknown one brings the nearest and *Add*."""
    world.office.customer("Acme", owner=ANA, waited=47)
    other = world.office.customer("ACME, Inc.", owner=BOB, waited=2)
    ana = world.as_(ANA)
    outcome = await ana.command("/checkin acme")
    assert outcome.text == "2 customers are called acme; choose one."
    await ana.press(outcome.messages[0], "checkins.log", value=str(other))
    assert "2 days since the last contact" in words((await window(ana, "Check-in")).blocks)
    outcome = await ana.command("/checkin acm")
    assert outcome.text.startswith("No customer is called acm. Did you mean ")
    assert "Add acm" in words(outcome.messages[0].blocks)


async def test_hostile_names_pass_through_every_screen(world: World) -> None:
    """Queue, form, reminder: nobody is pinged, Slack refuses nothing, the words come back as they were."""
    name = "<!channel> & <@U0MARA> 🥐 *x* =HYPERLINK(1)"
    hostile = world.office.customer(name, owner=ANA, waited=47)
    ana = world.as_(ANA)
    message = await reminded(world)
    assert "&lt;!channel&gt; &amp; &lt;@U0MARA&gt;" in words(message.blocks)
    await ana.press(message, "checkins.log")
    form = await window(ana, "Check-in")
    await ana.fill(form, checkins_note="<!channel> said & done", checkins_next="call <@U0BOB>")
    assert await ana.submit(form) is None
    await reads(ana, message, "✓ &lt;!channel&gt;")
    assert entries(world, hostile)[0].note == "<!channel> said & done"


async def test_somebody_elses_customer_cant_be_put_off_but_can_be_logged(world: World) -> None:
    """Bob finds it by name; the sentence says whom to ask."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=31)
    bob = world.as_(BOB)
    outcome = await bob.command("/customers Bakery")
    card = outcome.messages[0]
    await bob.choose(card, "customers.card_menu", "Snooze")
    form = await window(bob, "Snooze")
    await bob.choose(form, "checkins.reason", "They asked")
    await bob.until(lambda _: "1 week, until" in str(form.blocks))
    await bob.choose(form, "checkins.how_long", "1 week, until Mon 30 Nov")
    errors = await bob.submit(form)
    assert errors
    assert "Only Ana Lima, their cover or a manager can snooze this" in next(iter(errors.values()))
    await bob.close(form)
    await bob.press(card, "checkins.log")
    assert await bob.submit(await window(bob, "Check-in")) is None
    assert [entry.by for entry in entries(world, bakery)] == [BOB]


async def test_forged_buttons_are_answered_civilly(world: World) -> None:
    """An id that nobody has, another person's reminder: a sentence, never an error, nothing changed."""
    world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    message = await reminded(world)
    for block in message.blocks:
        for element in block.get("elements", ()):
            if element.get("action_id") == "checkins.log":
                element["value"] = str(new_id())
    await ana.press(message, "checkins.log")
    await told(ana, "That customer isn't here any more")
    for block in message.blocks:
        for element in block.get("elements", ()):
            if element.get("action_id") == "checkins.log":
                element["value"] = "'; drop table customers; --"
    await ana.press(message, "checkins.log")
    await told(ana, "That button is out of date")


async def test_a_cover_gets_the_absent_owners_customers(world: World) -> None:
    """Bob stands in for Ana while she is away: in his reminder, with her name, and he may put them off."""
    world.office.customer("Bakery", owner=ANA, waited=31)
    go_away(world.office, ANA, world.now.date(), world.now.date() + timedelta(days=1), cover=BOB)
    await world.move_to(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    bob = world.as_(BOB)
    message = await reminded(world, BOB)
    assert "for Ana Lima, who is away" in words(message.blocks)
    await snoozed(bob, message)
    await reads(bob, message, "✓ Bakery · snoozed until")
    assert not any("to hear from you" in one.text for one in world.as_(ANA).sees())


async def test_one_reminder_a_working_day_and_see_all_shows_the_rest(world: World) -> None:
    """Ten rows, the count of the rest, and the whole queue below it for its owner alone."""
    for number in range(12):
        world.office.customer(f"Customer {number}", owner=KIRI, waited=50 + number)
    kiri = world.as_(KIRI)
    await world.move_to(datetime(2026, 11, 23, 20, 0, tzinfo=UTC))
    message = await reminded(world, KIRI)
    assert message.text == "Customer 11 and 11 more customers wait to hear from you."
    assert "2 more in your queue" in words(message.blocks)
    await kiri.press(message, "checkins.queue")
    await told(kiri, "Your queue: 12 neglected")
    await world.run_jobs()
    assert sum("to hear from you" in one.text for one in kiri.sees()) == 1
    await world.move_to(datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    assert sum("to hear from you" in one.text for one in kiri.sees()) == 2


async def test_home_and_the_card_open_the_same_windows(world: World) -> None:
    """A press on Home ends in a window that tells what was done, since Home redraws by itself."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    await ana.open_home()
    home = await ana.until(lambda me: me.home() if me.home() and "Bakery" in words(me.home().blocks) else None)  # type: ignore[union-attr]  # just looked
    await ana.press(home, "checkins.log", value=str(bakery))
    assert await ana.submit(await window(ana, "Check-in")) is None
    assert "✓ Bakery · talked" in words((await window(ana, "Saved")).blocks)
    await until(world, lambda: len(entries(world, bakery)) == 1)


async def test_the_card_opens_from_the_menu_of_a_row(world: World) -> None:
    """With what was said so far; *Check-in* on it opens on top."""
    world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    message = await reminded(world)
    await ana.choose(message, "checkins.more", "Card")
    card = await ana.until(lambda me: me.modal())
    assert "Bakery" in words(card.blocks)
    await ana.press(card, "checkins.log")
    assert await ana.submit(await window(ana, "Check-in")) is None
    await window(ana, "Saved")

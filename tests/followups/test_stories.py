"""Follow-ups over the wire: the real bot in a rehearsal workspace, people acting on what they see."""

import asyncio
import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from bot.checkins.queries.history import list_entries
from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.followups.queries import get_list
from bot.followups.usecases import cancel_followup
from bot.workspaces.queries import list_audit
from rehearsal.state.messages import Message
from tests.checkins.test_stories import reads, told, window, words
from tests.digests.test_stories import main, pass_days, saved_in
from tests.followups.helpers import assign
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE
from tests.world import World

ASK = "/assign @ana Acme friday call about the invoice"


async def asked(world: World, text: str = ASK, by: str = MARA) -> Message:
    """Mara asks; Ana's direct message, once it is there."""
    await world.as_(by).command(text)
    await world.run_jobs()
    return await told(world.as_(ANA), "asks you to follow up")


def rows(world: World, whose: str = "team") -> tuple[Any, ...]:
    """What is open."""
    return tuple(world.office.ask(get_list, whose=whose, viewer=MARA, page=0).rows)


def entries(world: World, customer: UUID) -> list[Any]:
    """The check-ins of a customer."""
    return list(world.office.look(lambda session: list_entries(session, customer_id=customer)))


async def test_a_manager_asks_in_one_line_and_hears_that_it_is_done(world: World) -> None:
    """The whole way: command, message, window with a check-in, news; the message changes in place."""
    acme = world.office.customer("Acme", owner=BOB, waited=10)
    mara, ana = world.as_(MARA), world.as_(ANA)
    outcome = await mara.command(ASK)
    assert outcome.text == "Ana Lima has it: Acme: call about the invoice, by Fri 27 Nov."
    await world.run_jobs()
    message = await told(ana, "Mara Okafor asks you to follow up.")
    assert "*Acme* · call about the invoice\ndue Fri 27 Nov" in words(message.blocks)
    await ana.press(message, "followups.done")
    form = await window(ana, "Done")
    await ana.fill(form, followups_said="they pay on Monday", followups_checkin="We talked")
    assert await ana.submit(form) is None
    await reads(ana, message, '✓ *Acme* · call about the invoice · done by Ana Lima · "they pay on Monday"')
    [entry] = entries(world, acme)
    assert (entry.by, entry.note, entry.result) == (ANA, "they pay on Monday", "talked")
    await world.run_jobs()
    news = await told(mara, "Ana Lima did it: Acme: call about the invoice")
    assert "they pay on Monday" in str(news.blocks)


async def test_an_answer_that_takes_long_comes_after_the_ack(world: World) -> None:
    """Somebody else writes for longer than Slack waits; the words aren't lost, and the sentence comes when it is so."""
    world.office.customer("Acme")
    mara, database = world.as_(MARA), world.office.runtime.database
    with database.transaction(WORKSPACE) as session:
        writing = session.connection()
        if database.dialect == "postgresql":  # SQLite has one writer at a time anyway
            writing.exec_driver_sql("LOCK TABLE followups IN EXCLUSIVE MODE")
        mara.response_timeout = 0.0
        outcome = await mara.command(ASK)
        assert (outcome.acked, outcome.messages) == (True, [])
    await told(mara, "has it: Acme")
    assert [row.what for row in rows(world)] == ["call about the invoice"]


async def test_cant_tells_why_and_who_asked_can_ask_somebody_else(world: World) -> None:
    """The news has *Assign*, with the customer filled in."""
    world.office.customer("Acme")
    mara, ana = world.as_(MARA), world.as_(ANA)
    message = await asked(world)
    await ana.press(message, "followups.cant")
    form = await window(ana, "Can't be done")
    await ana.fill(form, followups_said="nobody answers there")
    assert await ana.submit(form) is None
    await reads(ana, message, "can't be done by Ana Lima")
    await world.run_jobs()
    news = await told(mara, "Ana Lima can't do it")
    await mara.press(news, "followups.assign")
    form = await window(mara, "Ask somebody")
    await mara.fill(form, followups_who="bob", followups_due="2026-11-30", followups_words="visit them")
    assert await mara.submit(form) is None
    assert "Bob Chen has it: Acme: visit them, by Mon 30 Nov." in words((await window(mara, "Saved")).blocks)


async def test_later_moves_the_day_and_refuses_one_that_is_over(world: World) -> None:
    """The error stands under the field."""
    world.office.customer("Acme")
    ana = world.as_(ANA)
    message = await asked(world)
    await ana.press(message, "followups.later")
    form = await window(ana, "Another day")
    await ana.fill(form, followups_due="2026-11-20")
    assert await ana.submit(form) == {"followups.due": "That day is over; choose today or a later one."}
    await ana.fill(form, followups_due="2026-12-01", followups_why="they are away")
    assert await ana.submit(form) is None
    await reads(ana, message, "due Tue 1 Dec")
    await world.run_jobs()
    await told(world.as_(MARA), "Ana Lima moved it to Tue 1 Dec")


async def test_the_card_opens_from_the_message_and_offers_assign(world: World) -> None:
    """With what is open among what is good to know."""
    world.office.customer("Acme")
    ana = world.as_(ANA)
    message = await asked(world)
    await ana.press(message, "customers.card")
    card = await ana.modal_opened()
    assert "to do: call about the invoice (Ana Lima, by 27 Nov)" in words(card.blocks)
    await ana.choose(card, "customers.card_menu", "Ask somebody")
    await window(ana, "Ask somebody")


async def test_without_words_the_form_asks_for_everything(world: World) -> None:
    """For oneself unless somebody is chosen."""
    world.office.customer("Acme")
    ana = world.as_(ANA)
    await ana.command("/assign")
    form = await window(ana, "Ask somebody")
    await ana.choose(form, "customers.options", "Acme")
    await ana.fill(form, followups_due="2026-11-27", followups_words="send the contract")
    assert await ana.submit(form) is None
    await window(ana, "Saved")
    [row] = rows(world)
    assert (row.assignee_id, row.given_by, row.what) == (ANA, ANA, "send the contract")


async def test_a_day_that_is_over_or_unclear_is_asked_again(world: World) -> None:
    """The form has the rest filled in; nothing is kept until the day is chosen."""
    world.office.customer("Acme")
    mara = world.as_(MARA)
    for day, sentence in (("yesterday", "That day is over"), ("next friday", "can be more than one day")):
        await mara.command(f"/assign @bob Acme {day} call them")
        form = await window(mara, "Ask somebody")
        assert sentence in words(form.blocks)
        assert rows(world) == ()
        await mara.close(form)
    await mara.command("/assign @bob Acme next week call them")
    form = await window(mara, "Ask somebody")
    await mara.fill(form, followups_due="2026-12-01")
    assert await mara.submit(form) is None
    [row] = rows(world)
    assert (row.assignee_id, row.what, row.due_on.isoformat()) == (BOB, "call them", "2026-12-01")


async def test_friday_is_the_askers_friday(world: World) -> None:
    """On Thursday evening UTC it is Friday in Auckland: Kiri means the next one, Bob tomorrow."""
    world.office.customer("Acme")
    await world.rehearsal.control.move_to(datetime(2026, 11, 26, 20, tzinfo=UTC))
    await world.as_(KIRI).command("/assign Acme friday from Kiri")
    await world.as_(BOB).command("/assign Acme friday from Bob")
    assert {row.what: row.due_on.isoformat() for row in rows(world)} == {
        "from Kiri": "2026-12-04",
        "from Bob": "2026-11-27",
    }


async def test_the_longest_customer_name_that_fits_is_meant(world: World) -> None:
    """With spaces, with or without quotes; an unknown one brings the nearest in the form."""
    world.office.customer("Acme")
    north = world.office.customer("Acme North Ltd")
    mara = world.as_(MARA)
    await mara.command("/assign @ana acme north friday first")
    await mara.command('/assign @ana "Acme North" friday second')
    await mara.command("/assign @ana Acme friday third")
    found = {row.what: row.customer_name for row in rows(world)}
    assert found == {"first": "Acme North Ltd", "second": "Acme North Ltd", "third": "Acme"}
    assert {row.customer_id for row in rows(world, f"c-{north}")} == {north}
    await mara.command("/assign @ana Akme friday call")
    form = await window(mara, "Ask somebody")
    assert "No customer is called Akme" in words(form.blocks)


async def test_a_member_may_take_what_they_cant_give(world: World) -> None:
    """From the command; pressed twice it is one."""
    world.office.customer("Acme")
    bob = world.as_(BOB)
    outcome = await bob.command(ASK)
    assert outcome.text == "Only managers can ask others; ask Mara, or take it yourself."
    [answer] = outcome.messages
    await asyncio.gather(bob.press(answer, "followups.take"), bob.press(answer, "followups.take"))
    await bob.until(lambda _: rows(world))
    [row] = rows(world)
    assert (row.assignee_id, row.given_by) == (BOB, BOB)


async def test_a_member_is_refused_in_the_form_too(world: World) -> None:
    """Under the field; from the card, the shortcut and the command alike."""
    world.office.customer("Acme")
    bob = world.as_(BOB)
    said = await world.as_(ANA).say("general", "the invoice of Acme is wrong")
    await bob.shortcut("followups.assign_message", said)
    form = await window(bob, "Ask somebody")
    await bob.choose(form, "customers.options", "Acme")
    await bob.fill(form, followups_who="ana", followups_due="2026-11-27")
    errors = await bob.submit(form)
    assert errors == {"followups.who": "Only managers can ask others; ask Mara, or take it yourself."}
    await bob.fill(form, followups_who="bob")
    assert await bob.submit(form) is None
    [row] = rows(world)
    assert row.what == "the invoice of Acme is wrong"
    assert said.ts.replace(".", "") in row.link


async def test_done_twice_and_by_two_people_has_one_effect(world: World) -> None:
    """Ana's window and Mara's: one check-in; the slower one reads who was faster."""
    acme = world.office.customer("Acme")
    mara, ana = world.as_(MARA), world.as_(ANA)
    message = await asked(world)
    [listed] = (await mara.command("/assign list team")).messages
    await ana.press(message, "followups.done")
    await mara.choose(listed, "followups.more", "Done")
    first, second = await window(ana, "Done"), await window(mara, "Done")
    for actor, form in ((ana, first), (mara, second)):
        await actor.fill(form, followups_checkin="We talked")
    errors = await asyncio.gather(ana.submit(first), mara.submit(second))
    assert sorted(error is None for error in errors) == [False, True]
    [refused] = [error for error in errors if error]
    assert "That is done already" in refused["followups.said"]
    assert len(entries(world, acme)) == 1


async def test_a_press_on_something_closed_is_told_and_drawn_anew(world: World) -> None:
    """Mara cancelled it; Ana's old message says so once she presses."""
    world.office.customer("Acme")
    mara, ana = world.as_(MARA), world.as_(ANA)
    message = await asked(world)
    [listed] = (await mara.command("/assign list Acme")).messages
    await mara.choose(listed, "followups.more", "Cancel it")
    form = await window(mara, "Cancel")
    await mara.fill(form, followups_why="they paid")
    assert await mara.submit(form) is None
    await reads(mara, listed, "nothing is open")
    await ana.press(message, "followups.done")
    await told(ana, "That is cancelled already (by Mara Okafor); nothing was changed.")
    await reads(ana, message, '✗ *Acme* · call about the invoice · cancelled by Mara Okafor · "they paid"')


async def test_a_list_row_is_given_to_somebody_else(world: World) -> None:
    """The page changes in place, and the new one gets a message."""
    world.office.customer("Acme")
    mara = world.as_(MARA)
    await asked(world)
    [listed] = (await mara.command("/assign list @ana")).messages
    assert listed.text == "Ana Lima's follow-ups: 1 open"
    await mara.choose(listed, "followups.more", "Give to somebody else")
    form = await window(mara, "Give to somebody else")
    await mara.fill(form, followups_to="bob")
    assert await mara.submit(form) is None
    await reads(mara, listed, "nothing is open")
    await world.move_to(datetime(2026, 11, 23, 14, tzinfo=UTC))  # nine o'clock in New York
    await told(world.as_(BOB), "Mara Okafor gave you this")
    await told(world.as_(ANA), "Mara Okafor gave it to Bob Chen")


async def test_a_long_list_is_turned_page_by_page(world: World) -> None:
    """Next, and back."""
    acme = world.office.customer("Acme")
    for number in range(9):
        assign(world.office, acme, what=f"thing {number}", by=ANA)
    ana = world.as_(ANA)
    [listed] = (await ana.command("/assign list")).messages
    await ana.press(listed, "followups.page_on")
    assert "thing 8" in await reads(ana, listed, "Page 2 of 2")
    await ana.press(listed, "followups.page_back")
    await reads(ana, listed, "Page 1 of 2")


async def test_the_reminder_comes_on_the_day_and_its_rows_change_in_place(world: World) -> None:
    """At nine in Lisbon; done from its row, the other row stays."""
    world.office.customer("Acme")
    world.office.customer("Golddex")
    ana = world.as_(ANA)
    await asked(world)
    await world.as_(MARA).command("/assign @ana Golddex friday send the list")
    await world.move_to(datetime(2026, 11, 27, 9, tzinfo=UTC))
    message = await told(ana, "Follow-ups about Acme and one more are due.")
    await ana.press(message, "followups.done", index=0)
    assert await ana.submit(await window(ana, "Done")) is None
    shown = await reads(ana, message, "✓ *Acme*")
    assert "*Golddex* · send the list" in shown
    assert message.text == "A follow-up about Golddex is due."


async def test_who_asked_reads_in_the_morning_that_it_is_late(world: World) -> None:
    """With a menu to move it or give it away; the row changes in place."""
    world.office.customer("Acme")
    mara = world.as_(MARA)
    await asked(world)
    await world.move_to(datetime(2026, 12, 3, 12, tzinfo=UTC))
    late = await told(mara, "What you asked for about Acme is late.")
    assert "late, due Fri 27 Nov · Ana Lima has it" in words(late.blocks)
    await mara.choose(late, "followups.more", "Change date")
    form = await window(mara, "Another day")
    await mara.fill(form, followups_due="2026-12-11")
    assert await mara.submit(form) is None
    await reads(mara, late, "due Fri 11 Dec")
    await world.as_(ANA).open_home()
    await world.as_(ANA).until(lambda me: me.home() and "call about the invoice" in str(me.home().blocks))


async def test_forged_values_change_nothing_and_are_answered_kindly(world: World) -> None:
    """Ids that aren't ours, nonsense, and values of other buttons."""
    world.office.customer("Acme")
    ana = world.as_(ANA)
    message = await asked(world)
    stranger = str(uuid4())
    for value in (stranger, "nonsense", "", "a" * 2000, json.dumps({"kind": "customer"})):
        button = next(element for block in message.blocks for element in block.get("elements", ())
                      if element.get("action_id") == "followups.done")  # fmt: skip
        button["value"] = value or "0"
        await ana.press(message, "followups.done")
        await told(ana, "isn't here any more" if len(value) == 36 else "That button is out of date")
    assert len(rows(world)) == 1
    trail = world.office.look(lambda session: list_audit(session, subject_kind="press", subject_id=stranger))
    assert [(entry.by, entry.action) for entry in trail] == [(ANA, "press.refused")]


async def test_losing_a_customer_closes_what_is_open_and_tells(world: World) -> None:
    """From the customer's card; Ana reads why."""
    acme = world.office.customer("Acme")
    await asked(world)
    world.office.do(set_status, customer_id=acme, status=Status.LOST, reason="went bankrupt", by=MARA)
    await world.move(minutes=1)
    news = await told(world.as_(ANA), "No longer to be done: Acme: call about the invoice")
    assert "the customer is lost: went bankrupt" in str(news.blocks)
    assert rows(world) == ()


async def test_the_digest_counts_what_is_late_and_the_card_of_a_row_asks_somebody(world: World) -> None:
    """Mara looks a neglected customer up; the form knows which one."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=80)
    late = assign(world.office, bakery, due_on=date(2026, 11, 23), assignee_id=BOB)
    mara = world.as_(MARA)
    await saved_in(world)
    await mara.close(await mara.modal_opened(), everything=True)
    await pass_days(world, 7)
    digest = main(world)[-1]
    assert "1 follow-up late" in words(digest.blocks)
    world.office.do(cancel_followup, followup_id=late.id, reason="they paid", by=MARA)
    assert "*Bakery*" in words(digest.blocks)
    [card] = (await mara.command("/customers Bakery")).messages
    await mara.choose(card, "customers.card_menu", "Ask somebody")
    form = await window(mara, "Ask somebody")
    await mara.fill(form, followups_who="kiri", followups_due="2026-12-02", followups_words="visit them")
    assert await mara.submit(form) is None
    await window(mara, "Saved")
    [row] = rows(world)
    assert (row.customer_name, row.assignee_id) == ("Bakery", KIRI)
    await world.move(hours=11)  # nine o'clock in Auckland
    await told(world.as_(KIRI), "Mara Okafor asks you to follow up. Bakery: visit them, by Wed 2 Dec.")


async def test_the_daily_reminder_tells_what_is_to_be_done(world: World) -> None:
    """In the row of the customer, late things before what was last said."""
    acme = world.office.customer("Acme", owner=ANA, waited=47)
    assign(world.office, acme)
    await world.run_jobs()
    message = await told(world.as_(ANA), "to hear from you")
    assert "to do: call about the invoice (Ana Lima, by 27 Nov)" in words(message.blocks)


async def test_words_of_the_command_are_explained(world: World) -> None:
    """`/assign help`."""
    outcome = await world.as_(BOB).command("/assign help")
    assert "call about the invoice" in words(outcome.messages[0].blocks)


async def test_hostile_words_pass_through_every_message(world: World) -> None:
    """Nobody is pinged, Slack refuses nothing, the words come back as they were."""
    world.office.customer("<!channel> & Söhne")
    ana = world.as_(ANA)
    await asked(world, '/assign @ana "<!channel> & Söhne" friday <!here> *pay* & `run`')
    message = await told(ana, "asks you to follow up")
    assert "&lt;!here&gt; ∗pay∗ &amp; ˋrunˋ" in words(message.blocks)
    [row] = rows(world)
    assert row.what == "<!here> *pay* & `run`"

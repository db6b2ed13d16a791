"""Promises over the wire: the real bot in a rehearsal workspace, people acting on what they see."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from bot.core.schemas import Subject
from bot.customers.rules.due import Status
from bot.customers.tables import Contact
from bot.customers.usecases.details import set_status
from bot.promises.queries import get_list
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import install_workspace
from rehearsal.state.messages import Message
from tests.checkins.test_stories import entries, reads, told, window, words
from tests.digests.test_stories import main, pass_days, saved_in
from tests.makers import ANA, BOB, KIRI, LONG_AGO, MARA, WORKSPACE, add_customer, add_person
from tests.promises.helpers import kept, promise, stored, trail
from tests.world import World, open_world

SAY = "/promise Acme friday send the new price list"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


def rows(world: World, whose: str = "team") -> tuple[Any, ...]:
    """What is owed."""
    return tuple(world.office.ask(get_list, whose=whose, viewer=MARA, page=0).rows)


def refusals(world: World) -> list[tuple[str, str]]:
    """Who was refused, and for which id, by the audit trail."""
    query = select(AuditEntry).where(AuditEntry.action == "press.refused").order_by(AuditEntry.id)  # type: ignore[arg-type]  # a column
    return [(row.by, row.subject_id) for row in world.office.look(lambda session: session.exec(query).all())]


async def said(world: World, by: str = ANA, text: str = SAY) -> Message:
    """The answer to a promise that somebody typed."""
    [answer] = (await world.as_(by).command(text)).messages
    return answer


async def test_a_promise_is_typed_reminded_of_and_kept_in_place(database_url: str) -> None:
    """The whole way, on both databases: command, two reminders at nine in Lisbon, *Kept* twice at once."""
    async with open_world(database_url) as world:
        acme = world.office.customer("Acme", owner=BOB, waited=10)
        ana = world.as_(ANA)
        answer = await said(world)
        assert answer.text == "Noted: you promised Acme: “send the new price list”, by Fri 27 Nov."
        await world.rehearsal.control.move_to(datetime(2026, 11, 26, 9, tzinfo=UTC))
        await world.run_jobs()
        first = await told(ana, "A promise to Acme is due tomorrow.")
        assert "*Acme* · send the new price list\ndue tomorrow" in words(first.blocks)
        await world.rehearsal.control.move_to(datetime(2026, 11, 27, 9, tzinfo=UTC))
        await world.run_jobs()
        message = await ana.until(lambda me: next((one for one in me.dm() if "due today" in words(one.blocks)), None))
        assert "*Acme* · send the new price list\ndue today" in words(message.blocks)
        assert "*Promises* · one still waiting" in words(message.blocks)
        await asyncio.gather(ana.press(message, "promises.kept"), ana.press(message, "promises.kept"))
        await reads(ana, message, "✓ *Acme* · send the new price list · kept by Ana Lima")
        await told(ana, "That is kept already (by Ana Lima); nothing was changed.")
        assert rows(world, f"c-{acme}") == ()


async def test_a_promise_is_moved_in_its_reminder_with_the_customers_word(world: World) -> None:
    """Errors under their fields; the row changes in place, and the new day is in the list."""
    world.office.customer("Acme", owner=BOB)
    ana = world.as_(ANA)
    await said(world)
    await world.move_to(datetime(2026, 11, 27, 9, tzinfo=UTC))
    message = await told(ana, "A promise to Acme is due")
    await ana.choose(message, "promises.more", "Renegotiated to…")
    form = await window(ana, "Renegotiated")
    await ana.fill(form, promises_due="2026-12-04", promises_said="their buyer is away")
    assert list(await ana.submit(form) or {}) == ["promises.agreed"]
    await ana.fill(form, promises_agreed=["yes"])
    assert await ana.submit(form) is None
    await reads(ana, message, 'renegotiated for Fri 4 Dec by Ana Lima · "their buyer is away"')
    [listed] = (await ana.command("/promise list")).messages
    assert "due on Fri 4 Dec · moved once, first promised for Fri 27 Nov" in words(listed.blocks)
    await ana.choose(listed, "promises.more", "Withdrawn")
    form = await window(ana, "Withdrawn")
    await ana.fill(form, promises_said="they found it themselves")
    assert await ana.submit(form) is None
    await reads(ana, listed, "nothing is owed")
    await world.move_to(datetime(2026, 11, 27, 14, tzinfo=UTC))  # nine o'clock in New York
    await told(world.as_(BOB), "Ana Lima renegotiated a promise to Fri 4 Dec: Acme")


async def test_late_is_late(world: World) -> None:
    """Broken at Lisbon's midnight; assignee and owner read it on Monday; two press at once, it is kept late once."""
    acme = world.office.customer("Acme", owner=BOB)
    schema = promise(world.office, acme)
    ana, bob = world.as_(ANA), world.as_(BOB)
    await world.move_to(datetime(2026, 11, 30, 15, tzinfo=UTC))
    mine, his = await told(ana, "A promise to Acme is broken."), await told(bob, "A promise to Acme is broken.")
    assert "broken: it was due Fri 27 Nov" in words(his.blocks)
    assert len([one for one in ana.dm() if "A promise to Acme" in one.text]) == 3  # the day before, the day, Monday
    await asyncio.gather(ana.press(mine, "promises.kept"), bob.press(his, "promises.kept"))
    await reads(ana, mine, "kept late by")
    await reads(bob, his, "kept late by")
    assert stored(world.office, schema).state == "kept_late"
    outcome = await world.as_(MARA).command("/promise kept")
    assert outcome.text.startswith("0% of promises were kept on their day.")
    assert "1 kept late" in words(outcome.messages[0].blocks)


async def test_we_promised_waits_behind_a_button_in_the_check_in(world: World) -> None:
    """Half a promise is told under its field, nothing is saved; then check-in and promise stand together."""
    acme = world.office.customer("Acme", owner=ANA, waited=40)
    ana = world.as_(ANA)
    await ana.command("/checkin acme")
    form = await window(ana, "Check-in")
    await ana.press(form, "checkins.want.promises.promised")
    await ana.until(lambda _: "promises.promised.what" in str(form.blocks))
    await ana.fill(form, **{"promises.promised.what": "send the new price list"})
    assert await ana.submit(form) == {"promises.promised.due": "Choose the day by which it should be done."}
    assert entries(world, acme) == []
    await ana.fill(form, **{"promises.promised.due": "2026-11-27"})
    assert await ana.submit(form) is None
    await ana.until(lambda _: entries(world, acme))
    [row] = rows(world)
    assert (row.what, row.due_on, row.promised_by) == ("send the new price list", date(2026, 11, 27), ANA)


async def promised_in_reminder(world: World) -> Message:
    """Ana logs Acme from her reminder, and promises the price list by Friday; the reminder."""
    ana = world.as_(ANA)
    await world.run_jobs()
    reminder = await told(ana, "to hear from you")
    await ana.press(reminder, "checkins.log")
    form = await window(ana, "Check-in")
    await ana.press(form, "checkins.want.promises.promised")
    await ana.until(lambda _: "promises.promised.what" in str(form.blocks))
    await ana.fill(form, **{"promises.promised.what": "the <new> price list", "promises.promised.due": "2026-11-27"})
    assert await ana.submit(form) is None
    await reads(ana, reminder, "✓ Acme")
    assert len(rows(world)) == 1
    return reminder


async def test_undoing_a_check_in_takes_its_promise_back(database_url: str) -> None:
    """*Undo* within ten minutes, on both databases: the row is back, nothing is owed, and the trail says by whom."""
    async with open_world(database_url) as world:
        world.office.customer("Acme", owner=ANA, waited=40)
        reminder = await promised_in_reminder(world)
        [schema] = rows(world)
        await world.rehearsal.control.move(timedelta(minutes=9))
        await world.as_(ANA).press(reminder, "checkins.undo")
        await reads(world.as_(ANA), reminder, "*Acme* · 40 days (every 30)")
        assert rows(world) == ()
        assert trail(world.office, schema) == [f"{ANA} promise.made", f"{ANA} promise.withdrawn"]


async def test_a_promise_that_was_kept_meanwhile_stays_and_undo_says_so(world: World) -> None:
    """In the reminder, below it; from the queue, beside the row that is as it was."""
    world.office.customer("Acme", owner=ANA, waited=40)
    reminder = await promised_in_reminder(world)
    [schema] = rows(world)
    kept(world.office, schema)
    ana = world.as_(ANA)
    await ana.press(reminder, "checkins.undo")
    answer = await told(ana, "stays as it is")
    assert answer.text == "The promise “the &lt;new&gt; price list” stays as it is: kept."
    await reads(ana, reminder, "*Acme* · 40 days (every 30)")
    assert stored(world.office, schema).state == "kept"


async def test_a_message_is_a_promise_with_its_words_and_its_link(world: World) -> None:
    """By the shortcut; the customer's people are offered once it is chosen; who promised it is told."""
    acme = world.office.customer("Acme")
    with world.runtime.database.transaction(WORKSPACE) as session:
        session.add(Contact(customer_id=acme, name="Jo Ito"))
    mara = world.as_(MARA)
    message = await world.as_(ANA).say("general", "I'll send Acme the <new> price list")
    await mara.shortcut("promises.promise_message", message)
    form = await window(mara, "Promise")
    await mara.choose(form, "customers.options", "Acme")
    await mara.until(lambda _: "Jo Ito" in str(form.blocks))
    await mara.fill(form, promises_due="2026-11-27", promises_contact="Jo Ito", promises_who="ana")
    assert await mara.submit(form) is None
    assert "Noted: Ana Lima promised Acme" in words((await window(mara, "Saved")).blocks)
    [row] = rows(world)
    assert (row.what, row.contact, row.assignee_id) == ("I'll send Acme the <new> price list", "Jo Ito", ANA)
    assert message.ts.replace(".", "") in row.link
    await world.run_jobs()
    noted = await told(world.as_(ANA), "Mara Okafor noted that you made a promise.")
    assert "&lt;new&gt;" in words(noted.blocks)


async def test_a_day_that_is_over_or_unclear_is_asked_again_and_friday_is_the_askers(world: World) -> None:
    """The form has the rest; nothing is kept until the day is chosen. Without words it asks for everything."""
    world.office.customer("Acme")
    ana = world.as_(ANA)
    for day, sentence in (("yesterday", "That day is over"), ("next friday", "can be more than one day")):
        await ana.command(f"/promise Acme {day} call them")
        form = await window(ana, "Promise")
        assert sentence in words(form.blocks)
        assert await ana.submit(form)
        assert rows(world) == ()
        await ana.close(form)
    await ana.command("/promise")
    await ana.close(await window(ana, "Promise"))
    await world.rehearsal.control.move_to(datetime(2026, 11, 26, 20, tzinfo=UTC))
    await said(world, KIRI)
    await said(world, BOB)
    assert {row.assignee_id: row.due_on.day for row in rows(world)} == {KIRI: 4, BOB: 27}
    assert "what Ana promised" in words((await ana.command("/promise help")).messages[0].blocks)


async def test_card_digest_and_reminder_offer_and_show_promises(world: World) -> None:
    """*Promise* on the card knows the customer; the digest counts; the daily reminder tells of the silence."""
    acme = world.office.customer("Acme", owner=ANA, waited=80)
    promise(world.office, acme, what="price list", due_on=date(2026, 11, 30))
    promise(world.office, acme, what="call", due_on=date(2026, 11, 23))
    mara, ana = world.as_(MARA), world.as_(ANA)
    await saved_in(world)
    await mara.close(await mara.modal_opened(), everything=True)
    await pass_days(world, 7)
    digest = main(world)[-1]
    assert "1 promise due today" in words(digest.blocks)
    assert "1 promise broken" in words(digest.blocks)
    reminder = await told(ana, "Promises to Acme and one more are due, one customer waits.")
    assert "promised: “price list”, due today; they have heard nothing since 23 Nov" in words(reminder.blocks)
    [card] = (await mara.command("/customers acme")).messages
    await mara.press(card, "promises.promise")
    form = await window(mara, "Promise")
    await mara.fill(form, promises_due="2026-12-04", promises_words="visit them")
    assert await mara.submit(form) is None
    await mara.close(await window(mara, "Saved"))
    [card] = (await mara.command("/customers acme")).messages
    assert "promised: “visit them" in words(card.blocks) or "1 more promise" in words(card.blocks)


async def test_losing_a_customer_tells_those_concerned(world: World) -> None:
    """Withdrawn, with the reason."""
    acme = world.office.customer("Acme", owner=BOB)
    promise(world.office, acme)
    world.office.do(set_status, customer_id=acme, status=Status.LOST, reason="went bankrupt", by=MARA)
    await world.rehearsal.control.move_to(datetime(2026, 11, 23, 14, 30, tzinfo=UTC))  # half past nine in New York
    await world.run_jobs()
    for person in (ANA, BOB):
        news = await told(world.as_(person), "No longer owed: Acme: “send the new price list”")
        assert "the customer is lost: went bankrupt" in str(news.blocks)
    assert rows(world) == ()


async def test_what_isnt_theirs_is_refused_from_every_entry_point_and_noted(world: World) -> None:
    """Kiri, who has no part in it: the button, the menu's windows. A forged id of another workspace: the same."""
    acme = world.office.customer("Acme", owner=BOB)
    schema, kiri = promise(world.office, acme), world.as_(KIRI)
    with world.runtime.database.transaction("T0OTHER") as session:
        install_workspace(session, name="Theirs", bot_user_id="U0BOT", zone="UTC", now=LONG_AGO)
        add_person(session, KIRI, "Their Kiri")
        theirs = add_customer(session, "Theirs", owner=KIRI).id
    alien = world.runtime.run_now(_promise_there, workspace="T0OTHER", customer_id=theirs)
    [listed] = (await kiri.command("/promise list team")).messages
    await kiri.choose(listed, "promises.more", "Kept")
    await told(kiri, "Only Ana Lima, the customer's owner or a manager can do that")
    for title, more in (("Withdrawn", {}), ("Renegotiated to…", {"promises_due": "2026-12-04"})):
        await kiri.choose(listed, "promises.more", title)
        form = await window(kiri, title.split(" ")[0])
        await kiri.fill(form, promises_said="x", **more)
        if more:
            await kiri.fill(form, promises_agreed=["yes"])
        assert "Only Ana Lima" in str(await kiri.submit(form))
        form.payload["private_metadata"] = json.dumps({"promise_id": str(alien)})
        assert "isn't here any more" in str(await kiri.submit(form))
        await kiri.close(form)
    answer = await said(world, KIRI)
    for value, sentence in ((str(alien), "isn't here any more"), (str(uuid4()), "isn't here any more"),
                            ("nonsense", "out of date")):  # fmt: skip
        for block in answer.blocks:
            for element in block.get("elements", ()):
                element.update({"value": value} if element.get("action_id") == "promises.kept" else {})
        await kiri.press(answer, "promises.kept")
        await told(kiri, sentence)
    [mine] = (await kiri.command("/promise list")).messages
    button = mine.blocks[0]["accessory"]
    button["value"] = Subject(kind="customer", id="x", customer_id=theirs).model_dump_json()
    await kiri.press(mine, "promises.promise")
    await told(kiri, "That customer isn't here any more")
    await kiri.command("/promise")
    form = await window(kiri, "Promise")
    await kiri.fill(form, promises_words="x", promises_due="2026-12-04")
    option = {"text": {"type": "plain_text", "text": "x"}, "value": str(theirs)}
    form.state["promises.customer"] = {"customers.options": {"type": "external_select", "selected_option": option}}
    assert "isn't here any more" in str(await kiri.submit(form))
    ids = [key for by, key in refusals(world) if by == KIRI]
    assert str(theirs) in ids
    assert ids.count(str(schema.id)) == 3
    assert ids.count(str(alien)) == 3
    assert "nonsense" in ids
    assert any(key.startswith("{") for key in ids)
    assert stored(world.office, schema).is_owed


def _promise_there(session: Any, *, customer_id: Any, now: datetime) -> Any:
    from bot.promises.usecases import record_promise  # noqa: PLC0415 - only this story goes there

    wish = {"what": "theirs", "due_on": date(2026, 11, 27), "by": KIRI, "now": now}
    return record_promise(session, customer_id=customer_id, **wish).id


async def test_hostile_words_pass_through_every_message(world: World) -> None:
    """Nobody is pinged, Slack refuses nothing, the words come back as they were."""
    world.office.customer("<!channel> & Söhne")
    answer = await said(world, ANA, '/promise "<!channel> & Söhne" friday <!here> *pay* & `run`')
    assert "&lt;!here&gt; ∗pay∗ &amp; ˋrunˋ" in words(answer.blocks)
    [row] = rows(world)
    assert row.what == "<!here> *pay* & `run`"
    await world.as_(ANA).open_home()
    await world.as_(ANA).until(lambda me: me.home() and "&lt;!here&gt;" in str(me.home().blocks))

"""Escalations over the wire: the real bot in a rehearsal workspace, people acting on what they see."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.escalations.rules import EscalationState
from bot.escalations.tables import Escalation
from bot.followups.queries import get_list as followups_of
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import install_workspace
from rehearsal.state.messages import Message
from tests.checkins.test_stories import reads, told, window, words
from tests.escalations.helpers import answer, escalate, mended
from tests.makers import ANA, BOB, KIRI, LONG_AGO, MARA, Office, add_customer, add_person
from tests.world import World, open_world

ELSEWHERE = "T0ELSEWHERE"


@pytest.fixture
async def alone(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode, on one database."""
    async with open_world(sqlite_url) as made:
        yield made


@pytest.fixture
async def called(sqlite_url: str) -> AsyncIterator[World]:
    """The bot called over signed HTTP."""
    async with open_world(sqlite_url, http=True) as made:
        yield made


def rows(office: Office) -> list[Escalation]:
    """All that are stored, oldest first."""
    return list(office.look(lambda session: session.exec(select(Escalation)).all()))


async def raised(world: World, by: str = BOB) -> Message:
    """Bob raises it from a command; Ana's direct message, once it is there."""
    actor = world.as_(by)
    await actor.command("/escalate Acme the portal is down")
    form = await window(actor, "Record a problem")
    await actor.fill(form, escalations_severity="It stops their work", escalations_who="ana")
    assert await actor.submit(form) is None
    assert "Ana Lima is on it: *Acme*, answer by today 08:00 (13:00 for Ana)." in words(
        (await window(actor, "Saved")).blocks
    )
    await world.run_jobs()
    return await told(world.as_(ANA), "you are on it")


async def fix(actor: Any, form: Any, **more: Any) -> dict[str, str] | None:
    """Fill in the window *Fixed* and send it."""
    values = {
        "escalations_cause": "Hand-over", "escalations_avoidable": "Yes, we could have avoided it",
        "escalations_asks": "2", "escalations_change": "a check-list", "escalations_change_on": "2026-11-27", **more,
    }  # fmt: skip
    await actor.fill(form, **values)
    errors: dict[str, str] | None = await actor.submit(form)
    return errors


async def test_from_the_command_to_the_customers_word(world: World) -> None:
    """The whole way: raised, answered with a check-in, fixed with a follow-up, asked in the next check-in, closed."""
    world.office.customer("Acme", owner=BOB, waited=10)
    ana, mara = world.as_(ANA), world.as_(MARA)
    message = await raised(world)
    assert "answer by today 13:00" in words(message.blocks)
    await told(mara, "Bob Chen raised a problem")
    await ana.press(message, "escalations.answer")
    form = await window(ana, "Answered")
    await ana.fill(form, escalations_said="we are on it", escalations_checkin="We talked")
    assert await ana.submit(form) is None
    await reads(ana, message, "answered by Ana Lima, not fixed yet")
    await ana.press(message, "escalations.fix")
    form = await window(ana, "Fixed")
    assert await fix(ana, form, escalations_change="") == {
        "escalations.change": "Say what changes, so that it doesn't happen again."
    }
    assert await fix(ana, form) is None
    assert "The next check-in with *Acme* asks whether it holds." in words((await window(ana, "Saved")).blocks)
    await reads(ana, message, "fixed (hand-over), waiting for their word")
    assert [row.what for row in world.office.ask(followups_of, whose=f"p-{ANA}", page=0, viewer=ANA).rows] == [
        "a check-list"
    ]
    await ana.close(ana.modal(), everything=True)  # type: ignore[arg-type]  # it is open
    await ana.command("/checkin Acme")
    form = await window(ana, "Check-in")
    assert "Does the fix hold?" in str(form.blocks)
    [row] = rows(world.office)
    await ana.fill(form, **{f"escalations.holds.{row.id}": "Yes, it holds"})
    assert await ana.submit(form) is None
    await ana.until(lambda _: rows(world.office)[0].state is EscalationState.CONFIRMED)
    await world.run_jobs()
    await told(mara, "raised a problem")
    await world.move_to(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    await told(world.as_(BOB), "The customer says that the fix holds: Acme: the portal is down")


async def test_a_no_opens_it_again_and_undo_takes_that_back(alone: World) -> None:
    """From the same check-in form; within ten minutes."""
    acme = alone.office.customer("Acme", owner=ANA, waited=47)
    mended(alone.office, acme)
    await alone.run_jobs()
    ana = alone.as_(ANA)
    reminder = await told(ana, "to hear from you")
    await ana.press(reminder, "checkins.log")
    form = await window(ana, "Check-in")
    [row] = rows(alone.office)
    await ana.fill(form, **{f"escalations.holds.{row.id}": "No, it is still wrong"})
    assert await ana.submit(form) is None
    await reads(ana, reminder, "✓ Acme")
    assert rows(alone.office)[0].state is EscalationState.OPEN
    await alone.run_jobs()
    await told(alone.as_(MARA), "A fix doesn't hold, so this is open again")
    await ana.press(reminder, "checkins.undo")
    await ana.until(lambda _: rows(alone.office)[0].state is EscalationState.FIXED)


async def test_something_went_wrong_stands_behind_a_button_of_the_check_in(alone: World) -> None:
    """Words without a severity are asked for; then it is escalated to the owner."""
    alone.office.customer("Acme", owner=BOB, waited=10)
    ana = alone.as_(ANA)
    await ana.command("/checkin Acme")
    form = await window(ana, "Check-in")
    assert "escalations.raised.what" not in str(form.blocks)
    await ana.press(form, "checkins.want.escalations.raised")
    await ana.until(lambda me: "escalations.raised.what" in str(me.modal() and me.modal().blocks))  # type: ignore[union-attr]  # just looked
    form = await window(ana, "Check-in")
    await ana.fill(form, **{"escalations.raised.what": "wrong box"})
    assert await ana.submit(form) == {"escalations.raised.severity": "Choose how bad it is for them."}
    await ana.fill(form, **{"escalations.raised.severity": "It is a nuisance"})
    assert await ana.submit(form) is None
    await ana.until(lambda _: rows(alone.office))
    [row] = rows(alone.office)
    assert (row.what, row.assignee_id, row.raised_by) == ("wrong box", BOB, ANA)


async def test_a_message_and_a_card_become_escalations(alone: World) -> None:
    """The shortcut keeps words and link; the card's button knows the customer; an unknown name is asked again."""
    alone.office.customer("Acme", owner=BOB)
    ana, bob = alone.as_(ANA), alone.as_(BOB)
    said = await ana.say("general", "Acme can't log in since noon")
    await bob.shortcut("escalations.escalate_message", said)
    form = await window(bob, "Record a problem")
    await bob.choose(form, "customers.options", "Acme")
    await bob.fill(form, escalations_severity="It hurts their work")
    assert await bob.submit(form) is None
    await window(bob, "Saved")
    [row] = rows(alone.office)
    assert (row.what, row.assignee_id) == ("Acme can't log in since noon", BOB)
    assert said.ts.replace(".", "") in row.link
    [card] = (await ana.command("/customers Acme")).messages
    await ana.press(card, "escalations.raise")
    form = await window(ana, "Record a problem")
    assert "Acme" in str(form.blocks)
    await ana.close(form)
    await ana.command("/escalate Akme")
    assert "No customer is called Akme. Did you mean Acme?" in words((await window(ana, "Record a problem")).blocks)


@pytest.mark.slow
async def test_the_clock_runs_in_three_zones_over_thanksgiving(alone: World) -> None:
    """Raised on Wednesday night UTC for each; the warnings and the word to Mara come in each one's own hours, once."""
    acme = alone.office.customer("Acme")
    await alone.move_to(datetime(2026, 11, 25, 21, 30, tzinfo=UTC))
    for person in (ANA, BOB, KIRI):
        escalate(alone.office, acme, assignee_id=person, what=f"for {person}")
    mara = alone.as_(MARA)
    # Kiri is at work on her Thursday; Ana begins on Thursday at nine; Bob has Thanksgiving off
    for person, by in ((KIRI, (2026, 11, 26, 1, 30)), (ANA, (2026, 11, 26, 13, 0)), (BOB, (2026, 11, 27, 17, 30))):
        await alone.move_to(datetime(*by, tzinfo=UTC) - timedelta(minutes=30))
        await told(alone.as_(person), "still waits for a first answer")
        assert not [one for one in mara.sees() if "past its time" in one.text and f"for {person}" in one.text]
        await alone.move_to(datetime(*by, tzinfo=UTC) + timedelta(minutes=1))
        await told(mara, f"for {person}, past its time")
    await alone.move(days=2)
    assert len([one for one in mara.sees() if "has a problem that is past its time; " in one.text]) == 3


async def test_the_channel_is_set_up_posted_to_and_left_when_outsiders_come(alone: World) -> None:
    """One message, its thread; once the channel is shared, nothing goes there any more and Mara is told."""
    acme = alone.office.customer("Acme")
    mara = alone.as_(MARA)
    [refused] = (await alone.as_(ANA).command("/escalate setup")).messages
    assert "Only managers can set problems up" in refused.text
    await mara.command("/escalate setup")
    form = await window(mara, "Problems")
    await mara.fill(form, escalations_clock_stops="soon", escalations_channel="accounts")
    assert "Write hours or days" in str(await mara.submit(form))
    await mara.fill(form, escalations_clock_stops="2 hours")
    assert await mara.submit(form) is None
    assert "A first answer within 2 hours, 1 day or 3 days" in words((await window(mara, "Problems")).blocks)
    schema = escalate(alone.office, acme, by=ANA)
    await alone.run_jobs()
    posted = await told(mara, "Acme has a problem (stops their work); Ana Lima is on it")
    answer(alone.office, schema)
    await alone.run_jobs()
    update = await told(mara, "Answered by Ana Lima, not fixed yet")
    assert (update.thread_ts, update.channel) == (posted.ts, posted.channel)
    alone.rehearsal.workspace.channel("accounts").is_ext_shared = True
    await mara.close(mara.modal(), everything=True)  # type: ignore[arg-type]  # it is open
    escalate(alone.office, acme, by=ANA, what="not for outsiders")
    await alone.run_jobs()
    await told(mara, "Problems aren't posted to #accounts any more: it is shared with outsiders now.")
    assert not [one for one in mara.sees("accounts") if "outsiders" in one.text]


async def test_forged_ids_of_another_workspace_are_refused_and_leave_a_line(alone: World) -> None:
    """In buttons, offers and windows; nonsense is answered kindly."""
    acme = alone.office.customer("Acme", owner=ANA)
    with alone.runtime.database.transaction(ELSEWHERE) as session:
        install_workspace(session, name="Elsewhere", bot_user_id="U0BOT", now=LONG_AGO)
        add_person(session, MARA, "Mara Elsewhere")
        theirs = str(add_customer(session, "Theirs").id)
    escalate(alone.office, acme)
    await alone.run_jobs()
    ana, forged = alone.as_(ANA), str(uuid4())
    message = await told(ana, "you are on it")
    button = next(e for b in message.blocks for e in b.get("elements", ()) if e["action_id"] == "escalations.answer")
    kept, button["value"] = button["value"], forged
    await ana.press(message, "escalations.answer")
    await told(ana, "That problem isn't here any more")
    button["value"] = "nonsense"
    await ana.press(message, "escalations.answer")
    await told(ana, "That button is out of date")
    button["value"] = kept
    await ana.press(message, "escalations.answer")
    form = await window(ana, "Answered")
    form.payload["private_metadata"] = f'{{"escalation_id": "{forged}"}}'
    assert "isn't here any more" in str(await ana.submit(form))
    await ana.close(form)
    [card] = (await ana.command("/customers Acme")).messages
    offer = next(e for b in card.blocks for e in b.get("elements", ()) if e.get("action_id") == "escalations.raise")
    offer["value"] = theirs
    await ana.press(card, "escalations.raise")
    await told(ana, "That customer isn't here any more")
    query = select(AuditEntry).where(AuditEntry.action == "press.refused")
    lines = alone.office.look(lambda session: session.exec(query).all())
    assert sorted(line.subject_id for line in lines) == sorted([forged, forged, theirs])
    assert {line.by for line in lines} == {ANA}


async def test_two_at_once_have_one_effect_over_signed_http(called: World) -> None:
    """Ana's window and Mara's: the slower one reads who was faster; strangers are refused; lists change in place."""
    acme = called.office.customer("Acme", owner=ANA)
    escalate(called.office, acme, by=BOB)
    await called.run_jobs()
    ana, mara, kiri = called.as_(ANA), called.as_(MARA), called.as_(KIRI)
    [listed] = (await mara.command("/escalate list team")).messages
    [others] = (await kiri.command("/escalate list Acme")).messages
    for actor, where in ((mara, listed), (kiri, others)):
        await actor.choose(where, "escalations.more", "Answered")
    first, second, third = await window(mara, "Answered"), await window(kiri, "Answered"), None
    message = await told(ana, "you are on it")
    await ana.press(message, "escalations.answer")
    third = await window(ana, "Answered")
    assert "Only who is on it" in str(await kiri.submit(second))
    errors = await asyncio.gather(mara.submit(first), ana.submit(third))
    assert sorted(error is None for error in errors) == [False, True]
    assert "answered already (by" in str(errors)
    await mara.close(mara.modal(), everything=True) if mara.modal() else None
    called.office.do(set_status, customer_id=acme, status=Status.LOST, reason="went bankrupt", by=MARA)
    await called.run_jobs()
    await mara.choose(listed, "escalations.more", "Give to somebody else")
    await told(mara, "That is closed already")
    await reads(mara, listed, "nothing is open")
    [rate] = (await kiri.command("/escalate rate")).messages
    assert "no rate yet" in rate.text
    [told_how] = (await kiri.command("/escalate help")).messages
    assert "/escalate rate" in words(told_how.blocks)
    await called.move_to(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    news = await told(called.as_(BOB), "Closed: Acme: the portal is down")
    assert "the customer is lost: went bankrupt" in str(news.blocks)

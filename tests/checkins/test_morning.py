"""The one message of the morning, over the wire: every feature's things in it, acted on from their rows."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.checkins.queries.reminders import get_reminder
from bot.checkins.rules import Result
from bot.checkins.tables import Checkin, Reminder
from bot.checkins.usecases.rows import add_note, log_from_row
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.rules.due import Status
from bot.customers.usecases import hand_over
from bot.customers.usecases.details import set_status
from bot.escalations.rules import Severity
from bot.escalations.schemas import EscalationLate
from rehearsal.state.messages import Message
from tests.checkins.office import at, go_away, log, names, owed, queue_of, remind, row_of, told, undo
from tests.checkins.test_stories import entries, reads, reminded, window, words
from tests.checkins.test_stories import told as said
from tests.escalations.helpers import escalate, keep, stored
from tests.followups.helpers import assign
from tests.makers import ANA, BOB, KIRI, MARA, Office
from tests.promises.helpers import promise
from tests.world import World

FRIDAY = date(2026, 11, 27)
NIGHT_OWL = "U0OWL"


def utc(day: int, hour: int, month: int = 11) -> datetime:
    """An instant of November, or of another month."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def mornings(world: World, person: str = ANA) -> list[Message]:
    """That person's morning messages, oldest first."""
    return [one for one in world.as_(person).dm() if "*Customers*" in words(one.blocks) or "*P" in words(one.blocks)]


async def test_everything_stands_in_one_message_in_the_order_of_its_weight(world: World) -> None:
    """A problem, a promise, a follow-up, a customer: one message, and each row is acted on in place."""
    office = world.office
    golddex = office.customer("Golddex", owner=ANA, waited=3)
    escalate(office, golddex, what="the new line stands still")
    promise(office, office.customer("Goldfinch Dental", owner=ANA, waited=3))
    assign(office, office.customer("Sunset Diner", owner=ANA, waited=3), what="pay back what was charged twice")
    bakery = office.customer("Bakery Lindqvist", owner=ANA, waited=47)
    ana = world.as_(ANA)
    await world.move_to(utc(27, 9))
    message = mornings(world)[-1]
    assert message.text == (
        "Golddex has a problem that is past its time, one promise is due, one follow-up is due, one customer waits."
    )
    shown = words(message.blocks)
    titles = [shown.index(f"*{title}*") for title in ("Problems", "Promises", "Asked of you", "Customers")]
    assert titles == sorted(titles)
    assert "> the new line stands still" in shown
    await ana.press(message, "promises.kept")
    await reads(ana, message, "✓ *Goldfinch Dental* · send the new price list · kept by Ana Lima")
    await ana.press(message, "followups.done")
    assert await ana.submit(await window(ana, "Done")) is None
    await reads(ana, message, "✓ *Sunset Diner* · pay back what was charged twice · done by Ana Lima")
    await ana.press(message, "escalations.answer")
    assert await ana.submit(await window(ana, "Answered")) is None
    await reads(ana, message, "✓ *Golddex* · the new line stands still · answered by Ana Lima")
    await ana.press(message, "checkins.talked", value=str(bakery))
    await reads(ana, message, "✓ Bakery Lindqvist · talked")
    assert message.text == "All caught up for today."
    assert len({one.ts for one in mornings(world) if one.ts.startswith(f"{utc(27, 9).timestamp():.0f}")}) == 1


async def test_what_changed_since_yesterday_comes_first(world: World) -> None:
    """New ones are counted on their first morning, the longest is named from the third on; a problem comes again."""
    office = world.office
    escalate(office, office.customer("Golddex", owner=ANA, waited=3))
    office.customer("Bakery", owner=ANA, waited=31)
    await world.run_jobs()
    for day in (24, 25, 26):
        await world.move_to(utc(day, 9))
    office.customer("Condax", owner=ANA, waited=40)
    await world.move_to(utc(27, 9))
    shown = [words(one.blocks) for one in mornings(world)]
    assert ["*Problems*" in one for one in shown] == [False, True, True, True, True]
    assert "*Customers* · one new\n" in shown[0]
    assert "*Customers* · one still waiting\n" in shown[1]
    assert "*Customers* · one still waiting; Bakery for the third day\n" in shown[2]
    assert "*Problems* · one still waiting; Golddex for the fourth day\n" in shown[4]
    assert "*Customers* · one new, one still waiting; Bakery for the fifth day\n" in shown[4]


def test_a_weekend_doesnt_break_a_row_and_a_gap_does(office: Office) -> None:
    """Friday and Monday follow each other; what was dealt with and comes back later is new."""
    acme = office.customer("Acme", owner=ANA, waited=31)
    found = []
    for day, month in ((26, 11), (27, 11), (30, 11), (3, 12)):
        at(office, utc(day, 10, month))
        assert remind(office, ANA) == 1
        found.append(owed(office)[-1].body["rows"][0]["days"])
    assert found == [1, 2, 3, 1]  # Tuesday is a holiday in Portugal, and there was no message on Wednesday
    assert row_of(office, acme).last_contact_on


def test_one_that_had_no_room_yesterday_isnt_called_new(office: Office) -> None:
    """Twelve wait and ten stand there; two are done, and the two that move up have waited all along."""
    ids = [office.customer(f"C{number:02}", owner=ANA, waited=40 + number) for number in range(12)]
    remind(office, ANA)
    for customer_id in ids[-2:]:
        log(office, customer_id)
    at(office, utc(24, 10))
    remind(office, ANA)
    assert {row["days"] for row in owed(office)[-1].body["rows"]} == {2}


def test_what_comes_up_after_the_hour_waits_for_the_next_morning(office: Office) -> None:
    """Nothing waits at nine, so the day is decided; at ten a customer is given to Ana, and she reads it on Tuesday."""
    assert remind(office) == 0
    at(office, utc(23, 10))
    office.customer("Acme", owner=ANA, waited=47)
    assert remind(office) == 0
    assert owed(office) == []
    at(office, utc(24, 9))
    assert remind(office, ANA) == 1


def test_a_problem_past_its_time_is_told_to_managers_too_until_it_is_answered(office: Office) -> None:
    """And to the cover of who is on it; without anything else to say."""
    escalate(office, office.customer("Golddex"), assignee_id=BOB)
    go_away(office, BOB, date(2026, 11, 24), FRIDAY, cover=KIRI)
    at(office, utc(24, 9))
    remind(office, MARA, ANA, BOB)
    at(office, utc(24, 20))
    remind(office, KIRI)
    assert [row.recipient for row, _ in told(office, "problems")] == [MARA, KIRI]
    [(_, mine), _] = told(office, "problems")
    assert mine.lead == "Golddex has a problem that is past its time"
    assert "Bob Chen is on it" in mine.rows[0].markup


@pytest.mark.parametrize(("minutes", "mornings"), [(59, [0, 1]), (60, [1, 2])])
def test_an_alarm_isnt_repeated_within_the_hour(office: Office, minutes: int, mornings: list[int]) -> None:
    """Of work that stops people are told at once; the morning message after it leaves that out, the next doesn't."""
    owl = office.person(NIGHT_OWL, "Nils Owl", hour=time(21))
    alarm = utc(24, 21) - timedelta(minutes=minutes)
    at(office, alarm - timedelta(hours=4))
    escalate(office, office.customer("Golddex"), assignee_id=owl)
    at(office, alarm)
    keep(office)
    assert EscalationLate.kind in [row.kind for row in owed(office) if row.recipient == owl]
    found = []
    for day in (24, 25):
        at(office, utc(day, 21))
        assert queue_of(office, owl).others == ("one problem is past its time",)
        remind(office, owl)
        found.append(len(told(office, "problems")))
    assert found == mornings


@pytest.mark.parametrize("person", [ANA, NIGHT_OWL])
def test_a_problem_late_before_the_hour_is_told_once_that_day(office: Office, person: str) -> None:
    """The clock that looks first leaves it to the morning message, also to one that comes in the evening."""
    office.person(NIGHT_OWL, "Nils Owl", hour=time(21))
    problem = escalate(office, office.customer("Golddex"), assignee_id=person, severity=Severity.HURTS)
    hour = 9 if person == ANA else 21
    for instant in (utc(24, hour - 1), utc(24, hour)):
        at(office, instant)
        keep(office)
    assert stored(office, problem).late_told_at is not None
    assert remind(office, person) == 1
    keep(office)
    assert [row.kind for row in owed(office) if row.recipient == person][1:] == ["checkins.reminder"]


def test_five_stand_in_a_section_and_the_rest_is_counted_when_it_is_drawn_again(office: Office) -> None:
    """As long as they are due."""
    acme = office.customer("Acme")
    for number in range(7):
        promise(office, acme, what=f"thing {number}", due_on=date(2026, 11, 24))
    at(office, utc(24, 9))
    remind(office, ANA)
    [reminder] = office.look(lambda session: session.exec(select(Reminder).where(Reminder.person_id == ANA)).all())
    drawn = office.ask(get_reminder, reminder_id=reminder.id, viewer=ANA, features=office.runtime.features)
    [section] = drawn.sections
    assert (len(section.rows), section.more, section.counted) == (5, 2, "seven promises are due")


async def test_one_press_logs_and_a_note_comes_afterwards(world: World) -> None:
    """*Talked* pressed twice logs once; the note is kept with the mood, and stands in the row; then *Undo*."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    message = await reminded(world)
    await asyncio.gather(ana.press(message, "checkins.talked"), ana.press(message, "checkins.talked"))
    await reads(ana, message, "✓ Bakery · talked · next 23 Dec")
    await said(ana, "Bakery is logged already; nothing was added.")
    [entry] = entries(world, bakery)
    assert (entry.result, entry.channel, entry.happened_on) == ("talked", "call", world.now.date())
    await ana.press(message, "checkins.note_later")
    form = await window(ana, "Add a note")
    await ana.fill(form, checkins_said="waiting for the <invoice> fix", checkins_felt="Uneasy")
    assert await ana.submit(form) is None
    await reads(ana, message, '"waiting for the &lt;invoice&gt; fix"')
    assert [(one.note, one.mood) for one in entries(world, bakery)] == [("waiting for the <invoice> fix", "uneasy")]
    assert "Add a note" not in words(message.blocks)
    await ana.press(message, "checkins.undo")
    await reads(ana, message, "*Bakery* · 47 days (every 30)")


async def test_from_the_queue_and_from_home_one_press_is_enough_too(world: World) -> None:
    """The queue changes in place; Home tells it in a window, from which the note is added."""
    for name in ("Bakery", "Golddex"):
        world.office.customer(name, owner=ANA, waited=47)
    ana = world.as_(ANA)
    [queue] = (await ana.command("/checkin")).messages
    await ana.press(queue, "checkins.talked")
    await reads(ana, queue, "✓ Bakery · talked")
    assert queue.text == "Your queue: 1 neglected"
    await ana.press(queue, "checkins.note_later")
    form = await window(ana, "Add a note")
    await ana.fill(form, checkins_said="all well")
    assert await ana.submit(form) is None
    await reads(ana, queue, '"all well"')
    await ana.open_home()
    home = await ana.until(lambda me: me.home() if me.home() and "Golddex" in words(me.home().blocks) else None)  # type: ignore[union-attr]  # just looked
    await ana.press(home, "checkins.talked")
    await window(ana, "Saved")


async def test_a_menu_asks_somebody_and_logs_an_attempt(world: World) -> None:
    """*Ask somebody* opens the follow-up's form with the customer in it; *Tried* leaves the clock running."""
    world.office.customer("Bakery", owner=ANA, waited=47)
    ana = world.as_(ANA)
    message = await reminded(world)
    await ana.choose(message, "checkins.more", "Ask somebody")
    form = await ana.until(lambda me: me.modal())
    assert "Bakery" in str(form.blocks)
    await ana.close(form)
    await ana.choose(message, "checkins.more", "Tried")
    await reads(ana, message, "✓ Bakery · tried · the clock keeps running")
    assert message.text == "You went through all of this; one customer is still past its cadence."


async def test_a_customer_that_was_handed_on_loses_its_buttons_and_says_by_whom(world: World) -> None:
    """Mara handed it to Bob, which isn't Bob's taking it; Ana's press is refused and shows it."""
    office = world.office
    handed, taken, pooled, paused = (
        office.customer(name, owner=ANA, waited=50 - number)
        for number, name in enumerate(("Casa do Livro", "Golddex", "Condax", "Kan-code"))
    )
    ana = world.as_(ANA)
    message = await reminded(world)
    office.do(hand_over, customer_id=handed, to=BOB, by=MARA)
    office.do(hand_over, customer_id=taken, to=KIRI, by=KIRI)
    office.do(hand_over, customer_id=pooled, to=None, by=MARA)
    office.do(set_status, customer_id=paused, status=Status.PAUSED, reason="holiday", by=ANA)
    await ana.press(message, "checkins.talked", value=str(handed))
    await said(ana, "Only Bob Chen, their cover or a manager can log this in one press")
    shown = await reads(ana, message, "Mara Okafor handed Casa do Livro to Bob Chen")
    assert " took Golddex" in shown
    assert "Mara Okafor gave Condax back to the pool" in shown
    assert "Kan-code is paused now" in shown
    assert "Talked" not in shown
    assert entries(world, handed) == []


@pytest.mark.both_databases
def test_a_note_is_added_once_by_who_logged_it(office: Office) -> None:
    """Not to what was undone, not by others, not empty; each refusal says what to do."""
    acme = office.customer("Acme", owner=ANA, waited=47)
    done = office.do(log_from_row, customer_id=acme, result=Result.TALKED, by=ANA)
    assert done.can_note

    def noted(by: str = ANA, note: str = "all well", **more: Any) -> Any:
        inputs = {"customer_action_id": done.customer_action_id, "note": note, "by": by, **more}
        return office.do(add_note, **inputs)

    with pytest.raises(NotAllowed, match="Somebody else logged that"):
        noted(by=MARA)
    with pytest.raises(InvalidInput, match="in a few words"):
        noted(note=" ")
    with pytest.raises(NotFound):
        noted(customer_action_id=new_id())
    assert noted().note == "all well"
    with pytest.raises(AlreadyDone, match="has a note already"):
        noted()
    undo(office, done)
    with pytest.raises(AlreadyDone, match="was undone"):
        noted()
    [row] = office.look(lambda session: session.exec(select(Checkin)).all())
    assert row.note == "all well"


def test_ten_minutes_later_the_same_press_is_another_contact(office: Office) -> None:
    """A second call in the afternoon counts; after an undo, one at once counts, too."""
    acme = office.customer("Acme", owner=ANA, waited=47)
    first = office.do(log_from_row, customer_id=acme, result=Result.TALKED, by=ANA)
    with pytest.raises(AlreadyDone):
        office.do(log_from_row, customer_id=acme, result=Result.TALKED, by=ANA)
    undo(office, first)
    office.do(log_from_row, customer_id=acme, result=Result.TALKED, by=ANA)
    at(office, office.runtime.clock.now() + timedelta(minutes=11))
    office.do(log_from_row, customer_id=acme, result=Result.TALKED, by=ANA)


def test_nothing_waits_only_where_nothing_is_late(office: Office) -> None:
    """An empty queue names the promise that is due, and the problem past its time."""
    acme = office.customer("Acme", owner=ANA, waited=3)
    assert (names(queue_of(office)), queue_of(office).others) == ([], ())
    promise(office, acme, due_on=date(2026, 11, 23))
    assert queue_of(office).others == ("one promise is due",)
    escalate(office, acme)
    at(office, utc(24, 8))
    assert queue_of(office).others == ("one problem is past its time", "one promise is broken")

"""A manager's friendly reminder to a colleague who doesn't act."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.checkins.queries.idle import get_colleagues_queue
from bot.checkins.schemas import IdlePerson, NudgeDue, ReminderDue
from bot.checkins.usecases.nudging import nudge_person
from bot.checkins.views import nudging as views
from bot.checkins.views.reminder import reminder
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.features import FEATURES
from bot.slack import blocks as ui
from tests.commitments.helpers import owed_notifications
from tests.makers import ANA, BOB, KIRI, MARA, Office
from tests.promises.helpers import promise, tick
from tests.story.play import words
from tests.world import World


def _nudge(office: Office, person_id: str = ANA, by: str = MARA) -> Any:
    return office.do(nudge_person, person_id=person_id, features=FEATURES, by=by)


def _text(office: Office, to: str = ANA) -> str:
    (row,) = owed_notifications(office, "checkins.nudge", to)
    return views.nudge(NudgeDue.model_validate(row.body)).text


def test_the_reminder_is_written_in_the_managers_name(office: Office) -> None:
    """It says who asked, how many wait, and which of them is the longest past its cadence."""
    for name, waited in (("Acme", 40), ("Golddex", 80), ("Condax", 50)):
        office.customer(name, owner=ANA, waited=waited)
    sent = _nudge(office)
    expected = "Mara asked me to remind you: three customers wait, Golddex the longest past its cadence."
    assert _text(office) == expected
    assert views.nudged(sent).text == "Ana Lima gets one friendly message from me in your name, now."


def test_what_people_owe_is_named_too(office: Office) -> None:
    """A broken promise alone is worth a reminder, and one customer is named without a number."""
    condax = office.customer("Condax", owner=ANA, waited=1)
    promise(office, condax)
    office.runtime.clock.move(timedelta(days=7))  # type: ignore[attr-defined]
    tick(office)
    _nudge(office)
    assert _text(office) == "Mara asked me to remind you: 1 promise broken."
    office.customer("Acme", owner=BOB, waited=40)
    _nudge(office, BOB)
    assert _text(office, BOB) == "Mara asked me to remind you: Acme waits."


def test_it_arrives_within_their_hours_and_once_a_day(office: Office) -> None:
    """At nine in London it is night in New York and evening in Auckland; a second press that day is refused."""
    for owner in (BOB, KIRI):
        office.customer(f"{owner}'s", owner=owner, waited=60)
    assert _nudge(office, BOB).arrives_at == datetime(2026, 11, 23, 14, tzinfo=UTC)
    sent = _nudge(office, KIRI)
    assert sent.arrives_at == datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert "when their hours begin, today 20:00" in views.nudged(sent).text
    office.runtime.clock.move(timedelta(hours=12))  # type: ignore[attr-defined]
    with pytest.raises(AlreadyDone, match="one message a day is enough"):
        _nudge(office, KIRI)
    office.runtime.clock.move(timedelta(hours=12))  # type: ignore[attr-defined]
    assert _nudge(office, KIRI).arrives_at == datetime(2026, 11, 24, 20, tzinfo=UTC)


def test_who_may_remind_whom(office: Office) -> None:
    """Only managers, not themselves, nobody who left, and nobody for whom nothing waits."""
    office.customer("Acme", owner=ANA, waited=60)
    office.customer("Golddex", owner=MARA, waited=60)
    with pytest.raises(NotAllowed, match="Only managers can ask colleagues"):
        _nudge(office, ANA, by=BOB)
    with pytest.raises(InvalidInput, match="That is you"):
        _nudge(office, MARA)
    office.person("U0GONE", "Gus Grey", is_deactivated=True)
    with pytest.raises(InvalidInput, match="Gus Grey isn't a full member"):
        _nudge(office, "U0GONE")
    with pytest.raises(AlreadyDone, match="Nothing waits for Bob Chen"):
        _nudge(office, BOB)
    with pytest.raises(NotFound):
        _nudge(office, "U0NOBODY")
    with pytest.raises(NotAllowed, match="Only managers can look at"):
        office.ask(get_colleagues_queue, person_id=ANA, features=FEATURES, viewer=BOB)


def test_a_week_without_a_change_is_told_in_numbers() -> None:
    """The manager's reminder names the first in its sentence, and shows five people with what waits for them."""
    bob = IdlePerson(person_id=BOB, name="Bob <Chen>", working_days=6, neglected=3, late=1,
                     lines=("3 neglected", "1 promise broken"))  # fmt: skip
    others = [bob.model_copy(update={"person_id": f"U{number}"}) for number in range(11)]

    def message(*people: IdlePerson) -> ui.Message:
        idle = {"idle": people, "total": 0, "rows": ()}
        return reminder(ReminderDue(reminder_id=new_id(), person_id=MARA, first_name="Mara", **idle))

    assert message(bob).text == "Bob &lt;Chen&gt; hasn't acted for 6 working days."
    assert message(bob, *others[:1]).text == "Bob &lt;Chen&gt; and one more colleague haven't acted for a week."
    everybody = message(bob, *others)
    assert everybody.text == "Bob &lt;Chen&gt; and 11 more colleagues haven't acted for a week."
    shown = str(everybody.blocks)
    assert "*Bob &lt;Chen&gt;* hasn't acted for 6 working days: 3 neglected, 1 promise broken" in shown
    assert "7 more; they stand on your Home." in shown
    assert shown.count("'Nudge'") == 5


async def test_a_manager_opens_a_queue_and_nudges_over_the_wire(world: World) -> None:
    """Mara is told once a week who doesn't act, opens Ana's queue, and presses Nudge twice; Ana reads one message."""
    world.office.customer("Acme", owner=ANA, waited=60)
    world.office.customer("Golddex", owner=ANA, waited=50)
    mara, ana = world.as_(MARA), world.as_(ANA)
    await world.run_jobs()
    await world.move(hours=1)
    (named,) = [one for one in mara.dm() if "hasn't acted" in one.text]
    outcome = await mara.press(named, "checkins.open_queue")
    window = await mara.modal_opened("Queue")
    assert "Ana Lima" in words(window)
    assert "2 customers wait" in words(window)
    outcome = await mara.press(named, "checkins.nudge")
    assert "in your name" in (await outcome.reply()).text
    await world.run_jobs()
    assert [one.text for one in ana.dm() if "asked me to remind you" in one.text] == [
        "Mara asked me to remind you: two customers wait, Acme the longest past its cadence."
    ]
    outcome = await mara.press(named, "checkins.nudge")
    assert "one message a day" in (await outcome.reply()).text

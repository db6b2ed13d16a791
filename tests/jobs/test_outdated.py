"""What waited for the morning and isn't so any more is told as it is, or not at all."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core.outbox import DeliveryState
from bot.escalations.rules import Severity
from bot.escalations.usecases import withdraw_escalation
from bot.escalations.usecases.scheduled import notify_late, warn_people
from bot.features import FEATURES
from bot.followups.usecases import cancel_followup, complete_followup, reassign_followup
from bot.promises.usecases.scheduled import break_overdue
from tests.checkins.office import remind
from tests.escalations.helpers import answer, escalate
from tests.followups.helpers import assign
from tests.jobs.mail import PostOffice, open_post_office
from tests.makers import ANA, KIRI, MARA, Office
from tests.promises.helpers import kept, promise

EVENING, NIGHT, TO_MORNING = timedelta(hours=9), timedelta(hours=5), timedelta(hours=10)
"""From nine to six in the evening, on to eleven, and on to nine the next morning."""


@pytest.fixture
async def post(sqlite_url: str) -> AsyncIterator[PostOffice]:
    """Open a post office that delivers what all features enqueue, at six in the evening."""
    async with open_post_office(sqlite_url, FEATURES) as opened:
        for handle, person in (("mara", MARA), ("kiri", KIRI)):
            opened.rehearsal.control.add_person(handle, id=person)
        opened.clock.move(EVENING)
        yield opened


async def _next_morning(post: PostOffice, person: str = ANA) -> list[str]:
    """Deliver at night, when nothing comes, and in the morning; return what the person reads then."""
    actor = post.rehearsal.control.as_person(person)
    before = len(actor.dm())
    post.clock.move(NIGHT)
    await post.deliver()
    assert len(actor.dm()) == before
    post.clock.move(TO_MORNING)
    for _ in range(5):
        await post.deliver()
    assert post.states_in(DeliveryState.PENDING, DeliveryState.UNKNOWN) == []
    return [message.text for message in actor.dm()[before:]]


async def test_a_withdrawn_followup_is_not_asked_for(post: PostOffice) -> None:
    """Of three follow-ups of the evening, one is cancelled and one given to Kiri: Ana hears of the third, as it is."""
    office = Office(post.runtime)
    acme, golddex, condax = (office.customer(name, owner=ANA, waited=1) for name in ("Acme", "Golddex", "Condax"))
    cancelled, given, stays = assign(office, acme), assign(office, golddex), assign(office, condax)
    office.do(cancel_followup, followup_id=cancelled.id, reason="paid", by=MARA)
    office.do(reassign_followup, followup_id=given.id, to=KIRI, by=MARA)
    told = await _next_morning(post)
    asked = [text for text in told if "asks you" in text]
    assert len(asked) == 1
    assert "Condax" in asked[0]
    assert stays.customer_id == condax


async def test_a_problem_that_was_answered_is_not_late_any_more(post: PostOffice) -> None:
    """The warning and the news of lateness don't come once the customer has an answer; what was raised, as it is."""
    office = Office(post.runtime)
    acme = office.customer("Acme", owner=ANA, waited=1)
    problem = escalate(office, acme, severity=Severity.HURTS)
    post.clock.move(timedelta(days=3))
    for clock_work in (warn_people, notify_late):
        office.do(clock_work)
    answer(office, problem)
    told = await _next_morning(post)
    assert [text for text in told if "past" in text or "waiting for a first answer" in text] == []
    assert any("answered by Ana Lima" in text for text in told)
    assert [text for text in await _next_morning(post, MARA) if "in time" in text] == []


async def test_a_problem_raised_by_mistake_is_not_raised_in_the_morning(post: PostOffice) -> None:
    """It was withdrawn by night: who was on it only reads that it is closed."""
    office = Office(post.runtime)
    acme = office.customer("Acme", owner=ANA, waited=1)
    problem = escalate(office, acme, severity=Severity.ANNOYS)
    office.do(withdraw_escalation, escalation_id=problem.id, reason="the wrong customer", by=MARA)
    told = await _next_morning(post)
    assert len(told) == 1
    assert "closed" in told[0]


async def test_a_promise_that_was_made_good_is_not_called_broken(post: PostOffice) -> None:
    """Two promises broke; the one that was kept at night isn't in the morning's message."""
    office = Office(post.runtime)
    acme, golddex = (office.customer(name, owner=ANA, waited=1) for name in ("Acme", "Golddex"))
    first, _second = promise(office, acme), promise(office, golddex, what="call back")
    post.clock.move(timedelta(days=5))  # Saturday
    office.do(break_overdue)
    kept(office, first)
    post.clock.move(timedelta(days=1))  # Sunday
    assert await _next_morning(post) == []  # nothing but the morning message tells of it
    assert remind(office, ANA) == 1
    await post.deliver()
    (broken,) = [one for one in post.rehearsal.control.as_person(ANA).dm() if "broken" in f"{one.text}{one.blocks}"]
    assert "Golddex" in str(broken.blocks)
    assert "Acme" not in str(broken.blocks)


async def test_a_late_followup_that_was_done_is_not_told_to_who_asked(post: PostOffice) -> None:
    """Ana does it before Mara's morning comes: Mara reads that it is done, not that it is late."""
    office = Office(post.runtime)
    acme = office.customer("Acme", owner=ANA, waited=1)
    followup = assign(office, acme)
    post.clock.move(timedelta(days=9))  # Wednesday evening, two working days after its day
    office.do(complete_followup, followup_id=followup.id, by=ANA, note="paid")
    told = await _next_morning(post, MARA)
    assert len(told) == 1
    assert "late" not in told[0]


async def test_what_cannot_be_looked_at_again_waits_for_the_database(post: PostOffice) -> None:
    """An error of the database while a message is drawn loses nothing: it is sent a little later."""
    office = Office(post.runtime)
    assign(office, office.customer("Acme", owner=ANA, waited=1))
    post.clock.move(NIGHT + TO_MORNING)
    with office.runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE followups RENAME TO followups_away")
    await post.deliver()
    assert post.states_in(DeliveryState.DEAD) == []
    with office.runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE followups_away RENAME TO followups")
    post.clock.move(timedelta(minutes=1))
    await post.deliver()
    assert len(post.rehearsal.control.as_person(ANA).dm()) == 1

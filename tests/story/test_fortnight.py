"""A fortnight in which nobody acts: who is written to, how often, and at which hours."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.escalations.rules import Severity
from bot.people.queries import get_calendar
from rehearsal.state.messages import Message
from tests.escalations.helpers import escalate
from tests.followups.helpers import assign
from tests.makers import ANA, BOB, KIRI, MARA
from tests.promises.helpers import promise
from tests.world import World, open_world

pytestmark = pytest.mark.slow

PEOPLE = (MARA, ANA, BOB, KIRI)
MONDAY = datetime(2027, 2, 1, 0, tzinfo=UTC)  # two weeks without a public holiday where these people live, but one
FORTNIGHT = timedelta(days=14)
SECOND_MONDAY = date(2027, 2, 8)  # on the first, nothing had been late for a working week
WEEKLY = "Who hasn't acted for a week"
"""What stands in a manager's morning message once a week."""
COLLEAGUES = ("asks you", "raised a problem", "asked me to remind you")
"""What stands in messages that a colleague's press began."""
ALARM = "stops"
"""The word by which the test's customers whose work stops are named."""


async def test_nobody_is_bothered_more_than_once_a_day_or_by_night(sqlite_url: str) -> None:
    """
    Everything is late and nobody acts for ten working days in four time zones.

    The bot begins one message a person and working day, none on other days, and none outside their hours but of what
    stops a customer's work; what is late is told again each morning. Once a week Mara's names who doesn't act.
    """
    async with open_world(sqlite_url, start=MONDAY) as world:
        _make_everything_late(world)
        seen: dict[str, list[tuple[datetime, Message]]] = {person: [] for person in PEOPLE}
        while world.now < MONDAY + FORTNIGHT:
            await world.rehearsal.control.move(timedelta(hours=1))
            await world.run_jobs()
            for person in PEOPLE:
                new = world.as_(person).dm()[len(seen[person]) :]
                seen[person] += [(world.now, message) for message in new]
            if world.now == MONDAY + timedelta(days=2, hours=22):
                escalate(world.office, world.office.customer(f"Night {ALARM}"), assignee_id=ANA, what="all is dark")
        for person in PEOPLE:
            _check_days(world, person, seen[person])
            _check_hours(world, person, seen[person])
        _check_that_late_problems_are_told_daily([message for _, message in seen[ANA]])
        assert [at.date() for at, message in seen[MARA] if WEEKLY in str(message.blocks)] == [SECOND_MONDAY]
        assert not any(WEEKLY in str(message.blocks) for _, message in seen[ANA] + seen[BOB] + seen[KIRI])


def _make_everything_late(world: World) -> None:
    for owner in (ANA, BOB, KIRI):
        customers = [world.office.customer(f"{owner} {n}", owner=owner, waited=20 + 10 * n) for n in range(4)]
        promise(world.office, customers[0], by=owner, due_on=date(2027, 2, 3))
        assign(world.office, customers[1], assignee_id=owner, due_on=date(2027, 2, 2))
        escalate(world.office, customers[2], assignee_id=owner, severity=Severity.HURTS)
        escalate(world.office, customers[3], assignee_id=owner, severity=Severity.ANNOYS, what="a typo")


def _is_begun_by_colleagues(message: Message) -> bool:
    return any(words in message.text for words in COLLEAGUES)


def _is_alarm(message: Message) -> bool:
    return ALARM in message.text


def _check_days(world: World, person: str, seen: list[tuple[datetime, Message]]) -> None:
    calendar = world.office.look(lambda session: get_calendar(session, person))
    begun = [at for at, message in seen if not (_is_begun_by_colleagues(message) or _is_alarm(message))]
    days = Counter(at.astimezone(ZoneInfo(calendar.zone)).date() for at in begun)
    assert {day: count for day, count in days.items() if count > 1} == {}, person
    assert all(calendar.is_working_day(day) for day in days), person
    assert len(days) >= 9, person


def _check_hours(world: World, person: str, seen: list[tuple[datetime, Message]]) -> None:
    calendar = world.office.look(lambda session: get_calendar(session, person))
    by_night = [(at, message) for at, message in seen if calendar.next_opening(at) != at]
    assert [(at, message.text) for at, message in by_night if not _is_alarm(message)] == [], person
    if person == ANA:
        assert by_night, "What stops a customer's work is told by night."


def _check_that_late_problems_are_told_daily(messages: list[Message]) -> None:
    mornings = [message for message in messages if not (_is_begun_by_colleagues(message) or _is_alarm(message))]
    told = [("a typo" in str(message.blocks)) for message in mornings]
    assert told == sorted(told), "Once it is told, it is told each morning."
    assert sum(told) >= 5

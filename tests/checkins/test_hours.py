"""In which workspaces the job of the morning looks: wherever somebody is due, and hardly anywhere else."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from bot.checkins.queries.reminders import list_due_reminders
from bot.core.clock import MovableClock
from bot.core.runtime import Runtime
from bot.customers.queries import get_customer
from bot.customers.rules.due import Status
from bot.features import FEATURES
from bot.followups.usecases import assign_followup
from bot.people.rules import Mute
from bot.people.tables import Absence, Person
from bot.promises.usecases import record_promise
from bot.workspaces.tables import Workspace
from bot.workspaces.usecases import install_workspace, uninstall_workspace
from jobs.reminding import list_workspaces_to_remind, send_morning_messages
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office

pytestmark = pytest.mark.both_databases

ELSEWHERE = "T0ELSEWHERE"
HOUR = timedelta(hours=1)
CHANGES = (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2027, 3, 27, 12, tzinfo=UTC))
"""Before the nights in which Lisbon changes its clocks; Auckland and New York change theirs a few weeks apart."""


def looked_at(runtime: Runtime, now: datetime | None = None) -> list[str]:
    """Return where the job would look."""
    more = {} if now is None else {"now": now}
    return runtime.read_now(list_workspaces_to_remind, workspace=None, **more)


def change(office: Office, person_id: str, **values: object) -> None:
    """Change a person's row."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        person = session.get(Person, (WORKSPACE, person_id))
        assert person
        person.sqlmodel_update(values)


@pytest.mark.slow
@pytest.mark.parametrize("begin", CHANGES, ids=["autumn", "spring"])
def test_nobody_who_is_due_is_passed_over(office: Office, begin: datetime) -> None:
    """At every hour of three days around a change of the clocks, the job looks wherever somebody is due."""
    for number, person in enumerate((MARA, ANA, BOB, KIRI)):
        change(office, person, hour=time(number, 30), working_days="0123456")
    change(office, BOB, zone="Nowhere/Unknown")
    found = 0
    for hours in range(72):
        now = begin + hours * HOUR
        due = office.ask(list_due_reminders, features=FEATURES, now=now)
        found += bool(due)
        assert not due or looked_at(office.runtime, now) == [WORKSPACE]
    assert found


def test_where_nobodys_hour_has_come_it_does_not_look(office: Office, clock: MovableClock) -> None:
    """Before the first hour, after everybody was told, and at the weekend."""
    at_night = clock.now().replace(hour=2)
    for person in (MARA, ANA, BOB, KIRI):
        change(office, person, zone="Europe/Lisbon", country=None)
    assert looked_at(office.runtime, at_night) == []
    assert looked_at(office.runtime) == [WORKSPACE]
    assert looked_at(office.runtime, clock.now() - timedelta(days=1)) == []


async def test_once_everybody_was_told_it_looks_no_more(office: Office, clock: MovableClock) -> None:
    """The day is over for the job when it is decided what each of them is told, even if it is nothing."""
    office.customer("Acme", owner=ANA, waited=40)
    clock.move(timedelta(hours=12))
    assert looked_at(office.runtime) == [WORKSPACE]
    assert await send_morning_messages(office.runtime)
    clock.move(timedelta(minutes=1))
    assert looked_at(office.runtime) == []


def test_who_gets_no_messages_wakes_nobody(office: Office) -> None:
    """People who muted reminders, bots and people who left don't keep the job busy all day."""
    for person in (MARA, BOB, KIRI):
        change(office, person, is_deactivated=True)
    change(office, ANA, mutes=[Mute.REMINDERS])
    assert looked_at(office.runtime) == []
    change(office, ANA, mutes=[], is_bot=True)
    assert looked_at(office.runtime) == []
    change(office, ANA, is_bot=False)
    assert looked_at(office.runtime) == [WORKSPACE]


def at_two(office: Office, clock: MovableClock) -> datetime:
    """Let everybody live in Lisbon; return two o'clock of that night."""
    for person in (MARA, ANA, BOB, KIRI):
        change(office, person, zone="Europe/Lisbon", country=None)
    return clock.now().replace(hour=2)


def assign(office: Office, now: datetime) -> UUID:
    """Give Ana a follow-up about Acme, which is hers; return Acme's id."""
    customer = office.customer("Acme", owner=ANA, waited=4)
    about = {"what": "Send the offer", "due_on": now.date(), "assignee_id": ANA, "by": MARA}
    office.do(assign_followup, customer_id=customer, **about)
    return customer


def test_what_is_open_wakes_nobody_until_its_person_or_its_customer_is_gone(
    office: Office, clock: MovableClock
) -> None:
    """A follow-up may lose its person or its customer at any time; then it is settled at once."""
    night = at_two(office, clock)
    acme = assign(office, night)
    assert looked_at(office.runtime, night) == []
    change(office, ANA, is_guest=True)
    assert looked_at(office.runtime, night) == [WORKSPACE]
    change(office, ANA, is_guest=False)
    with office.runtime.database.transaction(WORKSPACE) as session:
        lost = get_customer(session, acme)
        lost.status, lost.status_reason, lost.status_by = Status.LOST, "closed", MARA
    assert looked_at(office.runtime, night) == [WORKSPACE]


async def test_a_promise_is_settled_when_its_day_is_over_where_its_person_is(
    office: Office, clock: MovableClock
) -> None:
    """In Auckland that is at eleven o'clock in London; once it is settled, the job looks no more."""
    night = at_two(office, clock)
    for person in (MARA, ANA, BOB, KIRI):
        change(office, person, mutes=[Mute.REMINDERS])
    change(office, KIRI, zone="Pacific/Auckland")
    customer = office.customer("Acme", owner=ANA, waited=4)
    about = {"what": "Send the offer", "due_on": night.date(), "by": KIRI}
    office.do(record_promise, customer_id=customer, **about)
    over = datetime.combine(night.date(), time(11), UTC)
    assert looked_at(office.runtime, over - timedelta(minutes=1)) == []
    assert looked_at(office.runtime, over) == [WORKSPACE]
    clock.move_to(over)
    assert await send_morning_messages(office.runtime) == 1
    assert looked_at(office.runtime, over) == []


@pytest.mark.parametrize(("country", "awaited"), [("PT", []), ("GB", [WORKSPACE])])
def test_a_holiday_wakes_nobody(office: Office, country: str, awaited: list[str]) -> None:
    """The first of December is one in Portugal."""
    for person in (MARA, BOB, KIRI):
        change(office, person, is_deactivated=True)
    change(office, ANA, country=country)
    assert looked_at(office.runtime, datetime(2026, 12, 1, 12, tzinfo=UTC)) == awaited


def test_days_away_wake_nobody(office: Office, clock: MovableClock) -> None:
    """From the first to the last of them."""
    for person in (MARA, BOB, KIRI):
        change(office, person, is_deactivated=True)
    today = clock.now().date()
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(Absence(person_id=ANA, first_day=today, last_day=today + timedelta(days=1)))
    days = [clock.now() + timedelta(days=day) for day in (0, 1, 2)]
    assert [looked_at(office.runtime, day) for day in days] == [[], [], [WORKSPACE]]


def test_each_workspace_is_looked_at_for_itself(office: Office, clock: MovableClock) -> None:
    """Somebody who is due in one workspace makes the job look at no other, nor where the bot was removed."""
    install = {"name": "Elsewhere", "bot_user_id": "U0BOT2"}
    office.runtime.run_now(install_workspace, workspace=ELSEWHERE, **install)
    assert looked_at(office.runtime) == [WORKSPACE]
    office.do(uninstall_workspace)
    with office.runtime.database.reading(None) as session:
        assert session.get(Workspace, WORKSPACE)
    assert looked_at(office.runtime, clock.now()) == []

"""In which workspaces the job of the morning looks: wherever somebody is due, and hardly anywhere else."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.checkins.queries.reminders import list_due_reminders
from bot.core.clock import MovableClock
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.followups.usecases import assign_followup
from bot.people.rules import Mute
from bot.people.tables import Person
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


def test_what_is_open_is_looked_after_at_any_hour(office: Office, clock: MovableClock) -> None:
    """A follow-up may lose its customer or its person at any time."""
    now = clock.now().replace(hour=2)
    for person in (MARA, ANA, BOB, KIRI):
        change(office, person, zone="Europe/Lisbon", country=None)
    customer = office.customer("Acme", owner=ANA, waited=4)
    about = {"what": "Send the offer", "due_on": now.date(), "assignee_id": ANA, "by": MARA}
    office.do(assign_followup, customer_id=customer, **about)
    assert looked_at(office.runtime, now) == [WORKSPACE]


def test_each_workspace_is_looked_at_for_itself(office: Office, clock: MovableClock) -> None:
    """Somebody who is due in one workspace makes the job look at no other, nor where the bot was removed."""
    install = {"name": "Elsewhere", "bot_user_id": "U0BOT2"}
    office.runtime.run_now(install_workspace, workspace=ELSEWHERE, **install)
    assert looked_at(office.runtime) == [WORKSPACE]
    office.do(uninstall_workspace)
    with office.runtime.database.reading(None) as session:
        assert session.get(Workspace, WORKSPACE)
    assert looked_at(office.runtime, clock.now()) == []

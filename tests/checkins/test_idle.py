"""Who has changed nothing for a working week while something of theirs was late."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checkins.queries.idle import list_idle, list_named
from bot.checkins.rules import Channel, Result, idle_days, is_first_of_week
from bot.checkins.usecases import hand_over_from_list
from bot.checkins.usecases.recording import record_checkin
from bot.features import FEATURES
from bot.people.rules import Calendar
from bot.people.tables import Absence
from tests.customers.lists import take_in
from tests.escalations.helpers import escalate
from tests.followups.helpers import assign
from tests.makers import ANA, BOB, KIRI, MARA, Office
from tests.promises.helpers import promise, tick

MONDAY, FRIDAY, NEXT_MONDAY = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 30)
LONG = date(2026, 1, 1)
EVERY_DAY = Calendar(zone="UTC")
DAYS = st.dates(date(2026, 11, 1), date(2026, 12, 31))


def _idle(office: Office) -> dict[str, tuple[int, tuple[str, ...]]]:
    found = office.ask(list_idle, features=FEATURES)
    return {one.person_id: (one.working_days, one.lines) for one in found}


def _move(office: Office, **delta: float) -> None:
    office.runtime.clock.move(timedelta(**delta))  # type: ignore[attr-defined]


def test_a_working_week_without_a_change_is_five_days() -> None:
    """Days count from the one after the last change, weekends don't, and today isn't over."""
    assert idle_days(EVERY_DAY, today=NEXT_MONDAY, acted_on=MONDAY - timedelta(days=3), late_since=LONG) == 5
    assert idle_days(EVERY_DAY, today=NEXT_MONDAY, acted_on=MONDAY, late_since=LONG) == 4
    assert idle_days(EVERY_DAY, today=FRIDAY, acted_on=MONDAY - timedelta(days=3), late_since=LONG) == 4


def test_nobody_is_idle_before_something_is_late() -> None:
    """The day since which something is late counts; those before it don't."""
    assert idle_days(EVERY_DAY, today=NEXT_MONDAY, acted_on=LONG, late_since=FRIDAY) == 1
    assert idle_days(EVERY_DAY, today=NEXT_MONDAY, acted_on=LONG, late_since=NEXT_MONDAY) == 0


def test_the_week_begins_on_its_first_working_day() -> None:
    """Monday, or the day after a holiday; for who works on Wednesdays alone, Wednesday."""
    wednesdays = Calendar(zone="UTC", working_days=frozenset({2}))
    portuguese = Calendar(zone="Europe/Lisbon", country="PT")
    week = [date(2026, 12, 7) + timedelta(days=n) for n in range(7)]
    assert [day.weekday() for day in week if is_first_of_week(day, EVERY_DAY)] == [0]
    assert [day.weekday() for day in week if is_first_of_week(day, wednesdays)] == [2]
    new_year = [date(2027, 1, 4) - timedelta(days=7) + timedelta(days=n) for n in range(7)]
    assert [day for day in new_year if is_first_of_week(day, portuguese)] == [date(2026, 12, 28)]
    assert is_first_of_week(date(2026, 12, 8), Calendar(zone="UTC", days_off=((week[0], week[0]),)))


@given(today=DAYS, acted_on=DAYS, late_since=DAYS, later=st.integers(0, 20))
def test_a_later_change_never_makes_the_wait_longer(today: date, acted_on: date, late_since: date, later: int) -> None:
    """Days away and later changes only shorten the count, which is never negative."""
    days = idle_days(EVERY_DAY, today=today, acted_on=acted_on, late_since=late_since)
    after = idle_days(EVERY_DAY, today=today, acted_on=acted_on + timedelta(days=later), late_since=late_since)
    assert 0 <= after <= days


@pytest.mark.both_databases
def test_who_ignores_neglected_customers_for_a_week_is_named(office: Office) -> None:
    """Bob, who changes nothing, is idle after five of his working days; Ana, who logs a check-in, isn't."""
    for number in range(3):
        office.customer(f"Bob's {number}", owner=BOB, waited=60)
    acme = office.customer("Acme", owner=ANA, waited=60)
    office.customer("Golddex", owner=ANA, waited=60)
    _move(office, days=1)
    office.do(record_checkin, customer_id=acme, result=Result.TALKED, channel=Channel.CALL, by=ANA)
    _move(office, days=4)
    found = _idle(office)
    assert found[BOB][1] == ("3 neglected",)
    assert ANA not in found


@pytest.mark.both_databases
def test_what_came_to_somebody_late_counts_from_that_day(office: Office) -> None:
    """A customer that was neglected for long, and handed over today, makes nobody idle; after a week it does."""
    acme = office.customer("Acme", owner=ANA, waited=300)
    office.do(hand_over_from_list, customer_id=acme, to=KIRI, by=MARA)
    assert set(_idle(office)) == set()
    _move(office, days=5)
    assert set(_idle(office)) == set()
    _move(office, days=4)
    assert _idle(office) == {KIRI: (6, ("1 neglected",))}


@pytest.mark.both_databases
def test_a_list_taken_in_names_nobody_the_next_day(office: Office) -> None:
    """Customers that were neglected before the bot knew them count from the day on which they were imported."""
    row = "Company,Owner,Last contact\nAcme,bob@example.test,2026-01-02\n"
    take_in(office, row)
    _move(office, days=1)
    assert _idle(office) == {}
    _move(office, days=8)
    assert _idle(office) == {BOB: (4 + 1, ("1 neglected",))}  # Thanksgiving isn't a working day of his


@pytest.mark.both_databases
def test_what_people_owe_counts_as_well_as_customers(office: Office) -> None:
    """Late follow-ups, broken promises and problems past their time are told in words, each with its number."""
    acme = office.customer("Acme", waited=0)
    for what in ("call", "write"):
        assign(office, acme, assignee_id=ANA, what=what)
    promise(office, acme, by=ANA)
    escalate(office, acme, assignee_id=ANA)
    _move(office, days=14)
    tick(office)
    lines = ("2 follow-ups late", "1 promise broken", "1 problem past its time")
    assert _idle(office) == {ANA: (8, lines)}  # 1 December is a holiday
    (found,) = office.ask(list_idle, features=FEATURES)
    assert (found.name, found.neglected, found.late) == ("Ana Lima", 0, 4)


def test_days_away_and_people_who_left_are_left_out(office: Office) -> None:
    """Who is on holiday isn't idle on those days, and nobody asks after somebody who left."""
    office.customer("Acme", owner=ANA, waited=50)
    office.customer("Golddex", owner=BOB, waited=50)
    with office.runtime.database.transaction("T0EVENHAND") as session:
        session.add(Absence(person_id=ANA, first_day=date(2026, 11, 18), last_day=date(2026, 12, 4)))
    office.person("U0GONE", "Gus", is_deactivated=True)
    office.customer("Condax", owner="U0GONE", waited=90)
    _move(office, days=7)
    assert set(_idle(office)) == {BOB}


def test_managers_hear_of_it_once_a_week(office: Office) -> None:
    """Mara's reminder of Monday names Bob; that of Tuesday doesn't, nor does Ana's, who is no manager."""
    office.customer("Acme", owner=BOB, waited=60)
    office.customer("Golddex", owner=MARA, waited=60)

    def named(person: str, day: date) -> list[str]:
        found = office.ask(list_named, days={person: day}, features=FEATURES)
        return [one.person_id for one in found.get(person, ())]

    assert named(MARA, MONDAY) == [BOB]
    assert named(MARA, MONDAY + timedelta(days=1)) == []
    assert named(ANA, MONDAY) == []

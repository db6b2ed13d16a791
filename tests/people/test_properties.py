"""Properties of people, for any data from Slack and any input."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from bot.core.runtime import Runtime
from bot.customers.tables import Customer
from bot.home.usecases import sync_people_and_customers
from bot.people.queries import find_cover, find_person_row, list_managers, list_people
from bot.people.rules import (
    MAX_ABSENCE_DAYS,
    Calendar,
    Role,
    absence_problems,
    holiday_countries,
    holiday_country,
    hours_problems,
    known_zone,
    person_key,
)
from bot.people.schemas import SlackPerson
from bot.people.tables import Absence, Person
from tests.makers import ANA, BOB, WORKSPACE, Office
from tests.people.slack_people import slack_person

TODAY = date(2026, 11, 23)
IDS = ["U0ANA", "U0BOB", "U0MARA", "U1", "U2", "U3"]
DAYS = st.dates(TODAY - timedelta(days=500), TODAY + timedelta(days=900))

PEOPLE = st.builds(
    SlackPerson,
    id=st.sampled_from(IDS),
    name=st.text("aäÉ <!>&*😀م", min_size=1, max_size=20),
    zone=st.sampled_from([None, "Europe/Lisbon", "Pacific/Auckland", "Mars/Olympus", "America/New_York", "UTC"]),
    is_bot=st.booleans(),
    is_guest=st.booleans(),
    is_deactivated=st.booleans(),
    is_slack_admin=st.booleans(),
)


def state(session: Session) -> list[dict[str, Any]]:
    """Return all stored people, and who owns which customers."""
    people = [find_person_row(session, person_id) for person_id in IDS]
    kept = [row.model_dump(exclude={"synced_at"}) for row in people if row is not None]
    owners = [{"owner": row.owner_id} for row in session.exec(select(Customer).order_by(col(Customer.name))).all()]
    return kept + owners


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rounds=st.lists(st.lists(PEOPLE, max_size=6, unique_by=lambda row: row.id), min_size=1, max_size=4))
def test_whatever_slack_tells_taking_it_in_twice_is_once(office: Office, rounds: list[list[SlackPerson]]) -> None:
    """A second sync of the same data changes nothing, and nobody who left or is a guest owns a customer."""
    if not office.look(lambda session: session.exec(select(Customer)).first()):
        for number, owner in enumerate([ANA, BOB, ANA]):
            office.customer(f"Customer {number}", owner=owner)
    for people in rounds:
        office.do(sync_people_and_customers, people=people, complete=False)
        once = office.look(state)
        again = office.do(sync_people_and_customers, people=people, complete=False)
        assert (again.added, again.moved, again.left, again.became_guests) == (0, (), (), ())
        assert office.look(state) == once
    assert office.look(owners_who_cant_be) == []
    assert office.look(admins_who_cant_be) == []


def owners_who_cant_be(session: Session) -> list[str]:
    """Return owners who have left."""
    owners = {row.owner_id for row in session.exec(select(Customer)).all() if row.owner_id}
    rows = [find_person_row(session, owner) for owner in owners]
    return [row.id for row in rows if row is None or row.is_deactivated]


def admins_who_cant_be(session: Session) -> list[str]:
    """Return admins who have left."""
    people = list_people(session, deactivated=True)
    return [row.id for row in people if row.role is Role.ADMIN and row.is_deactivated]


@given(first=DAYS, last=DAYS)
def test_days_away_are_taken_only_when_they_are_in_order_not_over_and_not_endless(first: date, last: date) -> None:
    """Exactly valid absences are accepted; problems are under the last day."""
    fine = first <= last and last >= TODAY and (last - first).days < MAX_ABSENCE_DAYS
    problems = absence_problems(first, last, today=TODAY, covered=False)
    assert (problems == {}) is fine
    assert set(problems) <= {"away_to"}


@given(first=st.none() | DAYS, last=st.none() | DAYS, covered=st.booleans())
def test_at_most_one_problem_about_days_away_is_told_at_a_time(
    first: date | None, last: date | None, *, covered: bool
) -> None:
    """There is at most one sentence, with a full stop."""
    problems = absence_problems(first, last, today=TODAY, covered=covered)
    assert len(problems) <= 1
    assert all(sentence.endswith(".") for sentence in problems.values())
    if (first is None) != (last is None):
        assert problems


@given(digits=st.text("0123456789x", max_size=9), country=st.none() | st.text(max_size=3))
def test_hours_without_a_problem_make_a_calendar(digits: str, country: str | None) -> None:
    """Accepted hours make a valid calendar; refused ones don't."""
    problems = hours_problems(digits, country)
    if not problems:
        calendar = Calendar("UTC", working_days=frozenset(int(digit) for digit in digits), country=country)
        assert calendar.next_working_day(TODAY) >= TODAY
    assert ("working_days" in problems) == (not digits or not set(digits) <= set("0123456"))


def test_nearly_every_country_that_can_be_chosen_has_a_holiday() -> None:
    """Exceptions are three uninhabited islands, and Ukraine under martial law."""
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(731)]
    calendars = {code: Calendar("UTC", country=code) for code in holiday_countries()}
    without = {code for code, calendar in calendars.items() if not any(map(calendar.is_holiday, days))}
    assert without <= {"BV", "HM", "IO", "UA"}


@given(name=st.text())
def test_a_persons_key_is_its_own_key(name: str) -> None:
    """The key of a key is the key itself, and fits its column."""
    key = person_key(name)
    assert len(key) <= 200
    assert person_key(key.upper()) == person_key(key) or not name.isascii()


def test_a_cover_who_left_covers_nobody(office: Office) -> None:
    """The absence keeps their id, but they don't count as cover."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(Absence(person_id=ANA, first_day=TODAY, last_day=TODAY, cover_id=BOB))
    assert office.look(lambda session: find_cover(session, ANA, TODAY)) == BOB
    assert office.look(lambda session: find_cover(session, ANA, TODAY + timedelta(days=1))) is None
    office.do(sync_people_and_customers, people=[slack_person(BOB, is_deactivated=True)], complete=False)
    assert office.look(lambda session: find_cover(session, ANA, TODAY)) is None


def test_managers_who_left_manage_nothing(office: Office) -> None:
    """They don't count as managers."""
    assert [row.id for row in office.look(list_managers)] == ["U0MARA"]
    office.do(sync_people_and_customers, people=[slack_person("U0MARA", is_deactivated=True)], complete=False)
    assert office.look(list_managers) == []


def test_every_new_persons_zone_is_known_and_their_country_its_own(runtime: Runtime, office: Office) -> None:
    """This includes old zone names."""
    zones = ["US/Pacific", "Asia/Calcutta", "Europe/Kiev", "GMT", "Etc/GMT+5", "America/Argentina/Buenos_Aires"]
    people = [slack_person(f"U{number}", zone=zone) for number, zone in enumerate(zones)]
    office.do(sync_people_and_customers, people=people, complete=False)
    for number, zone in enumerate(zones):
        row: Person = office.look(lambda session, one=f"U{number}": find_person_row(session, one))
        assert row.zone == known_zone(zone, "?") == zone
        assert row.country == holiday_country(zone)

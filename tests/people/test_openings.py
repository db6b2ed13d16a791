"""When people and channels may be written to."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.queries import list_openings
from bot.people.rules import Calendar
from bot.people.tables import Absence, Person
from tests.makers import ANA, BOB, KIRI, WORKSPACE, Office

NOWS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ZONES = st.sampled_from(["UTC", "Europe/Lisbon", "America/New_York", "Pacific/Auckland", "Asia/Kolkata"])


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        (_at(23, 9), _at(23, 9)),
        (_at(23, 16, 59), _at(23, 16, 59)),
        (_at(23, 17), _at(24, 9)),
        (_at(23, 22), _at(24, 9)),
        (_at(24, 3, 30), _at(24, 9)),
        (_at(27, 17, 1), _at(30, 9)),
        (_at(29, 16), _at(30, 9)),
    ],
)
def test_by_night_and_on_sundays_the_next_morning_counts(now: datetime, opening: datetime) -> None:
    """Hours are nine to five on working days; at any other time it is the begin of the next ones."""
    assert Calendar(zone="UTC").next_opening(now) == opening


def test_hours_that_end_after_midnight_are_the_day_before() -> None:
    """Somebody who is reminded at 22:00 works from four in the afternoon to midnight, not after it."""
    late = Calendar(zone="UTC", hour=time(22))
    assert late.next_opening(_at(23, 15)) == _at(23, 16)
    assert late.next_opening(_at(23, 23, 59)) == _at(23, 23, 59)
    assert late.next_opening(_at(24, 0)) == _at(24, 16)


def test_nobody_is_kept_waiting_for_good() -> None:
    """For somebody who never works, now is as good as any time."""
    assert Calendar(zone="UTC", working_days=frozenset()).next_opening(_at(29, 3)) == _at(29, 3)


@given(now=NOWS, zone=ZONES, hour=st.times(), days=st.frozensets(st.integers(0, 6), min_size=1))
def test_an_opening_is_within_the_hours_of_a_working_day(
    now: datetime, zone: str, hour: time, days: frozenset[int]
) -> None:
    """Whatever the zone, the hour and the days, the opening is not in the past, in hours, and its own opening."""
    calendar = Calendar(zone=zone, hour=hour.replace(second=0, microsecond=0), working_days=days)
    opening = calendar.next_opening(now)
    assert now <= opening < now + timedelta(days=9)
    assert calendar.next_opening(opening) == opening
    local = opening.astimezone(ZoneInfo(zone)).date()
    within = [calendar.working_hours(local - timedelta(days=ago)) for ago in (0, 1)]
    assert any(begin <= opening < end and calendar.is_working_day(begin.astimezone(ZoneInfo(zone)).date())
               for begin, end in within)  # fmt: skip


@pytest.mark.both_databases
def test_everybody_has_their_own_hours(office: Office) -> None:
    """At nine in Lisbon it is night in New York and evening in Auckland; a channel is read in the workspace's hours."""
    with office.runtime.database.transaction(None, across=True) as session:
        session.add(Absence(workspace_id=WORKSPACE, person_id=ANA, first_day=date(2026, 11, 23),
                            last_day=date(2026, 11, 24)))  # fmt: skip
    office.person("U0DUE", "Dee", zone="Europe/London")
    with office.runtime.database.transaction(WORKSPACE) as session:
        assert session.get(Person, (WORKSPACE, "U0DUE")) is not None
    everybody = {(WORKSPACE, one) for one in (ANA, BOB, KIRI, "U0DUE", "C0CARE", "U0NOBODY")}
    with office.runtime.database.reading(None, across=True) as session:
        found = list_openings(session, everybody | {("T0OTHER", ANA)}, _at(23, 9))
    assert {recipient: at for (_, recipient), at in found.items()} == {
        ANA: _at(25, 9), BOB: _at(23, 14), KIRI: _at(23, 20), "U0DUE": _at(23, 9), "C0CARE": _at(23, 9),
    }  # fmt: skip
    with office.runtime.database.reading(None, across=True) as session:
        assert list_openings(session, {(WORKSPACE, "C0CARE")}, _at(28, 9)) == {(WORKSPACE, "C0CARE"): _at(30, 9)}

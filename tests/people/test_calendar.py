"""Calendars: zones with unusual clock changes, holidays, absences."""

from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.people.rules import DAY, MAX_SEARCH_DAYS, Calendar, holiday_country, known_zone, public_holidays
from tests.people.calendars import CALENDARS, DAYS, ZONES

MINUTE = timedelta(minutes=1)
CLOCK_CHANGES = [
    ("Europe/Lisbon", date(2026, 3, 29)),
    ("Europe/Lisbon", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Pacific/Auckland", date(2026, 9, 27)),
    ("Pacific/Auckland", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Santiago", date(2026, 4, 4)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Asia/Beirut", date(2026, 10, 24)),
]
calm = settings(deadline=None)


def utc(*parts: int) -> datetime:
    """Return an instant in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def first_instant_showing(zone: str, day: date, clock_time: time) -> datetime:
    """Return the same as `Calendar.at`, by checking the clock minute by minute."""
    wanted = datetime.combine(day, clock_time)
    instant = wanted.replace(tzinfo=UTC) - timedelta(hours=15)
    while instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < wanted:
        instant += MINUTE
    return instant


@pytest.mark.parametrize(
    ("zone", "day", "clock_time", "instant"),
    [
        ("Europe/Lisbon", date(2026, 3, 29), time(1, 30), utc(2026, 3, 29, 1)),
        ("Europe/Lisbon", date(2026, 10, 25), time(1, 30), utc(2026, 10, 25, 0, 30)),
        ("America/New_York", date(2026, 3, 8), time(2, 30), utc(2026, 3, 8, 7)),
        ("America/New_York", date(2026, 11, 1), time(1, 30), utc(2026, 11, 1, 5, 30)),
        ("Pacific/Auckland", date(2026, 9, 27), time(2, 59), utc(2026, 9, 26, 14)),
        ("Pacific/Auckland", date(2026, 4, 5), time(2, 30), utc(2026, 4, 4, 13, 30)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), utc(2026, 10, 3, 15, 30)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), utc(2026, 4, 4, 14, 45)),
        ("America/Santiago", date(2026, 9, 6), time(0), utc(2026, 9, 6, 4)),
        ("Asia/Beirut", date(2026, 3, 29), time(0, 0), utc(2026, 3, 28, 22)),
        ("Asia/Beirut", date(2026, 3, 29), time(0, 59, 59, 999999), utc(2026, 3, 28, 22)),
        ("Pacific/Apia", date(2011, 12, 30), time(9), utc(2011, 12, 30, 10)),
        ("Asia/Kolkata", date(2028, 2, 29), time(9), utc(2028, 2, 29, 3, 30)),
    ],
)
def test_a_skipped_hour_comes_when_the_clock_jumps_and_a_doubled_one_the_first_time(
    zone: str, day: date, clock_time: time, instant: datetime
) -> None:
    """A skipped time becomes the end of the gap, and a repeated one the first occurrence, in every zone."""
    assert Calendar(zone).at(day, clock_time) == instant


@calm
@given(st.sampled_from(CLOCK_CHANGES), st.integers(-1, 1), st.integers(0, 24 * 60 - 1))
def test_an_hour_is_the_first_instant_at_which_the_clock_shows_it_or_more(
    change: tuple[str, date], days: int, minutes: int
) -> None:
    """Around every clock change, the instant is the same as by checking each minute."""
    zone, day = change[0], change[1] + days * DAY
    clock_time = time(minutes // 60, minutes % 60)

    instant = Calendar(zone).at(day, clock_time)

    assert instant == first_instant_showing(zone, day, clock_time)
    assert instant.tzinfo is UTC


@pytest.mark.parametrize(("zone", "day"), CLOCK_CHANGES)
@pytest.mark.parametrize("hour", [time(0), time(0, 30), time(1, 45), time(2, 15), time(9), time(23, 30)])
def test_an_hour_comes_once_a_day_whatever_the_clock_does(zone: str, day: date, hour: time) -> None:
    """On a day with a clock change, the hour occurs exactly once."""
    calendar = Calendar(zone, hour=hour)
    start = calendar.at(day, time(0))
    minutes = (start + MINUTE * n for n in range(26 * 60))

    answers = [calendar.hour_has_come(now) for now in minutes if calendar.today(now) == day]

    assert answers[-1]
    assert answers == sorted(answers)


def test_today_is_the_date_where_the_person_is() -> None:
    """At noon UTC it is already tomorrow in Auckland and still today in New York."""
    now = utc(2026, 11, 23, 12)
    assert Calendar("Pacific/Auckland").today(now) == date(2026, 11, 24)
    assert Calendar("America/New_York").today(now) == date(2026, 11, 23)


def test_an_instant_without_a_zone_is_refused() -> None:
    """A naive instant raises ValueError."""
    with pytest.raises(ValueError, match="aware datetime"):
        Calendar("UTC").today(datetime(2026, 11, 23, 12))  # noqa: DTZ001 - that is the mistake


def test_the_hour_is_nine_unless_said_otherwise() -> None:
    """The default hour is nine in the person's zone."""
    lisbon = Calendar("Europe/Lisbon")
    assert not lisbon.hour_has_come(utc(2026, 7, 1, 7, 59))
    assert lisbon.hour_has_come(utc(2026, 7, 1, 8))
    assert not lisbon.hour_has_come(utc(2026, 7, 1, 23))  # the next day has begun there


def test_weekends_holidays_and_days_away_are_no_working_days() -> None:
    """Ana in Lisbon is not reminded on a Saturday, on 1 December or on leave."""
    ana = Calendar("Europe/Lisbon", country="PT", days_off=((date(2026, 12, 7), date(2026, 12, 11)),))
    assert ana.is_working_day(date(2026, 11, 30))
    assert not ana.is_working_day(date(2026, 11, 28))
    assert not ana.is_working_day(date(2026, 12, 1))
    assert not ana.is_working_day(date(2026, 12, 7))
    assert not ana.is_working_day(date(2026, 12, 11))
    assert ana.next_working_day(date(2026, 12, 5)) == date(2026, 12, 14)
    assert ana.add_working_days(date(2026, 11, 30), 1) == date(2026, 12, 2)
    assert ana.working_days_between(date(2026, 11, 27), date(2026, 12, 3)) == [
        date(2026, 11, 27),
        date(2026, 11, 30),
        date(2026, 12, 2),
        date(2026, 12, 3),
    ]


def test_a_week_may_begin_on_sunday() -> None:
    """A person who works Sunday to Thursday doesn't work on Friday."""
    calendar = Calendar("Asia/Riyadh", working_days=frozenset({6, 0, 1, 2, 3}))
    assert calendar.next_working_day(date(2026, 11, 27)) == date(2026, 11, 29)


def test_the_leap_day_is_a_day_like_others() -> None:
    """In 2028 the day after Monday 28 February is Tuesday the 29th."""
    calendar = Calendar("UTC")
    assert calendar.add_working_days(date(2028, 2, 28), 1) == date(2028, 2, 29)
    assert calendar.add_working_days(date(2028, 2, 28), 2) == date(2028, 3, 1)
    assert len(calendar.working_days_between(date(2028, 2, 1), date(2028, 2, 29))) == 21


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar("UTC", working_days=frozenset()),
        Calendar("UTC", days_off=((date(2020, 1, 1), date(9999, 12, 31)),)),
    ],
    ids=["no working days", "away for good"],
)
def test_somebody_who_never_works_gets_the_day_itself(calendar: Calendar) -> None:
    """Without a working day in the search range, the day itself is returned."""
    day = date(2026, 11, 23)
    assert calendar.next_working_day(day) == day
    assert calendar.next_working_day(day, or_same=False) == day
    assert calendar.add_working_days(day, 1_000_000) == day
    assert calendar.working_days_between(day, day + 400 * DAY) == []


@calm
@given(CALENDARS, DAYS)
def test_the_next_working_day_is_the_first_one(calendar: Calendar, day: date) -> None:
    """No working day is skipped, and a day off is returned only if the next 400 days have no working day."""
    found = calendar.next_working_day(day)
    if calendar.is_working_day(found):
        assert calendar.working_days_between(day, found) == [found]
    else:
        assert found == day
        assert calendar.working_days_between(day, day + (MAX_SEARCH_DAYS - 1) * DAY) == []


@calm
@given(CALENDARS, DAYS, st.integers(1, 30))
def test_counting_working_days_agrees_with_listing_them(calendar: Calendar, day: date, n: int) -> None:
    """The *n*-th working day is the *n*-th of the list, within the search range."""
    reached = calendar.add_working_days(day, n)
    listed = calendar.working_days_between(day + DAY, reached)
    if len(listed) == n:
        assert listed[-1] == reached
    else:
        assert len(listed) < n
        assert calendar.next_working_day(reached, or_same=False) == reached


def test_working_days_are_not_counted_backwards() -> None:
    """A negative number raises ValueError."""
    with pytest.raises(ValueError, match="forward"):
        Calendar("UTC").add_working_days(date(2026, 11, 23), -1)


def test_a_calendar_refuses_what_is_no_zone_and_no_weekday() -> None:
    """An invalid zone or weekday raises ValueError at once."""
    with pytest.raises(ValueError, match="Europe/Lisbon"):
        Calendar("Lisbon")
    with pytest.raises(ValueError, match="0 \\(Monday\\)"):
        Calendar("UTC", working_days=frozenset({7}))


def test_equal_calendars_are_one_key() -> None:
    """Calendars are hashable and equal by value."""
    away = ((date(2026, 1, 1), date(2026, 1, 2)),)
    assert len({Calendar(zone, days_off=away) for zone in (*ZONES, *ZONES)}) == len(ZONES)


@pytest.mark.parametrize(
    "name",
    [None, "", "America", "Lisbon", "europe/lisbon", "../../etc/passwd", "a\0b", "\ud800", "x" * 5000, "localtime"],
)
def test_a_zone_nobody_knows_becomes_the_workspaces(name: str | None) -> None:
    """A missing, misspelt or hostile zone becomes the default."""
    assert known_zone(name, "Europe/Lisbon") == "Europe/Lisbon"


def test_a_known_zone_stays_and_a_hopeless_default_is_utc() -> None:
    """Old names are zones, too; an invalid default becomes UTC."""
    assert known_zone("Asia/Calcutta", "UTC") == "Asia/Calcutta"
    assert known_zone("Nowhere/At_All", "Nowhere/Else") == "UTC"


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Lisbon", "PT"),
        ("Atlantic/Azores", "PT"),
        ("America/New_York", "US"),
        ("US/Eastern", "US"),
        ("Pacific/Auckland", "NZ"),
        ("Europe/Berlin", "DE"),
        ("Europe/Stockholm", "SE"),
        ("Asia/Calcutta", "IN"),
        ("Europe/Kiev", "UA"),
        ("Europe/Simferopol", None),
        ("Atlantic/Jan_Mayen", None),
        ("Antarctica/South_Pole", None),
        ("Etc/GMT+3", None),
        ("CET", None),
        ("UTC", None),
        ("Nowhere/At_All", None),
        ("", None),
    ],
)
def test_a_zone_tells_the_country_or_admits_that_it_does_not(zone: str, country: str | None) -> None:
    """The country is derived from the zone, unless several countries share it."""
    assert holiday_country(zone) == country


def test_every_zone_can_be_asked_for_its_country() -> None:
    """For every zone, the country is two letters or None."""
    zones = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    guesses = {zone: holiday_country(zone) for zone in zones}
    assert all(guess is None or (len(guess) == 2 and guess.isupper()) for guess in guesses.values())
    assert sum(guess is not None for guess in guesses.values()) > 400


@pytest.mark.parametrize("country", ["XX", "", "HolidayBase", "date", "portugal", "\0"])
def test_an_unknown_country_has_no_holidays(country: str) -> None:
    """An unknown country code means no holidays."""
    assert public_holidays(country, 2026) == frozenset()
    assert Calendar("UTC", country=country).is_working_day(date(2026, 12, 25))


def test_a_country_may_be_written_small() -> None:
    """`pt` is Portugal."""
    assert date(2026, 12, 25) in public_holidays("pt", 2026)
    assert date(2027, 1, 1) not in public_holidays("pt", 2026)

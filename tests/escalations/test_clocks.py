"""How much working time there is until a customer has to be answered: people's hours, weekends, holidays, clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.escalations.rules import DEFAULT_SPANS, WORKDAY, Severity, Span, read_span, work_between, work_until
from bot.people.rules import Calendar

LISBON = Calendar(zone="Europe/Lisbon", country="PT")
NEW_YORK = Calendar(zone="America/New_York", country="US")
AUCKLAND = Calendar(zone="Pacific/Auckland", country="NZ")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)  # nine in Lisbon, four in New York, ten at night in Auckland
HOURS, DAY, THREE_DAYS = (DEFAULT_SPANS[one].length for one in Severity)


def local(calendar: Calendar, start: datetime, length: timedelta) -> str:
    """When the time is up, on the person's own clock."""
    return f"{work_until(start, length, calendar).astimezone(ZoneInfo(calendar.zone)):%a %d %b %H:%M}"


@pytest.mark.parametrize(
    ("calendar", "hours", "day", "three_days"),
    [
        (LISBON, "Mon 23 Nov 13:00", "Mon 23 Nov 17:00", "Wed 25 Nov 17:00"),
        (NEW_YORK, "Mon 23 Nov 13:00", "Mon 23 Nov 17:00", "Wed 25 Nov 17:00"),
        (AUCKLAND, "Tue 24 Nov 13:00", "Tue 24 Nov 17:00", "Thu 26 Nov 17:00"),
    ],
)
def test_each_answers_in_their_own_hours(calendar: Calendar, hours: str, day: str, three_days: str) -> None:
    """The same instant: in Lisbon the day begins, in New York it is night still, in Auckland night again."""
    assert local(calendar, MONDAY, HOURS) == hours
    assert local(calendar, MONDAY, DAY) == day
    assert local(calendar, MONDAY, THREE_DAYS) == three_days


def test_a_day_from_the_afternoon_on_ends_at_the_same_hour_tomorrow() -> None:
    """Half past two; what a row then says is Tue 14:30."""
    assert local(LISBON, MONDAY + timedelta(hours=5, minutes=30), DAY) == "Tue 24 Nov 14:30"


def test_weekends_holidays_and_days_away_dont_count() -> None:
    """Friday afternoon; Thanksgiving on Thursday; Ana is off on Monday and Tuesday."""
    friday = datetime(2026, 11, 27, 15, tzinfo=UTC)
    assert local(LISBON, friday, HOURS) == "Mon 30 Nov 11:00"
    wednesday = datetime(2026, 11, 25, 20, tzinfo=UTC)  # three in the afternoon in New York
    assert local(NEW_YORK, wednesday, HOURS) == "Fri 27 Nov 11:00"
    away = Calendar(zone="Europe/Lisbon", days_off=((date(2026, 11, 30), date(2026, 12, 1)),))
    assert local(away, friday, HOURS) == "Wed 02 Dec 11:00"


@pytest.mark.parametrize(
    ("calendar", "start", "ends"),
    [
        # New York falls back on 1 November 2026, Lisbon on 25 October; Auckland springs forward on 27 September
        (NEW_YORK, datetime(2026, 10, 30, 19, tzinfo=UTC), "Mon 02 Nov 15:00"),
        (LISBON, datetime(2026, 10, 23, 14, tzinfo=UTC), "Mon 26 Oct 15:00"),
        (AUCKLAND, datetime(2026, 9, 25, 3, tzinfo=UTC), "Mon 28 Sep 15:00"),
        # and New York springs forward on 14 March 2027
        (NEW_YORK, datetime(2027, 3, 12, 20, tzinfo=UTC), "Mon 15 Mar 15:00"),
    ],
)
def test_a_change_of_clocks_over_the_weekend_moves_nothing(calendar: Calendar, start: datetime, ends: str) -> None:
    """From three on Friday afternoon, one working day on is three on Monday, whatever the clocks did."""
    assert local(calendar, start, DAY) == ends


def test_a_shift_that_the_clocks_cut_through_has_eight_hours_all_the_same() -> None:
    """Somebody whose day begins at midnight, on the Sunday on which two o'clock is skipped."""
    night = Calendar(zone="America/New_York", working_days=frozenset({6}), hour=time(0))
    start = datetime(2027, 3, 14, 4, tzinfo=UTC)
    assert work_until(start, WORKDAY, night) == datetime(2027, 3, 14, 13, tzinfo=UTC)  # nine in the morning there


def test_a_day_that_begins_late_has_eight_hours_too() -> None:
    """Reminded at eight in the evening: the working day is taken to begin at four."""
    late = Calendar(zone="Europe/Lisbon", hour=time(20))
    assert local(late, MONDAY, WORKDAY) == "Tue 24 Nov 00:00"


def test_the_clock_never_stands_still() -> None:
    """For somebody without a working day every hour counts; both ways of counting agree."""
    never = Calendar(zone="Europe/Lisbon", working_days=frozenset())
    assert work_until(MONDAY, HOURS, never) == MONDAY + HOURS
    assert work_between(MONDAY, MONDAY + HOURS, never) == HOURS
    assert work_between(MONDAY + HOURS, MONDAY, never) == timedelta(0)


calendars = st.builds(
    Calendar,
    zone=st.sampled_from(["Europe/Lisbon", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "Pacific/Apia"]),
    working_days=st.frozensets(st.integers(0, 6), min_size=1),
    hour=st.times(),
    country=st.sampled_from([None, "PT", "US", "NZ"]),
)
starts = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants it so
lengths = st.integers(0, 30 * 8 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(calendar=calendars, start=starts, length=lengths, more=lengths)
def test_the_time_until_the_deadline_is_just_the_time_given(
    calendar: Calendar, start: datetime, length: timedelta, more: timedelta
) -> None:
    """On any calendar; more time never ends earlier, and a later start never either."""
    end = work_until(start, length, calendar)
    assert end >= start
    assert work_between(start, end, calendar) == length
    assert work_until(start, length + more, calendar) >= end
    assert work_until(start + more, length, calendar) >= end


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("4 hours", Span(4, "h")),
        ("1 hour", Span(1, "h")),
        ("1 working day", Span(1, "d")),
        (" 3D ", Span(3, "d")),
        ("80h", Span(80, "h")),
        ("81h", None),
        ("21 days", None),
        ("0 days", None),
        ("-1 day", None),
        ("soon", None),
        ("", None),
        ("1 day or so", None),
    ],
)
def test_a_span_is_read_as_people_write_it(words: str, span: Span | None) -> None:
    """Hours and days, within limits; what it is kept as reads the same again."""
    assert read_span(words) == span
    if span is not None:
        assert read_span(str(span)) == span
        assert read_span(span.words) == span


def test_spans_are_said_in_words() -> None:
    """One and several."""
    assert [span.words for span in DEFAULT_SPANS.values()] == ["4 working hours", "1 working day", "3 working days"]
    assert str(Span(1, "h")) == "1 hour"

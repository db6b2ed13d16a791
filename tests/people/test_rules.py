"""What people may write about their working days and days away, and how their names are compared."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.people.rules import (
    Calendar,
    absence_problems,
    holiday_countries,
    hours_problems,
    moment,
    person_key,
    zone_words,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("working_days", "country", "fields"),
    [
        ("01234", "PT", set()),
        ("0123456", None, set()),
        ("", None, {"working_days"}),
        ("07", None, {"working_days"}),
        ("0", "XX", {"country"}),
        ("", "XX", {"working_days", "country"}),
    ],
)
def test_working_days_are_weekdays_and_a_country_is_one_whose_holidays_are_known(
    working_days: str, country: str | None, fields: set[str]
) -> None:
    """At least one day; no country at all is fine."""
    assert hours_problems(working_days, country).keys() == fields


@pytest.mark.parametrize(
    ("first", "last", "covered", "problem"),
    [
        (None, None, False, {}),
        (None, None, True, {"cover": "Say which days you are away, or leave the cover empty."}),
        (None, 3, False, {"away_from": "Choose your first day away, too."}),
        (3, None, False, {"away_to": "Choose the last day, too."}),
        (3, 3, True, {}),
        (3, 2, False, {"away_to": "The last day comes before the first; choose a later one."}),
        (-3, -1, False, {"away_to": "These days are over; choose later ones, or leave both empty."}),
        (-3, 0, False, {}),
        (0, 365, False, {}),
        (0, 366, False, {"away_to": "That is more than a year; choose an earlier last day."}),
    ],
)
def test_days_away_have_a_first_and_a_last_one_within_a_year(
    first: int | None, last: int | None, covered: bool, problem: dict[str, str]
) -> None:
    """Days are counted from today; what is over needs no entry."""
    days = [None if one is None else TODAY + timedelta(days=one) for one in (first, last)]
    assert absence_problems(days[0], days[1], today=TODAY, covered=covered) == problem


def test_no_working_days_on_is_the_first_one_from_that_day_on() -> None:
    """A Saturday becomes the Monday after it; a Monday stays."""
    calendar = Calendar(zone="Europe/Lisbon")
    assert calendar.add_working_days(date(2026, 11, 28), 0) == date(2026, 11, 30)
    assert calendar.add_working_days(TODAY, 0) == TODAY


def test_countries_are_in_the_order_of_their_names() -> None:
    """Not of their codes: Algeria (DZ) comes before Angola (AO)."""
    names = [*holiday_countries().values()]
    assert names == sorted(names, key=person_key)
    assert names.index("Algeria") < names.index("Angola")


def test_a_persons_key_has_at_most_200_characters() -> None:
    """As the column has."""
    assert len(person_key("x" * 300)) == 200


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "today 09:00"), (1, "tomorrow 09:00"), (-1, "yesterday 09:00"), (2, "Wed 09:00"), (6, "Sun 09:00"),
        (7, "Mon 30 Nov 09:00"), (-2, "Sat 21 Nov 09:00"), (-6, "Tue 17 Nov 09:00"), (-7, "Mon 16 Nov 09:00"),
    ],
)  # fmt: skip
def test_a_weekday_alone_is_one_of_the_coming_six(days: int, said: str) -> None:
    """A time further away, or past, has its date, since on a Monday "Tue" may be either."""
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert moment(now + timedelta(days=days), now=now, zone="Europe/Lisbon") == said


def test_days_turn_where_the_reader_is() -> None:
    """At nine in Lisbon it is 22:00 in Auckland: three hours later is tomorrow there."""
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert moment(now + timedelta(hours=3), now=now, zone="Pacific/Auckland") == "tomorrow 01:00"
    assert (zone_words("America/New_York"), zone_words("UTC")) == ("New York time", "UTC")

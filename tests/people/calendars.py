"""Hypothesis strategies for calendars."""

from datetime import date, timedelta

from hypothesis import strategies as st

from bot.people.rules import Calendar

ZONES = (
    "Europe/Lisbon",
    "America/New_York",
    "Pacific/Auckland",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Beirut",
    "Asia/Kolkata",
    "UTC",
)
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 12, 31))


@st.composite
def absences(draw: st.DrawFn) -> tuple[date, date]:
    """Draw an absence from a day to three years."""
    first = draw(DAYS)
    return first, first + timedelta(days=draw(st.integers(0, 1100)))


CALENDARS = st.builds(
    Calendar,
    zone=st.sampled_from(ZONES),
    working_days=st.frozensets(st.integers(0, 6)),
    hour=st.times(),
    country=st.sampled_from([None, "PT", "US", "NZ", "SA", "XX"]),
    days_off=st.lists(absences(), max_size=3).map(tuple),
)

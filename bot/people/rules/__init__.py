"""Roles, and a person's calendar: zone, working days, holidays and days away."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from unicodedata import category, combining, normalize
from zoneinfo import ZoneInfo

import holidays
from holidays.registry import EntityLoader

DAY = timedelta(days=1)
MONDAY_TO_FRIDAY = frozenset(range(5))
NINE_OCLOCK = time(9)
WORKDAY = timedelta(hours=8)
LATEST_OPENING = time(16)
"""A working day begins at somebody's hour, at four in the afternoon at the latest, and has eight hours."""
MAX_SEARCH_DAYS = 400
"""The number of days searched for a working day: more than a year, so that one long leave is bridged."""
MAX_ABSENCE_DAYS = 366
CLEAR_DAYS = 6
"""The number of days ahead within which a weekday alone says which day is meant."""
JOINERS = "\u200d "
"""Characters that join parts of an emoji, or words; they are stripped from the ends of a text."""


class Role(StrEnum):
    """A person's role."""

    MEMBER = "member"
    MANAGER = "manager"
    ADMIN = "admin"


class Mute(StrEnum):
    """A kind of message that a person may switch off: the daily reminder, or news such as hand-overs."""

    REMINDERS = "reminders"
    NEWS = "news"


@dataclass(frozen=True)
class Calendar:
    """
    A person's working time: an IANA zone, weekdays (Monday is 0), the hour of the reminder, a country for public
    holidays (two letters; None or an unknown one means no holidays) and days away, as pairs of first and last day.

    Raises:
        ValueError: the zone is not an IANA zone (see `known_zone`), or a weekday is not 0 to 6.
    """

    zone: str
    working_days: frozenset[int] = MONDAY_TO_FRIDAY
    hour: time = NINE_OCLOCK
    country: str | None = None
    days_off: tuple[tuple[date, date], ...] = ()

    def __post_init__(self) -> None:
        if self.zone not in _zones():
            raise ValueError(f"{self.zone!r} is not a time zone; give one like Europe/Lisbon.")
        if not self.working_days <= frozenset(range(7)):
            raise ValueError("A working day is a number from 0 (Monday) to 6 (Sunday).")

    def is_working_day(self, day: date) -> bool:
        """Return whether *day* is one of the person's weekdays, no public holiday and not a day away."""
        return day.weekday() in self.working_days and not self.is_away(day) and not self.is_holiday(day)

    def is_away(self, day: date) -> bool:
        """Return whether *day* is in one of the person's absences, first and last day included."""
        return any(first <= day <= last for first, last in self.days_off)

    def is_holiday(self, day: date) -> bool:
        """Return whether *day* is a public holiday in the person's country."""
        return self.country is not None and day in public_holidays(self.country, day.year)

    def next_working_day(self, day: date, *, or_same: bool = True) -> date:
        """
        Return the first working day from *day* on, or after *day* with `or_same=False`.

        If there is none in the next 400 days, *day* itself is returned, so that nothing is postponed indefinitely.
        """
        first = day if or_same else day + DAY
        ahead = (first + DAY * n for n in range(MAX_SEARCH_DAYS if self.working_days else 0))
        return next((candidate for candidate in ahead if self.is_working_day(candidate)), day)

    def add_working_days(self, day: date, n: int) -> date:
        """
        Return the *n*-th working day after *day*; with 0, the first one from *day* on.

        Raises:
            ValueError: *n* is negative.
        """
        if n < 0:
            raise ValueError("Working days can only be counted forward; give 0 or more.")
        reached = day if n else self.next_working_day(day)
        for _ in range(n):
            following = self.next_working_day(reached, or_same=False)
            if following == reached:
                break
            reached = following
        return reached

    def working_days_between(self, first: date, last: date) -> list[date]:
        """Return all working days from *first* to *last*, both included, in order."""
        days = (first + DAY * n for n in range((last - first).days + 1))
        return [day for day in days if self.is_working_day(day)]

    def today(self, now: datetime) -> date:
        """
        Return the person's local date at *now*.

        Raises:
            ValueError: *now* carries no zone.
        """
        if now.utcoffset() is None:
            raise ValueError("An instant needs its zone; give an aware datetime in UTC.")
        return now.astimezone(ZoneInfo(self.zone)).date()

    def at(self, day: date, clock_time: time) -> datetime:
        """
        Return the UTC instant of *clock_time* on *day* in the person's zone.

        A skipped time becomes the first instant after the gap; of a repeated time, the first occurrence counts.
        """
        wall = datetime.combine(day, clock_time.replace(tzinfo=None, fold=0), tzinfo=ZoneInfo(self.zone))
        instant = wall.astimezone(UTC)
        exists = instant.astimezone(wall.tzinfo).replace(tzinfo=None, fold=0) == wall.replace(tzinfo=None)
        return instant if exists else _end_of_gap(wall)

    def working_hours(self, day: date) -> tuple[datetime, datetime]:
        """Return begin and end of the working hours on *day*: eight hours from the person's hour, at any clock."""
        begin = self.at(day, min(self.hour, LATEST_OPENING))
        return begin, begin + WORKDAY

    def next_opening(self, now: datetime) -> datetime:
        """
        Return *now* when it is within the person's hours on a working day, else the begin of the next such hours.

        For somebody without a working day in the next 400 days it is *now*, so that nothing is kept for good.
        """
        yesterday = self.today(now) - DAY
        for day in (yesterday + DAY * n for n in range(MAX_SEARCH_DAYS)):
            begin, end = self.working_hours(day)
            if now < end and self.is_working_day(day):
                return max(now, begin)
        return now

    def hour_has_come(self, now: datetime) -> bool:
        """Return whether the person's reminder hour has passed on their local date."""
        return now >= self.at(self.today(now), self.hour)


def _end_of_gap(wall: datetime) -> datetime:
    """Return the UTC instant of the change that skips *wall*, a local time that doesn't exist."""
    before = wall.replace(fold=1).astimezone(UTC).replace(microsecond=0)
    after = wall.astimezone(UTC)
    offset = before.astimezone(wall.tzinfo).utcoffset()
    seconds = range(int((after - before).total_seconds()) + 1)

    def has_changed(second: int) -> bool:
        return (before + timedelta(seconds=second)).astimezone(wall.tzinfo).utcoffset() != offset

    return before + timedelta(seconds=bisect_left(seconds, 1, key=has_changed))


@lru_cache(maxsize=4096)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Return the public holidays of *country* (two letters, any case) in *year*; none for an unknown country."""
    code = country.strip().upper()
    if code not in _countries_with_holidays():
        return frozenset()
    return frozenset(holidays.country_holidays(code, years=year, expand=False))


@lru_cache(maxsize=1)
def _countries_with_holidays() -> frozenset[str]:
    """Return the codes of the countries whose holidays the library has."""
    return frozenset(EntityLoader.get_country_codes(include_aliases=False))


def moment(instant: datetime, *, now: datetime, zone: str) -> str:
    """
    Return `today 14:30`, `tomorrow 09:00` or `yesterday 17:00` on the clock of *zone*.

    Within the next six days it is `Tue 14:30`, at any other time `Tue 24 Nov 14:30`.
    """
    local = instant.astimezone(ZoneInfo(zone))
    ahead = (local.date() - now.astimezone(ZoneInfo(zone)).date()).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    day = f"{local:%a}" if 0 < ahead <= CLEAR_DAYS else f"{local:%a} {local.day} {local:%b}"
    return f"{near.get(ahead, day)} {local:%H:%M}"


def zone_words(zone: str) -> str:
    """Return `Lisbon time`, or `UTC` for a zone without a place."""
    return f"{zone.rpartition('/')[2].replace('_', ' ')} time" if "/" in zone else zone


def known_zone(name: str | None, default: str) -> str:
    """Return *name* if it is an IANA zone, else *default* if that is one, else UTC."""
    return next((zone for zone in (name, default) if zone and zone in _zones()), "UTC")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def holiday_country(zone: str) -> str | None:
    """
    Return the country, in two letters, of a zone, as the default for public holidays.

    It is None for a zone without a place (`UTC`, `CET`), an old name of a zone that several countries share, and a
    disputed place.
    """
    if "/" not in zone:
        return None
    own, sharing = _country_by_zone().get(zone), _countries_by_zone()
    if own:
        return own if sharing.get(zone, (own,))[0] == own else None
    shared_by = sharing.get(_present_name_by_old().get(zone, zone), ())
    return shared_by[0] if len(shared_by) == 1 else None


def _zone_rows(name: str) -> list[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@lru_cache(maxsize=1)
def _country_by_zone() -> dict[str, str]:
    return {zone: country for country, _, zone, *_ in _zone_rows("zone.tab")}


@lru_cache(maxsize=1)
def _countries_by_zone() -> dict[str, tuple[str, ...]]:
    return {zone: tuple(countries.split(",")) for countries, _, zone, *_ in _zone_rows("zone1970.tab")}


@lru_cache(maxsize=1)
def _present_name_by_old() -> dict[str, str]:
    links = (row[0].split() for row in _zone_rows("tzdata.zi") if row[0].startswith("L "))
    return {old: present for _, present, old in links}


@lru_cache(maxsize=1)
def holiday_countries() -> dict[str, str]:
    """Return the English names of countries whose public holidays are known, by code, sorted by name."""
    text = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    known = {code: name for code, name in rows if code in _countries_with_holidays()}
    return dict(sorted(known.items(), key=lambda row: person_key(row[1])))


def fit_text(text: str, limit: int) -> str:
    """Return *text* with single spaces, without invisible characters but emoji joiners, cut to *limit* characters."""
    shown = (" " if char.isspace() else char for char in text if char in JOINERS or _is_visible(char))
    return " ".join("".join(shown).strip(JOINERS).split())[:limit].strip(JOINERS)


def _is_visible(char: str) -> bool:
    return char.isspace() or category(char) not in {"Cc", "Cf", "Cs", "Cn", "Co"}


def person_key(name: str) -> str:
    """Return a key that ignores case, accents and spaces of a person's name."""
    folded = normalize("NFKD", name.casefold())
    return " ".join("".join(char for char in folded if not combining(char)).split())[:200]


def hours_problems(working_days: str, country: str | None) -> dict[str, str]:
    """Return a sentence per invalid field: `working_days`, `country`."""
    problems = {}
    if not working_days or not set(working_days) <= set("0123456"):
        problems["working_days"] = "Choose at least one working day; your reminders come on those."
    if country is not None and country not in holiday_countries():
        problems["country"] = "I don't know the public holidays there; choose another country, or leave it empty."
    return problems


def absence_problems(first: date | None, last: date | None, *, today: date, covered: bool) -> dict[str, str]:
    """Return a sentence for the invalid field of days away: `away_from`, `away_to`, `cover`; no days are valid."""
    if first is None and last is None:
        return {"cover": "Say which days you are away, or leave the cover empty."} if covered else {}
    if first is None or last is None:
        return {"away_from": "Choose your first day away, too."} if last else {"away_to": "Choose the last day, too."}
    too_long = (last - first).days >= MAX_ABSENCE_DAYS
    problems = (
        (last < first, "The last day comes before the first; choose a later one."),
        (last < today, "These days are over; choose later ones, or leave both empty."),
        (too_long, "That is more than a year; choose an earlier last day."),
    )
    return next(({"away_to": sentence} for is_so, sentence in problems if is_so), {})

"""In which workspaces somebody's hour has come, of all workspaces in one statement."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from bot.checkins.tables import Reminder
from bot.people.queries import Home
from bot.people.rules import Calendar, Mute, known_zone
from bot.people.tables import Absence, Person
from bot.workspaces.tables import Workspace


def somebody_is_due(homes: Collection[Home], *, now: datetime) -> Any:
    """
    Return the SQL of whether, in a `Workspace`, somebody's hour has come and it isn't decided yet what they are told.

    *homes* are those of everybody.
    Holidays and absences count as where it is decided (`queries.reminders`).
    """
    zones = defaultdict[tuple[date, time, str | None], list[str]](list)
    for zone, country in homes:
        calendar = Calendar(zone=known_zone(zone, "UTC"), country=country)
        local = now.astimezone(ZoneInfo(calendar.zone))
        if not calendar.is_holiday(local.date()):
            at = time.max if local.fold else local.time()  # an hour that comes twice, came
            zones[local.date(), at, country].append(zone)
    late = [_is_late(day, at, country, names) for (day, at, country), names in zones.items()]
    own = (col(Person.workspace_id) == col(Workspace.id), ~is_muted(), *can_be_told())
    return sa.select(col(Person.id)).where(*own, sa.or_(sa.false(), *late)).exists()


def _is_late(day: date, at: time, country: str | None, zones: Sequence[str]) -> Any:
    """Return the SQL of whether it is *day* and *at* for a `Person` at work whose message of that day isn't decided."""

    def of_person(table: type[Reminder | Absence], *which: Any) -> Any:
        own = (col(table.workspace_id) == col(Person.workspace_id), col(table.person_id) == col(Person.id))
        return sa.select(col(table.id)).where(*own, *which).exists()

    return sa.and_(
        col(Person.zone).in_(zones),
        col(Person.country).is_not_distinct_from(country),
        col(Person.hour) <= at,
        col(Person.working_days).contains(str(day.weekday())),
        ~of_person(Absence, col(Absence.first_day) <= day, col(Absence.last_day) >= day),
        ~of_person(Reminder, col(Reminder.local_day) == day),
    )


def is_muted() -> Any:
    """Return the SQL of whether a `Person` muted reminders."""
    return sa.cast(col(Person.mutes), sa.String).like(f'%"{Mute.REMINDERS}"%')


def can_be_told() -> tuple[Any, ...]:
    """Return the SQL of whether messages reach a `Person`, in two conditions."""
    return col(Person.is_deactivated).is_(False), col(Person.is_bot).is_(False)

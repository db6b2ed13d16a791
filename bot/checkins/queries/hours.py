"""In which workspaces somebody's hour has come, of all workspaces in one statement."""

from collections import defaultdict
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.checkins.tables import Reminder
from bot.people.rules import Mute, known_zone
from bot.people.tables import Person
from bot.workspaces.tables import Workspace


def somebody_is_due(session: Session, *, now: datetime) -> Any:
    """
    Return the SQL of whether, in a `Workspace`, somebody's hour has come and it isn't decided yet what they are told.

    It takes no notice of holidays and absences: then it holds although nobody is due.
    """
    zones = defaultdict[tuple[date, time], list[str]](list)
    for zone in session.scalars(sa.select(col(Person.zone)).distinct()):
        local = now.astimezone(ZoneInfo(known_zone(zone, "UTC")))
        zones[local.date(), time.max if local.fold else local.time()].append(zone)  # an hour that comes twice, came
    of_person = sa.and_(
        col(Reminder.workspace_id) == col(Person.workspace_id), col(Reminder.person_id) == col(Person.id)
    )
    late = [
        sa.and_(
            col(Person.zone).in_(names),
            col(Person.hour) <= at,
            col(Person.working_days).contains(str(day.weekday())),
            ~sa.select(col(Reminder.id)).where(of_person, col(Reminder.local_day) == day).exists(),
        )
        for (day, at), names in zones.items()
    ]
    own = (col(Person.workspace_id) == col(Workspace.id), ~is_muted(), *can_be_told())
    return sa.select(col(Person.id)).where(*own, sa.or_(sa.false(), *late)).exists()


def is_muted() -> Any:
    """Return the SQL of whether a `Person` muted reminders."""
    return sa.cast(col(Person.mutes), sa.String).like(f'%"{Mute.REMINDERS}"%')


def can_be_told() -> tuple[Any, ...]:
    """Return the SQL of whether messages reach a `Person`, in two conditions."""
    return col(Person.is_deactivated).is_(False), col(Person.is_bot).is_(False)

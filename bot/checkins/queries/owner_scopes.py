"""Whose customers a person looks after on their day: their own, and those of absent colleagues they cover."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from bot.checkins.schemas import OwnerScope
from bot.core.briefs import in_workspace
from bot.core.database import workspace_of
from bot.people.rules import known_zone
from bot.people.tables import Absence, Person

PEOPLE = cast("sa.Table", Person.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
ABSENCES = cast("sa.Table", Absence.__table__)  # type: ignore[attr-defined]


def get_owner_scope(session: Session, *, person_id: str, now: datetime) -> OwnerScope:
    """
    That person's day and whom they cover on it, in one statement.

    A colleague is away by the date on their own wall. A cover who left covers nobody.
    """
    day = now.date()
    around = {"from_day": day - timedelta(days=1), "to_day": day + timedelta(days=1)}
    values = {"workspace": workspace_of(session), "person": person_id, **around}
    rows = session.connection().execute(_people_and_absences(), values).all()
    own = rows[0] if rows else None
    today = local_date(own.zone if own else "UTC", now)
    if own is None or own.is_deactivated:
        return OwnerScope(person_id=person_id, today=today, covered={})
    return OwnerScope(
        person_id=person_id, today=today, covered={row.absent: row.name for row in rows if _away(row, now)}
    )


def local_date(zone: str, now: datetime) -> date:
    """The date on a wall in that zone."""
    return now.astimezone(ZoneInfo(known_zone(zone, "UTC"))).date()


def _away(row: Any, now: datetime) -> bool:
    return row.absent is not None and row.first_day <= local_date(row.absent_zone, now) <= row.last_day


@cache
def _people_and_absences() -> sa.Select[Any]:
    """
    Select a person with those they cover around a day. It is made once, since it answers a command.

    Its values are `workspace`, `person`, `from_day` and `to_day`: a date differs by a day at most between two zones.
    """
    absent = PEOPLE.alias("absent")
    covers = sa.and_(
        ABSENCES.c.workspace_id == PEOPLE.c.workspace_id,
        ABSENCES.c.cover_id == PEOPLE.c.id,
        ABSENCES.c.first_day <= sa.bindparam("to_day", type_=sa.Date),
        ABSENCES.c.last_day >= sa.bindparam("from_day", type_=sa.Date),
    )
    is_away = sa.and_(absent.c.workspace_id == ABSENCES.c.workspace_id, absent.c.id == ABSENCES.c.person_id)
    return (
        sa.select(
            PEOPLE.c.zone, PEOPLE.c.is_deactivated, absent.c.id.label("absent"), absent.c.name,
            absent.c.zone.label("absent_zone"), ABSENCES.c.first_day, ABSENCES.c.last_day,
        )
        .select_from(PEOPLE.outerjoin(ABSENCES, covers).outerjoin(absent, is_away))
        .where(in_workspace(PEOPLE), PEOPLE.c.id == sa.bindparam("person"))
        .order_by(absent.c.id)
    )  # fmt: skip


def covers_of(absences: Sequence[Absence], absent_on: dict[str, date]) -> dict[str, str]:
    """Who covers whom, by absent person, for those of *absences* that run on the person's own day."""
    return {
        absence.person_id: absence.cover_id
        for absence in absences
        if absence.cover_id
        and absence.person_id in absent_on
        and absence.first_day <= absent_on[absence.person_id] <= absence.last_day
    }

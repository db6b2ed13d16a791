"""Whose customers a person looks after on their day: their own, and those of absent colleagues they cover."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bot.checkins.schemas import OwnerScope
from bot.people.rules import known_zone
from bot.people.tables import Absence, Person

PEOPLE = cast("sa.Table", Person.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it


def get_owner_scope(session: Session, *, person_id: str, now: datetime) -> OwnerScope:
    """
    That person's day and whom they cover on it, in one statement.

    A colleague is away by the date on their own wall. A cover who left covers nobody.
    """
    day = now.date()
    around = {"from_day": day - timedelta(days=1), "to_day": day + timedelta(days=1)}
    rows = session.execute(_people_and_absences(), {"person": person_id, **around}).all()
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

    Its values are `person`, `from_day` and `to_day`: a date differs by a day at most between two zones.
    """
    absent: Any = aliased(Person)
    covers = sa.and_(
        col(Absence.cover_id) == col(Person.id),
        col(Absence.first_day) <= sa.bindparam("to_day", type_=sa.Date),
        col(Absence.last_day) >= sa.bindparam("from_day", type_=sa.Date),
    )
    return (
        sa.select(
            col(Person.zone), col(Person.is_deactivated), absent.id.label("absent"), absent.name,
            absent.zone.label("absent_zone"), col(Absence.first_day), col(Absence.last_day),
        )
        .select_from(Person)
        .outerjoin(Absence, covers)
        .outerjoin(absent, absent.id == col(Absence.person_id))
        .where(col(Person.id) == sa.bindparam("person"))
        .order_by(absent.id)
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

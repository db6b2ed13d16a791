"""Reads of people, their calendars and their covers."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of, workspaces_with
from bot.core.errors import NotFound
from bot.people.rules import Calendar, Mute, Role, known_zone
from bot.people.schemas import AbsenceSchema, PersonSchema, Preferences
from bot.people.tables import Absence, Person
from bot.workspaces.queries import get_workspace, list_workspaces_where
from bot.workspaces.tables import Workspace

CHANNELS = ("C", "G")  # what the ids of channels begin with
MAX_ABSENCE = timedelta(days=1)
MAX_IDS_PER_QUERY = 100  # people who are read by id; for more, all rows are read


class Home(NamedTuple):
    """A time zone, which may be unknown, and the country whose holidays count there."""

    zone: str
    country: str | None


def list_homes(session: Session) -> list[Home]:
    """Return where people live, each once; *session* is over all workspaces."""
    return [Home(*row) for row in session.execute(sa.select(col(Person.zone), col(Person.country)).distinct())]


def list_workspaces_by_day(session: Session, holds: Callable[[date], Any], *, now: datetime) -> list[str]:
    """Return the ids of the workspaces with the bot for which the SQL `holds(day)` holds, *day* being theirs."""
    days = defaultdict[date, list[str]](list)
    for zone in session.scalars(sa.select(col(Workspace.zone)).distinct()):
        days[Calendar(zone=known_zone(zone, "UTC")).today(now)].append(zone)
    theirs = (sa.and_(col(Workspace.zone).in_(zones), holds(day)) for day, zones in days.items())
    return list_workspaces_where(session, sa.false(), *theirs)


def find_person_row(session: Session, person_id: str) -> Person | None:
    """Return the person with that Slack id, or None."""
    return session.get(Person, (workspace_of(session), person_id))


def get_person(session: Session, person_id: str) -> Person:
    """
    Return the person with that Slack id.

    Raises:
        NotFound: the bot doesn't know them.
    """
    person = find_person_row(session, person_id)
    if person is None:
        raise NotFound("I don't know this person yet. Slack tells me about people within a minute; try again then.")
    return person


def list_people(session: Session, *, deactivated: bool = False) -> Sequence[Person]:
    """Return people who are not bots, by name; with *deactivated* also those who left."""
    query = select(Person).where(col(Person.is_bot).is_(False))
    if not deactivated:
        query = query.where(col(Person.is_deactivated).is_(False))
    return session.exec(query.order_by(col(Person.name_key), col(Person.id))).all()


def list_countries(session: Session) -> Sequence[str]:
    """Return the countries, as ISO codes, whose holidays the people have who are here."""
    query = select(Person.country).distinct().where(
        col(Person.country).is_not(None), col(Person.is_deactivated).is_(False), col(Person.is_bot).is_(False)
    )  # fmt: skip
    return sorted(country for country in session.exec(query) if country)


def list_managers(session: Session) -> Sequence[Person]:
    """Return managers and admins who are full members, by name."""
    return session.exec(select(Person).where(*_is_manager()).order_by(col(Person.name_key))).all()


def _is_manager() -> tuple[Any, ...]:
    return (
        col(Person.role).in_([Role.MANAGER, Role.ADMIN]),
        col(Person.is_deactivated).is_(False),
        col(Person.is_bot).is_(False),
        col(Person.is_guest).is_(False),
    )


def list_names(session: Session, person_ids: Iterable[str | None]) -> dict[str, str]:
    """Return the names of these people, by id."""
    wanted = {person_id for person_id in person_ids if person_id}
    if not wanted:
        return {}
    query = select(Person.id, Person.name).where(col(Person.id).in_(wanted))
    return dict(session.exec(query).all())


def list_rows(session: Session, person_ids: Iterable[str]) -> dict[str, Person]:
    """Return these people, by id."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return {}
    return {person.id: person for person in session.exec(select(Person).where(col(Person.id).in_(wanted))).all()}


def list_absences(session: Session, person_id: str) -> Sequence[Absence]:
    """Return all days away of a person, in order."""
    query = select(Absence).where(Absence.person_id == person_id)
    return session.exec(query.order_by(col(Absence.first_day))).all()


def next_absence(session: Session, *, person_id: str, today: date) -> Absence | None:
    """Return the absence of a person that includes *today*, else the next one, or None."""
    return next((absence for absence in list_absences(session, person_id) if absence.last_day >= today), None)


def absence_schema(absence: Absence) -> AbsenceSchema:
    """Return the schema of days away."""
    return AbsenceSchema(first_day=absence.first_day, last_day=absence.last_day, cover_id=absence.cover_id)


def get_calendar(session: Session, person_id: str | None) -> Calendar:
    """Return that person's calendar; for None (the pool), Monday to Friday in the workspace's zone."""
    person = find_person_row(session, person_id) if person_id else None
    if person is None:
        return Calendar(zone=known_zone(get_workspace(session).zone, "UTC"))
    return calendar_from(person, list_absences(session, person.id), default_zone="UTC")


def list_calendars(session: Session, person_ids: Iterable[str | None]) -> dict[str | None, Calendar]:
    """Return the calendar of each of these people, and the pool's for None and for unknown people."""
    wanted = set(person_ids)
    calendars: dict[str | None, Calendar] = dict.fromkeys(wanted, get_calendar(session, None))
    if not wanted - {None}:
        return calendars
    people = select(Person)
    absences = select(Absence)
    if len(wanted) <= MAX_IDS_PER_QUERY:
        named = [person_id for person_id in wanted if person_id]
        people, absences = people.where(col(Person.id).in_(named)), absences.where(col(Absence.person_id).in_(named))
    away: dict[str, list[Absence]] = {}
    for absence in session.exec(absences).all():
        away.setdefault(absence.person_id, []).append(absence)
    for person in session.exec(people).all():
        if person.id in wanted:
            calendars[person.id] = calendar_from(person, away.get(person.id, ()), default_zone="UTC")
    return calendars


def calendar_from(person: Person, absences: Iterable[Absence], *, default_zone: str) -> Calendar:
    """Return the calendar made of a person's row and their days away."""
    return Calendar(
        zone=known_zone(person.zone, default_zone),
        working_days=frozenset(int(day) for day in person.working_days),
        hour=person.hour,
        country=person.country,
        days_off=tuple((absence.first_day, absence.last_day) for absence in absences),
    )


def list_openings(
    session: Session, addresses: Collection[tuple[str, str]], now: datetime
) -> dict[tuple[str, str], datetime]:
    """
    Return when each person or channel, with its workspace, may be written to: *now*, or when their next hours begin.

    A channel's hours are those of the pool: nine to five, Monday to Friday, in the workspace's zone. *session* is over
    all workspaces; whom it doesn't know may be written to now.
    """
    workspaces, ids = {workspace for workspace, _ in addresses}, {recipient for _, recipient in addresses}
    theirs = (col(Person.workspace_id) == Workspace.id) & col(Person.id).in_(ids)
    days_off = (col(Absence.workspace_id) == Person.workspace_id) & (col(Absence.person_id) == Person.id)
    query = (
        sa.select(col(Workspace.id), col(Workspace.zone), Person, Absence)
        .outerjoin(Person, theirs)
        .outerjoin(Absence, days_off)
        .where(col(Workspace.id).in_(workspaces))
    )
    zones: dict[str, str] = {}
    people: dict[tuple[str, str], Person] = {}
    away: dict[tuple[str, str], list[Absence]] = {}
    for workspace, zone, person, absence in session.execute(query):
        zones[workspace] = zone
        if person is not None:
            people[workspace, person.id] = person
            away.setdefault((workspace, person.id), []).extend([absence] if absence else [])
    calendars = {key: calendar_from(person, away[key], default_zone="UTC") for key, person in people.items()}
    for workspace, recipient in addresses:
        if recipient.startswith(CHANNELS):
            calendars[workspace, recipient] = Calendar(zone=known_zone(zones.get(workspace), "UTC"))
    return {key: calendar.next_opening(now) for key, calendar in calendars.items() if key in addresses}


def find_cover(session: Session, person_id: str, day: date) -> str | None:
    """Return the id of the active person who covers on *day*, or None."""
    for absence in list_absences(session, person_id):
        if absence.first_day <= day <= absence.last_day and absence.cover_id:
            cover = find_person_row(session, absence.cover_id)
            return None if cover is None or cover.is_deactivated else cover.id
    return None


def list_away(session: Session, *, around: date) -> Sequence[Absence]:
    """Return absences that include *around*, or a day next to it, since zones differ."""
    query = select(Absence).where(
        col(Absence.first_day) <= around + MAX_ABSENCE, col(Absence.last_day) >= around - MAX_ABSENCE
    )
    return session.exec(query.order_by(col(Absence.first_day))).all()


def get_zone(session: Session, person_id: str | None) -> str:
    """Return the person's time zone; for None, the workspace's."""
    person = find_person_row(session, person_id) if person_id else None
    return known_zone(person.zone if person else get_workspace(session).zone, "UTC")


def get_today(session: Session, *, person_id: str | None, now: datetime) -> date:
    """Return the person's local date; for None, the workspace's."""
    return Calendar(zone=get_zone(session, person_id)).today(now)


def get_schema(session: Session, person_id: str) -> PersonSchema:
    """Return the schema of a person."""
    person = get_person(session, person_id)
    return PersonSchema(
        id=person.id, name=person.name, zone=person.zone, role=person.role, is_deactivated=person.is_deactivated
    )


def get_preferences(session: Session, *, person_id: str, now: datetime) -> Preferences:
    """Return a person's own settings, with their current or next absence."""
    person = get_person(session, person_id)
    today = get_today(session, person_id=person_id, now=now)
    absence = next_absence(session, person_id=person_id, today=today)
    return Preferences(
        person_id=person.id,
        name=person.name,
        zone=known_zone(person.zone, "UTC"),
        hour=person.hour,
        working_days=person.working_days,
        country=person.country,
        mutes=tuple(Mute(mute) for mute in person.mutes),
        absence=absence_schema(absence) if absence else None,
    )


def export_person(session: Session, kind: str, person_id: str) -> dict[str, Any]:
    """Return everything stored about a person, as JSON values; empty for another *kind*."""
    person = find_person_row(session, person_id) if kind == "person" else None
    if person is None:
        return {}
    absences = [absence_schema(absence).model_dump(mode="json") for absence in list_absences(session, person_id)]
    return {**person.model_dump(mode="json", exclude={"workspace_id", "name_key"}), "absences": absences}


def list_problems(session: Session, now: datetime) -> list[str]:  # noqa: ARG001 - every check takes the time
    """Return a sentence per problem: no manager, or unknown zones."""
    problems = []
    if not list_managers(session):
        problems.append("Nobody here is a manager; let a Slack admin name one with /evenhand setup.")
    lost = [person.name for person in list_people(session) if known_zone(person.zone, "") != person.zone]
    if lost:
        named = ", ".join(lost[:3])
        problems.append(f"The time zone of {named} is unknown, so UTC counts; they can set it in their Slack profile.")
    return problems


def list_suspects(session: Session, workspaces: Collection[str], now: datetime) -> Collection[str]:  # noqa: ARG001 - as above
    """Return those of *workspaces* without a manager, or with a person whose zone is unknown."""
    named = (col(Person.workspace_id), col(Person.zone))
    here = (col(Person.is_bot).is_(False), col(Person.is_deactivated).is_(False))
    zones = session.execute(sa.select(*named).where(named[0].in_(workspaces), *here).distinct())
    lost = {workspace for workspace, zone in zones if known_zone(zone, "") != zone}
    return lost | (set(workspaces) - workspaces_with(session, Person, workspaces, *_is_manager()))

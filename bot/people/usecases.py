"""Changes people, and checks who may change what."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.database import workspace_of
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.core.outbox import ClaimedMessage
from bot.people.queries import (
    find_person_row,
    get_person,
    get_today,
    list_absences,
    list_managers,
    list_names,
    next_absence,
)
from bot.people.rules import DAY, Mute, Role, absence_problems, holiday_country, hours_problems, known_zone, person_key
from bot.people.schemas import CoverAsked, PassedOn, PeopleSynced, PreferencesInput, SlackPerson
from bot.people.tables import Absence, Person
from bot.workspaces.queries import get_workspace, list_audit
from bot.workspaces.usecases import BOT, record

ROLE_SYNCED = "person.role_followed_slack"
FORGOTTEN = "Somebody who left"


def may_manage(person: Person | None) -> bool:
    """Return whether that person is a manager or an admin, and a full member."""
    return person is not None and _is_full_member(person) and person.role in {Role.MANAGER, Role.ADMIN}


def require_manager(session: Session, *, by: str, wish: str) -> Person:
    """
    Return the person *by*, who has to be a manager or admin; *wish* completes "Only managers can …".

    Raises:
        NotAllowed: they are not; the sentence names whom to ask.
    """
    person = find_person_row(session, by)
    if person is None or not may_manage(person):
        raise NotAllowed(f"Only managers can {wish}; ask {whom_to_ask(session)}.")
    return person


def whom_to_ask(session: Session) -> str:
    """Return the names of one or two managers, for a sentence that says whom to ask."""
    names = [manager.name for manager in list_managers(session)[:2]]
    return " or ".join(names) if names else "a Slack admin to name one with /evenhand setup"


def require_here(session: Session, *, by: str) -> Person:
    """
    Return the person *by*, who has to be a full member of the workspace.

    Raises:
        NotAllowed: they are a guest, a bot, deactivated or unknown.
    """
    person = find_person_row(session, by)
    if person is None or not _is_full_member(person):
        raise NotAllowed("Only full members of this workspace can do that; ask a colleague who is one.")
    return person


def manager_problems(session: Session, *, person_ids: Sequence[str], by: str) -> dict[str, str]:
    """Return why *by* can't make these people the managers, as a sentence for the field `managers`, or nothing."""
    if set(person_ids) == _manager_ids(session):
        return {}
    person = find_person_row(session, by)
    if person is None or person.is_deactivated or person.role is not Role.ADMIN:
        admins = [manager.name for manager in list_managers(session) if manager.role is Role.ADMIN][:2]
        return {"managers": f"Only Slack's admins can name managers; ask {' or '.join(admins) or 'one of them'}."}
    for person_id in person_ids:
        named = find_person_row(session, person_id)
        if named is None or named.is_bot or named.is_guest or named.is_deactivated:
            who = named.name if named else "Somebody among them"
            return {"managers": f"{who} can't be a manager; choose full members who are still here."}
    return {}


def name_managers(session: Session, *, person_ids: Sequence[str], by: str, now: datetime) -> int:
    """
    Make these people the managers, and all others members; return the number of roles that changed.

    Slack's admins stay admins in either case.

    Raises:
        InvalidInput: *by* is not an admin, or somebody can't be a manager; field `managers`.
    """
    problems = manager_problems(session, person_ids=person_ids, by=by)
    if problems:
        raise InvalidInput(fields=problems)
    before, wanted = _manager_ids(session), set(person_ids)
    changed = 0
    for person_id in sorted(before ^ wanted):
        person = get_person(session, person_id)
        if person.role is Role.ADMIN:
            continue
        was, person.role = person.role, Role.MANAGER if person_id in wanted else Role.MEMBER
        record(
            session, "person.role", by=by, kind="person", subject=person_id, now=now,
            before={"role": was.value}, after={"role": person.role.value},
        )  # fmt: skip
        changed += 1
    session.flush()
    return changed


def _is_full_member(person: Person) -> bool:
    return not (person.is_deactivated or person.is_bot or person.is_guest)


def _manager_ids(session: Session) -> set[str]:
    return {manager.id for manager in list_managers(session) if manager.role is Role.MANAGER}


def sync_people(session: Session, *, people: Sequence[SlackPerson], complete: bool, now: datetime) -> PeopleSynced:
    """
    Store *people* as Slack describes them. With *complete* they are everybody, and all others are deactivated.

    Slack's admins and owners become admins; when they lose that role, they become what they were before. A missing or
    unknown zone leaves the stored one, and a new person gets the workspace's. A person whose holidays are those of
    their zone gets those of a new zone. The result names the people whose customers or due dates have to change.
    """
    default_zone = get_workspace(session).zone
    known = {person.id: person for person in _list_rows(session, people, complete=complete)}
    by_id = {person.id: person for person in people}
    new = [person for person in by_id.values() if person.id not in known]
    _add_people(session, new, default_zone=default_zone, now=now)
    updates = [_update(session, known[person.id], person, now=now) for person in by_id.values() if person.id in known]
    if complete and by_id:
        gone = [person for person in known.values() if person.id not in by_id and not person.is_deactivated]
        updates += [_deactivate(person) for person in gone]
    session.flush()
    return PeopleSynced(
        added=len(new),
        changed=sum(bool(changes) for _, changes in updates),
        moved=_ids(updates, Change.MOVED),
        left=_ids(updates, Change.LEFT),
        became_guests=_ids(updates, Change.BECAME_GUEST),
    )


class Change(Enum):
    """What a sync changed about a person."""

    CHANGED = auto()
    MOVED = auto()
    LEFT = auto()
    BECAME_GUEST = auto()


Update = tuple[str, set[Change]]
"""A person's id, and what changed about them."""


def _ids(updates: Sequence[Update], change: Change) -> tuple[str, ...]:
    return tuple(person_id for person_id, changes in updates if change in changes)


def _list_rows(session: Session, people: Sequence[SlackPerson], *, complete: bool) -> Sequence[Person]:
    query = select(Person)
    if not complete:
        query = query.where(col(Person.id).in_([person.id for person in people]))
    return session.exec(query).all()


def _update(session: Session, row: Person, slack_person: SlackPerson, *, now: datetime) -> Update:
    if row.name == FORGOTTEN and slack_person.is_deactivated:
        return slack_person.id, set()
    zone = known_zone(slack_person.zone, row.zone)
    changes = {
        Change.MOVED: zone != row.zone,
        Change.LEFT: slack_person.is_deactivated and not row.is_deactivated,
        Change.BECAME_GUEST: slack_person.is_guest and not row.is_guest and not slack_person.is_deactivated,
    }
    changed = _sync_role(session, row, is_admin=_is_admin(slack_person), now=now)
    if zone != row.zone and row.country == holiday_country(row.zone):
        row.country = holiday_country(zone)
    for name, value in {**_slack_values(slack_person), "zone": zone}.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = True
    if changed:
        row.synced_at = now
    return slack_person.id, {which for which, is_so in changes.items() if is_so} | (
        {Change.CHANGED} if changed else set()
    )


def _add_people(session: Session, new: Sequence[SlackPerson], *, default_zone: str, now: datetime) -> None:
    """Insert all of them in one statement: a workspace may have thousands."""
    defaults = Person(id="", name="", name_key="", synced_at=now).model_dump() | {"workspace_id": workspace_of(session)}
    rows = [defaults | _new_values(slack_person, default_zone) for slack_person in new]
    if rows:
        session.execute(sa.insert(Person), rows)


def _new_values(slack_person: SlackPerson, default_zone: str) -> dict[str, Any]:
    zone = known_zone(slack_person.zone, default_zone)
    role = Role.ADMIN if _is_admin(slack_person) else Role.MEMBER
    return {
        "id": slack_person.id,
        "zone": zone,
        "country": holiday_country(zone),
        "role": role,
        **_slack_values(slack_person),
    }


def _slack_values(slack_person: SlackPerson) -> dict[str, Any]:
    """Return the columns that Slack decides. A deactivated user has no guest flag and often no address: both stay."""
    values: dict[str, Any] = {
        "name": slack_person.name,
        "name_key": person_key(slack_person.name),
        "handle": slack_person.handle,
        "is_bot": slack_person.is_bot,
        "is_deactivated": slack_person.is_deactivated,
    }
    if not slack_person.is_deactivated:
        values["is_guest"] = slack_person.is_guest
    if slack_person.email:
        values["email"] = slack_person.email
    return values


def _is_admin(slack_person: SlackPerson) -> bool:
    return slack_person.is_slack_admin and not (
        slack_person.is_bot or slack_person.is_guest or slack_person.is_deactivated
    )


def _sync_role(session: Session, row: Person, *, is_admin: bool, now: datetime) -> bool:
    """Make a Slack admin an admin, and a former one what they were before; return whether the role changed."""
    if is_admin == (row.role is Role.ADMIN):
        return False
    role = Role.ADMIN if is_admin else _role_before(session, row.id)
    before, row.role = row.role, role
    record(
        session, ROLE_SYNCED, by=BOT, kind="person", subject=row.id, now=now,
        before={"role": before.value}, after={"role": role.value},
    )  # fmt: skip
    return True


def _role_before(session: Session, person_id: str) -> Role:
    """Return the role that a person had before Slack made them an admin."""
    entries = list_audit(session, subject_kind="person", subject_id=person_id)
    raised = (entry for entry in entries if entry.action == ROLE_SYNCED and entry.after.get("role") == Role.ADMIN)
    before = next((entry.before.get("role") for entry in raised), Role.MEMBER)
    return Role.MANAGER if before == Role.MANAGER else Role.MEMBER


def _deactivate(row: Person) -> Update:
    row.is_deactivated = True
    return row.id, {Change.LEFT, Change.CHANGED}


def set_preferences(session: Session, *, preferences: PreferencesInput, by: str, now: datetime) -> bool:
    """
    Set the hour, working days, holidays, mutes and days away of *by*; return whether their due dates have to change.

    Without days away, the current or next ones are deleted. A new cover is notified.

    Raises:
        InvalidInput: a value is wrong; `fields` names `working_days`, `country`, `away_from`, `away_to` or `cover`.
        NotAllowed: *by* is not a full member.
    """
    person = require_here(session, by=by)
    today = get_today(session, person_id=by, now=now)
    current = next_absence(session, person_id=by, today=today)
    problems = hours_problems(preferences.working_days, preferences.country)
    first, last, is_covered = preferences.away_from, preferences.away_to, bool(preferences.cover_id)
    problems |= absence_problems(first, last, today=today, covered=is_covered)
    problems |= _cover_problem(session, preferences, by=by) if is_covered and not problems else {}
    if problems:
        raise InvalidInput(fields=problems)
    before = _calendar_state(person, current)
    person.hour, person.working_days, person.country = preferences.hour, preferences.working_days, preferences.country
    person.mutes = [mute.value for mute in preferences.mutes]
    current = _set_absence(session, person, current, preferences, now=now)
    after = _calendar_state(person, current)
    if before != after:
        record(session, "person.preferences", by=by, kind="person", subject=by, before=before, after=after, now=now)
    return before != after


def end_current_absence(session: Session, *, by: str, now: datetime) -> date:
    """
    End the days away of *by* today, earlier than planned; return the day that was planned as the last one.

    Raises:
        AlreadyDone: they aren't away today.
        NotAllowed: *by* is not a full member.
    """
    require_here(session, by=by)
    today = get_today(session, person_id=by, now=now)
    current = next_absence(session, person_id=by, today=today)
    if current is None or current.first_day > today:
        raise AlreadyDone("You are already back; nothing was changed.")
    planned = current.last_day
    if current.first_day == today:
        session.delete(current)
    else:
        current.last_day = today - DAY
    session.flush()
    record(
        session, "person.back", by=by, kind="person", subject=by, now=now,
        before={"last_day": planned.isoformat()}, after={"last_day": (today - DAY).isoformat()},
    )  # fmt: skip
    return planned


def _set_absence(
    session: Session, person: Person, current: Absence | None, preferences: PreferencesInput, *, now: datetime
) -> Absence | None:
    first, last, cover_id = preferences.away_from, preferences.away_to, preferences.cover_id
    if first is None or last is None:
        if current is not None:
            session.delete(current)
            session.flush()
        return None
    absence = current or Absence(person_id=person.id, first_day=first, last_day=last)
    before = (absence.cover_id, absence.first_day, absence.last_day)
    absence.first_day, absence.last_day, absence.cover_id = first, last, cover_id
    session.add(absence)
    session.flush()
    if cover_id and before != (cover_id, first, last):
        _notify_cover(session, person, absence, now=now)
    return absence


def _notify_cover(session: Session, person: Person, absence: Absence, *, now: datetime) -> None:
    cover = get_person(session, absence.cover_id or "")
    if Mute.NEWS not in cover.mutes:
        notification = CoverAsked(owner=person.name, first_day=absence.first_day, last_day=absence.last_day)
        key = f"cover:{absence.id}:{cover.id}:{absence.first_day}:{absence.last_day}"
        outbox.enqueue(session, notification, to=cover.id, key=key, now=now)


def _cover_problem(session: Session, preferences: PreferencesInput, *, by: str) -> dict[str, str]:
    """Return why that colleague can't cover on these days, as a sentence for the field `cover`, or nothing."""
    cover = find_person_row(session, preferences.cover_id or "")
    if preferences.cover_id == by:
        return {"cover": "You can't cover for yourself; choose a colleague, or leave it empty."}
    if cover is None or cover.is_bot or cover.is_guest or cover.is_deactivated:
        who = cover.name if cover else "This person"
        return {"cover": f"{who} can't look after customers; choose a full member who is still here."}
    first, last = preferences.away_from or date.min, preferences.away_to or date.max
    for absence in list_absences(session, cover.id):
        if absence.first_day <= last and absence.last_day >= first:
            days = f"from {absence.first_day:%d %b} to {absence.last_day:%d %b %Y}"
            return {"cover": f"{cover.name} is away too, {days}; choose somebody else."}
    return {}


def pass_on(session: Session, *, message: ClaimedMessage, text: str, now: datetime) -> int:
    """Send the *text* of a message to somebody who left to the managers who don't have it; return how many that are."""
    if message.kind == PassedOn.kind or not text:
        return 0
    name = list_names(session, [message.recipient]).get(message.recipient, FORGOTTEN)
    told = outbox.list_recipients_of(session, message)
    managers = [one.id for one in list_managers(session) if one.id not in {message.recipient, *told}]
    passed_on = PassedOn(person=name, text=text)
    new = [outbox.NewNotification(passed_on, one, f"passed_on:{message.id}:{one}") for one in managers]
    return outbox.enqueue_all(session, new, now=now)


def _calendar_state(person: Person, absence: Absence | None) -> dict[str, Any]:
    """Return what decides a person's working days, as JSON values."""
    days = (absence.first_day.isoformat(), absence.last_day.isoformat()) if absence else None
    return {"working_days": person.working_days, "country": person.country, "away": list(days) if days else None}


def erase_person(session: Session, kind: str, person_id: str, now: datetime) -> int:
    """Delete a person's name, handle, address, hours and days away, and keep the rest; return the number of rows."""
    person = find_person_row(session, person_id) if kind == "person" else None
    if person is None:
        return 0
    absences = list_absences(session, person_id)
    for absence in absences:
        session.delete(absence)
    person.name, person.name_key, person.handle, person.email = FORGOTTEN, person_key(FORGOTTEN), "", None
    person.country, person.mutes, person.is_deactivated, person.role = None, [], True, Role.MEMBER
    person.synced_at = now
    session.flush()
    return 1 + len(absences)

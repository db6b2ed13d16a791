"""What changes people, and who may change what."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.database import workspace_of
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.people.queries import (
    find_person_row,
    get_person,
    get_today,
    list_absences,
    list_managers,
    next_absence,
)
from bot.people.rules import (
    DAY,
    Mute,
    Role,
    absence_problems,
    holiday_country,
    hours_problems,
    known_zone,
    person_key,
)
from bot.people.schemas import CoverAsked, PeopleSynced, SlackPerson, Wishes
from bot.people.tables import Absence, Person
from bot.workspaces.queries import get_workspace, list_audit
from bot.workspaces.usecases import BOT, record

ROLE_FOLLOWED = "person.role_followed_slack"
FORGOTTEN = "Somebody who left"


def may_manage(person: Person | None) -> bool:
    """Whether that person is a manager or an admin that is still here; who became a guest is none any more."""
    return person is not None and _is_full_member(person) and person.role in {Role.MANAGER, Role.ADMIN}


def require_manager(session: Session, *, by: str, wish: str) -> Person:
    """
    The person *by*, who has to be a manager or admin; *wish* completes "Only managers can …".

    Raises:
        NotAllowed: they are not; the sentence names whom to ask.
    """
    person = find_person_row(session, by)
    if person is None or not may_manage(person):
        others = [manager.name for manager in list_managers(session)[:2]]
        whom = f"ask {' or '.join(others)}" if others else "ask a Slack admin to name one with /evenhand setup"
        raise NotAllowed(f"Only managers can {wish}; {whom}.")
    return person


def require_here(session: Session, *, by: str) -> Person:
    """
    The person *by*, who has to be a full member of the workspace.

    Raises:
        NotAllowed: a guest, a bot, somebody deactivated or unknown.
    """
    person = find_person_row(session, by)
    if person is None or not _is_full_member(person):
        raise NotAllowed("Only full members of this workspace can do that; ask a colleague who is one.")
    return person


def manager_problems(session: Session, *, person_ids: Sequence[str], by: str) -> dict[str, str]:
    """Why *by* can't make just these people the managers, as a sentence for the field `managers`; empty if they can."""
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
    Make these people the managers, and members again of those who were; returns how many roles changed.

    Slack's admins stay admins, named or not.

    Raises:
        InvalidInput: *by* is no admin, or somebody can't be a manager; field `managers`.
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
    Take in what Slack says of *people*; with *complete*, that is everybody, and who isn't among them has left.

    Slack's admins and owners are admins here. Losing that makes a member again, or the manager they were named
    before. A missing or unknown zone changes nothing, and is the workspace's for somebody new. Who keeps the holidays
    that their zone suggested gets those of the new zone. What has to follow (dates, customers) is in the answer.
    """
    default_zone = get_workspace(session).zone
    known = {person.id: person for person in _list_rows(session, people, complete=complete)}
    told = {person.id: person for person in people}
    new = [person for person in told.values() if person.id not in known]
    _add_people(session, new, default_zone=default_zone, now=now)
    seen = [_take_in(session, known[person.id], person, now=now) for person in told.values() if person.id in known]
    if complete and told:
        seen += [_leave(person) for person in known.values() if person.id not in told and not person.is_deactivated]
    session.flush()
    return PeopleSynced(
        added=len(new),
        changed=sum(bool(all_news) for _, all_news in seen),
        moved=_ids(seen, News.MOVED),
        left=_ids(seen, News.LEFT),
        became_guests=_ids(seen, News.BECAME_GUEST),
    )


class News(Enum):
    """What is new about a person."""

    CHANGED = auto()
    MOVED = auto()
    LEFT = auto()
    BECAME_GUEST = auto()


Seen = tuple[str, set[News]]


def _ids(seen: Sequence[Seen], news: News) -> tuple[str, ...]:
    return tuple(person_id for person_id, all_news in seen if news in all_news)


def _list_rows(session: Session, people: Sequence[SlackPerson], *, complete: bool) -> Sequence[Person]:
    query = select(Person)
    if not complete:
        query = query.where(col(Person.id).in_([person.id for person in people]))
    return session.exec(query).all()


def _take_in(session: Session, row: Person, told: SlackPerson, *, now: datetime) -> Seen:
    if row.name == FORGOTTEN and told.is_deactivated:
        return told.id, set()
    zone = known_zone(told.zone, row.zone)
    news = {
        News.MOVED: zone != row.zone,
        News.LEFT: told.is_deactivated and not row.is_deactivated,
        News.BECAME_GUEST: told.is_guest and not row.is_guest and not told.is_deactivated,
    }
    changed = _follow_role(session, row, is_admin=_is_admin(told), now=now)
    if zone != row.zone and row.country == holiday_country(row.zone):
        row.country = holiday_country(zone)
    for name, value in {**_as_told(told), "zone": zone}.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = True
    if changed:
        row.synced_at = now
    return told.id, {which for which, is_so in news.items() if is_so} | ({News.CHANGED} if changed else set())


def _add_people(session: Session, new: Sequence[SlackPerson], *, default_zone: str, now: datetime) -> None:
    """Add all of them in one statement: a workspace may have thousands."""
    usual = Person(id="", name="", name_key="", synced_at=now).model_dump() | {"workspace_id": workspace_of(session)}
    rows = [usual | _newcomer(told, default_zone) for told in new]
    if rows:
        session.execute(sa.insert(Person), rows)


def _newcomer(told: SlackPerson, default_zone: str) -> dict[str, Any]:
    zone = known_zone(told.zone, default_zone)
    role = Role.ADMIN if _is_admin(told) else Role.MEMBER
    return {"id": told.id, "zone": zone, "country": holiday_country(zone), "role": role, **_as_told(told)}


def _as_told(told: SlackPerson) -> dict[str, Any]:
    """What Slack alone decides. Somebody who left has no guest's flag and often no address: the old ones stay."""
    values: dict[str, Any] = {
        "name": told.name,
        "name_key": person_key(told.name),
        "handle": told.handle,
        "is_bot": told.is_bot,
        "is_deactivated": told.is_deactivated,
    }
    if not told.is_deactivated:
        values["is_guest"] = told.is_guest
    if told.email:
        values["email"] = told.email
    return values


def _is_admin(told: SlackPerson) -> bool:
    return told.is_slack_admin and not (told.is_bot or told.is_guest or told.is_deactivated)


def _follow_role(session: Session, row: Person, *, is_admin: bool, now: datetime) -> bool:
    """Make an admin of a Slack admin, and of a former one what they were before; True when that changed the role."""
    if is_admin == (row.role is Role.ADMIN):
        return False
    role = Role.ADMIN if is_admin else _role_before(session, row.id)
    before, row.role = row.role, role
    record(
        session, ROLE_FOLLOWED, by=BOT, kind="person", subject=row.id, now=now,
        before={"role": before.value}, after={"role": role.value},
    )  # fmt: skip
    return True


def _role_before(session: Session, person_id: str) -> Role:
    """What somebody was before Slack made them an admin."""
    entries = list_audit(session, subject_kind="person", subject_id=person_id)
    raised = (entry for entry in entries if entry.action == ROLE_FOLLOWED and entry.after.get("role") == Role.ADMIN)
    before = next((entry.before.get("role") for entry in raised), Role.MEMBER)
    return Role.MANAGER if before == Role.MANAGER else Role.MEMBER


def _leave(row: Person) -> Seen:
    row.is_deactivated = True
    return row.id, {News.LEFT, News.CHANGED}


def set_preferences(session: Session, *, wishes: Wishes, by: str, now: datetime) -> bool:
    """
    Set one's hour, working days, holidays, mutes and days away; True when due dates follow from it.

    No days away end or cancel the ones that run or come next. A new cover is owed the news.

    Raises:
        InvalidInput: with a sentence per field: `working_days`, `country`, `away_from`, `away_to`, `cover`.
    """
    person = require_here(session, by=by)
    today = get_today(session, person_id=by, now=now)
    standing = next_absence(session, person_id=by, today=today)
    problems = hours_problems(wishes.working_days, wishes.country)
    problems |= absence_problems(wishes.away_from, wishes.away_to, today=today, covered=bool(wishes.cover_id))
    problems |= _cover_problem(session, wishes, by=by) if wishes.cover_id and not problems else {}
    if problems:
        raise InvalidInput(fields=problems)
    before = _calendar_state(person, standing)
    person.hour, person.working_days, person.country = wishes.hour, wishes.working_days, wishes.country
    person.mutes = [mute.value for mute in wishes.mutes]
    standing = _set_absence(session, person, standing, wishes, now=now)
    after = _calendar_state(person, standing)
    if before != after:
        record(session, "person.preferences", by=by, kind="person", subject=by, before=before, after=after, now=now)
    return before != after


def come_back(session: Session, *, by: str, now: datetime) -> date:
    """
    Be back from today on, earlier than planned; the day that was planned as the last one away.

    Raises:
        AlreadyDone: one isn't away today.
    """
    require_here(session, by=by)
    today = get_today(session, person_id=by, now=now)
    standing = next_absence(session, person_id=by, today=today)
    if standing is None or standing.first_day > today:
        raise AlreadyDone("You are back already; nothing had to change.")
    planned = standing.last_day
    if standing.first_day == today:
        session.delete(standing)
    else:
        standing.last_day = today - DAY
    session.flush()
    record(
        session, "person.back", by=by, kind="person", subject=by, now=now,
        before={"last_day": planned.isoformat()}, after={"last_day": (today - DAY).isoformat()},
    )  # fmt: skip
    return planned


def _set_absence(
    session: Session, person: Person, standing: Absence | None, wishes: Wishes, *, now: datetime
) -> Absence | None:
    if wishes.away_from is None or wishes.away_to is None:
        if standing is not None:
            session.delete(standing)
            session.flush()
        return None
    absence = standing or Absence(person_id=person.id, first_day=wishes.away_from, last_day=wishes.away_to)
    told = (absence.cover_id, absence.first_day, absence.last_day)
    absence.first_day, absence.last_day, absence.cover_id = wishes.away_from, wishes.away_to, wishes.cover_id
    session.add(absence)
    session.flush()
    if wishes.cover_id and told != (wishes.cover_id, wishes.away_from, wishes.away_to):
        _ask_cover(session, person, absence, now=now)
    return absence


def _ask_cover(session: Session, person: Person, absence: Absence, *, now: datetime) -> None:
    cover = get_person(session, absence.cover_id or "")
    if Mute.NEWS not in cover.mutes:
        notification = CoverAsked(owner=person.name, first_day=absence.first_day, last_day=absence.last_day)
        key = f"cover:{absence.id}:{cover.id}:{absence.first_day}:{absence.last_day}"
        outbox.enqueue(session, notification, to=cover.id, key=key, now=now)


def _cover_problem(session: Session, wishes: Wishes, *, by: str) -> dict[str, str]:
    """Why that colleague can't stand in on these days."""
    cover = find_person_row(session, wishes.cover_id or "")
    if wishes.cover_id == by:
        return {"cover": "You can't cover for yourself; choose a colleague, or leave it empty."}
    if cover is None or cover.is_bot or cover.is_guest or cover.is_deactivated:
        who = cover.name if cover else "This person"
        return {"cover": f"{who} can't look after customers; choose a full member who is still here."}
    for absence in list_absences(session, cover.id):
        if absence.first_day <= (wishes.away_to or date.max) and absence.last_day >= (wishes.away_from or date.min):
            days = f"from {absence.first_day:%d %b} to {absence.last_day:%d %b %Y}"
            return {"cover": f"{cover.name} is away too, {days}; choose somebody else."}
    return {}


def _calendar_state(person: Person, absence: Absence | None) -> dict[str, Any]:
    """What decides a person's working days, as JSON values."""
    days = (absence.first_day.isoformat(), absence.last_day.isoformat()) if absence else None
    return {"working_days": person.working_days, "country": person.country, "away": list(days) if days else None}


def erase_person(session: Session, kind: str, person_id: str, now: datetime) -> int:
    """Forget who a person was: name, handle, address, hours and days away; what they did stays, without their name."""
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

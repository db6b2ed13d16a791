"""Whose reminder, the one message of the morning, is due, what belongs into it, and how it stands now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries import covers_of, local_date
from bot.checkins.queries.hours import can_be_told, is_muted
from bot.checkins.queries.idle import list_named
from bot.checkins.rules import CUSTOMERS, SECTION_ROWS
from bot.checkins.schemas import DueReminder, IdlePerson, ReminderDue, ReminderRow
from bot.checkins.tables import Checkin, CustomerAction, Reminder, ReminderItem
from bot.core.errors import NotFound
from bot.core.feature import Feature, Morning, collect_briefs, collect_mornings
from bot.core.schemas import Line, MorningSection
from bot.customers.queries import list_by_ids, list_schemas
from bot.customers.queries.due import is_active, reached, waiting
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerSchema
from bot.customers.tables import Customer
from bot.people.queries import calendar_from, list_away, list_names
from bot.people.rules import Calendar, known_zone
from bot.people.tables import Absence, Person
from bot.workspaces.tables import AuditEntry

DAY = timedelta(days=1)
FEW = 500  # up to so many people the database looks each of them up in its index
SOMEBODY = "Somebody"

Sections = Mapping[str, Mapping[str, Sequence[UUID]]]
"""The ids of what is due to be told, by section and person."""


@dataclass(frozen=True)
class Told:
    """What was read for the customers of a reminder: lines, names, days in a row, and what was done since."""

    lines: Mapping[UUID, Sequence[Line]]
    names: Mapping[str, str]
    days: Mapping[UUID, int]
    for_whom: Mapping[UUID, str | None] = field(default_factory=dict)
    actions: Mapping[UUID, CustomerAction] = field(default_factory=dict)
    notes: Mapping[UUID, str] = field(default_factory=dict)
    moves: Mapping[UUID, AuditEntry] = field(default_factory=dict)


def list_due_reminders(
    session: Session, *, features: Sequence[Feature], now: datetime, only: Sequence[str] | None = None
) -> list[DueReminder]:
    """
    List the people whose hour has come on a working day of theirs, unless it was decided today what they are told.

    They are not away and have not muted reminders. Customers of absent colleagues wait for the cover. *only*: look at
    these people alone.
    """
    absences = list_away(session, around=now.date())
    people = _list_people(session, None if only is None else {*only, *(absence.person_id for absence in absences)})
    zones = {person.id: person.zone for person in people}
    today = {zone: local_date(zone, now) for zone in set(zones.values())}
    days = {person_id: today[zone] for person_id, zone in zones.items()}
    ready = _ready(people, absences, now, set(only) if only is not None else None)
    reminded = _reminded(session, now)
    ready = {person_id for person_id in ready if (person_id, days[person_id]) not in reminded}
    covered = defaultdict(list)
    for absent, cover in covers_of(absences, days).items():
        covered[cover].append(absent)
    waits = _waiting_days(session, ready, covered, now)
    sections = _list_sections(session, ready, covered, features, now)
    midnights = {zone: _midnight(zone, day) for zone, day in today.items()}
    return [
        DueReminder(
            person_id=person_id,
            local_day=days[person_id],
            midnight=midnights[zones[person_id]],
            customers_wait=any(days[person_id] in waits.get(owner, ()) for owner in (person_id, *covered[person_id])),
            sections={key: tuple(ids[person_id]) for key, ids in sections.items() if ids.get(person_id)},
        )
        for person_id in sorted(ready)
    ]


def is_decided(session: Session, *, person_id: str, day: date) -> bool:
    """Return whether it was decided what that person is told on that day, be it nothing."""
    query = select(Reminder.id).where(Reminder.person_id == person_id, Reminder.local_day == day)
    return session.exec(query).first() is not None


def get_reminder(
    session: Session, *, reminder_id: UUID, viewer: str, features: Sequence[Feature], now: datetime
) -> ReminderDue:
    """
    Return a reminder as it stands now, with what was done about each thing in it since.

    Raises:
        NotFound: there is none with that id for *viewer*.
    """
    reminder = session.exec(select(Reminder).where(Reminder.id == reminder_id)).first()
    if reminder is None or reminder.person_id != viewer:
        raise NotFound("That reminder isn't here any more; /checkin shows your queue.")
    listed = select(ReminderItem).where(ReminderItem.reminder_id == reminder.id)
    items = session.exec(listed.order_by(col(ReminderItem.position))).all()
    own = [item for item in items if item.section == CUSTOMERS]
    known = list_by_ids(session, [item.customer_id for item in own])
    customers = [known[item.customer_id] for item in own if item.customer_id in known]
    schemas = list_schemas(session, customers, today=reminder.local_day)
    actions = _latest_actions(session, reminder, list(known))
    for_whom = {item.customer_id: item.on_behalf_of for item in own}
    gone = [one for one in schemas if not _is_theirs(one, viewer, for_whom)]
    moves = _latest_moves(session, reminder, [one.id for one in gone])
    people = {viewer, *for_whom.values(), *(one.owner_id for one in gone), *(move.by for move in moves.values())}
    told = Told(
        lines=collect_briefs(features, session, [schema.id for schema in schemas], now),
        names=list_names(session, people),
        days={item.subject_id: item.days for item in items},
        for_whom=for_whom,
        actions=actions,
        notes=_notes_of(session, actions.values()),
        moves=moves,
    )
    sections = []
    for morning in collect_mornings(features):
        if ids := [item.subject_id for item in items if item.section == morning.key]:
            rows = morning.list_rows(session, {viewer: ids}, now).get(viewer, ())
            more = _count_more(session, morning, viewer, ids, now)
            sections.append(build_section(morning, viewer, rows, told.days, more=more))
    idle = list_named(session, {viewer: reminder.local_day}, features=features, now=now).get(viewer, ())
    return build_reminder(reminder, sections=sections, idle=idle, schemas=schemas, told=told)


def _count_more(session: Session, morning: Morning, viewer: str, shown: Sequence[UUID], now: datetime) -> int:
    """Return how many more things are due in a section that is full."""
    if len(shown) < SECTION_ROWS:
        return 0
    return len(set(morning.list_due(session, {viewer: viewer}, now).get(viewer, ())) - set(shown))


def build_section(
    morning: Morning, person_id: str, schemas: Sequence[Any], days: Mapping[UUID, int], *, more: int = 0
) -> MorningSection:
    """Build a section of a person's reminder from the schemas of its rows."""
    rows = [morning.view(schema, person_id) for schema in schemas]
    rows = [row.model_copy(update={"days": days.get(row.id, 0)}) for row in rows]
    waiting = [schema for schema, row in zip(schemas, rows, strict=True) if row.is_open]
    count = len(waiting) + more
    return MorningSection(
        key=morning.key, title=morning.title, command=morning.command, rows=tuple(rows), more=more,
        lead=morning.lead(waiting, count) if waiting else "",
        counted=morning.counted(waiting, count) if waiting else "",
    )  # fmt: skip


def build_reminder(
    reminder: Reminder,
    *,
    sections: Sequence[MorningSection],
    idle: tuple[IdlePerson, ...],
    schemas: Iterable[CustomerSchema],
    told: Told,
) -> ReminderDue:
    """Build the notification of a reminder from what was read for it."""
    rows = tuple(_build_row(reminder, schema, told) for schema in schemas)
    name = told.names.get(reminder.person_id, "")
    return ReminderDue(
        reminder_id=reminder.id, person_id=reminder.person_id, first_name=(name.split() or ["You"])[0],
        sections=tuple(one for one in sections if one.rows), idle=idle, total=len(rows) + reminder.more, rows=rows,
    )  # fmt: skip


def _build_row(reminder: Reminder, schema: CustomerSchema, told: Told) -> ReminderRow:
    owner, action = reminder.person_id, told.actions.get(schema.id)
    is_own = action is not None and action.by == owner
    moved = "" if is_own else _moved_words(schema, owner, told)
    row = {
        "customer": schema.model_copy(update={"lines": tuple(told.lines[schema.id])}),
        "for_whom": told.names.get(told.for_whom.get(schema.id) or ""),
        "days": told.days.get(schema.id, 0),
        "moved": moved,
    }
    if action is None or moved:
        return ReminderRow(**row)
    note = told.notes.get(action.id)
    return ReminderRow(
        **row, done=action.words, done_by=None if is_own else action.by, customer_action_id=action.id,
        note=note or "", can_note=note == "",
    )  # fmt: skip


def _is_theirs(schema: CustomerSchema, person_id: str, for_whom: Mapping[UUID, str | None]) -> bool:
    """Return whether a customer still belongs to that person, or to the absent owner for whom it stands there."""
    return schema.owner_id is not None and schema.owner_id in {person_id, for_whom.get(schema.id)}


def _moved_words(schema: CustomerSchema, person_id: str, told: Told) -> str:
    """Return who gave a customer to whom, or that it is paused, lost or excluded; "" while it is this person's."""
    if schema.status is not Status.ACTIVE:
        return f"{schema.name} is {schema.status.value} now"
    if _is_theirs(schema, person_id, told.for_whom):
        return ""
    move = told.moves.get(schema.id)
    to = told.names.get(schema.owner_id or "", SOMEBODY)
    if move is None or move.after.get("owner") != schema.owner_id:
        return f"{to} looks after {schema.name} now" if schema.owner_id else f"{schema.name} has no owner now"
    by = "You" if move.by == person_id else told.names.get(move.by, SOMEBODY)
    if schema.owner_id is None:
        return f"{by} gave {schema.name} back to the pool"
    return f"{by} took {schema.name}" if move.by == schema.owner_id else f"{by} handed {schema.name} to {to}"


def list_last_items(session: Session, person_ids: Sequence[str]) -> dict[str, tuple[Reminder, dict[UUID, int]]]:
    """Return each person's last reminder, and the days in a row of what stood in it; one statement."""
    mine = col(Reminder.person_id).in_(person_ids)
    last = sa.select(col(Reminder.person_id), sa.func.max(col(Reminder.local_day)).label("day"))
    days = last.where(mine).group_by(col(Reminder.person_id)).subquery()
    query = (
        select(Reminder, ReminderItem)
        .join(ReminderItem, col(ReminderItem.reminder_id) == col(Reminder.id))
        .join(days, sa.and_(days.c.person_id == Reminder.person_id, days.c.day == Reminder.local_day))
        .where(mine)
    )
    found: dict[str, tuple[Reminder, dict[UUID, int]]] = {}
    for reminder, item in session.exec(query):
        found.setdefault(reminder.person_id, (reminder, {}))[1][item.subject_id] = item.days
    return found


def _list_sections(
    session: Session, ready: set[str], covered: Mapping[str, list[str]], features: Sequence[Feature], now: datetime
) -> Sections:
    """Return what is due in each section, by person, of those who are *ready* and those whom they cover."""
    told = {person_id: person_id for person_id in ready}
    for cover in ready:
        told.update(dict.fromkeys(covered.get(cover, ()), cover))
    return {one.key: _list_untold(session, one, told, now) for one in collect_mornings(features)} if told else {}


def _list_untold(
    session: Session, morning: Morning, told: Mapping[str, str], now: datetime
) -> Mapping[str, Sequence[UUID]]:
    """Return what is due in a section, by person, without what people were told of a moment ago."""
    found = morning.list_due(session, told, now)
    just_told = morning.list_just_told(session, now) if morning.list_just_told and found else ()
    left = {person_id: [one for one in ids if one not in just_told] for person_id, ids in found.items()}
    return {person_id: ids for person_id, ids in left.items() if ids}


def _latest_actions(session: Session, reminder: Reminder, customer_ids: list[UUID]) -> dict[UUID, CustomerAction]:
    """Return the last action about each customer since the reminder was made, except undone ones."""
    query = select(CustomerAction).where(
        col(CustomerAction.customer_id).in_(customer_ids),
        col(CustomerAction.at) >= reminder.made_at,
        col(CustomerAction.undone_at).is_(None),
    )
    return {
        action.customer_id: action
        for action in session.exec(query.order_by(col(CustomerAction.at), col(CustomerAction.id)))
    }


def _notes_of(session: Session, actions: Iterable[CustomerAction]) -> dict[UUID, str]:
    """Return the notes of the check-ins that these actions recorded, by action."""
    recorded = {action.checkin_id: action.id for action in actions if action.checkin_id}
    query = select(Checkin.id, Checkin.note).where(col(Checkin.id).in_(list(recorded)))
    return {recorded[checkin_id]: note for checkin_id, note in session.exec(query)} if recorded else {}


def _latest_moves(session: Session, reminder: Reminder, customer_ids: list[UUID]) -> dict[UUID, AuditEntry]:
    """Return the entry of the audit trail on who handed each customer over last, since the reminder was made."""
    query = select(AuditEntry).where(
        col(AuditEntry.customer_id).in_(customer_ids),
        AuditEntry.action == "customer.handed_over",
        col(AuditEntry.at) >= reminder.made_at,
    )
    rows = session.exec(query.order_by(col(AuditEntry.at), col(AuditEntry.id))) if customer_ids else ()
    return {row.customer_id: row for row in rows if row.customer_id}


def _ready(people: Iterable[Any], absences: Sequence[Absence], now: datetime, only: set[str] | None) -> set[str]:
    """Return the people whose hour has come on a working day of theirs; equal hours are computed once."""
    away = defaultdict(list)
    for absence in absences:
        away[absence.person_id].append(absence)
    ready: set[str] = set()
    same_hours: dict[tuple[Any, ...], bool] = {}
    for person in people:
        if person.is_muted or (only is not None and person.id not in only):
            continue
        hours = (person.zone, person.hour, person.working_days, person.country)
        if person.id in away:
            at_work = _is_at_work(person, away[person.id], now)
        elif hours in same_hours:
            at_work = same_hours[hours]
        else:
            at_work = same_hours[hours] = _is_at_work(person, (), now)
        if at_work:
            ready.add(person.id)
    return ready


def _is_at_work(person: Any, absences: Sequence[Absence], now: datetime) -> bool:
    calendar = calendar_from(person, absences, default_zone="UTC")
    return calendar.is_working_day(calendar.today(now)) and calendar.hour_has_come(now)


def _midnight(zone: str, day: date) -> datetime:
    """Return the instant at which that day ends in that zone."""
    return Calendar(zone=known_zone(zone, "UTC")).at(day + DAY, time(0))


def _list_people(session: Session, ids: set[str] | None) -> Sequence[Any]:
    """Return the working hours of these people, or of everybody, and whether they muted reminders."""
    hours = (col(Person.zone), col(Person.hour), col(Person.working_days), col(Person.country))
    query = sa.select(col(Person.id), *hours, is_muted().label("is_muted")).where(*can_be_told())
    return session.execute(query if ids is None else query.where(col(Person.id).in_(sorted(ids)))).all()


def _reminded(session: Session, now: datetime) -> set[tuple[str, date]]:
    columns = (col(Reminder.person_id), col(Reminder.local_day))
    rows = session.execute(sa.select(*columns).where(col(Reminder.local_day).in_(_days_around(now))))
    return {(row.person_id, row.local_day) for row in rows}


def _waiting_days(
    session: Session, ready: set[str], covered: Mapping[str, list[str]], now: datetime
) -> dict[str, set[date]]:
    """Return, for each owner, on which of yesterday, today and tomorrow (UTC) customers wait; one statement."""
    owners = sorted(ready | {absent for cover in ready for absent in covered.get(cover, ())})
    if not owners:
        return {}
    days = _days_around(now)
    query = (
        sa.select(col(Customer.owner_id), *(sa.func.max(sa.case((waiting(day), 1), else_=0)) for day in days))
        .where(col(Customer.owner_id).is_not(None), is_active(), reached(days[-1]))
        .group_by(col(Customer.owner_id))
    )
    if len(owners) <= FEW:
        query = query.where(col(Customer.owner_id).in_(owners))
    rows = session.execute(query)
    return {row.owner_id: {day for day, count in zip(days, row[1:], strict=True) if count} for row in rows}


def _days_around(now: datetime) -> list[date]:
    return [now.date() - DAY, now.date(), now.date() + DAY]

"""Whose reminder is owed, and how a reminder stands now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries import covers_of, local_date
from bot.checkins.schemas import DueReminder, ReminderDue, ReminderRow
from bot.checkins.tables import CustomerAction, Reminder, ReminderItem
from bot.core.errors import NotFound
from bot.core.feature import Feature, collect_briefs
from bot.core.schemas import Line
from bot.customers.queries import list_by_ids, list_schemas
from bot.customers.queries.due import is_active, reached, waiting
from bot.customers.schemas import CustomerSchema
from bot.customers.tables import Customer
from bot.people.queries import calendar_from, list_away, list_names
from bot.people.rules import Calendar, Mute, known_zone
from bot.people.tables import Absence, Person

DAY = timedelta(days=1)
FEW = 500  # up to so many people the database looks each of them up in its index


def list_due_reminders(session: Session, *, now: datetime, only: Sequence[str] | None = None) -> list[DueReminder]:
    """
    List the people whose reminder is due: their hour has come, customers wait, and they weren't reminded today.

    It is a working day of theirs, they are not away and have not muted reminders. Customers of absent colleagues wait
    for the cover. *only*: look at these people alone.
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
    midnights = {zone: _midnight(zone, day) for zone, day in today.items()}
    return [
        DueReminder(person_id=person_id, local_day=days[person_id], midnight=midnights[zones[person_id]])
        for person_id in sorted(ready)
        if any(days[person_id] in waits.get(owner, ()) for owner in (person_id, *covered[person_id]))
    ]


def get_reminder(
    session: Session, *, reminder_id: UUID, viewer: str, features: Sequence[Feature], now: datetime
) -> ReminderDue:
    """
    Return a reminder as it stands now, with what was done about each customer since.

    Raises:
        NotFound: there is none with that id for *viewer*.
    """
    query = select(Reminder).where(Reminder.id == reminder_id)
    reminder = session.exec(query).first()
    if reminder is None or reminder.person_id != viewer:
        raise NotFound("That reminder isn't here any more; /checkin shows your queue.")
    items = _items(session, reminder)
    known = list_by_ids(session, [item.customer_id for item in items])
    customers = [known[item.customer_id] for item in items if item.customer_id in known]
    schemas = list_schemas(session, customers, today=reminder.local_day)
    lines = collect_briefs(features, session, [schema.id for schema in schemas], now)
    return draw_up(
        reminder,
        schemas=schemas,
        lines=lines,
        actions=_latest_actions(session, reminder, list(known)),
        names=list_names(session, [viewer, *(item.on_behalf_of for item in items)]),
        for_whom={item.customer_id: item.on_behalf_of for item in items},
    )


def draw_up(
    reminder: Reminder,
    *,
    schemas: Iterable[CustomerSchema],
    lines: Mapping[UUID, Sequence[Line]],
    actions: Mapping[UUID, CustomerAction],
    names: Mapping[str, str],
    for_whom: Mapping[UUID, str | None],
) -> ReminderDue:
    """Build the notification of a reminder from what was read for it."""
    rows = []
    for schema in schemas:
        action = actions.get(schema.id)
        rows.append(
            ReminderRow(
                customer=schema.model_copy(update={"lines": tuple(lines[schema.id])}),
                for_whom=names.get(for_whom.get(schema.id) or ""),
                done=action.words if action else None,
                done_by=action.by if action and action.by != reminder.person_id else None,
                customer_action_id=action.id if action else None,
            )
        )
    name = names.get(reminder.person_id, "")
    return ReminderDue(
        reminder_id=reminder.id,
        person_id=reminder.person_id,
        first_name=(name.split() or ["You"])[0],
        total=len(rows) + reminder.more,
        rows=tuple(rows),
    )


def _items(session: Session, reminder: Reminder) -> Sequence[ReminderItem]:
    query = select(ReminderItem).where(ReminderItem.reminder_id == reminder.id)
    return session.exec(query.order_by(col(ReminderItem.position))).all()


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
    muted = sa.cast(col(Person.mutes), sa.String).like(f'%"{Mute.REMINDERS}"%').label("is_muted")
    query = sa.select(col(Person.id), *hours, muted).where(
        col(Person.is_deactivated).is_(False), col(Person.is_bot).is_(False)
    )
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
        .where(
            col(Customer.owner_id).is_not(None),
            is_active(),
            reached(days[-1]),
        )
        .group_by(col(Customer.owner_id))
    )
    if len(owners) <= FEW:
        query = query.where(col(Customer.owner_id).in_(owners))
    rows = session.execute(query)
    return {row.owner_id: {day for day, count in zip(days, row[1:], strict=True) if count} for row in rows}


def _days_around(now: datetime) -> list[date]:
    return [now.date() - DAY, now.date(), now.date() + DAY]

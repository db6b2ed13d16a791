"""The queue, one statement for a page; whose reminder is due, and how a reminder stands now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries import covers_of, get_owner_scope, local_date
from bot.checkins.rules import QUEUE_ROWS
from bot.checkins.schemas import DueReminder, OwnerScope, Queue, QueueRow, ReminderDue, ReminderRow
from bot.checkins.tables import CustomerAction, Reminder, ReminderItem
from bot.core.briefs import in_workspace
from bot.core.database import workspace_of
from bot.core.errors import NotFound
from bot.core.feature import Feature, collect_briefs, collect_page
from bot.core.schemas import Line
from bot.customers.queries import list_by_ids, list_schemas
from bot.customers.queries.due import (
    CUSTOMERS,
    FACT_NAMES,
    is_active,
    neglected,
    overdue_first,
    reached,
    sleeping,
    standing_of,
    waiting,
)
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerSchema
from bot.customers.tables import Customer
from bot.people.queries import calendar_from, list_away, list_names
from bot.people.rules import Calendar, Mute, known_zone
from bot.people.tables import Absence, Person

TODAY: sa.ColumnElement[date] = sa.bindparam("today", type_=sa.Date)


def get_queue(session: Session, *, viewer: str, features: Sequence[Feature], now: datetime, page: int = 0) -> Queue:
    """
    Return a page of what waits for *viewer*: neglected and due by overdue ratio, then snoozed by the day they wake.

    The customers of absent colleagues whom they cover today are among them.
    """
    scope = get_owner_scope(session, person_id=viewer, now=now)
    rows, lines = collect_page(features, session, _page(QUEUE_ROWS), _values(scope, page, QUEUE_ROWS), now)
    if not rows and page:
        return get_queue(session, viewer=viewer, features=features, now=now)
    if not rows:
        return _all_clear(session, scope)
    waits, late = rows[0].waits, rows[0].late
    return Queue(
        neglected=late,
        due=waits - late,
        snoozed=rows[0].everything - waits,
        rows=tuple(queue_row(row, lines.get(row.id, ()), scope) for row in rows),
        page=page,
        pages=-(-rows[0].everything // QUEUE_ROWS),
    )


def read_page(session: Session, scope: OwnerScope, *, page: int, rows: int = QUEUE_ROWS) -> Sequence[Any]:
    """Return the rows of one page with, on each, the counts `waits`, `late` and `everything` of the whole queue."""
    return session.execute(_page(rows), {"workspace": workspace_of(session), **_values(scope, page, rows)}).all()


def _values(scope: OwnerScope, page: int, rows: int) -> dict[str, Any]:
    """Return the values that the statement of a page needs besides the workspace."""
    return {"today": scope.today, "owners": list(scope.owner_ids), "skip": max(page, 0) * rows}


def queue_row(row: Any, lines: Sequence[Line], scope: OwnerScope) -> QueueRow:
    """
    Return a row of a page with what the features know about its customer, and for whom it is looked after.

    Its schema isn't validated, since the tables' types hold.
    """
    schema = CustomerSchema.model_construct(
        **{**dict(zip(FACT_NAMES, row, strict=False)), "preferences": tuple(row.preferences)},
        today=scope.today,
        lines=tuple(lines),
        standing=standing_of(row, scope.today),
    )
    return QueueRow(customer=schema, for_whom=scope.covered.get(row.owner_id or "") if scope.covered else None)


def _all_clear(session: Session, scope: OwnerScope) -> Queue:
    """Return an empty queue that names the customer who is due next."""
    query = (
        sa.select(col(Customer.name), col(Customer.due_on))
        .where(col(Customer.owner_id) == scope.person_id, col(Customer.status) == Status.ACTIVE)
        .order_by(col(Customer.due_on), col(Customer.id))
    )
    coming = session.execute(query.limit(1)).first()
    return Queue(next_name=coming.name, next_due_on=coming.due_on) if coming else Queue()


@cache
def _page(rows: int) -> sa.Select[Any]:
    """
    Select a page of so many *rows*: who waits, then who is put off. It is made once, since it answers a command.

    Its values are `workspace`, `today`, `owners` and `skip`. The column `place` is the position in the whole queue.
    """
    asleep = sleeping(TODAY)
    ratio, by_id = overdue_first(TODAY)
    order = (sa.case((asleep, 1), else_=0), sa.case((asleep, CUSTOMERS.c.snoozed_until)), ratio, by_id)
    place = sa.func.row_number().over(order_by=order).label("place")
    return (
        sa.select(
            *(CUSTOMERS.c[name] for name in FACT_NAMES),
            place,
            _count(sa.not_(asleep)).label("waits"),
            _count(neglected(TODAY)).label("late"),
            sa.func.count().over().label("everything"),
        )
        .where(
            in_workspace(CUSTOMERS),
            CUSTOMERS.c.owner_id.in_(sa.bindparam("owners", expanding=True)),
            is_active(),
            sa.or_(reached(TODAY), asleep),
        )
        .order_by(place)
        .limit(sa.literal_column(str(rows)))  # SQLite plans anew at each execution where this is a parameter
        .offset(sa.bindparam("skip", type_=sa.Integer))
    )


def _count(condition: Any) -> Any:
    """Count the rows of the whole queue for which *condition* holds."""
    return sa.func.sum(sa.case((condition, 1), else_=0)).over()


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
    listed = select(ReminderItem).where(ReminderItem.reminder_id == reminder.id)
    items = session.exec(listed.order_by(col(ReminderItem.position))).all()
    known = list_by_ids(session, [item.customer_id for item in items])
    customers = [known[item.customer_id] for item in items if item.customer_id in known]
    schemas = list_schemas(session, customers, today=reminder.local_day)
    lines = collect_briefs(features, session, [schema.id for schema in schemas], now)
    for_whom = {item.customer_id: item.on_behalf_of for item in items}
    names = list_names(session, [viewer, *for_whom.values()])
    actions = _latest_actions(session, reminder, list(known))
    return build_reminder(reminder, schemas=schemas, lines=lines, actions=actions, names=names, for_whom=for_whom)


def build_reminder(
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
        reminder_id=reminder.id, person_id=reminder.person_id, first_name=(name.split() or ["You"])[0],
        total=len(rows) + reminder.more, rows=tuple(rows),
    )  # fmt: skip


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
        .where(col(Customer.owner_id).is_not(None), is_active(), reached(days[-1]))
        .group_by(col(Customer.owner_id))
    )
    if len(owners) <= FEW:
        query = query.where(col(Customer.owner_id).in_(owners))
    rows = session.execute(query)
    return {row.owner_id: {day for day, count in zip(days, row[1:], strict=True) if count} for row in rows}


def _days_around(now: datetime) -> list[date]:
    return [now.date() - DAY, now.date(), now.date() + DAY]

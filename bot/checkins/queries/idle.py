"""Who has changed nothing for a working week, while something of theirs was late."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.checkins.queries import get_owner_scope
from bot.checkins.queries.queue import queue_row, read_first
from bot.checkins.rules import IDLE_AFTER, idle_days, is_first_of_week
from bot.checkins.schemas import ColleaguesQueue, IdlePerson
from bot.core.database import workspace_of
from bot.core.feature import Feature, collect_overdue
from bot.core.schemas import Overdue
from bot.customers.queries.due import CUSTOMERS, neglected
from bot.customers.tables import TALLY, Import, ImportChange
from bot.people.queries import get_person, get_today, list_calendars, list_managers
from bot.people.rules import DAY
from bot.people.tables import Person
from bot.people.usecases import require_manager
from bot.workspaces.tables import AuditEntry

COLLEAGUES_ROWS = 20
HANDED_OVER = ("customer.handed_over", "customer.handed_over.undone")
LOOK_BACK = timedelta(days=92)
"""How far back an act is looked for; nobody is said to have been idle for longer."""


@dataclass(frozen=True)
class Neglected:
    """The neglected customers of one owner, and the day on which the first of them became so."""

    count: int
    since: date


def list_idle(session: Session, *, features: Sequence[Feature], now: datetime) -> list[IdlePerson]:
    """
    Return who has changed nothing for five working days of theirs or more, the longest idle first.

    Days count from the last change that the person made, and from the day since which something of theirs is late: a
    customer neglected, or what a feature's `overdue` tells. Days away and holidays don't count.
    """
    today = get_today(session, person_id=None, now=now)
    customers, overdue = list_neglected(session, today=today, now=now), collect_overdue(features, session, now)
    people = _list_members(session, {*customers, *overdue})
    acts, calendars = _last_acts(session, people, now=now), list_calendars(session, people)
    found = []
    for person_id, name in people.items():
        theirs, late = customers.get(person_id), overdue.get(person_id, [])
        first_late = min([one.since for one in late] + ([theirs.since] if theirs else []))
        calendar, acted_at = calendars[person_id], acts.get(person_id, now - LOOK_BACK)
        acted_on = calendar.today(acted_at)
        days = idle_days(calendar, today=calendar.today(now), acted_on=acted_on, late_since=first_late)
        if days >= IDLE_AFTER:
            found.append(_idle(person_id, name, days, theirs, late))
    return sorted(found, key=lambda one: (-one.working_days, one.name.casefold(), one.person_id))


def list_named(
    session: Session, days: Mapping[str, date], *, features: Sequence[Feature], now: datetime
) -> dict[str, tuple[IdlePerson, ...]]:
    """
    Return who is named in the reminders of managers among these people, each on their own day: who is idle.

    It is once a week, on the first working day of the manager's week.
    """
    managers = {manager.id for manager in list_managers(session)} & days.keys()
    calendars = list_calendars(session, managers)
    readers = [one for one in managers if is_first_of_week(days[one], calendars[one])]
    idle = list_idle(session, features=features, now=now) if readers else []
    named = {reader: tuple(one for one in idle if one.person_id != reader) for reader in readers}
    return {reader: people for reader, people in named.items() if people}


def get_colleagues_queue(
    session: Session, *, person_id: str, features: Sequence[Feature], viewer: str, now: datetime
) -> ColleaguesQueue:
    """
    Return what waits for somebody, for a manager.

    Raises:
        NotAllowed: the viewer is no manager.
        NotFound: the bot doesn't know the person.
    """
    require_manager(session, by=viewer, wish="look at others' queues")
    person, scope = get_person(session, person_id), get_owner_scope(session, person_id=person_id, now=now)
    page, waits = read_first(session, scope, rows=COLLEAGUES_ROWS)
    overdue = collect_overdue(features, session, now).get(person_id, ())
    rows = tuple(queue_row(row, (), scope).customer for row in page)
    return ColleaguesQueue(
        person_id=person_id, name=person.name, total=waits, rows=rows, overdue=tuple(one.text for one in overdue)
    )


def list_neglected(
    session: Session, *, today: date, now: datetime, owner_id: str | None = None
) -> dict[str, Neglected]:
    """
    Return the neglected customers of each owner, or of one.

    A customer counts from the day on which it came to its owner, if that was later than its limit.
    """
    theirs = () if owner_id is None else (owner_id,)
    found = _list_first(session, theirs, today=today)
    late_comers = _list_late_comers(session, theirs, today=today, now=now)
    limits = _count_limits(session, list(late_comers), today=today) if late_comers else {}
    for owner, came in late_comers.items():
        for (limit, _), customers in came.items():
            limits[owner][limit] -= customers
        since = [day for _, day in came] + [limit for limit, customers in limits[owner].items() if customers > 0]
        found[owner] = Neglected(found[owner].count, min(since) + DAY)
    return found


def _list_first(session: Session, owner_ids: Sequence[str], *, today: date) -> dict[str, Neglected]:
    """Return the neglected customers of each owner, or of *owner_ids*, from the day after their limit on."""
    limits = _limits(session, owner_ids, today=today).subquery()
    owner, limit, customers = limits.c
    query = sa.select(owner, sa.func.sum(customers), sa.func.min(limit)).where(customers > 0).group_by(owner)
    return {person: Neglected(int(count), first + DAY) for person, count, first in session.execute(query)}


def _count_limits(session: Session, owner_ids: Sequence[str], *, today: date) -> dict[str, Counter[date]]:
    """Count the neglected customers of *owner_ids* by the last day before they were."""
    found: dict[str, Counter[date]] = {}
    for owner, limit, customers in session.execute(_limits(session, owner_ids, today=today)):
        found.setdefault(owner, Counter())[limit] = int(customers)
    return found


def _limits(session: Session, owner_ids: Sequence[str], *, today: date) -> sa.Select[Any]:
    """Select owner, limit and number of neglected customers, of everybody or of *owner_ids*."""
    owner, limit = TALLY.c.owner_id, TALLY.c.neglected_after
    query = sa.select(owner, limit, sa.func.sum(TALLY.c.number).label("customers")).where(
        TALLY.c.workspace_id == workspace_of(session), owner.is_not(None), neglected(today, TALLY)
    )
    return (query.where(owner.in_(owner_ids)) if owner_ids else query).group_by(owner, limit)


def _list_late_comers(
    session: Session, owner_ids: Sequence[str], *, today: date, now: datetime
) -> Mapping[str, Mapping[tuple[date, date], int]]:
    """Count the neglected customers that came to their owner after their limit, by owner, then by limit and day."""
    came, limit, owner = _came_to_owner(session, today, now), CUSTOMERS.c.neglected_after, CUSTOMERS.c.owner_id
    late = sa.and_(CUSTOMERS.c.workspace_id == workspace_of(session), owner.is_not(None), neglected(today))
    if owner_ids:
        late = sa.and_(late, owner.in_(owner_ids))
    query = (
        sa.select(owner, limit, came.c.day, sa.func.count())
        .select_from(came.join(CUSTOMERS, came.c.customer_id == CUSTOMERS.c.id))
        .where(sa.case((late, 1), else_=0) == 1)  # no index of customers serves, so they are looked up by their ids
        .where(came.c.day > limit)
    )
    found: dict[str, dict[tuple[date, date], int]] = {}
    for person, last, day, customers in session.execute(query.group_by(owner, limit, came.c.day)):
        found.setdefault(person, {})[last, day] = int(customers)
    return found


def _came_to_owner(session: Session, today: date, now: datetime) -> sa.Subquery:
    """Select the day on which neglected customers last came to an owner: by a list, or handed over."""
    given: Any = sa.select(col(AuditEntry.customer_id).label("customer_id"), col(AuditEntry.at).label("at"))
    given = given.where(
        col(AuditEntry.workspace_id) == workspace_of(session),
        col(AuditEntry.at) > now - LOOK_BACK,
        col(AuditEntry.action).in_(HANDED_OVER),
    )
    every = sa.union_all(given, *_came_by_list(session, today, now)).subquery()
    day = sa.func.max(sa.func.date(every.c.at), type_=sa.Date).label("day")
    return sa.select(every.c.customer_id, day).group_by(every.c.customer_id).subquery()


def _came_by_list(session: Session, today: date, now: datetime) -> Iterator[sa.Select[Any]]:
    """
    Select when a list added each customer that was neglected by then, NULL if none did; nothing if there are none.

    It looks these customers up, which are few, among the changes of the imports, which may be as many as customers.
    """
    ours, since = workspace_of(session), now - LOOK_BACK
    last = session.execute(
        sa.select(sa.func.max(col(Import.at))).where(col(Import.workspace_id) == ours, col(Import.at) > since)
    ).scalar()
    if last is None or (furthest := _last_due(session, last.date(), today=today)) is None:
        return
    added_at = (
        sa.select(sa.func.max(col(Import.at)))
        .join(ImportChange, sa.and_(col(ImportChange.import_id) == col(Import.id), col(ImportChange.added).is_(True)))
        .where(col(ImportChange.workspace_id) == ours, col(ImportChange.customer_id) == CUSTOMERS.c.id)
        .where(col(Import.workspace_id) == ours, col(Import.at) > since)
    )
    late = sa.and_(neglected(today), CUSTOMERS.c.neglected_after < last.date(), CUSTOMERS.c.due_on <= furthest)
    found = sa.select(CUSTOMERS.c.id, added_at.correlate(CUSTOMERS).scalar_subquery().label("at"))
    yield found.where(CUSTOMERS.c.workspace_id == ours, late)


def _last_due(session: Session, day: date, *, today: date) -> date | None:
    """Return the last due date of the neglected customers whose limit was before *day*; None if there are none."""
    query = sa.select(sa.func.max(TALLY.c.due_on)).where(
        TALLY.c.workspace_id == workspace_of(session), neglected(today, TALLY), TALLY.c.neglected_after < day
    )
    return session.execute(query).scalar()


def _list_members(session: Session, person_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of those of these people who are full members, by id."""
    query = sa.select(col(Person.id), col(Person.name)).where(
        col(Person.workspace_id) == workspace_of(session), col(Person.id).in_(sorted(person_ids)),
        col(Person.is_deactivated).is_(False), col(Person.is_guest).is_(False), col(Person.is_bot).is_(False),
    )  # fmt: skip
    return dict(session.execute(query).all())


def _last_acts(session: Session, person_ids: Iterable[str], *, now: datetime) -> Mapping[str, datetime]:
    """Return the instant of the last change that each of these people made, by the audit trail."""
    query = (
        sa.select(col(AuditEntry.by), sa.func.max(col(AuditEntry.at)))
        .where(
            col(AuditEntry.workspace_id) == workspace_of(session),
            col(AuditEntry.at) > now - LOOK_BACK,
            col(AuditEntry.by).in_(sorted(person_ids)),
            ~col(AuditEntry.action).endswith(".refused"),
        )
        .group_by(col(AuditEntry.by))
    )
    return dict(session.execute(query).all())


def _idle(person_id: str, name: str, days: int, theirs: Neglected | None, late: Sequence[Overdue]) -> IdlePerson:
    count = theirs.count if theirs else 0
    lines = ([f"{count:,} neglected"] if count else []) + [one.text for one in late]
    return IdlePerson(
        person_id=person_id, name=name, working_days=days, neglected=count, late=sum(one.count for one in late),
        lines=tuple(lines),
    )  # fmt: skip

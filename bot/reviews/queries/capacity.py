"""Reads what cadences ask of each owner, and what people did in the last eight weeks."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.checkins.queries.history import CHECKINS, CONTACTS
from bot.core.database import workspace_of
from bot.customers.queries.due import CUSTOMERS, is_active, overdue_first
from bot.customers.rules.sharing import UNIT, group_families, load_of
from bot.people.queries import get_today, list_calendars, list_rows
from bot.people.rules import DAY, Calendar
from bot.people.tables import Person
from bot.people.usecases import require_manager
from bot.reviews.queries.plan_trail import list_plans
from bot.reviews.rules.capacity import (
    AHEAD_DAYS,
    USUAL_WORKING_DAYS,
    WEEK_DAYS,
    WEEKS,
    Capacity,
    Week,
    asked_a_working_day,
    capacity_of,
    even_cadence,
    lengthen,
)
from bot.reviews.rules.plans import Group, count_surplus
from bot.reviews.schemas.capacity import CapacityPage, PersonCapacity, TeamCapacity
from bot.workspaces.queries import get_workspace

WISH = "see what cadences ask of everybody"
PAGE_ROWS = 8
COLUMNS = ("id", "name", "owner_id", "parent_id", "effective_cadence_days")
ZONES = timedelta(days=1)
"""A day that has begun somewhere begins elsewhere up to a day earlier."""


@dataclass(frozen=True)
class Team:
    """The active customers by id, each one's family, and the people who look after them or talk to them."""

    customers: Mapping[UUID, Any]
    families: Mapping[UUID, UUID]
    people: Mapping[str, Person]
    capacities: Mapping[str, Capacity]

    @cached_property
    def owned(self) -> dict[str | None, list[Any]]:
        """The customers of each owner; those of nobody under None."""
        owned: dict[str | None, list[Any]] = defaultdict(list)
        for row in self.customers.values():
            owned[row.owner_id].append(row)
        return owned

    @cached_property
    def limits(self) -> dict[str, int]:
        """The greatest load of each person with enough history."""
        known = ((person, capacity.limit) for person, capacity in self.capacities.items())
        return {person: limit for person, limit in known if limit is not None}

    def load(self, owner: str | None) -> int:
        """Return the load of one owner's customers."""
        return sum(load_of(row.effective_cadence_days) for row in self.owned.get(owner, ()))

    def cadences(self, owners: Iterable[str | None]) -> Counter[int]:
        """Return how many customers of *owners* have which cadence in force."""
        return Counter(row.effective_cadence_days for owner in owners for row in self.owned.get(owner, ()))

    def over(self) -> list[str]:
        """Return who is asked for more than they make."""
        return [key for key, limit in self.limits.items() if self.load(key) > limit]

    def is_over(self) -> bool:
        """Return whether all with enough history together make less than they, and nobody's customers, ask for."""
        return sum(map(self.load, (None, *self.limits))) > sum(self.limits.values())

    def takers(self) -> list[str]:
        """Return who may get customers."""
        return [key for key, one in self.people.items() if not (one.is_guest or one.is_bot or one.is_deactivated)]

    def groups(self, relationships: Mapping[UUID, date], owners: Collection[str]) -> list[Group]:
        """Return the customers of *owners* by family."""
        members: dict[tuple[str, UUID], list[Any]] = defaultdict(list)
        for owner in owners:
            for row in self.owned.get(owner, ()):
                members[owner, self.families[row.id]].append(row)
        return [
            Group(
                owner=owner,
                members=tuple(sorted(row.id for row in rows)),
                load=sum(load_of(row.effective_cadence_days) for row in rows),
                since=min((relationships[row.id] for row in rows if row.id in relationships), default=None),
            )
            for (owner, _), rows in members.items()
        ]


def get_capacity(session: Session, *, viewer: str, now: datetime, page: int = 0) -> CapacityPage:
    """
    Return what cadences ask of the team and of each person, against what they do; a page of the people.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    team, usual = read_team(session, now=now), get_workspace(session).default_cadence_days
    over = team.over()
    groups = defaultdict(list)
    for group in team.groups(read_relationships(session, over), over):
        groups[group.owner].append(group)
    rows = [_person(team, key, groups[key], usual) for key in team.people]
    rows.sort(key=lambda row: (-row.strain, row.name, row.person_id))
    pages = max(-(-len(rows) // PAGE_ROWS), 1)
    page = min(page, pages - 1)
    return CapacityPage(
        team=_team(team, room=sum(row.room for row in rows)),
        rows=tuple(rows[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]),
        page=page,
        pages=pages,
        plans=list_plans(session, viewer=viewer, now=now),
    )


def list_limits(session: Session, now: datetime) -> dict[str, int]:
    """Return the greatest load of each person with enough history, for sharing customers out."""
    return read_team(session, now=now).limits


def read_team(session: Session, *, now: datetime) -> Team:
    """Read the active customers, furthest past their cadence first, their families, and what people did so far."""
    mine = CUSTOMERS.c.workspace_id == workspace_of(session)
    today = get_today(session, person_id=None, now=now)
    active = sa.select(*(CUSTOMERS.c[name] for name in COLUMNS)).where(mine, is_active())
    rows = session.execute(active.order_by(*overdue_first(today))).all()
    below = sa.select(CUSTOMERS.c.id, CUSTOMERS.c.parent_id).where(mine, CUSTOMERS.c.parent_id.is_not(None))
    parents = {row.id: row.parent_id for row in session.execute(below)}
    done = _read_done(session, today)
    ids = {row.owner_id for row in rows if row.owner_id} | {by for by, _ in done}
    people = list_rows(session, sorted(ids))
    calendars, begun = list_calendars(session, people), _read_begun(session, people)
    return Team(
        customers={row.id: row for row in rows},
        families=group_families([row.id for row in rows], parents),
        people=people,
        capacities={key: _capacity(key, calendars[key], done, begun.get(key), today) for key in people},
    )


def read_relationships(session: Session, owners: Collection[str]) -> dict[UUID, date]:
    """Return the day on which each customer of *owners* had its first contact with its owner, if it had any."""
    mine = sa.and_(CUSTOMERS.c.workspace_id == workspace_of(session), CUSTOMERS.c.owner_id.in_(sorted(owners)))
    same = sa.and_(CHECKINS.c.workspace_id == CUSTOMERS.c.workspace_id, CHECKINS.c.customer_id == CUSTOMERS.c.id)
    query = (
        sa.select(CUSTOMERS.c.id, sa.func.min(CHECKINS.c.happened_on))
        .join(CHECKINS, same)
        .where(mine, CHECKINS.c.by == CUSTOMERS.c.owner_id, *_counted(CHECKINS.c.result.in_(CONTACTS)))
        .group_by(CUSTOMERS.c.id)
    )
    return {row[0]: row[1] for row in session.execute(query)} if owners else {}


def _counted(*which: sa.ColumnElement[bool]) -> tuple[sa.ColumnElement[bool], ...]:
    return (CHECKINS.c.undone_at.is_(None), *which)


def _read_done(session: Session, today: date) -> dict[tuple[str, date], Counter[bool]]:
    """Return how many customers each person talked to (True) or tried to (False) on each day of the last weeks."""
    since = today - timedelta(weeks=WEEKS)
    is_contact = CHECKINS.c.result.in_(CONTACTS)
    here = sa.select(col(Person.id)).where(col(Person.is_bot).is_(False), col(Person.is_deactivated).is_(False))
    query = (
        sa.select(CHECKINS.c.by, CHECKINS.c.happened_on, is_contact, sa.func.count(CHECKINS.c.customer_id.distinct()))
        .where(
            CHECKINS.c.workspace_id == workspace_of(session),
            CHECKINS.c.by.in_(here),
            CHECKINS.c.recorded_at >= datetime.combine(since, time(), UTC) - ZONES,
            *_counted(CHECKINS.c.happened_on >= since, CHECKINS.c.happened_on < today),
        )
        .group_by(CHECKINS.c.by, CHECKINS.c.happened_on, is_contact)
    )
    done: dict[tuple[str, date], Counter[bool]] = defaultdict(Counter)
    for by, day, contact, count in session.execute(query):
        done[by, day][bool(contact)] = count
    return done


def _read_begun(session: Session, people: Collection[str]) -> dict[str, datetime | None]:
    """Return the instant of each person's first check-in."""
    theirs = sa.and_(CHECKINS.c.workspace_id == Person.workspace_id, CHECKINS.c.by == Person.id)
    first = sa.select(sa.func.min(CHECKINS.c.recorded_at)).where(theirs).scalar_subquery()
    query = sa.select(col(Person.id), first).where(col(Person.id).in_(sorted(people)))
    return {row[0]: row[1] for row in session.execute(query)}


def _capacity(
    person: str,
    calendar: Calendar,
    done: Mapping[tuple[str, date], Counter[bool]],
    begun: datetime | None,
    today: date,
) -> Capacity:
    """Return what a person can do, by the weeks that began after their first check-in."""
    coming = len(calendar.working_days_between(today, today + timedelta(days=AHEAD_DAYS - 1)))
    weeks = []
    for week in range(WEEKS) if begun else ():
        first = today - timedelta(weeks=week + 1)
        if begun and calendar.today(begun) <= first:
            days = [first + DAY * number for number in range(WEEK_DAYS)]
            counts = sum((done[person, day] for day in days if (person, day) in done), Counter[bool]())
            weeks.append(Week(counts[True], counts[False], len(calendar.working_days_between(days[0], days[-1]))))
    return capacity_of(weeks, working_days=coming)


def _person(team: Team, key: str, groups: Sequence[Group], usual: int) -> PersonCapacity:
    capacity, load, limit = team.capacities[key], team.load(key), team.limits.get(key)
    cadences = team.cadences([key])
    is_over = limit is not None and load > limit
    return PersonCapacity(
        person_id=key,
        name=team.people[key].name,
        customers=sum(cadences.values()),
        cadences=(min(cadences), max(cadences)) if cadences else None,
        asked=asked_a_working_day(load, capacity.working_days),
        made=None if capacity.made is None else float(capacity.made),
        tried=None if capacity.tried is None else float(capacity.tried),
        possible=_range(lengthen(cadences, limit)) if is_over and limit is not None else None,
        surplus=count_surplus(groups, limit) if is_over and limit is not None else 0,
        room=max(limit - load, 0) * usual // UNIT if limit is not None and not is_over else 0,
        strain=float(Fraction(load, limit or 1)) if limit is not None else 0,
    )


def _range(longer: Mapping[int, int]) -> tuple[int, int] | None:
    return (min(longer.values()), max(longer.values())) if longer else None


def _team(team: Team, *, room: int) -> TeamCapacity:
    """Return what is asked of everybody whose capacity is known, and of nobody: the pool waits for somebody, too."""
    owners = [None, *team.limits]
    limit = sum(team.limits.values())
    customers = sum(len(team.owned.get(owner, ())) for owner in owners)
    days = {owner: (owner and team.capacities[owner].working_days) or USUAL_WORKING_DAYS for owner in owners}
    return TeamCapacity(
        customers=customers,
        asked=sum(asked_a_working_day(team.load(owner), days[owner]) or 0 for owner in owners),
        made=sum(float(team.capacities[owner].made or 0) for owner in team.limits),
        people=len(team.limits),
        unknown=len(team.people) - len(team.limits),
        unowned=len(team.owned.get(None, ())),
        strained=len(team.over()),
        room=room,
        is_over=team.is_over(),
        possible=even_cadence(customers, limit) if team.is_over() else None,
    )

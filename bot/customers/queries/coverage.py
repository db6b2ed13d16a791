"""How many customers stand where, by the tally: what it costs doesn't grow with the customers."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import accumulate
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.customers.queries import checking
from bot.customers.queries.due import CUSTOMERS, ahead, coverage_at, is_active, overdue_first
from bot.customers.rules.due import Status
from bot.customers.schemas import Coverage, OwnerCoverage
from bot.customers.tables import TALLY, Customer, tally_key
from bot.people.tables import Person
from bot.workspaces.queries import get_workspace
from bot.workspaces.tables import Workspace

Counts = Mapping[tuple[str | None, int], int]
"""Numbers of customers by owner and cadence."""

RECOUNT = "evenhand doctor --recount counts anew."


def get_coverage(session: Session, *, today: date, owner_id: str | None = None) -> Coverage:
    """Count where the active customers of the workspace, or of one owner, stand on *today*."""
    theirs = None if owner_id is None else [owner_id]
    return sum_coverages(list_coverages(session, today=today, owner_ids=theirs).values())


def list_coverages(
    session: Session, *, today: date, owner_ids: Sequence[str] | None = None
) -> dict[str | None, Coverage]:
    """Count where the active customers stand on *today*, by owner, of whom None is the pool; or of *owner_ids*."""
    rows = _sum_up(session, TALLY.c.owner_id, today=today, owner_ids=owner_ids)
    return {row["owner_id"]: _coverage(**row) for row in rows}


def count_coverage(session: Session, *, today: date) -> tuple[Coverage, Counts]:
    """Count where all active customers stand on *today*, and the neglected ones by cadence, for their list."""
    coverages, late = [], Counter[tuple[str | None, int]]()
    for row in _sum_up(session, TALLY.c.owner_id, TALLY.c.effective_cadence_days, today=today):
        numbers = dict(row)
        late[None, numbers.pop("effective_cadence_days")] += int(numbers["neglected"])
        coverages.append(_coverage(**numbers))
    return sum_coverages(coverages), {alike: customers for alike, customers in late.items() if customers}


def _sum_up(
    session: Session, *by: sa.Column[Any], today: date, owner_ids: Sequence[str] | None = None
) -> Iterator[sa.RowMapping]:
    """Yield the numbers of a coverage by columns of the tally, of everybody or of *owner_ids*."""
    ours = sa.and_(TALLY.c.workspace_id == workspace_of(session), is_active(TALLY))
    theirs = [] if owner_ids is None else [owned_by(TALLY, owner_ids)]
    number = sa.func.sum(TALLY.c.number)
    sums = [sa.func.coalesce(number.filter(counts), 0).label(name) for name, counts in coverage_at(today).items()]
    query = sa.select(*by, number.label("active"), *sums).where(ours, *theirs).group_by(*by)
    return (row for row in session.execute(query).mappings() if row["active"])


def sum_coverages(coverages: Iterable[Coverage]) -> Coverage:
    """Add numbers up; all are 0 where there are none."""
    each = list(coverages)
    return Coverage(**{name: sum(getattr(one, name) for one in each) for name in Coverage.model_fields})


def list_team_coverage(
    session: Session, *, coverages: Mapping[str | None, Coverage], limit: int, offset: int = 0
) -> tuple[list[OwnerCoverage], int]:
    """Name the owners of *coverages*, the least in cadence first, and return how many there are."""
    owners = {owner: coverage for owner, coverage in coverages.items() if owner and coverage.active}
    query = select(Person.id, Person.name, Person.name_key).where(col(Person.id).in_(owners))
    people = sorted(session.exec(query).all(), key=lambda one: (-_behind(owners[one[0]]), one[2], one[0]))
    shown = people[offset : offset + limit]
    found = [OwnerCoverage(person_id=one, name=name, coverage=owners[one]) for one, name, _ in shown]
    return found, len(people) if found else 0


def count_customers(session: Session) -> tuple[int, Counts]:
    """Count all customers, whatever their status, and the active ones by their cadence."""
    others = sa.select(sa.func.coalesce(sa.func.sum(TALLY.c.number), 0)).where(
        TALLY.c.workspace_id == workspace_of(session),
        TALLY.c.status.in_([one for one in Status if one is not Status.ACTIVE]),
    )
    active = count_by_cadence(session, is_active(TALLY))
    return sum(active.values()) + int(session.execute(others).scalar_one()), active


def count_pool(session: Session) -> int:
    """Count the active customers without an owner."""
    return sum(count_by_cadence(session, is_active(TALLY), owner_ids=[None]).values())


def count_by_cadence(
    session: Session, which: sa.ColumnElement[bool], *, owner_ids: Sequence[str | None] | None = None
) -> Counts:
    """
    Count customers by owner and cadence.

    *which* is a condition on `TALLY` that only active customers meet. Without *owner_ids*, the owner of all is None.
    """
    owner, cadence = TALLY.c.owner_id, TALLY.c.effective_cadence_days
    ours = sa.and_(TALLY.c.workspace_id == workspace_of(session), which)
    theirs = [] if owner_ids is None else [owned_by(TALLY, owner_ids)]
    query = sa.select(owner, cadence, sa.func.sum(TALLY.c.number)).where(ours, *theirs).group_by(owner, cadence)
    counts: Counter[tuple[str | None, int]] = Counter()
    for person, days, customers in session.execute(query):
        counts[None if owner_ids is None else person, days] += int(customers)
    return {alike: customers for alike, customers in counts.items() if customers}


def list_coming(
    session: Session, *, owner_ids: Sequence[str], today: date, until: date, limit: int
) -> tuple[Sequence[Customer], int]:
    """List customers of these owners that become due after *today* up to *until*, the first first; and count them."""
    days = _count_ahead(session, owner_ids, today=today, until=until)
    reach = [day for day, so_far in zip(days, accumulate(days.values()), strict=True) if so_far >= limit]
    last = reach[0] if reach else until
    coming = sa.and_(
        CUSTOMERS.c.workspace_id == workspace_of(session),
        owned_by(CUSTOMERS, owner_ids),
        CUSTOMERS.c.due_on <= last,
        ahead(today),
    )
    query = select(Customer).where(coming).order_by(CUSTOMERS.c.due_on, *overdue_first(today)).limit(limit)
    return session.exec(query).all(), sum(days.values())


def find_next_due(session: Session, *, owner_ids: Sequence[str] | None, today: date) -> date | None:
    """Return when the first customer of these owners, or of everybody, becomes due that neither waits nor sleeps."""
    if owner_ids is not None:
        return next(iter(_count_ahead(session, owner_ids, today=today)), None)
    coming = sa.select(CUSTOMERS.c.due_on).where(CUSTOMERS.c.workspace_id == workspace_of(session), ahead(today))
    return session.execute(coming.order_by(CUSTOMERS.c.due_on).limit(1)).scalar()


def list_problems(session: Session, now: datetime) -> list[str]:
    """
    Return what `checking.list_problems` does, and a sentence if the tally doesn't add up.

    That is looked at once in each round of housekeeping's checks: once a day, and each time where the list is short.
    """
    begins = get_workspace(session).schedules_checked_to is None
    return [*checking.list_problems(session, now), *(list_tally_problems(session) if begins else ())]


def list_suspects(session: Session, workspaces: Collection[str], now: datetime) -> Collection[str]:  # noqa: ARG001 - as above
    """Return those of *workspaces* where housekeeping found wrong schedules, or whose tally is to be looked at."""
    wrong = sa.cast(col(Workspace.wrong_schedules), sa.String) != "[]"
    begins = col(Workspace.schedules_checked_to).is_(None)
    return session.exec(select(Workspace.id).where(col(Workspace.id).in_(workspaces), sa.or_(begins, wrong))).all()


def list_all_problems(session: Session, now: datetime) -> list[str]:
    """Return a sentence for each customer with a wrong schedule, and one if the tally doesn't add up."""
    return [*checking.list_all_problems(session, now), *list_tally_problems(session)]


def list_tally_problems(session: Session) -> list[str]:
    """Return a sentence if the tally doesn't say what the customers say."""
    workspace, names = workspace_of(session), list(tally_key(""))
    counted = sa.select(*count_columns(), sa.literal_column("1").label("number"))
    told = sa.select(*(TALLY.c[name] for name in names), -TALLY.c.number)
    both = sa.union_all(
        counted.where(CUSTOMERS.c.workspace_id == workspace), told.where(TALLY.c.workspace_id == workspace)
    ).subquery()
    differing = sa.select(sa.func.sum(both.c.number)).group_by(*(both.c[name] for name in names))
    off = session.execute(differing.having(sa.func.sum(both.c.number) != 0).limit(1)).first()
    return [f"The counts on Home and in the digest don't follow from the customers; {RECOUNT}"] if off else []


def count_columns() -> list[sa.Label[Any]]:
    """The columns of `TALLY` but the number, as expressions of a customer's."""
    return [
        sa.literal_column(sql, TALLY.c[name].type).label(name) for name, sql in tally_key(CUSTOMERS.name).items()
    ]  # fmt: skip


def owned_by(of: sa.Table, owner_ids: Iterable[str | None]) -> sa.ColumnElement[bool]:
    """SQL: one of these is the owner; None is the pool."""
    if list(owner_ids) == [None]:
        return of.c.owner_id.is_(None)
    return of.c.owner_id.in_([owner for owner in owner_ids if owner])


def _coverage(*, owner_id: str | None, active: int, **counts: int) -> Coverage:
    """Return the numbers of an owner, or of the pool; who counts as nothing else is in cadence."""
    elsewhere = sum(int(number) for name, number in counts.items() if name != "snoozed_late")
    pool = 0 if owner_id else active
    return Coverage(active=active, in_cadence=active - elsewhere, pool=pool, **counts)


def _behind(coverage: Coverage) -> float:
    """Return which share of the customers is neglected or due."""
    return (coverage.neglected + coverage.due) / coverage.active


def _count_ahead(
    session: Session, owner_ids: Sequence[str], *, today: date, until: date | None = None
) -> dict[date, int]:
    """Count the customers that neither wait nor sleep by the day on which they are due, the first day first."""
    day, total = TALLY.c.due_on, sa.func.sum(TALLY.c.number)
    ours = sa.and_(TALLY.c.workspace_id == workspace_of(session), owned_by(TALLY, owner_ids))
    query = sa.select(day, total).where(ours, ahead(today, TALLY))
    if until is not None:
        query = query.where(day <= until)
    rows = session.execute(query.group_by(day).order_by(day)).all()
    return {on: int(customers) for on, customers in rows if customers}

"""Reads about owners: who looks after whom, and how their customers stand."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.customers.queries import neglected, overdue_first, sleeping, waiting
from bot.customers.rules.due import Status
from bot.customers.schemas import Coverage, OwnerCoverage
from bot.customers.tables import Customer
from bot.people.tables import Person


def list_owners_among(session: Session, person_ids: Sequence[str]) -> list[str]:
    """Which of these people look after any customer."""
    query = select(Customer.owner_id).where(col(Customer.owner_id).in_(list(person_ids)))
    return sorted({owner_id for owner_id in session.exec(query.distinct()).all() if owner_id}) if person_ids else []


def list_coming(
    session: Session, *, owner_ids: Sequence[str], today: date, until: date, limit: int
) -> tuple[Sequence[Customer], int]:
    """Customers of these owners that come due after *today* and up to *until*, the first first; and how many."""
    mine = sa.and_(
        col(Customer.owner_id).in_(list(owner_ids)),
        col(Customer.status) == Status.ACTIVE,
        col(Customer.due_on) > today,
        col(Customer.due_on) <= until,
        sa.not_(waiting(today)),
        sa.not_(sleeping(today)),
    )
    query = select(Customer).where(mine).order_by(col(Customer.due_on), *overdue_first(today)).limit(limit)
    total = session.execute(sa.select(sa.func.count()).select_from(Customer).where(mine)).scalar_one()
    return session.exec(query).all(), total


def list_team_coverage(
    session: Session, *, today: date, limit: int, offset: int = 0
) -> tuple[list[OwnerCoverage], int]:
    """How the active customers of each owner stand, the least in cadence first; and how many owners there are."""
    asleep, late = sleeping(today), neglected(today)
    due = sa.and_(waiting(today), sa.not_(late))
    active, sleeping_, past, waiting_ = sa.func.count(), _how_many(asleep), _how_many(late), _how_many(due)
    behind = sa.cast(past + waiting_, sa.Float) / active
    query = (
        sa.select(col(Person.id), col(Person.name), active, sleeping_, past, waiting_, sa.func.count().over())
        .join(
            Person,
            sa.and_(col(Person.workspace_id) == col(Customer.workspace_id), col(Person.id) == col(Customer.owner_id)),
        )
        .select_from(Customer)
        .where(col(Customer.status) == Status.ACTIVE)
        .group_by(col(Person.id), col(Person.name), col(Person.name_key))
        .order_by(behind.desc(), col(Person.name_key), col(Person.id))
    )
    rows = session.execute(query.limit(limit).offset(offset)).all()
    return [_owner_coverage(*row[:6]) for row in rows], rows[0][6] if rows else 0


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _owner_coverage(person_id: str, name: str, active: int, snoozed: int, past: int, due: int) -> OwnerCoverage:
    coverage = Coverage(active=active, in_cadence=active - past - due, due=due, neglected=past, snoozed=snoozed, pool=0)
    return OwnerCoverage(person_id=person_id, name=name, coverage=coverage)

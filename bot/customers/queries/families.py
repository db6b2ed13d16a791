"""Reads the family of a customer: its ancestors, and the tree below the uppermost one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.core.database import workspace_of
from bot.core.errors import NotFound
from bot.customers.queries import get_customer, list_by_ids
from bot.customers.queries.due import CUSTOMERS, standing_of
from bot.customers.rules.due import Standing, Status
from bot.customers.rules.families import by_the_way, find_circles, find_root, lay_out, pick_shown
from bot.customers.schemas.families import Family, FamilyCounts, FamilyMember, FamilyPage
from bot.customers.tables import Customer
from bot.people.queries import get_today, list_names
from bot.people.usecases import require_here

MOST_MEMBERS = 1000
"""Members of a family that are read at most."""
CARD_MEMBERS, PAGE_MEMBERS = 8, 12
NAMES = (
    "id", "parent_id", "name", "owner_id", "status", "due_on", "neglected_after", "snoozed_until", "snooze_reason",
)  # fmt: skip


@dataclass(frozen=True)
class Relatives:
    """The members of a family, by name; where there are more than `MOST_MEMBERS`, those nearest to the root."""

    root_id: UUID
    rows: dict[UUID, Any]

    @cached_property
    def order(self) -> list[tuple[UUID, int]]:
        """The members as the tree shows them, with their depths."""
        children: dict[UUID, list[UUID]] = {}
        for row in self.rows.values():
            children.setdefault(row.parent_id, []).append(row.id)
        return lay_out(self.root_id, children)

    @property
    def parents(self) -> dict[UUID, UUID | None]:
        """The parent of each member."""
        return {key: row.parent_id for key, row in self.rows.items()}

    def count(self, today: date) -> FamilyCounts:
        """Return how many there are, and how they stand on *today*."""
        rows = list(self.rows.values())[:MOST_MEMBERS]
        active = [row for row in rows if row.status is Status.ACTIVE]
        return FamilyCounts(
            total=len(rows), neglected=sum(standing_of(row, today) is Standing.NEGLECTED for row in active),
            lost=sum(row.status is Status.LOST for row in rows), is_more=len(self.rows) > MOST_MEMBERS,
        )  # fmt: skip


def list_ancestors(session: Session, customer_id: UUID) -> dict[UUID, UUID | None]:
    """
    Return a customer and all above it, each with its parent. A circle from before is followed once around.

    Raises:
        NotFound: no such customer.
    """
    names = (CUSTOMERS.c.workspace_id, CUSTOMERS.c.id, CUSTOMERS.c.parent_id)
    up = sa.select(*names).where(_ours(session), CUSTOMERS.c.id == customer_id).cte("ancestors", recursive=True)
    up = up.union(_step(up, names, CUSTOMERS.c.id == up.c.parent_id))
    query = sa.select(up.c.id, up.c.parent_id).where(up.c.id.is_not(None))
    found = {row.id: row.parent_id for row in session.execute(query)}
    if not found:
        raise NotFound("That customer isn't here any more; look it up with /customers.")
    return found


def list_named(session: Session, *, customer_ids: Sequence[UUID], viewer: str, now: datetime) -> dict[UUID, str]:  # noqa: ARG001 - every query takes the time
    """Return the names of customers."""
    require_here(session, by=viewer)
    return {key: row.name for key, row in list_by_ids(session, customer_ids).items()}


def list_circled(session: Session) -> list[str]:
    """Return the names of the customers that are their own ancestors, in their order."""
    below = sa.select(CUSTOMERS.c.id, CUSTOMERS.c.parent_id).where(_ours(session), CUSTOMERS.c.parent_id.is_not(None))
    circled = find_circles({row.id: row.parent_id for row in session.execute(below)})
    names = sa.select(CUSTOMERS.c.name).where(_ours(session), CUSTOMERS.c.id.in_(sorted(circled)[:MOST_MEMBERS]))
    return sorted(session.execute(names).scalars()) if circled else []


def list_relatives(session: Session, customer: Customer) -> Relatives:
    """Return the whole family of a customer, of which it may be the only member."""
    root_id = customer.id
    if customer.parent_id is not None:
        root_id = find_root(customer.id, list_ancestors(session, customer.id))
    names = (CUSTOMERS.c.workspace_id, CUSTOMERS.c.id)
    top = sa.select(*names).where(_ours(session), CUSTOMERS.c.id == root_id)
    down = top.cte("family", recursive=True)  # UNION, which ends in a circle from before
    down = down.union(_step(down, names, CUSTOMERS.c.parent_id == down.c.id))
    some = sa.select(down.c.workspace_id, down.c.id).limit(MOST_MEMBERS + 2).subquery()  # one has no id
    same = sa.and_(CUSTOMERS.c.workspace_id == some.c.workspace_id, CUSTOMERS.c.id == some.c.id)
    members = sa.select(*(CUSTOMERS.c[name] for name in NAMES)).join(some, same)
    order = (CUSTOMERS.c.name_key, CUSTOMERS.c.id)
    rows = session.execute(members.order_by(*order)).all()
    return Relatives(root_id, {row.id: row for row in rows})


def get_family(session: Session, customer: Customer, *, today: date) -> Family | None:
    """Return the family of a customer as its card shows it; None when it has none."""
    found = list_relatives(session, customer)
    if len(found.rows) < 2:  # noqa: PLR2004 - alone
        return None
    shown = pick_shown([key for key, _ in found.order], customer.id, found.parents, most=CARD_MEMBERS)
    return _family(session, found, [one for one in found.order if one[0] in shown], today=today)


def get_family_page(session: Session, *, customer_id: UUID, viewer: str, now: datetime, page: int = 0) -> FamilyPage:
    """
    Return a page of the family of a customer, the whole tree in its order.

    Raises:
        NotFound: no such customer.
    """
    require_here(session, by=viewer)
    today = get_today(session, person_id=viewer, now=now)
    found = list_relatives(session, get_customer(session, customer_id))
    pages = max(-(-len(found.order) // PAGE_MEMBERS), 1)
    page = min(max(page, 0), pages - 1)
    shown = found.order[page * PAGE_MEMBERS : (page + 1) * PAGE_MEMBERS]
    family = _family(session, found, shown, today=today, names_owners=True)
    return FamilyPage(customer_id=customer_id, family=family, page=page, pages=pages)


def tell_by_the_way(session: Session, customer: Customer, *, today: date) -> str:
    """Return a sentence on the family that a customer belongs to, for after a contact; empty without a parent."""
    if customer.parent_id is None:
        return ""
    found = list_relatives(session, customer)
    counts, root = found.count(today), found.rows[found.root_id]
    return by_the_way(root.name, counts.companies, neglected=counts.neglected, lost=counts.lost)


def _family(
    session: Session, found: Relatives, shown: Sequence[tuple[UUID, int]], *, today: date, names_owners: bool = False
) -> Family:
    owners = (found.rows[key].owner_id for key, _ in shown)
    names = list_names(session, owners) if names_owners else {}
    return Family(
        root_id=found.root_id, root_name=found.rows[found.root_id].name, counts=found.count(today),
        members=tuple(_member(found.rows[key], depth, names, today) for key, depth in shown),
    )  # fmt: skip


def _member(row: Any, depth: int, names: dict[str, str], today: date) -> FamilyMember:
    return FamilyMember(
        id=row.id, name=row.name, depth=depth, status=row.status, standing=standing_of(row, today),
        owner_name=names.get(row.owner_id or ""),
    )  # fmt: skip


def _step(found: sa.CTE, names: Sequence[Any], kin: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """
    Select the *kin* of those that were *found*, and once a row of nothing.

    It is an outer join, and the workspace is that of the row: otherwise SQLite may read all customers first.
    """
    same = sa.and_(CUSTOMERS.c.workspace_id == found.c.workspace_id, kin)
    return sa.select(*names).select_from(found.outerjoin(CUSTOMERS, same))


def _ours(session: Session) -> sa.ColumnElement[bool]:
    return CUSTOMERS.c.workspace_id == workspace_of(session)

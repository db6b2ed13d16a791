"""Levelling the days of owners: due dates that bunch are moved to days with room, a batch at a time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from bot.core.database import workspace_of
from bot.customers.queries.due import CUSTOMERS, MOVING_NAMES, ScheduleBatch
from bot.customers.queries.levelling import Levelled
from bot.customers.rules.due import Schedule
from bot.people.queries import get_today
from bot.workspaces.queries import get_workspace

LEVELLED_NAMES = Levelled._fields[1:]


def ask_for_levelling(session: Session) -> None:
    """Let the job level the days of this workspace at once, and not only after midnight: many due dates have moved."""
    get_workspace(session).load_levelled_on = None


def apply_levelling(session: Session, *, moves: Sequence[Levelled], now: datetime) -> int:
    """
    Store new due dates of *moves*, as many as fit into one statement; return how many customers that were.

    One that was contacted or erased since they were planned keeps what it has.
    """
    by_id = {move.id: move for move in moves}
    columns = [CUSTOMERS.c[name] for name in (*MOVING_NAMES, "id")]
    ours = sa.and_(CUSTOMERS.c.workspace_id == workspace_of(session), CUSTOMERS.c.id.in_(by_id))
    rows = session.execute(sa.select(*columns).where(ours).with_for_update()).all()
    schedules = ScheduleBatch(session, {row.owner_id for row in rows})
    changed = []
    for row in rows:
        levelled = dict(zip(LEVELLED_NAMES, by_id[row.id][1:], strict=True))
        changed.append({"which": row.id, **levelled, **schedules.schedule_of(row, **levelled)._asdict()})
    if changed:
        values: dict[str, Any] = {name: sa.bindparam(name) for name in (*LEVELLED_NAMES, *Schedule._fields)}
        one = sa.and_(CUSTOMERS.c.workspace_id == workspace_of(session), CUSTOMERS.c.id == sa.bindparam("which"))
        session.connection().execute(CUSTOMERS.update().where(one).values(changed_at=now, **values), changed)
    return len(changed)


def end_levelling(session: Session, *, now: datetime) -> date:
    """Record that the days of this workspace are level; return its date."""
    workspace = get_workspace(session)
    workspace.load_levelled_on = get_today(session, person_id=None, now=now)
    return workspace.load_levelled_on

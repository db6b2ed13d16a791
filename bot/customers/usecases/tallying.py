"""Keeps the tally of customers small, and counts it anew."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from bot.core.database import workspace_of
from bot.customers.queries.coverage import count_columns
from bot.customers.queries.due import CUSTOMERS
from bot.customers.tables import TALLY, tally_key

_NAMES = ", ".join(tally_key(""))
_FOLD = f"""
WITH gone AS (DELETE FROM customer_tally WHERE workspace_id = :workspace RETURNING *)
INSERT INTO customer_tally ({_NAMES}, number)
SELECT {_NAMES}, sum(number) FROM gone GROUP BY {_NAMES} HAVING sum(number) <> 0
"""  # noqa: S608 - our own names


def fold_tally(session: Session) -> None:
    """Let one row stand for those of the tally with the same key; on SQLite it always does."""
    if session.get_bind().dialect.name == "postgresql":
        session.flush()
        session.execute(sa.text(_FOLD), {"workspace": workspace_of(session)})


def recount_tally(session: Session, *, now: datetime) -> None:  # noqa: ARG001 - every use case takes the time
    """Make the tally anew from the customers."""
    session.flush()
    workspace, keys = workspace_of(session), count_columns()
    session.execute(sa.delete(TALLY).where(TALLY.c.workspace_id == workspace))
    alike = sa.select(*keys, sa.func.count()).where(CUSTOMERS.c.workspace_id == workspace).group_by(*keys)
    session.execute(sa.insert(TALLY).from_select([*tally_key(""), "number"], alike))

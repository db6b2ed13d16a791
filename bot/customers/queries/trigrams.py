"""
Names by the trigrams that they hold; the one module that knows how each database keeps them.

A name is kept as "  golden gate ", so that "  g" is in names that begin with g, and " gat" in those with such a word.
SQLite has a full-text table, PostgreSQL an index of arrays; migration 0026 makes them, and triggers that fill them.
PostgreSQL doesn't use that index where row-level security holds, so the names are read there by a view of the same
columns, which has a condition on the workspace of its own.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, select

from bot.core.database import workspace_of
from bot.customers.tables import CustomerName

LEAST_LETTERS = 3
"""A shorter piece, blanks included, holds no trigram."""
MOST_TRIGRAMS = 60
"""Trigrams of one search that are looked up; the rest of a long name tells nothing new."""

_SEARCH = sa.table("customer_search", sa.column("rowid", sa.Integer), sa.column("customer_search", sa.String))
_COLUMNS = (sa.column(column.name, column.type) for column in SQLModel.metadata.tables["customer_names"].columns)
_VIEWED = aliased(CustomerName, sa.table("searchable_names", *_COLUMNS), adapt_on_names=True)


def padded(key: str) -> str:
    """Return the key of a name as its trigrams are kept."""
    return f"  {key} "


def searched(session: Session) -> type[CustomerName]:
    """Return what `names_with` selects from."""
    return CustomerName if session.get_bind().dialect.name == "sqlite" else _VIEWED


def names_with(session: Session, pieces: Iterable[str]) -> Any:
    """
    SQL: customer and key of the workspace's names that hold the trigrams of *pieces*, in no order.

    These needn't stand beside each other; who needs the pieces whole adds a condition on the key. At least one piece
    must have three letters.
    """
    trigrams = list(dict.fromkeys(one for piece in pieces for one in _trigrams(piece)))
    names = searched(session)
    query = select(names.customer_id, names.name_key)
    if names is CustomerName:
        query = query.join(_SEARCH, _SEARCH.c.rowid == names.number)
        return query.where(_SEARCH.c.customer_search.op("MATCH")(_fts_query(trigrams[:MOST_TRIGRAMS])))
    kept = sa.func.name_trigrams(names.workspace_id, names.name_key)
    wanted = [f"{workspace_of(session)}:{one}" for one in trigrams[:MOST_TRIGRAMS]]
    return query.where(kept.op("@>")(sa.cast(wanted, postgresql.ARRAY(sa.Text))))


def _trigrams(piece: str) -> list[str]:
    """Return every third trigram of *piece*, and its last: they hold all its letters, in a third of the lists."""
    last = len(piece) - 3
    return [piece[at : at + 3] for at in (*range(0, last, 3), last)] if last >= 0 else []


def _fts_query(trigrams: Sequence[str]) -> str:
    return " AND ".join('"{}"'.format(one.replace('"', '""')) for one in trigrams)

"""Shares compiled statements between all engines of a test process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

from bot.core import database

MOST = 10_000
"""Statements kept; a bot keeps 500, but one test process asks for all that there are."""


@contextmanager
def share_compiled_statements() -> Iterator[None]:
    """
    Let engines of one dialect share their compiled statements.

    SQLAlchemy caches a compiled statement in its engine, by dialect. Thousands of tests open a database each, of two
    kinds; the first engine of each kind shares its dialect, once it is initialised, and its cache.
    """
    make = database._make_engine
    kept: dict[str, Engine] = {}

    def make_sharing(url: sa.URL) -> Engine:
        engine = make(url)
        kind = url.drivername
        if kind in kept:
            engine.dialect = engine.pool._dialect = kept[kind].dialect
            engine._compiled_cache = kept[kind]._compiled_cache
            return engine
        engine._compiled_cache = LRUCache(MOST)

        @event.listens_for(engine, "connect")  # after SQLAlchemy's own, which asks the server what it can
        def keep(_connection: Any, _record: Any) -> None:
            kept.setdefault(kind, engine)

        return engine

    database._make_engine = make_sharing
    yield
    database._make_engine = make

"""Statements compiled once in a test process, instead of once in every test's own database."""

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
    Let engines of one kind share what they compile, as one engine does over its life.

    SQLAlchemy keeps a compiled statement with the engine, under its dialect. Thousands of tests open a database each,
    of two kinds; the first of each kind lends its dialect, once it has seen its server, and what was compiled.
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

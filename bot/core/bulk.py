"""Adds tens of thousands of rows at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

Values = Mapping[str, Any]


def insert_many(connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """
    Add *rows* to *table*, with these *columns* of them; what a row lacks is NULL.

    SQLAlchemy makes a dictionary and a call for each value of each row. Where the driver takes plain tuples (SQLite),
    the values are turned into the driver's kinds column by column, by the same types, and handed over as they are.
    """
    statement = sa.insert(table)
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    order = compiled.positiontup if connection.dialect.paramstyle == "qmark" else None
    if order is None:
        _plan_each_time(connection)
        connection.execute(statement, [{name: row.get(name) for name in columns} for row in rows])
        return
    turned = (
        _turned([row.get(name) for row in rows], _bind_processor(table.c[name].type, connection.dialect))
        for name in order
    )
    connection.exec_driver_sql(str(compiled), list(zip(*turned, strict=True)))


def _plan_each_time(connection: sa.Connection) -> None:
    """
    PostgreSQL plans a foreign key's check once a connection: while the table was empty, to read all of it. Kept for
    tens of thousands of rows, that plan makes minutes of seconds.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


def _bind_processor(kind: Any, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    turn: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return turn


def _turned(values: list[Any], turn: Callable[[Any], Any] | None) -> list[Any]:
    """Each value turned; one that stands in many rows, such as today, is turned once."""
    if turn is None:
        return values
    known: dict[int, Any] = {}
    for value in values:
        if id(value) not in known:  # all values live on in their rows, so no two share an id
            known[id(value)] = turn(value)
    return [known[id(value)] for value in values]

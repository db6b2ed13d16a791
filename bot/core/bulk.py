"""Inserts tens of thousands of rows at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

Values = Mapping[str, Any]


def insert_many(connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """
    Insert *rows* into *table* with these *columns*; a value that a row lacks is NULL.

    SQLAlchemy makes a dictionary for each row and a call for each value. SQLite's driver takes plain tuples, so there
    the values are converted column by column, by SQLAlchemy's types, and given to the driver.
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
    Have PostgreSQL plan the check of a foreign key for each row.

    It plans once for each connection otherwise, to scan the whole table when that was empty. With tens of thousands of
    rows, that plan takes minutes instead of seconds.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


def _bind_processor(kind: Any, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    turn: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return turn


def _turned(values: list[Any], turn: Callable[[Any], Any] | None) -> list[Any]:
    """Convert *values*. One object that is in many rows, such as today's date, is converted once."""
    if turn is None:
        return values
    distinct = {id(value): value for value in values}  # all values live on in their rows, so no two share an id
    if len(distinct) > len(values) // 2:
        return [turn(value) for value in values]
    known = {key: turn(value) for key, value in distinct.items()}
    return [known[id(value)] for value in values]

"""Inserts tens of thousands of rows at once."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

Values = Mapping[str, Any]


def insert_many(connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """
    Insert *rows* into *table* with these *columns*; a value that a row lacks is NULL.

    SQLAlchemy makes a dictionary for each row and a call for each value. Here the values are converted column by
    column, by SQLAlchemy's types, and given to the driver in one statement: as tuples on SQLite, and on PostgreSQL as
    a binary array for each column, or one value where all rows have the same. (COPY would take no less of our time,
    and isn't for roles that row-level security holds.)

    Raises:
        DBAPIError: the database refuses a row, or asks to run the transaction again.
    """
    turned = {
        name: _turned([row.get(name) for row in rows], _bind_processor(table.c[name].type, connection.dialect))
        for name in columns
    }
    quote = connection.dialect.identifier_preparer.quote
    insert = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, columns))})"
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"{insert} VALUES ({places})", list(zip(*turned.values(), strict=True)))
        return
    kinds = {name: table.c[name].type.compile(connection.dialect) for name in columns}
    varied = [name for name, values in turned.items() if values.count(values[0]) < len(values)] or columns[:1]
    wanted = ", ".join(quote(name) if name in varied else f"%b::{kinds[name]}" for name in columns)
    arrays = ", ".join(f"%b::{kinds[name]}[]" for name in varied)
    given = f"unnest({arrays}) AS given ({', '.join(map(quote, varied))})"
    same = [turned[name][0] for name in columns if name not in varied]
    connection.exec_driver_sql(
        f"{insert} SELECT {wanted} FROM {given}",  # noqa: S608 - our own names
        (*same, *(turned[name] for name in varied)),
    )


def _bind_processor(kind: Any, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    if isinstance(kind, sa.JSON):
        return json.dumps  # as SQLAlchemy does; PostgreSQL's driver would do so again for each row of one object
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

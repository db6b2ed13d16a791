"""Inserts tens of thousands of rows at once."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, Any]


def insert_many(connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """
    Insert *rows* into *table* with these *columns*; a value that a row lacks is NULL.

    SQLAlchemy makes a dictionary for each row and a call for each value. Here the values are converted column by
    column, by SQLAlchemy's types, and given to the driver as plain tuples: in one statement on SQLite, and with COPY,
    which takes a tenth of the time of single rows, on PostgreSQL.

    Raises:
        DBAPIError: the database refuses a row, or asks to run the transaction again.
    """
    turned = (
        _turned([row.get(name) for row in rows], _bind_processor(table.c[name].type, connection.dialect))
        for name in columns
    )
    tuples = zip(*turned, strict=True)
    quote = connection.dialect.identifier_preparer.quote
    names = f"{quote(table.name)} ({', '.join(map(quote, columns))})"
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {names} VALUES ({places})", list(tuples))  # noqa: S608 - our own names
    else:
        _copy(connection, f"COPY {names} FROM STDIN", tuples)


def _copy(connection: sa.Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Send *rows* to PostgreSQL, whose driver SQLAlchemy doesn't know to copy; its errors become SQLAlchemy's."""
    driver: Any = connection.connection.driver_connection
    refusal = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except refusal as error:
        raise DBAPIError.instance(
            statement, None, error, refusal, hide_parameters=True, dialect=connection.dialect
        ) from error


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

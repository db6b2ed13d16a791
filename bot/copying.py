"""Copies everything from one database into another, such as from SQLite to PostgreSQL; an interrupted copy goes on."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from bot.backups import require_unused
from bot.core.database import Database, gather_statistics
from bot.core.errors import InvalidInput, SettingsError
from bot.storage import COPYING, is_current, is_half_copied, migrate

ROWS = 1000
"""How many rows are read, and written in one transaction."""
BY_TRIGGERS = frozenset({"customer_names", "customer_tally"})
"""Tables that the target's own triggers fill while the rows that they follow come in."""
SUM_BITS = 256

Key = tuple[Any, ...]
Report = Callable[[str], None]


def copy_database(source: Database, target: Database, *, report: Report) -> int:
    """
    Copy every row of *source* into *target*, which is empty or half copied; return how many rows it holds then.

    Neither may be in use. Tables that were copied call `report(table)`. At the end each table is compared: as
    many rows, and the same sum over the hashes of all rows.

    Raises:
        InvalidInput: one of them is in use, they are the same, *target* holds something else, or *source* isn't
            migrated.
        SettingsError: *target* can't be opened, or differs from *source* at the end.
    """
    _require_ready(source, target)
    migrate(target, half_copied=True)
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in BY_TRIGGERS]
    with closing(source.engine.connect()) as read:
        for table in tables:
            _copy_table(read, target, table)
            report(table.name)
        total = sum(_compare(read, target, table) for table in tables)
    with target.engine.begin() as written:
        _continue_numbers(written, tables)
        gather_statistics(written)
        written.exec_driver_sql(f"DROP TABLE {COPYING}")
    return total


def _require_ready(source: Database, target: Database) -> None:
    """Require that both can be copied now, and mark *target* as half copied."""
    if source.url == target.url:
        raise InvalidInput("--to names the database that DATABASE_URL names already; name another one.")
    require_unused(source)
    require_unused(target)
    if not is_current(source):
        raise InvalidInput("The database of DATABASE_URL isn't at the newest version; run evenhand migrate first.")
    if is_half_copied(target):
        return
    if sa.inspect(target.engine).get_table_names():
        raise InvalidInput("--to names a database that isn't empty; name an empty one.")
    with target.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {COPYING} (since INTEGER)")


def _copy_table(read: Connection, target: Database, table: sa.Table) -> None:
    """Make the rows of *table* in *target* those of *read*; what points into the same table follows at the end."""
    _delete_others(read, target, table)
    own = _columns_to_itself(table)
    named = [*own, *(column.name for column in table.primary_key)]
    for rows in _batches(read, table):
        with target.engine.begin() as written:
            there = _find_keys(written, table, rows)
            fresh = [{**row, **dict.fromkeys(own)} for row in rows if _key(table, row) not in there]
            if fresh:
                written.execute(sa.insert(table), fresh)
    for rows in _batches(read, table) if own else ():
        pointing = [row for row in rows if any(row[name] is not None for name in own)]
        if pointing:
            with target.engine.begin() as written:
                written.execute(_point(table, own), [{f"to_{name}": row[name] for name in named} for row in pointing])


def _point(table: sa.Table, own: Sequence[str]) -> sa.Update:
    """Return the statement that sets the columns *own* of the row of a key; its parameters are `to_` and a column."""
    to = {column.name: sa.bindparam(f"to_{column.name}", type_=column.type) for column in table.columns}
    here = (column == to[column.name] for column in table.primary_key)
    return sa.update(table).where(*here).values({name: to[name] for name in own})


def _continue_numbers(written: Connection, tables: Sequence[sa.Table]) -> None:
    """Have PostgreSQL number new rows after those that were copied; SQLite does so by itself."""
    for table in tables if written.dialect.name == "postgresql" else ():
        if (column := table.autoincrement_column) is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
            written.execute(sa.select(sa.func.setval(sequence, highest, False)))


def _delete_others(read: Connection, target: Database, table: sa.Table) -> None:
    """Delete what only *target* has: its triggers made it when the rows that it follows came in."""
    with target.engine.begin() as written:
        for rows in _batches(written, table):
            there = _find_keys(read, table, rows)
            others = [key for row in rows if (key := _key(table, row)) not in there]
            if others:
                written.execute(sa.delete(table).where(_is_among(table, others)))


def _columns_to_itself(table: sa.Table) -> list[str]:
    """Return the columns that may be empty and name another row of *table*."""
    keys = [key for key in table.foreign_key_constraints if key.referred_table is table]
    return [column.name for key in keys for column in key.columns if column.nullable]


def _compare(read: Connection, target: Database, table: sa.Table) -> int:
    """Return how many rows both have; raises `SettingsError` when they differ."""
    with closing(target.engine.connect()) as written:
        rows, hashes = _checksum(read, table)
        if (rows, hashes) != _checksum(written, table):
            raise SettingsError(f"The copy of {table.name} isn't like what was copied; empty the target and try again.")
        return rows


def _checksum(connection: Connection, table: sa.Table) -> tuple[int, int]:
    """Return the number of rows, and the sum over the hashes of all, which doesn't depend on their order."""
    count = total = 0
    for rows in _batches(connection, table):
        count += len(rows)
        total += sum(int.from_bytes(sha256(_canonical(row)).digest()) for row in rows)
    return count, total % 2**SUM_BITS


def _canonical(row: sa.RowMapping) -> bytes:
    return json.dumps(dict(row), sort_keys=True, default=repr).encode()


def _batches(connection: Connection, table: sa.Table) -> Iterator[Sequence[sa.RowMapping]]:
    """Yield the rows of *table* by primary key, each batch by a statement of its own."""
    columns = tuple(table.primary_key)
    query = sa.select(table).order_by(*columns).limit(ROWS)
    rows = connection.execute(query).mappings().all()
    while rows:
        yield rows
        last = (sa.literal(rows[-1][column.name], type_=column.type) for column in columns)
        rows = connection.execute(query.where(sa.tuple_(*columns) > sa.tuple_(*last))).mappings().all()


def _find_keys(connection: Connection, table: sa.Table, rows: Sequence[sa.RowMapping]) -> set[Key]:
    """Return the primary keys of *rows* that *connection* has."""
    keys = [_key(table, row) for row in rows]
    return {tuple(found) for found in connection.execute(sa.select(*table.primary_key).where(_is_among(table, keys)))}


def _key(table: sa.Table, row: sa.RowMapping) -> Key:
    return tuple(row[column.name] for column in table.primary_key)


def _is_among(table: sa.Table, keys: Sequence[Key]) -> sa.ColumnElement[bool]:
    columns = tuple(table.primary_key)
    return columns[0].in_([key[0] for key in keys]) if len(columns) == 1 else sa.tuple_(*columns).in_(keys)

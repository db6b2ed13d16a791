"""
Statements for what answers a command: compiled once, then handed to the driver as they are; several of them as one.

SQLAlchemy's handling of an execution takes longer than the database needs for most of a queue's statements. What it
makes of a statement the first time, its text, the order of its values, how values and columns are converted, is kept
here for every later time. Several statements together cost one journey to PostgreSQL; and threads that read SQLite
give Python's lock away at every step of a statement, so the fewer steps, the less they wait for each other.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]

FEW, STEP = 10, 100
"""A text for a list has room for one member, for ten, or for so many hundreds; what is left over is filled up."""

FLOAT_OID, NUMERIC_OID = 701, 1700  # pg_type.dat of PostgreSQL
WORDS: Mapping[type, Convert] = {
    UUID: UUID,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: lambda number: Decimal(str(number)),
}
"""What JSON has no kinds for, and how it is read; decimals as exact as a float."""


def prepared(*, many: str = "") -> Callable[[Callable[[], sa.Select[Any]]], "Prepared"]:
    """Make a `Prepared` of the function below, which returns the statement."""
    return lambda make: Prepared(make, many=many)


class Prepared:
    """
    A SELECT with named values, of which the one called *many* is a list, for `IN`; *make* is called at its first use.

    Rows come as named tuples of its columns.
    """

    def __init__(self, make: Callable[[], sa.Select[Any]], *, many: str = "") -> None:
        self._make, self._many = make, many
        self._texts: dict[tuple[str, int], _Text] = {}
        self._readers: dict[str, _Reader] = {}

    @cached_property
    def statement(self) -> sa.Select[Any]:
        """The statement as SQLAlchemy knows it."""
        return self._make()

    def rows(self, session: Session, values: Values) -> list[Any]:
        """
        All rows for *values*; none for an empty list.

        Raises:
            DBAPIError: the database refuses; the driver's error is in it.
        """
        connection = session.connection()
        dialect = connection.dialect
        members = _filled(values[self._many]) if self._many else None
        if members == []:
            return []
        size = len(members) if members else 0
        text = self._texts.get((dialect.name, size))
        if text is None:
            asked = {**values, self._many: members} if members else values
            text = self._texts[dialect.name, size] = _Text(self.statement, dialect, asked, many=self._many)
        reader = self._readers.get(dialect.name)
        if reader is None:
            reader = self._readers[dialect.name] = _Reader(self.statement, dialect)
        return reader.read(text.fetch(connection, values, members))


class Together:
    """
    Several SELECTs as one. They share their named values; the one called *many* is a list in each of them.

    Their rows travel as JSON, in their order, and come as if each had been asked by itself.
    """

    def __init__(self, parts: Sequence[Prepared], *, many: str) -> None:
        self._parts, self._many = parts, many
        self._joined: dict[str, tuple[Prepared, list[_Reader]]] = {}

    def rows(self, session: Session, values: Values) -> list[list[Any]]:
        """
        The rows of each part.

        Raises:
            DBAPIError: the database refuses; the driver's error is in it.
        """
        dialect = session.connection().dialect
        if dialect.name not in self._joined:
            self._joined[dialect.name] = self._join(dialect)
        one, readers = self._joined[dialect.name]
        found = one.rows(session, values)
        if not found:
            return [[] for _ in self._parts]
        return [reader.read(json.loads(told or "[]")) for reader, told in zip(readers, found[0], strict=True)]

    def _join(self, dialect: sa.Dialect) -> tuple[Prepared, list["_Reader"]]:
        lists = [_as_json(part.statement, dialect).label(f"part{place}") for place, part in enumerate(self._parts)]
        readers = [_Reader(part.statement, dialect, from_json=True) for part in self._parts]
        return Prepared(lambda: sa.select(*lists), many=self._many), readers


class _Text:
    """A statement in one dialect, for a list of one size; *values* are the first that it is asked for."""

    def __init__(self, statement: sa.Select[Any], dialect: sa.Dialect, values: Values, *, many: str) -> None:
        compiled = statement.compile(dialect=dialect)
        state = compiled.construct_expanded_state(dict(values))
        expanded = state.parameter_expansion.get(many, [])
        own = {member: name for name, members in state.parameter_expansion.items() for member in members}
        turns = {name: to_driver(compiled.binds[own.get(name, name)].type, dialect) for name in state.parameters}
        self._text, self._order = state.statement, state.positiontup
        self._given = [(name, turns[name]) for name in values if name in turns]
        self._members = expanded
        self._of_member = turns[expanded[0]] if expanded else None
        changing = {*values, *expanded}
        self._fixed = {
            name: _converted(value, turns[name]) for name, value in state.parameters.items() if name not in changing
        }

    def fetch(self, connection: sa.Connection, values: Values, members: Sequence[Any] | None) -> Sequence[Any]:
        """All rows, as the driver gives them; who listens to SQLAlchemy's executions hears of this one, too."""
        asked = self._arguments(values, members or ())
        if connection.engine.dispatch.before_cursor_execute:
            return connection.exec_driver_sql(self._text, asked).all()
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._text, asked)
            return cursor.fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy_says(connection, error, self._text) from error
        finally:
            cursor.close()

    def _arguments(self, values: Values, members: Sequence[Any]) -> Any:
        """The values as the driver wants them: in their order, or by name."""
        flat = dict(self._fixed)
        for name, convert in self._given:
            flat[name] = convert(values[name]) if convert else values[name]
        convert = self._of_member
        flat.update(zip(self._members, map(convert, members) if convert else members, strict=True))
        return flat if self._order is None else tuple([flat[name] for name in self._order])


class _Reader:
    """Makes named tuples of a statement's rows, from what the driver gives or *from_json*."""

    def __init__(self, statement: sa.Select[Any], dialect: sa.Dialect, *, from_json: bool = False) -> None:
        turn = _from_json if from_json and dialect.name == "postgresql" else _from_driver
        kinds = [column.type for column in statement.selected_columns]
        turns = ((place, turn(kind, dialect)) for place, kind in enumerate(kinds))
        self._turns = [(place, convert) for place, convert in turns if convert]
        self._make = _row_kind(tuple(statement.selected_columns.keys()))

    def read(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """*rows* with their values in Python's kinds."""
        make, turns = self._make, self._turns
        found = []
        for row in rows:
            values = list(row)
            for place, convert in turns:
                values[place] = convert(values[place])
            found.append(make(values))
        return found


def _row_kind(names: tuple[str, ...]) -> Callable[[Sequence[Any]], Any]:
    kind: Any = namedtuple("Row", list(names))  # type: ignore[misc]  # noqa: PYI024 - known only at run time
    make: Callable[[Sequence[Any]], Any] = kind._make
    return make


def _as_json(statement: sa.Select[Any], dialect: sa.Dialect) -> Any:
    """All rows of *statement* as one value: a JSON list of lists."""
    rows = statement.subquery()
    told: Any
    if dialect.name == "postgresql":
        told = sa.cast(sa.func.json_agg(sa.func.json_build_array(*rows.c)), sa.Text)
    else:
        told = sa.func.json_group_array(sa.func.json_array(*rows.c))
    return sa.select(told).select_from(rows).scalar_subquery()


def to_driver(kind: Any, dialect: sa.Dialect) -> Convert | None:
    """What makes a value of that type into one of the driver's; None where they are the same."""
    turn: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return turn


def _from_driver(kind: Any, dialect: sa.Dialect) -> Convert | None:
    told = FLOAT_OID if isinstance(kind, sa.Float) else NUMERIC_OID  # of numbers only, and of PostgreSQL's only
    turn: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, told)
    return turn


def _from_json(kind: Any, dialect: sa.Dialect) -> Convert | None:
    """PostgreSQL writes times and ids into JSON as words; SQLite keeps them as words anyway."""
    stored = kind.impl_instance if isinstance(kind, sa.types.TypeDecorator) else kind
    read, turn = WORDS.get(stored.python_type), _from_driver(kind, dialect)
    if read is None:
        return turn

    def both(value: Any) -> Any:
        found = None if value is None else read(value)
        return turn(found) if turn else found

    return both


def _filled(members: Sequence[Any]) -> list[Any]:
    """*members* with the last one repeated, which changes nothing, up to a length that there is a text for."""
    count = len(members)
    size = count if count <= 1 else FEW if count <= FEW else -(-count // STEP) * STEP
    return [*members, *[members[-1]] * (size - count)] if members else []


def _converted(value: Any, convert: Convert | None) -> Any:
    return convert(value) if convert else value


def _as_sqlalchemy_says(connection: sa.Connection, error: Any, text: str) -> BaseException:
    """The driver's error in SQLAlchemy's clothes, without values; a connection that was cut isn't used again."""
    dialect = connection.dialect
    cut = dialect.is_disconnect(error, connection.connection, None)
    told: BaseException = DBAPIError.instance(
        text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=cut, dialect=dialect
    )
    if cut:
        connection.invalidate(error)
    return told

"""
Statements for what answers a command: compiled once, then handed to the driver as they are; several of them as one.

SQLAlchemy's handling of an execution takes longer than the database needs for most of a queue's statements. What it
makes of a statement the first time, its text, the order of its values, how values and columns are converted, is kept
here for every later time. Several statements together cost one journey to PostgreSQL; and SQLite's driver gives
Python's lock away at every step of a statement and for every value that it fetches, so the fewer, the less threads wait
for each other.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.visitors import replacement_traverse
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
        self._make, self.many = make, many

    @cached_property
    def statement(self) -> sa.Select[Any]:
        """The statement as SQLAlchemy knows it."""
        return self._make()

    @cached_property
    def _alone(self) -> "Together":
        return Together([self], many=self.many)

    def rows(self, session: Session, values: Values) -> list[Any]:
        """
        All rows for *values*; none for an empty list.

        Raises:
            DBAPIError: the database refuses; the driver's error is in it.
        """
        return self._alone.rows(session, values)[0]


class Together:
    """
    SELECTs that are asked as one. They share their named values; the one called *many* is a list in each of them.

    The rows of each travel as one JSON value, in their order, and come as if it had been asked by itself.

    With *source*, that list isn't among the values: it is the column of that name in the rows of the first SELECT,
    whose own list may have a name of its own.
    """

    def __init__(self, parts: Sequence[Prepared], *, many: str, source: str = "") -> None:
        self._parts, self._listed, self._source = parts, many, source
        self._many = parts[0].many if source else many
        self._joined: dict[str, _Joined] = {}

    def rows(self, session: Session, values: Values) -> list[list[Any]]:
        """
        The rows of each part.

        Raises:
            DBAPIError: the database refuses; the driver's error is in it.
        """
        connection = _connection(session)
        dialect = connection.dialect
        members = _filled(values[self._many]) if self._many else None
        if members == []:
            return [[] for _ in self._parts]
        joined = self._joined.get(dialect.name)
        if joined is None:
            joined = self._joined[dialect.name] = _Joined(self._statements(), dialect, self._many)
        return joined.rows(connection, values, members)

    def _statements(self) -> list[sa.Select[Any]]:
        """What is asked of the database, where the first may be what the others are about."""
        first, *rest = (part.statement for part in self._parts)
        if not self._source:
            return [first, *rest]
        found = first.cte("found").prefix_with("MATERIALIZED")
        theirs = sa.select(found.c[self._source])
        return [sa.select(found), *(_about(theirs, each, self._listed) for each in rest)]


def _connection(session: Session) -> sa.Connection:
    """
    The one of *session*. A session that only reads has one of its own from the beginning, and begins nothing on it for
    a statement that goes to the driver as it is: it sees what is committed by then.
    """
    return session.bind if isinstance(session.bind, sa.Connection) else session.connection()


def _about(rows: sa.Select[Any], statement: sa.Select[Any], many: str) -> sa.Select[Any]:
    """*statement* with *rows* in the place of its list called *many*."""

    def replace(element: Any, **_: Any) -> Any:
        return rows.scalar_subquery() if isinstance(element, sa.BindParameter) and element.key == many else None

    return cast("sa.Select[Any]", replacement_traverse(statement, {}, replace))


class _Joined:
    """Statements as one, in one dialect; the list among their values is called *many*."""

    def __init__(self, statements: Sequence[sa.Select[Any]], dialect: sa.Dialect, many: str) -> None:
        lists = [_as_json(each, dialect).label(f"part{place}") for place, each in enumerate(statements)]
        self._statement, self._many = sa.select(*lists), many
        self._readers = [_Reader(each, dialect) for each in statements]
        self._texts: dict[int, _Text] = {}

    def rows(self, connection: sa.Connection, values: Values, members: Sequence[Any] | None) -> list[list[Any]]:
        """The rows of each of them; *members* of the list in its place among *values*."""
        size = len(members or ())
        text = self._texts.get(size)
        if text is None:
            asked = {**values, self._many: members} if members else values
            text = self._texts[size] = _Text(self._statement, connection.dialect, asked, many=self._many)
        [told] = text.fetch(connection, values, members)
        return [reader.read(json.loads(each or "[]")) for reader, each in zip(self._readers, told, strict=True)]


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
    """Makes named tuples of a statement's rows, from what JSON has of them."""

    def __init__(self, statement: sa.Select[Any], dialect: sa.Dialect) -> None:
        turn = _from_json if dialect.name == "postgresql" else _from_driver
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

"""The database, SQLite or PostgreSQL, and its sessions, each of which belongs to one workspace."""

import importlib
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import lru_cache
from types import ModuleType
from typing import Any, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, UOWTransaction, with_loader_criteria
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Field, Session, SQLModel, col

from bot.core.clock import new_id
from bot.core.errors import SettingsError
from bot.core.row_security import EVERY, SETTING

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

DRIVERS = {"sqlite": "sqlite", "sqlite+pysqlite": "sqlite", "postgresql+psycopg": "postgresql"}
READS_ONLY = "evenhand_reads_only"
READING: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {READS_ONLY: True},
    "postgresql": {"isolation_level": "READ COMMITTED"},
}
"""Options of a connection that only reads: it takes no lock, and PostgreSQL never asks to run it again."""
LIMITED = "evenhand_limited"
WORKSPACE = "evenhand_workspace"
"""The option of a connection that holds the workspace, for PostgreSQL's row-level security."""
STATEMENT_SECONDS = 10
"""How long PostgreSQL works on one statement of somebody who waits. SQLite has no such limit: it has no server."""
ALONE: Mapping[str, str] = {"max_parallel_workers_per_gather": "0", "jit": "off"}
"""
PostgreSQL's settings for somebody who waits: to start a second process or a compiler takes longer than most statements.
"""
LOCKING = READING["postgresql"]
"""Options of a connection for what `locks_rows`, on PostgreSQL."""
ONE_STATE: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ"}
"""PostgreSQL's options of a connection all of whose statements see the same; one that only reads never fails so."""
IDLE_SECONDS = 300
"""
How long PostgreSQL lets a transaction wait for its process, which may stand still or have lost its machine, before it
ends it and lets others have what it holds. Comparing a list of 300,000 rows takes one minute.
"""
INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
CHUNK = 500  # values in one statement
WORKSPACES_KEPT = 100  # for which the condition on their rows is kept
WORKSPACE_COLUMN = sa.column("workspace_id", sa.String)  # SQLAlchemy asks the base class first, which has no columns
WORKSPACE_ID_LENGTH = 32  # Slack's ids are 9 to 11 characters today and documented as growing
CACHED_STATEMENTS = 500  # when its cache is full, pysqlite3 drops the newest; a queue takes 2 ms to be prepared anew
SAFE_SQLITE = (3, 51, 3)  # the first SQLite without the WAL-reset corruption bug
BUSY_TIMEOUT_MS = 20_000
TOO_LONG = "57014"  # PostgreSQL's code for a statement that was cancelled
RETRIABLE = {"40001", "40P01", "23505"}
"""
PostgreSQL's codes for a serialization failure, a deadlock, and a unique key that another transaction added in between:
a use case that looks for the key first finds it on the second run.
"""


class WorkspaceRow(SQLModel):
    """A row of one workspace. A session sets its `workspace_id`, and refuses rows of another workspace."""

    model_config = {"defer_build": True}

    workspace_id: str = Field(default="", max_length=WORKSPACE_ID_LENGTH, nullable=False)


class Row(WorkspaceRow):
    """A row of one workspace with an id that we make."""

    id: UUID = Field(default_factory=new_id, primary_key=True)


def within_workspace(*constraints: sa.schema.SchemaItem) -> tuple[sa.schema.SchemaItem, ...]:
    """Return the table arguments of a `Row`: *constraints*, and a unique key for foreign keys of `points_to`."""
    return (sa.UniqueConstraint("workspace_id", "id"), *constraints)


def points_to(table: str, column: str, *, key: str = "id") -> sa.ForeignKeyConstraint:
    """Return a foreign key inside a workspace: (workspace_id, *column*) → *table* (workspace_id, *key*)."""
    return sa.ForeignKeyConstraint(["workspace_id", column], [f"{table}.workspace_id", f"{table}.{key}"])


def choice(kind: type[StrEnum], *, name: str | None = None) -> Any:
    """
    Return a column type for *kind* that stores the value and has a CHECK constraint.

    A second column of the same kind in one table needs a *name* of its own for the constraint.
    """
    return sa.Enum(
        kind,
        values_callable=lambda values: [value.value for value in values],
        name=name or kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=32,
    )


class days_between(sa.sql.functions.FunctionElement[int]):  # noqa: N801 - it reads as the SQL function that it is
    """`days_between(later, earlier)`: the number of days between two dates, on both databases."""

    type = sa.Integer()
    inherit_cache = True


@compiles(days_between, "postgresql")
def _days_between_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    later, earlier = element.clauses
    return f"(CAST({compiler.process(later, **kw)} AS DATE) - CAST({compiler.process(earlier, **kw)} AS DATE))"


@compiles(days_between, "sqlite")
def _days_between_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    later, earlier = element.clauses
    return f"CAST(julianday({compiler.process(later, **kw)}) - julianday({compiler.process(earlier, **kw)}) AS INTEGER)"


def workspace_of(session: Session) -> str:
    """
    Return the workspace that *session* belongs to.

    Raises:
        RuntimeError: the session is over all workspaces.
    """
    workspace = session.info.get("workspace")
    if not workspace:
        raise RuntimeError("This session belongs to no workspace; open it with one.")
    return cast("str", workspace)


def locks_rows(use_case: F) -> F:
    """
    Mark a use case that is right without the isolation of the others (docs/decisions/0002-serializable.md).

    It reads only rows that it locks, or changes rows by one statement that says in which state they must be. PostgreSQL
    runs it READ COMMITTED, so that processes that do the same at once needn't run it again.
    """
    use_case.locks_rows = True  # type: ignore[attr-defined]
    return use_case


def see_one_state(session: Session) -> None:
    """
    Have *session* see the database as it is now until its end, in all of its statements.

    On SQLite it does so anyway; on PostgreSQL, where it has begun already, it keeps the isolation that it has.
    """
    if session.get_bind().dialect.name == "postgresql" and not session.in_transaction():
        session.connection(execution_options=ONE_STATE)


def insert_new(session: Session, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> int:
    """
    Insert *rows*, which get an id and the workspace of *session*, into *table*; return how many were inserted.

    A row whose unique key is stored already, or stands in an earlier row, is left out.
    """
    session.flush()
    workspace = workspace_of(session)
    insert = INSERTS[session.get_bind().dialect.name](table).on_conflict_do_nothing().returning(col(table.id))
    fresh = [{"id": new_id(), "workspace_id": workspace, **row} for row in rows]
    return len(session.execute(insert, fresh).all()) if fresh else 0


def workspaces_with(session: Session, table: type[WorkspaceRow], workspaces: Collection[str], *which: Any) -> set[str]:
    """Return those of *workspaces* with a row of *table* that *which* holds for; *session* is over all of them."""
    own = col(table.workspace_id)
    return set(session.scalars(sa.select(own).where(own.in_(workspaces), *which).distinct()))


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Yield *values* in parts of *size*, by default such that fit into one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))


def among(session: Session, column: Any, values: Collection[Any]) -> sa.ColumnElement[bool]:
    """SQL: the column holds one of *values*. PostgreSQL gets thousands as one array, which takes no compiling."""
    if session.get_bind().dialect.name == "sqlite":
        return cast("sa.ColumnElement[bool]", column.in_(values))
    array = sa.bindparam(None, list(values), postgresql.ARRAY(column.type))
    return cast("sa.ColumnElement[bool]", column == sa.any_(array))


def each_among(session: Session, column: Any, values: Sequence[Any]) -> Iterator[sa.ColumnElement[bool]]:
    """
    Yield conditions that together say that the column holds one of *values*, each for a statement of its own.

    SQLite needs one for each `CHUNK`; PostgreSQL takes all in one, since a statement costs more than a long array.
    """
    parts = chunks(values) if session.get_bind().dialect.name == "sqlite" else filter(None, [values])
    return (among(session, column, part) for part in parts)


class Database:
    """An engine for writing, and one for reading on the same connections; the only way to a session."""

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
            reading = READING[DRIVERS[self.url.drivername]]
            self._write = _make_engine(self.url)
            self._read = self._write.execution_options(**reading)
            self._lock = self._write.execution_options(**LOCKING) if self.dialect == "postgresql" else self._write
        except (ArgumentError, KeyError, NoSuchModuleError, ImportError, ValueError) as error:
            raise SettingsError(
                "DATABASE_URL isn't a database address; write sqlite:///evenhand.db or"
                " postgresql+psycopg://user:password@host/name."
            ) from error

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._write.dialect.name

    @property
    def engine(self) -> Engine:
        """The writing engine over all workspaces, for migrations, copies and measurements."""
        return self._write

    @contextmanager
    def transaction(
        self, workspace: str | None, *, across: bool = False, limited: bool = False, locking: bool = False
    ) -> Iterator[Session]:
        """
        Yield a session that commits at the end and rolls back on any error.

        One for no workspace is for tables that belong to none, or *across* all workspaces. PostgreSQL stops each
        statement of a *limited* session after `STATEMENT_SECONDS`; a *locking* one is for use cases that `locks_rows`
        marks.
        """
        engine = self._lock if locking else self._write
        with _open_session(engine, workspace, across=across, limited=limited) as session, session.begin():
            yield session

    @contextmanager
    def reading(self, workspace: str | None, *, across: bool = False, limited: bool = False) -> Iterator[Session]:
        """Yield a session that changes nothing: whatever it writes is rolled back; for the rest as `transaction`."""
        with _open_session(self._read, workspace, across=across, limited=limited) as session:
            yield session

    def close(self) -> None:
        """Close all connections."""
        self._write.dispose()


def is_retriable(error: DBAPIError) -> bool:
    """Return whether the same transaction may succeed when it is run again."""
    return getattr(error.orig, "sqlstate", None) in RETRIABLE


def took_too_long(error: DBAPIError) -> bool:
    """Return whether PostgreSQL stopped the statement because of its time."""
    return getattr(error.orig, "sqlstate", None) == TOO_LONG


def gather_statistics(connection: sa.Connection, *tables: str) -> None:
    """
    Have PostgreSQL look at *tables*, by default all, that were just filled.

    It does so by itself within minutes; until then it takes them for small and reads them from end to end. SQLite plans
    by the indexes alone. *tables* needn't be those of this role: a function of their owner looks at them.
    """
    if connection.dialect.name != "postgresql":
        return
    if tables:
        connection.execute(sa.select(sa.func.gather_statistics(sa.cast(list(tables), postgresql.ARRAY(sa.Text)))))
    else:
        connection.exec_driver_sql("ANALYZE")


def _open_session(engine: Engine, workspace: str | None, *, across: bool, limited: bool) -> Session:
    kind = Session if workspace is None else _WorkspaceSession
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(**{WORKSPACE: workspace or (EVERY if across else ""), LIMITED: limited})
    return kind(engine, expire_on_commit=False, info={"workspace": workspace})


class _WorkspaceSession(Session):
    """A session that sees and changes the rows of one workspace only."""


@event.listens_for(_WorkspaceSession, "do_orm_execute")
def _scope_to_workspace(state: ORMExecuteState) -> None:
    """Add the condition on the workspace to every ORM SELECT, UPDATE and DELETE, subqueries and joins included."""
    if state.is_orm_statement and not state.is_column_load and not state.is_relationship_load:
        state.statement = state.statement.options(_workspace_criteria(state.session.info["workspace"]))


@lru_cache(WORKSPACES_KEPT)
def _workspace_criteria(workspace: str) -> LoaderCriteriaOption:
    """Return the option that limits all kinds of rows to *workspace*; making one takes as long as a small query."""
    return with_loader_criteria(
        WorkspaceRow,
        lambda kind: getattr(kind, "workspace_id", WORKSPACE_COLUMN) == workspace,
        include_aliases=True,
    )


@event.listens_for(_WorkspaceSession, "before_flush")
def _stamp_workspace(session: Any, _context: UOWTransaction, _instances: Any) -> None:
    workspace = session.info["workspace"]
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, WorkspaceRow):
            row.workspace_id = row.workspace_id or workspace
            if row.workspace_id != workspace:
                raise RuntimeError("A row of another workspace reached this session; nothing was written.")


def _make_engine(url: sa.URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _make_sqlite_engine(url)
    engine = sa.create_engine(url, pool_pre_ping=True, hide_parameters=True, isolation_level="SERIALIZABLE")

    @event.listens_for(engine, "connect")
    def limit_idle(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
        connection.commit()

    @event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:
        """Set the transaction's workspace, and the limits of somebody who waits, with one statement."""
        options = connection.get_execution_options()
        limits = {"statement_timeout": f"{STATEMENT_SECONDS}s", **ALONE} if options.get(LIMITED) else {}
        others = "".join(f", set_config('{name}', '{value}', true)" for name, value in limits.items())
        settings = f"SELECT set_config('{SETTING}', %s, true){others}"
        connection.exec_driver_sql(settings, (options.get(WORKSPACE, EVERY),))

    return engine


def sqlite_module() -> ModuleType:
    """Return the newest SQLite driver installed: `pysqlite3` or the standard library's `sqlite3`."""
    try:
        bundled = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3
    return max(sqlite3, bundled, key=lambda module: module.sqlite_version_info)


def _make_sqlite_engine(url: sa.URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise SettingsError("An in-memory SQLite loses everything at a restart; name a file: sqlite:///evenhand.db.")
    engine = sa.create_engine(
        url, module=sqlite_module(), hide_parameters=True, connect_args={"cached_statements": CACHED_STATEMENTS}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:
        if connection.get_execution_options().get(READS_ONLY):  # it waits for no writer
            connection.connection.cursor().execute("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine

"""Brings the database to the newest version with Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.core.database import Database, gather_statistics
from bot.core.errors import SettingsError
from bot.core.row_security import fence_tables

MIGRATIONS = Path(__file__).parent.parent / "migrations"
SQL_ALONE = ("customer_search", "ix_customer_names_trigrams")
"""Names, or their beginnings, of what migrations make for searching; SQLAlchemy's tables can't describe it."""
COPYING = "evenhand_copying"
"""The table that marks a database into which `bot.copying` is still copying."""
NOT_ALLOWED = "42501"  # PostgreSQL's code for a role that lacks a right
MIGRATION_LOCK = 0x45564E48  # PostgreSQL's advisory lock: replicas that start together migrate one after another


def migrate(database: Database, *, half_copied: bool = False) -> None:
    """
    Bring the tables to the newest version; do nothing when they are.

    Raises:
        SettingsError: the database can't be opened, a newer Evenhand made it, or a copy into it was interrupted and it
            isn't *half_copied* that the caller wants.
    """
    try:
        if not half_copied and is_half_copied(database):
            raise SettingsError("A copy into this database was interrupted; run the same evenhand copy again.")
        if not is_current(database):
            _upgrade(database)
    except SQLAlchemyError as error:
        raise SettingsError(_reason(error)) from error


def _reason(error: SQLAlchemyError) -> str:
    """Return what to do about an *error* while migrating."""
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == NOT_ALLOWED:
        return (
            "The tables have to be changed, and the role in DATABASE_URL may not do so; run evenhand migrate as their"
            " owner."
        )
    return f"The database can't be opened ({type(error).__name__}); check DATABASE_URL and that it is running."


def is_half_copied(database: Database) -> bool:
    """Return whether a copy into it has begun and not ended."""
    return sa.inspect(database.engine).has_table(COPYING)


def is_current(database: Database) -> bool:
    """Return whether the tables are at the newest version."""
    with database.reading(None) as session:
        return MigrationContext.configure(session.connection()).get_current_revision() == newest_version()


def is_described(name: str | None, _kind: str, _parents: Any) -> bool:
    """Return whether something in the database has to be in SQLAlchemy's tables as well, as Alembic asks."""
    return not (name or "").startswith((*SQL_ALONE, COPYING))


@cache
def newest_version() -> str | None:
    """Return the revision of the last migration."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def knows(revision: str) -> bool:
    """Return whether *revision* is one of our migrations; those of a newer version aren't."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _upgrade(database: Database) -> None:
    try:
        with _migration_lock(database), database.engine.connect() as connection, _without_foreign_keys(connection):
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            fence_tables(connection)
            gather_statistics(connection)
            connection.commit()
    except CommandError as error:
        raise SettingsError(f"The database was made by another version of Evenhand; run that one ({error}).") from error


@contextmanager
def _migration_lock(database: Database) -> Iterator[None]:
    """Hold PostgreSQL's advisory lock. SQLite needs none: its writers take turns."""
    if database.dialect != "postgresql":
        yield
        return
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")  # migrations take their time
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        yield
        connection.rollback()


@contextmanager
def _without_foreign_keys(connection: sa.Connection) -> Iterator[None]:
    """
    Turn SQLite's foreign keys off: it changes a table by making it anew.

    The pragma has no effect inside a transaction, so it is given before one begins.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config

"""Opens the database that the settings name, at its newest version."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from bot.core.database import Database
from bot.core.errors import SettingsError

MIGRATIONS = Path(__file__).parent.parent / "migrations"
ONE_AT_A_TIME = 0x45564E48  # PostgreSQL's advisory lock: replicas that start together migrate one after another


def migrate(database: Database) -> None:
    """
    Bring the tables to the newest version; nothing happens when they are.

    Raises:
        SettingsError: the database can't be opened, or a newer Evenhand made it.
    """
    try:
        with _turn(database), database.engine.connect() as connection, _without_foreign_keys(connection):
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except CommandError as error:
        raise SettingsError(f"The database was made by another version of Evenhand; run that one ({error}).") from error
    except SQLAlchemyError as error:
        raise SettingsError(
            f"The database can't be opened ({type(error).__name__}); check DATABASE_URL and that it is running."
        ) from error


def is_current(database: Database) -> bool:
    """Whether the tables are at the newest version."""
    with database.reading(None) as session:
        now = MigrationContext.configure(session.connection()).get_current_revision()
    return now == ScriptDirectory.from_config(_config()).get_current_head()


@contextmanager
def _turn(database: Database) -> Iterator[None]:
    """Until it is our turn; SQLite's writers take turns anyway."""
    if database.dialect != "postgresql":
        yield
        return
    with database.engine.connect() as gate:
        gate.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        yield
        gate.rollback()


@contextmanager
def _without_foreign_keys(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, unseen by its foreign keys; inside a transaction they can't be off."""
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

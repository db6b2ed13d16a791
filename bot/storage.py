"""
Opens the database that the settings name, at its newest version.

Alembic is loaded only when there is something to do: the running bot doesn't carry its 14 MB about.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from bot.core.database import Database
from bot.core.errors import SettingsError

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "alembic_version"
MIGRATIONS = Path(__file__).parent.parent / "migrations"
ONE_AT_A_TIME = 0x45564E48  # PostgreSQL's advisory lock: replicas that start together migrate one after another


def migrate(database: Database) -> None:
    """
    Bring the tables to the newest version; nothing happens when they are.

    Raises:
        SettingsError: the database can't be opened, or a newer Evenhand made it.
    """
    try:
        if not is_current(database):
            _upgrade(database)
    except SQLAlchemyError as error:
        raise SettingsError(
            f"The database can't be opened ({type(error).__name__}); check DATABASE_URL and that it is running."
        ) from error


def is_current(database: Database) -> bool:
    """Whether the tables are at the newest version."""
    with database.reading(None) as session:
        connection = session.connection()
        if not sa.inspect(connection).has_table(VERSION_TABLE):
            return False
        now = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - ours
    return now == newest_version()


def newest_version() -> str:
    """The number of the last migration: its file's name begins with it."""
    return max(file.name.split("_", 1)[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _upgrade(database: Database) -> None:
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.util import CommandError  # noqa: PLC0415 - see above

    try:
        with _turn(database), database.engine.connect() as connection, _without_foreign_keys(connection):
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except CommandError as error:
        raise SettingsError(f"The database was made by another version of Evenhand; run that one ({error}).") from error


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


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config

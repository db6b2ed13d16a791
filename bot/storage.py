"""
Opens the database that the settings name, at its newest version.

Alembic is loaded only when there is something to do: the running bot doesn't carry its 13 MB about.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.core.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent.parent / "migrations"
VERSION_TABLE = "alembic_version"


def migrate(database: Database) -> None:
    """Bring the tables to the newest version; nothing happens when they are."""
    if is_current(database):
        return
    from alembic import command  # noqa: PLC0415 - see above

    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def is_current(database: Database) -> bool:
    """Whether the tables are at the newest version."""
    with database.engine.connect() as connection:
        if not sa.inspect(connection).has_table(VERSION_TABLE):
            return False
        now = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - ours
        connection.rollback()
    return now == newest_version()


def newest_version() -> str:
    """The number of the last migration: its file's name begins with it."""
    return max(file.name.split("_", 1)[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config

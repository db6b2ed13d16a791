"""The database is brought to its newest version."""

from pathlib import Path

from alembic.script import ScriptDirectory

from bot.core.database import Database
from bot.storage import MIGRATIONS, is_current, migrate, newest_version


def test_the_newest_version_is_the_one_that_migrations_lead_to() -> None:
    """The migrations have one head."""
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [newest_version()]


def test_an_empty_file_becomes_a_current_database_and_stays_one(tmp_path: Path) -> None:
    """Migrating twice is migrating once."""
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    try:
        assert not is_current(database)
        migrate(database)
        assert is_current(database)
        migrate(database)
        assert is_current(database)
    finally:
        database.close()

"""The database is brought to its newest version, and the running bot doesn't carry the tool for it about."""

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from bot.core.database import Database
from bot.storage import MIGRATIONS, is_current, migrate, newest_version


def test_the_newest_version_is_the_one_that_migrations_lead_to() -> None:
    """It is told by the files' names; alembic, which reads the files, agrees."""
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


def test_a_bot_with_a_current_database_never_loads_what_it_does_not_need() -> None:
    """Alembic, the suffix list and fuzzy search are there for moments, not for every day."""
    asked = "import sys, bot.cli; print({'alembic', 'tldextract', 'rapidfuzz'} & {*sys.modules})"
    command = [sys.executable, "-c", asked]
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=MIGRATIONS.parent)
    assert found.stdout.strip() == "set()"

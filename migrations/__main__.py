"""`python -m migrations "what it adds"`: generates a migration from the difference between tables and versions."""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

import bot.features  # noqa: F401 - every table has to be known
from bot.core.database import Database
from bot.storage import MIGRATIONS, migrate


def main(what: str) -> None:
    """Compare a migrated database with the tables, and write a migration for the difference."""
    highest = max(int(path.name[:4]) for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    number = f"{highest + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/now.db")
        migrate(database)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        with database.engine.connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=what, autogenerate=True, rev_id=number)
            connection.rollback()
        database.close()
    written = next(Path(MIGRATIONS / "versions").glob(f"{number}_*.py"))
    for step in ("check --fix --quiet", "format --quiet"):
        subprocess.run([sys.executable, "-m", "ruff", *step.split(), str(written)], check=True)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():  # noqa: PLR2004 - the program and one argument
        sys.exit('Say what the migration adds: make migration NAME="promises"')
    main(sys.argv[1])

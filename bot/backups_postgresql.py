"""Backups of PostgreSQL, by its own programs."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from bot.core.database import Database
from bot.core.errors import InvalidInput
from bot.core.restores import Gap
from bot.core.row_security import EVERY, SETTING
from bot.workspaces.tables import SlackToken

DEBIAN = "/usr/lib/postgresql/{version}/bin"  # where Debian keeps the programs of each version
DROP_TABLES = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE format('DROP TABLE %I CASCADE', found.tablename);
    END LOOP;
END $$
"""
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usesysid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'"
)
"""Counts the other clients; what kind of program another role's is, PostgreSQL tells superusers alone."""
SECRETS = SlackToken.__tablename__
"""The table whose rows stay out of a backup."""
VERSION = re.compile(r"^COPY \S*alembic_version .*\n(\S+)$", re.MULTILINE)


class PostgresqlBackups:
    """Writes and reads backups of a PostgreSQL database with `pg_dump`, `pg_restore` and `psql`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, file: Path) -> None:
        """Dump the database into *file* as it is at one instant; raises `InvalidInput`."""
        if self.is_empty():
            raise InvalidInput("There is nothing in the database yet; start the bot once with `evenhand run`.")
        options = ("--format=custom", "--enable-row-security", f"--exclude-table-data={SECRETS}", f"--file={file}")
        self._run("pg_dump", *options, *self._address())

    def revision_of(self, file: Path) -> str | None:
        """Return the version of the tables in a backup, or None where there are none; raises `InvalidInput`."""
        said = self._run("pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file))
        found = VERSION.search(said)
        return found[1] if found else None

    def is_empty(self) -> bool:
        """Return whether there is nothing to back up or to lose."""
        return self._count(TABLES) == 0

    def require_unused(self) -> None:
        """
        Require that nobody else is connected to the database.

        Raises:
            InvalidInput: a bot or another program is.
        """
        self._database.close()
        if self._count(OTHERS):
            raise InvalidInput("Another program is connected to the database; stop the bot, and try again.")

    def replace_with(self, file: Path, prepare: Callable[[Database], Gap]) -> Gap:
        """Replace all tables by those of *file* in one transaction, then let `prepare(database)` go through them."""
        options = ("--no-owner", "--no-privileges", "--clean", "--if-exists")
        with tempfile.TemporaryDirectory(prefix="evenhand-") as folder:
            script = Path(folder) / "restore.sql"
            self._run("pg_restore", *options, f"--file={script}", str(file))
            once = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
            self._run("psql", *once, f"--command={DROP_TABLES}", f"--file={script}", *self._address())
        self._database.close()
        return prepare(self._database)

    def _count(self, query: str) -> int:
        """Run a query that answers with one number; raises `InvalidInput`."""
        try:
            with self._database.engine.connect() as connection:
                return int(connection.execute(sa.text(query)).scalar_one())
        except sa.exc.SQLAlchemyError as error:
            raise InvalidInput(
                f"The database can't be opened ({type(error).__name__}); check DATABASE_URL and that it is running."
            ) from error

    def _address(self) -> tuple[str]:
        """Return the option that names the database, without the password, which others could read there."""
        url = self._database.url.set(drivername="postgresql", password=None)
        return (f"--dbname={url.render_as_string()}",)

    def _run(self, program: str, *words: str) -> str:
        """
        Run a program of PostgreSQL's client; return what it prints.

        Raises:
            InvalidInput: it isn't there in the server's version, or it fails; the sentence has its first line.
        """
        password = self._database.url.password
        options = f"{os.environ.get('PGOPTIONS', '')} -c {SETTING}={EVERY}"  # row-level security holds pg_dump, too
        environment = {**os.environ, "LC_ALL": "C", "PGOPTIONS": options}
        environment |= {"PGPASSWORD": str(password)} if password else {}
        done = subprocess.run(
            [self._find(program), *words], capture_output=True, text=True, check=False, env=environment
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[0].removeprefix(f"{program}: ")
            raise InvalidInput(f"{program} failed ({reason}); nothing was changed.")
        return done.stdout

    def _find(self, program: str) -> str:
        """
        Return the path of a client program.

        Raises:
            InvalidInput: it isn't there in the server's version.
        """
        server = self._count("SELECT current_setting('server_version_num')::int") // 10_000
        advice = f"install the client programs of PostgreSQL {server} (on Debian: postgresql-client-{server})."
        found = shutil.which(program, path=f"{DEBIAN.format(version=server)}:{os.environ.get('PATH', '')}")
        if found is None:
            raise InvalidInput(f"{program} isn't here; {advice}")
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"\d+", said)
        if version is None or int(version[0]) != server:
            raise InvalidInput(
                f"{program} is of another version than the server ({said.strip() or 'unknown'}); {advice}"
            )
        return found

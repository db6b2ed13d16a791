"""Backups of SQLite, by its online backup."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.core.database import Database, sqlite_module
from bot.core.errors import InvalidInput
from bot.core.restores import Gap
from bot.workspaces.tables import SlackToken

BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database


class SqliteBackups:
    """Writes and reads backups of the SQLite database in one file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file = Path(database.url.database or "")

    def write(self, file: Path) -> None:
        """Copy the database into *file* as it is at one instant; raises `InvalidInput`."""
        if self.is_empty():
            raise InvalidInput(f"There is no database in {self._file} yet; start the bot once with `evenhand run`.")
        with _sentences(self._file):
            _copy(self._file, file)
            _erase_tokens(file)

    def revision_of(self, file: Path) -> str | None:
        """Return the version of the tables in a backup, or None where there are none; raises `InvalidInput`."""
        with _sentences(file), closing(_open(file)) as connection:
            [checked] = connection.execute("PRAGMA quick_check(1)").fetchone()
            if checked != "ok":
                raise InvalidInput(f"{file} is damaged ({checked}); use another backup.")
            found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone() if found else None
        return str(version[0]) if version else None

    def is_empty(self) -> bool:
        """Return whether there is nothing to back up or to lose."""
        return not self._file.exists() or self._file.stat().st_size == 0

    def require_unused(self) -> None:
        """
        Require that no other program has the database open: SQLite leaves its log only for the last one.

        Raises:
            InvalidInput: a bot or another program has it open.
        """
        self._database.close()
        driver: Any = sqlite_module()
        with closing(driver.connect(str(self._file), timeout=0)) as connection:
            try:
                connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            except driver.OperationalError as error:
                raise InvalidInput(f"{self._file} is in use; stop the bot, and try again.") from error
            except driver.DatabaseError:
                return  # damaged: nobody uses it

    def replace_with(self, file: Path, prepare: Callable[[Database], Gap]) -> Gap:
        """Put a copy of *file*, once `prepare(database)` has been through it, in the place of the database."""
        part = self._file.with_name(f"{self._file.name}.restoring")
        try:
            with _sentences(self._file):
                _remove(part)
                part.touch(0o600)
                _copy(file, part)
                restored = Database(f"sqlite:///{part}")
                gap = prepare(restored)
                restored.close()
                _leave_log(part)
                for ending in BESIDE:
                    self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
                part.replace(self._file)
        finally:
            _remove(part)
        return gap


@contextmanager
def _sentences(file: Path) -> Iterator[None]:
    """Turn an error of SQLite or of the disk into a sentence about *file*."""
    driver: Any = sqlite_module()
    try:
        yield
    except (driver.Error, OSError) as error:
        raise InvalidInput(f"{file} can't be read or copied ({error}); check the disk and the file.") from error


def _open(file: Path) -> Any:
    driver: Any = sqlite_module()
    return driver.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)


def _copy(source: Path, target: Path) -> None:
    driver: Any = sqlite_module()
    with closing(_open(source)) as read, closing(driver.connect(str(target))) as written:
        read.backup(written)
        written.execute("PRAGMA journal_mode=DELETE").fetchone()


def _erase_tokens(file: Path) -> None:
    """Overwrite Slack's tokens in a backup with zeros."""
    driver: Any = sqlite_module()
    table = SlackToken.__tablename__
    with closing(driver.connect(str(file), isolation_level=None)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            connection.execute("PRAGMA secure_delete=ON").fetchone()
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours


def _leave_log(file: Path) -> None:
    """Write everything into the file itself, so that it can be moved."""
    driver: Any = sqlite_module()
    with closing(driver.connect(str(file))) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").fetchone()


def _remove(file: Path) -> None:
    for ending in ("", *BESIDE):
        file.with_name(file.name + ending).unlink(missing_ok=True)

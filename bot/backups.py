"""Backups of the database: made while the bot runs, restored while it is stopped."""

import os
from datetime import UTC, datetime
from pathlib import Path

from bot.backups_postgresql import PostgresqlBackups
from bot.backups_sqlite import SqliteBackups
from bot.core.database import Database
from bot.core.errors import InvalidInput
from bot.core.restores import Gap, record_restore
from bot.storage import knows, migrate

SUFFIX = ".backup"
STAMP = "%Y-%m-%dT%H%M%SZ"  # of UTC; names sort by age
KINDS = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}
"""How a backup of each database begins."""

Backups = SqliteBackups | PostgresqlBackups


def make_backup(database: Database, file: Path) -> None:
    """
    Back up *database* into *file*, which only its owner may read. The bot may go on working.

    Raises:
        InvalidInput: *file* exists or can't be written, there is no database, or a program is missing.
    """
    try:
        if file.exists():
            raise InvalidInput(f"{file} exists already; name a file that doesn't.")
        _write_backup(database, file)
    except OSError as error:
        raise InvalidInput(f"{file} can't be written: {(error.strerror or 'unknown error').lower()}.") from error


def _write_backup(database: Database, file: Path) -> None:
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _backups_of(database).write(part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def restore_backup(database: Database, file: Path, *, replace: bool, now: datetime) -> Gap:
    """
    Make *database* what it was when *file* was made; return the time that it knows nothing of.

    What may have been said in that time is looked for in Slack before it is said.

    Raises:
        InvalidInput: *file* is no backup of this kind of database or a newer version made it; the database is in use;
            or it holds tables, and *replace* isn't given.
    """
    backups = _backups_of(database)
    if _kind_of(file) != database.dialect:
        kinds = "PostgreSQL and DATABASE_URL names SQLite", "SQLite and DATABASE_URL names PostgreSQL"
        raise InvalidInput(f"{file} is a backup of {kinds[database.dialect == 'postgresql']}; change one of them.")
    revision = backups.revision_of(file)
    if revision is None:
        raise InvalidInput(f"{file} isn't a backup of Evenhand; name a file that `evenhand backup` made.")
    if not knows(revision):
        raise InvalidInput(f"{file} was made by a newer version of Evenhand; install that one, and restore then.")
    if not backups.is_empty():
        backups.require_unused()
        if not replace:
            raise InvalidInput("DATABASE_URL names a database that isn't empty; add --replace to lose what it holds.")
    return backups.replace_with(file, lambda restored: mark_restored(restored, now=now))


def require_unused(database: Database) -> None:
    """Require that no bot and no other program uses *database*; raises `InvalidInput`."""
    backups = _backups_of(database)
    if not backups.is_empty():
        backups.require_unused()


def mark_restored(database: Database, *, now: datetime) -> Gap:
    """
    Migrate a database that was restored, and store that it was; return the time that it knows nothing of.

    Raises:
        InvalidInput: there is no such database.
        SettingsError: a newer version of Evenhand made it.
    """
    migrate(database)
    with database.transaction(None) as session:
        return record_restore(session, now=now)


def mark_restored_elsewhere(database: Database, *, now: datetime) -> Gap:
    """
    Do what `mark_restored` does for a database that another tool restored.

    Raises:
        InvalidInput: there is no such database, or it is in use.
    """
    backups = _backups_of(database)
    if backups.is_empty():
        raise InvalidInput("The database that DATABASE_URL names is empty; restore it first.")
    backups.require_unused()
    return mark_restored(database, now=now)


class BackupFolder:
    """A folder with the last *kept* backups that were made by a job."""

    def __init__(self, folder: Path, kept: int) -> None:
        self.folder = folder
        self._kept = kept

    def add(self, database: Database, *, now: datetime) -> Path:
        """Make a backup that is named after *now*, delete the oldest ones, and return its file; raises InvalidInput."""
        if self.folder.parent.exists():
            self.folder.mkdir(exist_ok=True)
        file = self.folder / f"evenhand-{now.strftime(STAMP)}{SUFFIX}"
        make_backup(database, file)
        for old in self._files()[: -self._kept]:
            old.unlink(missing_ok=True)
        return file

    def last_made_at(self) -> datetime | None:
        """Return when the last backup was made, by its name; None when there is none."""
        files = self._files()
        return _time_of(files[-1]) if files else None

    def _files(self) -> list[Path]:
        return sorted(file for file in self.folder.glob(f"evenhand-*{SUFFIX}") if _time_of(file))


def _time_of(file: Path) -> datetime | None:
    name = file.name.removeprefix("evenhand-").removesuffix(SUFFIX)
    try:
        return datetime.strptime(name, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _backups_of(database: Database) -> Backups:
    return SqliteBackups(database) if database.dialect == "sqlite" else PostgresqlBackups(database)


def _kind_of(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            head = opened.read(16)
    except OSError as error:
        raise InvalidInput(f"{file} can't be read: {(error.strerror or 'unknown error').lower()}.") from error
    for beginning, kind in KINDS.items():
        if head.startswith(beginning):
            return kind
    raise InvalidInput(f"{file} isn't a backup of Evenhand; name a file that `evenhand backup` made.")

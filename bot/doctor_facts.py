"""What `evenhand doctor --json` says besides the problems: figures for whoever watches the bot."""

import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import SettingsError
from bot.core.heartbeats import Heartbeat, list_heartbeats
from bot.core.outbox import count_waiting
from bot.core.runtime import Runtime
from bot.core.schemas import Schema
from bot.doctor import find_backups
from bot.settings import load_storage_settings


class Facts(Schema):
    """
    The state of the bot in figures. A time is null where there is none.

    `oldest_due_at` is since when the oldest undelivered message could have been sent, and `disk_free_bytes` what is
    left where SQLite's file is.
    """

    database: str
    messages_waiting: int
    oldest_due_at: datetime | None
    jobs: tuple[Heartbeat, ...]
    last_backup_at: datetime | None
    disk_free_bytes: int | None


class Check(Schema):
    """What was checked, and a sentence for each problem found."""

    title: str
    problems: tuple[str, ...]


class Report(Schema):
    """What the doctor found; *facts* is null where the database can't be read."""

    ok: bool
    checks: tuple[Check, ...]
    facts: Facts | None


def read_facts(clock: Clock) -> Facts | None:
    """Return the state of the bot; None where the database can't be read."""
    try:
        runtime = Runtime(Database(load_storage_settings().database_url), clock)
    except SettingsError:
        return None
    try:
        return _read(runtime)
    except SQLAlchemyError:
        return None
    finally:
        runtime.close()


def _read(runtime: Runtime) -> Facts:
    waiting = runtime.read_now(count_waiting, workspace=None)
    backups = find_backups()
    return Facts(
        database=runtime.database.dialect,
        messages_waiting=sum(waiting.by_state.values()),
        oldest_due_at=waiting.due_since,
        jobs=tuple(runtime.read_now(list_heartbeats, workspace=None)),
        last_backup_at=backups.last_made_at() if backups else None,
        disk_free_bytes=disk_free(runtime.database),
    )


def disk_free(database: Database) -> int | None:
    """Return how many bytes are left where SQLite's file is; None for PostgreSQL."""
    if database.dialect != "sqlite":
        return None
    return shutil.disk_usage(Path(database.url.database or "").absolute().parent).free

"""`evenhand backup`, `evenhand restore` and `evenhand copy`."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from bot.backups import make_backup, mark_restored_elsewhere, restore_backup
from bot.copying import copy_database
from bot.core.clock import WallClock
from bot.core.database import Database
from bot.core.errors import InvalidInput
from bot.settings import load_storage_settings


def backup(
    file: Annotated[Path, typer.Argument(help="Where the backup goes; it mustn't exist yet.")],
) -> None:
    """Back up the database while the bot runs."""
    with _open_database() as database:
        make_backup(database, file)
    typer.echo(f"The backup is in {file}: {_size_of(file)}.")


def restore(
    file: Annotated[Path | None, typer.Argument(help="What `evenhand backup` made.", show_default=False)] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Lose what the database holds now.")] = False,
    elsewhere: Annotated[
        bool, typer.Option("--elsewhere", help="Another tool restored the database; only prepare what comes after.")
    ] = False,
) -> None:
    """
    Restore a backup while the bot is stopped. Before the bot sends anything again, it looks whether Slack has it: what
    was said after the backup isn't said twice.
    """
    now = WallClock().now()
    if (file is None) != elsewhere:
        raise InvalidInput("Name the backup to restore, evenhand restore FILE, or add --elsewhere; one of the two.")
    with _open_database() as database:
        if file is None:
            gap = mark_restored_elsewhere(database, now=now)
        else:
            gap = restore_backup(database, file, replace=replace, now=now)
    typer.echo(
        f"The database is as of {gap.since:%d %b %Y, %H:%M} UTC. What may have been said since is looked for in Slack "
        "before it is sent; start the bot."
    )


def copy(
    to: Annotated[str, typer.Option("--to", help="The address of an empty database, written as DATABASE_URL is.")],
) -> None:
    """
    Copy everything into another database, such as from SQLite to PostgreSQL, while the bot is stopped.

    A copy that was interrupted goes on when it is started again. At the end it is compared with what was copied.
    """
    with _open_database() as source, closing(Database(to)) as target:
        rows = copy_database(source, target, report=lambda table: typer.echo(f"{table} is copied."))
    typer.echo(
        f"{rows:,} rows are copied and compared. Set DATABASE_URL to the new database, start the bot, and keep the old "
        "database away from any other bot."
    )


def _open_database() -> closing[Database]:
    return closing(Database(load_storage_settings().database_url))


def _size_of(file: Path) -> str:
    return f"{file.stat().st_size / 1_000_000:,.1f} MB"

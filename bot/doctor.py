"""Checks for `evenhand doctor`; each problem is returned as a sentence that says what to do."""

import asyncio
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.backups import BackupFolder
from bot.core.clock import WallClock
from bot.core.database import SAFE_SQLITE, Database, sqlite_module
from bot.core.errors import SettingsError
from bot.core.feature import Feature
from bot.core.heartbeats import job_words, list_heartbeats
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.core.row_security import find_bypass
from bot.core.runtime import Runtime
from bot.customers.usecases.tallying import recount_tally
from bot.features import FEATURES
from bot.settings import CANT_TRACE, Settings, load_settings, load_storage_settings
from bot.slack.app import auth_test, open_connection
from bot.slack.clients import build_client
from bot.storage import is_current
from bot.tokens import Tokens, read_tokens, tokens_of
from bot.workspaces.queries import list_uninstalled, list_workspaces

ASKING_SECONDS = 3
BACKUP_OVERDUE = timedelta(days=2)
LEAST_FREE_BYTES = 200_000_000
LARGEST_SKEW = timedelta(minutes=1)
REQUIRED_SCOPES = frozenset(
    [
        "app_mentions:read",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "users:read",
    ]
)


def check_settings() -> list[str]:
    """Return problems with the settings that would keep the bot from starting."""
    try:
        settings = load_settings()
    except SettingsError as error:
        hint = "" if Path(".env").exists() else " There is no .env here; copy .env.example."
        return [f"{error}{hint}"]
    return [] if settings.otel_exporter_otlp_endpoint is None or _can_trace() else [CANT_TRACE]


def _can_trace() -> bool:
    try:
        import_module("bot.traces")
    except ImportError:
        return False
    return True


def check_storage(*, recount: bool = False) -> list[str]:
    """
    Return problems with the database: unreachable, not migrated, or with inconsistent data.

    With *recount*, the tally of each workspace is made anew before it is checked.
    """
    try:
        runtime = Runtime(Database(load_storage_settings().database_url), WallClock(), FEATURES)
    except SettingsError as error:
        return [str(error)]
    try:
        return list(_storage_problems(runtime, recount=recount))
    except SQLAlchemyError as error:
        return [f"The database doesn't answer ({type(error).__name__}); check DATABASE_URL and that it is running."]
    finally:
        runtime.close()


def find_backups() -> BackupFolder | None:
    """Return the folder with the backups that a job makes; None when none is set."""
    try:
        settings = load_storage_settings()
    except SettingsError:
        return None
    return BackupFolder(settings.backup_folder, settings.backups_kept) if settings.backup_folder else None


def check_backups(backups: BackupFolder, *, now: datetime) -> list[str]:
    """Return problems with the backups in a folder: none, or an old one."""
    made_at = backups.last_made_at()
    if made_at is None:
        return [f"There is no backup in {backups.folder} yet; the running bot makes one every day."]
    if now - made_at <= BACKUP_OVERDUE:
        return []
    age = (now - made_at).days
    return [f"The last backup is {age} days old; look whether the bot runs, and whether {backups.folder} is full."]


def age_of_backups(backups: BackupFolder, *, now: datetime) -> str:
    """Return how old the last backup is, such as ` (the last is 5 hours old)`; nothing when there is none."""
    made_at = backups.last_made_at()
    hours = int((now - made_at) / timedelta(hours=1)) if made_at else None
    return "" if hours is None else f" (the last is {hours} hour{'' if hours == 1 else 's'} old)"


def _storage_problems(runtime: Runtime, *, recount: bool) -> Iterable[str]:
    if runtime.database.dialect == "sqlite" and sqlite_module().sqlite_version_info < SAFE_SQLITE:
        yield "This SQLite can damage its log under load; install pysqlite3 or use PostgreSQL."
    yield from disk_problems(runtime.database)
    yield from bypass_problems(runtime.database)
    if not is_current(runtime.database):
        yield "The database isn't at the newest version; run `evenhand migrate`."
        return
    for beat in runtime.read_now(list_heartbeats, workspace=None):
        if beat.error:
            words, times = job_words(beat.name), beat.failures_in_a_row
            yield f"{words.capitalize()} failed {f'{times} times in a row' if times > 1 else 'once'}: {beat.error}"
    known = [*runtime.read_now(list_workspaces, workspace=None), *runtime.read_now(list_uninstalled, workspace=None)]
    for workspace in known:
        if recount:
            runtime.run_now(recount_tally, workspace=workspace)
        yield from runtime.read_now(_feature_problems, workspace=workspace, features=FEATURES)


def bypass_problems(database: Database) -> list[str]:
    """Return a sentence when PostgreSQL's row-level security doesn't hold the bot's role."""
    with database.engine.connect() as connection:
        bypass = find_bypass(connection)
    if bypass is None:
        return []
    advice = "make roles for the bot, as docs/operations.md says"
    return [f"The role in DATABASE_URL has {bypass}, so no row-level security keeps workspaces apart; {advice}."]


def disk_problems(database: Database) -> list[str]:
    """Return a sentence when the disk with SQLite's file has no room for another copy of it, such as a backup."""
    file = Path(database.url.database or "").absolute()
    if database.dialect != "sqlite" or not file.exists():
        return []
    free = shutil.disk_usage(file.parent).free
    if free > max(LEAST_FREE_BYTES, file.stat().st_size):
        return []
    return [f"The disk with {file} has only {free / 1_000_000:,.0f} MB left; make room, or move the database."]


def _feature_problems(session: Session, *, features: Iterable[Feature], now: datetime) -> list[str]:
    checks = [feature.check_all or feature.check for feature in features]
    found = [sentence for check in checks if check for sentence in check(session, now)]
    dead = session.exec(
        select(sa.func.count()).select_from(OutboxMessage).where(col(OutboxMessage.state) == DeliveryState.DEAD,
                                                              col(OutboxMessage.reason) != "expired")
    ).one()  # fmt: skip
    if dead:
        found.append(f"Messages of the last 30 days that weren't delivered: {dead}; the log says why (outbox.dead).")
    return found


def check_slack() -> list[str]:
    """Return problems with Slack's tokens and scopes."""
    try:
        settings = load_settings()
    except SettingsError:
        return ["Not asked: the settings above have to be right first."]
    return asyncio.run(_slack_problems(settings))


async def _slack_problems(settings: Settings) -> list[str]:
    tokens = await tokens_now(settings)
    client = build_client(token=tokens.bot, api_url=settings.slack_api_url)
    try:
        answer = await auth_test(client)
        if tokens.app is not None:
            await open_connection(client, tokens.app)
    except SettingsError as error:
        return [str(error)]
    now = WallClock().now()
    return [*_scope_problems(answer), *clock_problems(answer.headers, now=now), *await _ask_running_bot(settings)]


async def tokens_now(settings: Settings) -> Tokens:
    """Return the tokens that hold: those of the settings, too, where the database can't be read."""
    try:
        runtime = Runtime(Database(settings.database_url), WallClock())
    except SettingsError:
        return tokens_of(settings)
    try:
        return await read_tokens(runtime, settings)
    except SQLAlchemyError:
        return tokens_of(settings)
    finally:
        runtime.close()


def clock_problems(headers: Mapping[str, str], *, now: datetime) -> list[str]:
    """Return a sentence when *now* differs from the time of Slack's answer; nothing when the answer tells none."""
    try:
        slacks = parsedate_to_datetime({key.lower(): value for key, value in headers.items()}["date"])
        ahead = now - slacks
    except (KeyError, TypeError, ValueError):
        return []
    if abs(ahead) <= LARGEST_SKEW:
        return []
    minutes = abs(ahead) / timedelta(minutes=1)
    direction = "ahead of" if ahead > timedelta(0) else "behind"
    return [f"The clock of this machine is {minutes:,.0f} minutes {direction} Slack's; let it be set over the network."]


def _scope_problems(answer: Any) -> list[str]:
    granted = str({key.lower(): value for key, value in answer.headers.items()}.get("x-oauth-scopes", ""))
    missing = REQUIRED_SCOPES - {scope.strip() for scope in granted.split(",")} if granted else set()
    if missing:
        return [f"Slack hasn't granted {', '.join(sorted(missing))}; update the manifest and reinstall the app."]
    return []


async def _ask_running_bot(settings: Settings) -> list[str]:
    """Return what `/readyz` of a bot that runs here with these settings reports; nothing if none runs."""
    host = "127.0.0.1" if settings.bind_host in {"0.0.0.0", "::"} else settings.bind_host  # noqa: S104 - not bound, asked
    timeout = aiohttp.ClientTimeout(total=ASKING_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://{host}:{settings.port}/readyz") as response,
        ):
            problems = (await response.json())["problems"]
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, TypeError, KeyError):
        return []  # nothing listens there, or something that isn't the bot
    return [f"The running bot reports: {problem}" for problem in problems]

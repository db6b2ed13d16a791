"""The environment of the bot in tests: a rehearsal, its settings, and environment variables."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.manifest import MANIFEST
from bot.settings import Settings
from rehearsal.server import Rehearsal
from rehearsal.strict.manifest import Manifest
from tests.makers import START, WORKSPACE

NAMES = tuple(name.upper() for name in Settings.model_fields)
BOT_TOKEN = "xoxb-111-222-abcdefgh"
APP_TOKEN = "xapp-1-A1-222-abcdefgh"


@contextmanager
def clean_environment(folder: Path, **environment: str) -> Iterator[None]:
    """Change to *folder*, with no settings in the environment except *environment*."""
    with pytest.MonkeyPatch.context() as patch:
        for name in NAMES:
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        yield


def rehearsal(**options: Any) -> Rehearsal:
    """Return a rehearsal with the app of manifest.yml, not started yet."""
    options = {"team_id": WORKSPACE, "name": "Evenhand Tests", "start": START, **options}
    return Rehearsal(manifest=Manifest.load(MANIFEST), **options)


def environment(slack: Rehearsal, database_url: str, *, http: bool = False) -> dict[str, str]:
    """Return the environment variables of a bot that is connected to *slack*."""
    way = {"SLACK_SIGNING_SECRET": slack.signing_secret} if http else {"SLACK_APP_TOKEN": slack.app_token}
    return {
        "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": slack.api_url, "DATABASE_URL": database_url,
        "HOST": "127.0.0.1", "PORT": "0", "LOG_FORMAT": "json", **way,
    }  # fmt: skip


def settings(slack: Rehearsal, database_url: str, *, http: bool = False, **more: Any) -> Settings:
    """Return the settings of a bot that is connected to *slack*."""
    values = {name.lower(): value for name, value in environment(slack, database_url, http=http).items()}
    return Settings(_env_file=None, **{**values, **more})  # type: ignore[arg-type]  # pydantic reads words


@asynccontextmanager
async def ended_politely(process: asyncio.subprocess.Process, seconds: float) -> AsyncIterator[None]:
    """Have a process end well within *seconds* of SIGTERM when the block is over, as a supervisor ends it."""
    try:
        yield
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), seconds) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

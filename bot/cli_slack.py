"""`evenhand manifest` and `evenhand rotate-token`."""

import asyncio
import sys
from typing import Annotated

import typer

from bot.core.clock import WallClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.manifest import render_manifest
from bot.settings import load_settings, load_storage_settings
from bot.storage import migrate
from bot.tokens import give_token, needs_refresh_token
from bot.workspaces.rules import TokenKind

WORDS = {TokenKind.BOT: "bot's token", TokenKind.APP: "app-level token"}


def manifest(
    url: Annotated[
        str, typer.Option(help="For HTTP: the address at which Slack reaches the bot.", show_default=False)
    ] = "",
) -> None:
    """Print the app's manifest for api.slack.com/apps, with COMMAND_PREFIX before each command."""
    typer.echo(render_manifest(prefix=load_storage_settings().command_prefix, url=url), nl=False)


def rotate_token() -> None:
    """
    Give a running bot a new token of Slack's: it is asked for, or read from standard input, and never shown. The bot
    uses it within a minute, without a restart.
    """
    settings = load_settings()
    token = _ask("The new token, xoxb-… or xapp-…")
    refresh_token = _ask("Its refresh token, xoxe-…") if needs_refresh_token(token) else ""
    runtime = Runtime(Database(settings.database_url), WallClock())
    try:
        migrate(runtime.database)
        kind = asyncio.run(give_token(runtime, settings, token=token, refresh_token=refresh_token))
    finally:
        runtime.close()
    typer.echo(f"This is the {WORDS[kind]} from now on; a running bot takes it up within a minute.")
    typer.echo("Write it to .env as well, so that it holds when the database is lost or restored.")


def _ask(question: str) -> str:
    """Return a line that is typed without being shown, or the next one of what is piped in."""
    if sys.stdin.isatty():
        return str(typer.prompt(question, hide_input=True, err=True)).strip()
    return sys.stdin.readline().strip()

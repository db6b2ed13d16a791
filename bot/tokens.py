"""
Slack's tokens: those of the settings, until `evenhand rotate-token` or Slack's own rotation stores others. Running
processes take up what is stored within seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import SecretStr
from slack_sdk.errors import SlackApiError

from bot.core.errors import InvalidInput, SettingsError
from bot.core.runtime import Runtime
from bot.settings import APP_TOKENS, BOT_TOKENS, EXPIRING_TOKENS, REFRESH_TOKENS, Settings, is_token
from bot.slack.app import auth_test, open_connection
from bot.slack.clients import SlackClient, build_client, error_code
from bot.workspaces.queries import find_token, get_bot_user, list_uninstalled, list_workspaces
from bot.workspaces.rules import TokenKind, is_renewal_due
from bot.workspaces.schemas import TokenSchema
from bot.workspaces.usecases import BOT, rotate_token, store_token

SPENT = "invalid_refresh_token"


@dataclass(frozen=True)
class Tokens:
    """The tokens that hold now: the bot's, and the app's where Socket Mode is used."""

    bot: str
    app: str | None


def tokens_of(settings: Settings) -> Tokens:
    """Return the tokens of the settings."""
    return Tokens(bot=settings.slack_bot_token.get_secret_value(), app=_secret(settings.slack_app_token))


async def read_tokens(runtime: Runtime, settings: Settings) -> Tokens:
    """Return the tokens that hold now."""
    bot, app = tokens_of(settings).bot, tokens_of(settings).app
    for workspace in await _list_known(runtime):
        find = partial(runtime.read, find_token, workspace=workspace)
        stored = await find(kind=TokenKind.BOT, setting=bot)
        bot = stored.token.get_secret_value() if stored else bot
        stored = await find(kind=TokenKind.APP, setting=app) if app else None
        app = stored.token.get_secret_value() if stored else app
    return Tokens(bot=bot, app=app)


class TokenKeeper:
    """
    Gives the running bot the tokens that hold.

    *client* is the one for calls to Slack; *on_app_token* is called with an app token that replaces the one before.
    """

    def __init__(
        self, runtime: Runtime, settings: Settings, client: SlackClient, on_app_token: Callable[[str], None]
    ) -> None:
        self._runtime, self._settings, self._client, self._on_app_token = runtime, settings, client, on_app_token
        self.app_token = _secret(settings.slack_app_token)

    @property
    def renews(self) -> bool:
        """Whether the bot's token expires and is renewed here."""
        return self._settings.slack_refresh_token is not None

    async def take_up(self) -> int:
        """Use the tokens that are stored from now on; return how many are other ones than before."""
        tokens = await read_tokens(self._runtime, self._settings)
        changed = int(tokens.bot != self._client.token) + int(tokens.app != self.app_token)
        self._client.token = tokens.bot
        if tokens.app and tokens.app != self.app_token:
            self.app_token = tokens.app
            self._on_app_token(tokens.app)
        return changed

    async def renew(self) -> int:
        """
        Ask Slack for the next bot token when the present one ends soon; return how many were renewed.

        Raises:
            SettingsError: Slack refuses the refresh token; the sentence says what to do.
        """
        renewed = 0
        setting = self._settings.slack_bot_token.get_secret_value()
        for workspace in await self._runtime.read(list_workspaces, workspace=None):
            about: dict[str, Any] = {"workspace": workspace, "kind": TokenKind.BOT, "setting": setting}
            stored = await self._runtime.read(find_token, **about)
            refresh_token = (stored.refresh_token if stored else None) or self._settings.slack_refresh_token
            expires_at = stored.expires_at if stored else None
            if refresh_token and is_renewal_due(expires_at, self._runtime.clock.now()):
                token = await self._ask(refresh_token)
                await self._runtime.run(store_token, **about, token=token)
                renewed += 1
        await self.take_up()
        return renewed

    async def _ask(self, refresh_token: SecretStr) -> TokenSchema:
        """Exchange a refresh token for a new pair; it is used up by that."""
        client = build_client(token=None, api_url=self._client.base_url)
        now = self._runtime.clock.now()
        asked = {
            "client_id": self._settings.slack_client_id or "",
            "client_secret": _secret(self._settings.slack_client_secret) or "",
            "grant_type": "refresh_token",
            "refresh_token": refresh_token.get_secret_value(),
        }
        try:
            answer = await client.api_call("oauth.v2.access", data=asked)
        except SlackApiError as error:
            code = error_code(error)
            if code == SPENT:
                raise SettingsError(
                    f"Slack doesn't renew the bot's token ({code}); copy both tokens again from OAuth & Permissions, "
                    "and give them to evenhand rotate-token."
                ) from error
            raise SettingsError(
                f"Slack doesn't renew the bot's token ({code}); check SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."
            ) from error
        ends = now + timedelta(seconds=int(answer["expires_in"]))
        return TokenSchema(token=answer["access_token"], refresh_token=answer["refresh_token"], expires_at=ends)


def kind_of(token: str, refresh_token: str = "") -> TokenKind:
    """
    Return what a token that somebody gave is for.

    Raises:
        InvalidInput: it is no token of Slack's, or not all of it.
    """
    if is_token(SecretStr(token), APP_TOKENS):
        return TokenKind.APP
    if not is_token(SecretStr(token), *BOT_TOKENS):
        raise InvalidInput(
            "This is no token: copy the whole Bot User OAuth Token, which starts with xoxb- or xoxe.xoxb-, or the "
            "whole app-level token, which starts with xapp-."
        )
    if needs_refresh_token(token) and not is_token(SecretStr(refresh_token), REFRESH_TOKENS):
        raise InvalidInput("This token expires: copy its refresh token, which starts with xoxe-, too.")
    return TokenKind.BOT


def needs_refresh_token(token: str) -> bool:
    """Return whether a token expires, so that it comes with a refresh token."""
    return token.startswith(EXPIRING_TOKENS)


async def give_token(runtime: Runtime, settings: Settings, *, token: str, refresh_token: str = "") -> TokenKind:
    """
    Store a token that holds from now on, after Slack has said whose it is; return what it is for.

    Raises:
        InvalidInput: it is no token, one of another workspace or app, or the bot has met no workspace yet.
        SettingsError: Slack refuses it, or can't be reached.
    """
    kind = kind_of(token, refresh_token)
    if kind is TokenKind.BOT:
        setting = settings.slack_bot_token.get_secret_value()
        workspace = await _check_bot_token(runtime, settings, token)
    else:
        setting = _secret(settings.slack_app_token) or ""
        workspace = await _check_app_token(runtime, settings, token, setting)
    given = TokenSchema(token=token, refresh_token=refresh_token or None)
    await runtime.run(rotate_token, workspace=workspace, kind=kind, setting=setting, token=given, by=BOT)
    return kind


async def _check_bot_token(runtime: Runtime, settings: Settings, token: str) -> str:
    who = await auth_test(build_client(token=token, api_url=settings.slack_api_url), setting="this token")
    known = await _require_known(runtime)
    if who["team_id"] != known:
        raise InvalidInput(f"This token belongs to the workspace {who['team']}, and the bot serves {known}.")
    if who["user_id"] != await runtime.read(get_bot_user, workspace=known):
        raise InvalidInput("This token belongs to another app of the workspace; copy the one of this bot.")
    return known


async def _check_app_token(runtime: Runtime, settings: Settings, token: str, setting: str) -> str:
    if not setting:
        raise InvalidInput("The bot doesn't use Socket Mode, so it has no app-level token; set SLACK_APP_TOKEN first.")
    if _app_of(token) != _app_of(setting):
        raise InvalidInput("This token belongs to another app; copy the one of this bot.")
    client = build_client(token=None, api_url=settings.slack_api_url)
    await open_connection(client, token, setting="this token")
    return await _require_known(runtime)


def _app_of(token: str) -> str:
    """Return the id of the app in an app-level token, `xapp-1-A…-…`."""
    return (token.split("-") + [""] * 3)[2]


async def _require_known(runtime: Runtime) -> str:
    workspaces = await _list_known(runtime)
    if not workspaces:
        raise InvalidInput("The bot has met no workspace yet; write the token to .env and start it with evenhand run.")
    return workspaces[0]


async def _list_known(runtime: Runtime) -> Sequence[str]:
    """Return the ids of the workspaces that the database belongs to: one at most."""
    installed = await runtime.read(list_workspaces, workspace=None)
    return [*installed, *await runtime.read(list_uninstalled, workspace=None)]


def _secret(setting: SecretStr | None) -> str | None:
    return setting.get_secret_value() if setting else None

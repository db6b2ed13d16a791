"""Settings from the environment and `.env`; an error names the setting that is missing or invalid."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.core.errors import SettingsError

MAX_PORT = 65_535
PREFIX = re.compile(r"[a-z][a-z0-9_-]{,19}")  # a command has up to 32 characters, /neglected ten of them
EXPIRING_TOKENS = "xoxe.xoxb-"
BOT_TOKENS = ("xoxb-", EXPIRING_TOKENS)
APP_TOKENS = "xapp-"
REFRESH_TOKENS = "xoxe-"
"""How Slack's tokens begin. Those that expire come with a refresh token."""
CANT_TRACE = (
    "OTEL_EXPORTER_OTLP_ENDPOINT is set, and what sends traces isn't installed: pip install 'evenhand[otel]', or leave "
    "the setting out."
)

T = TypeVar("T", bound="StorageSettings")


class LogFormat(StrEnum):
    """The format of log lines; `auto` is readable text on a terminal and JSON elsewhere."""

    AUTO = "auto"
    HUMAN = "human"
    JSON = "json"


class StorageSettings(BaseSettings):
    """The settings that every command needs. An empty setting counts as not set."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", str_strip_whitespace=True
    )

    database_url: str = "sqlite:///evenhand.db"
    log_format: LogFormat = LogFormat.AUTO
    log_level: str = "info"
    backup_folder: Path | None = None
    backups_kept: int = Field(default=7, ge=1)
    command_prefix: str = ""

    @field_validator("log_format", "log_level", mode="before")
    @classmethod
    def _lowercase(cls, word: object) -> object:
        return word.strip().lower() if isinstance(word, str) else word

    @field_validator("command_prefix")
    @classmethod
    def _check_prefix(cls, prefix: str) -> str:
        if prefix and not PREFIX.fullmatch(prefix):
            raise ValueError("write up to 20 small letters, digits, - and _, beginning with a letter, such as eh-")
        return prefix

    @field_validator("log_level")
    @classmethod
    def _check_level(cls, level: str) -> str:
        if level not in {"debug", "info", "warning", "error"}:
            raise ValueError("write debug, info, warning or error")
        return level


class Settings(StorageSettings):
    """The settings that the running bot needs."""

    slack_bot_token: SecretStr
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_refresh_token: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    host: str | None = None
    metrics: bool = False
    otel_exporter_otlp_endpoint: str | None = None
    port: int = Field(default=3000, ge=0, le=MAX_PORT)

    @property
    def bind_host(self) -> str:
        """The address to listen at: `HOST`, or by default this machine alone in Socket Mode, and all else."""
        every = "0.0.0.0"  # noqa: S104 - Slack has to reach it, through a proxy
        return self.host or (every if self.slack_app_token is None else "127.0.0.1")

    @field_validator("slack_bot_token")
    @classmethod
    def _check_bot_token(cls, token: SecretStr) -> SecretStr:
        if not is_token(token, *BOT_TOKENS):
            raise ValueError("copy the whole Bot User OAuth Token, which starts with xoxb- or xoxe.xoxb-")
        return token

    @field_validator("slack_refresh_token")
    @classmethod
    def _check_refresh_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not is_token(token, REFRESH_TOKENS):
            raise ValueError("copy the whole refresh token, which starts with xoxe-")
        return token

    @field_validator("slack_app_token")
    @classmethod
    def _check_app_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not is_token(token, APP_TOKENS):
            raise ValueError("copy the whole app-level token, which starts with xapp-, or leave it empty")
        return token

    @field_validator("slack_signing_secret")
    @classmethod
    def _empty_to_none(cls, secret: SecretStr | None) -> SecretStr | None:
        return secret if secret is not None and secret.get_secret_value() else None

    @field_validator("slack_api_url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if not _is_address(url):
            raise ValueError("write an address such as https://slack.com/api/")
        return url if url.endswith("/") else f"{url}/"

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _check_endpoint(cls, url: str | None) -> str | None:
        if url is not None and not _is_address(url):
            raise ValueError("write the address of a collector that takes OTLP by HTTP, such as http://localhost:4318")
        return url

    @model_validator(mode="after")
    def _require_transport(self) -> Self:
        if self.slack_app_token is None and self.slack_signing_secret is None:
            raise ValueError(
                "SLACK_APP_TOKEN is missing: set it for Socket Mode, or set SLACK_SIGNING_SECRET to be called over HTTP"
            )
        return self

    @model_validator(mode="after")
    def _require_renewal(self) -> Self:
        renewal = (self.slack_refresh_token, self.slack_client_id, self.slack_client_secret)
        if self.slack_bot_token.get_secret_value().startswith(EXPIRING_TOKENS) and not all(renewal):
            raise ValueError(
                "SLACK_BOT_TOKEN expires after twelve hours: set SLACK_REFRESH_TOKEN, SLACK_CLIENT_ID and "
                "SLACK_CLIENT_SECRET, too, so that it is renewed"
            )
        return self


def load_settings() -> Settings:
    """
    Load the settings of the running bot.

    Raises:
        SettingsError: a setting is missing or invalid; the sentence names it and says what to write.
    """
    return _load(Settings)


def load_storage_settings() -> StorageSettings:
    """
    Load the settings of commands that don't call Slack.

    Raises:
        SettingsError: a setting is invalid; the sentence names it and says what to write.
    """
    return _load(StorageSettings)


def _load(kind: type[T]) -> T:
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError(_error_message(error)) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError("The file .env can't be read; make it readable and save it as UTF-8.") from None


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # such as http://[::1 or a port of words
        return False


def is_token(token: SecretStr, *beginnings: str) -> bool:
    """Return whether this looks like a whole token of Slack's with one of these *beginnings*."""
    text = token.get_secret_value()
    is_begun = any(text.startswith(beginning) and len(text) > len(beginning) for beginning in beginnings)
    return is_begun and text.isascii() and " " not in text


def _error_message(error: ValidationError) -> str:
    """Return the first problem as one sentence, without the value, which may be a secret."""
    problem = error.errors(include_input=False, include_url=False)[0]
    text = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return f"{text} (see .env.example)."
    name = str(problem["loc"][0]).upper()
    if problem["type"] == "missing":
        return f"{name} is missing; copy .env.example to .env and fill it in."
    return f"{name} is wrong: {text[0].lower()}{text[1:]} (see .env.example)."

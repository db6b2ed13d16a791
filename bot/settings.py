"""Settings from the environment and `.env`; an error names the one that is missing or wrong."""

from enum import StrEnum
from typing import Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.core.errors import SettingsError

HIGHEST_PORT = 65_535

T = TypeVar("T", bound="StorageSettings")


class LogFormat(StrEnum):
    """How log lines look; `auto` is human on a terminal and JSON elsewhere."""

    AUTO = "auto"
    HUMAN = "human"
    JSON = "json"


class StorageSettings(BaseSettings):
    """The settings that every command needs. An empty one counts as not set."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", str_strip_whitespace=True
    )

    database_url: str = "sqlite:///evenhand.db"
    log_format: LogFormat = LogFormat.AUTO
    log_level: str = "info"

    @field_validator("log_format", "log_level", mode="before")
    @classmethod
    def _in_small_letters(cls, word: object) -> object:
        return word.strip().lower() if isinstance(word, str) else word

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, level: str) -> str:
        if level not in {"debug", "info", "warning", "error"}:
            raise ValueError("write debug, info, warning or error")
        return level


class Settings(StorageSettings):
    """The settings that the running bot needs."""

    slack_bot_token: SecretStr
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    host: str = "0.0.0.0"  # noqa: S104 - behind a proxy or in a container, as its operator decides
    port: int = Field(default=3000, ge=0, le=HIGHEST_PORT)

    @field_validator("slack_bot_token")
    @classmethod
    def _a_bot_token(cls, token: SecretStr) -> SecretStr:
        if not _is_token(token, "xoxb-"):
            raise ValueError("copy the whole Bot User OAuth Token, which starts with xoxb-")
        return token

    @field_validator("slack_app_token")
    @classmethod
    def _an_app_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not _is_token(token, "xapp-"):
            raise ValueError("copy the whole app-level token, which starts with xapp-, or leave it empty")
        return token

    @field_validator("slack_signing_secret")
    @classmethod
    def _a_signing_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        return secret if secret is not None and secret.get_secret_value() else None

    @field_validator("slack_api_url")
    @classmethod
    def _a_folder(cls, url: str) -> str:
        if not url.startswith(("https://", "http://")):
            raise ValueError("write an address such as https://slack.com/api/")
        return url if url.endswith("/") else f"{url}/"

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.slack_app_token is None and self.slack_signing_secret is None:
            raise ValueError(
                "SLACK_APP_TOKEN is missing: set it for Socket Mode, or set SLACK_SIGNING_SECRET to be called over HTTP"
            )
        return self


def load_settings() -> Settings:
    """
    Read the settings of the running bot.

    Raises:
        SettingsError: one is missing or wrong; the sentence names it and says what to write.
    """
    return _load(Settings)


def load_storage_settings() -> StorageSettings:
    """
    Read what commands need that don't talk to Slack.

    Raises:
        SettingsError: one is wrong; the sentence names it and says what to write.
    """
    return _load(StorageSettings)


def _load(kind: type[T]) -> T:
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError("The file .env can't be read; make it readable and save it as UTF-8.") from None


def _is_token(token: SecretStr, beginning: str) -> bool:
    words = token.get_secret_value()
    return words.startswith(beginning) and len(words) > len(beginning) and words.isascii() and " " not in words


def _sentence(error: ValidationError) -> str:
    """Return the first problem as one sentence, without the value, which may be a secret."""
    problem = error.errors(include_input=False, include_url=False)[0]
    words = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return f"{words} (see .env.example)."
    name = str(problem["loc"][0]).upper()
    if problem["type"] == "missing":
        return f"{name} is missing; copy .env.example to .env and fill it in."
    return f"{name} is wrong: {words[0].lower()}{words[1:]} (see .env.example)."

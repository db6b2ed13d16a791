"""An invalid setting is reported in one sentence that names it and never shows its value."""

from pathlib import Path

import pytest

from bot.core.errors import SettingsError
from bot.settings import LogFormat, load_settings, load_storage_settings
from tests.shell.outside import APP_TOKEN, BOT_TOKEN, clean_environment

RIGHT = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
WRONG = [
    ("SLACK_BOT_TOKEN", "", "is missing"),
    ("SLACK_BOT_TOKEN", "xoxb-", "starts with xoxb-"),
    ("SLACK_BOT_TOKEN", "xoxp-hushhush", "starts with xoxb-"),
    ("SLACK_BOT_TOKEN", "xoxb-hush hush", "starts with xoxb-"),
    ("SLACK_BOT_TOKEN", "xoxb-hüshhush", "starts with xoxb-"),
    ("SLACK_APP_TOKEN", "", "set it for Socket Mode"),
    ("SLACK_APP_TOKEN", "xapp-", "starts with xapp-"),
    ("SLACK_APP_TOKEN", "xoxb-hushhush", "starts with xapp-"),
    ("SLACK_API_URL", "hushhush", "https://slack.com/api/"),
    ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-hushhush", "set SLACK_REFRESH_TOKEN, SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"),
    ("SLACK_BOT_TOKEN", "xoxe-1-hushhush", "starts with xoxb-"),
    ("SLACK_REFRESH_TOKEN", "hushhush", "starts with xoxe-"),
    ("COMMAND_PREFIX", "Hush-", "beginning with a letter, such as eh-"),
    ("COMMAND_PREFIX", "/hush", "beginning with a letter, such as eh-"),
    ("COMMAND_PREFIX", "hush" * 6, "up to 20 small letters"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "hushhush:4318", "such as http://localhost:4318"),
    ("SLACK_API_URL", "http://[::1", "https://slack.com/api/"),
    ("SLACK_API_URL", "https://slack.com:hush/api/", "https://slack.com/api/"),
    ("SLACK_API_URL", "https:///api/", "https://slack.com/api/"),
    ("PORT", "hushhush", "valid integer"),
    ("PORT", "65536", "65535"),
    ("PORT", "-1", "greater than or equal to 0"),
    ("LOG_FORMAT", "hushhush", "'human'"),
    ("LOG_LEVEL", "hushhush", "debug, info, warning or error"),
]


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_a_wrong_setting_is_named_in_one_sentence(tmp_path: Path, name: str, value: str, words: str) -> None:
    """The sentence names the setting, says what to write, and doesn't contain the value."""
    with clean_environment(tmp_path, **{**RIGHT, name: value}), pytest.raises(SettingsError) as caught:
        load_settings()
    sentence = str(caught.value)
    assert sentence.startswith(name)
    assert words in sentence
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert "\n" not in sentence
    assert "hush" not in sentence


@pytest.mark.parametrize("name", ["LOG_FORMAT", "LOG_LEVEL"])
def test_commands_without_slack_name_a_wrong_setting_too(tmp_path: Path, name: str) -> None:
    """`evenhand import` reports the settings that it needs in the same way."""
    with clean_environment(tmp_path, **{name: "hushhush"}), pytest.raises(SettingsError, match=name):
        load_storage_settings()


def test_the_example_as_it_is_asks_for_the_token(tmp_path: Path) -> None:
    """An unchanged .env.example reports the missing token."""
    (tmp_path / ".env").write_text(Path(".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    with clean_environment(tmp_path), pytest.raises(SettingsError, match=r"^SLACK_BOT_TOKEN is wrong"):
        load_settings()


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    """A .env file in UTF-16 is reported."""
    (tmp_path / ".env").write_bytes("SLACK_BOT_TOKEN=é".encode("utf-16"))
    with clean_environment(tmp_path), pytest.raises(SettingsError, match=r"^The file \.env .* UTF-8\.$"):
        load_settings()


def test_settings_come_from_the_file_and_the_environment_wins(tmp_path: Path) -> None:
    """Environment variables override .env; surrounding blanks are ignored."""
    (tmp_path / ".env").write_text(
        f"SLACK_BOT_TOKEN={BOT_TOKEN}\nSLACK_APP_TOKEN='{APP_TOKEN} '\nPORT=1\nUNKNOWN=1\n", encoding="utf-8"
    )
    with clean_environment(tmp_path, PORT="8080", LOG_FORMAT="JSON", LOG_LEVEL="Debug"):
        settings = load_settings()
    assert (settings.port, settings.log_format, settings.log_level) == (8080, LogFormat.JSON, "debug")
    assert settings.slack_app_token is not None
    assert settings.slack_app_token.get_secret_value() == APP_TOKEN


def test_a_setting_that_is_set_to_nothing_is_not_set(tmp_path: Path) -> None:
    """An empty environment variable leaves the default."""
    with clean_environment(
        tmp_path, **RIGHT, DATABASE_URL="", HOST="", PORT="", SLACK_SIGNING_SECRET="", SLACK_API_URL=""
    ):
        settings = load_settings()
    assert settings.database_url == "sqlite:///evenhand.db"
    assert (settings.bind_host, settings.port) == ("127.0.0.1", 3000)
    assert settings.slack_signing_secret is None
    assert settings.slack_api_url == "https://slack.com/api/"


def test_http_needs_the_signing_secret_only(tmp_path: Path) -> None:
    """Without Socket Mode, the app-level token is optional."""
    with clean_environment(
        tmp_path, SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_SIGNING_SECRET="hushhush", SLACK_API_URL="http://x/api"
    ):
        settings = load_settings()
    assert settings.slack_app_token is None
    assert settings.bind_host == "0.0.0.0"  # noqa: S104 - Slack calls from outside
    assert settings.model_copy(update={"host": "10.0.0.1"}).bind_host == "10.0.0.1"
    assert settings.slack_api_url == "http://x/api/"
    assert "hushhush" not in repr(settings)
    assert BOT_TOKEN not in repr(settings)

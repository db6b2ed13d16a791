"""manifest.yml, what Slack has to know about the app, with the names and addresses of one installation."""

import re
import sysconfig
from pathlib import Path

from bot.core.errors import InvalidInput, SettingsError
from bot.web import SLACK_PATH

PROJECT = Path(__file__).parent.parent
INSTALLED = Path(sysconfig.get_path("data")) / "share" / "evenhand"  # where a wheel puts what isn't code
MANIFEST = (PROJECT if (PROJECT / "manifest.yml").exists() else INSTALLED) / "manifest.yml"
COMMAND = re.compile(r"^( *)- command: /(\S+)$", re.MULTILINE)
ADDRESS = re.compile(r"https://[^\s/?#\"']+(?:/[^\s?#\"']*)?")


def render_manifest(*, prefix: str = "", url: str = "") -> str:
    """
    Return the manifest with *prefix* before each command; with *url*, the bot's address, for HTTP.

    Raises:
        InvalidInput: *url* is no address that Slack can reach.
        SettingsError: manifest.yml isn't where it was installed.
    """
    text = COMMAND.sub(rf"\1- command: /{prefix}\2", _read())
    return _with_addresses(text, url) if url else text


def list_commands() -> list[str]:
    """Return the names of the commands, such as `/checkin`; raises SettingsError as `render_manifest`."""
    return [f"/{name}" for _, name in COMMAND.findall(_read())]


def _with_addresses(text: str, url: str) -> str:
    if not ADDRESS.fullmatch(url):
        raise InvalidInput("Write the address at which Slack reaches the bot, such as https://evenhand.example.com.")
    address = url.rstrip("/") + SLACK_PATH
    text = COMMAND.sub(rf"\g<0>\n\1  url: {address}", text)
    text = text.replace("  event_subscriptions:\n", f"  event_subscriptions:\n    request_url: {address}\n")
    on = "  interactivity:\n    is_enabled: true\n"
    text = text.replace(on, f"{on}    request_url: {address}\n    message_menu_options_url: {address}\n")
    return text.replace("socket_mode_enabled: true", "socket_mode_enabled: false")


def _read() -> str:
    try:
        return MANIFEST.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{MANIFEST} can't be read; install Evenhand again.") from error

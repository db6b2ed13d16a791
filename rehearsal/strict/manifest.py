"""The parts of the app's manifest that the rehearsal needs: commands, shortcuts, scopes and events."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import yaml


class ManifestError(Exception):
    """The manifest can't be read; the message says which line to correct."""


@dataclass(frozen=True)
class Command:
    """A slash command: its texts in the composer, and whether mentions in it arrive as ids."""

    name: str
    description: str
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A shortcut: ``global`` ones are in the composer's menu, ``message`` ones in each message's menu."""

    name: str
    type: Literal["global", "message"]
    callback_id: str
    description: str


@dataclass(frozen=True)
class Manifest:
    """The contents of a manifest.yml; *scopes* includes the optional ones."""

    name: str
    bot_name: str
    scopes: frozenset[str]
    optional_scopes: frozenset[str]
    commands: Mapping[str, Command]
    shortcuts: tuple[Shortcut, ...]
    events: frozenset[str]
    socket_mode: bool
    interactivity: bool
    home_tab: bool
    messages_tab: bool
    messages_tab_read_only: bool

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """
        Load the manifest at *path*.

        Raises:
            ManifestError: the file is missing, isn't YAML, or lacks something; the message says what.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise ManifestError(f"The manifest {path} can't be read: {error.strerror}.") from error
        return cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the text of a manifest; raises ManifestError as `load` does."""
        try:
            raw = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ManifestError(f"The manifest is no YAML: {error}.") from error
        tree = _mapping(raw, "manifest")
        features, settings = _part(tree, "features"), _part(tree, "settings")
        name = _word(_part(tree, "display_information"), "name", "display_information")
        home, scopes = _part(features, "app_home"), _part(_part(tree, "oauth_config"), "scopes")
        optional = frozenset(scopes.get("bot_optional") or ())
        return cls(
            name=name,
            bot_name=str(_part(features, "bot_user").get("display_name") or name),
            scopes=frozenset(scopes.get("bot") or ()) | optional,
            optional_scopes=optional,
            commands={command.name: command for command in _commands(features)},
            shortcuts=tuple(_shortcuts(features)),
            events=frozenset(_part(settings, "event_subscriptions").get("bot_events") or ()),
            socket_mode=bool(settings.get("socket_mode_enabled", False)),
            interactivity=bool(_part(settings, "interactivity").get("is_enabled", False)),
            home_tab=bool(home.get("home_tab_enabled", False)),
            messages_tab=bool(home.get("messages_tab_enabled", False)),
            messages_tab_read_only=bool(home.get("messages_tab_read_only_enabled", False)),
        )


def _commands(features: Mapping[str, Any]) -> list[Command]:
    found = []
    for number, raw in enumerate(features.get("slash_commands") or ()):
        where = f"features.slash_commands[{number}]"
        entry = _mapping(raw, where)
        name = _word(entry, "command", where)
        if not name.startswith("/"):
            raise ManifestError(f"{where}.command has to begin with a slash; it is {name!r}.")
        usage, escape = str(entry.get("usage_hint") or ""), bool(entry.get("should_escape", False))
        found.append(Command(name, _word(entry, "description", where), usage, escape))
    return found


def _shortcuts(features: Mapping[str, Any]) -> list[Shortcut]:
    found = []
    for number, raw in enumerate(features.get("shortcuts") or ()):
        where = f"features.shortcuts[{number}]"
        entry = _mapping(raw, where)
        kind = entry.get("type")
        if kind not in {"global", "message"}:
            raise ManifestError(f"{where}.type has to be global or message; it is {kind!r}.")
        name, callback_id = _word(entry, "name", where), _word(entry, "callback_id", where)
        found.append(Shortcut(name, kind, callback_id, _word(entry, "description", where)))
    return found


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ManifestError(f"{where} has to be a list of names and values.")
    return value


def _part(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _mapping(tree.get(name) or {}, name)


def _word(entry: Mapping[str, Any], name: str, where: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        raise ManifestError(f"{where}.{name} is missing; write it down in the manifest.")
    return value

"""The manifest, the listeners and the docs name the same commands, shortcuts and events."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.core.schemas import Notification
from bot.doctor import REQUIRED_SCOPES
from bot.features import FEATURES
from bot.manifest import MANIFEST
from rehearsal.strict.manifest import Manifest
from tests.conftest import MONDAY
from tests.makers import ROOT

SCHEMA = ROOT.parent / "shared" / "slack" / "manifest.schema.json"
SAID_ONLY = {"told", "waiting"}  # modals without a submit button; nothing comes back from them


class Recorder:
    """Records the listeners that a feature registers, in place of Bolt's app."""

    def __init__(self) -> None:
        self.heard: dict[str, set[str]] = {}

    def __getattr__(self, kind: str) -> Callable[..., Callable[[Any], Any]]:
        def register(what: Any, *_more: Any) -> Callable[[Any], Any]:
            name = what["action_id"] if isinstance(what, dict) and "action_id" in what else what
            self.heard.setdefault(kind, set()).add(str(name))
            return lambda listener: listener

        return register


@pytest.fixture
def heard(sqlite_url: str) -> Iterator[dict[str, set[str]]]:
    """Return what all features listen to: "command", "action", "view", … → names."""
    recorder, runtime = Recorder(), Runtime(Database(sqlite_url), MovableClock(MONDAY), FEATURES)
    for feature in FEATURES:
        if feature.register:
            feature.register(recorder, runtime)
    yield recorder.heard
    runtime.close()


@pytest.fixture
def manifest() -> Manifest:
    """Return manifest.yml."""
    return Manifest.load(MANIFEST)


@pytest.mark.data
@pytest.mark.skipif(not SCHEMA.exists(), reason="../shared/slack/manifest.schema.json is not here")
def test_slack_accepts_the_manifest() -> None:
    """It is valid under Slack's schema."""
    jsonschema.validate(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")), json.loads(SCHEMA.read_text()))


def test_every_command_is_heard_and_none_is_heard_in_vain(heard: dict[str, set[str]], manifest: Manifest) -> None:
    """Commands and their listeners match."""
    assert heard["command"] == set(manifest.commands)


def test_every_shortcut_is_heard_and_none_is_heard_in_vain(heard: dict[str, set[str]], manifest: Manifest) -> None:
    """Shortcuts and their listeners match."""
    assert heard["shortcut"] == {shortcut.callback_id for shortcut in manifest.shortcuts}


def test_every_event_is_heard_and_none_is_heard_in_vain(heard: dict[str, set[str]], manifest: Manifest) -> None:
    """Subscribed events and their listeners match."""
    assert heard["event"] == {event.partition(".")[0] for event in manifest.events}


def test_every_command_and_shortcut_is_in_the_docs(manifest: Manifest) -> None:
    """docs/commands.md describes every command and shortcut."""
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name in manifest.commands:
        assert f"`{name}`" in text or f"`{name} " in text, name
    for shortcut in manifest.shortcuts:
        assert f"*{shortcut.name}*" in text


def test_the_docs_name_no_other_command_or_shortcut(manifest: Manifest) -> None:
    """docs/commands.md describes no other command or shortcut."""
    rows = [line.split("|")[1] for line in (ROOT / "docs" / "commands.md").read_text().splitlines() if line[:1] == "|"]
    named = {name for row in rows for name in re.findall(r"`(/[a-z]+)", row)}
    assert named <= set(manifest.commands)
    picked = {name for row in rows for name in re.findall(r"shortcut \*([^*]+)\*", row)}
    assert picked == {shortcut.name for shortcut in manifest.shortcuts}


def test_the_doctor_asks_for_the_scopes_of_the_manifest(manifest: Manifest) -> None:
    """`evenhand doctor` requires exactly the manifest's scopes that aren't optional."""
    assert manifest.scopes - manifest.optional_scopes == REQUIRED_SCOPES
    assert manifest.optional_scopes


# --- what is drawn and what is heard -----------------------------------------------------------------------------

DRAWS = {
    "button": 1, "overflow": 0, "select": 0, "external_select": 0, "radio": 0, "checkboxes": 0, "date_picker": 0,
    "person_select": 0, "people_select": 0, "channel_select": 0, "Step": None, "Offer": 1,
}  # fmt: skip
"""Functions of bot.slack.blocks, and where their action id stands among the arguments."""
HEARD_ALWAYS = {"button", "overflow", "Step", "Offer"}  # a press always comes; a field's choice only with submit


@cache
def _calls() -> list[tuple[Path, ast.Call, str]]:
    """Yield every call in the bot's source, with its file and the name of the function."""
    return list(_list_calls())


def _list_calls() -> Iterator[tuple[Path, ast.Call, str]]:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        if path.parent.name != "slack":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                    yield path, node, name


def _argument(call: ast.Call, place: int | None, name: str) -> ast.expr | None:
    named = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    return named or (call.args[place] if place is not None and len(call.args) > place else None)


def _values(path: Path, node: ast.expr | None) -> set[str]:
    """Return the ids that an expression can have: a literal, a constant of the module, or either of two."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) and node.value else set()
    if isinstance(node, ast.IfExp):
        return _values(path, node.body) | _values(path, node.orelse)
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    value: Any = None
    if isinstance(node, ast.Name):
        value = getattr(module, node.id, None)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        value = getattr(getattr(module, node.value.id, None), node.attr, None)
    return {value} if isinstance(value, str) and value else set()


def _drawn(kinds: set[str]) -> dict[str, str]:
    return {
        action_id: str(path.relative_to(ROOT))
        for path, call, name in _calls()
        if name in kinds
        for action_id in _values(path, _argument(call, DRAWS[name], "action_id"))
    }


def test_every_button_that_is_drawn_is_heard(heard: dict[str, set[str]]) -> None:
    """Every drawn button has a listener."""
    drawn = _drawn(HEARD_ALWAYS)
    assert len(drawn) >= 10
    assert {action: path for action, path in drawn.items() if action not in heard["action"]} == {}


def test_every_menu_that_asks_for_options_gets_them(heard: dict[str, set[str]]) -> None:
    """Every external select has an options listener."""
    assert {
        action: path for action, path in _drawn({"external_select"}).items() if action not in heard["options"]
    } == {}


def test_every_form_that_can_be_submitted_is_heard(heard: dict[str, set[str]]) -> None:
    """Every modal with a submit button has a listener."""
    drawn = {
        callback_id: str(path.relative_to(ROOT))
        for path, call, name in _calls()
        if name == "modal" and _argument(call, None, "submit") is not None
        for callback_id in _values(path, _argument(call, None, "callback_id"))
    }
    assert drawn
    assert {form: path for form, path in drawn.items() if form not in heard["view"] | SAID_ONLY} == {}


def test_every_notification_has_one_view() -> None:
    """Each notification that has a kind has exactly one view, and kinds are unique."""
    drawn = [notification for feature in FEATURES for notification in feature.views]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == {kind for kind in _below(Notification) if kind.__module__.startswith("bot.") and kind.kind}
    kinds = [notification.kind for notification in drawn]
    assert all("." in kind for kind in kinds)
    assert len(kinds) == len(set(kinds))


def _below(kind: type[Notification]) -> set[type[Notification]]:
    return {kind for child in kind.__subclasses__() for kind in (child, *_below(child))}

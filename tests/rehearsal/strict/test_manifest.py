"""Loading the manifest, and errors in it."""

from pathlib import Path

import pytest

from rehearsal.strict.manifest import Command, Manifest, ManifestError, Shortcut
from rehearsal.strict.methods import COMMON_ERRORS, all_methods, find_method

SAMPLE = """
display_information:
  name: Evenhand
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true}
  bot_user: {display_name: evenhand, always_online: true}
  slash_commands:
    - {command: /checkin, description: Record a check-in, usage_hint: "[customer]", should_escape: true}
    - {command: /neglected, description: Who waits too long}
  shortcuts:
    - {name: Record a check-in, type: global, callback_id: checkin.record, description: Say what happened}
    - {name: Log as check-in, type: message, callback_id: checkin.log, description: Keep this message}
oauth_config:
  scopes: {bot: [chat:write, commands]}
settings:
  event_subscriptions: {bot_events: [app_home_opened, team_join]}
  interactivity: {is_enabled: true}
  socket_mode_enabled: true
"""


def test_everything_the_rehearsal_needs_is_read(tmp_path: Path) -> None:
    """Commands, shortcuts, scopes, events and tabs are loaded."""
    path = tmp_path / "manifest.yml"
    path.write_text(SAMPLE, encoding="utf-8")
    manifest = Manifest.load(path)
    assert manifest.name == "Evenhand"
    assert manifest.bot_name == "evenhand"
    assert manifest.scopes == {"chat:write", "commands"}
    assert manifest.commands["/checkin"] == Command("/checkin", "Record a check-in", "[customer]", should_escape=True)
    assert manifest.shortcuts[1] == Shortcut("Log as check-in", "message", "checkin.log", "Keep this message")
    assert manifest.events == {"app_home_opened", "team_join"}
    assert (manifest.socket_mode, manifest.interactivity) == (True, True)
    assert (manifest.home_tab, manifest.messages_tab, manifest.messages_tab_read_only) == (True, True, False)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "The manifest is no YAML"),
        ("- a", "manifest has to be a list of names and values"),
        ("display_information: {}", "display_information.name is missing"),
        (SAMPLE.replace("/neglected", "neglected"), r"slash_commands\[1\].command has to begin with a slash"),
        (SAMPLE.replace("description: Who waits too long", "x: y"), r"slash_commands\[1\].description is missing"),
        (SAMPLE.replace("type: message", "type: emoji"), r"shortcuts\[1\].type has to be global or message"),
    ],
)
def test_what_is_wrong_is_named(text: str, sentence: str) -> None:
    """The error says which line to correct."""
    with pytest.raises(ManifestError, match=sentence):
        Manifest.parse(text)


def test_an_absent_manifest_is_named() -> None:
    """A missing file is reported."""
    with pytest.raises(ManifestError, match=r"/nowhere/manifest\.yml can't be read"):
        Manifest.load("/nowhere/manifest.yml")


def test_methods_know_scopes_rates_and_needs() -> None:
    """A method has the documented scopes, tier and required arguments."""
    post = find_method("chat.postMessage")
    assert post is not None
    assert (post.tier, post.needs) == ("message", ("channel",))
    assert post.scopes == {"chat:write"}
    assert post.knows("not_in_channel")
    assert post.knows("invalid_auth")
    assert not post.knows("hash_conflict")
    assert find_method("stars.add") is None


def test_conversations_ask_for_the_scope_of_their_kind() -> None:
    """Private channels need another scope than public ones; posting needs the same for all."""
    history, post = find_method("conversations.history"), find_method("chat.postMessage")
    assert history is not None
    assert post is not None
    assert history.scopes_for("private") == {"groups:history"}
    assert history.scopes_for("im") == {"im:history"}
    assert post.scopes_for("im") == {"chat:write"}


def test_every_method_is_complete() -> None:
    """Each method has a known tier, and only documented errors beyond the common ones."""
    methods = all_methods()
    assert len(methods) > 25
    for method in methods.values():
        assert method.tier in {1, 2, 3, 4, "message"}
        assert method.errors.isdisjoint({""})
        assert "ratelimited" in COMMON_ERRORS

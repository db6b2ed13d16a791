"""Strategies for what may come in at a door: nearly right payloads of Slack's, and what isn't one at all."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from bot.features import FEATURES
from tests.house.test_manifest import Recorder
from tests.makers import ANA, MARA, WORKSPACE

STRANGE_TEXTS = (
    "", " ", "\x00", "\ud800", "<!channel>", "'; DROP TABLE customers; --", "=1+1", "\u202e", "a" * 5000, "😀",
    "-1", "1e999", "NaN", "null", "../../etc/passwd", "00000000-0000-0000-0000-000000000000", "https://[::1", "%00",
)  # fmt: skip
GOODBYES = {"app_uninstalled", "tokens_revoked"}  # they do what they say
TEXTS = st.one_of(st.sampled_from(STRANGE_TEXTS), st.text(max_size=40))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


def names(runtime: Any) -> Mapping[str, list[str]]:
    """Return what all features listen to: "command", "action", "view", … → names."""
    recorder = Recorder()
    for feature in FEATURES:
        if feature.register:
            feature.register(recorder, runtime)
    return {kind: sorted(heard) for kind, heard in recorder.heard.items()}


def payloads(heard: Mapping[str, list[str]], url: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return right payloads that name what is listened to, some values of which are changed or left out."""
    right = st.one_of(_commands(heard, url), _clicks(heard, url), _views(heard), _shortcuts(heard, url), _events(heard))
    return st.builds(_change, right, st.lists(st.tuples(st.integers(0, 200), _CHANGES), max_size=3))


_CHANGES = st.one_of(st.just("left out"), VALUES.map(lambda value: ("set", value)))
_WHO = {"team": {"id": WORKSPACE}, "user": {"id": ANA, "team_id": WORKSPACE}, "trigger_id": "1.2.3"}
_PEOPLE = st.sampled_from([ANA, MARA, "U0NOBODY"])


def _commands(heard: Mapping[str, list[str]], url: str) -> st.SearchStrategy[dict[str, Any]]:
    words = st.one_of(TEXTS, st.sampled_from(["help", "list", "setup", "acme", "add Acme", "@bob acme friday call"]))
    return st.builds(
        lambda command, text, person: {
            "command": command, "text": text, "user_id": person, "team_id": WORKSPACE, "channel_id": "C1",
            "response_url": url, "trigger_id": "1.2.3",
        },
        st.sampled_from(heard["command"]), words, _PEOPLE,
    )  # fmt: skip


def _clicks(heard: Mapping[str, list[str]], url: str) -> st.SearchStrategy[dict[str, Any]]:
    values = st.one_of(TEXTS, st.sampled_from(["log:1", "p:1:2", "x:" * 30]))
    return st.builds(
        lambda action, value, view: {
            "type": "block_actions", **_WHO, **view,
            "actions": [{"type": "button", "action_id": action, "block_id": "b:1", "value": value}],
        },
        st.sampled_from(heard["action"]), values,
        st.sampled_from([
            {"response_url": url, "container": {"type": "message", "channel_id": "C1", "message_ts": "1.1"},
             "channel": {"id": "C1"}, "message": {"ts": "1.1", "blocks": [{"type": "section", "block_id": "q:1"}]}},
            {"container": {"type": "view", "view_id": "V1"}, "view": _view("told")},
            {"container": {"type": "view", "view_id": "V1"}, "view": {**_view(""), "type": "home"}},
        ]),
    )  # fmt: skip


def _view(callback_id: str, metadata: str = "") -> dict[str, Any]:
    return {
        "id": "V1", "hash": "1", "type": "modal", "callback_id": callback_id, "private_metadata": metadata,
        "state": {"values": {}}, "blocks": [], "title": {"type": "plain_text", "text": "x"},
    }  # fmt: skip


def _views(heard: Mapping[str, list[str]]) -> st.SearchStrategy[dict[str, Any]]:
    entered = st.dictionaries(
        TEXTS, st.builds(lambda value: {"a": {"type": "plain_text_input", "value": value}}, SCALARS), max_size=3
    )
    return st.builds(
        lambda name, metadata, values: {
            "type": "view_submission", **_WHO, "view": {**_view(name, metadata), "state": {"values": values}},
        },
        st.sampled_from(heard["view"]), TEXTS, entered,
    )  # fmt: skip


def _shortcuts(heard: Mapping[str, list[str]], url: str) -> st.SearchStrategy[dict[str, Any]]:
    message = {"message": {"ts": "1.1", "text": "hello", "user": ANA}, "channel": {"id": "C1", "name": "general"}}
    return st.builds(
        lambda kind, name: {"type": kind, "callback_id": name, **_WHO, **message, "response_url": url},
        st.sampled_from(["shortcut", "message_action"]), st.sampled_from(heard["shortcut"]),
    )  # fmt: skip


def _events(heard: Mapping[str, list[str]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda kind, text, event_id: {
            "type": "event_callback", "team_id": WORKSPACE, "event_id": event_id,
            "event": {"type": kind, "user": ANA, "text": text, "channel": "D1", "ts": "1.1", "channel_type": "im"},
        },
        st.sampled_from([name for name in heard["event"] if name.isidentifier() and name not in GOODBYES]),
        TEXTS, TEXTS,
    )  # fmt: skip


def _change(payload: dict[str, Any], changes: list[tuple[int, Any]]) -> dict[str, Any]:
    """Return *payload* with some of its values, counted through, changed or left out."""
    changed: dict[str, Any] = json.loads(json.dumps(payload))
    for at, change in changes:
        places = list(_places(changed))
        holder, key = places[at % len(places)]
        if change == "left out":
            del holder[key]
        else:
            holder[key] = change[1]
        if not changed:
            break
    return changed


def _places(value: Any) -> Any:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def as_request(payload: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the body and the content type in which Slack sends a payload over HTTP."""
    if "event" in payload:
        return json.dumps(payload).encode(), "application/json"
    fields = payload if "command" in payload else {"payload": json.dumps(payload)}
    words = {key: str(value) for key, value in fields.items()}
    return urlencode(words, errors="replace").encode(), "application/x-www-form-urlencoded"


BODIES = st.one_of(
    st.binary(max_size=200), VALUES.map(lambda value: json.dumps(value).encode()),
    VALUES.map(lambda value: urlencode({"payload": json.dumps(value)}).encode()),
)  # fmt: skip
"""Bodies that aren't Slack's."""

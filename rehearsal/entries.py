"""What Slack's client itself does with fields: turning what people pick into values, and checking before sending."""

import re
from collections.abc import Iterable
from typing import Any

from rehearsal.state.inputs import Placed, is_blank, placed, value_key
from rehearsal.state.views import View
from rehearsal.state.workspace import Workspace

Json = dict[str, Any]
REQUIRED = "Please complete this required field."
_TEXTS = {"plain_text_input", "number_input", "email_text_input", "url_text_input"}
_DATES = {
    "datepicker": (r"\d{4}-\d{2}-\d{2}", "YYYY-MM-DD"),
    "timepicker": (r"([01]\d|2[0-3]):[0-5]\d", "HH:MM"),
}


class CannotDo(AssertionError):
    """Slack's client would not let this person do that; the sentence says why."""


def options_of(element: Json) -> list[Json]:
    """All the options of a menu, those in groups included."""
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return list(element.get("options") or []) + grouped


def find_option(options: Iterable[Json], wanted: str) -> Json:
    """The option with this value or text."""
    known = list(options)
    for option in known:
        if wanted in (option.get("value"), option["text"]["text"]):
            return option
    names = ", ".join(repr(option["text"]["text"]) for option in known) or "nothing"
    raise CannotDo(f"There is no option {wanted!r}; on offer: {names}.")


def value_for(workspace: Workspace, spot: Placed, raw: Any, options: list[Json]) -> Json:
    """The value of a field after *raw* was entered or picked; `None` empties it."""
    kind, key = spot.element["type"], spot.key
    many = [] if raw is None else list(raw) if isinstance(raw, list | tuple | set) else [raw]
    if key.endswith("s") and kind != "file_input":
        return {"type": kind, key: [_single(workspace, kind, one, options) for one in many]}
    return {"type": kind, key: None if raw is None else _single(workspace, kind, raw, options)}


def _single(workspace: Workspace, kind: str, raw: Any, options: list[Json]) -> Any:
    if kind in _TEXTS:
        return str(raw)
    if kind in _DATES or kind == "datetimepicker":
        return _dated(kind, raw)
    if kind.endswith("users_select"):
        return workspace.person(raw).id
    if kind.endswith(("conversations_select", "channels_select")):
        return workspace.channel(raw).id
    if kind == "rich_text_input":
        return raw if isinstance(raw, dict) else _rich(str(raw))
    return find_option(options, str(raw))


def _dated(kind: str, raw: Any) -> str | int:
    if kind == "datetimepicker":
        return int(raw)
    pattern, shape = _DATES[kind]
    if not re.fullmatch(pattern, str(raw)):
        raise CannotDo(f"A {kind} takes {shape}, not {raw!r}.")
    return str(raw)


def _rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def action_for(spot: Placed, value: Json, ts: str) -> Json:
    """The action that block_actions carries for a field that got *value*."""
    shown = {name: spot.element[name] for name in ("placeholder", "confirm") if name in spot.element}
    initial = {name: what for name, what in spot.element.items() if name.startswith("initial_")}
    ids = {"action_id": spot.element["action_id"], "block_id": spot.block["block_id"]}
    return value | ids | shown | initial | {"action_ts": ts}


def press_for(spot: Placed, ts: str) -> Json:
    """The action that block_actions carries for a pressed button."""
    kept = ("type", "action_id", "text", "value", "url", "style", "confirm")
    shown = {name: spot.element[name] for name in kept if name in spot.element}
    return shown | {"block_id": spot.block["block_id"], "action_ts": ts}


def client_errors(view: View) -> dict[str, str]:
    """What Slack's client says under fields before it sends a modal; empty when it sends it."""
    found = {}
    for spot in placed(view.blocks):
        if spot.block["type"] != "input":
            continue
        value = view.state[spot.block["block_id"]][spot.element["action_id"]]
        sentence = _wrong(spot, value)
        if sentence:
            found[spot.block["block_id"]] = sentence
    return found


def _wrong(spot: Placed, value: Json) -> str:
    if is_blank(value, value_key(spot.element["type"])):
        return "" if spot.block.get("optional") else REQUIRED
    check = _CHECKS.get(spot.element["type"])
    return check(spot.element, str(value["value"])) if check else ""


def _wrong_text(element: Json, text: str) -> str:
    if len(text) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(text) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return ""


def _wrong_number(element: Json, text: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, text):
        return "Please enter a valid number."
    number = float(text)
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter {element['min_value']} or more."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter {element['max_value']} or less."
    return ""


def _wrong_email(_element: Json, text: str) -> str:
    return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) else "Please enter a valid email address."


def _wrong_url(_element: Json, text: str) -> str:
    return "" if re.match(r"https?://\S+", text) else "Please enter a valid URL."


_CHECKS = {
    "plain_text_input": _wrong_text,
    "number_input": _wrong_number,
    "email_text_input": _wrong_email,
    "url_text_input": _wrong_url,
}

"""What Slack's client does with fields: it converts input to values, and validates a modal before submitting it."""

import re
from collections.abc import Iterable
from typing import Any

from rehearsal.state.inputs import BlockElement, is_empty, iter_elements, value_key
from rehearsal.state.views import View
from rehearsal.state.workspace import Workspace

Json = dict[str, Any]
REQUIRED = "Please complete this required field."
_TEXTS = {"plain_text_input", "number_input", "email_text_input", "url_text_input"}
_DATES = {
    "datepicker": (r"\d{4}-\d{2}-\d{2}", "YYYY-MM-DD"),
    "timepicker": (r"([01]\d|2[0-3]):[0-5]\d", "HH:MM"),
}


class ActorError(AssertionError):
    """Slack's client wouldn't allow this action; the message says why."""


def list_options(element: Json) -> list[Json]:
    """Return all options of a menu, including those in groups."""
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return list(element.get("options") or []) + grouped


def find_option(options: Iterable[Json], wanted: str) -> Json:
    """Return the option with this value or text."""
    known = list(options)
    for option in known:
        if wanted in (option.get("value"), option["text"]["text"]):
            return option
    names = ", ".join(repr(option["text"]["text"]) for option in known) or "nothing"
    raise ActorError(f"There is no option {wanted!r}; on offer: {names}.")


def field_value(workspace: Workspace, target: BlockElement, raw: Any, options: list[Json]) -> Json:
    """Return the value of a field after *raw* was entered or chosen; None clears it."""
    kind, key = target.element["type"], target.key
    many = [] if raw is None else list(raw) if isinstance(raw, list | tuple | set) else [raw]
    if key.endswith("s") and kind != "file_input":
        return {"type": kind, key: [_single_value(workspace, kind, one, options) for one in many]}
    return {"type": kind, key: None if raw is None else _single_value(workspace, kind, raw, options)}


def _single_value(workspace: Workspace, kind: str, raw: Any, options: list[Json]) -> Any:
    if kind in _TEXTS:
        return str(raw)
    if kind in _DATES or kind == "datetimepicker":
        return _date_value(kind, raw)
    if kind.endswith("users_select"):
        return workspace.person(raw).id
    if kind.endswith(("conversations_select", "channels_select")):
        return workspace.channel(raw).id
    if kind == "rich_text_input":
        return raw if isinstance(raw, dict) else _rich_text_value(str(raw))
    return find_option(options, str(raw))


def _date_value(kind: str, raw: Any) -> str | int:
    if kind == "datetimepicker":
        return int(raw)
    pattern, shape = _DATES[kind]
    if not re.fullmatch(pattern, str(raw)):
        raise ActorError(f"A {kind} takes {shape}, not {raw!r}.")
    return str(raw)


def _rich_text_value(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def field_action(target: BlockElement, value: Json, ts: str) -> Json:
    """Return the action that block_actions contains for a field with *value*."""
    shown = {name: target.element[name] for name in ("placeholder", "confirm") if name in target.element}
    initial = {name: what for name, what in target.element.items() if name.startswith("initial_")}
    ids = {"action_id": target.element["action_id"], "block_id": target.block["block_id"]}
    return value | ids | shown | initial | {"action_ts": ts}


def button_action(target: BlockElement, ts: str) -> Json:
    """Return the action that block_actions contains for a pressed button."""
    kept = ("type", "action_id", "text", "value", "url", "style", "confirm")
    shown = {name: target.element[name] for name in kept if name in target.element}
    return shown | {"block_id": target.block["block_id"], "action_ts": ts}


def validate_view(view: View) -> dict[str, str]:
    """Return the errors that Slack's client shows before it submits a modal, by block_id."""
    found = {}
    for target in iter_elements(view.blocks):
        if target.block["type"] != "input":
            continue
        value = view.state[target.block["block_id"]][target.element["action_id"]]
        sentence = _field_error(target, value)
        if sentence:
            found[target.block["block_id"]] = sentence
    return found


def _field_error(target: BlockElement, value: Json) -> str:
    if is_empty(value, value_key(target.element["type"])):
        return "" if target.block.get("optional") else REQUIRED
    check = _CHECKS.get(target.element["type"])
    return check(target.element, str(value["value"])) if check else ""


def _text_error(element: Json, text: str) -> str:
    if len(text) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(text) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return ""


def _number_error(element: Json, text: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, text):
        return "Please enter a valid number."
    number = float(text)
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter {element['min_value']} or more."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter {element['max_value']} or less."
    return ""


def _email_error(_element: Json, text: str) -> str:
    return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) else "Please enter a valid email address."


def _url_error(_element: Json, text: str) -> str:
    return "" if re.match(r"https?://\S+", text) else "Please enter a valid URL."


_CHECKS = {
    "plain_text_input": _text_error,
    "number_input": _number_error,
    "email_text_input": _email_error,
    "url_text_input": _url_error,
}

"""Elements of messages and views, and their values."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

Json = dict[str, Any]

_VALUE_KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "file_input": ("files", ""),
}
_LIST_KEYS = {"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"}


@dataclass(frozen=True)
class BlockElement:
    """An element and the block that contains it."""

    block: Json
    element: Json

    @property
    def key(self) -> str:
        """Return the name of its value, such as `selected_option`; empty for buttons and overflow menus."""
        return value_key(self.element["type"])


def value_key(kind: str) -> str:
    """Return the name of the value of an element of this *kind*; empty if it has none."""
    return _VALUE_KEYS.get(kind, ("", ""))[0]


def iter_elements(blocks: list[Json]) -> Iterator[BlockElement]:
    """Yield the interactive elements of *blocks*, in order."""
    for block in blocks:
        if block.get("type") == "input":
            yield BlockElement(block, block["element"])
        for element in block.get("elements", ()) if block.get("type") == "actions" else ():
            yield BlockElement(block, element)
        if "accessory" in block:
            yield BlockElement(block, block["accessory"])


_serial = count(1)


def add_ids(blocks: list[Json]) -> list[Json]:
    """Return the blocks with a block_id each, and an action_id for each element, as Slack adds them."""
    named = [{**block, "block_id": block.get("block_id") or f"b{next(_serial):04x}"} for block in blocks]
    for block in named:
        for key in ("element", "accessory"):
            if isinstance(block.get(key), dict) and block[key].get("type") != "image":
                block[key] = _with_action_id(block[key])
        if block.get("type") == "actions":
            block["elements"] = [_with_action_id(element) for element in block.get("elements", [])]
    return named


def _with_action_id(element: Json) -> Json:
    return {**element, "action_id": element.get("action_id") or f"a{next(_serial):04x}"}


def initial_value(element: Json) -> Json | None:
    """Return the entry in `state.values` of an untouched element; None if it has no value."""
    kind = element["type"]
    if kind not in _VALUE_KEYS:
        return None
    key, initial = _VALUE_KEYS[kind]
    return {"type": kind, key: element.get(initial, [] if key in _LIST_KEYS else None)}


def collect_state(blocks: list[Json], old: dict[str, Json]) -> dict[str, Json]:
    """Return `state.values` for *blocks*; values in *old* are kept where block_id and action_id are the same."""
    state: dict[str, Json] = {}
    for target in iter_elements(blocks):
        start = initial_value(target.element)
        if start is None:
            continue
        action_id, block_id = target.element["action_id"], target.block["block_id"]
        kept = old.get(block_id, {}).get(action_id)
        same = kept is not None and kept["type"] == start["type"]
        state.setdefault(block_id, {})[action_id] = kept if same else start
    return state


def is_empty(value: Json, key: str) -> bool:
    """Return whether a field has no value."""
    return value.get(key) in (None, "", [])

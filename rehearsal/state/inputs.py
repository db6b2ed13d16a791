"""What stands in the fields of a message or window: elements and their values."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

Json = dict[str, Any]

_STARTS: dict[str, tuple[str, str]] = {
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
_LISTS = {"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"}


@dataclass(frozen=True)
class Placed:
    """An element and the block that it stands in."""

    block: Json
    element: Json

    @property
    def key(self) -> str:
        """The field of its value, such as `selected_option`; empty for buttons and menus."""
        return value_key(self.element["type"])


def value_key(kind: str) -> str:
    """Where an element of *kind* keeps its value; empty when it keeps none."""
    return _STARTS.get(kind, ("", ""))[0]


def placed(blocks: list[Json]) -> Iterator[Placed]:
    """Every element that a person can act on, in the order on screen."""
    for block in blocks:
        if block.get("type") == "input":
            yield Placed(block, block["element"])
        for element in block.get("elements", ()) if block.get("type") == "actions" else ():
            yield Placed(block, element)
        if "accessory" in block:
            yield Placed(block, block["accessory"])


_serial = count(1)


def name_blocks(blocks: list[Json]) -> list[Json]:
    """The same blocks, each with a block_id and each element with an action_id, as Slack gives them."""
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


def start_value(element: Json) -> Json | None:
    """What `state.values` says of an untouched element; None for one without a value."""
    kind = element["type"]
    if kind not in _STARTS:
        return None
    key, initial = _STARTS[kind]
    return {"type": kind, key: element.get(initial, [] if key in _LISTS else None)}


def collect_state(blocks: list[Json], old: dict[str, Json]) -> dict[str, Json]:
    """`state.values` for *blocks*; what people entered (*old*) stays where block_id and action_id stayed."""
    state: dict[str, Json] = {}
    for spot in placed(blocks):
        start = start_value(spot.element)
        if start is None:
            continue
        action_id, block_id = spot.element["action_id"], spot.block["block_id"]
        kept = old.get(block_id, {}).get(action_id)
        same = kept is not None and kept["type"] == start["type"]
        state.setdefault(block_id, {})[action_id] = kept if same else start
    return state


def is_blank(value: Json, key: str) -> bool:
    """Whether a field holds nothing."""
    return value.get(key) in (None, "", [])

"""Rules for each block, and for a list of blocks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rehearsal.strict import limits
from rehearsal.strict.charts import CHART
from rehearsal.strict.elements import ACCESSORY, ACTIONS_ELEMENT, ELEMENTS, input_element
from rehearsal.strict.rich_text import RICH_TEXT
from rehearsal.strict.rules import (
    ObjectRule,
    any_value,
    array,
    at_least_one,
    boolean,
    enumeration,
    string,
    tagged_object,
)
from rehearsal.strict.texts import any_text, plain
from rehearsal.strict.violations import Report, Rule, join, strings

_BLOCK: Final[Mapping[str, Rule]] = {"type": any_value, "block_id": string(limits.IDENTIFIER)}
_TEXT_SHAPES: Final = {"plain_text": any_text(), "mrkdwn": any_text()}


def _number(report: Report, path: str, value: Any) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        report.add(path, "Put a number here.")


_CELLS: Final = {
    "raw_text": ObjectRule({"type": any_value, "text": string()}, ["text"]),
    "raw_number": ObjectRule({"type": any_value, "value": _number, "text": string()}, ["value"]),
    "rich_text": RICH_TEXT,
}
_COLUMN: Final = ObjectRule({"align": enumeration("left", "center", "right"), "is_wrapped": boolean})


def _column(report: Report, path: str, value: Any) -> None:
    if value is not None:
        _COLUMN(report, path, value)


def _table_size(report: Report, path: str, value: Any) -> None:
    characters = sum(len(text) for where, text in strings(value.get("rows")) if where.endswith(".text"))
    if characters > limits.TABLE_CHARACTERS:
        report.add(join(path, "rows"), f"A table holds {limits.TABLE_CHARACTERS} characters; these are {characters}.")


_IMAGE: Final[Mapping[str, Rule]] = {
    "image_url": string(limits.URL, pattern=r"(?s)https?://\S+", example="https://example.com/a.png"),
    "alt_text": string(limits.IMAGE_ALT),
    "title": plain(limits.IMAGE_TITLE),
}

BLOCKS: Final[Mapping[str, Rule]] = {
    "section": ObjectRule(
        {
            **_BLOCK,
            "text": any_text(limits.TEXT),
            "fields": array(any_text(limits.SECTION_FIELD), 1, limits.SECTION_FIELDS),
            "accessory": ACCESSORY,
            "expand": boolean,
        },
        (),
        [at_least_one("text", "fields")],
    ),
    "divider": ObjectRule(_BLOCK),
    "header": ObjectRule({**_BLOCK, "text": plain(limits.HEADER)}, ["text"]),
    "context": ObjectRule(
        {
            **_BLOCK,
            "elements": array(
                tagged_object({**_TEXT_SHAPES, "image": ELEMENTS["image"]}, "a piece of context"),
                1,
                limits.CONTEXT_ELEMENTS,
            ),
        },
        ["elements"],
    ),
    "actions": ObjectRule({**_BLOCK, "elements": array(ACTIONS_ELEMENT, 1, limits.ACTIONS_ELEMENTS)}, ["elements"]),
    "input": ObjectRule(
        {
            **_BLOCK,
            "label": plain(limits.INPUT_LABEL),
            "hint": plain(limits.INPUT_LABEL),
            "element": input_element,
            "optional": boolean,
            "dispatch_action": boolean,
        },
        ["label", "element"],
    ),
    "image": ObjectRule({**_BLOCK, **_IMAGE}, ["image_url", "alt_text"]),
    "rich_text": RICH_TEXT,
    "table": ObjectRule(
        {
            **_BLOCK,
            "rows": array(
                array(tagged_object(_CELLS, "a cell"), 1, limits.TABLE_CELLS),
                1,
                limits.TABLE_ROWS,
            ),
            "column_settings": array(_column, 0, limits.TABLE_CELLS),
        },
        ["rows"],
        [_table_size],
    ),
    "data_visualization": ObjectRule(
        {**_BLOCK, "title": string(limits.CHART_TITLE), "chart": CHART}, ["title", "chart"]
    ),
    "file": ObjectRule({**_BLOCK, "external_id": string(), "source": enumeration("remote")}, ["external_id", "source"]),
}
_UNSUPPORTED_BLOCKS: Final = {
    "video": "A video needs `links.embed:write` and a domain registered with Slack; post a link instead.",
    **dict.fromkeys(
        ("markdown", "call", "alert", "card", "carousel", "container", "plan", "task_card", "context_actions"),
        "This block exists at Slack, but no screen of this app is drawn with it; build it from sections.",
    ),
}
_MESSAGES_ONLY: Final = frozenset({"table", "file", "data_visualization"})
_ONE_BLOCK: Final = tagged_object(BLOCKS, "a block", _UNSUPPORTED_BLOCKS)


def check_blocks(report: Report, path: str, blocks: Any, most: int) -> None:
    """Check a list of blocks: its length, each block, and ids and positions across blocks."""
    array(_ONE_BLOCK, 0, most)(report, path, blocks)
    if not isinstance(blocks, list | tuple):
        return
    _check_placement(report, path, blocks)
    _check_block_ids(report, path, blocks)
    _check_one_table(report, path, blocks)
    _check_two_charts(report, path, blocks)
    for number, block in enumerate(blocks):
        _check_action_ids(report, f"{path}[{number}]", block)
    _check_focus(report, path, blocks)


def elements_of(block: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return the interactive elements of *block*, each with its path."""
    if not isinstance(block, Mapping):
        return
    single = {"section": "accessory", "input": "element"}.get(str(block.get("type")))
    if single is not None and isinstance(block.get(single), Mapping):
        yield join(path, single), block[single]
    elif block.get("type") == "actions" and isinstance(block.get("elements"), list | tuple):
        for number, element in enumerate(block["elements"]):
            if isinstance(element, Mapping):
                yield f"{path}.elements[{number}]", element


def _check_placement(report: Report, path: str, blocks: Sequence[Any]) -> None:
    for number, block in enumerate(blocks):
        kind = str(block.get("type")) if isinstance(block, Mapping) else ""
        if kind in _MESSAGES_ONLY and report.surface != "message":
            report.add(f"{path}[{number}].type", f"A {kind} can only stand in a message.")


def _check_block_ids(report: Report, path: str, blocks: Sequence[Any]) -> None:
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        block_id = block.get("block_id") if isinstance(block, Mapping) else None
        if isinstance(block_id, str):
            if block_id in seen:
                report.add(f"{path}[{number}].block_id", f"The block_id {block_id!r} stands here twice.")
            seen.add(block_id)


def _check_one_table(report: Report, path: str, blocks: Sequence[Any]) -> None:
    tables = [n for n, block in enumerate(blocks) if isinstance(block, Mapping) and block.get("type") == "table"]
    for number in tables[1:]:
        report.add(f"{path}[{number}]", "A message holds one table only.", "only_one_table_allowed")


def _check_two_charts(report: Report, path: str, blocks: Sequence[Any]) -> None:
    kinds = [block.get("type") if isinstance(block, Mapping) else None for block in blocks]
    charts = [number for number, kind in enumerate(kinds) if kind == "data_visualization"]
    for number in charts[limits.MESSAGE_CHARTS :]:
        report.add(f"{path}[{number}]", f"A message holds at most {limits.MESSAGE_CHARTS} charts.")


def _check_action_ids(report: Report, path: str, block: Any) -> None:
    seen: set[str] = set()
    for where, element in elements_of(block, path):
        action_id = element.get("action_id")
        if isinstance(action_id, str):
            if action_id in seen:
                report.add(join(where, "action_id"), f"The action_id {action_id!r} stands in this block twice.")
            seen.add(action_id)


def _check_focus(report: Report, path: str, blocks: Sequence[Any]) -> None:
    found = [
        where
        for number, block in enumerate(blocks)
        for where, element in elements_of(block, f"{path}[{number}]")
        if element.get("focus_on_load") is True
    ]
    for where in found[1:]:
        report.add(join(where, "focus_on_load"), "Only one element can have the focus.")

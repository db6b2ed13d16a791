"""Rules for each element in a section, an actions block or an input block."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final

from rehearsal.strict import limits
from rehearsal.strict.rich_text import RICH_TEXT
from rehearsal.strict.rules import (
    ObjectRule,
    any_value,
    array,
    boolean,
    enumeration,
    exactly_one,
    integer,
    string,
    tagged_object,
)
from rehearsal.strict.texts import any_text, plain
from rehearsal.strict.violations import Report, Rule, join

_CONFIRM: Final = ObjectRule(
    {
        "title": plain(limits.CONFIRM_TITLE),
        "text": plain(limits.CONFIRM_TEXT),
        "confirm": plain(limits.CONFIRM_BUTTON),
        "deny": plain(limits.CONFIRM_BUTTON),
        "style": enumeration("primary", "danger"),
    },
    ["title", "text", "confirm", "deny"],
)
_ACTION: Final[Mapping[str, Rule]] = {"type": any_value, "action_id": string(limits.IDENTIFIER)}
_FOCUS: Final[Mapping[str, Rule]] = {"focus_on_load": boolean}
_CONFIRMED: Final[Mapping[str, Rule]] = {"confirm": _CONFIRM}
_HINTED: Final[Mapping[str, Rule]] = {"placeholder": plain(limits.PLACEHOLDER)}
_MENU: Final[Mapping[str, Rule]] = {**_ACTION, **_FOCUS, **_CONFIRMED, **_HINTED}
_MULTI_SELECT: Final[Mapping[str, Rule]] = {"max_selected_items": integer(1)}
_TEXT_INPUT: Final[Mapping[str, Rule]] = {
    **_ACTION,
    **_FOCUS,
    **_HINTED,
    "dispatch_action_config": ObjectRule(
        {"trigger_actions_on": array(enumeration("on_enter_pressed", "on_character_entered"), 1, 2)},
        ["trigger_actions_on"],
    ),
}
_WEB: Final = string(limits.URL, pattern=r"(?s)https?://\S+", example="https://example.com/a")
_LINK: Final = string(limits.URL, pattern=r"(?s)(?:https?|mailto|tel|slack):\S+", example="https://example.com/a")


def option(*, markdown: bool = False, link: bool = False) -> ObjectRule:
    """Return the rule for an option; *markdown* is for radio buttons and checkboxes, *link* for overflow menus."""
    words = any_text if markdown else plain
    fields: dict[str, Rule] = {
        "text": words(limits.OPTION_TEXT),
        "value": string(limits.OPTION_VALUE),
        "description": words(limits.OPTION_DESCRIPTION),
    }
    if link:
        fields["url"] = _LINK
    return ObjectRule(fields, ["text", "value"])


_OPTION: Final = option()
_CHOICE: Final = option(markdown=True)
OPTIONS: Final = array(_OPTION, 1, limits.SELECT_OPTIONS)
GROUP: Final = ObjectRule({"label": plain(limits.OPTION_GROUP_LABEL), "options": OPTIONS}, ["label", "options"])
GROUPS: Final = array(GROUP, 1, limits.OPTION_GROUPS)


def _offered(element: Mapping[str, Any]) -> list[Any]:
    groups = element.get("option_groups")
    holders = groups if isinstance(groups, list | tuple) else [element]
    lists = [holder.get("options") for holder in holders if isinstance(holder, Mapping)]
    return [choice for choices in lists if isinstance(choices, list | tuple) for choice in choices]


def _initial_among(report: Report, path: str, value: Any) -> None:
    """Report an initial option that isn't identical to one of the options."""
    offered = _offered(value)
    if "initial_option" in value and value["initial_option"] not in offered:
        report.add(join(path, "initial_option"), "The initial option is not among the options, word for word.")
    chosen = value.get("initial_options")
    for number, choice in enumerate(chosen if isinstance(chosen, list | tuple) else ()):
        if choice not in offered:
            report.add(f"{path}.initial_options[{number}]", "This initial option is not among the options.")


def unique_values(report: Report, path: str, value: Any) -> None:
    """Report options of one element with the same value: Slack couldn't tell which of them was chosen."""
    seen: set[str] = set()
    for choice in _offered(value):
        word = choice.get("value") if isinstance(choice, Mapping) else None
        if isinstance(word, str) and word in seen:
            report.add(join(path, "options"), f"Two options have the value {word[:60]!r}; give each its own.")
        elif isinstance(word, str):
            seen.add(word)


def _lines_in_order(report: Report, path: str, value: Any) -> None:
    least, most = value.get("min_lines"), value.get("max_lines")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        report.add(join(path, "min_lines"), f"At least {least} lines don't fit into at most {most}.")


def _fits_own_limits(report: Report, path: str, value: Any) -> None:
    min_length, max_length, first = value.get("min_length", 0), value.get("max_length", limits.INPUT_LENGTH), ""
    if isinstance(value.get("initial_value"), str):
        first = value["initial_value"]
    if not isinstance(min_length, int) or not isinstance(max_length, int):
        return
    if min_length > max_length:
        report.add(join(path, "min_length"), f"At least {min_length} characters don't fit into at most {max_length}.")
    if len(first) > max_length:
        report.add(join(path, "initial_value"), f"Shorten this to {max_length} characters; it has {len(first)}.")


def _real_date(report: Report, path: str, value: Any) -> None:
    first = value.get("initial_date")
    try:
        date.fromisoformat(first) if isinstance(first, str) else None
    except ValueError:
        report.add(join(path, "initial_date"), f"There is no such day: {first!r}.")


def _number_bounds(report: Report, path: str, value: Any) -> None:
    texts = {name: value.get(name) for name in ("min_value", "initial_value", "max_value")}
    try:
        found = {name: float(text) for name, text in texts.items() if isinstance(text, str)}
    except ValueError:
        return
    order = list(found.items())
    for (low, smaller), (high, bigger) in pairwise(order):
        if smaller > bigger:
            report.add(join(path, low), f"`{low}` is above `{high}`.")


def _select(**more: Rule) -> ObjectRule:
    return ObjectRule({**_MENU, **more})


def _static(**more: Rule) -> ObjectRule:
    choices = {"options": OPTIONS, "option_groups": GROUPS}
    return ObjectRule(
        {**_MENU, **choices, **more}, (), [exactly_one("options", "option_groups"), _initial_among, unique_values]
    )


def _marked(**more: Rule) -> ObjectRule:
    choices = {"options": array(_CHOICE, 1, limits.CHOICE_OPTIONS)}
    return ObjectRule(
        {**_ACTION, **_FOCUS, **_CONFIRMED, **choices, **more}, ["options"], [_initial_among, unique_values]
    )


def _only_in_modal_inputs(report: Report, path: str, value: Any) -> None:
    if not isinstance(value, bool):
        boolean(report, path, value)
    elif report.surface != "modal" or not path.endswith(".element.response_url_enabled"):
        report.add(path, "`response_url_enabled` only works in an input block of a modal.")


_PERSON: Final = string(pattern=r"[UW][A-Z0-9]+", example="U012AB3CD")
_CHANNEL: Final = string(pattern=r"[CG][A-Z0-9]+", example="C012AB3CD")
_PLACE: Final = string(pattern=r"[CGDUW][A-Z0-9]+", example="C012AB3CD")
_FILTER: Final = ObjectRule(
    {
        "include": array(enumeration("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)
_PLACES: Final[Mapping[str, Rule]] = {"filter": _FILTER, "default_to_current_conversation": boolean}
_DIGITS: Final = string(pattern=r"-?\d+(?:\.\d+)?", example="42")

_LINES: Final = integer(1, limits.INPUT_LINES)

ELEMENTS: Final[Mapping[str, Rule]] = {
    "button": ObjectRule(
        {
            **_ACTION,
            **_CONFIRMED,
            "text": plain(limits.BUTTON_TEXT),
            "url": _LINK,
            "value": string(limits.BUTTON_VALUE),
            "style": enumeration("primary", "danger"),
            "accessibility_label": string(limits.BUTTON_TEXT),
        },
        ["text"],
    ),
    "image": ObjectRule(
        {
            "type": any_value,
            "image_url": _WEB,
            "alt_text": string(limits.IMAGE_ALT),
        },
        ["image_url", "alt_text"],
    ),
    "overflow": ObjectRule(
        {**_ACTION, **_CONFIRMED, "options": array(option(link=True), 1, limits.OVERFLOW_OPTIONS)},
        ["options"],
        [unique_values],
    ),
    "static_select": _static(initial_option=_OPTION),
    "multi_static_select": _static(initial_options=OPTIONS, **_MULTI_SELECT),
    "external_select": _select(initial_option=_OPTION, min_query_length=integer(0)),
    "multi_external_select": _select(initial_options=OPTIONS, min_query_length=integer(0), **_MULTI_SELECT),
    "users_select": _select(initial_user=_PERSON),
    "multi_users_select": _select(initial_users=array(_PERSON, 1), **_MULTI_SELECT),
    "conversations_select": _select(initial_conversation=_PLACE, response_url_enabled=_only_in_modal_inputs, **_PLACES),
    "multi_conversations_select": _select(initial_conversations=array(_PLACE, 1), **_PLACES, **_MULTI_SELECT),
    "channels_select": _select(initial_channel=_CHANNEL, response_url_enabled=_only_in_modal_inputs),
    "multi_channels_select": _select(initial_channels=array(_CHANNEL, 1), **_MULTI_SELECT),
    "checkboxes": _marked(initial_options=array(_CHOICE, 1, limits.CHOICE_OPTIONS)),
    "radio_buttons": _marked(initial_option=_CHOICE),
    "datepicker": ObjectRule(
        {**_MENU, "initial_date": string(pattern=r"\d{4}-\d\d-\d\d", example="2026-11-23")}, (), [_real_date]
    ),
    "timepicker": ObjectRule(
        {
            **_MENU,
            "initial_time": string(pattern=r"(?:[01]\d|2[0-3]):[0-5]\d", example="09:00"),
            "timezone": string(pattern=r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*", example="Europe/Lisbon"),
        }
    ),
    "datetimepicker": ObjectRule(
        {**_ACTION, **_FOCUS, **_CONFIRMED, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}
    ),
    "plain_text_input": ObjectRule(
        {
            **_TEXT_INPUT,
            "initial_value": string(limits.INPUT_LENGTH, min_length=0),
            "multiline": boolean,
            "min_length": integer(0, limits.INPUT_LENGTH),
            "max_length": integer(1, limits.INPUT_LENGTH),
        },
        (),
        [_fits_own_limits],
    ),
    "number_input": ObjectRule(
        {
            **_TEXT_INPUT,
            "is_decimal_allowed": boolean,
            "initial_value": _DIGITS,
            "min_value": _DIGITS,
            "max_value": _DIGITS,
        },
        ["is_decimal_allowed"],
        [_number_bounds],
    ),
    "email_text_input": ObjectRule(
        {**_TEXT_INPUT, "initial_value": string(pattern=r"[^\s@]+@[^\s@]+", example="ana@example.com")}
    ),
    "url_text_input": ObjectRule({**_TEXT_INPUT, "initial_value": _WEB}),
    "rich_text_input": ObjectRule(
        {**_TEXT_INPUT, "initial_value": RICH_TEXT, "min_lines": _LINES, "max_lines": _LINES},
        ["action_id"],
        [_lines_in_order],
    ),
    "file_input": ObjectRule(
        {**_ACTION, "filetypes": array(string(), 1), "max_files": integer(1, limits.FILE_INPUT_FILES)}
    ),
}

UNSUPPORTED_ELEMENTS: Final = {
    "workflow_button": "A workflow_button starts a workflow of Slack's own, which this app has none of; use a button.",
}

_SELECTS: Final = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
_MULTI: Final = tuple(f"multi_{name}" for name in _SELECTS)
_IN_ALL_BLOCKS: Final = (*_SELECTS, "checkboxes", "radio_buttons", "datepicker", "timepicker")
_ACCESSORIES: Final = ("button", "image", "overflow", *_MULTI, *_IN_ALL_BLOCKS)
_ACTIONS: Final = ("button", "overflow", "datetimepicker", *_IN_ALL_BLOCKS)
_INPUTS: Final = (
    *_IN_ALL_BLOCKS,
    *_MULTI,
    "datetimepicker",
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "rich_text_input",
    "file_input",
)


def _pick(names: tuple[str, ...], where: str) -> Rule:
    elsewhere = {name: f"`{name}` can't stand in {where}." for name in ELEMENTS if name not in names}
    return tagged_object({name: ELEMENTS[name] for name in names}, "an element", {**elsewhere, **UNSUPPORTED_ELEMENTS})


ACCESSORY: Final = _pick(_ACCESSORIES, "a section")
ACTIONS_ELEMENT: Final = _pick(_ACTIONS, "an actions block")
_INPUT: Final = _pick(_INPUTS, "an input block")


def input_element(report: Report, path: str, value: Any) -> None:
    """Check an element of an input block; file_input is allowed only in modals."""
    if isinstance(value, Mapping) and value.get("type") == "file_input" and report.surface != "modal":
        report.add(join(path, "type"), "`file_input` only works in a modal.")
    _INPUT(report, path, value)

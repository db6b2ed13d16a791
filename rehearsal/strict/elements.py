"""Every element of Block Kit that may stand in a section, an actions block or an input block, as a table."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final

from rehearsal.strict import limits
from rehearsal.strict.findings import Rule, Walk, join
from rehearsal.strict.kinds import Shape, anything, boolean, exactly_one, listing, one_of, string, typed, whole
from rehearsal.strict.rich import RICH_TEXT
from rehearsal.strict.texts import any_text, plain

_CONFIRM: Final = Shape(
    {
        "title": plain(limits.CONFIRM_TITLE),
        "text": plain(limits.CONFIRM_TEXT),
        "confirm": plain(limits.CONFIRM_BUTTON),
        "deny": plain(limits.CONFIRM_BUTTON),
        "style": one_of("primary", "danger"),
    },
    ["title", "text", "confirm", "deny"],
)
_ACTION: Final[Mapping[str, Rule]] = {"type": anything, "action_id": string(limits.IDENTIFIER)}
_FOCUS: Final[Mapping[str, Rule]] = {"focus_on_load": boolean}
_CONFIRMED: Final[Mapping[str, Rule]] = {"confirm": _CONFIRM}
_HINTED: Final[Mapping[str, Rule]] = {"placeholder": plain(limits.PLACEHOLDER)}
_MENU: Final[Mapping[str, Rule]] = {**_ACTION, **_FOCUS, **_CONFIRMED, **_HINTED}
_SEVERAL: Final[Mapping[str, Rule]] = {"max_selected_items": whole(1)}
_TYPED_IN: Final[Mapping[str, Rule]] = {
    **_ACTION,
    **_FOCUS,
    **_HINTED,
    "dispatch_action_config": Shape(
        {"trigger_actions_on": listing(one_of("on_enter_pressed", "on_character_entered"), 1, 2)},
        ["trigger_actions_on"],
    ),
}
_WEB: Final = string(limits.URL, like=r"(?s)https?://\S+", example="https://example.com/a")
_LINK: Final = string(limits.URL, like=r"(?s)(?:https?|mailto|tel|slack):\S+", example="https://example.com/a")


def option(*, markdown: bool = False, link: bool = False) -> Shape:
    """One choice of a menu; radio buttons and checkboxes may have *markdown*, overflow menus a *link*."""
    words = any_text if markdown else plain
    fields: dict[str, Rule] = {
        "text": words(limits.OPTION_TEXT),
        "value": string(limits.OPTION_VALUE),
        "description": words(limits.OPTION_DESCRIPTION),
    }
    if link:
        fields["url"] = _LINK
    return Shape(fields, ["text", "value"])


_OPTION: Final = option()
_CHOICE: Final = option(markdown=True)
OPTIONS: Final = listing(_OPTION, 1, limits.SELECT_OPTIONS)
GROUP: Final = Shape({"label": plain(limits.OPTION_GROUP_LABEL), "options": OPTIONS}, ["label", "options"])
GROUPS: Final = listing(GROUP, 1, limits.OPTION_GROUPS)


def _offered(element: Mapping[str, Any]) -> list[Any]:
    groups = element.get("option_groups")
    holders = groups if isinstance(groups, list | tuple) else [element]
    lists = [holder.get("options") for holder in holders if isinstance(holder, Mapping)]
    return [choice for choices in lists if isinstance(choices, list | tuple) for choice in choices]


def _initial_among(walk: Walk, path: str, value: Any) -> None:
    """What is chosen at first has to be among what is offered, word for word."""
    offered = _offered(value)
    if "initial_option" in value and value["initial_option"] not in offered:
        walk.fault(join(path, "initial_option"), "The initial option is not among the options, word for word.")
    chosen = value.get("initial_options")
    for number, choice in enumerate(chosen if isinstance(chosen, list | tuple) else ()):
        if choice not in offered:
            walk.fault(f"{path}.initial_options[{number}]", "This initial option is not among the options.")


def _fits_own_limits(walk: Walk, path: str, value: Any) -> None:
    shortest, longest, first = value.get("min_length", 0), value.get("max_length", limits.INPUT_LENGTH), ""
    if isinstance(value.get("initial_value"), str):
        first = value["initial_value"]
    if not isinstance(shortest, int) or not isinstance(longest, int):
        return
    if shortest > longest:
        walk.fault(join(path, "min_length"), f"At least {shortest} characters don't fit into at most {longest}.")
    if len(first) > longest:
        walk.fault(join(path, "initial_value"), f"Shorten this to {longest} characters; it has {len(first)}.")


def _real_date(walk: Walk, path: str, value: Any) -> None:
    first = value.get("initial_date")
    try:
        date.fromisoformat(first) if isinstance(first, str) else None
    except ValueError:
        walk.fault(join(path, "initial_date"), f"There is no such day: {first!r}.")


def _number_bounds(walk: Walk, path: str, value: Any) -> None:
    texts = {name: value.get(name) for name in ("min_value", "initial_value", "max_value")}
    try:
        found = {name: float(text) for name, text in texts.items() if isinstance(text, str)}
    except ValueError:
        return
    order = list(found.items())
    for (low, smaller), (high, bigger) in pairwise(order):
        if smaller > bigger:
            walk.fault(join(path, low), f"`{low}` is above `{high}`.")


def _select(**more: Rule) -> Shape:
    return Shape({**_MENU, **more})


def _static(**more: Rule) -> Shape:
    choices = {"options": OPTIONS, "option_groups": GROUPS}
    return Shape({**_MENU, **choices, **more}, (), [exactly_one("options", "option_groups"), _initial_among])


def _marked(**more: Rule) -> Shape:
    choices = {"options": listing(_CHOICE, 1, limits.CHOICE_OPTIONS)}
    return Shape({**_ACTION, **_FOCUS, **_CONFIRMED, **choices, **more}, ["options"], [_initial_among])


def _only_in_modal_inputs(walk: Walk, path: str, value: Any) -> None:
    if not isinstance(value, bool):
        boolean(walk, path, value)
    elif walk.surface != "modal" or not path.endswith(".element.response_url_enabled"):
        walk.fault(path, "`response_url_enabled` only works in an input block of a modal.")


_PERSON: Final = string(like=r"[UW][A-Z0-9]+", example="U012AB3CD")
_CHANNEL: Final = string(like=r"[CG][A-Z0-9]+", example="C012AB3CD")
_PLACE: Final = string(like=r"[CGDUW][A-Z0-9]+", example="C012AB3CD")
_FILTER: Final = Shape(
    {
        "include": listing(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)
_PLACES: Final[Mapping[str, Rule]] = {"filter": _FILTER, "default_to_current_conversation": boolean}
_DIGITS: Final = string(like=r"-?\d+(?:\.\d+)?", example="42")

ELEMENTS: Final[Mapping[str, Rule]] = {
    "button": Shape(
        {
            **_ACTION,
            **_CONFIRMED,
            "text": plain(limits.BUTTON_TEXT),
            "url": _LINK,
            "value": string(limits.BUTTON_VALUE),
            "style": one_of("primary", "danger"),
            "accessibility_label": string(limits.BUTTON_TEXT),
        },
        ["text"],
    ),
    "image": Shape(
        {
            "type": anything,
            "image_url": _WEB,
            "alt_text": string(limits.IMAGE_ALT),
        },
        ["image_url", "alt_text"],
    ),
    "overflow": Shape(
        {**_ACTION, **_CONFIRMED, "options": listing(option(link=True), 1, limits.OVERFLOW_OPTIONS)}, ["options"]
    ),
    "static_select": _static(initial_option=_OPTION),
    "multi_static_select": _static(initial_options=OPTIONS, **_SEVERAL),
    "external_select": _select(initial_option=_OPTION, min_query_length=whole(0)),
    "multi_external_select": _select(initial_options=OPTIONS, min_query_length=whole(0), **_SEVERAL),
    "users_select": _select(initial_user=_PERSON),
    "multi_users_select": _select(initial_users=listing(_PERSON, 1), **_SEVERAL),
    "conversations_select": _select(initial_conversation=_PLACE, response_url_enabled=_only_in_modal_inputs, **_PLACES),
    "multi_conversations_select": _select(initial_conversations=listing(_PLACE, 1), **_PLACES, **_SEVERAL),
    "channels_select": _select(initial_channel=_CHANNEL, response_url_enabled=_only_in_modal_inputs),
    "multi_channels_select": _select(initial_channels=listing(_CHANNEL, 1), **_SEVERAL),
    "checkboxes": _marked(initial_options=listing(_CHOICE, 1, limits.CHOICE_OPTIONS)),
    "radio_buttons": _marked(initial_option=_CHOICE),
    "datepicker": Shape(
        {**_MENU, "initial_date": string(like=r"\d{4}-\d\d-\d\d", example="2026-11-23")}, (), [_real_date]
    ),
    "timepicker": Shape(
        {
            **_MENU,
            "initial_time": string(like=r"(?:[01]\d|2[0-3]):[0-5]\d", example="09:00"),
            "timezone": string(like=r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*", example="Europe/Lisbon"),
        }
    ),
    "datetimepicker": Shape(
        {**_ACTION, **_FOCUS, **_CONFIRMED, "initial_date_time": whole(1_000_000_000, 9_999_999_999)}
    ),
    "plain_text_input": Shape(
        {
            **_TYPED_IN,
            "initial_value": string(limits.INPUT_LENGTH, shortest=0),
            "multiline": boolean,
            "min_length": whole(0, limits.INPUT_LENGTH),
            "max_length": whole(1, limits.INPUT_LENGTH),
        },
        (),
        [_fits_own_limits],
    ),
    "number_input": Shape(
        {
            **_TYPED_IN,
            "is_decimal_allowed": boolean,
            "initial_value": _DIGITS,
            "min_value": _DIGITS,
            "max_value": _DIGITS,
        },
        ["is_decimal_allowed"],
        [_number_bounds],
    ),
    "email_text_input": Shape(
        {**_TYPED_IN, "initial_value": string(like=r"[^\s@]+@[^\s@]+", example="ana@example.com")}
    ),
    "url_text_input": Shape({**_TYPED_IN, "initial_value": _WEB}),
    "rich_text_input": Shape({**_TYPED_IN, "initial_value": RICH_TEXT}, ["action_id"]),
    "file_input": Shape({**_ACTION, "filetypes": listing(string(), 1), "max_files": whole(1, limits.FILE_INPUT_FILES)}),
}

REFUSED: Final = {
    "workflow_button": "A workflow_button starts a workflow of Slack's own, which this app has none of; use a button.",
}

_SELECTS: Final = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
_MULTI: Final = tuple(f"multi_{name}" for name in _SELECTS)
_ANYWHERE: Final = (*_SELECTS, "checkboxes", "radio_buttons", "datepicker", "timepicker")
_ACCESSORIES: Final = ("button", "image", "overflow", *_MULTI, *_ANYWHERE)
_ACTIONS: Final = ("button", "overflow", "datetimepicker", *_ANYWHERE)
_INPUTS: Final = (
    *_ANYWHERE,
    *_MULTI,
    "datetimepicker",
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "rich_text_input",
    "file_input",
)


def _those(names: tuple[str, ...], where: str) -> Rule:
    elsewhere = {name: f"`{name}` can't stand in {where}." for name in ELEMENTS if name not in names}
    return typed({name: ELEMENTS[name] for name in names}, "an element", {**elsewhere, **REFUSED})


ACCESSORY: Final = _those(_ACCESSORIES, "a section")
ACTIONS_ELEMENT: Final = _those(_ACTIONS, "an actions block")
_INPUT: Final = _those(_INPUTS, "an input block")


def input_element(walk: Walk, path: str, value: Any) -> None:
    """An element of an input block; a file_input only in a modal."""
    if isinstance(value, Mapping) and value.get("type") == "file_input" and walk.surface != "modal":
        walk.fault(join(path, "type"), "`file_input` only works in a modal.")
    _INPUT(walk, path, value)

"""Draws interactive elements and connects them to the actor."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from rehearsal.page import static_blocks
from rehearsal.page.actions import choose_value, current_value, press_button
from rehearsal.page.menus import Menu
from rehearsal.page.mrkdwn import text_object
from rehearsal.page.screen import Container, Screen
from rehearsal.page.selects import SELECTS, draw_select
from rehearsal.page.tags import div, html, tag
from rehearsal.page.uploads import draw_file_input
from rehearsal.state.inputs import BlockElement

_CHANGED: Final = "(e) => emit(e.target.value)"
_ENTERED: Final = '(e) => { if (e.key === "Enter") { e.preventDefault(); emit(e.target.value); } }'
_STYLES: Final = {"primary": " rh-primary", "danger": " rh-danger"}


def draw_element(screen: Screen, container: Container, target: BlockElement) -> None:
    """Draw an element; one of an unknown type becomes a box that says so."""
    kind = str(target.element.get("type"))
    if kind in SELECTS:
        draw_select(screen, container, target)
    elif kind in _DRAWERS:
        _DRAWERS[kind](screen, container, target)
    else:
        html(static_blocks.unknown("element", kind))


def _words(screen: Screen, value: Any) -> str:
    return text_object(value, screen.names)


def _button(screen: Screen, container: Container, target: BlockElement) -> None:
    element = target.element
    address = element.get("url")
    look = f"rh-btn{_STYLES.get(str(element.get('style')), '')}"
    testid = f"button-{element['action_id']}"
    drawn = tag("a" if address else "button", look, testid=testid, aria_label=element.get("accessibility_label"))
    if address:
        drawn.props.update({"href": address, "target": "_blank", "rel": "noopener noreferrer"})
    else:
        drawn.props["type"] = "button"
    drawn.props["data-value"] = str(element.get("value", ""))
    drawn.on("click", lambda: press_button(screen, container, target))
    with drawn:
        html(_words(screen, element.get("text")), kind="span")


def _overflow(screen: Screen, container: Container, target: BlockElement) -> None:
    def fill(menu: Menu) -> None:
        for option in target.element.get("options", ()):
            _menu_item(screen, container, target, option, menu)

    Menu("⋯", "rh-btn rh-more", fill, testid=f"overflow-{target.element['action_id']}", label="More")


def _menu_item(
    screen: Screen, container: Container, target: BlockElement, option: Mapping[str, Any], menu: Menu
) -> None:
    async def choose() -> None:
        if option.get("url"):
            with screen.client:
                ui.navigate.to(str(option["url"]), new_tab=True)
        await choose_value(screen, container, target, option.get("value"))

    with menu.entry(choose, testid=f"option-{option.get('value')}"):
        html(_words(screen, option.get("text")), kind="span")
        if option.get("description"):
            html(_words(screen, option["description"]), kind="small")


def _input(screen: Screen, container: Container, target: BlockElement, kind: str, first: Any, **more: Any) -> Element:
    """Draw a one-line field; its text is stored on each keystroke, and entered on Enter or when the focus is lost."""
    field = tag("input", "rh-input", testid=f"field-{target.element['action_id']}", type=kind, **more)
    field.props["aria-label"] = _label(target)
    field.props["placeholder"] = (target.element.get("placeholder") or {}).get("text", "")
    _keep(screen, container, target, field, first)
    field.on("keydown", lambda event: _take(screen, container, target, event), js_handler=_ENTERED)
    return field


def _keep(screen: Screen, container: Container, target: BlockElement, field: Element, first: Any) -> None:
    """Start with the stored text, store each keystroke, and enter the text when the field loses focus."""
    key = draft_key(container, target)
    shown = screen.drafts.get(key, first)
    field.props["^value"] = "" if shown is None else str(shown)
    live = "on_character_entered" in (
        (target.element.get("dispatch_action_config") or {}).get("trigger_actions_on") or ()
    )

    async def note(event: GenericEventArguments) -> None:
        screen.drafts[key] = event.args
        if live:
            await _take(screen, container, target, event)

    field.on("input", note, js_handler=_CHANGED)
    field.on("change", lambda event: _take(screen, container, target, event), js_handler=_CHANGED)


def draft_key(container: Container, target: BlockElement) -> tuple[str, str, str]:
    """Return the key under which text that isn't entered yet is stored."""
    place = getattr(container, "id", None) or getattr(container, "ts", "")
    return str(place), str(target.block.get("block_id")), str(target.element.get("action_id"))


async def _take(screen: Screen, container: Container, target: BlockElement, event: GenericEventArguments) -> None:
    text = event.args if isinstance(event.args, str) else ""
    screen.drafts.pop(draft_key(container, target), None)
    value: Any = text or None
    if value is not None and target.element["type"] == "datetimepicker":
        value = int(datetime.fromisoformat(text).replace(tzinfo=screen.zone).timestamp())
    now = current_value(container, target).get(target.key)
    if value != now or target.block.get("dispatch_action"):
        await choose_value(screen, container, target, value)


def _label(target: BlockElement) -> str:
    label = target.block.get("label") or target.element.get("placeholder") or {}
    return str(label.get("text") or target.element.get("action_id", ""))


def _one_line(kind: str) -> Callable[[Screen, Container, BlockElement], None]:
    def draw(screen: Screen, container: Container, target: BlockElement) -> None:
        _input(screen, container, target, kind, current_value(container, target).get(target.key))

    return draw


def _moment(screen: Screen, container: Container, target: BlockElement) -> None:
    seconds = current_value(container, target).get("selected_date_time")
    first = None if seconds is None else f"{datetime.fromtimestamp(int(seconds), screen.zone):%Y-%m-%dT%H:%M}"
    _input(screen, container, target, "datetime-local", first)


def _number(screen: Screen, container: Container, target: BlockElement) -> None:
    element = target.element
    step = "any" if element.get("is_decimal_allowed") else "1"
    bounds = {"min": element.get("min_value"), "max": element.get("max_value"), "step": step}
    _input(screen, container, target, "number", current_value(container, target).get("value"), **bounds)


def _text(screen: Screen, container: Container, target: BlockElement) -> None:
    first = current_value(container, target).get("value")
    if target.element.get("multiline"):
        _area(screen, container, target, first)
    else:
        _input(screen, container, target, "text", first, maxlength=target.element.get("max_length"))


def _rich_text(screen: Screen, container: Container, target: BlockElement) -> None:
    pieces = [text for path, text in _texts(current_value(container, target).get("rich_text_value"))]
    _area(screen, container, target, "".join(pieces) or None)


def _texts(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        own = [("text", str(value["text"]))] if isinstance(value.get("text"), str) else []
        return own + [pair for inner in value.values() for pair in _texts(inner)]
    return [pair for inner in value for pair in _texts(inner)] if isinstance(value, list) else []


def _area(screen: Screen, container: Container, target: BlockElement, first: Any) -> None:
    shown = screen.drafts.get(draft_key(container, target), first) or ""
    field = tag(
        "textarea", "rh-input rh-area", text=str(shown), testid=f"field-{target.element['action_id']}", rows="4"
    )
    field.props["aria-label"] = _label(target)
    field.props["placeholder"] = (target.element.get("placeholder") or {}).get("text", "")
    if target.element.get("max_length"):
        field.props["maxlength"] = str(target.element["max_length"])
    _keep(screen, container, target, field, first)
    del field.props["^value"]


def _marks(screen: Screen, container: Container, target: BlockElement, kind: str) -> None:
    """Draw radio buttons or checkboxes."""
    now = current_value(container, target)
    chosen = now.get("selected_options") or [now.get("selected_option")]
    marked = [option.get("value") for option in chosen if option]
    multiple = kind == "checkbox"
    group = f"{target.block.get('block_id')}-{target.element['action_id']}-{id(container)}"
    with div("rh-marks", role="group", testid=f"field-{target.element['action_id']}", aria_label=_label(target)):
        for option in target.element.get("options", ()):
            value = str(option.get("value"))
            with tag("label", "rh-mark"):
                box = tag("input", type=kind, name=group, value=value)
                box.props["data-testid"] = f"option-{target.element['action_id']}-{value}"
                if value in marked:
                    box.props["^checked"] = "checked"
                take = _marker(screen, container, target, value, marked if multiple else None)
                box.on("change", take, js_handler="(e) => emit(e.target.checked)")
                html(_words(screen, option.get("text")), kind="span")
                if option.get("description"):
                    html(_words(screen, option["description"]), kind="small")


def _marker(
    screen: Screen, container: Container, target: BlockElement, value: str, marked: list[Any] | None
) -> Callable[[GenericEventArguments], Any]:
    async def take(event: GenericEventArguments) -> None:
        if marked is None:
            await choose_value(screen, container, target, value)
            return
        if event.args is True and value not in marked:
            marked.append(value)
        elif event.args is False and value in marked:
            marked.remove(value)
        await choose_value(screen, container, target, list(marked))

    return take


def _image(screen: Screen, _where: Container, target: BlockElement) -> None:
    html(static_blocks.image(target.element, screen.names, small=True), "rh-thumb")


def focus_script(testid: str) -> str:
    """Return JavaScript that moves the cursor to the end of the field with this test id."""
    return (
        f"const f = document.querySelector('[data-testid=' + CSS.escape({json.dumps(testid)}) + ']');"
        "if (f && f.focus) { f.focus(); try { f.setSelectionRange(f.value.length, f.value.length); } catch (e) {} }"
    )


_DRAWERS: Final[Mapping[str, Callable[[Screen, Container, BlockElement], None]]] = {
    "button": _button,
    "overflow": _overflow,
    "image": _image,
    "datepicker": _one_line("date"),
    "timepicker": _one_line("time"),
    "datetimepicker": _moment,
    "plain_text_input": _text,
    "number_input": _number,
    "email_text_input": _one_line("email"),
    "url_text_input": _one_line("url"),
    "rich_text_input": _rich_text,
    "file_input": draw_file_input,
    "checkboxes": lambda screen, container, target: _marks(screen, container, target, "checkbox"),
    "radio_buttons": lambda screen, container, target: _marks(screen, container, target, "radio"),
}

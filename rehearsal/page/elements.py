"""Every element that a person can use, drawn and wired to what it does."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from rehearsal.page import rich
from rehearsal.page.hands import entered, press, use
from rehearsal.page.menus import Menu
from rehearsal.page.mrkdwn import text_object
from rehearsal.page.screen import Screen, Where
from rehearsal.page.selects import SELECTS, draw_select
from rehearsal.page.tags import div, html, tag
from rehearsal.page.uploads import draw_file_input
from rehearsal.state.inputs import Placed

_CHANGED: Final = "(e) => emit(e.target.value)"
_ENTERED: Final = '(e) => { if (e.key === "Enter") { e.preventDefault(); emit(e.target.value); } }'
_STYLES: Final = {"primary": " rh-primary", "danger": " rh-danger"}


def draw_element(screen: Screen, where: Where, spot: Placed) -> None:
    """Draw the element at *spot*; one of an unknown type becomes a box that says so."""
    kind = str(spot.element.get("type"))
    if kind in SELECTS:
        draw_select(screen, where, spot)
    elif kind in _DRAWERS:
        _DRAWERS[kind](screen, where, spot)
    else:
        html(rich.unknown("element", kind))


def _words(screen: Screen, value: Any) -> str:
    return text_object(value, screen.names)


def _button(screen: Screen, where: Where, spot: Placed) -> None:
    element = spot.element
    address = element.get("url")
    look = f"rh-btn{_STYLES.get(str(element.get('style')), '')}"
    testid = f"button-{element['action_id']}"
    drawn = tag("a" if address else "button", look, testid=testid, aria_label=element.get("accessibility_label"))
    if address:
        drawn.props.update({"href": address, "target": "_blank", "rel": "noopener noreferrer"})
    else:
        drawn.props["type"] = "button"
    drawn.props["data-value"] = str(element.get("value", ""))
    drawn.on("click", lambda: press(screen, where, spot))
    with drawn:
        html(_words(screen, element.get("text")), kind="span")


def _overflow(screen: Screen, where: Where, spot: Placed) -> None:
    def fill(menu: Menu) -> None:
        for option in spot.element.get("options", ()):
            _menu_item(screen, where, spot, option, menu)

    Menu("⋯", "rh-btn rh-more", fill, testid=f"overflow-{spot.element['action_id']}", label="More")


def _menu_item(screen: Screen, where: Where, spot: Placed, option: Mapping[str, Any], menu: Menu) -> None:
    async def choose() -> None:
        if option.get("url"):
            with screen.client:
                ui.navigate.to(str(option["url"]), new_tab=True)
        await use(screen, where, spot, option.get("value"))

    with menu.entry(choose, testid=f"option-{option.get('value')}"):
        html(_words(screen, option.get("text")), kind="span")
        if option.get("description"):
            html(_words(screen, option["description"]), kind="small")


def _input(screen: Screen, where: Where, spot: Placed, kind: str, first: Any, **more: Any) -> Element:
    """A one-line field; what is typed is kept at once, and counts when the field is left or Enter is pressed."""
    field = tag("input", "rh-input", testid=f"field-{spot.element['action_id']}", type=kind, **more)
    field.props["aria-label"] = _label(spot)
    field.props["placeholder"] = (spot.element.get("placeholder") or {}).get("text", "")
    _keep(screen, where, spot, field, first)
    field.on("keydown", lambda event: _take(screen, where, spot, event), js_handler=_ENTERED)
    return field


def _keep(screen: Screen, where: Where, spot: Placed, field: Element, first: Any) -> None:
    """Start with what was typed before; note every keystroke, and enter it when the field is left."""
    key = draft_key(where, spot)
    shown = screen.drafts.get(key, first)
    field.props["^value"] = "" if shown is None else str(shown)
    live = "on_character_entered" in (
        (spot.element.get("dispatch_action_config") or {}).get("trigger_actions_on") or ()
    )

    async def note(event: GenericEventArguments) -> None:
        screen.drafts[key] = event.args
        if live:
            await _take(screen, where, spot, event)

    field.on("input", note, js_handler=_CHANGED)
    field.on("change", lambda event: _take(screen, where, spot, event), js_handler=_CHANGED)


def draft_key(where: Where, spot: Placed) -> tuple[str, str, str]:
    """Where words typed but not yet entered are kept."""
    place = getattr(where, "id", None) or getattr(where, "ts", "")
    return str(place), str(spot.block.get("block_id")), str(spot.element.get("action_id"))


async def _take(screen: Screen, where: Where, spot: Placed, event: GenericEventArguments) -> None:
    text = event.args if isinstance(event.args, str) else ""
    screen.drafts.pop(draft_key(where, spot), None)
    value: Any = text or None
    if value is not None and spot.element["type"] == "datetimepicker":
        value = int(datetime.fromisoformat(text).replace(tzinfo=screen.zone).timestamp())
    now = entered(where, spot).get(spot.key)
    if value != now or spot.block.get("dispatch_action"):
        await use(screen, where, spot, value)


def _label(spot: Placed) -> str:
    label = spot.block.get("label") or spot.element.get("placeholder") or {}
    return str(label.get("text") or spot.element.get("action_id", ""))


def _one_line(kind: str) -> Callable[[Screen, Where, Placed], None]:
    def draw(screen: Screen, where: Where, spot: Placed) -> None:
        _input(screen, where, spot, kind, entered(where, spot).get(spot.key))

    return draw


def _moment(screen: Screen, where: Where, spot: Placed) -> None:
    seconds = entered(where, spot).get("selected_date_time")
    first = None if seconds is None else f"{datetime.fromtimestamp(int(seconds), screen.zone):%Y-%m-%dT%H:%M}"
    _input(screen, where, spot, "datetime-local", first)


def _number(screen: Screen, where: Where, spot: Placed) -> None:
    element = spot.element
    step = "any" if element.get("is_decimal_allowed") else "1"
    bounds = {"min": element.get("min_value"), "max": element.get("max_value"), "step": step}
    _input(screen, where, spot, "number", entered(where, spot).get("value"), **bounds)


def _text(screen: Screen, where: Where, spot: Placed) -> None:
    first = entered(where, spot).get("value")
    if spot.element.get("multiline"):
        _area(screen, where, spot, first)
    else:
        _input(screen, where, spot, "text", first, maxlength=spot.element.get("max_length"))


def _rich_text(screen: Screen, where: Where, spot: Placed) -> None:
    pieces = [text for path, text in _texts(entered(where, spot).get("rich_text_value"))]
    _area(screen, where, spot, "".join(pieces) or None)


def _texts(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        own = [("text", str(value["text"]))] if isinstance(value.get("text"), str) else []
        return own + [pair for inner in value.values() for pair in _texts(inner)]
    return [pair for inner in value for pair in _texts(inner)] if isinstance(value, list) else []


def _area(screen: Screen, where: Where, spot: Placed, first: Any) -> None:
    shown = screen.drafts.get(draft_key(where, spot), first) or ""
    field = tag("textarea", "rh-input rh-area", text=str(shown), testid=f"field-{spot.element['action_id']}", rows="4")
    field.props["aria-label"] = _label(spot)
    field.props["placeholder"] = (spot.element.get("placeholder") or {}).get("text", "")
    if spot.element.get("max_length"):
        field.props["maxlength"] = str(spot.element["max_length"])
    _keep(screen, where, spot, field, first)
    del field.props["^value"]


def _marks(screen: Screen, where: Where, spot: Placed, kind: str) -> None:
    """Radio buttons or checkboxes, one under the other."""
    now = entered(where, spot)
    chosen = now.get("selected_options") or [now.get("selected_option")]
    marked = [option.get("value") for option in chosen if option]
    several = kind == "checkbox"
    group = f"{spot.block.get('block_id')}-{spot.element['action_id']}-{id(where)}"
    with div("rh-marks", role="group", testid=f"field-{spot.element['action_id']}", aria_label=_label(spot)):
        for option in spot.element.get("options", ()):
            value = str(option.get("value"))
            with tag("label", "rh-mark"):
                box = tag("input", type=kind, name=group, value=value)
                box.props["data-testid"] = f"option-{spot.element['action_id']}-{value}"
                if value in marked:
                    box.props["^checked"] = "checked"
                take = _marker(screen, where, spot, value, marked if several else None)
                box.on("change", take, js_handler="(e) => emit(e.target.checked)")
                html(_words(screen, option.get("text")), kind="span")
                if option.get("description"):
                    html(_words(screen, option["description"]), kind="small")


def _marker(
    screen: Screen, where: Where, spot: Placed, value: str, marked: list[Any] | None
) -> Callable[[GenericEventArguments], Any]:
    async def take(event: GenericEventArguments) -> None:
        if marked is None:
            await use(screen, where, spot, value)
            return
        if event.args is True and value not in marked:
            marked.append(value)
        elif event.args is False and value in marked:
            marked.remove(value)
        await use(screen, where, spot, list(marked))

    return take


def _image(screen: Screen, _where: Where, spot: Placed) -> None:
    html(rich.image(spot.element, screen.names, small=True), "rh-thumb")


def focus_script(testid: str) -> str:
    """JavaScript that puts the cursor at the end of the field with this test id."""
    return (
        f"const f = document.querySelector('[data-testid=' + CSS.escape({json.dumps(testid)}) + ']');"
        "if (f && f.focus) { f.focus(); try { f.setSelectionRange(f.value.length, f.value.length); } catch (e) {} }"
    )


_DRAWERS: Final[Mapping[str, Callable[[Screen, Where, Placed], None]]] = {
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
    "checkboxes": lambda screen, where, spot: _marks(screen, where, spot, "checkbox"),
    "radio_buttons": lambda screen, where, spot: _marks(screen, where, spot, "radio"),
}

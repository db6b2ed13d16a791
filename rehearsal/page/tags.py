"""HTML elements of the page, with classes, a test id, and escaped text; and icons."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

Act = Callable[..., Awaitable[None] | None]
_ICON_PATHS: Final = {
    "home": "M3 9.5 10 3l7 6.5M5 8v9h10V8",
    "messages": "M3 5h14v10H3zM3 6l7 5.5L17 6",
    "channel": "M8 3 6 17M14 3l-2 14M3.5 7.5h14M2.5 12.5h14",
    "lock": "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
    "person": "M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c0-3.3 2.7-5 6-5s6 1.7 6 5",
    "file": "M5 2.5h6.5L15.5 6v11.5H5zM11.5 2.5V6h4",
    "send": "M3 10 17 3.5 13 17l-3.5-5.5zM17 3.5 9.5 11.5",
}


def tag(kind: str, classes: str = "", *, text: str | None = None, testid: str = "", **attributes: Any) -> Element:
    """Create an element; attributes that are None are omitted, and `_` in their names becomes `-`."""
    element = Element(kind) if text is None else TextElement(tag=kind, text=text)
    if classes:
        element.classes(classes)
    if testid:
        element.props["data-testid"] = testid
    for name, value in attributes.items():
        if value is not None:
            element.props[name.rstrip("_").replace("_", "-")] = value
    return element


def div(classes: str = "", **attributes: Any) -> Element:
    """Create a div."""
    return tag("div", classes, **attributes)


def span(text: str, classes: str = "", **attributes: Any) -> TextElement:
    """Create a span with text."""
    return _worded("span", classes, text, **attributes)


def _worded(kind: str, classes: str, text: str, **attributes: Any) -> TextElement:
    element = tag(kind, classes, text=text, **attributes)
    if not isinstance(element, TextElement):
        raise TypeError(f"A {kind} with words was asked for.")
    return element


def button(text: str, classes: str, act: Act, *, testid: str = "", **attributes: Any) -> TextElement:
    """Create a button that calls *act* without arguments."""
    return _worded("button", classes, text, testid=testid, type="button", **attributes).on("click", act)


def html(content: str, classes: str = "", kind: str = "div", testid: str = "") -> Element:
    """Create an element with HTML from a drawing function, in which external text is escaped."""
    element = ui.html(content, sanitize=False, tag=kind)
    if classes:
        element.classes(classes)
    if testid:
        element.props["data-testid"] = testid
    return element


def when(condition: object, classes: str) -> str:
    """Return *classes* if *condition* is true, else an empty string."""
    return f" {classes}" if condition else ""


def icon(name: str) -> str:
    """Return an icon as SVG in the colour of the surrounding text."""
    return (
        '<svg class="rh-svg" width="18" height="18" viewBox="0 0 20 20" fill="none" stroke="currentColor"'
        f' stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round" aria-hidden="true">'
        f'<path d="{_ICON_PATHS[name]}"/></svg>'
    )

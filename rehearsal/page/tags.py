"""Plain HTML elements on the page, with classes, a test id, and words that are always escaped."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

Act = Callable[..., Awaitable[None] | None]


def tag(kind: str, classes: str = "", *, text: str | None = None, testid: str = "", **attributes: Any) -> Element:
    """An element of *kind*; attributes with a value of None are left out, `_` in their names reads as `-`."""
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
    """A div."""
    return tag("div", classes, **attributes)


def span(text: str, classes: str = "", **attributes: Any) -> TextElement:
    """Words."""
    return _worded("span", classes, text, **attributes)


def _worded(kind: str, classes: str, text: str, **attributes: Any) -> TextElement:
    element = tag(kind, classes, text=text, **attributes)
    if not isinstance(element, TextElement):
        raise TypeError(f"A {kind} with words was asked for.")
    return element


def button(text: str, classes: str, act: Act, *, testid: str = "", **attributes: Any) -> TextElement:
    """A button that calls *act* without arguments."""
    return _worded("button", classes, text, testid=testid, type="button", **attributes).on("click", act)


def html(content: str, classes: str = "", kind: str = "div", testid: str = "") -> Element:
    """HTML that one of the drawing functions made, with everything from outside escaped."""
    element = ui.html(content, sanitize=False, tag=kind)
    if classes:
        element.classes(classes)
    if testid:
        element.props["data-testid"] = testid
    return element


def when(condition: object, classes: str) -> str:
    """*classes* if *condition*, else nothing."""
    return f" {classes}" if condition else ""

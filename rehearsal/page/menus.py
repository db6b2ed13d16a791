"""Menus that are drawn when they are opened, because a long conversation would contain hundreds of closed ones."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element

from rehearsal.page.tags import div, span, tag

Fill = Callable[["Menu"], None]


class Menu:
    """A button with a menu; *fill* draws its entries."""

    def __init__(self, sign: str, classes: str, fill: Fill, *, testid: str, label: str) -> None:
        self.fill = fill
        self.opened: ui.menu | None = None
        self.root = tag("button", classes, testid=testid, type="button", aria_label=label)
        self.root.props["aria-haspopup"] = "menu"
        self.root.on("click", self._turn)
        with self.root:
            span(sign)

    def _turn(self) -> None:
        if self.opened is not None:
            self.close()
            return
        with self.root:
            self.opened = ui.menu(value=True).props("no-parent-event").classes("rh-menu")
        self.opened.on("hide", self._gone)
        with self.opened, div("rh-options", role="menu"):
            self.fill(self)

    def close(self) -> None:
        """Close the menu."""
        if self.opened is not None:
            self.opened.close()

    def _gone(self) -> None:
        gone, self.opened = self.opened, None
        if gone is not None and not gone.is_deleted:
            gone.delete()

    def entry(self, act: Callable[[], Any], *, testid: str) -> Element:
        """Add an empty entry that closes the menu and calls *act*."""
        row = div("rh-option", role="menuitem", testid=testid)
        row.on("click.stop", act)
        row.on("click.stop", self.close)
        return row

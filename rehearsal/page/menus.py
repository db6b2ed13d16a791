"""Menus that are drawn when somebody opens them, since a long conversation would hold hundreds of closed ones."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element

from rehearsal.page.tags import div, span, tag

Fill = Callable[["Menu"], None]


class Menu:
    """A button, and the list that opens under it; *fill* draws the list's entries."""

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
        """Fold the list away."""
        if self.opened is not None:
            self.opened.close()

    def _gone(self) -> None:
        gone, self.opened = self.opened, None
        if gone is not None and not gone.is_deleted:
            gone.delete()

    def entry(self, act: Callable[[], Any], *, testid: str) -> Element:
        """A line of the list, empty as yet, that folds the list away and calls *act*."""
        row = div("rh-option", role="menuitem", testid=testid)
        row.on("click.stop", act)
        row.on("click.stop", self.close)
        return row

"""A text field with a list of choices, for all selects, with one choice or several."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from nicegui import ui
from nicegui.events import GenericEventArguments

from rehearsal.page.screen import Screen
from rehearsal.page.tags import button, div, span, tag

_MAX_OPTIONS = 100


@dataclass(frozen=True)
class Choice:
    """One entry of the list."""

    label: str
    value: str
    description: str = ""
    group: str = ""


Search = Callable[[str], Awaitable[Sequence[Choice]]]
Take = Callable[[list[Choice]], Awaitable[None]]


def search_among(choices: Sequence[Choice]) -> Search:
    """Return a search in known choices: those that contain every typed word."""

    async def search(text: str) -> Sequence[Choice]:
        words = text.lower().split()
        return [choice for choice in choices if all(word in choice.label.lower() for word in words)]

    return search


class Combobox:
    """The field, its list, and chips of the chosen entries if there may be several."""

    def __init__(
        self,
        screen: Screen,
        *,
        name: str,
        search: Search,
        chosen: list[Choice],
        take: Take,
        multiple: bool = False,
        max_choices: int | None = None,
        placeholder: str = "",
        min_query_length: int = 0,
    ) -> None:
        self.screen, self.name, self.search, self.take = screen, name, search, take
        self.chosen, self.multiple = chosen, multiple
        self.max_choices, self.min_query_length = max_choices, min_query_length
        self.offered: Sequence[Choice] = ()
        self.asked = 0
        self.root = div("rh-pick")
        with self.root:
            self.chips = div("rh-chips")
            self.field = tag("input", "rh-input rh-caret", testid=f"field-{name}", type="text", role="combobox")
            self.field.props["placeholder"] = placeholder or "Choose…"
            self.field.props["autocomplete"] = "off"
            self.field.props["^value"] = "" if multiple or not chosen else chosen[0].label
            self.field.on("focus", self._open, js_handler="(e) => { e.target.select(); emit(); }")
            self.field.on("input", self._typed, js_handler="(e) => emit(e.target.value)")
            self.field.on(
                "keydown",
                self._first,
                js_handler='(e) => { if (e.key === "Enter") { e.preventDefault(); emit(); } }',
            )
            self.menu = ui.menu().props("no-focus no-refocus fit no-parent-event max-height=300px")
            self.menu.classes("rh-menu").on("hide", self._restore)
            self.field.on("blur", self.menu.close)
        self._draw_chips()

    async def _open(self) -> None:
        await self._look("")

    async def _typed(self, event: GenericEventArguments) -> None:
        await self._look(event.args if isinstance(event.args, str) else "")

    async def _look(self, text: str) -> None:
        """Open the list with what is found; what arrives after a later search or a choice is dropped."""
        self.asked += 1
        asked = self.asked
        if len(text) < self.min_query_length:
            plural = "" if self.min_query_length == 1 else "s"
            self._fill((), f"Type at least {self.min_query_length} character{plural} to search.")
            self.menu.open()
            return
        offered = await self.search(text)
        if asked == self.asked and not self.menu.is_deleted:
            self._fill(offered, "Nothing found.")
            self.menu.open()

    def _fill(self, offered: Sequence[Choice], otherwise: str) -> None:
        self.offered = offered
        self.menu.clear()
        with self.menu, div("rh-options", role="listbox"):
            if not offered:
                div("rh-none", text=otherwise)
            group = ""
            for choice in offered[:_MAX_OPTIONS]:
                if choice.group != group:
                    group = choice.group
                    div("rh-group", text=group)
                self._option(choice)

    def _option(self, choice: Choice) -> None:
        picked = any(choice.value == other.value for other in self.chosen)
        row = div("rh-option" + (" rh-picked" if picked else ""), role="option", testid=f"option-{choice.value}")
        # Taken as the mouse goes down: a list drawn again before it goes up would lose the click. The field keeps the
        # focus, so the list stays.
        row.on("mousedown", lambda: self._pick(choice), js_handler="(e) => { e.preventDefault(); emit(); }")
        with row:
            span(choice.label)
            if choice.description:
                tag("small", text=choice.description)

    async def _first(self) -> None:
        if self.offered:
            await self._pick(self.offered[0])

    async def _pick(self, choice: Choice) -> None:
        self.asked += 1
        if not self.multiple:
            self.chosen = [choice]
        elif any(choice.value == other.value for other in self.chosen):
            self.chosen = [other for other in self.chosen if other.value != choice.value]
        elif self.max_choices is not None and len(self.chosen) >= self.max_choices:
            self.screen.notify(f"Choose up to {self.max_choices}.")
            return
        else:
            self.chosen = [*self.chosen, choice]
        self.menu.close()
        self._restore()
        self._draw_chips()
        await self.take(self.chosen)

    def _restore(self) -> None:
        """Show the chosen entry, whatever was typed."""
        words = "" if self.multiple or not self.chosen else self.chosen[0].label
        script = f"const f = getHtmlElement({self.field.id}); if (f) f.value = {json.dumps(words)}"
        self.screen.client.run_javascript(script)

    def _draw_chips(self) -> None:
        if not self.multiple:
            return
        self.chips.clear()
        with self.chips:
            for choice in self.chosen:
                with span("", "rh-chip"):
                    span(choice.label)
                    button("✕", "rh-chip-x", lambda choice=choice: self._pick(choice), aria_label="Remove")


def debounced(search: Search, seconds: float = 0.12) -> Search:
    """Return *search* delayed until typing has paused, as Slack does with an app's suggestions."""
    latest = 0

    async def wait(text: str) -> Sequence[Choice]:
        nonlocal latest
        latest += 1
        mine = latest
        await asyncio.sleep(seconds)
        return await search(text) if mine == latest else ()

    return wait

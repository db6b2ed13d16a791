"""Draws the blocks of messages, modals and Home tabs, and a box in place of unknown ones."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from nicegui.element import Element

from rehearsal.page import static_blocks
from rehearsal.page.charts import draw_chart
from rehearsal.page.elements import draw_element
from rehearsal.page.mrkdwn import text_object
from rehearsal.page.screen import Container, Screen
from rehearsal.page.tags import div, html, span, tag
from rehearsal.state.inputs import BlockElement
from rehearsal.state.views import View

Json = dict[str, Any]


def draw_blocks(screen: Screen, container: Container, blocks: Sequence[Json]) -> None:
    """Draw *blocks*; a broken or unknown one shows what is wrong with it."""
    for block in blocks:
        _draw_block(screen, container, block)


def _draw_block(screen: Screen, container: Container, block: Json) -> Element:
    kind = str(block.get("type"))
    draw = _DRAWERS.get(kind)
    with div(f"rh-block rh-block-{kind if draw else 'unknown'}") as holder:
        holder.props["data-block-id"] = str(block.get("block_id", ""))
        try:
            draw(screen, container, block) if draw else html(static_blocks.unknown("block", kind))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            html(static_blocks.unknown(f"broken block ({error!r})", kind))
    return holder


class LiveBlocks:
    """The blocks of a view that the app may update: only changed ones are drawn again, so that typing goes on."""

    def __init__(self, screen: Screen, root: Element, view: View) -> None:
        self.screen, self.root, self.view = screen, root, view
        self.drawn: list[tuple[str, Element]] = []
        self.draw()

    def draw(self) -> None:
        """Draw changed blocks again, and keep the others."""
        kept = self.drawn
        self.drawn = []
        for block in self.view.blocks:
            fingerprint = self._fingerprint(block)
            found = next((number for number, (known, _) in enumerate(kept) if known == fingerprint), None)
            if found is None:
                with self.root:
                    self.drawn.append((fingerprint, _draw_block(self.screen, self.view, block)))
            else:
                self.drawn.append(kept.pop(found))
        for _, element in kept:
            element.delete()
        for number, (_, element) in enumerate(self.drawn):
            if self.root.default_slot.children.index(element) != number:
                element.move(target_index=number)

    def _fingerprint(self, block: Json) -> str:
        """Return a fingerprint that changes when *block* must be drawn again; the ids of static blocks don't count."""
        acted_on = block.get("type") in {"actions", "input"} or "accessory" in block
        shown = block if acted_on else {name: part for name, part in block.items() if name != "block_id"}
        return json.dumps([shown, self.view.errors.get(str(block.get("block_id")))], default=str)


def _section(screen: Screen, container: Container, block: Json) -> None:
    with div("rh-section"):
        with div("rh-section-words"):
            if block.get("text"):
                html(text_object(block["text"], screen.names), "rh-words")
            if block.get("fields"):
                with div("rh-fields"):
                    for part in block["fields"]:
                        html(text_object(part, screen.names), "rh-words")
        if block.get("accessory"):
            with div("rh-accessory"):
                draw_element(screen, container, BlockElement(block, block["accessory"]))


def _divider(_screen: Screen, _where: Container, _block: Json) -> None:
    tag("hr")


def _header(screen: Screen, _where: Container, block: Json) -> None:
    html(text_object(block["text"], screen.names), "rh-header", kind="h3")


def _context(screen: Screen, _where: Container, block: Json) -> None:
    with div("rh-context"):
        for part in block["elements"]:
            if part.get("type") == "image":
                html(static_blocks.image(part, screen.names, small=True), kind="span")
            elif part.get("type") in {"mrkdwn", "plain_text"}:
                html(text_object(part, screen.names), "rh-words", kind="span")
            else:
                html(static_blocks.unknown("piece of context", part.get("type")))


def _actions(screen: Screen, container: Container, block: Json) -> None:
    with div("rh-actions"):
        for element in block["elements"]:
            draw_element(screen, container, BlockElement(block, element))


def _input(screen: Screen, container: Container, block: Json) -> None:
    error = container.errors.get(str(block.get("block_id"))) if isinstance(container, View) else None
    with div("rh-field" + (" rh-wrong" if error else "")):
        with div("rh-label"):
            html(text_object(block["label"], screen.names), kind="span")
            if block.get("optional"):
                span("(optional)", "rh-quiet")
        draw_element(screen, container, BlockElement(block, block["element"]))
        if error:
            div("rh-error", text=error, testid=f"error-{block.get('block_id')}", role="alert")
        if block.get("hint"):
            html(text_object(block["hint"], screen.names), "rh-hint")


def _shown(draw: Callable[[Mapping[str, Any], Any], str]) -> Callable[[Screen, Container, Json], None]:
    def drawer(screen: Screen, _where: Container, block: Json) -> None:
        html(draw(block, screen.names))

    return drawer


def _file(_screen: Screen, _where: Container, block: Json) -> None:
    html(static_blocks.file(str(block["external_id"])))


def _chart(_screen: Screen, _where: Container, block: Json) -> None:
    draw_chart(block)


_DRAWERS: Final[Mapping[str, Callable[[Screen, Container, Json], None]]] = {
    "section": _section,
    "divider": _divider,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _shown(static_blocks.image),
    "rich_text": _shown(static_blocks.rich_text),
    "table": _shown(static_blocks.table),
    "data_visualization": _chart,
    "file": _file,
}

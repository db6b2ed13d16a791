"""The modal on top: title, inputs, errors and buttons."""

from typing import Final

from nicegui import ui

from rehearsal.page.blocks import LiveBlocks
from rehearsal.page.elements import focus_script
from rehearsal.page.screen import Screen
from rehearsal.page.tags import button, div, span
from rehearsal.state.views import View

_FOCUSED: Final = """(e) => { const box = e.target;
  emit(box.getAttribute("role") === "combobox" ? "" : box.dataset.testid || ""); }"""
_TO_ERROR: Final = (
    "requestAnimationFrame(() => { const e = document.querySelector('.rh-shade .rh-error');"
    " if (e) e.closest('.rh-block').scrollIntoView({block: 'nearest'}); })"
)


class Modals:
    """Shows the top of the person's stack of modals, and updates it."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.seen: object = None
        self.shown: tuple[str, int] | None = None
        self.blocks: LiveBlocks | None = None
        self.focused = ""
        self.sending = ""
        self.root = div("rh-shade", testid="shade")
        self.root.set_visibility(False)
        screen.region(self.draw)

    def draw(self) -> None:
        """Show the modal on top, if any."""
        modals = self.screen.person.modals
        view = modals[-1] if modals else None
        seen = view and (view.id, view.hash, dict(view.errors), view.trouble, len(modals), self.sending == view.id)
        if seen == self.seen:
            return
        self.seen = seen
        self.root.set_visibility(view is not None)
        if view is None:
            self.root.clear()
            self.shown = self.blocks = None
            self.screen.drafts.clear()
            return
        if self.shown != (view.id, len(modals)):
            self.shown = (view.id, len(modals))
            self.root.clear()
            with self.root:
                self._window(view, len(modals))
        self._update(view)

    def _update(self, view: View) -> None:
        """Update title, blocks and buttons; keep the cursor's position, and show errors."""
        self.title.set_text(view.title)
        self.trouble.set_text(view.trouble)
        self.trouble.set_visibility(bool(view.trouble))
        if self.blocks is not None:
            self.blocks.draw()
        self._foot(view)
        run = self.screen.client.run_javascript
        if self.focused:
            run(focus_script(self.focused))
        if view.errors:
            run(_TO_ERROR)

    def _window(self, view: View, depth: int) -> None:
        self.focused = ""
        with div("rh-window", testid="modal", role="dialog", aria_label=view.title) as window:
            window.props["data-view"] = view.id
            window.on("focusin", self._note, js_handler=_FOCUSED)
            with div("rh-window-head"):
                if depth > 1:
                    button("‹", "rh-icon", lambda: self._close(view), testid="modal-back", aria_label="Back")
                self.title = span(view.title, "rh-window-title", testid="modal-title")
                button("✕", "rh-icon", lambda: self._close(view, whole=True), testid="modal-x", aria_label="Close")
            with div("rh-window-body"):
                self.trouble = span("", "rh-trouble", testid="modal-trouble", role="alert")
                self.blocks = LiveBlocks(self.screen, div(), view)
            with div("rh-window-foot"):
                self.close = button("", "rh-btn", lambda: self._close(view), testid="modal-close")
                self.send = button("", "rh-btn rh-primary", lambda: self._submit(view), testid="modal-submit")

    def _foot(self, view: View) -> None:
        close, submit = view.payload.get("close"), view.payload.get("submit")
        self.close.set_text(str((close or {}).get("text", "Close")))
        self.close.set_visibility(bool(close or not submit))
        self.send.set_text(str((submit or {}).get("text", "")))
        self.send.set_visibility(bool(submit))
        waits = self.sending == view.id
        self.send.props["disabled"] = waits
        self.send.classes(add="rh-waits" if waits else "", remove="" if waits else "rh-waits")
        self.send.update()

    def _note(self, event: object) -> None:
        name = getattr(event, "args", "")
        self.focused = name if isinstance(name, str) and name.startswith("field-") else ""

    async def _submit(self, view: View) -> None:
        if self.sending == view.id:
            return
        self.sending = view.id
        try:
            await self.screen.perform(lambda: self.screen.actor.submit(view))
        finally:
            self.sending = ""
            self.screen.mark_dirty()

    async def _close(self, view: View, *, whole: bool = False) -> None:
        await self.screen.perform(lambda: self.screen.actor.close(view, everything=whole))


def keep_focus_inside() -> None:
    """Close the modal on top when Escape is pressed."""
    ui.add_body_html(
        "<script>document.addEventListener('keydown', (e) => { if (e.key === 'Escape' && !e.defaultPrevented) {"
        " const open = document.querySelector('.q-menu, .q-dialog');"
        " const x = document.querySelector('[data-testid=modal-x]');"
        " if (!open && x) x.click(); } });</script>"
    )

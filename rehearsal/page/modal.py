"""The window on top: its title, inputs, errors and buttons; the ones below it wait."""

from typing import Final

from nicegui import ui

from rehearsal.page.blocks import draw_blocks
from rehearsal.page.elements import focus_script
from rehearsal.page.mrkdwn import text_object
from rehearsal.page.screen import Screen
from rehearsal.page.tags import button, div, html, span, tag
from rehearsal.state.views import View

_FOCUSED: Final = """(e) => { const box = e.target;
  emit(box.getAttribute("role") === "combobox" ? "" : box.dataset.testid || ""); }"""
_BODY: Final = "document.querySelector('.rh-shade .rh-window-body')"
_SCROLL_BACK: Final = (
    f"requestAnimationFrame(() => {{ const b = {_BODY}; if (b) b.scrollTop = window.rhScroll || 0; }})"
)
_TO_ERROR: Final = (
    "requestAnimationFrame(() => { const e = document.querySelector('.rh-shade .rh-error');"
    " if (e) e.closest('.rh-block').scrollIntoView({block: 'nearest'}); })"
)


class Modals:
    """Shows the top of the person's stack of windows, and draws it again when the app changes it."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.seen: object = None
        self.focused = ""
        self.sending = ""
        self.root = div("rh-shade", testid="shade")
        self.root.set_visibility(False)
        screen.region(self.draw)

    def draw(self) -> None:
        """Show the window on top, if any."""
        modals = self.screen.person.modals
        view = modals[-1] if modals else None
        seen = view and (view.id, view.hash, dict(view.errors), view.trouble, len(modals), self.sending == view.id)
        if seen == self.seen:
            return
        same = isinstance(self.seen, tuple) and isinstance(seen, tuple) and self.seen[0] == seen[0]
        self.seen = seen
        self.root.set_visibility(view is not None)
        self.root.clear()
        if view is None:
            self.screen.drafts.clear()
            return
        with self.root:
            self._window(view, len(modals))
        self._settle(view, same=same)

    def _settle(self, view: View, *, same: bool) -> None:
        """Leave cursor and scrolling where they were when the same window was only drawn again; show what is wrong."""
        run = self.screen.client.run_javascript
        if not same:
            run("window.rhScroll = 0")
        else:
            run(_SCROLL_BACK)
            if self.focused:
                run(focus_script(self.focused))
        if view.errors:
            run(_TO_ERROR)

    def _window(self, view: View, depth: int) -> None:
        with div("rh-window", testid="modal", role="dialog", aria_label=view.title) as window:
            window.props["data-view"] = view.id
            window.on("focusin", self._note, js_handler=_FOCUSED)
            with div("rh-window-head"):
                if depth > 1:
                    button("‹", "rh-icon", lambda: self._close(view), testid="modal-back", aria_label="Back")
                tag("h2", "rh-window-title", text=view.title, testid="modal-title")
                button("✕", "rh-icon", lambda: self._close(view, whole=True), testid="modal-x", aria_label="Close")
            with div("rh-window-body") as body:
                body.on("scroll", js_handler="(e) => { window.rhScroll = e.target.scrollTop; }")
                if view.trouble:
                    div("rh-trouble", text=view.trouble, testid="modal-trouble", role="alert")
                draw_blocks(self.screen, view, view.blocks)
            self._foot(view)

    def _foot(self, view: View) -> None:
        close, submit = view.payload.get("close"), view.payload.get("submit")
        with div("rh-window-foot"):
            if close or not submit:
                words = str((close or {}).get("text", "Close"))
                button(words, "rh-btn", lambda: self._close(view), testid="modal-close")
            if submit:
                waits = self.sending == view.id
                with tag("button", "rh-btn rh-primary", testid="modal-submit", type="button") as send:
                    html(text_object(submit, self.screen.names), kind="span")
                    if waits:
                        span("", "rh-spin", role="status")
                send.props["disabled"] = waits or None
                send.on("click", lambda: self._submit(view))

    def _note(self, event: object) -> None:
        name = getattr(event, "args", "")
        self.focused = name if isinstance(name, str) and name.startswith("field-") else ""

    async def _submit(self, view: View) -> None:
        if self.sending == view.id:
            return
        self.sending = view.id
        try:
            await self.screen.do(lambda: self.screen.actor.submit(view))
        finally:
            self.sending = ""
            self.screen.stale()

    async def _close(self, view: View, *, whole: bool = False) -> None:
        await self.screen.do(lambda: self.screen.actor.close(view, everything=whole))


def keep_focus_inside() -> None:
    """Let Escape close the window on top."""
    ui.add_body_html(
        "<script>document.addEventListener('keydown', (e) => { if (e.key === 'Escape' && !e.defaultPrevented) {"
        " const open = document.querySelector('.q-menu'); const x = document.querySelector('[data-testid=modal-x]');"
        " if (!open && x) x.click(); } });</script>"
    )

"""The composer: messages, slash commands with completion, and the menu of shortcuts."""

import json
from collections.abc import Callable
from typing import Any, Final

from nicegui.events import GenericEventArguments

from rehearsal.page.menus import Menu
from rehearsal.page.screen import HOME, Screen
from rehearsal.page.tags import button, div, html, icon, span, tag
from rehearsal.strict.manifest import Command

_KEYS: Final = """(e) => {
  if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); const text = e.target.value; e.target.value = "";
    emit("send", text); }
  else if (e.key === "Tab" && e.target.value.startsWith("/")) { e.preventDefault(); emit("complete", e.target.value); }
  else if (e.key === "Escape") { emit("hide", ""); }
}"""
_SEND: Final = (
    "() => {{ const f = getHtmlElement({}); const text = f.value; f.value = ''; f.focus(); emit('send', text); }}"
)


class Composer:
    """The input field under a conversation or a thread."""

    def __init__(self, screen: Screen, *, in_thread: bool = False) -> None:
        self.screen, self.in_thread = screen, in_thread
        self.name = "thread-composer" if in_thread else "composer"
        self.root = div("rh-composer")
        with self.root:
            self.panel = div("rh-commands", testid="commands" if not in_thread else "", role="listbox")
            self.panel.set_visibility(False)
            with div("rh-write"):
                self._plus()
                self.field = tag("textarea", "rh-text", text="", testid=self.name, rows="1")
                self.field.on("keydown", self._key, js_handler=_KEYS)
                self.field.on("input", self._typed, js_handler="(e) => emit(e.target.value)", throttle=0.05)
                send = tag("button", "rh-send", testid=f"{self.name}-send", type="button", aria_label="Send")
                with send:
                    html(icon("send"), kind="span")
                send.on("click", self._key, js_handler=_SEND.format(self.field.id))
        screen.region(self.draw)

    def draw(self) -> None:
        """Show where the message will be posted."""
        screen = self.screen
        self.root.set_visibility(screen.place != HOME if not self.in_thread else screen.thread is not None)
        words = "Reply…" if self.in_thread else f"Message {self._place()} or type /"
        if self.field.props.get("placeholder") != words:
            self.field.props["placeholder"] = words
            self.field.props["aria-label"] = words
            self.field.update()

    def _place(self) -> str:
        channel = self.screen.channel
        if channel is None or channel.kind == "im":
            other = channel.other(self.screen.person.id) if channel else ""
            return self.screen.person_name(other) if other else self.screen.rehearsal.manifest.name
        return f"#{channel.name}"

    # --- shortcuts ----------------------------------------------------------------------------------------------

    def _plus(self) -> None:
        screen = self.screen
        shortcuts = [shortcut for shortcut in screen.rehearsal.manifest.shortcuts if shortcut.type == "global"]
        if self.in_thread:
            return

        def fill(menu: Menu) -> None:
            if not shortcuts:
                div("rh-none", text="This app has no shortcuts.")
            for shortcut in shortcuts:
                with menu.entry(_run(screen, shortcut.callback_id), testid=f"shortcut-{shortcut.callback_id}"):
                    span(shortcut.name)
                    tag("small", text=shortcut.description)

        Menu("+", "rh-icon rh-plus", fill, testid="shortcuts", label="Shortcuts")

    # --- commands -----------------------------------------------------------------------------------------------

    def _fitting(self, text: str) -> list[Command]:
        commands = self.screen.rehearsal.manifest.commands
        name, space, _ = text.partition(" ")
        if not text.startswith("/") or self.in_thread:
            return []
        if space:
            return [commands[name]] if name in commands else []
        return [command for command in commands.values() if command.name.startswith(name)]

    def _typed(self, event: GenericEventArguments) -> None:
        text = event.args if isinstance(event.args, str) else ""
        fitting = self._fitting(text)
        self.panel.clear()
        self.panel.set_visibility(bool(fitting))
        with self.panel:
            for command in fitting:
                self._command(command)

    def _command(self, command: Command) -> None:
        row = div("rh-option", role="option", testid=f"command-{command.name.removeprefix('/')}")
        row.on("click", lambda: self._complete(command))
        with row:
            with div("rh-command"):
                span(command.name, "rh-author")
                span(command.usage_hint, "rh-quiet")
            tag("small", text=command.description)

    def _complete(self, command: Command) -> None:
        words = json.dumps(f"{command.name} ")
        script = f"const f = getHtmlElement({self.field.id}); f.value = {words}; f.focus()"
        self.screen.client.run_javascript(script)
        self.panel.clear()
        with self.panel:
            self._command(command)

    # --- sending ------------------------------------------------------------------------------------------------

    async def _key(self, event: GenericEventArguments) -> None:
        what, text = str(event.args[0]), str(event.args[1])
        if what == "complete":
            fitting = self._fitting(text)
            if fitting:
                self._complete(fitting[0])
            return
        self.panel.set_visibility(False)
        if what == "send" and text.strip():
            await self._send(text.strip())

    async def _send(self, text: str) -> None:
        screen, channel = self.screen, self.screen.channel
        if channel is None:
            return
        if text.startswith("/") and not self.in_thread:
            await screen.perform(lambda: screen.actor.command(text, channel=channel))
            return
        under = screen.thread.ts if self.in_thread and screen.thread else None
        said = await screen.perform(lambda: screen.actor.say(channel, text, thread_ts=under))
        if said is not None and not self.in_thread:
            screen.expect_answer(said)


def _run(screen: Screen, callback_id: str) -> Callable[[], Any]:
    return lambda: screen.perform(lambda: screen.actor.shortcut(callback_id))


def join_button(screen: Screen) -> None:
    """Draw the button that joins a channel of which the person isn't a member."""
    holder = div("rh-join")

    async def join() -> None:
        channel = screen.channel
        if channel is not None:
            await screen.perform(lambda: screen.rehearsal.control.join_channel(screen.person, channel))

    def draw() -> None:
        channel = screen.channel
        outside = channel is not None and screen.person.id not in channel.members
        if holder.visible == outside and list(holder):
            return
        holder.set_visibility(outside)
        holder.clear()
        with holder:
            span("You are not in this channel.")
            button("Join", "rh-btn rh-primary", join, testid="join")

    screen.region(draw)

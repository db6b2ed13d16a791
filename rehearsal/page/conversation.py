"""The middle column, with messages or the Home tab, and the thread at the side."""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

from nicegui.element import Element

from rehearsal.page import static_blocks
from rehearsal.page.blocks import LiveBlocks, draw_blocks
from rehearsal.page.menus import Menu
from rehearsal.page.mrkdwn import mrkdwn
from rehearsal.page.screen import HOME, Screen
from rehearsal.page.sidebar import avatar
from rehearsal.page.tags import button, div, html, span, tag, when
from rehearsal.state.messages import Message
from rehearsal.state.views import View

_PAGE_SIZE: Final = 30
_SCROLL: Final = (
    "requestAnimationFrame(() => {{ const m = getHtmlElement({}); if (!m) return; m.scrollTop = m.scrollHeight;"
    " const last = m.querySelector('.rh-item:last-child'), tall = last && last.offsetHeight > m.clientHeight;"
    " const top = ({} && m.querySelector('[data-testid=new]')) || (tall && last);"
    " if (top) top.scrollIntoView({{block: 'start'}}); }})"
)
"""Scrolls to the end, to what is new in a place just opened, or to the beginning of a message that fills the screen."""


class Messages:
    """A list of messages that follows the workspace: new and changed messages are drawn, others kept."""

    def __init__(self, screen: Screen, pick: Callable[[], Sequence[Message]], testid: str, *, threads: bool) -> None:
        self.screen, self.pick, self.threads = screen, pick, threads
        self.root = div("rh-messages", testid=testid, role="log")
        self.rows: dict[tuple[str, str, str], tuple[str, Element]] = {}
        self.place: object = None
        self.limit = _PAGE_SIZE
        screen.region(self.draw)

    def draw(self) -> None:
        """Update the list, and scroll to its end if a message was added."""
        screen = self.screen
        place = (screen.place, screen.person.id, screen.new_from, id(screen.thread) if not self.threads else 0)
        has_come = place != self.place
        if has_come:
            self.place, self.limit = place, _PAGE_SIZE
            self._forget()
        messages = list(self.pick())
        shown = messages[-self.limit :]
        keys = [(message.channel, message.ts, message.ephemeral_to or "") for message in shown]
        for gone in [key for key in self.rows if key[0] and key not in keys]:
            self.rows.pop(gone)[1].delete()
        before, added = None, False
        with self.root:
            for key, message in zip(keys, shown, strict=True):
                added |= self._row(key, message, before)
                before = self._when(message).date()
        self._earlier(there_are=len(messages) > len(shown))
        self._nothing(there_is=not messages)
        if added:
            screen.client.run_javascript(_SCROLL.format(self.root.id, json.dumps(has_come)))

    def _forget(self) -> None:
        self.rows.clear()
        self.root.clear()

    def _when(self, message: Message) -> datetime:
        return datetime.fromtimestamp(float(message.ts), self.screen.zone)

    def _nothing(self, *, there_is: bool) -> None:
        key = ("", "", "nothing")
        if there_is and key not in self.rows:
            with self.root:
                self.rows[key] = ("", div("rh-empty", text="Nothing has been said here yet."))
        elif not there_is and key in self.rows:
            self.rows.pop(key)[1].delete()

    def _earlier(self, *, there_are: bool) -> None:
        marker = self.rows.get(("", "", ""))
        if there_are and marker is None:
            with self.root:
                row = button("Show earlier messages", "rh-link rh-earlier", self._more, testid="earlier")
            row.move(target_index=0)
            self.rows["", "", ""] = ("", row)

    def _more(self) -> None:
        self.limit += _PAGE_SIZE
        self._forget()
        self.draw()

    def _row(self, key: tuple[str, str, str], message: Message, before: date | None) -> bool:
        """Draw *message* if it is new or changed; return whether it is new."""
        replies = self.screen.workspace.replies(message) if self.threads else ()
        new_day = before != self._when(message).date()
        print_ = self._print(message, replies, new_day=new_day)
        is_first_new = self.threads and message.ts == self.screen.new_from
        known = self.rows.get(key)
        if known is not None and known[0] == print_:
            return False
        row = div("rh-item") if known is None else known[1]
        row.clear()
        with row:
            if new_day:
                div("rh-date", text=f"{self._when(message):%A, %-d %B %Y}")
            if is_first_new:
                div("rh-date rh-unread", text="New", testid="new")
            self._message(message, replies)
        self.rows[key] = (print_, row)
        return known is None

    def _print(self, message: Message, replies: Sequence[Message], *, new_day: bool) -> str:
        last = replies[-1].ts if replies else ""
        parts: list[Any] = [message.text, message.blocks, message.edited, message.files, message.reactions]
        return json.dumps([*parts, len(replies), last, new_day], default=str)

    def _message(self, message: Message, replies: Sequence[Message]) -> None:
        screen = self.screen
        author = screen.workspace.people.get(message.user)
        only_me = message.ephemeral_to is not None
        with tag("article", "rh-message" + when(only_me, "rh-ephemeral"), testid="message") as drawn:
            drawn.props["data-ts"] = message.ts
            avatar(author)
            with div("rh-message-body"):
                if only_me:
                    div("rh-only", text="Only visible to you")
                self._head(message)
                self._body(message)
                self._foot(message, replies)
            if not only_me:
                self._menu(message)

    def _head(self, message: Message) -> None:
        author = self.screen.workspace.people.get(message.user)
        with div("rh-message-head"):
            span(self.screen.person_name(message.user), "rh-author")
            if author is not None and author.is_bot:
                span("APP", "rh-tag")
            span(f"{self._when(message):%H:%M}", "rh-quiet")

    def _body(self, message: Message) -> None:
        if message.blocks:
            draw_blocks(self.screen, message, message.blocks)
        elif message.text:
            html(mrkdwn(message.text, self.screen.names), "rh-words")
        for shape in message.files:
            html(static_blocks.file(str(shape.get("name")), int(shape.get("size", 0))))
        if message.edited and message.user != self.screen.workspace.bot.id:
            span("(edited)", "rh-quiet")

    def _foot(self, message: Message, replies: Sequence[Message]) -> None:
        if replies:
            words = f"{len(replies)} repl{'y' if len(replies) == 1 else 'ies'}"
            button(words, "rh-link rh-replies", lambda: self.screen.open_thread(message), testid="thread-open")

    def _menu(self, message: Message) -> None:
        """Draw the ⋯ menu of a message: reply in a thread, and message shortcuts."""
        screen = self.screen
        manifest = screen.rehearsal.manifest
        shortcuts = [shortcut for shortcut in manifest.shortcuts if shortcut.type == "message"]

        def fill(menu: Menu) -> None:
            if self.threads:
                with menu.entry(lambda: screen.open_thread(message), testid="reply"):
                    span("Reply in thread")
            for shortcut in shortcuts:
                act = _shortcut(screen, shortcut.callback_id, message)
                with menu.entry(act, testid=f"shortcut-{shortcut.callback_id}"):
                    span(shortcut.name)
                    tag("small", text=manifest.name)

        if self.threads or shortcuts:
            Menu("⋯", "rh-icon rh-dots", fill, testid="message-menu", label="More actions")


def _shortcut(screen: Screen, callback_id: str, message: Message) -> Callable[[], Any]:
    return lambda: screen.perform(lambda: screen.actor.shortcut(callback_id, message))


def conversation(screen: Screen) -> Sequence[Message]:
    """Return the messages of the current conversation, without replies in threads."""
    channel = screen.channel
    if channel is None:
        return ()
    return [message for message in screen.workspace.visible(channel, screen.person) if not message.is_reply]


def thread(screen: Screen) -> Sequence[Message]:
    """Return the messages of the open thread, including ephemeral ones."""
    top = screen.thread
    channel = screen.channel
    if top is None or channel is None:
        return ()
    seen = screen.workspace.visible(channel, screen.person)
    return [top, *[message for message in seen if message.is_reply and message.thread_ts == top.ts]]


class HomeTab:
    """The app's Home tab of the current person."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.seen: object = None
        self.shown: str | None = None
        self.blocks: LiveBlocks | None = None
        self.root = div("rh-home", testid="home")
        screen.region(self.draw)

    def draw(self) -> None:
        """Draw the tab again if the app has published a new one."""
        here, view = self.screen.place == HOME, self.screen.person.home
        seen = (here, self.screen.person.id, view and (view.id, view.hash))
        if seen == self.seen:
            return
        self.seen = seen
        self.root.set_visibility(here)
        if not here:
            return
        if view is None or self.shown != view.id or self.blocks is None:
            self._start(view)
        else:
            self.blocks.draw()

    def _start(self, view: View | None) -> None:
        self.root.clear()
        self.shown = view.id if view else None
        with self.root:
            if view is None:
                div("rh-empty", text="The app has not drawn its Home tab yet.")
            else:
                self.blocks = LiveBlocks(self.screen, div("rh-home-blocks"), view)

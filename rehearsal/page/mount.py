"""Adds the page to the rehearsal's server."""

from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import FastAPI, Query
from nicegui import app as pages
from nicegui import ui

from rehearsal.page.composer import Composer, join_button
from rehearsal.page.conversation import HomeTab, Messages, conversation, thread
from rehearsal.page.inspector import Inspector, inspector_button
from rehearsal.page.modal import Modals, keep_focus_inside
from rehearsal.page.screen import HOME, Memory, Screen
from rehearsal.page.sidebar import Sidebar
from rehearsal.page.tags import button, div, tag
from rehearsal.page.topbar import Topbar
from rehearsal.page.uploads import add_upload_route
from rehearsal.page.welcome import Hints, Welcome
from rehearsal.state.people import Person

if TYPE_CHECKING:
    from rehearsal.server import Rehearsal

RECONNECT_SECONDS: Final = 60.0  # seconds in which a disconnected page can reconnect
NO_WELCOME: Final = Welcome()
_ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1d6f5b"/>'
    '<path d="M8 12h16M8 20h16" stroke="#fff" stroke-width="4" stroke-linecap="round"/></svg>'
)


@dataclass
class _Shown:
    """The rehearsal that the page shows, and how."""

    rehearsal: "Rehearsal"
    welcome: Welcome
    memory: Memory = field(default_factory=Memory)


_shown: list[_Shown] = []


def add_page(app: FastAPI, rehearsal: "Rehearsal | None" = None, *, welcome: Welcome = NO_WELCOME) -> None:
    """
    Serve the page at `/` of *app*, in addition to its other routes.

    Call it before the server starts, as `Rehearsal(extra=add_page)` does. A process shows one rehearsal at a time: the
    one added last.
    """
    _shown[:] = [_Shown(rehearsal or app.state.rehearsal, welcome)]
    add_upload_route(app)
    if pages.middleware_stack is not None:  # an earlier rehearsal of this process was shown; start anew
        pages.middleware_stack = None
        pages.user_middleware.clear()
    ui.run_with(
        app,
        title="Rehearsal",
        favicon=_ICON,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=RECONNECT_SECONDS,
    )


@ui.page("/")
async def _page(as_: Annotated[str, Query(alias="as")] = "", in_: Annotated[str, Query(alias="in")] = "") -> None:
    """Draw the page; the address may name person and place: `/?as=ana&in=general`, `in=home`."""
    shown = _shown[0]
    rehearsal = shown.rehearsal
    person = _first(rehearsal, as_ or shown.welcome.person)
    if person is None:
        ui.label("Nobody is in this workspace yet. Add a person with control.add_person, then reload.")
        return
    place = rehearsal.workspace.find_channel(in_) if in_ else None
    start = HOME if in_ == HOME else (place or rehearsal.workspace.direct(person)).id
    screen = Screen(rehearsal, ui.context.client, person, start, shown.memory)
    ui.add_css(files(__package__).joinpath("style.css").read_text(encoding="utf-8"))
    keep_focus_inside()
    _columns(screen, shown.welcome)
    screen.watch()
    if start == HOME:
        await screen.go_home()


def _first(rehearsal: "Rehearsal", name: str) -> Person | None:
    people = [person for person in rehearsal.workspace.people.values() if not person.is_bot and not person.deleted]
    return next((person for person in people if name in (person.name, person.id)), people[0] if people else None)


def _columns(screen: Screen, welcome: Welcome) -> None:
    with div("rh-app"):
        Topbar(screen)
        with div("rh-main"):
            Sidebar(screen)
            with tag("main", "rh-middle"):
                head = div("rh-head")
                _middle(screen, welcome)
            _thread(screen)
            inspector = Inspector(screen)
        with head:
            _head(screen)
            inspector_button(screen, inspector)
    Modals(screen)


def _middle(screen: Screen, welcome: Welcome) -> None:
    messages = Messages(screen, lambda: conversation(screen), "messages", threads=True)

    def show() -> None:
        messages.root.set_visibility(screen.place != HOME)

    screen.region(show)
    HomeTab(screen)
    join_button(screen)
    Hints(screen, welcome.hints)
    Composer(screen)


def _head(screen: Screen) -> None:
    title = tag("h2", "rh-grow", text="", testid="place")

    def draw() -> None:
        channel = screen.channel
        if channel is None or channel.kind == "im":
            tab = "Home" if channel is None else "Messages"
            words = f"{screen.rehearsal.manifest.name} · {tab}"
        else:
            words = f"#{channel.name}"
        if getattr(title, "text", "") != words:
            title.set_text(words)  # type: ignore[attr-defined]

    screen.region(draw)


def _thread(screen: Screen) -> None:
    with tag("aside", "rh-thread", testid="thread", aria_label="Thread") as side:
        with div("rh-head"):
            tag("h2", "rh-grow", text="Thread")
            button("✕", "rh-icon", lambda: screen.open_thread(None), testid="thread-close", aria_label="Close")
        Messages(screen, lambda: thread(screen), "thread-messages", threads=False)
        Composer(screen, in_thread=True)

    def show() -> None:
        side.set_visibility(screen.thread is not None)

    screen.region(show)

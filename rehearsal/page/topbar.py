"""The top: which workspace, what day it is there, and the buttons that let time pass."""

from datetime import timedelta
from typing import Final

from rehearsal.page.screen import Screen
from rehearsal.page.sidebar import drawer_button
from rehearsal.page.tags import button, div, span, tag

_STEPS: Final = {
    "Next hour": timedelta(hours=1),
    "Next day": timedelta(days=1),
    "Next week": timedelta(weeks=1),
}


class Topbar:
    """The clock and its buttons; while time passes they are out of use and say so."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.seen: object = None
        with tag("header", "rh-top"):
            drawer_button(screen)
            tag("h1", "rh-brand", text=screen.workspace.name)
            span("rehearsal", "rh-tag")
            self.root = div("rh-clock", testid="clock-bar")
        screen.region(self.draw)

    def draw(self) -> None:
        """Show the time of the person acted as, and what is under way."""
        screen = self.screen
        day, hour = f"{screen.now:%a %-d %b %Y}", f"{screen.now:%H:%M}"
        seen = (day, hour, screen.moving, screen.person.id)
        if seen == self.seen:
            return
        self.seen = seen
        self.root.clear()
        with self.root:
            with tag("time", "rh-time", testid="clock", datetime=screen.now.isoformat(timespec="minutes")):
                span(day, "rh-day")
                span(hour, "rh-hour")
                span(str(screen.zone).rpartition("/")[2].replace("_", " "), "rh-zone")
            if screen.moving:
                span(f"{screen.moving}: the app is catching up…", "rh-moving", testid="moving", role="status")
            for label, delta in _STEPS.items():
                self._step(label, delta)

    def _step(self, label: str, delta: timedelta) -> None:
        testid = label.lower().replace(" ", "-")
        disabled = True if self.screen.moving else None
        button(label, "rh-step", lambda: self.screen.move(label, delta), testid=testid, disabled=disabled)

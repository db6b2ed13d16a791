"""The top bar: the workspace, whom one acts as, the date, and the buttons that move the clock."""

from datetime import timedelta
from typing import Final

from nicegui import ui
from nicegui.element import Element

from rehearsal.page.screen import Screen
from rehearsal.page.sidebar import avatar, drawer_button
from rehearsal.page.tags import button, div, span, tag

_STEPS: Final = {
    "Next hour": timedelta(hours=1),
    "Next day": timedelta(days=1),
    "Next week": timedelta(weeks=1),
}


class Topbar:
    """The clock and its buttons, which are disabled while time moves."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.seen: object = None
        self.named = ""
        with tag("header", "rh-top"):
            drawer_button(screen)
            tag("h1", "rh-brand", text=screen.workspace.name)
            span("rehearsal", "rh-tag")
            self.acting = div("rh-acting", testid="acting")
            with div("rh-clock"):
                with tag("time", "rh-time", testid="clock"):
                    self.day, self.year = span("", "rh-day"), span("", "rh-day rh-year")
                    self.hour, self.zone = span("", "rh-hour"), span("", "rh-zone")
                self.moving = span("", "rh-moving", testid="moving", role="status")
                self.steps = [self._step(label, delta) for label, delta in _STEPS.items()]
            self.bar = div("rh-bar", testid="moved")
        screen.region(self.draw)

    def draw(self) -> None:
        """Show whom one acts as, the time in their zone, and what is in progress."""
        screen = self.screen
        day, hour = f"{screen.now:%a %-d %b}", f"{screen.now:%H:%M}"
        seen = (day, hour, screen.moving, screen.moved, screen.person.id)
        if seen == self.seen:
            return
        self.seen = seen
        self._name()
        self.day.set_text(day)
        self.year.set_text(f" {screen.now:%Y}")
        self.hour.set_text(hour)
        self.zone.set_text(str(screen.zone).rpartition("/")[2].replace("_", " "))
        self.moving.set_text(f"{screen.moving}: {screen.moved:.0%}" if screen.moving else "")
        self.moving.set_visibility(bool(screen.moving))
        self.bar.style(f"width: {screen.moved if screen.moving else 0:.0%}")
        for step in self.steps:
            step.props["disabled"] = bool(screen.moving)
            step.update()

    def _name(self) -> None:
        person = self.screen.person
        if self.named == person.shown_name:
            return
        self.named = person.shown_name
        self.acting.clear()
        with self.acting:
            avatar(person, "rh-small")
            span("You are", "rh-quiet")
            span(person.shown_name, "rh-author")
        ui.page_title(f"{person.shown_name} · {self.screen.workspace.name} · rehearsal")

    def _step(self, label: str, delta: timedelta) -> Element:
        testid = label.lower().replace(" ", "-")
        return button(label, "rh-step", lambda: self.screen.move(label, delta), testid=testid)

"""The right column: what passed between the app and Slack, newest first, with problems in red."""

import json
from typing import Any, Final

from nicegui.element import Element

from rehearsal.page.screen import Screen
from rehearsal.page.tags import button, div, span, tag, when
from rehearsal.state.traffic import Problem

_SHOWN: Final = 60
_LONGEST: Final = 6_000
_FAILED: Final = 400


class Inspector:
    """The traffic, in step with the workspace while it is open."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.seen: object = None
        self.only_problems = False
        self.root = tag("aside", "rh-inspector", testid="inspector", aria_label="Traffic")
        with self.root:
            with div("rh-head"):
                tag("h2", "rh-grow", text="Traffic")
                button("Problems only", "rh-link", self._filter, testid="inspector-problems")
                button("✕", "rh-icon", self.turn, testid="inspector-close", aria_label="Close")
            self.rows = div("rh-traffic")
        screen.region(self.draw)

    def turn(self) -> None:
        """Open or close the column."""
        flipped = "rh-flipped" in self.root.classes
        self.root.classes(remove="rh-flipped") if flipped else self.root.classes("rh-flipped")

    def _filter(self) -> None:
        self.only_problems = not self.only_problems
        self.seen = None
        self.draw()

    def draw(self) -> None:
        """Show the last exchanges."""
        traffic = list(self.screen.workspace.traffic)
        last = traffic[-1] if traffic else None
        seen = (len(traffic), last, len(self.screen.rehearsal.problems), self.only_problems)
        if seen == self.seen:
            return
        self.seen = seen
        self.rows.clear()
        with self.rows:
            if self.only_problems:
                traffic = [exchange for exchange in traffic if exchange.problem]
            if not traffic:
                span("Nothing yet. What the app and Slack say to each other appears here.", "rh-empty")
            for problem in reversed(self.screen.rehearsal.problems[-_SHOWN:]):
                _problem(problem)
            for exchange in reversed(traffic[-_SHOWN:]):
                self._row(exchange)

    def _row(self, exchange: Any) -> None:
        bad = bool(exchange.problem) or exchange.status >= _FAILED
        details = tag("details", "rh-exchange" + when(bad, "rh-bad"), testid="exchange")
        with details:
            with tag("summary"):
                came = exchange.direction == "in"
                span("→" if came else "←", "rh-arrow", title="The app called" if came else "Delivered to the app")
                span(exchange.name, "rh-name")
                span(f"{exchange.at.astimezone(self.screen.zone):%H:%M:%S}", "rh-small-time")
                span(exchange.problem or exchange.summary, "rh-summary")
            body = tag("div")
            details.on("toggle", lambda: _body(body, exchange.body))


def _problem(problem: Problem) -> None:
    """What Slack would not have let pass, with the place to mend."""
    with div("rh-problem", testid="problem"):
        span(f"{problem.method}: {problem.code}", "rh-name")
        if problem.path:
            span(problem.path, "rh-path")
        span(problem.sentence)


def _body(place: Element, body: Any) -> None:
    """Write out what was sent, the first time somebody looks."""
    if list(place):
        return
    words = json.dumps(body, indent=1, ensure_ascii=False, default=str)
    with place:
        tag("pre", "rh-body", text=words[:_LONGEST] + ("\n…" if len(words) > _LONGEST else ""))


def inspector_button(screen: Screen, inspector: Inspector) -> None:
    """The button in the head of the conversation that opens the traffic, with the number of problems."""
    holder = div("rh-holder")
    seen: list[int] = []

    def draw() -> None:
        problems = len(screen.rehearsal.problems)
        if seen == [problems]:
            return
        seen[:] = [problems]
        holder.clear()
        with holder:
            label = f"Traffic · {problems} problem{'' if problems == 1 else 's'}" if problems else "Traffic"
            button(label, "rh-link" + when(problems, "rh-bad"), inspector.turn, testid="inspector-toggle")

    screen.region(draw)

"""The right column: the traffic between the app and Slack, the latest first, with problems in red."""

import json
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from nicegui.element import Element

from rehearsal.page.screen import Screen
from rehearsal.page.tags import button, div, span, tag, when
from rehearsal.state.traffic import Exchange, Problem

_MAX_ROWS: Final = 60
_MAX_BODY_LENGTH: Final = 6_000
_FAILED: Final = 400


class Inspector:
    """The list of traffic; new rows are added at the top."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.last: object = None
        self.problems = 0
        self.shown: deque[Element] = deque()
        opened = when(screen.memory.traffic_open, "rh-open")
        self.root = tag("aside", "rh-inspector" + opened, testid="inspector", aria_label="Traffic")
        with self.root:
            with div("rh-head"):
                tag("h2", "rh-grow", text="Traffic")
                button("Problems only", "rh-link", self._filter, testid="inspector-problems")
                button("✕", "rh-icon", self.turn, testid="inspector-close", aria_label="Close")
            self.rows = div("rh-traffic")
            with self.rows:
                self.nothing = span("What the app and Slack say to each other appears here.", "rh-empty")
        screen.region(self.draw)

    def turn(self) -> None:
        """Open or close the column."""
        self.screen.memory.traffic_open = not self.screen.memory.traffic_open
        self.root.classes(toggle="rh-open")
        self.draw()

    def _filter(self) -> None:
        self.root.classes(toggle="rh-problems-only")

    def draw(self) -> None:
        """Add the traffic since the last update, if somebody looks at it."""
        if "rh-open" not in self.root.classes:
            return
        exchanges, problems = self._news()
        for exchange in exchanges:
            self._add(partial(self._row, exchange))
        for problem in problems:
            self._add(partial(_problem, problem))
        if self.nothing.visible and self.shown:
            self.nothing.set_visibility(False)

    def _news(self) -> tuple[list[Exchange], list[Problem]]:
        news: list[Exchange] = []
        for exchange in reversed(self.screen.workspace.traffic):
            if exchange is self.last or len(news) == _MAX_ROWS:
                break
            news.append(exchange)
        if news:
            self.last = news[0]
        problems = self.screen.rehearsal.problems[self.problems :]
        self.problems += len(problems)
        return news[::-1], problems[-_MAX_ROWS:]

    def _add(self, draw: Callable[[], Element]) -> None:
        with self.rows:
            row = draw()
        row.move(target_index=0)
        self.shown.append(row)
        if len(self.shown) > _MAX_ROWS:
            self.shown.popleft().delete()

    def _row(self, exchange: Exchange) -> Element:
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
        return details


def _problem(problem: Problem) -> Element:
    """Draw a problem with its path."""
    with div("rh-problem", testid="problem") as row:
        span(f"{problem.method}: {problem.code}", "rh-name")
        if problem.path:
            span(problem.path, "rh-path")
        span(problem.sentence)
    return row


def _body(place: Element, body: Any) -> None:
    """Draw the payload when the row is first opened."""
    if list(place):
        return
    words = json.dumps(body, indent=1, ensure_ascii=False, default=str)
    with place:
        tag("pre", "rh-body", text=words[:_MAX_BODY_LENGTH] + ("\n…" if len(words) > _MAX_BODY_LENGTH else ""))


def inspector_button(screen: Screen, inspector: Inspector) -> None:
    """Draw the button that opens the traffic, with the number of problems."""
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

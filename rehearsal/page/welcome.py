"""What the page shows first: the person one acts as, and hints of what to try."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rehearsal.page.mrkdwn import mrkdwn
from rehearsal.page.screen import Screen
from rehearsal.page.tags import button, div, html, tag

_TYPE: Final = (
    "setTimeout(() => {{ const f = document.querySelector('[data-testid=composer]');"
    " f.value = {}; f.focus(); f.dispatchEvent(new Event('input', {{bubbles: true}})); }}, 100)"
)


@dataclass(frozen=True)
class Hint:
    """Something to try: a sentence in mrkdwn, and what is typed for it, if anything."""

    words: str
    typed: str = ""


@dataclass(frozen=True)
class Welcome:
    """The handle of the person one acts as at first, and hints."""

    person: str = ""
    hints: Sequence[Hint] = field(default_factory=tuple)


class Hints:
    """The hints above the composer of the app's direct messages, until somebody closes them."""

    def __init__(self, screen: Screen, hints: Sequence[Hint]) -> None:
        self.screen = screen
        self.root = div("rh-hints", testid="hints", role="note")
        with self.root:
            with div("rh-hints-head"):
                button("Try this", "rh-hints-title rh-grow", self._turn, testid="hints-title")
                button("✕", "rh-icon", self._close, testid="hints-close", aria_label="Close the hints")
            with tag("ol"):
                for hint in hints:
                    self._hint(hint)
        self.is_empty = not hints
        screen.region(self.draw)

    def draw(self) -> None:
        """Show the hints where they can be tried."""
        channel = self.screen.channel
        is_here = channel is not None and self.screen.workspace.bot.id in channel.members and channel.kind == "im"
        self.root.set_visibility(is_here and not self.is_empty and not self.screen.memory.hints_closed)

    def _hint(self, hint: Hint) -> None:
        with tag("li"):
            html(mrkdwn(hint.words, self.screen.names), kind="span")
            if hint.typed:
                button("Type it", "rh-link", lambda: self._type(hint.typed), testid="hint-type")

    def _type(self, words: str) -> None:
        self.screen.client.run_javascript(_TYPE.format(json.dumps(words)))

    def _turn(self) -> None:
        """Unfold or fold the list, where the screen is too narrow to show it at once."""
        self.root.classes(toggle="rh-open")

    def _close(self) -> None:
        self.screen.memory.hints_closed = True
        self.screen.draw()

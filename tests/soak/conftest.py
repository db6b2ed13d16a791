"""How long the soak is: with --soak 220 kills over 5,060 messages on each database, else 6 over 60."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Soak:
    """How often two processes are killed, how many messages are enqueued for them each time, and how it is told."""

    lives: int
    messages: int
    tell: Callable[[str], None]


@pytest.fixture
def soak(request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]) -> Soak:
    """Return the long version with --soak, which tells its ledger on the terminal; else the short one."""
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or not request.config.getoption("--soak"):
        return Soak(3, 20, tell=lambda _: None)

    def tell(line: str) -> None:
        with capfd.disabled():
            terminal.write_line(f"\n{line}")

    return Soak(110, 46, tell=tell)

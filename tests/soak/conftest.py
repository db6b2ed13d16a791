"""Adds `--soak` for the long version."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --soak."""
    parser.addoption(
        "--soak", action="store_true", help="220 kills over 5,060 messages a database instead of 6 over 60"
    )


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
    if terminal is None or not request.config.getoption("--soak", default=False):
        return Soak(3, 20, tell=lambda _: None)

    def tell(line: str) -> None:
        with capfd.disabled():
            terminal.write_line(f"\n{line}")

    return Soak(110, 46, tell=tell)

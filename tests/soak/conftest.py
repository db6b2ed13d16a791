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
def soak(request: pytest.FixtureRequest) -> Soak:
    """Return the long version with --soak, else the short one."""
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    is_long = request.config.getoption("--soak", default=False)
    return Soak(*((110, 46) if is_long else (3, 20)), tell=terminal.write_line if terminal and is_long else print)

"""Adds `--soak` for the long version."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --soak."""
    parser.addoption("--soak", action="store_true", help="sixty kills a database instead of four")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """Return how often the courier is killed."""
    return 60 if request.config.getoption("--soak", default=False) else 4

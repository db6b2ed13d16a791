"""How many inputs each door gets: a thousand in all, or twenty thousand with `make soak`."""

import pytest
from hypothesis import HealthCheck, settings

SOAK = 20


@pytest.fixture
def inputs(request: pytest.FixtureRequest) -> "Inputs":
    """Return how often each door is tried."""
    return Inputs(SOAK if request.config.getoption("--soak", default=False) else 1)


class Inputs:
    """Makes the settings of a property; the tests try the same inputs each time, the soak others."""

    def __init__(self, times: int) -> None:
        self._times = times

    def many(self, number: int) -> settings:
        """Return settings for *number* inputs, or so many times that."""
        return settings(
            max_examples=number * self._times, deadline=None, database=None, derandomize=self._times == 1,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip

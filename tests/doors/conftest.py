"""How many inputs the doors get: a thousand in all on each database, or twenty thousand with --soak."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SOAK = 20


@pytest.fixture
def inputs(request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]) -> Iterator["Inputs"]:
    """Return how often a door is tried; with --soak its inputs are counted on the terminal."""
    is_soak = request.config.getoption("--soak")
    made = Inputs(SOAK if is_soak else 1)
    yield made
    assert made.tried >= made.wanted
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    if is_soak and terminal is not None:
        with capfd.disabled():
            terminal.write_line(f"\n{request.node.name}: {made.tried:,} inputs")


class Inputs:
    """Tries a door with many inputs; the tests try the same inputs each time, the soak others."""

    def __init__(self, times: int) -> None:
        self._times = times
        self.wanted = self.tried = 0

    def each(self, number: int, *strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], None]:
        """Call the decorated function with *number* inputs, or so many times that."""
        number *= self._times
        self.wanted += number

        def run(door: Callable[..., None]) -> None:
            @settings(
                max_examples=number, deadline=None, database=None, derandomize=self._times == 1,
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(st.tuples(*strategies))
            def tried(values: tuple[Any, ...]) -> None:
                self.tried += 1
                door(*values)

            tried()

        return run

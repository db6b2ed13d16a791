"""The growth of the bot's memory is that of a real process, which has answered commands and run its jobs."""

from pathlib import Path

import pytest

from benchmarks.growth import BUDGET_MB, measure


@pytest.mark.slow
def test_both_kinds_of_work_are_measured(tmp_path: Path) -> None:
    """There is a figure for the commands and one for the ticks, each against the budget."""
    commands, ticks = measure(tmp_path, commands=20, ticks=20)
    assert (commands.name, ticks.name) == ("memory grown by 20 commands", "memory grown by 20 ticks")
    assert commands.theirs == ticks.theirs == BUDGET_MB
    assert all(figure.unit == "MB" and figure.ratio == figure.ours / BUDGET_MB for figure in (commands, ticks))

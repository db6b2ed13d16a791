"""A long list is measured twice: as one of new customers, and as one of known ones."""

from pathlib import Path

import pytest

from benchmarks.long_list import measure


@pytest.mark.slow
def test_a_list_is_measured_when_it_comes_and_when_it_comes_again(tmp_path: Path) -> None:
    """Each time by the memory and the time of a process of its own."""
    figures = list(measure(tmp_path, rows=20, databases=["sqlite"]))
    assert [(figure.name, figure.unit) for figure in figures] == [
        ("import of 20 rows into sqlite, peak memory", "MB"), ("import of 20 rows into sqlite, time", "s"),
        ("the same 20 rows into sqlite once more, peak memory", "MB"),
        ("the same 20 rows into sqlite once more, time", "s"),
    ]  # fmt: skip
    assert all(figure.ours > 0 for figure in figures)

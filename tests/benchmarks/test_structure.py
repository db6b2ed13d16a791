"""The figures of the source tree: what it repeats, and how often one command asks the database."""

import pytest

from benchmarks.structure import count_repeated, follow_an_assignment

SIX = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n"

MOST_STATEMENTS = 22


@pytest.mark.slow
async def test_a_follow_up_reaches_its_assignee_in_few_statements() -> None:
    """`/assign @ana Acme friday call`, stored and delivered: each of its statements has a reason of its own."""
    statements = (await follow_an_assignment()).statements
    assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)


def test_six_equal_lines_in_two_files_are_one_pair() -> None:
    """Blank lines and indentation aside."""
    indented = "def g():\n" + "\n".join(f"    {line}\n" for line in SIX.splitlines())
    assert count_repeated([SIX, indented]) == 1


def test_six_lines_in_three_places_are_three_pairs() -> None:
    """Two of the places may be in one file."""
    assert count_repeated([f"{SIX}x = 0\n{SIX}", SIX]) == 3


def test_seven_equal_lines_are_two_pairs() -> None:
    """Each six lines of them count."""
    assert count_repeated([f"{SIX}g = 7\n", f"{SIX}g = 7\n"]) == 2


def test_five_equal_lines_are_none() -> None:
    """A short file and other lines repeat nothing."""
    assert count_repeated([SIX, SIX.replace("f = 6", "f = 7"), "a = 1\n"]) == 0

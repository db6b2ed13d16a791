"""A figure says whether it keeps its budget, in a line and in the file; both sides are measured in turns."""

import pytest

from benchmarks.figure import Figure, in_turns

FASTER = Figure("answers", 0.6, 0.5, 300.0, 500.0, "requests/s", at_least=True)
LEANER = Figure("import", 2.5, 4.0, 5.0, 2.0, "s")


@pytest.mark.parametrize(
    ("ratio", "at_least", "ok"),
    [(3.9, False, True), (4.0, False, True), (4.1, False, False), (3.9, True, False), (4.0, True, True)],
)
def test_a_budget_is_kept_up_to_its_very_number(ratio: float, at_least: bool, ok: bool) -> None:
    """Time and memory may not exceed it; throughput may not fall below it."""
    assert Figure("any", ratio, 4.0, 1.0, 1.0, "s", at_least=at_least).ok is ok


def test_the_line_tells_ratio_budget_and_both_sides() -> None:
    """One line for people, with the direction of the budget."""
    assert FASTER.line() == "ok     answers: 0.60 × (≥ 0.5 ×); 300 against 500 requests/s"
    assert LEANER.line() == "ok     import: 2.50 × (≤ 4 ×); 5 against 2 s"


def test_a_missed_budget_is_said_first() -> None:
    """Nobody has to compare the numbers."""
    assert Figure("import", 5.2, 4.0, 10.4, 2.0, "s").line().startswith("MISSED import: 5.20 × (≤ 4 ×)")


def test_the_file_holds_exactly_what_was_agreed() -> None:
    """Name, ratio, budget, ok, ours, theirs and unit, and nothing else."""
    assert FASTER.as_json() == {
        "name": "answers", "ratio": 0.6, "budget": 0.5, "ok": True, "ours": 300.0, "theirs": 500.0,
        "unit": "requests/s",
    }  # fmt: skip


def test_both_sides_are_measured_in_turns_after_a_warm_up() -> None:
    """The first of each is thrown away; then ours and theirs alternate."""
    order: list[str] = []
    ours, theirs = iter([100.0, 2.0, 8.0, 4.0]), iter([100.0, 1.0, 2.0, 4.0])

    def measure_ours() -> float:
        order.append("ours")
        return next(ours)

    def measure_theirs() -> float:
        order.append("theirs")
        return next(theirs)

    assert in_turns(measure_ours, measure_theirs, rounds=3) == (4.0, 2.0, 2.0)
    assert order == ["ours", "theirs"] * 4


def test_the_ratio_is_the_median_of_the_pairs() -> None:
    """One slow moment of the machine, which falls on one pair, decides nothing."""
    ours, theirs = iter([2.0, 50.0, 6.0]), iter([1.0, 1.0, 2.0])
    assert in_turns(lambda: next(ours), lambda: next(theirs), rounds=3, warm_up=False) == (6.0, 1.0, 3.0)

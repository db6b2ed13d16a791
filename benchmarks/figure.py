"""One figure: ours against theirs, in turns, so that a machine's moods fall on both."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Figure:
    """
    A ratio with its budget. *at_least*: a higher ratio is better (throughput); else a lower one is (time, memory).

    `ours` and `theirs` are medians in *unit*; `ratio` is the median of the ratios pair by pair.
    """

    name: str
    ratio: float
    budget: float
    ours: float
    theirs: float
    unit: str
    at_least: bool = False

    @property
    def ok(self) -> bool:
        """Whether the figure keeps its budget."""
        return self.ratio >= self.budget if self.at_least else self.ratio <= self.budget

    def line(self) -> str:
        """One line for people."""
        sign, verdict = ("≥" if self.at_least else "≤"), ("ok" if self.ok else "MISSED")
        return (
            f"{verdict:6} {self.name}: {self.ratio:,.2f} × ({sign} {self.budget:g} ×);"
            f" {self.ours:,.4g} against {self.theirs:,.4g} {self.unit}"
        )

    def as_json(self) -> dict[str, Any]:
        """For .bench/figures.json."""
        kept = asdict(self)
        del kept["at_least"]
        return {**kept, "ok": self.ok}


def seconds(work: Callable[[], object]) -> float:
    """How long *work* takes."""
    begun = perf_counter()
    work()
    return perf_counter() - begun


def in_turns(
    ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int, warm_up: bool = True
) -> tuple[float, float, float]:
    """Measure both, ours and theirs in turns; the medians of ours, of theirs, and of their ratio pair by pair."""
    if warm_up:
        ours()
        theirs()
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)

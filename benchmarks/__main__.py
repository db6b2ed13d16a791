"""`python -m benchmarks`: one line a figure, and .bench/figures.json."""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import (
    answering,
    crowded,
    growth,
    importing,
    levelling,
    long_list,
    matching,
    replicas,
    size,
    sweeping,
    training,
)
from benchmarks.figure import Figure

FIGURES = Path(".bench/figures.json")


def main() -> int:
    """Measure everything; the exit code tells whether every budget was kept."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as folder:
        for figure in _measure(Path(folder)):
            print(figure.line(), flush=True)
            figures.append(figure)
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps([figure.as_json() for figure in figures], indent=2, ensure_ascii=False) + "\n")
    return 0 if all(figure.ok for figure in figures) else 1


def _measure(folder: Path) -> Iterator[Figure]:
    yield importing.measure(folder)
    yield from long_list.measure(folder)
    yield from crowded.measure(folder)
    yield from sweeping.measure(folder)
    yield from answering.measure(folder)
    yield from growth.measure(folder)
    yield from replicas.measure(folder)
    yield levelling.measure(folder)
    yield from matching.measure(folder)
    yield from training.measure()
    yield from size.measure(folder)


if __name__ == "__main__":
    sys.exit(main())

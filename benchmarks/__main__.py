"""`python -m benchmarks`: one line a figure, and .bench/figures.json."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
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
    reviewing,
    size,
    sweeping,
    training,
)
from benchmarks.figure import Figure

FIGURES = Path(".bench/figures.json")
MANY = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything, or what takes long; the exit code tells whether every budget was kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    about = f"only the review of {MANY:,} customers and {10 * MANY:,} check-ins, on both databases: half an hour"
    parser.add_argument("--large", action="store_true", help=about)
    measure = _measure_many if parser.parse_args(arguments).large else _measure
    figures = []
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as folder:
        for figure in measure(Path(folder)):
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
    yield from reviewing.measure(folder)
    yield from matching.measure(folder)
    yield from training.measure()
    yield from size.measure(folder)


def _measure_many(folder: Path) -> Iterator[Figure]:
    for kind in size.DATABASES:
        yield from reviewing.measure(folder, MANY, 10 * MANY, kind, with_proof=False)


if __name__ == "__main__":
    sys.exit(main())

"""
How much memory and time an import of 300,000 rows takes: `python -m benchmarks.long_list` prints the figures.

The list comes in twice: all of its customers are new the first time, and known the second time. Each import is a
process of its own, from the file's bytes to the last batch, as `evenhand import` does it.
"""

import argparse
import contextlib
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from time import perf_counter

from sqlmodel import Session, select

from benchmarks.company import make_names
from benchmarks.figure import Figure
from benchmarks.size import DATABASES, fresh_databases
from bot.core.batches import ManyTransactions
from bot.core.clock import WallClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers.gateways import read_drafts
from bot.customers.usecases.uploads import import_upload, store_upload
from bot.people.tables import Person
from bot.storage import migrate
from bot.workspaces.usecases import BOT, install_workspace

ROWS = 300_000
OWNERS = 20
WORKSPACE = "T0BENCH"
MEMORY_GOAL_MB = 600.0
SECONDS_GOAL = {"sqlite": 240.0, "postgresql": 60.0}
"""SQLite's import pauses after each batch, so that others can write."""


def measure(folder: Path, rows: int = ROWS, databases: Sequence[str] = DATABASES) -> Iterator[Figure]:
    """Import a list into an empty workspace of each database and then once more, each time in a process of its own."""
    content = folder / "long_list.csv"
    content.write_bytes(list_of(rows))
    for kind in databases:
        with fresh_databases(kind, folder) as make:
            url = make("long_list")
            for name in (f"import of {rows:,} rows into {kind}", f"the same {rows:,} rows into {kind} once more"):
                peak, took = _in_a_process(url, content)
                yield Figure(f"{name}, peak memory", peak / MEMORY_GOAL_MB, 1, peak, MEMORY_GOAL_MB, "MB")
                yield Figure(f"{name}, time", took / SECONDS_GOAL[kind], 1, took, SECONDS_GOAL[kind], "s")


def list_of(rows: int) -> bytes:
    """Return a list of new customers with owners, domains, countries and ids."""
    lines = (f'"{name}",Owner {at % OWNERS + 1},c{at}.com,DE,{at}' for at, name in enumerate(make_names(rows)))
    return "\n".join(["Name,Owner,Domain,Country,External id", *lines]).encode()


def _in_a_process(url: str, content: Path) -> tuple[float, float]:
    """Import the file in another process; return its peak memory in MB, and the seconds of the import."""
    command = [sys.executable, "-m", "benchmarks.long_list", "--import", str(content), url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    peak, took = printed.split()[-2:]
    return float(peak), float(took)


def import_file(url: str, content: Path) -> tuple[float, float]:
    """Import the file into the workspace; return this process's peak memory in MB, and the seconds it took."""
    with contextlib.closing(Runtime(Database(url), WallClock())) as runtime:
        migrate(runtime.database)
        runtime.run_now(install_workspace, workspace=WORKSPACE, name="Bench", bot_user_id="U0BOT")
        if runtime.read_now(_is_empty, workspace=WORKSPACE):
            runtime.run_now(_add_owners, workspace=WORKSPACE)
        begun, data = perf_counter(), content.read_bytes()
        about = {"by": BOT, "file_name": content.name, "content": data}
        upload_id = runtime.run_now(store_upload, workspace=WORKSPACE, **about)
        drafts = read_drafts(data, name=content.name, today=runtime.clock.now().date())
        batches = ManyTransactions(runtime, WORKSPACE)
        import_upload(batches, upload_id=upload_id, drafts=drafts, erase_blanks=False, by=BOT)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, perf_counter() - begun


def _is_empty(session: Session, now: datetime) -> bool:  # noqa: ARG001 - every query takes the time
    return session.exec(select(Person.id).limit(1)).first() is None


def _add_owners(session: Session, now: datetime) -> None:
    for number in range(1, OWNERS + 1):
        session.add(Person(id=f"U0{number}", name=f"Owner {number}", name_key=f"owner {number}", synced_at=now))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure as many rows, and the databases, that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long_list", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--import", dest="work", nargs=2, metavar=("FILE", "URL"), help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.work:
        content, url = asked.work
        print(*import_file(url, Path(content)))
        return 0
    with tempfile.TemporaryDirectory(prefix="evenhand-long-list-") as folder:
        found = []
        for figure in measure(Path(folder), asked.rows, asked.database):
            print(figure.line(), flush=True)
            found.append(figure)
    return 0 if all(figure.ok for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())

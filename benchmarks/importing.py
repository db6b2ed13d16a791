"""Import of 46,964 rows against a bare executemany of the same rows."""

import csv
import gzip
import io
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, in_turns, seconds
from bot.core.clock import WallClock
from bot.core.database import Database, sqlite_module
from bot.core.runtime import Runtime
from bot.customers.gateways import read_drafts
from bot.customers.usecases.lists import apply_import
from bot.storage import migrate
from bot.workspaces.usecases import BOT, install_workspace

BUDGET = 2.2
ROWS = 46_964
ROUNDS = 3
WORKSPACE = "T0BENCH"
REAL = Path(__file__).parent.parent.parent / "shared/data/customers/financedatabase_companies.csv.gz"


def measure(folder: Path) -> Figure:
    """The whole way from the file's bytes to committed customers, against inserting finished tuples."""
    content = _content()
    template = _template(folder)
    columns, rows = _rows_of(_import(folder, template, content))
    ours, theirs, ratio = in_turns(
        lambda: seconds(lambda: _import(folder, template, content)),
        lambda: seconds(lambda: _bare(folder, template, columns, rows)),
        rounds=ROUNDS,
        warm_up=False,
    )
    name = f"import of {len(rows):,} customers, against a bare executemany of them"
    return Figure(name, ratio, BUDGET, ours, theirs, "s")


def _content() -> bytes:
    """The real list where it is at hand, else one of the same length and shape."""
    return gzip.decompress(REAL.read_bytes()) if REAL.exists() else _made_up()


def _made_up() -> bytes:
    dice = random.Random(46964)  # noqa: S311 - the same list every time
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "website", "sector", "market_cap", "country", "city", "symbol"])
    for number in range(ROWS):
        words = " ".join("".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=6)).title() for _ in range(3))
        site = f"https://www.company{number}.example/" if number % 3 else ""
        writer.writerow([words, site, "Industrials", dice.choice(["Nano", "Mega"]), "Norway", "Bergen", f"S{number}"])
    return text.getvalue().encode()


def _template(folder: Path) -> Path:
    path = folder / "template.db"
    runtime = Runtime(Database(f"sqlite:///{path}"), WallClock())
    migrate(runtime.database)
    runtime.run_now(install_workspace, workspace=WORKSPACE, name="Bench", bot_user_id="U0")
    runtime.close()
    return path


def _import(folder: Path, template: Path, content: bytes) -> Path:
    path = folder / "ours.db"
    _fresh(path, template)
    runtime = Runtime(Database(f"sqlite:///{path}"), WallClock())
    drafts = read_drafts(content, name="companies.csv", today=runtime.clock.now().date())
    runtime.run_now(apply_import, workspace=WORKSPACE, drafts=drafts, by=BOT)
    runtime.close()
    return path


def _bare(folder: Path, template: Path, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    path = folder / "theirs.db"
    _fresh(path, template)
    connection = sqlite_module().connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("DROP TRIGGER unread_customers_insert")  # bare: nothing but these rows is written
    places = ", ".join("?" * len(columns))
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO customers ({', '.join(columns)}) VALUES ({places})", rows)
    connection.execute("COMMIT")
    connection.close()


def _rows_of(path: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    connection = sqlite_module().connect(path)
    cursor = connection.execute("SELECT * FROM customers ORDER BY parent_id IS NOT NULL")
    columns, rows = [column[0] for column in cursor.description], cursor.fetchall()
    connection.close()
    return columns, rows


def _fresh(path: Path, template: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    shutil.copy(template, path)

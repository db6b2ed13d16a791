"""
Figures of the source tree, and of the way that one command takes through it: `make figures`.

- Lines and files: all lines of the `.py` files that git tracks under `bot/` and `jobs/`.
- Functions: the lines of each function there, from its `def` to its last line.
- Repeated places: pairs of places there whose six successive lines are equal, blank lines and indentation aside. Two
  places of seven equal lines are two such pairs; imports count.
- Tests ÷ code: the lines of all `.py` under `tests/`, against those of all others but `migrations/`.
- The way: `/assign @ana Acme friday call`, typed in a rehearsal by her manager, up to Ana's message. Counted are the
  functions of `bot/` and `jobs/` that are called meanwhile, each once, in any thread; the files they stand in; and the
  SQL statements, BEGIN IMMEDIATE included. The manager has used the bot before, the job that delivers messages runs
  once, without the scheduler around it, and Home isn't open.
"""

import ast
import asyncio
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import comb
from pathlib import Path
from statistics import median
from types import CodeType, FrameType
from typing import Any

import sqlalchemy as sa

from bot.customers.schemas import CustomerDetails
from bot.customers.usecases.details import add_customer
from bot.logs import configure_logging
from bot.settings import LogFormat
from demo.people import ANA, MARA, NINE, TEAM, populate
from demo.stage import open_stage
from jobs.deliver_outbox import deliver_outbox
from jobs.schedule import on_dead

ROOT = Path(__file__).parent.parent
CODE = ("bot", "jobs")
REPEATED_LINES = 6
PATIENCE_SECONDS = 60
PREFIXES = tuple(f"{ROOT / folder}/" for folder in CODE)


def main() -> None:
    """Print one line a row of figures."""
    configure_logging(style=LogFormat.HUMAN, level="error")
    code = [path for path in _tracked() if path.parts[0] in CODE]
    tests = [path for path in _tracked() if path.parts[0] == "tests"]
    others = [path for path in _tracked() if path.parts[0] not in {"tests", "migrations"}]
    lengths = sorted(length for path in code for length in _function_lengths(path))
    ninety = lengths[int(len(lengths) * 0.9)]
    way = asyncio.run(follow_an_assignment())
    print(f"lines / files under bot/ and jobs/: {_lines(*code):,} / {len(code)} (≤ 31,500 / 235)")
    print(
        f"lines of a function, median / 90 % / longest: {median(lengths):g} / {ninety} / {lengths[-1]} (≤ 7 / 18 / 60)"
    )
    repeated = count_repeated((ROOT / path).read_text(encoding="utf-8") for path in code)
    print(f"pairs of places that repeat {REPEATED_LINES} lines: {repeated} (≤ 110)")
    print(f"tests ÷ code: {_lines(*tests) / _lines(*others):.2f} (≥ 0.85)")
    print(f"functions / files / statements on the way of /assign: {way.functions} / {way.files} / {len(way.statements)}"
          " (≤ 90 / 18 / 22)")  # fmt: skip


def _tracked() -> list[Path]:
    told = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(line) for line in told.splitlines() if (ROOT / line).exists()]


def _lines(*paths: Path) -> int:
    return sum(len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in paths)


def _function_lengths(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def count_repeated(texts: Iterable[str]) -> int:
    """Return how many pairs of places in *texts*, of one or of two, have the same six lines."""
    places: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        places.update(tuple(lines[at : at + REPEATED_LINES]) for at in range(len(lines) - REPEATED_LINES + 1))
    return sum(comb(count, 2) for count in places.values())


@dataclass
class Way:
    """The code of `bot/` and `jobs/`, and the SQL, that ran in any thread while `watching`."""

    watching: bool = False
    codes: set[CodeType] = field(default_factory=set)
    statements: list[str] = field(default_factory=list)

    @property
    def functions(self) -> int:
        """How many functions were called; comprehensions, lambdas and bodies of modules are none."""
        return sum(not code.co_name.startswith("<") for code in self.codes)

    @property
    def files(self) -> int:
        """In how many files they stand."""
        return len({code.co_filename for code in self.codes})

    @contextmanager
    def hooked_in(self) -> Iterator[None]:
        """Listen to the interpreter and to SQLAlchemy; threads that exist already aren't heard."""
        sa.event.listen(sa.Engine, "before_cursor_execute", self._note_statement)
        threading.setprofile(self._note_call)
        sys.setprofile(self._note_call)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            sa.event.remove(sa.Engine, "before_cursor_execute", self._note_statement)

    def _note_call(self, frame: FrameType, event: str, _argument: Any) -> None:
        if self.watching and event == "call" and frame.f_code.co_filename.startswith(PREFIXES):
            self.codes.add(frame.f_code)

    def _note_statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if self.watching:
            self.statements.append(statement)


async def follow_an_assignment() -> Way:
    """Assign a call in a rehearsal, and return what ran until the message about it had arrived."""
    way = Way()
    with way.hooked_in(), tempfile.TemporaryDirectory(prefix="evenhand-figures-") as folder:
        url = f"sqlite:///{folder}/evenhand.db"
        async with open_stage(database_url=url, start=NINE, populate=populate, team_id=TEAM) as stage:
            people = stage.rehearsal.control.as_person
            details = CustomerDetails(name="Acme", owner_id=ANA)
            await stage.bot.runtime.run(add_customer, workspace=TEAM, details=details, by=MARA)
            await people(MARA).command("/checkin")
            await stage.bot.run_jobs()
            way.watching = True
            await people(MARA).command("/assign @ana Acme friday call")
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not any("INTO outbox" in statement for statement in way.statements):  # noqa: ASYNC110 - no event
                    await asyncio.sleep(0.05)
            await deliver_outbox(stage.bot.runtime.background, lambda _: stage.bot.client, on_dead)
            way.watching = False
            assert any("asks you to follow up" in message.text for message in people(ANA).dm()), "no message came"
    return way


if __name__ == "__main__":
    main()

"""
Check-ins while a long list comes in and goes away again: `python -m benchmarks.crowded` prints the figures.

The rehearsal sends signed HTTP to the real bot on SQLite. A manager imports and undoes the list in the window; an owner
records a check-in each second meanwhile, in two answers: the window opens, and what is entered is saved.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, func, select

from benchmarks.company import MANAGER, OWNERS, START, WORKSPACE, build_company, make_names
from benchmarks.figure import Figure
from bot.checkins.tables import Checkin
from bot.core.clock import MovableClock
from bot.core.database import READS_ONLY, Database
from bot.core.runtime import Runtime
from bot.customers.tables import Customer
from bot.customers.views import UNDO
from bot.storage import migrate
from demo.stage import Stage, open_stage
from rehearsal.actor import Actor
from rehearsal.server import Rehearsal
from rehearsal.state.views import View

ROWS, KNOWN = 44_000, 1_000
P95_GOAL_MS, HOLD_GOAL_MS = 500.0, 200.0
PATIENCE_SECONDS = 600.0
TITLE = "Import customers"


@dataclass
class Crowd:
    """
    What happened: how long answers took and the lock for writing was held, in ms; the counts of customers and check-ins
    before, with the list, and after its undo.
    """

    answers: list[float] = field(default_factory=list)
    holds: list[float] = field(default_factory=list)
    saved: int = 0
    customers: list[int] = field(default_factory=list)
    checkins: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many check-ins were sent and are not stored."""
        return self.saved - (self.checkins[-1] - self.checkins[0])


async def crowd(database_url: str, *, rows: int = ROWS, known: int = KNOWN, pause: float = 1.0) -> Crowd:
    """Import and undo *rows* while an owner of some of *known* customers checks in every *pause* seconds."""
    with contextlib.closing(Runtime(Database(database_url), MovableClock(START))) as runtime:
        migrate(runtime.database)
        names = build_company(runtime, known)
    found = Crowd()
    options: dict[str, Any] = {"start": START, "populate": _populate, "http": True, "team_id": WORKSPACE}
    async with open_stage(database_url=database_url, **options) as stage:
        stage.rehearsal.control.limit_rates(on=False)
        _count(stage, found)
        with _watching(stage, found):
            for work in (_bring, _take_back):
                await _while_checking_in(stage, found, work, names, rows=rows, pause=pause)
                _count(stage, found)
    return found


async def _while_checking_in(
    stage: Stage, found: Crowd, work: Any, names: Sequence[str], *, rows: int, pause: float
) -> None:
    begun = perf_counter()
    working = asyncio.create_task(work(_actor(stage, MANAGER), rows))
    owner = _actor(stage, OWNERS[3])
    while not working.done():
        started = perf_counter()
        await _check_in(owner, names[found.saved % len(names)], found)
        await asyncio.sleep(max(pause - (perf_counter() - started), 0))
    await working
    found.seconds.append(perf_counter() - begun)


async def _check_in(owner: Actor, name: str, found: Crowd) -> None:
    """Record a check-in, and time its two answers."""
    started = perf_counter()
    await owner.command(f"/checkin {name}")
    window = await owner.modal_opened(timeout=PATIENCE_SECONDS)
    found.answers.append((perf_counter() - started) * 1000)
    started = perf_counter()
    errors = await owner.submit(window)
    found.answers.append((perf_counter() - started) * 1000)
    assert errors is None, errors
    found.saved += 1
    if owner.modal() is not None:
        await owner.close(owner.modal(), everything=True)  # type: ignore[arg-type]  # it is there


async def _bring(manager: Actor, rows: int) -> None:
    """Send a list, look at its preview, and import it."""
    await manager.command("/customers import")
    form = await _window(manager, "A list from HubSpot")
    await manager.fill(form, customers_file=("crowd.csv", _list_of(rows)))
    await manager.submit(form)
    await manager.submit(await _window(manager, "would be added"))
    done = await _window(manager, "is in.")
    await manager.close(done, everything=True)


async def _take_back(manager: Actor, rows: int) -> None:
    """Undo the list from the window."""
    await manager.command("/customers import")
    await manager.press(await _window(manager, "Earlier lists"), UNDO)
    await manager.close(await _window(manager, f"{rows:,} customers removed"), everything=True)


async def _window(actor: Actor, words: str) -> View:
    def look(me: Actor) -> View | None:
        view = me.modal()
        return view if view is not None and view.title == TITLE and words in str(view.blocks) else None

    return await actor.until(look, PATIENCE_SECONDS)


def _list_of(rows: int) -> bytes:
    """Return a list of new customers with owners, domains and countries."""
    names = list(make_names(KNOWN + rows))[KNOWN:]
    lines = (f'"{name}",Owner {at % 20 + 1},c{at}.example,DE,{at}' for at, name in enumerate(names))
    return "\n".join(["Name,Owner,Domain,Country,External id", *lines]).encode()


def _actor(stage: Stage, who: str) -> Actor:
    actor = stage.rehearsal.control.as_person(who)
    actor.response_timeout = PATIENCE_SECONDS
    return actor


def _count(stage: Stage, found: Crowd) -> None:
    def count(session: Session, now: object) -> tuple[int, int]:  # noqa: ARG001 - every query takes the time
        kinds = (Customer, Checkin)
        customers, checkins = (session.exec(select(func.count()).select_from(kind)).one() for kind in kinds)
        return customers, checkins

    customers, checkins = stage.bot.runtime.read_now(count, workspace=WORKSPACE)
    found.customers.append(customers)
    found.checkins.append(checkins)


@contextlib.contextmanager
def _watching(stage: Stage, found: Crowd) -> Iterator[None]:
    """Note how long each transaction that writes holds the lock, from its first statement to its commit."""
    engine = stage.bot.runtime.database.engine

    def begin(connection: Any) -> None:
        is_reading = connection.get_execution_options().get(READS_ONLY)
        connection.info["begun"] = None if is_reading else perf_counter()

    def end(_connection: Any, record: Any) -> None:
        if begun := record.info.pop("begun", None):
            found.holds.append((perf_counter() - begun) * 1000)

    event.listen(engine, "begin", begin)
    event.listen(engine, "checkin", end)
    yield
    event.remove(engine, "begin", begin)
    event.remove(engine, "checkin", end)


def _populate(rehearsal: Rehearsal) -> None:
    for number, person in enumerate((MANAGER, *OWNERS)):
        rehearsal.control.add_person(person.lower(), id=person, real_name=f"Owner {number}" if number else "Manager")
    for channel in ("general", "accounts"):
        rehearsal.control.add_channel(channel, members=[MANAGER, *OWNERS])


def figures(found: Crowd, rows: int) -> list[Figure]:
    """Compare what happened with what people may expect."""
    p95 = quantiles(found.answers, n=20)[-1]
    longest = quantiles(found.holds, n=100)[-1]
    come_and_gone = (
        f"while {rows:,} customers come in ({found.seconds[0]:.0f} s) and go away ({found.seconds[1]:.0f} s)"
    )
    return [
        Figure(f"check-ins {come_and_gone}, p95", p95 / P95_GOAL_MS, 1.0, p95, P95_GOAL_MS, "ms"),
        Figure("the same, check-ins that failed", float(found.failed), 0.0, float(found.failed), 0.0, "check-ins"),
        Figure("the same, lock for writing held, p99", longest / HOLD_GOAL_MS, 1.0, longest, HOLD_GOAL_MS, "ms"),
    ]


def measure(folder: Path, rows: int = ROWS) -> Iterator[Figure]:
    """Measure on a new SQLite database."""
    yield from figures(asyncio.run(crowd(f"sqlite:///{folder / 'crowded.db'}", rows=rows)), rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure as many rows as the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowded", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="evenhand-crowded-") as folder:
        found = list(measure(Path(folder), asked.rows))
    for figure in found:
        print(figure.line(), flush=True)
    return 0 if all(figure.ok for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())

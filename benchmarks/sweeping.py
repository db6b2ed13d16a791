"""The due sweep: whose reminder is owed, at a million customers and against one scheduler job per customer."""

import pickle
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy import event

from benchmarks.figure import Figure, in_turns, seconds
from bot.checkins.queries.reminders import list_due_reminders
from bot.checkins.schemas import DueReminder
from bot.core.clock import MovableClock, WallClock, new_id
from bot.core.database import Database, sqlite_module
from bot.core.runtime import Runtime
from bot.customers.tables import Customer
from bot.features import FEATURES
from bot.people.tables import Person
from bot.storage import migrate
from bot.workspaces.usecases import install_workspace

RAW_BUDGET, SCHEDULER_BUDGET = 1.49, 100.0
MANY, FEWER = 1_000_000, 10_000
CUSTOMERS_EACH = 200
ROUNDS = 9
WORKSPACE = "T0BENCH"
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CADENCE = timedelta(days=30)
CHUNK = 50_000

Statement = tuple[str, Sequence[Any]]


def measure(folder: Path) -> list[Figure]:
    """Both figures."""
    return [_against_raw_sql(folder), _against_a_scheduler(folder)]


def _against_raw_sql(folder: Path) -> Figure:
    """The sweep as the job runs it, against the very statements it makes, sent by the driver alone."""
    path = folder / "million.db"
    runtime = _fill(path, MANY)
    with _overheard(runtime.database) as statements:
        owed = _sweep(runtime)
    raw = sqlite_module().connect(path)

    def replay() -> None:
        for statement, parameters in statements:
            raw.execute(statement, parameters).fetchall()

    ours, theirs, ratio = in_turns(
        lambda: seconds(lambda: _sweep(runtime)),
        lambda: seconds(replay),
        rounds=ROUNDS,
    )
    raw.close()
    runtime.close()
    name = f"due sweep over {MANY:,} customers ({len(owed):,} people owed a reminder), against its raw SQL"
    return Figure(name, ratio, RAW_BUDGET, ours, theirs, "s")


def _sweep(runtime: Runtime) -> list[DueReminder]:
    return [one for one in runtime.read_now(list_due_reminders, workspace=WORKSPACE, features=FEATURES) if one.waits]


def _against_a_scheduler(folder: Path) -> Figure:
    """Noticing 10,000 due customers: our sweep, against a scheduler that holds and runs one job for each."""
    runtime = _fill(folder / "fewer.db", FEWER, all_due=True)
    scheduler = _Scheduler(folder / "jobs.db", FEWER)
    sweep = lambda: seconds(lambda: _sweep(runtime))  # noqa: E731
    ours, theirs, ratio = in_turns(sweep, scheduler.run_what_is_due, rounds=1, warm_up=False)
    runtime.close()
    name = f"due sweep, times faster than one APScheduler job per customer at {FEWER:,}"
    return Figure(name, 1 / ratio, SCHEDULER_BUDGET, ours, theirs, "s", at_least=True)


class _Scheduler:
    """APScheduler with a job per customer in its SQLAlchemy store."""

    def __init__(self, path: Path, jobs: int) -> None:
        self._path, self._jobs, self._turn = path, jobs, 0

    def run_what_is_due(self) -> float:
        """Hold the jobs, then measure one waking up at which all of them are due."""
        self._turn += 1
        scheduler = _Awake()
        scheduler.add_executor(DebugExecutor())
        store = SQLAlchemyJobStore(f"sqlite:///{self._path}.{self._turn}")
        scheduler.add_jobstore(store)
        scheduler.start(paused=True)
        with store.engine.begin() as connection:  # all at once: holding them isn't what is measured
            connection.execute(sa.insert(store.jobs_t), self._rows(scheduler))
        spent = seconds(scheduler.wake)
        scheduler.shutdown()
        return spent

    def _rows(self, scheduler: "_Awake") -> list[dict[str, Any]]:
        """Rows as the store writes them: one job is added as usual, the others are its likes."""
        due = WallClock().now() - timedelta(minutes=1)
        job = scheduler.add_job(_remind, "interval", days=30, id="first", next_run_time=due, misfire_grace_time=None)
        state = job.__getstate__()
        job.remove()
        ids = [f"customer-{number}" for number in range(self._jobs)]
        at = due.timestamp()
        return [{"id": one, "next_run_time": at, "job_state": pickle.dumps({**state, "id": one})} for one in ids]


def _remind() -> None:
    """What each job does: nothing, so that only the scheduler is measured."""


class _Awake(BaseScheduler):  # type: ignore[misc]  # APScheduler has no types
    """A scheduler that wakes when it is told to."""

    def wake(self) -> None:
        """Run what is due."""
        self.state = 1
        self._process_jobs()

    def wakeup(self) -> None:
        """Every change of a job asks for this; it wakes only when it is told to."""

    def shutdown(self, wait: bool = True) -> None:
        """Stop."""
        super().shutdown(wait)


@contextmanager
def _overheard(database: Database) -> Iterator[list[Statement]]:
    """Every statement that is sent meanwhile, with its parameters as the driver gets them."""
    heard: list[Statement] = []

    def hear(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            heard.append((statement, parameters))

    event.listen(database._read, "before_cursor_execute", hear)  # noqa: SLF001 - only to measure
    yield heard
    event.remove(database._read, "before_cursor_execute", hear)  # noqa: SLF001


def _fill(path: Path, customers: int, *, all_due: bool = False) -> Runtime:
    """A workspace with that many customers, two hundred an owner, whose last contacts lie 0 to 44 days back."""
    runtime = Runtime(Database(f"sqlite:///{path}"), MovableClock(MORNING))
    migrate(runtime.database)
    runtime.run_now(install_workspace, workspace=WORKSPACE, name="Bench", bot_user_id="U0")
    owners = [f"U{number:06}" for number in range(max(customers // CUSTOMERS_EACH, 1))]
    dice = random.Random(customers)  # noqa: S311 - the same customers every time
    with runtime.database.engine.begin() as connection:
        connection.execute(sa.insert(_table(Person)), [_person(owner) for owner in owners])
        for start in range(0, customers, CHUNK):
            numbers = range(start, min(start + CHUNK, customers))
            rows = [_customer(n, owners, 31 if all_due else dice.randrange(45)) for n in numbers]
            connection.execute(sa.insert(_table(Customer)), rows)
    with runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    return runtime


def _table(kind: Any) -> sa.Table:
    table: sa.Table = kind.__table__
    return table


def _person(person_id: str) -> dict[str, Any]:
    blank = Person(id=person_id, name=person_id, name_key=person_id.lower(), synced_at=MORNING)
    return {**blank.model_dump(), "workspace_id": WORKSPACE}


def _customer(number: int, owners: list[str], days_ago: int) -> dict[str, Any]:
    since: date = MORNING.date() - timedelta(days=days_ago)
    name = f"Customer {number}"
    return {
        "workspace_id": WORKSPACE, "id": new_id(), "name": name, "name_key": name.lower(),
        "owner_id": owners[number % len(owners)], "status": "active", "tags": [], "preferences": [],
        "added_on": since, "last_contact_on": since, "effective_cadence_days": 30, "waiting_since": since,
        "due_on": since + CADENCE, "neglected_after": since + CADENCE * 1.5, "changed_at": MORNING,
    }  # fmt: skip

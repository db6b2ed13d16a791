"""The way into use cases: a schema only after its commit, watchers only after that, another try when one helps."""

import asyncio
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.errors import InvalidInput
from bot.core.runtime import AT_ONCE, ATTEMPTS, Gate, Runtime
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


async def _where(runtime: Runtime, query: Any, runs: int) -> list[bool]:
    """Whether each of so many runs was beside the loop."""
    return [await runtime.read(query, workspace=WORKSPACE) is not threading.current_thread() for _ in range(runs)]


async def test_what_has_been_quick_for_a_while_is_asked_without_a_thread(office: Office, runtime: Runtime) -> None:
    """Of SQLite, where it waits for nobody; what asks another computer never is."""

    def quick(session: Session, *, now: Any) -> threading.Thread:
        assert session.connection().scalar(sa.select(sa.literal(bool(now))))
        return threading.current_thread()

    beside = await _where(runtime, quick, 60)
    assert beside[0]
    assert beside[-1] is (runtime.database.dialect == "postgresql")


async def test_what_has_taken_long_goes_to_a_thread_the_next_times(office: Office, runtime: Runtime) -> None:
    """Nobody waits behind the next ones; that the first waited, and didn't compute, is no excuse."""
    seconds = 0.0

    def query(_session: Session, *, now: Any) -> threading.Thread:
        time.sleep(seconds * bool(now))
        return threading.current_thread()

    await _where(runtime, query, 60)
    seconds = 0.2
    first, *later = await _where(runtime, query, 4)
    assert first is (runtime.database.dialect == "postgresql")
    assert all(later)


async def test_a_query_that_fails_has_its_time_taken_too(office: Office, runtime: Runtime) -> None:
    """With or without a thread the error is the one it raised."""

    def broken(_session: Session, *, now: Any) -> None:
        raise InvalidInput(f"Not at {now}.")

    for _ in range(60):
        with pytest.raises(InvalidInput, match="Not at"):
            await runtime.read(broken, workspace=WORKSPACE)


class Visit:
    """Somebody who goes through a gate, and stays inside until they may leave."""

    def __init__(self, gate: Gate) -> None:
        self.inside, self.leave = asyncio.Event(), asyncio.Event()
        self.task = asyncio.ensure_future(self._go(gate))

    async def _go(self, gate: Gate) -> None:
        async with gate:
            self.inside.set()
            await self.leave.wait()


async def _inside(visits: list[Visit]) -> list[bool]:
    for _ in range(10):
        await asyncio.sleep(0)
    return [visit.inside.is_set() for visit in visits]


async def test_so_many_compute_at_once_in_the_order_they_came() -> None:
    """The next goes in when one leaves; who gave up meanwhile holds nobody up and takes no place."""
    gate = Gate(2, patience=60)
    visits = [Visit(gate) for _ in range(5)]
    assert await _inside(visits) == [True, True, False, False, False]
    visits[2].task.cancel()
    visits[1].leave.set()
    assert await _inside(visits) == [True, True, False, True, False]
    visits[0].leave.set()
    assert await _inside(visits) == [True, True, False, True, True]
    last, gone = Visit(gate), Visit(gate)
    assert await _inside([last, gone]) == [False, False]
    visits[3].leave.set()
    visits[4].leave.set()
    await asyncio.gather(visits[3].task, visits[4].task)
    gone.task.cancel()  # just as its turn has come
    last.leave.set()
    await asyncio.gather(last.task)
    for visit in visits:
        visit.leave.set()
    await asyncio.gather(*(visit.task for visit in (*visits, gone)), return_exceptions=True)
    again = [Visit(gate) for _ in range(3)]
    assert await _inside(again) == [True, True, False]
    for visit in again:
        visit.leave.set()
    await asyncio.gather(*(visit.task for visit in again))


async def test_nobody_waits_long_behind_somebody_who_takes_long() -> None:
    """After a moment they go in beside them; once these have left, so many compute at once again."""
    gate = Gate(1, patience=0.01)
    slow, quick = Visit(gate), Visit(gate)
    async with asyncio.timeout(10):
        await quick.inside.wait()
    assert slow.inside.is_set()
    slow.leave.set()
    quick.leave.set()
    await asyncio.gather(slow.task, quick.task)
    later = [Visit(gate), Visit(gate)]
    assert await _inside(later) == [True, False]
    for visit in later:
        visit.leave.set()
    await asyncio.gather(*(visit.task for visit in later))


async def test_a_quick_question_is_answered_beside_slow_ones(office: Office, runtime: Runtime) -> None:
    """As many slow ones as may compute at once don't keep an owner waiting for their queue."""
    go_on = threading.Event()

    def slow(_session: Session, *, now: Any) -> bool:
        return bool(now) and go_on.wait(30)

    held = [asyncio.ensure_future(runtime.read(slow, workspace=WORKSPACE)) for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(runtime.run(add, workspace=WORKSPACE, name="Acme"), 20) == "Acme"
    go_on.set()
    assert all(await asyncio.gather(*held))

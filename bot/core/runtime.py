"""The way from Slack and the jobs into a use case: a worker thread, one transaction, plain data back."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from copy import copy
from functools import cached_property, partial
from threading import Event
from typing import Any, Self, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from bot.core.batches import ManyTransactions
from bot.core.clock import Clock
from bot.core.database import Database, is_retriable, took_too_long
from bot.core.errors import TookTooLong
from bot.core.feature import Feature
from bot.core.leases import HELD
from bot.core.measures import NO_MEASURES, NO_TRACES, Measures, Traces
from bot.core.row_security import may_cross

T = TypeVar("T")

Watcher = Callable[[str, str], Coroutine[Any, Any, None]]
"""`watcher(workspace, person)`: what is done after a change that this person made."""

ATTEMPTS = 20  # of a transaction that PostgreSQL asked to run again
PAUSE_SECONDS = 0.005  # before the second attempt, on average half of it; growing with each
FOREGROUND_THREADS = 4  # for people who wait; more only compete for Python's lock
BACKGROUND_THREADS = 2  # for jobs and files

TOO_LONG = (
    "That took too long, so it was stopped, and nothing was changed. Try again in a minute; if it happens again, ask"
    " whoever runs the bot to look for statement.too_long in its log."
)

log = structlog.get_logger(__name__)


class Runtime:
    """
    What a listener and a job need: the database, the clock, the features, and threads to run use cases in.

    *host_overrides* replace the addresses of hosts; only the demo and the tests pass them.
    """

    def __init__(
        self, database: Database, clock: Clock, features: Sequence[Feature] = (), *, host_overrides: object = None
    ) -> None:
        self.host_overrides = host_overrides
        self.measures: Measures = NO_MEASURES
        self.traces: Traces = NO_TRACES
        self.database = database
        self.clock = clock
        self.features = tuple(features)
        self._foreground_threads = ThreadPoolExecutor(FOREGROUND_THREADS, thread_name_prefix="foreground")
        self._background_threads = ThreadPoolExecutor(BACKGROUND_THREADS, thread_name_prefix="background")
        self._threads = self._foreground_threads
        self._limited = True
        self._behind: Self | None = None
        self.closing = Event()
        self._watchers: list[Watcher] = []
        self._background_tasks: set[asyncio.Task[None]] = set()

    @cached_property
    def background(self) -> Self:
        """This runtime on the threads for jobs and files, so that nobody waits behind them; they take their time."""
        twin = copy(self)
        twin._threads = self._background_threads  # noqa: SLF001 - a copy of its own
        twin._limited = False  # noqa: SLF001 - as above
        twin._behind = self  # noqa: SLF001 - as above
        return twin

    @property
    def foreground(self) -> Self:
        """This runtime on the threads for people who wait: for what is short and must not wait behind jobs."""
        return self._behind or self

    def on_change(self, watcher: Watcher) -> None:
        """Await `watcher(workspace, person)`, in a task of its own, after each use case that a person ran."""
        self._watchers.append(watcher)

    async def run(self, use_case: Callable[..., T], *, workspace: str | None, **inputs: Any) -> T:
        """
        Run *use_case* `(session, *, …, now)` in one transaction and return what it returns, after the commit.

        Without a workspace it sees rows of workspaces only if `row_security.ACROSS_WORKSPACES` names it; this holds on
        PostgreSQL, and for all ways below.

        Raises:
            LeaseLost: it is the work of a job whose lease has run out.
            TookTooLong: PostgreSQL stopped a statement that somebody waits for.
        """
        result = await self._in_thread(partial(self._run, use_case, workspace, inputs, limited=self._limited))
        self._call_watchers(workspace, inputs.get("by"))
        return result

    async def run_batches(self, work: Callable[..., T], *, workspace: str, **inputs: Any) -> T:
        """Run *work* `(batches, *, …)`, whose steps are transactions of their own, and return what it returns."""
        result = await self._in_thread(partial(work, ManyTransactions(self, workspace), **inputs))
        self._call_watchers(workspace, inputs.get("by"))
        return result

    async def read(self, query: Callable[..., T], *, workspace: str | None, inline: bool = False, **inputs: Any) -> T:
        """
        Run *query* `(session, *, …, now)`, which changes nothing, and return what it returns.

        An *inline* query runs in the event loop where the database is SQLite. That is for short reads by an index:
        they wait for no network and no writer, and handing them to a thread takes longer than they do.

        Raises:
            TookTooLong: as `run`.
        """
        work = partial(self._read, query, workspace, inputs, limited=self._limited)
        if inline and self.database.dialect == "sqlite":
            return work()
        return await self._in_thread(work)

    def run_now(self, use_case: Callable[..., T], *, workspace: str | None, **inputs: Any) -> T:
        """Do what `run` does, in the calling thread, however long it takes: for the command line and tests."""
        return self._run(use_case, workspace, inputs, limited=False)

    def read_now(self, query: Callable[..., T], *, workspace: str | None, **inputs: Any) -> T:
        """Do what `read` does, in the calling thread, however long it takes."""
        return self._read(query, workspace, inputs, limited=False)

    def close(self) -> None:
        """Let running use cases finish, and long work stop after its present step; give back threads, connections."""
        self.closing.set()
        self._foreground_threads.shutdown(wait=True)
        self._background_threads.shutdown(wait=True)
        self.database.close()

    async def drain(self) -> None:
        """Wait until every watcher has finished what a change made it do."""
        while self._background_tasks:
            await asyncio.gather(*self._background_tasks, return_exceptions=True)

    def _run(self, use_case: Callable[..., T], workspace: str | None, inputs: Mapping[str, Any], *, limited: bool) -> T:
        inputs, locking = {"now": self.clock.now(), **inputs}, getattr(use_case, "locks_rows", False)
        across, transaction = workspace is None and may_cross(use_case), self.database.transaction
        for attempt in range(1, ATTEMPTS + 1):
            if lease := HELD.get():
                lease.require()
            try:
                opened = transaction(workspace, across=across, limited=limited, locking=locking)
                with _stopping(use_case, limited), opened as session:
                    session.info["now"] = inputs["now"]
                    return use_case(session, **inputs)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not is_retriable(error):
                    raise
                time.sleep(random.uniform(0, PAUSE_SECONDS * attempt))  # noqa: S311 - only to part the contenders
        raise AssertionError  # the loop returns or raises

    def _read(self, query: Callable[..., T], workspace: str | None, inputs: Mapping[str, Any], *, limited: bool) -> T:
        across, reading = workspace is None and may_cross(query), self.database.reading
        with _stopping(query, limited), reading(workspace, across=across, limited=limited) as session:
            return query(session, **{"now": self.clock.now(), **inputs})

    def _call_watchers(self, workspace: str | None, by: object) -> None:
        if workspace is None or not isinstance(by, str):
            return
        for watcher in self._watchers:
            task = asyncio.ensure_future(watcher(workspace, by))
            self._background_tasks.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._background_tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("watcher.failed", exc_info=error)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, work)


@contextmanager
def _stopping(work: Callable[..., object], limited: bool) -> Iterator[None]:
    """Log the statement that PostgreSQL stopped in *work*, if that was *limited*, and raise what a person can read."""
    try:
        yield
    except DBAPIError as error:
        if not (limited and took_too_long(error)):
            raise
        name = getattr(work, "__qualname__", repr(work))
        log.error("statement.too_long", work=name, statement=error.statement)  # noqa: TRY400 - its trace says no more
        raise TookTooLong(TOO_LONG) from error

"""The one way from Slack and the jobs into a use case: one worker thread, one transaction, one schema back."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy.exc import DBAPIError

from bot.core.clock import Clock
from bot.core.database import Database, is_retriable
from bot.core.feature import Feature

T = TypeVar("T")

Watcher = Callable[[str, str], Coroutine[Any, Any, None]]

ATTEMPTS = 20  # of a transaction that PostgreSQL asked to run again
PAUSE_SECONDS = 0.005  # before the second attempt, on average half of it; growing with each
WORKERS = 8
AT_ONCE = 2  # that compute; more only take Python's lock from each other, at a fifth of the speed of all
PATIENCE_SECONDS = 0.05  # in which a use case waits for those before it; then it goes in beside them

QUICK_SECONDS = 0.01  # on average; Bolt itself looks only that often whether somebody was answered
LEARNING = 0.1  # the part that the last run has in that average

log = structlog.get_logger(__name__)


class Runtime:
    """What a listener and a job need: the database, the clock, the features."""

    def __init__(
        self, database: Database, clock: Clock, features: Sequence[Feature] = (), *, door: object = None
    ) -> None:
        """*door* leads outside in another way than the network's; only the demo and the tests hand one in."""
        self.door = door
        self.database = database
        self.clock = clock
        self.features = tuple(features)
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="use-case")
        self._paces = WeakKeyDictionary[Callable[..., Any], Pace]()
        self._reads_wait_for_nothing = database.dialect == "sqlite"  # no network, and in WAL mode no writer
        self._gate = Gate(AT_ONCE, PATIENCE_SECONDS)
        self._watchers: list[Watcher] = []
        self._background_tasks: set[asyncio.Task[None]] = set()

    def on_change(self, watcher: Watcher) -> None:
        """Have `watcher(workspace, person)` awaited, beside everything else, after each use case a person ran."""
        self._watchers.append(watcher)

    async def run(self, use_case: Callable[..., T], *, workspace: str | None, **inputs: Any) -> T:
        """Run *use_case* `(session, *, …, now)` in one transaction; its schema comes back when that is committed."""
        schema = await self._in_thread(partial(self.run_now, use_case, workspace=workspace, **inputs))
        if workspace is not None and isinstance(by := inputs.get("by"), str):
            self._tell_watchers(workspace, by)
        return schema

    async def read(self, query: Callable[..., T], *, workspace: str | None, **inputs: Any) -> T:
        """
        Run *query* `(session, *, …, now)`, which changes nothing.

        One of SQLite that has been quick for a while runs here: it waits for nothing but Python's lock, and handing
        that to a thread and back takes longer than the query.
        """
        pace = self._paces.setdefault(query, Pace())
        work = partial(self.read_now, query, workspace=workspace, **inputs)
        if self._reads_wait_for_nothing and pace.is_quick:
            return copy_context().run(pace.take, work, time.perf_counter)
        return await self._in_thread(partial(pace.take, work, time.thread_time))

    def run_now(self, use_case: Callable[..., T], *, workspace: str | None, **inputs: Any) -> T:
        """`run` for code that is not async: the command line, tests, worker threads."""
        inputs.setdefault("now", self.clock.now())
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.database.transaction(workspace) as session:
                    return use_case(session, **inputs)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not is_retriable(error):
                    raise
                time.sleep(random.uniform(0, PAUSE_SECONDS * attempt))  # noqa: S311 - only to part the contenders
        raise AssertionError  # the loop returns or raises

    def read_now(self, query: Callable[..., T], *, workspace: str | None, **inputs: Any) -> T:
        """`read` for code that is not async."""
        inputs.setdefault("now", self.clock.now())
        with self.database.reading(workspace) as session:
            return query(session, **inputs)

    def close(self) -> None:
        """Let running use cases finish, then give back threads and connections."""
        self._workers.shutdown(wait=True)
        self.database.close()

    async def drain(self) -> None:
        """Wait until every watcher has done what a change made it do."""
        while self._background_tasks:
            await asyncio.gather(*self._background_tasks, return_exceptions=True)

    def _tell_watchers(self, workspace: str, person: str) -> None:
        for watcher in self._watchers:
            task = asyncio.ensure_future(watcher(workspace, person))
            self._background_tasks.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._background_tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("watcher.failed", exc_info=error)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        context = copy_context()
        async with self._gate:
            return await asyncio.get_running_loop().run_in_executor(self._workers, context.run, work)


class Pace:
    """How long a query takes, on average of its last runs. Slow until it has shown that it isn't."""

    def __init__(self) -> None:
        self._seconds = 10 * QUICK_SECONDS

    @property
    def is_quick(self) -> bool:
        """Whether nobody notifications that they wait for it."""
        return self._seconds < QUICK_SECONDS

    def take(self, work: Callable[[], T], clock: Callable[[], float]) -> T:
        """Do *work*, and remember how long it took by that *clock*, in seconds."""
        begun = clock()
        try:
            return work()
        finally:
            self._seconds += (clock() - begun - self._seconds) * LEARNING


class Gate:
    """
    Lets so many in *at_once*, in the order they came; who has waited for *patience* seconds goes in beside them.

    Threads that compute at the same time take Python's lock from each other at every step of a statement, and each hand
    over costs more than the step; but nobody waits for long behind somebody whose statement takes long.
    """

    def __init__(self, at_once: int, patience: float) -> None:
        self._at_once, self._patience = at_once, patience
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        """Wait for a place."""
        if self._inside < self._at_once:
            self._inside += 1
            return
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        alarm = loop.call_later(self._patience, self._let_in, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise
        finally:
            alarm.cancel()

    async def __aexit__(self, *_: object) -> None:
        """Leave, and let the next in."""
        self._leave()

    def _let_in(self, turn: "asyncio.Future[None]") -> None:
        if not turn.done():
            self._inside += 1
            turn.set_result(None)

    def _leave(self) -> None:
        self._inside -= 1
        while self._waiting and self._inside < self._at_once:
            self._let_in(self._waiting.popleft())

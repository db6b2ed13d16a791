"""Long work on many rows: in one transaction, or in batches with pauses in which others write."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlmodel import Session

if TYPE_CHECKING:
    from bot.core.runtime import Runtime

T = TypeVar("T")


class Stopping(Exception):
    """The process is asked to stop; what is left of the work is for another one."""


FIRST_BATCH, SMALLEST_BATCH, LARGEST_BATCH = 200, 50, 2000  # rows
BATCH_SECONDS = 0.07
"""How long a batch should hold SQLite's lock for writing; a slow disk may make one of them twice as long."""
PAUSE_SECONDS = 0.03
"""How long SQLite is left to others after a batch: whoever waits for the lock asks for it every 25 ms or so."""


class Batches(Protocol):
    """
    Runs the steps of long work.

    `limit` is the number of rows that the next step should change; `commits` says whether each step that is done stays
    done when a later one fails.
    """

    limit: int
    commits: bool

    def now(self) -> datetime:
        """Return the present instant."""
        ...

    def read(self, query: Callable[..., T], **inputs: Any) -> T:
        """Run *query* `(session, *, …, now)`, which changes nothing."""
        ...

    def write(self, use_case: Callable[..., T], **inputs: Any) -> T:
        """Run *use_case* `(session, *, …, now)`."""
        ...


class OneTransaction:
    """Runs every step in the transaction of a session, so that all of them are done or none."""

    limit = LARGEST_BATCH
    commits = False

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def now(self) -> datetime:
        """Return the instant of the transaction."""
        return self._now

    def read(self, query: Callable[..., T], **inputs: Any) -> T:
        """Run *query* in the transaction."""
        return query(self._session, **{"now": self._now, **inputs})

    def write(self, use_case: Callable[..., T], **inputs: Any) -> T:
        """Run *use_case* in the transaction."""
        return self.read(use_case, **inputs)


class ManyTransactions:
    """
    Runs every step in a transaction of its own.

    On SQLite `limit` follows from how long the steps take, so that none holds the lock for writing for long, and each
    is followed by a pause. PostgreSQL locks single rows only, so nobody waits there for a longer step.
    """

    commits = True

    def __init__(self, runtime: "Runtime", workspace: str) -> None:
        self._runtime, self._workspace = runtime, workspace
        self._locks_all = runtime.database.dialect == "sqlite"
        self.limit = FIRST_BATCH if self._locks_all else LARGEST_BATCH

    def now(self) -> datetime:
        """Return the present instant."""
        return self._runtime.clock.now()

    def read(self, query: Callable[..., T], **inputs: Any) -> T:
        """Run *query* in a transaction that takes no lock."""
        return self._runtime.read_now(query, workspace=self._workspace, **inputs)

    def write(self, use_case: Callable[..., T], **inputs: Any) -> T:
        """
        Run *use_case* in a transaction, and let others write after it.

        Raises:
            Stopping: instead, when the runtime is being closed.
        """
        if self._runtime.closing.is_set():
            raise Stopping
        begun = self._runtime.clock.monotonic()
        result = self._runtime.run_now(use_case, workspace=self._workspace, **inputs)
        if self._locks_all:
            self._fit(self._runtime.clock.monotonic() - begun)
            time.sleep(PAUSE_SECONDS)
        return result

    def _fit(self, took: float) -> None:
        """Set `limit` so that the next step takes `BATCH_SECONDS`, and at most twice as many rows as the last."""
        fitting = int(self.limit * BATCH_SECONDS / max(took, BATCH_SECONDS / 2))
        self.limit = min(max(fitting, SMALLEST_BATCH), LARGEST_BATCH)

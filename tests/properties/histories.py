"""Independent workspaces in one database, so that hundreds of random histories take seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import Session, col, select

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers.tables import Customer
from bot.features import FEATURES
from bot.people.rules import Role
from bot.storage import migrate
from bot.workspaces.usecases import install_workspace
from tests.makers import ANA, BOB, KIRI, LONG_AGO, MARA, START, add_person

PEOPLE = {
    MARA: ("Mara Okafor", "Europe/London", Role.MANAGER),
    ANA: ("Ana Lima", "Europe/Lisbon", Role.MEMBER),
    BOB: ("Bob Chen", "America/New_York", Role.MEMBER),
    KIRI: ("Kiri Walker", "Pacific/Auckland", Role.MEMBER),
}
_numbers = count(1)


@dataclass
class History:
    """A workspace with Mara, Ana, Bob and Kiri, and its own clock."""

    runtime: Runtime
    workspace: str
    now: datetime = START

    def do(self, use_case: Callable[..., Any], **inputs: Any) -> Any:
        """Run a use case at the history's current time."""
        return self.runtime.run_now(use_case, workspace=self.workspace, **{"now": self.now, **inputs})

    def ask(self, query: Callable[..., Any], **inputs: Any) -> Any:
        """Run a query that takes `now`."""
        return self.runtime.read_now(query, workspace=self.workspace, **{"now": self.now, **inputs})

    def look(self, query: Callable[[Session], Any]) -> Any:
        """Run a function of the session that reads."""
        with self.runtime.database.reading(self.workspace) as session:
            return query(session)

    def customers(self) -> list[Customer]:
        """Return all customers by name."""
        query = select(Customer).order_by(col(Customer.name))
        return list(self.look(lambda session: session.exec(query).all()))


@contextmanager
def library() -> Iterator[Runtime]:
    """Open a database for many histories."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'evenhand.db'}")
        migrate(database)
        runtime = Runtime(database, MovableClock(START), FEATURES)
        try:
            yield runtime
        finally:
            runtime.close()


def begin(runtime: Runtime) -> History:
    """Create a workspace with its people and nothing else."""
    workspace = f"T{next(_numbers):06}"
    with runtime.database.transaction(workspace) as session:
        install_workspace(session, name=workspace, bot_user_id="U0BOT", zone="Europe/London", now=LONG_AGO)
        for person_id, (name, zone, role) in PEOPLE.items():
            add_person(session, person_id, name, zone=zone, role=role, email=f"{person_id.lower()}@example.test")
    return History(runtime, workspace)

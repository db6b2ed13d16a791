"""Creates people and customers for tests, through real tables."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session

from bot.core.runtime import Runtime
from bot.customers.queries.due import ScheduleBatch
from bot.customers.rules.names import name_key
from bot.customers.tables import Customer
from bot.people.rules import Role
from bot.people.tables import Person
from bot.workspaces.usecases import install_workspace

ROOT = Path(__file__).parent.parent
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WORKSPACE = "T0EVENHAND"
MARA, ANA, BOB, KIRI = "U0MARA", "U0ANA", "U0BOB", "U0KIRI"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def add_person(session: Session, person_id: str, name: str, **more: Any) -> Person:
    """Add a person who works Monday to Friday from nine."""
    person = Person(id=person_id, name=name, name_key=name_key(name), **{"synced_at": LONG_AGO, **more})
    session.add(person)
    session.flush()
    return person


def add_customer(
    session: Session,
    name: str,
    *,
    owner: str | None = None,
    added_on: date = date(2026, 11, 2),
    last_contact_on: date | None = None,
    **more: Any,
) -> Customer:
    """Add a customer with its schedule computed."""
    customer = Customer(
        name=name,
        name_key=name_key(name),
        owner_id=owner,
        added_on=added_on,
        last_contact_on=last_contact_on,
        effective_cadence_days=1,
        waiting_since=added_on,
        due_on=added_on,
        neglected_after=added_on,
        **{"changed_at": LONG_AGO, **more},
    )
    ScheduleBatch(session).apply(customer)
    session.add(customer)
    session.flush()
    return customer


@dataclass
class Office:
    """A workspace with people, and shortcuts to add customers and run queries."""

    runtime: Runtime

    def do(self, use_case: Callable[..., Any], **inputs: Any) -> Any:
        """Run a use case in its own transaction."""
        return self.runtime.run_now(use_case, workspace=WORKSPACE, **inputs)

    def ask(self, query: Callable[..., Any], **inputs: Any) -> Any:
        """Run a query that takes `now`."""
        return self.runtime.read_now(query, workspace=WORKSPACE, **inputs)

    def look(self, query: Callable[[Session], Any]) -> Any:
        """Run a function of the session that reads."""
        with self.runtime.database.reading(WORKSPACE) as session:
            return query(session)

    def customer(self, name: str, *, waited: int | None = None, **more: Any) -> UUID:
        """Add a customer; *waited* is the number of days since the last contact, None for never."""
        today = self.runtime.clock.now().date()
        if waited is not None:
            more["last_contact_on"] = today - timedelta(days=waited)
        with self.runtime.database.transaction(WORKSPACE) as session:
            return add_customer(session, name, **more).id

    def person(self, person_id: str, name: str, **more: Any) -> str:
        """Add a person."""
        with self.runtime.database.transaction(WORKSPACE) as session:
            return add_person(session, person_id, name, **more).id


def open_office(runtime: Runtime) -> Office:
    """Create an office: Mara manages in London; Ana is in Lisbon, Bob in New York, Kiri in Auckland."""
    with runtime.database.transaction(WORKSPACE) as session:
        install_workspace(session, name="Evenhand Tests", bot_user_id="U0BOT", zone="Europe/London", now=LONG_AGO)
        add_person(session, MARA, "Mara Okafor", zone="Europe/London", role=Role.MANAGER, email="mara@example.test")
        add_person(session, ANA, "Ana Lima", zone="Europe/Lisbon", country="PT", email="ana@example.test")
        add_person(session, BOB, "Bob Chen", zone="America/New_York", country="US", email="bob@example.test")
        add_person(session, KIRI, "Kiri Walker", zone="Pacific/Auckland", country="NZ", email="kiri@example.test")
    return Office(runtime)

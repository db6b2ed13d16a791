"""The guard of the tests sees a statement that forgot the workspace, and sessions of a workspace make none."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.customers.tables import Customer
from bot.people.tables import Person
from bot.workspaces.usecases import install_workspace
from tests.makers import ANA, WORKSPACE, Office, add_customer, add_person
from tests.workspace_guard import unscoped_tables

OTHER = "T0OTHER"
OWNER: Any = aliased(Person)


@pytest.mark.parametrize(
    ("statement", "unscoped"),
    [
        ("SELECT customers.id FROM customers", ("customers",)),
        ("SELECT customers.id, people.name FROM customers, people WHERE people.workspace_id = ?", ("customers",)),
        ("SELECT a.id FROM customers AS a JOIN people ON people.workspace_id = a.workspace_id", ()),
        ("SELECT a.id FROM customers AS a JOIN people ON people.id = a.owner_id AND a.workspace_id = ?", ("people",)),
        ("SELECT id FROM customers WHERE workspace_id = ? AND id IN (SELECT customer_id FROM checkins)", ("checkins",)),
        ("UPDATE customers SET name=? WHERE customers.name = ?", ("customers",)),
        ("UPDATE customers SET name=? WHERE customers.id = ?", ()),
        ("DELETE FROM customers WHERE customers.workspace_id IN (?)", ()),
        ("INSERT INTO customers (id) VALUES (?)", ()),
        ("INSERT INTO contacts (id) SELECT customers.id FROM customers", ("customers",)),
        ("SELECT job_runs.name FROM job_runs", ()),
    ],
)
def test_each_mention_of_a_table_needs_its_condition(statement: str, unscoped: tuple[str, ...]) -> None:
    """Joined, in a subquery, changed or copied; a row that was read may be changed by its key."""
    assert unscoped_tables(statement) == unscoped


@pytest.fixture
def two(office: Office, database: Database, clock: MovableClock) -> Database:
    """Acme and Birch of Ana's in our workspace and in another one."""
    with database.transaction(OTHER) as session:
        install_workspace(session, name="Other", bot_user_id="U1", zone="UTC", now=clock.now())
        add_person(session, ANA, "Other Ana")
    for workspace in (WORKSPACE, OTHER):
        with database.transaction(workspace) as session:
            for name in ("Acme", "Birch"):
                add_customer(session, name, owner=ANA)
    return database


SELECTS: dict[str, Callable[[], Any]] = {
    "rows": lambda: select(Customer.name, Customer.workspace_id),
    "join": lambda: sa.select(Customer.name, Person.workspace_id).join(Person, col(Person.id) == Customer.owner_id),
    "outer join": lambda: sa.select(col(Customer.name), OWNER.workspace_id).outerjoin(OWNER, sa.true()),
    "exists": lambda: sa.select(Customer.name, Customer.workspace_id).where(
        sa.select(Person.id).where(col(Person.id) == Customer.owner_id).exists()
    ),
    "two": lambda: sa.select(Customer.name, Person.workspace_id).where(col(Person.id) == Customer.owner_id),
    "union": lambda: sa.union_all(
        *(sa.select(Customer.name, Customer.workspace_id).where(Customer.name == name) for name in ("Acme", "Birch"))
    ),
}


@pytest.mark.parametrize("name", SELECTS)
def test_a_select_sees_one_workspace_wherever_it_names_a_table(two: Database, name: str) -> None:
    """In joins, subqueries, aliases and unions; each workspace in turn with the same statement."""
    for workspace in (WORKSPACE, OTHER, WORKSPACE):
        with two.reading(workspace) as session:
            found = session.execute(SELECTS[name]()).all()
            assert {row[0] for row in found} == {"Acme", "Birch"}
            assert {row[1] for row in found} == {workspace}


def test_a_count_and_a_sum_are_of_one_workspace(two: Database) -> None:
    """Also where nothing but a function is selected."""
    with two.reading(OTHER) as session:
        assert session.exec(select(sa.func.count()).select_from(Customer)).one() == 2
        assert session.execute(sa.select(sa.func.count(col(Customer.id)))).scalar_one() == 2
        assert (
            session.execute(sa.select(sa.select(sa.func.count(col(Customer.id))).scalar_subquery())).scalar_one() == 2
        )


def test_an_update_and_a_delete_stay_in_their_workspace(two: Database) -> None:
    """Without a word about it in the statement."""
    with two.transaction(WORKSPACE) as session:
        changed = session.execute(sa.update(Customer).where(col(Customer.name) == "Acme").values(name="Acme Ltd"))
        assert changed.rowcount == 1  # type: ignore[attr-defined]  # a cursor's result
        gone = session.execute(sa.delete(Customer).where(col(Customer.name) == "Birch"))
        assert gone.rowcount == 1  # type: ignore[attr-defined]  # as above
    for workspace, names in ((WORKSPACE, ["Acme Ltd"]), (OTHER, ["Acme", "Birch"])):
        with two.reading(workspace) as session:
            assert sorted(session.exec(select(Customer.name)).all()) == names


def test_a_session_over_all_workspaces_sees_all(two: Database) -> None:
    """For jobs; the guard lets tests do as they like."""
    with two.reading(None, across=True) as session:
        assert len(session.exec(select(Customer)).all()) == 4

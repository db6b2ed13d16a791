"""Row-level security of PostgreSQL: a transaction sees and writes the rows of its own workspace, whatever it asks."""

from collections.abc import Iterator
from importlib import import_module
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session, SQLModel, col, select

from bot.core import outbox
from bot.core.claiming import claim
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.outbox import OutboxMessage
from bot.core.row_security import (
    ACROSS_WORKSPACES,
    POLICY,
    SETTING,
    UNFORCED,
    fence_tables,
    find_bypass,
    list_unfenced,
)
from bot.core.runtime import Runtime
from bot.customers.queries.searching import list_partly
from bot.customers.tables import Customer, CustomerName
from bot.features import FEATURES
from bot.people.tables import Person
from tests.conftest import MONDAY
from tests.doors.rows import fill
from tests.jobs.mail import Letter
from tests.makers import ANA, BOB, WORKSPACE, add_customer

OTHER = "T0OTHER"
ALL = [table for table in SQLModel.metadata.sorted_tables if "workspace_id" in table.c]
TABLES = [table for table in ALL if table.name not in UNFORCED]
"""Those that hold the role of these tests, which owns them."""


@pytest.fixture
def two(postgres_url: str) -> Iterator[Database]:
    """Return a database with a row of each of two workspaces in every table."""
    made = Database(postgres_url)
    with made.engine.begin() as connection:
        for number, workspace in enumerate((WORKSPACE, OTHER)):
            fill(connection, workspace, word=f"Word{number}", row_id=UUID(int=number), person=(ANA, BOB)[number])
    yield made
    made.close()


@pytest.fixture
def runtime(two: Database) -> Iterator[Runtime]:
    """Return a runtime on both workspaces."""
    made = Runtime(two, MovableClock(MONDAY), FEATURES)
    yield made
    made.close()


def test_every_table_of_a_workspace_has_its_policy(two: Database) -> None:
    """None is left out, and the owner is held to all but the one that is read by a view."""
    held = (
        "SELECT relname, relforcerowsecurity FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid AND polname = %s"
    )
    with two.engine.connect() as connection:
        forced = dict(tuple(row) for row in connection.exec_driver_sql(held, (POLICY,)))
        assert list_unfenced(connection) == []
        assert find_bypass(connection) is None
    assert forced == {table.name: table in TABLES for table in ALL}


def test_a_table_that_comes_later_is_fenced_too(two: Database) -> None:
    """By its column `workspace_id` alone; one that belongs to no workspace isn't."""
    with two.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE teas (workspace_id varchar(32) NOT NULL, name text)")
        connection.exec_driver_sql("CREATE TABLE kettles (name text)")
        connection.exec_driver_sql("INSERT INTO teas VALUES ('T1', 'Assam'), ('T2', 'Oolong')")
        assert list_unfenced(connection) == ["teas"]
        fence_tables(connection)
        assert list_unfenced(connection) == []
    with two.reading("T1") as session:
        assert session.connection().exec_driver_sql("SELECT name FROM teas").scalars().all() == ["Assam"]


@pytest.mark.parametrize("workspace", [None, "", "T0NOBODY"])
def test_without_its_workspace_nothing_is_seen_or_changed(two: Database, workspace: str | None) -> None:
    """By plain SQL, from any table."""
    plain = sa.create_engine(two.url)  # says nothing by itself
    with plain.begin() as connection:
        if workspace is not None:
            connection.execute(sa.select(sa.func.set_config(SETTING, workspace, True)))
        for table in TABLES:
            seen = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            changed = connection.execute(sa.update(table).values(workspace_id=WORKSPACE)).rowcount
            deleted = connection.execute(sa.delete(table)).rowcount
            assert (table.name, seen, changed, deleted) == (table.name, 0, 0, 0)
        assert connection.exec_driver_sql("SELECT count(*) FROM searchable_names").scalar_one() == 0
    plain.dispose()


def test_plain_sql_of_a_session_stays_in_its_workspace(two: Database) -> None:
    """It counts, changes and adds our rows only."""
    with two.reading(WORKSPACE) as session:
        connection = session.connection()
        assert connection.exec_driver_sql("SELECT id FROM people").scalars().all() == [ANA]
        assert connection.exec_driver_sql("UPDATE people SET name = 'New'").rowcount == 1
        names = connection.exec_driver_sql("SELECT DISTINCT workspace_id FROM searchable_names").scalars().all()
        assert names == [WORKSPACE]
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.exec_driver_sql(f"UPDATE people SET workspace_id = '{OTHER}'")  # noqa: S608 - as above


def test_a_workspace_doesnt_outlive_its_transaction(two: Database) -> None:
    """The next transaction on the same connection sees nothing of it; a rollback to a savepoint leaves it."""
    with two.transaction(WORKSPACE) as session:
        with session.begin_nested() as nested:
            nested.rollback()
        assert session.exec(select(Person.id)).all() == [ANA]
        pid = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    for across, found in ((False, set[str]()), (True, {ANA, BOB})):
        with two.reading(None, across=across) as session:
            assert session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one() == pid
            assert set(session.exec(select(Person.id)).all()) == found


def test_one_statement_says_to_whom_a_transaction_belongs(two: Database) -> None:
    """However many statements follow; the limits of somebody who waits come with it."""
    sent: list[str] = []
    sa.event.listen(two._read, "before_cursor_execute", lambda *told: sent.append(told[2]))
    for limited in (False, True):
        with two.reading(WORKSPACE, limited=limited) as session:
            for _ in range(3):
                session.exec(select(Person.id)).all()
        settings = [statement for statement in sent if "set_config" in statement]
        assert (len(settings), len(sent)) == (1, 4)
        limits = ("statement_timeout", "max_parallel_workers_per_gather", "jit")
        assert {name in settings[0] for name in limits} == {limited}
        sent.clear()


def count_everybody(session: Session, *, now: object) -> int:
    """Count the people that a session sees."""
    return len(session.exec(select(Person.id)).all())


def test_only_what_is_listed_reads_across_workspaces(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query for no workspace sees no row until it is in the list."""
    assert runtime.read_now(count_everybody, workspace=None) == 0
    assert runtime.run_now(count_everybody, workspace=None) == 0
    name = f"{__name__}:count_everybody"
    monkeypatch.setattr("bot.core.row_security.ACROSS_WORKSPACES", {**ACROSS_WORKSPACES, name: "for this test"})
    assert runtime.read_now(count_everybody, workspace=None) == 2
    assert runtime.run_now(count_everybody, workspace=None) == 2


@pytest.mark.parametrize("name", ACROSS_WORKSPACES)
def test_what_is_listed_is_there(name: str) -> None:
    """A function that was renamed would see nothing any more."""
    module, function = name.split(":")
    assert callable(getattr(import_module(module), function))


def test_the_messages_of_all_workspaces_are_claimed_together(runtime: Runtime) -> None:
    """The job that delivers sees them all; a workspace's own session its own."""
    for workspace in (WORKSPACE, OTHER):
        runtime.run_now(outbox.enqueue, workspace=workspace, notification=Letter(words="Hi."), to="C1", key="hello")
    claimed = runtime.run_now(claim, workspace=None)
    assert {one.workspace_id for one in claimed if one.key == "hello"} == {WORKSPACE, OTHER}
    with runtime.database.reading(WORKSPACE) as session:
        assert set(session.exec(select(OutboxMessage.workspace_id)).all()) == {WORKSPACE}


def test_names_are_found_in_their_own_workspace(two: Database) -> None:
    """Also by the view that the search reads, without the session's condition."""
    for workspace, name in ((WORKSPACE, "Golden Gate"), (OTHER, "Golden Rule")):
        with two.transaction(workspace) as session:
            add_customer(session, name)
    for workspace, name in ((WORKSPACE, "Golden Gate"), (OTHER, "Golden Rule")):
        with two.reading(workspace) as session:
            assert [one.name for one in list_partly(session, "golden")] == [name]
            keys = session.connection().exec_driver_sql("SELECT name_key FROM searchable_names").scalars().all()
            assert name.lower() in keys
            assert len(keys) == len(session.exec(select(CustomerName.number)).all())


def test_what_triggers_keep_belongs_to_the_workspace(two: Database) -> None:
    """A customer that comes, changes and goes leaves the other workspace's search and tally as they were."""
    kept = "SELECT (SELECT count(*) FROM customer_names), (SELECT sum(number) FROM customer_tally)"
    with two.reading(OTHER) as session:
        before = session.connection().exec_driver_sql(kept).one()
    with two.transaction(WORKSPACE) as session:
        made = add_customer(session, "Acme")
        session.flush()
        made.name, made.name_key = "Birch", "birch"
        session.flush()
        assert session.exec(select(CustomerName.name_key).where(col(CustomerName.customer_id) == made.id)).all() == [
            "birch"
        ]
        session.execute(sa.delete(Customer).where(col(Customer.id) == made.id))
    with two.reading(OTHER) as session:
        assert session.connection().exec_driver_sql(kept).one() == before


def test_sqlite_has_no_such_wall(sqlite_url: str) -> None:
    """Nothing is fenced there, and nothing is missing."""
    database = Database(sqlite_url)
    with database.engine.begin() as connection:
        fence_tables(connection)
        assert (list_unfenced(connection), find_bypass(connection)) == ([], None)
    database.close()
